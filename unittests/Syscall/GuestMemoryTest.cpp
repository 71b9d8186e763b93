//===- GuestMemoryTest.cpp - The guest's address space --------------------===//
#include "xlate/Runtime/GuestMemory.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

using xlate::runtime::GuestMemory;

namespace {

constexpr int Anon = MAP_PRIVATE | MAP_ANONYMOUS;
constexpr int Rw = PROT_READ | PROT_WRITE;
constexpr int Rx = PROT_READ | PROT_EXEC;
constexpr uint64_t Page = 4096;

/// Host permissions of the page at Addr, "" if unmapped.
std::string hostPerms(uint64_t Addr) {
  FILE *F = fopen("/proc/self/maps", "r");
  char Line[512], Perms[8];
  std::string Out;
  unsigned long Lo, Hi;
  while (Out.empty() && fgets(Line, sizeof Line, F))
    if (sscanf(Line, "%lx-%lx %7s", &Lo, &Hi, Perms) == 3 && Lo <= Addr &&
        Addr < Hi)
      Out = Perms;
  fclose(F);
  return Out;
}

class GuestMemoryTest : public testing::Test {
protected:
  GuestMemory M;
  std::vector<std::pair<uint64_t, uint64_t>> Changes;
  uint64_t Limit = 0;

  void SetUp() override {
    M.init();
    M.OnCodeChange = [this](uint64_t Lo, uint64_t Hi) {
      Changes.emplace_back(Lo, Hi);
    };
  }
  uint64_t map(uint64_t Pages, int Prot, uint64_t At = 0, int Flags = 0) {
    int64_t R = M.mmap(At, Pages * Page, Prot, Anon | Flags, -1, 0);
    EXPECT_GE(R, 0);
    return static_cast<uint64_t>(R);
  }
  uint8_t &byte(uint64_t A) { return *reinterpret_cast<uint8_t *>(A); }
  bool changed(uint64_t Addr) {
    for (auto [Lo, Hi] : Changes)
      if (Lo <= Addr && Addr < Hi)
        return true;
    return false;
  }
};

} // namespace

TEST_F(GuestMemoryTest, CodeIsNotExecutableOnTheHost) {
  const uint64_t P = map(4, Rx);
  EXPECT_EQ(hostPerms(P), "r--p");
  EXPECT_TRUE(M.executable(P + 5, Limit));
  EXPECT_EQ(Limit, P + 4 * Page);
  EXPECT_TRUE(M.mapped(P));
  EXPECT_EQ(M.protection(P), Rx);
  // Execute-only code must be readable for the translator.
  EXPECT_EQ(M.mprotect(P, Page, PROT_EXEC), 0);
  EXPECT_EQ(hostPerms(P), "r--p");
  EXPECT_EQ(M.munmap(P, 4 * Page), 0);
  EXPECT_EQ(hostPerms(P), "");
  EXPECT_FALSE(M.executable(P, Limit));
}

TEST_F(GuestMemoryTest, ContiguousExecutableRange) {
  const uint64_t P = map(6, PROT_READ);
  EXPECT_EQ(M.mprotect(P + Page, Page, Rx), 0);
  EXPECT_EQ(M.mprotect(P + 2 * Page, Page, Rw | PROT_EXEC), 0);
  EXPECT_EQ(M.mprotect(P + 4 * Page, Page, Rx), 0);
  EXPECT_FALSE(M.executable(P, Limit));
  EXPECT_TRUE(M.executable(P + Page + 4, Limit));
  EXPECT_EQ(Limit, P + 3 * Page);
  EXPECT_FALSE(M.executable(P + 3 * Page, Limit));
  EXPECT_TRUE(M.executable(P + 4 * Page, Limit));
  EXPECT_EQ(Limit, P + 5 * Page);
  M.munmap(P, 6 * Page);
}

