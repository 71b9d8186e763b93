//===- GuestMapsTest.cpp - The guest's /proc/self/maps --------------------===//
#include "xlate/Runtime/GuestMemory.h"
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

using xlate::runtime::GuestMemory;

namespace {

constexpr int Anon = MAP_PRIVATE | MAP_ANONYMOUS;
constexpr uint64_t Page = 4096;

std::vector<std::string> lines(const std::string &Text) {
  std::vector<std::string> Out;
  std::istringstream In(Text);
  for (std::string L; std::getline(In, L);)
    Out.push_back(L);
  return Out;
}

std::string range(uint64_t Lo, uint64_t Hi) {
  char Buf[64];
  std::snprintf(Buf, sizeof Buf, "%08lx-%08lx ", Lo, Hi);
  return Buf;
}

class GuestMapsTest : public testing::Test {
protected:
  GuestMemory M;
  void SetUp() override { M.init(); }
  uint64_t map(uint64_t Pages, int Prot, int Fd = -1) {
    return static_cast<uint64_t>(
        M.mmap(0, Pages * Page, Prot, Fd < 0 ? Anon : MAP_PRIVATE, Fd, 0));
  }
};

} // namespace

TEST_F(GuestMapsTest, OnlyTheGuestsMappings) {
  EXPECT_EQ(M.procMaps(false), "");
  EXPECT_EQ(M.procMaps(true), "");
}

TEST_F(GuestMapsTest, PermissionsAndMerging) {
  const int Fd = open("/proc/self/exe", O_RDONLY);
  const uint64_t P = map(4, PROT_READ, Fd);
  M.mprotect(P + Page, 2 * Page, PROT_READ | PROT_EXEC);
  const auto L = lines(M.procMaps(false));
  ASSERT_EQ(L.size(), 3u);
  EXPECT_EQ(L[0].find(range(P, P + Page) + "r--p 00000000 "), 0u) << L[0];
  EXPECT_EQ(L[1].find(range(P + Page, P + 3 * Page) + "r-xp 00001000 "), 0u);
  EXPECT_EQ(L[2].find(range(P + 3 * Page, P + 4 * Page) + "r--p 00003000 "),
            0u);
  EXPECT_NE(L[1].find("SyscallTests"), std::string::npos);
  M.munmap(P, 4 * Page);
  close(Fd);
}

// Where nothing differs the text is the kernel's, column by column.
TEST_F(GuestMapsTest, SameTextAsTheKernel) {
  const int Fd = open("/proc/self/exe", O_RDONLY);
  const uint64_t P = map(1, PROT_READ, Fd);
  const std::string Text = M.procMaps(false);
  FILE *F = fopen("/proc/self/maps", "r");
  char Line[512];
  std::string Kernel;
  while (fgets(Line, sizeof Line, F))
    if (std::string(Line).find(range(P, P + Page)) == 0)
      Kernel = Line;
  fclose(F);
  EXPECT_EQ(Text, Kernel);
  M.munmap(P, Page);
  close(Fd);
}

TEST_F(GuestMapsTest, WriteProtectionDoesNotShow) {
  const uint64_t P = map(4, PROT_READ | PROT_WRITE | PROT_EXEC);
  M.writeProtect(P + Page, P + 2 * Page);
  const auto L = lines(M.procMaps(false));
  ASSERT_EQ(L.size(), 1u);
  EXPECT_EQ(L[0].find(range(P, P + 4 * Page) + "rwxp "), 0u) << L[0];
  M.munmap(P, 4 * Page);
}

TEST_F(GuestMapsTest, Labels) {
  const uint64_t P = map(4, PROT_READ | PROT_WRITE);
  M.noteMapping(P + Page, P + 4 * Page, PROT_READ | PROT_WRITE, "[stack]");
  const uint64_t Heap = map(1024, PROT_NONE);
  M.munmap(Heap, 1024 * Page);
  M.setBrk(Heap);
  M.brk(Heap + 2 * Page);
  const std::string Text = M.procMaps(false);
  EXPECT_NE(Text.find("[stack]\n"), std::string::npos) << Text;
  EXPECT_NE(Text.find("[heap]\n"), std::string::npos) << Text;
  EXPECT_NE(Text.find(range(Heap, Heap + 2 * Page)), std::string::npos) << Text;
  M.brk(Heap);
  M.munmap(P, 4 * Page);
}

TEST_F(GuestMapsTest, Smaps) {
  const uint64_t P = map(4, PROT_READ);
  M.mprotect(P, Page, PROT_READ | PROT_EXEC);
  const auto L = lines(M.procMaps(true));
  unsigned Heads = 0, Sizes = 0, Exec = 0;
  std::string Total;
  for (const std::string &S : L) {
    Heads += S.find("-") == 8 || S.find("-") == 12;
    if (S.rfind("Size:", 0) == 0) {
      ++Sizes;
      Total += S.substr(S.find_first_of("0123456789"));
    }
    Exec += S.rfind("VmFlags:", 0) == 0 && S.find(" ex") != std::string::npos;
  }
  EXPECT_EQ(Heads, 2u);
  EXPECT_EQ(Sizes, 2u);
  EXPECT_EQ(Total, "4 kB12 kB");
  EXPECT_EQ(Exec, 1u);
  M.munmap(P, 4 * Page);
}
