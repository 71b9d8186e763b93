//===- RuntimeFds.cpp - Descriptors that aren't the guest's ---------------===//
#include "Call.h"
#include <algorithm>
#include <atomic>
#include <climits>
#include <fcntl.h>
#include <sys/resource.h>

namespace xlate::sys {

/// Number + 1, so that 0 is a free place.
static std::atomic<int> Places[MaxRuntimeFds];

constinit std::atomic<unsigned> LowestRuntimeFd{UINT_MAX};

bool isRuntimeFd(int Fd) {
  for (const std::atomic<int> &Place : Places)
    if (Place.load(std::memory_order_relaxed) == Fd + 1)
      return Fd >= 0;
  return false;
}

int listRuntimeFds(int (&Fds)[MaxRuntimeFds]) {
  int N = 0;
  for (const std::atomic<int> &Place : Places)
    if (int Used = Place.load(std::memory_order_relaxed))
      Fds[N++] = Used - 1;
  std::sort(Fds, Fds + N);
  return N;
}

int protectFd(int Fd) {
  // High enough to be out of the way of lowest-free allocation; low enough that
  // the descriptor table, which fork copies, stays small.
  rlimit L;
  const rlim_t Soft =
      getrlimit(RLIMIT_NOFILE, &L) == 0 ? L.rlim_cur : rlim_t(1024);
  const rlim_t Top = std::min<rlim_t>(Soft, 1024);
  const rlim_t Low = Top > 3 + MaxRuntimeFds ? Top - MaxRuntimeFds : 3;
  Result High =
      hostCall(SYS_fcntl, static_cast<uint64_t>(Fd), F_DUPFD_CLOEXEC, Low);
  if (High >= 0) {
    hostCall(SYS_close, static_cast<uint64_t>(Fd));
    Fd = static_cast<int>(High);
  } else {
    hostCall(SYS_fcntl, static_cast<uint64_t>(Fd), F_SETFD, FD_CLOEXEC);
  }
  if (static_cast<unsigned>(Fd) < LowestRuntimeFd)
    LowestRuntimeFd = static_cast<unsigned>(Fd);
  for (std::atomic<int> &Place : Places) {
    int Free = 0;
    if (Place.compare_exchange_strong(Free, Fd + 1))
      break;
  }
  return Fd;
}

void closeRuntimeFd(int Fd) {
  if (Fd < 0)
    return;
  for (std::atomic<int> &Place : Places) {
    int Used = Fd + 1;
    if (Place.compare_exchange_strong(Used, 0))
      break;
  }
  hostCall(SYS_close, static_cast<uint64_t>(Fd));
}

} // namespace xlate::sys