TEST_F(GuestMemoryTest, ChangesOfCodeAreReported) {
  const uint64_t Data = map(1, Rw);
  M.mprotect(Data, Page, PROT_READ);
  M.munmap(Data, Page);
  EXPECT_TRUE(Changes.empty());

  const uint64_t P = map(8, Rx);
  EXPECT_EQ(M.mprotect(P, Page, Rw), 0);
  EXPECT_TRUE(changed(P));
  EXPECT_FALSE(changed(P + Page));
  Changes.clear();
  EXPECT_EQ(M.madvise(P + Page, Page, MADV_WILLNEED), 0);
  EXPECT_TRUE(Changes.empty());
  EXPECT_EQ(M.madvise(P + Page, Page, MADV_DONTNEED), 0);
  EXPECT_TRUE(changed(P + Page));
  Changes.clear();
  map(1, Rw, P + 2 * Page, MAP_FIXED);
  EXPECT_TRUE(changed(P + 2 * Page));
  Changes.clear();
  const int64_t Q =
      M.mremap(P + 4 * Page, 2 * Page, 4 * Page, MREMAP_MAYMOVE, 0);
  ASSERT_GE(Q, 0);
  EXPECT_TRUE(changed(P + 4 * Page));
  EXPECT_TRUE(M.executable(static_cast<uint64_t>(Q), Limit));
  EXPECT_EQ(Limit, static_cast<uint64_t>(Q) + 4 * Page);
  Changes.clear();
  M.munmap(static_cast<uint64_t>(Q), 4 * Page);
  EXPECT_TRUE(changed(static_cast<uint64_t>(Q)));
  M.munmap(P, 8 * Page);
}

TEST_F(GuestMemoryTest, RuntimeIsOutOfReach) {
  // Announced or not, mapped by us or not: this page isn't the guest's.
  char *Mine = static_cast<char *>(::mmap(nullptr, 3 * Page, Rw, Anon, -1, 0));
  std::strcpy(Mine + Page, "precious");
  const uint64_t At = reinterpret_cast<uint64_t>(Mine) + Page;
  EXPECT_EQ(M.mmap(At, Page, Rw, Anon | MAP_FIXED, -1, 0), -ENOMEM);
  EXPECT_EQ(M.mmap(At, Page, Rw, Anon | MAP_FIXED_NOREPLACE, -1, 0), -EEXIST);
  EXPECT_EQ(M.mprotect(At, Page, PROT_NONE), -ENOMEM);
  EXPECT_EQ(M.munmap(At, Page), 0); // as if nothing were there
  EXPECT_EQ(M.madvise(At, Page, MADV_DONTNEED), -ENOMEM);
  EXPECT_EQ(M.mremap(At, Page, 2 * Page, MREMAP_MAYMOVE, 0), -EFAULT);
  const uint64_t G = map(1, Rw);
  EXPECT_EQ(M.mremap(G, Page, Page, MREMAP_MAYMOVE | MREMAP_FIXED, At),
            -ENOMEM);
  M.munmap(G, Page);
  EXPECT_STREQ(Mine + Page, "precious");
  // Code of this very program.
  const uint64_t Code = reinterpret_cast<uint64_t>(&hostPerms) & ~(Page - 1);
  EXPECT_EQ(M.mmap(Code, Page, Rw, Anon | MAP_FIXED, -1, 0), -ENOMEM);
  EXPECT_EQ(M.mprotect(Code, Page, PROT_NONE), -ENOMEM);
  // Announced, but not mapped.
  ::munmap(Mine, 3 * Page);
  M.addRuntimeRange(At, At + Page);
  EXPECT_EQ(M.mmap(At, Page, Rw, Anon | MAP_FIXED, -1, 0), -ENOMEM);
  M.removeRuntimeRange(At, At + Page);
  EXPECT_EQ(M.mmap(At, Page, Rw, Anon | MAP_FIXED, -1, 0),
            static_cast<int64_t>(At));
  M.munmap(At, Page);
}

