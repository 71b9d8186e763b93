//===- Poll.cpp - epoll, and waiting with a signal mask -------------------===//
#include "Abi.h"
#include "Call.h"
#include "WaitMask.h"
#include <algorithm>

namespace xlate::sys {

namespace {

/// Sixth argument of pselect6 and io_pgetevents.
struct MaskArg {
  uint64_t Addr, Size;
};

} // namespace

Result handle::ppoll(Call &C) {
  WaitMask M;
  if (Result R = M.init(C.A[3], C.A[4]))
    return R;
  return xlate_safe_syscall(SYS_ppoll, C.A[0], C.A[1], C.A[2], M.enter(C.K), 8,
                            0);
}

static Result withMaskArg(Call &C) {
  MaskArg Arg = {};
  WaitMask M;
  if (C.A[5]) {
    if (!copyFrom(Arg, C.A[5]))
      return -EFAULT;
    if (Result R = M.init(Arg.Addr, Arg.Size))
      return R;
  }
  MaskArg Host = {M.enter(C.K), 8};
  return xlate_safe_syscall(C.D.HostNr, C.A[0], C.A[1], C.A[2], C.A[3], C.A[4],
                            toAddr(&Host));
}

Result handle::pselect6(Call &C) { return withMaskArg(C); }
Result handle::io_pgetevents(Call &C) { return withMaskArg(C); }

Result handle::epoll_ctl(Call &C) {
  if (static_cast<int>(C.A[1]) == EPOLL_CTL_DEL)
    return hostCall(SYS_epoll_ctl, C.A[0], C.A[1], C.A[2], 0);
  Arm64EpollEvent G;
  if (!copyFrom(G, C.A[3]))
    return -EFAULT;
  epoll_event H = toHost(G);
  return hostCall(SYS_epoll_ctl, C.A[0], C.A[1], C.A[2], toAddr(&H));
}

/// epoll_pwait and epoll_pwait2, which have the mask in the same place.
static Result epollWait(Call &C) {
  // Enough for nearly every caller; the rest pays for an allocation. A call may
  // always return fewer events than there is room for.
  constexpr int FewEvents = 64, MostEvents = 1 << 16;
  const int Max = std::min(static_cast<int>(C.A[2]), MostEvents);
  epoll_event Few[FewEvents];
  std::vector<epoll_event> Many(Max > FewEvents ? static_cast<size_t>(Max) : 0);
  epoll_event *Host = Max > FewEvents ? Many.data() : Few;
  WaitMask M;
  if (Result R = M.init(C.A[4], C.A[5]))
    return R;
  const Result N =
      xlate_safe_syscall(C.D.HostNr, C.A[0], toAddr(Host),
                         static_cast<uint64_t>(Max), C.A[3], M.enter(C.K), 8);
  for (Result I = 0; I < N; ++I)
    if (!copyTo(C.A[1] + static_cast<uint64_t>(I) * sizeof(Arm64EpollEvent),
                toArm64(Host[I])))
      return -EFAULT;
  return N;
}

Result handle::epoll_pwait(Call &C) { return epollWait(C); }
Result handle::epoll_pwait2(Call &C) { return epollWait(C); }

} // namespace xlate::sys
