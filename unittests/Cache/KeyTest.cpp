//===- KeyTest.cpp - What tells images apart, and PC maps -----------------===//

#include "xlate/Cache/AotImage.h"
#include "xlate/Cache/CacheDir.h"
#include "xlate/Support/Sanitizers.h"
#include <cstring>
#include <gtest/gtest.h>
#include <set>
#include <sys/mman.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::cache;

TEST(Hash, PiecesDontMatter) {
  std::string Data;
  for (unsigned I = 0; I != 1000; ++I)
    Data.push_back(static_cast<char>(I * 37));
  const Hash128 Whole = hashOf(Data.data(), Data.size());
  for (size_t Step : {1u, 7u, 63u, 64u, 65u, 999u}) {
    Hasher H;
    for (size_t I = 0; I < Data.size(); I += Step)
      H.add(Data.data() + I, std::min(Step, Data.size() - I));
    EXPECT_EQ(H.finish(), Whole) << Step;
  }
}

TEST(Hash, EveryBitMatters) {
  std::string Data(300, '\0');
  std::set<std::string> Seen = {hashOf(Data.data(), Data.size()).hex()};
  for (size_t I = 0; I != Data.size(); ++I)
    for (unsigned Bit = 0; Bit != 8; ++Bit) {
      Data[I] = static_cast<char>(1 << Bit);
      EXPECT_TRUE(Seen.insert(hashOf(Data.data(), Data.size()).hex()).second);
      Data[I] = 0;
    }
  for (size_t N = 0; N != Data.size(); ++N)
    EXPECT_TRUE(Seen.insert(hashOf(Data.data(), N).hex()).second) << N;
}

namespace {
/// A file in memory with these contents.
struct MemFile {
  int Fd;
  explicit MemFile(const std::string &Text)
      : Fd(memfd_create("key", MFD_CLOEXEC)) {
    EXPECT_EQ(write(Fd, Text.data(), Text.size()), ssize_t(Text.size()));
  }
  ~MemFile() { close(Fd); }
};
} // namespace

static std::string elfBytes(size_t Size) {
  std::string Text(Size, '\0');
  std::memcpy(Text.data(), "\177ELF\2\1\1", 7);
  Text[18] = '\xb7';
  return Text;
}

TEST(FileKey, SizeAndFirstPage) {
  const std::string Text = elfBytes(5000);
  Hash128 A, B;
  ASSERT_TRUE(fileKey(MemFile(Text).Fd, A));
  ASSERT_TRUE(fileKey(MemFile(Text).Fd, B));
  EXPECT_EQ(A, B);
  std::string Other = Text;
  Other[4095] = 1;
  ASSERT_TRUE(fileKey(MemFile(Other).Fd, B));
  EXPECT_NE(A, B);
  ASSERT_TRUE(fileKey(MemFile(elfBytes(5001)).Fd, B));
  EXPECT_NE(A, B);
  Other = Text;
  Other[18] = 62; // x86-64
  EXPECT_FALSE(fileKey(MemFile(Other).Fd, B));
  EXPECT_FALSE(fileKey(MemFile(Text.substr(0, 50)).Fd, B));
}

TEST(CpuKey, LevelsDiffer) {
  std::set<std::string> Keys;
  for (const char *Level : {"native", "x86-64-v2", "x86-64-v3", "x86-64-v4"})
    Keys.insert(hostCpuKey(Level).hex());
  EXPECT_EQ(Keys.size(), 4u);
  EXPECT_EQ(hostCpuKey("native"), hostCpuKey("native"));
  EXPECT_TRUE(hostHasLevel("x86-64-v2"));
}

TEST(Placement, FilesHaveRoomForThemselves) {
#ifdef XLATE_TSAN
  constexpr uint64_t Guest = 0x6000000000, Host = 0xe000000000,
                     End = 0x20000000000; // of what programs may use there
#else
  constexpr uint64_t Guest = 0x100000000000, Host = 0x200000000000,
                     End = 0x400000000000;
#endif
  for (uint64_t I = 0; I != 1000; ++I) {
    const Hash128 H = hashOf(&I, sizeof I);
    EXPECT_GE(preferredGuestBase(H), Guest);
    EXPECT_LT(preferredGuestBase(H), Host);
    EXPECT_GE(preferredHostBase(H), Host);
    EXPECT_LT(preferredHostBase(H), End);
    EXPECT_EQ(preferredGuestBase(H) % (1 << 21), 0u);
  }
}

TEST(PcMap, Find) {
  const std::vector<std::pair<uint32_t, int32_t>> Map = {
      {0, 0}, {3, 4}, {200, -400}, {70000, 0x7fffffff}, {70001, -0x7fffffff}};
  std::string Text;
  appendPcMap(Text, Map);
  auto *P = reinterpret_cast<const unsigned char *>(Text.data());
  int32_t At;
  for (size_t I = 0; I != Map.size(); ++I)
    for (uint32_t Offset :
         {Map[I].first, I + 1 == Map.size() ? ~0u : Map[I + 1].first - 1}) {
      ASSERT_TRUE(findInPcMap({P, Text.size()}, Offset, At));
      EXPECT_EQ(At, Map[I].second);
    }
  // What is cut off is read to its end only.
  for (size_t N = 0; N != Text.size(); ++N)
    findInPcMap({P, N}, ~0u, At);
  EXPECT_FALSE(findInPcMap({}, 0, At));
  Text.clear();
  appendPcMap(Text, {{5, 8}});
  P = reinterpret_cast<const unsigned char *>(Text.data());
  EXPECT_FALSE(findInPcMap({P, Text.size()}, 4, At));
}