TEST_F(GuestMemoryTest, FixedOverOwnAndFree) {
  const uint64_t P = map(8, Rw);
  byte(P) = 1;
  byte(P + 7 * Page) = 7;
  M.munmap(P + 2 * Page, 2 * Page);
  // Covers guest pages, a hole, guest pages.
  EXPECT_EQ(M.mmap(P + Page, 5 * Page, Rw, Anon | MAP_FIXED, -1, 0),
            static_cast<int64_t>(P + Page));
  EXPECT_EQ(byte(P), 1);
  EXPECT_EQ(byte(P + 7 * Page), 7);
  EXPECT_EQ(byte(P + 3 * Page), 0);
  // A call that fails leaves the holes free.
  M.munmap(P + 2 * Page, Page);
  EXPECT_EQ(M.mmap(P + 2 * Page, Page, Rw, MAP_PRIVATE | MAP_FIXED, 9999, 0),
            -EBADF);
  EXPECT_EQ(hostPerms(P + 2 * Page), "");
  M.munmap(P, 8 * Page);
}

TEST_F(GuestMemoryTest, ArgumentChecks) {
  const uint64_t P = map(2, Rw);
  EXPECT_EQ(M.mmap(0, 0, Rw, Anon, -1, 0), -EINVAL);
  EXPECT_EQ(M.mmap(P + 1, Page, Rw, Anon | MAP_FIXED, -1, 0), -EINVAL);
  EXPECT_EQ(M.mmap(0, ~uint64_t(0), Rw, Anon, -1, 0), -ENOMEM);
  EXPECT_EQ(M.mmap(uint64_t(1) << 47, Page, Rw, Anon | MAP_FIXED, -1, 0),
            -ENOMEM);
  EXPECT_EQ(M.mmap(0, Page, Rw, MAP_ANONYMOUS, -1, 0), -EINVAL);
  EXPECT_EQ(M.munmap(P + 1, Page), -EINVAL);
  EXPECT_EQ(M.munmap(P, 0), -EINVAL);
  EXPECT_EQ(M.munmap(uint64_t(1) << 48, Page), -EINVAL);
  EXPECT_EQ(M.mprotect(P + 1, Page, Rw), -EINVAL);
  EXPECT_EQ(M.mprotect(P, 0, Rw), 0);
  EXPECT_EQ(M.mprotect(P, Page, Rw | 0x10 /*PROT_BTI*/), -EINVAL);
  EXPECT_EQ(M.mprotect(P, ~uint64_t(0), Rw), -ENOMEM);
  EXPECT_EQ(M.madvise(P, Page, 999), -EINVAL);
  EXPECT_EQ(M.mremap(P, Page, 0, 0, 0), -EINVAL);
  EXPECT_EQ(M.mremap(P, Page, Page, MREMAP_FIXED, P), -EINVAL);
  // mmap ignores bits that the CPU doesn't have; MAP_32BIT is only x86's.
  const int64_t Q = M.mmap(0, Page, Rw | 0x30, Anon | 0x40, -1, 0);
  EXPECT_GT(Q, int64_t(1) << 32);
  M.munmap(static_cast<uint64_t>(Q), Page);
  M.munmap(P, 2 * Page);
}

TEST_F(GuestMemoryTest, HighHintsAreIgnored) {
  const int64_t P = M.mmap((uint64_t(1) << 47) + Page, Page, Rw, Anon, -1, 0);
  ASSERT_GT(P, 0);
  EXPECT_LT(static_cast<uint64_t>(P), GuestMemory::AddressLimit);
  M.munmap(static_cast<uint64_t>(P), Page);
}

TEST_F(GuestMemoryTest, ProtectStopsAtTheFirstHole) {
  const uint64_t P = map(4, Rw);
  M.munmap(P + 2 * Page, Page);
  EXPECT_EQ(M.mprotect(P, 4 * Page, PROT_READ), -ENOMEM);
  EXPECT_EQ(hostPerms(P + Page), "r--p");
  EXPECT_EQ(hostPerms(P + 3 * Page), "rw-p");
  M.munmap(P, 4 * Page);
}

TEST_F(GuestMemoryTest, HugeReservation) {
  const uint64_t TiB = uint64_t(1) << 40;
  const int64_t P = M.mmap(0, TiB, PROT_NONE, Anon | MAP_NORESERVE, -1, 0);
  ASSERT_GT(P, 0);
  EXPECT_EQ(M.mprotect(static_cast<uint64_t>(P) + TiB / 2, Page, Rw), 0);
  byte(static_cast<uint64_t>(P) + TiB / 2) = 1;
  EXPECT_EQ(M.munmap(static_cast<uint64_t>(P), TiB), 0);
}

