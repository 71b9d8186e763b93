//===- SignalCalls.cpp - System calls about signals -----------------------===//

#include "Process.h"
#include "ResumePoint.h"
#include "SigFrame.h"
#include "Signals.h"
#include "xlate/Syscall/SafeCopy.h"
#include <sys/syscall.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

/// Handlers of these see the registers in the middle of a unit, if they are
/// given any: see ResumePoint.h. (What raises SIGILL or SIGTRAP ends a unit,
/// with all registers in CpuState, and nothing raises SIGFPE.)
constexpr uint64_t FaultSignals = sigBit(SIGSEGV) | sigBit(SIGBUS);

sys::Result Process::sigaction(CpuState &S, int Sig, const void *New, void *Old,
                               uint64_t Size) {
  if (Size != 8 || Sig < 1 || Sig > NumSignals ||
      (New && (Sig == SIGKILL || Sig == SIGSTOP)))
    return -EINVAL;
  KernelSigaction A, Prev;
  if (New && !sys::safeCopy(&A, New, sizeof A))
    return -EFAULT;
  GuestThread &T = GuestThread::of(S);
  SignalTable &Table = *T.Signals;
  {
    std::lock_guard G(Table);
    Table.learn(Sig);
    Prev = Table.Actions[Sig];
    if (New) {
      A.Mask &= ~Unblockable;
      Table.Actions[Sig] = A;
      followAction(Sig, A);
    }
  }
  if (New && T.Trace)
    catchForTracer(Table, sigBit(Sig));
  if (New && FaultSignals & sigBit(Sig) && Table.View != FaultView::Registers)
    widenView(T, viewOf(A));
  if (Old && !sys::safeCopy(Old, &Prev, sizeof Prev))
    return -EFAULT;
  return 0;
}

sys::Result Process::sigprocmask(CpuState &S, int How, const uint64_t *Set,
                                 uint64_t *Old, uint64_t Size) {
  if (Size != 8)
    return -EINVAL;
  GuestThread &T = GuestThread::of(S);
  const uint64_t Prev = T.SigMask;
  if (Set) {
    uint64_t M;
    if (!sys::safeCopy(&M, Set, sizeof M))
      return -EFAULT;
    switch (How) {
    case SIG_BLOCK:
      M |= Prev;
      break;
    case SIG_UNBLOCK:
      M = Prev & ~M;
      break;
    case SIG_SETMASK:
      break;
    default:
      return -EINVAL;
    }
    T.SigMask = M & ~Unblockable;
    if (T.SigMask != Prev)
      applySigMask(T);
    for (auto &Has : T.HasHeld)
      if (Has.load(std::memory_order_relaxed))
        T.requestSafepoint();
  }
  if (Old && !sys::safeCopy(Old, &Prev, sizeof Prev))
    return -EFAULT;
  return 0;
}

sys::Result Process::sigaltstack(CpuState &S, const void *New, void *Old) {
  GuestThread &T = GuestThread::of(S);
  stack_t N = {}, Prev = T.GuestAltStack;
  const int State = altStackState(T);
  Prev.ss_flags = State | (Prev.ss_flags & SsAutodisarm);
  if (New) {
    if (!sys::safeCopy(&N, New, sizeof N))
      return -EFAULT;
    const int Mode = N.ss_flags & ~SsAutodisarm;
    if (State == SS_ONSTACK)
      return -EPERM;
    if (Mode != SS_DISABLE && Mode != SS_ONSTACK && Mode != 0)
      return -EINVAL;
    constexpr size_t MinSize = 5120; // arm64 MINSIGSTKSZ
    if (Mode == SS_DISABLE) {
      N.ss_sp = nullptr;
      N.ss_size = 0;
    } else if (N.ss_size < MinSize) {
      return -ENOMEM;
    }
    T.GuestAltStack = N;
  }
  if (Old && !sys::safeCopy(Old, &Prev, sizeof Prev))
    return -EFAULT;
  return 0;
}

sys::Result Process::sigreturn(CpuState &S) {
  GuestThread &T = GuestThread::of(S);
  const uint64_t Frame = S.X[31];
  uint64_t Mask;
  if (!popSigFrame(T, Mask)) {
    raiseSync(T, SIGSEGV, Mem.mapped(S.X[31]) ? SEGV_ACCERR : SEGV_MAPERR,
              S.X[31], 0);
    return sys::NoResult;
  }
  T.Resuming = takeResumePoint(T, Frame);
  noteFpcr(S); // the handler may have changed it
  T.SigMask = Mask & ~Unblockable;
  applySigMask(T);
  for (auto &Has : T.HasHeld)
    if (Has.load(std::memory_order_relaxed))
      T.requestSafepoint();
  return sys::NoResult;
}

/// A held signal that Set names: its index, or -1.
static int findHeld(GuestThread &T, uint64_t Set) {
  for (int Sig : {SIGSEGV, SIGBUS, SIGFPE}) {
    const unsigned I = GuestThread::heldIndex(Sig);
    if (Set & sigBit(Sig) && T.HasHeld[I].load(std::memory_order_relaxed))
      return static_cast<int>(I);
  }
  return -1;
}

sys::Result Process::sigsuspend(CpuState &S, const uint64_t *Set,
                                uint64_t Size) {
  uint64_t M;
  if (Size != 8)
    return -EINVAL;
  if (!sys::safeCopy(&M, Set, sizeof M))
    return -EFAULT;
  const uint64_t Host = hostMask(M);
  if (findHeld(GuestThread::of(S), ~M) >= 0)
    return -EINTR;
  return xlate_safe_syscall(SYS_rt_sigsuspend,
                            reinterpret_cast<uint64_t>(&Host), 8, 0, 0, 0, 0);
}

sys::Result Process::sigpending(CpuState &S, uint64_t *Set, uint64_t Size) {
  if (Size > 8)
    return -EINVAL;
  uint64_t P = 0;
  syscall(SYS_rt_sigpending, &P, 8);
  GuestThread &T = GuestThread::of(S);
  for (int Sig : {SIGSEGV, SIGBUS, SIGFPE})
    if (T.HasHeld[GuestThread::heldIndex(Sig)].load(std::memory_order_relaxed))
      P |= sigBit(Sig);
  return sys::safeCopy(Set, &P, Size) ? 0 : -EFAULT;
}

sys::Result Process::sigtimedwait(CpuState &S, const uint64_t *Set, void *Info,
                                  const void *Timeout, uint64_t Size) {
  GuestThread &T = GuestThread::of(S);
  uint64_t M;
  if (Size == 8 && sys::safeCopy(&M, Set, sizeof M))
    if (const int I = findHeld(T, M); I >= 0) {
      const PendingSignal P = T.Held[I];
      T.HasHeld[I].store(false, std::memory_order_relaxed);
      return Info && !sys::safeCopy(Info, &P.Info, sizeof P.Info) ? -EFAULT
                                                                  : P.Sig;
    }
  return Services::sigtimedwait(S, Set, Info, Timeout, Size);
}
