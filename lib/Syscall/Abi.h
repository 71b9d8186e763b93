//===- Abi.h - Structures and flags that differ -----------------*- C++ -*-===//
//
// The complete list of what arm64 and x86-64 lay out or number differently,
// as far as system calls show it.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_SYSCALL_ABI_H
#define XLATE_LIB_SYSCALL_ABI_H

#include <cstdint>
#include <sys/epoll.h>
#include <sys/stat.h>

namespace xlate::sys {

//--- open flags
//-----------------------------------------------------------------

/// O_* bits with different values.
namespace arm64 {
constexpr uint64_t ODirectory = 040000, ONoFollow = 0100000, ODirect = 0200000,
                   OLargeFile = 0400000;
} // namespace arm64
namespace x86 {
constexpr uint64_t ODirect = 040000, OLargeFile = 0100000, ODirectory = 0200000,
                   ONoFollow = 0400000;
} // namespace x86

/// Exchange bits 14 and 16, and 15 and 17: O_DIRECTORY with O_DIRECT and
/// O_NOFOLLOW with O_LARGEFILE, in either direction.
constexpr uint64_t swapOpenFlags(uint64_t F) {
  constexpr uint64_t Low = 3u << 14;
  return (F & ~(Low | Low << 2)) | (F & Low) << 2 | (F >> 2 & Low);
}
static_assert(swapOpenFlags(arm64::ODirectory) == x86::ODirectory);
static_assert(swapOpenFlags(arm64::ONoFollow) == x86::ONoFollow);
static_assert(swapOpenFlags(arm64::ODirect) == x86::ODirect);
static_assert(swapOpenFlags(arm64::OLargeFile) == x86::OLargeFile);

//--- struct stat
//----------------------------------------------------------------

struct Arm64Stat {
  uint64_t Dev, Ino;
  uint32_t Mode, Nlink, Uid, Gid;
  uint64_t Rdev, Pad1;
  int64_t Size;
  int32_t BlkSize, Pad2;
  int64_t Blocks;
  int64_t Atime;
  uint64_t AtimeNsec;
  int64_t Mtime;
  uint64_t MtimeNsec;
  int64_t Ctime;
  uint64_t CtimeNsec;
  uint32_t Unused[2];
};
static_assert(sizeof(Arm64Stat) == 128);

inline Arm64Stat toArm64(const struct stat &H) {
  Arm64Stat G = {};
  G.Dev = H.st_dev;
  G.Ino = H.st_ino;
  G.Mode = H.st_mode;
  G.Nlink = static_cast<uint32_t>(H.st_nlink);
  G.Uid = H.st_uid;
  G.Gid = H.st_gid;
  G.Rdev = H.st_rdev;
  G.Size = H.st_size;
  G.BlkSize = static_cast<int32_t>(H.st_blksize);
  G.Blocks = H.st_blocks;
  G.Atime = H.st_atim.tv_sec;
  G.AtimeNsec = static_cast<uint64_t>(H.st_atim.tv_nsec);
  G.Mtime = H.st_mtim.tv_sec;
  G.MtimeNsec = static_cast<uint64_t>(H.st_mtim.tv_nsec);
  G.Ctime = H.st_ctim.tv_sec;
  G.CtimeNsec = static_cast<uint64_t>(H.st_ctim.tv_nsec);
  return G;
}

//--- struct epoll_event
//-----------------------------------------------------------

struct Arm64EpollEvent {
  uint32_t Events, Pad;
  uint64_t Data;
};
static_assert(sizeof(Arm64EpollEvent) == 16 && sizeof(epoll_event) == 12);

inline epoll_event toHost(const Arm64EpollEvent &G) {
  epoll_event H;
  H.events = G.Events;
  H.data.u64 = G.Data;
  return H;
}
inline Arm64EpollEvent toArm64(const epoll_event &H) {
  return {H.events, 0, H.data.u64};
}

//--- struct semid64_ds
//----------------------------------------------------------

struct IpcPerm { // ipc64_perm, identical
  uint8_t Bytes[48];
};
struct Arm64SemidDs {
  IpcPerm Perm;
  int64_t Otime, Ctime;
  uint64_t Nsems, Unused3, Unused4;
};
static_assert(sizeof(Arm64SemidDs) == 88);
struct HostSemidDs {
  IpcPerm Perm;
  int64_t Otime;
  uint64_t Unused1;
  int64_t Ctime;
  uint64_t Unused2, Nsems, Unused3, Unused4;
};
static_assert(sizeof(HostSemidDs) == 104);

inline Arm64SemidDs toArm64(const HostSemidDs &H) {
  return {H.Perm, H.Otime, H.Ctime, H.Nsems, 0, 0};
}
inline HostSemidDs toHost(const Arm64SemidDs &G) {
  return {G.Perm, G.Otime, 0, G.Ctime, 0, G.Nsems, 0, 0};
}

//--- struct loop_info
//-----------------------------------------------------------

struct Arm64LoopInfo {
  int32_t Number;
  uint32_t Device;
  uint64_t Inode;
  uint32_t Rdevice;
  int32_t Offset, EncryptType, EncryptKeySize, Flags;
  char Name[64];
  uint8_t Key[32];
  uint64_t Init[2];
  char Reserved[4];
};
static_assert(sizeof(Arm64LoopInfo) == 160);
struct HostLoopInfo {
  int32_t Number;
  uint64_t Device;
  uint64_t Inode;
  uint64_t Rdevice;
  int32_t Offset, EncryptType, EncryptKeySize, Flags;
  char Name[64];
  uint8_t Key[32];
  uint64_t Init[2];
  char Reserved[4];
};
static_assert(sizeof(HostLoopInfo) == 168);

template <typename To, typename From> To convertLoopInfo(const From &F) {
  To T = {};
  T.Number = F.Number;
  T.Device = static_cast<decltype(T.Device)>(F.Device);
  T.Inode = F.Inode;
  T.Rdevice = static_cast<decltype(T.Rdevice)>(F.Rdevice);
  T.Offset = F.Offset;
  T.EncryptType = F.EncryptType;
  T.EncryptKeySize = F.EncryptKeySize;
  T.Flags = F.Flags;
  __builtin_memcpy(T.Name, F.Name, sizeof T.Name);
  __builtin_memcpy(T.Key, F.Key, sizeof T.Key);
  __builtin_memcpy(T.Init, F.Init, sizeof T.Init);
  __builtin_memcpy(T.Reserved, F.Reserved, sizeof T.Reserved);
  return T;
}

} // namespace xlate::sys

#endif // XLATE_LIB_SYSCALL_ABI_H
