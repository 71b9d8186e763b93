//===- Time.cpp - Clocks --------------------------------------------------===//
#include "Call.h"
#include <ctime>
#include <sys/time.h>

namespace xlate::sys {

// The C library's versions read the host's vDSO: no host system call.

Result handle::clock_gettime(Call &C) {
  timespec Ts;
  if (::clock_gettime(static_cast<clockid_t>(C.A[0]), &Ts) != 0)
    return -errno;
  return copyTo(C.A[1], Ts) ? 0 : -EFAULT;
}

Result handle::gettimeofday(Call &C) {
  timeval Tv;
  ::gettimeofday(&Tv, nullptr);
  if (C.A[0] && !copyTo(C.A[0], Tv))
    return -EFAULT;
  return C.A[1] ? hostCall(SYS_gettimeofday, 0, C.A[1]) : 0;
}

} // namespace xlate::sys