TEST_F(GuestMemoryTest, Remap) {
  const uint64_t P = map(4, Rw);
  byte(P + Page) = 42;
  EXPECT_EQ(M.mprotect(P + Page, Page, Rw), 0);
  const uint64_t To = map(8, PROT_READ);
  EXPECT_EQ(M.mremap(P, 2 * Page, 3 * Page, MREMAP_MAYMOVE | MREMAP_FIXED, To),
            static_cast<int64_t>(To));
  EXPECT_EQ(byte(To + Page), 42);
  byte(To + 2 * Page) = 1;
  EXPECT_FALSE(M.mapped(P));
  EXPECT_FALSE(M.mapped(P + Page));
  EXPECT_TRUE(M.mapped(P + 2 * Page));
  EXPECT_EQ(M.protection(To + 2 * Page), Rw);
  EXPECT_EQ(M.protection(To + 3 * Page), PROT_READ);
  // Shrink in place.
  EXPECT_EQ(M.mremap(To, 3 * Page, Page, 0, 0), static_cast<int64_t>(To));
  EXPECT_FALSE(M.mapped(To + Page));
  EXPECT_EQ(hostPerms(To + Page), "");
  EXPECT_EQ(M.mremap(P, Page, Page, 0, 0), -EFAULT);
  M.munmap(P, 4 * Page);
  M.munmap(To, 8 * Page);
}

TEST_F(GuestMemoryTest, Brk) {
  // Room for four gigabytes.
  const uint64_t Room = uint64_t(4) << 30;
  void *Free = ::mmap(nullptr, Room, PROT_NONE, Anon | MAP_NORESERVE, -1, 0);
  ASSERT_NE(Free, MAP_FAILED);
  ::munmap(Free, Room);
  const uint64_t Start = reinterpret_cast<uint64_t>(Free) + 0x10;
  M.setBrk(Start);
  EXPECT_EQ(M.brk(0), static_cast<int64_t>(Start));
  EXPECT_EQ(M.brk(Start - 1), static_cast<int64_t>(Start));
  const uint64_t Lo = Start - 0x10 + Page;
  EXPECT_EQ(M.brk(Lo + 3 * Page), static_cast<int64_t>(Lo + 3 * Page));
  byte(Lo + 2 * Page) = 9;
  EXPECT_EQ(M.protection(Lo), Rw);
  // What is given back comes back as zeros.
  EXPECT_EQ(M.brk(Lo + Page), static_cast<int64_t>(Lo + Page));
  EXPECT_FALSE(M.mapped(Lo + 2 * Page));
  EXPECT_EQ(M.brk(Lo + 4 * Page), static_cast<int64_t>(Lo + 4 * Page));
  EXPECT_EQ(byte(Lo + 2 * Page), 0);
  // A mapping in the way stops the heap.
  EXPECT_EQ(M.mmap(Lo + 8 * Page, Page, Rw, Anon | MAP_FIXED, -1, 0),
            static_cast<int64_t>(Lo + 8 * Page));
  EXPECT_EQ(M.brk(Lo + 9 * Page), static_cast<int64_t>(Lo + 4 * Page));
  EXPECT_EQ(M.brk(Lo + 8 * Page), static_cast<int64_t>(Lo + 8 * Page));
  EXPECT_EQ(M.munmap(Lo + 8 * Page, Page), 0);
  // Beyond the space set aside.
  const uint64_t Far = Lo + (uint64_t(3) << 30);
  EXPECT_EQ(M.brk(Far), static_cast<int64_t>(Far));
  EXPECT_EQ(M.brk(Start), static_cast<int64_t>(Start));
  EXPECT_FALSE(M.mapped(Lo));
}