TEST(Header, WhatIsWrong) {
  ImageHeader H;
  std::memset(static_cast<void *>(&H), 0, sizeof H);
  EXPECT_STREQ(checkHeader(H, 0), "not an image");
  H.Magic = ImageMagic;
  EXPECT_STREQ(checkHeader(H, 0), "another version");
  H.Version = ImageVersion;
  H.HeaderSize = sizeof H;
  EXPECT_STREQ(checkHeader(H, 0), "damaged header");
  H.Self = headerHash(H);
  EXPECT_STREQ(checkHeader(H, 0), "made by another translator");
  H.Build = buildKey();
  H.FileSize = 8192;
  H.Self = headerHash(H);
  EXPECT_STREQ(checkHeader(H, 4096), "truncated");
  EXPECT_STREQ(checkHeader(H, 8192), "impossible sizes");
}

/// A small image with nothing in it that is wrong.
static std::string smallImage() {
  ImageHeader H;
  std::memset(static_cast<void *>(&H), 0, sizeof H);
  H.Magic = ImageMagic;
  H.Version = ImageVersion;
  H.HeaderSize = sizeof H;
  H.Build = buildKey();
  H.Cpu = hostCpuKey("native");
  H.TextLo = 0x400000;
  H.TextHi = 0x401000;
  H.SlotsOff = 4096;
  H.NumSlots = 1;
  H.CodeOff = H.SlotsOff + SlotTable::bytes(H.NumSlots);
  H.CodeSize = 4096;
  H.MissOff = H.CodeOff;
  H.TablesOff = H.CodeOff + H.CodeSize;
  H.PcMapSize = 40;
  H.FileSize =
      H.TablesOff + numGroupRecs(0x1000) * sizeof(GroupRec) + H.PcMapSize;
  std::string Body(H.FileSize - 4096, 'c');
  H.Payload = hashOf(Body.data(), Body.size());
  H.Self = headerHash(H);
  std::string Text(4096, '\0');
  std::memcpy(Text.data(), &H, sizeof H);
  return Text + Body;
}

static bool isGood(const std::string &Path) {
  ImageHeader H;
  const char *Why;
  const int Fd = openImage(Path, H, Why);
  const bool Good = Fd >= 0 && checkPayload(Fd, H);
  if (Fd >= 0)
    close(Fd);
  return Good;
}

TEST(Image, SlotsLieApart) {
  constexpr unsigned Number = 2 * SlotGroup::Size + 5;
  std::vector<char> Memory(SlotTable::bytes(Number));
  const SlotTable Slots(Memory.data() + Memory.size());
  std::set<void *> Seen;
  for (unsigned I = 0; I != Number; ++I) {
    for (void *P : {static_cast<void *>(&Slots.heat(I)),
                    static_cast<void *>(&Slots.target(I))}) {
      EXPECT_TRUE(Seen.insert(P).second) << I;
      EXPECT_GE(P, Memory.data());
      EXPECT_LT(P, Memory.data() + Memory.size());
    }
  }
  // Counters fill pages of their own.
  EXPECT_EQ(reinterpret_cast<char *>(&Slots.target(0)) -
                reinterpret_cast<char *>(&Slots.heat(0)),
            4096);
}

TEST(Image, EachByteCounts) {
  const std::string Good = smallImage();
  char Path[] = "/tmp/xlate-image-XXXXXX";
  const int Fd = mkstemp(Path);
  ASSERT_GE(Fd, 0);
  ASSERT_EQ(write(Fd, Good.data(), Good.size()), ssize_t(Good.size()));
  EXPECT_TRUE(isGood(Path));
  for (size_t I = 0; I != Good.size(); ++I) {
    // The rest of the first page isn't read.
    if (I >= sizeof(ImageHeader) && I < 4096)
      continue;
    const char Bad = static_cast<char>(Good[I] ^ (1 << (I & 7)));
    ASSERT_EQ(pwrite(Fd, &Bad, 1, static_cast<off_t>(I)), 1);
    EXPECT_FALSE(isGood(Path)) << I;
    ASSERT_EQ(pwrite(Fd, &Good[I], 1, static_cast<off_t>(I)), 1);
  }
  EXPECT_TRUE(isGood(Path));
  for (size_t N : {size_t(0), size_t(100), size_t(4096), Good.size() - 1}) {
    ASSERT_EQ(ftruncate(Fd, static_cast<off_t>(N)), 0);
    EXPECT_FALSE(isGood(Path)) << N;
  }
  close(Fd);
  unlink(Path);
}

TEST(CacheDir, Paths) {
  EXPECT_EQ(splitPath(""), std::vector<std::string>());
  EXPECT_EQ(splitPath(":/a::/b:"), (std::vector<std::string>{"/a", "/b"}));
  EXPECT_FALSE(isRootsOwn("/tmp"));
  EXPECT_TRUE(isRootsOwn("/usr"));
  EXPECT_FALSE(isRootsOwn("/usr/no-such-folder"));
}
