//===- AbiTest.cpp - Structure and flag conversions -----------------------===//
#include "Abi.h"
#include <cstddef>
#include <cstring>
#include <gtest/gtest.h>

using namespace xlate::sys;

// Offsets of the asm-generic structure as an arm64 compiler lays it out.
static_assert(offsetof(Arm64Stat, Mode) == 16);
static_assert(offsetof(Arm64Stat, Nlink) == 20);
static_assert(offsetof(Arm64Stat, Rdev) == 32);
static_assert(offsetof(Arm64Stat, Size) == 48);
static_assert(offsetof(Arm64Stat, BlkSize) == 56);
static_assert(offsetof(Arm64Stat, Blocks) == 64);
static_assert(offsetof(Arm64Stat, Atime) == 72);
static_assert(offsetof(Arm64Stat, CtimeNsec) == 112);
static_assert(offsetof(Arm64EpollEvent, Data) == 8);
static_assert(offsetof(Arm64SemidDs, Otime) == 48);
static_assert(offsetof(Arm64SemidDs, Nsems) == 64);
static_assert(offsetof(HostSemidDs, Ctime) == 64);
static_assert(offsetof(HostSemidDs, Nsems) == 80);
static_assert(offsetof(Arm64LoopInfo, Name) == 36);
static_assert(offsetof(HostLoopInfo, Name) == 48);

TEST(Abi, OpenFlagsRoundTrip) {
  for (unsigned Bit = 0; Bit != 64; ++Bit) {
    const uint64_t F = uint64_t(1) << Bit;
    EXPECT_EQ(swapOpenFlags(swapOpenFlags(F)), F) << Bit;
    if (Bit < 14 || Bit > 17) {
      EXPECT_EQ(swapOpenFlags(F), F) << Bit;
    }
  }
  // O_TMPFILE contains O_DIRECTORY.
  EXPECT_EQ(swapOpenFlags(020000000 | 040000), 020200000u);
}

TEST(Abi, Stat) {
  struct stat H = {};
  H.st_dev = 0x1122334455667788;
  H.st_ino = 0x99aabbccddeeff00;
  H.st_nlink = 7;
  H.st_mode = S_IFREG | 0644;
  H.st_uid = 1;
  H.st_gid = 2;
  H.st_rdev = 3;
  H.st_size = 0x123456789a;
  H.st_blksize = 4096;
  H.st_blocks = 9;
  H.st_atim = {10, 11};
  H.st_mtim = {12, 13};
  H.st_ctim = {14, 15};
  Arm64Stat G = toArm64(H);
  EXPECT_EQ(G.Dev, H.st_dev);
  EXPECT_EQ(G.Ino, H.st_ino);
  EXPECT_EQ(G.Nlink, 7u);
  EXPECT_EQ(G.Mode, static_cast<uint32_t>(S_IFREG | 0644));
  EXPECT_EQ(G.Uid, 1u);
  EXPECT_EQ(G.Gid, 2u);
  EXPECT_EQ(G.Rdev, 3u);
  EXPECT_EQ(G.Size, 0x123456789a);
  EXPECT_EQ(G.BlkSize, 4096);
  EXPECT_EQ(G.Blocks, 9);
  EXPECT_EQ(G.Atime, 10);
  EXPECT_EQ(G.AtimeNsec, 11u);
  EXPECT_EQ(G.Mtime, 12);
  EXPECT_EQ(G.MtimeNsec, 13u);
  EXPECT_EQ(G.Ctime, 14);
  EXPECT_EQ(G.CtimeNsec, 15u);
}

TEST(Abi, EpollEvent) {
  Arm64EpollEvent G = {EPOLLIN | EPOLLET, 0, 0x1122334455667788};
  epoll_event H = toHost(G);
  const uint32_t Events = H.events;
  EXPECT_EQ(Events, static_cast<uint32_t>(EPOLLIN | EPOLLET));
  const uint64_t Data = H.data.u64; // the structure is packed
  EXPECT_EQ(Data, 0x1122334455667788u);
  Arm64EpollEvent Back = toArm64(H);
  EXPECT_EQ(Back.Events, G.Events);
  EXPECT_EQ(Back.Data, G.Data);
}

TEST(Abi, Semaphores) {
  HostSemidDs H = {};
  for (unsigned I = 0; I != sizeof H.Perm.Bytes; ++I)
    H.Perm.Bytes[I] = static_cast<uint8_t>(I + 1);
  H.Otime = 100;
  H.Ctime = 200;
  H.Nsems = 3;
  HostSemidDs Back = toHost(toArm64(H));
  EXPECT_EQ(std::memcmp(&H, &Back, sizeof H), 0);
}

TEST(Abi, LoopInfo) {
  Arm64LoopInfo G = {};
  G.Number = 1;
  G.Device = 2;
  G.Inode = 3;
  G.Rdevice = 4;
  G.Offset = 5;
  G.Flags = 6;
  std::strcpy(G.Name, "file");
  G.Init[1] = 7;
  G.Reserved[3] = 8;
  auto H = convertLoopInfo<HostLoopInfo>(G);
  EXPECT_STREQ(H.Name, "file");
  EXPECT_EQ(H.Rdevice, 4u);
  auto Back = convertLoopInfo<Arm64LoopInfo>(H);
  EXPECT_EQ(std::memcmp(&G, &Back, sizeof G), 0);
}
