//===- HostFd.cpp - The translator's own file descriptors -----------------===//
#include "xlate/Support/HostFd.h"
#include <algorithm>
#include <atomic>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace xlate {

static constexpr int MaxHidden = 16;
/// Number + 1, so that 0 is a free place.
static std::atomic<int> Hidden[MaxHidden];

/// A descriptor table is as large as its highest number demands, and fork
/// copies it: stay below the traditional limit.
static int lowestHidden() {
  rlimit Limit;
  rlim_t Soft = getrlimit(RLIMIT_NOFILE, &Limit) == 0 ? Limit.rlim_cur : 1024;
  return std::max<int>(3, std::min<rlim_t>(Soft, 1024) - MaxHidden);
}

int hideFd(int Fd) {
  int High = fcntl(Fd, F_DUPFD_CLOEXEC, lowestHidden());
  if (High >= 0)
    close(Fd);
  else
    fcntl(High = Fd, F_SETFD, FD_CLOEXEC);
  for (std::atomic<int> &Place : Hidden) {
    int Free = 0;
    if (Place.compare_exchange_strong(Free, High + 1))
      break;
  }
  return High;
}

bool isHiddenFd(int Fd) {
  for (const std::atomic<int> &Place : Hidden)
    if (Place.load(std::memory_order_relaxed) == Fd + 1)
      return Fd >= 0;
  return false;
}

void closeHiddenFd(int Fd) {
  for (std::atomic<int> &Place : Hidden) {
    int Used = Fd + 1;
    if (Place.compare_exchange_strong(Used, 0))
      break;
  }
  close(Fd);
}

} // namespace xlate
