//===- Ipc.cpp - System V IPC ---------------------------------------------===//
#include "Abi.h"
#include "Call.h"
#include <sys/ipc.h>

namespace xlate::sys {

Result handle::semop(Call &C) {
  C.K.keepUndo();
  return hostWait(C);
}

Result handle::semctl(Call &C) {
  constexpr int SemStat = 18, SemStatAny = 20;
  switch (static_cast<int>(C.A[2])) {
  case IPC_STAT:
  case SemStat:
  case SemStatAny: {
    HostSemidDs H;
    Result R = hostCall(SYS_semctl, C.A[0], C.A[1], C.A[2], toAddr(&H));
    if (R < 0)
      return R;
    return copyTo(C.A[3], toArm64(H)) ? R : -EFAULT;
  }
  case IPC_SET: {
    Arm64SemidDs G;
    if (!copyFrom(G, C.A[3]))
      return -EFAULT;
    HostSemidDs H = toHost(G);
    return hostCall(SYS_semctl, C.A[0], C.A[1], C.A[2], toAddr(&H));
  }
  default:
    return hostPass(C);
  }
}

} // namespace xlate::sys