TEST_F(GuestMemoryTest, SharedMemory) {
  const int Id = shmget(IPC_PRIVATE, 3 * Page - 5, 0600);
  if (Id < 0)
    GTEST_SKIP() << "no System V IPC";
  const int64_t R = M.shmat(Id, 0, SHM_EXEC);
  ASSERT_GT(R, 0);
  const uint64_t P = static_cast<uint64_t>(R);
  EXPECT_EQ(hostPerms(P), "rw-s");
  EXPECT_TRUE(M.executable(P, Limit));
  EXPECT_EQ(Limit, P + 3 * Page);
  EXPECT_EQ(M.shmdt(P + Page), -EINVAL);
  EXPECT_EQ(M.shmdt(P), 0);
  EXPECT_TRUE(changed(P));
  EXPECT_FALSE(M.mapped(P));
  // SHM_REMAP over guest memory is fine, over ours it isn't.
  const uint64_t G = map(3, Rw);
  EXPECT_EQ(M.shmat(Id, G, SHM_REMAP), static_cast<int64_t>(G));
  EXPECT_EQ(M.shmdt(G), 0);
  char *Mine = static_cast<char *>(::mmap(nullptr, 3 * Page, Rw, Anon, -1, 0));
  EXPECT_EQ(M.shmat(Id, reinterpret_cast<uint64_t>(Mine), SHM_REMAP), -EINVAL);
  Mine[0] = 1;
  ::munmap(Mine, 3 * Page);
  shmctl(Id, IPC_RMID, nullptr);
}

TEST_F(GuestMemoryTest, WriteProtection) {
  constexpr int Rwx = Rw | PROT_EXEC;
  const uint64_t P = map(4, Rwx);
  byte(P) = 1;
  EXPECT_TRUE(M.writeProtect(P + 100, P + Page + 1));
  EXPECT_EQ(hostPerms(P), "r--p");
  EXPECT_EQ(hostPerms(P + Page), "r--p");
  EXPECT_EQ(hostPerms(P + 2 * Page), "rw-p");
  EXPECT_EQ(M.protection(P), Rwx); // the guest doesn't notice
  EXPECT_TRUE(M.executable(P, Limit));
  EXPECT_EQ(Limit, P + 4 * Page);
  uint64_t Lo, Hi;
  EXPECT_TRUE(M.unprotectForWrite(P + Page + 8, Lo, Hi));
  EXPECT_EQ(Lo, P + Page);
  EXPECT_EQ(Hi, P + 2 * Page);
  byte(P + Page + 8) = 2;
  EXPECT_EQ(hostPerms(P), "r--p");
  EXPECT_TRUE(M.unprotectRange(P, P + 4 * Page));
  byte(P) = 3;
  // Nothing to protect in code that can't be written.
  EXPECT_EQ(M.mprotect(P, Page, Rx), 0);
  EXPECT_FALSE(M.writeProtect(P, P + Page));
  EXPECT_FALSE(M.unprotectForWrite(P, Lo, Hi));
  // mprotect by the guest wins.
  EXPECT_TRUE(M.writeProtect(P + Page, P + 2 * Page));
  EXPECT_EQ(M.mprotect(P + Page, Page, Rwx), 0);
  byte(P + Page) = 4;
  // Protected pages can move.
  EXPECT_TRUE(M.writeProtect(P + 2 * Page, P + 3 * Page));
  const int64_t Q =
      M.mremap(P + 2 * Page, 2 * Page, 8 * Page, MREMAP_MAYMOVE, 0);
  ASSERT_GT(Q, 0);
  byte(static_cast<uint64_t>(Q)) = 5;
  M.munmap(static_cast<uint64_t>(Q), 8 * Page);
  M.munmap(P, 4 * Page);
}

