//===- Signal.cpp - Signals -----------------------------------------------===//
//
// struct sigaction, stack_t, siginfo_t and the signal sets are identical. The
// runtime reads and writes them at guest addresses with safe copies.
//
//===----------------------------------------------------------------------===//
#include "Call.h"

namespace xlate::sys {

Result handle::rt_sigaction(Call &C) {
  return C.K.sigaction(C.S, static_cast<int>(C.A[0]), toPtr(C.A[1]),
                       toPtr(C.A[2]), C.A[3]);
}

Result handle::rt_sigprocmask(Call &C) {
  return C.K.sigprocmask(C.S, static_cast<int>(C.A[0]),
                         toPtr<const uint64_t>(C.A[1]), toPtr<uint64_t>(C.A[2]),
                         C.A[3]);
}

Result handle::sigaltstack(Call &C) {
  return C.K.sigaltstack(C.S, toPtr(C.A[0]), toPtr(C.A[1]));
}

Result handle::rt_sigreturn(Call &C) { return C.K.sigreturn(C.S); }

Result handle::rt_sigsuspend(Call &C) {
  return C.K.sigsuspend(C.S, toPtr<const uint64_t>(C.A[0]), C.A[1]);
}

Result handle::rt_sigpending(Call &C) {
  return C.K.sigpending(C.S, toPtr<uint64_t>(C.A[0]), C.A[1]);
}

Result handle::rt_sigtimedwait(Call &C) {
  return C.K.sigtimedwait(C.S, toPtr<const uint64_t>(C.A[0]), toPtr(C.A[1]),
                          toPtr(C.A[2]), C.A[3]);
}

} // namespace xlate::sys
