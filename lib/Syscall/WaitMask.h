//===- WaitMask.h - Waiting with a signal mask ------------------*- C++ -*-===//
#ifndef XLATE_LIB_SYSCALL_WAITMASK_H
#define XLATE_LIB_SYSCALL_WAITMASK_H

#include "Call.h"

namespace xlate::sys {

/// The mask argument of ppoll and friends, as the host is to have it.
class WaitMask {
public:
  /// Read the mask at Addr. 0 or -errno.
  Result init(uint64_t Addr, uint64_t Size) {
    if (!Addr)
      return 0;
    if (Size != sizeof Guest)
      return -EINVAL;
    if (!copyFrom(Guest, Addr))
      return -EFAULT;
    Given = true;
    return 0;
  }
  /// Address for the host call, which must follow at once.
  uint64_t enter(Services &K) {
    if (!Given)
      return 0;
    Host = K.hostMask(Guest);
    return toAddr(&Host);
  }

private:
  uint64_t Guest = 0, Host = 0;
  bool Given = false;
};

} // namespace xlate::sys

#endif // XLATE_LIB_SYSCALL_WAITMASK_H
