//===- Fd.cpp - Descriptors -----------------------------------------------===//
#include "Abi.h"
#include "Call.h"
#include <algorithm>
#include <atomic>
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

namespace xlate::sys {

//--- Descriptors of the runtime ---------------------------------------------

namespace {
constexpr unsigned MaxRuntimeFds = 64;
std::atomic<unsigned> NumRuntimeFds{0}; ///< Slots ever used.
std::atomic<int> RuntimeFds[MaxRuntimeFds];
} // namespace

bool isRuntimeFd(int Fd) {
  if (Fd < 0)
    return false;
  for (unsigned I = 0, N = NumRuntimeFds.load(std::memory_order_acquire);
       I != N; ++I)
    if (RuntimeFds[I].load(std::memory_order_relaxed) == Fd)
      return true;
  return false;
}

static void registerFd(int Fd) {
  for (unsigned I = 0, N = NumRuntimeFds.load(std::memory_order_acquire);
       I != N; ++I) {
    int Free = -1;
    if (RuntimeFds[I].compare_exchange_strong(Free, Fd))
      return;
  }
  static std::atomic<unsigned> Claimed{0};
  unsigned Slot = Claimed.fetch_add(1);
  if (Slot >= MaxRuntimeFds)
    return;
  RuntimeFds[Slot].store(Fd, std::memory_order_relaxed);
  while (NumRuntimeFds.load(std::memory_order_acquire) != Slot)
    ;
  NumRuntimeFds.store(Slot + 1, std::memory_order_release);
}

int protectFd(int Fd) {
  // High enough to be out of the way of lowest-free allocation, low enough that
  // the kernel's descriptor table, which fork copies, stays small.
  constexpr rlim_t Ceiling = 8192, Room = MaxRuntimeFds;
  rlimit L;
  if (getrlimit(RLIMIT_NOFILE, &L) == 0 &&
      std::min(L.rlim_cur, Ceiling) > 2 * Room) {
    Result High = hostCall(SYS_fcntl, Fd, F_DUPFD_CLOEXEC,
                           std::min(L.rlim_cur, Ceiling) - Room);
    if (High >= 0) {
      hostCall(SYS_close, Fd);
      Fd = static_cast<int>(High);
    }
  }
  registerFd(Fd);
  return Fd;
}

void closeRuntimeFd(int Fd) {
  if (Fd < 0)
    return;
  for (std::atomic<int> &Slot : RuntimeFds) {
    int Want = Fd;
    if (Slot.compare_exchange_strong(Want, -1))
      break;
  }
  hostCall(SYS_close, Fd);
}

//--- close, dup, close_range --------------------------------------------------

static bool isOurs(uint64_t Arg) { return isRuntimeFd(static_cast<int>(Arg)); }

Result handle::close(Call &C) { return isOurs(C.A[0]) ? -EBADF : hostPass(C); }

Result handle::dup(Call &C) { return isOurs(C.A[0]) ? -EBADF : hostPass(C); }

Result handle::dup3(Call &C) {
  return isOurs(C.A[0]) || isOurs(C.A[1]) ? -EBADF : hostPass(C);
}

Result handle::close_range(Call &C) {
  const uint32_t First = static_cast<uint32_t>(C.A[0]),
                 Last = static_cast<uint32_t>(C.A[1]);
  uint32_t Ours[MaxRuntimeFds];
  unsigned N = 0;
  for (unsigned I = 0, E = NumRuntimeFds.load(std::memory_order_acquire);
       I != E; ++I) {
    int Fd = RuntimeFds[I].load(std::memory_order_relaxed);
    if (Fd >= 0 && First <= static_cast<uint32_t>(Fd) &&
        static_cast<uint32_t>(Fd) <= Last)
      Ours[N++] = static_cast<uint32_t>(Fd);
  }
  if (!N || First > Last)
    return hostPass(C);
  std::sort(Ours, Ours + N);
  uint64_t Lo = First;
  for (unsigned I = 0; I <= N; ++I) {
    const uint64_t Hi = I == N ? uint64_t(Last) + 1 : Ours[I];
    if (Lo < Hi)
      if (Result R = hostCall(SYS_close_range, Lo, Hi - 1, C.A[2]))
        return R;
    Lo = Hi + 1;
  }
  return 0;
}

//--- fcntl, pipe2, ioctl ------------------------------------------------------

Result handle::fcntl(Call &C) {
  if (isOurs(C.A[0]))
    return -EBADF;
  switch (static_cast<int>(C.A[1])) {
  case F_GETFL: {
    Result R = hostPass(C);
    return R < 0 ? R
                 : static_cast<Result>(swapOpenFlags(static_cast<uint64_t>(R)));
  }
  case F_SETFL:
    C.A[2] = swapOpenFlags(C.A[2]);
    return hostPass(C);
  case F_SETLKW:
  case F_OFD_SETLKW:
    return hostWait(C);
  default:
    return hostPass(C);
  }
}

Result handle::pipe2(Call &C) {
  C.A[1] = swapOpenFlags(C.A[1]);
  return hostPass(C);
}

Result handle::ioctl(Call &C) {
  const uint32_t Cmd = static_cast<uint32_t>(C.A[1]);
  constexpr uint32_t KvmType = 0xae;
  if (_IOC_TYPE(Cmd) == KvmType)
    return -ENOTTY; // virtual machines of the wrong kind
  if (Cmd == LOOP_SET_STATUS) {
    Arm64LoopInfo G;
    if (!copyFrom(G, C.A[2]))
      return -EFAULT;
    auto H = convertLoopInfo<HostLoopInfo>(G);
    return hostCall(SYS_ioctl, C.A[0], Cmd, toAddr(&H));
  }
  if (Cmd == LOOP_GET_STATUS) {
    HostLoopInfo H;
    if (Result R = hostCall(SYS_ioctl, C.A[0], Cmd, toAddr(&H)))
      return R;
    return copyTo(C.A[2], convertLoopInfo<Arm64LoopInfo>(H)) ? 0 : -EFAULT;
  }
  return hostWait(C);
}

} // namespace xlate::sys