TEST_F(GuestMemoryTest, DataStaysDataWhenWriteProtected) {
  const uint64_t P = map(4, Rw | PROT_EXEC);
  xlate::sys::MemoryLimits L;
  L.Data = 6 * Page;
  M.limit(L);
  EXPECT_EQ(M.mmap(0, 4 * Page, Rw, Anon, -1, 0), -ENOMEM);
  EXPECT_TRUE(M.writeProtect(P, P + 4 * Page));
  EXPECT_EQ(M.mmap(0, 4 * Page, Rw, Anon, -1, 0), -ENOMEM);
  EXPECT_TRUE(M.unprotectRange(P, P + 2 * Page));
  EXPECT_EQ(M.mmap(0, 4 * Page, Rw, Anon, -1, 0), -ENOMEM);
  // Nor does what was read-only for a while cease to be private.
  EXPECT_EQ(M.mprotect(P, 2 * Page, Rx), 0);
  EXPECT_EQ(M.mprotect(P + Page, Page, Rw), 0);
  const uint64_t Q = map(3, Rw);
  EXPECT_EQ(M.mprotect(P, Page, Rw), -ENOMEM);
  EXPECT_EQ(M.protection(P), Rx);
  M.munmap(P, 4 * Page);
  M.munmap(Q, 3 * Page);
}

TEST_F(GuestMemoryTest, StackGrowsDownFlag) {
  const uint64_t P = map(4, Rw);
  EXPECT_EQ(M.mprotect(P + 2 * Page, Page, Rw | PROT_EXEC | PROT_GROWSDOWN),
            -EINVAL);
  M.noteMapping(P, P + 4 * Page, Rw, "[stack]");
  EXPECT_EQ(M.mprotect(P + 2 * Page, Page, Rw | PROT_EXEC | PROT_GROWSDOWN), 0);
  EXPECT_TRUE(M.executable(P, Limit));
  EXPECT_EQ(Limit, P + 3 * Page);
  M.munmap(P, 4 * Page);
}

TEST_F(GuestMemoryTest, ForkWithTheLockHeld) {
  M.lockForFork();
  const pid_t Pid = fork();
  M.unlockAfterFork(Pid == 0);
  if (Pid == 0) {
    alarm(5);
    const int64_t P = M.mmap(0, Page, Rw, Anon, -1, 0);
    _exit(P > 0 && M.mapped(static_cast<uint64_t>(P)) ? 7 : 1);
  }
  int Status = 0;
  waitpid(Pid, &Status, 0);
  EXPECT_TRUE(WIFEXITED(Status));
  EXPECT_EQ(WEXITSTATUS(Status), 7);
  M.munmap(map(1, Rw), Page);
}

// Random calls, checked page by page against a plain model.
TEST_F(GuestMemoryTest, RandomCalls) {
  constexpr unsigned Pages = 64;
  const uint64_t Base = map(Pages, PROT_NONE);
  int Model[Pages] = {};
  unsigned Seed = 12345;
  auto Random = [&](unsigned N) {
    Seed = Seed * 1103515245 + 12345;
    return (Seed >> 16) % N;
  };
  const int Prots[] = {PROT_NONE, PROT_READ, Rw, Rx, Rw | PROT_EXEC};
  for (unsigned I = 0; I != 3000; ++I) {
    const unsigned Lo = Random(Pages), N = 1 + Random(8);
    const unsigned Hi = std::min(Pages, Lo + N);
    const uint64_t At = Base + Lo * Page, Len = (Hi - Lo) * Page;
    const int Prot = Prots[Random(5)];
    switch (Random(4)) {
    case 0:
      EXPECT_EQ(M.munmap(At, Len), 0);
      std::fill(Model + Lo, Model + Hi, -1);
      break;
    case 1:
      EXPECT_EQ(M.mmap(At, Len, Prot, Anon | MAP_FIXED, -1, 0),
                static_cast<int64_t>(At));
      std::fill(Model + Lo, Model + Hi, Prot);
      break;
    case 2: {
      const int *Hole = std::find(Model + Lo, Model + Hi, -1);
      EXPECT_EQ(M.mprotect(At, Len, Prot), Hole == Model + Hi ? 0 : -ENOMEM);
      std::fill(Model + Lo, Model + (Hole - Model), Prot);
      break;
    }
    case 3:
      M.writeProtect(At, At + Len);
      break;
    }
    for (unsigned P = 0; P != Pages; ++P)
      ASSERT_EQ(M.protection(Base + P * Page), Model[P]) << I << ' ' << P;
  }
  for (unsigned P = 0; P != Pages; ++P)
    EXPECT_EQ(hostPerms(Base + P * Page).empty(), Model[P] == -1) << P;
  M.munmap(Base, Pages * Page);
}
