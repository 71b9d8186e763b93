//===- Signals.cpp - From host signals to guest handlers ------------------===//
//
// The host handler (HostHandler.cpp) only takes note: it keeps the signal in
// the thread, blocks all others in the interrupted context and asks for a
// safepoint. The thread delivers there and then makes the host mask equal to
// the guest's again. So at most one asynchronous signal is in the thread's
// hands, and the kernel keeps the rest: the queue, its order and its payloads.
//
// The guest's mask is the host's, less SIGSEGV, SIGBUS and SIGFPE, which must
// always reach us. Default and ignored dispositions are the kernel's business:
// stops, continues and exit statuses are then the native ones. docs/signals.md
// has the reasoning.
//
//===----------------------------------------------------------------------===//

#include "Signals.h"
#include "FaultAddress.h"
#include "Guard.h"
#include "Process.h"
#include "ResumePoint.h"
#include "SigFrame.h"
#include "Tracee.h"
#include "xlate/Ops/Eval.h"
#include "xlate/Ops/FpEnv.h"
#include "xlate/Support/HostCpu.h"
#include "xlate/Support/Sanitizers.h"
#include <cstdio>
#include <cstring>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

using namespace xlate;
using namespace xlate::runtime;

//--- The host's view ----------------------------------------------------------

uint64_t Process::hostMask(uint64_t GuestMask) {
  GuestThread &T = *currentThread();
  T.TempMask = GuestMask & ~Unblockable;
  T.HasTempMask = true;
  return GuestMask & ~HostSync;
}

void runtime::applySigMask(GuestThread &T) {
  const uint64_t M = T.SigMask & ~HostSync;
  T.MaskClosed.store(false, std::memory_order_relaxed);
  // Must not open the mask over a signal that was just caught: that would make
  // room for a second one. In that case a safepoint follows, which comes back.
  if (xlate_safe_syscall(SYS_rt_sigprocmask, SIG_SETMASK,
                         reinterpret_cast<uint64_t>(&M), 0, 8, 0,
                         0) == sys::Restart)
    T.MaskClosed.store(true, std::memory_order_relaxed);
}

/// ESR_EL1 of a data abort at EL0.
static uint32_t dataAbortEsr(const siginfo_t &Info, bool Write) {
  uint32_t Dfsc = Info.si_code == SEGV_ACCERR ? 0x0f : 0x07;
  if (Info.si_signo == SIGBUS)
    Dfsc = Info.si_code == BUS_ADRALN ? 0x21 : 0x10;
  return 0x92000000 | (Write ? 1u << 6 : 0) | Dfsc;
}

/// A crash that isn't the guest's doing.
static void internalError(int Sig, const siginfo_t &Info, uint64_t HostPc) {
  char Text[160];
  const int N = std::snprintf(
      Text, sizeof Text,
      "xlate-run: internal error: signal %d at host %#lx, address %p\n", Sig,
      HostPc, Info.si_addr);
  (void)!write(2, Text, static_cast<size_t>(N));
  setHostAction(Sig, 0, 0); // it happens again and ends the process
}

/// Let the thread go on in code that can't be left: see TaggedAccess.cpp.
static bool stepTagged(GuestThread &T, ucontext_t &Uc) {
  if (!T.Tagged.begin(Uc, T.Step))
    return false;
  TheProcess->catchTraps();
  return true;
}

void runtime::endStep(GuestThread &T, ucontext_t &Uc) {
  if (T.Tagged.active())
    T.Tagged.end(Uc);
  if (T.Invalid.active())
    T.Invalid.end(Uc);
  T.Step.end(Uc);
}

void runtime::catchFpe(GuestThread &T, const siginfo_t &Info, ucontext_t *Uc) {
  if (Info.si_code != FPE_FLTINV)
    return internalError(SIGFPE, Info,
                         static_cast<uint64_t>(Uc->uc_mcontext.gregs[REG_RIP]));
  T.Invalid.begin(T.S, *Uc, T.Step);
  if (T.Invalid.active())
    TheProcess->catchTraps();
  // A resumed context may have it unmasked still.
  const bool Exact = TheProcess->ExactFp.load(std::memory_order_relaxed);
  if (Exact)
    T.S.Unmasked = fpenv::MxcsrInvalidMask;
  if (TheProcess->Counts.InvalidOps.fetch_add(1, std::memory_order_relaxed) >=
          MaxInvalidOps ||
      Exact)
    T.requestSafepoint();
}

void runtime::catchFault(GuestThread *T, int Sig, const siginfo_t &Info,
                         ucontext_t *Uc) {
  auto &Rip = Uc->uc_mcontext.gregs[REG_RIP];
  const auto Addr = reinterpret_cast<uint64_t>(Info.si_addr);
  uint64_t Lo, Hi;
  if (Sig == SIGSEGV && Info.si_code == SEGV_ACCERR &&
      TheProcess->Mem.unprotectForWrite(Addr, Lo, Hi)) {
    TheProcess->codeChanged(nullptr, Lo, Hi);
    return;
  }
  // A compiler thread has the %gs of the guest thread that started it.
  if (!T || !T->InGuest.load(std::memory_order_relaxed) ||
      T->Tid != syscall(SYS_gettid))
    return internalError(Sig, Info, static_cast<uint64_t>(Rip));
  CpuState &S = T->S;
  if (T->Step.active())
    endStep(*T, *Uc);
  const Unit *U = nullptr;
  bool KnowsSp = true;
  if (TheProcess->Code.contains(reinterpret_cast<void *>(Rip)))
    U = TheProcess->recoverState(S, *Uc, KnowsSp);
  // Non-canonical address (the host knows no more): perhaps but for its tag.
  if (Info.si_code == SI_KERNEL && U && !U->MasksTopByte &&
      (U->precise() || stepTagged(*T, *Uc))) {
    T->TagFault[0] = S.Pc;
    T->TagFault[1] = U->Pc;
    T->HasTagFault = true;
    T->requestSafepoint();
    if (!U->precise())
      return;
    S.Exit = ExitReason::Miss;
    Rip = reinterpret_cast<greg_t>(xlate_unwind);
    return;
  }
  PendingFault &F = T->Fault;
  F = {{Info, Sig},
       Addr,
       dataAbortEsr(Info, Uc->uc_mcontext.gregs[REG_ERR] & 2)};
  if (Info.si_code == SI_KERNEL) {
    // #SS, of an address in rsp or rbp, is SIGBUS.
    F.P.Sig = F.P.Info.si_signo = SIGSEGV;
    F.P.Info.si_code = SEGV_MAPERR;
    F.Esr = 0x92000004;
    F.AddrUnknown =
        U ? U->precise()
          : !TheProcess->Code.contains(reinterpret_cast<void *>(Rip));
  }
  if (!(U && U->precise()) &&
      T->Signals->View.load(std::memory_order_relaxed) !=
          FaultView::Registers) {
    T->FaultContext->take(*Uc);
    F.HasContext = true;
  }
  F.KnowsSp = KnowsSp;
  T->HasFault = true;
  T->requestSafepoint();
  S.Exit = ExitReason::Miss;
  Rip = reinterpret_cast<greg_t>(xlate_unwind);
}

void runtime::setHostAction(int Sig, uint64_t Handler, uint64_t GuestFlags) {
  KernelSigaction A;
  const bool Catch = Handler > 1 || (HostSync & sigBit(Sig) && Handler);
  A.Handler = Catch ? reinterpret_cast<uint64_t>(hostHandler) : Handler;
  A.Flags = (GuestFlags & (SA_RESTART | SA_NOCLDSTOP | SA_NOCLDWAIT)) |
            (Catch ? SA_SIGINFO | SA_ONSTACK : 0) | SaRestorer;
  A.Restorer = reinterpret_cast<uint64_t>(xlate_sigreturn);
  A.Mask = ~HostSync;
  syscall(SYS_rt_sigaction, Sig, &A, nullptr, 8);
}

void Process::followAction(int Sig, const KernelSigaction &A) {
  // SIG_IGN wouldn't keep the host's traps away: see catchTraps().
  const bool ForCore =
      (!A.Handler || Sig == SIGTRAP) && CaughtForCore & sigBit(Sig);
  if (!(HostSync & sigBit(Sig)))
    setHostAction(Sig, ForCore ? CatchIt : A.Handler, A.Flags);
}

void SignalTable::learn(int Sig) {
  if (Learned & sigBit(Sig))
    return;
  Learned |= sigBit(Sig);
  KernelSigaction Old;
  if (syscall(SYS_rt_sigaction, Sig, nullptr, &Old, 8) == 0 && Old.Handler == 1)
    Actions[Sig].Handler = 1;
}

XLATE_MAY_BE_LEFT static void raiseFromPrimitive(CpuState *S, ExitReason Reason,
                                                 uint64_t Info) {
  S->Exit = Reason;
  S->ExitInfo = Info;
  xlate_unwind();
}

void Process::initSignals() {
  RaiseFault = raiseFromPrimitive;
  GuestThread &T = *Threads;
  T.Signals = std::make_shared<SignalTable>();
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, nullptr, &T.SigMask, 8);
  for (int Sig = 1; Sig <= NumSignals; ++Sig)
    if (HostSync & sigBit(Sig)) {
      T.Signals->learn(Sig);
      setHostAction(Sig, CatchIt, 0);
    }
  T.Signals->learn(SIGTRAP); // catchTraps() can't
  initCoreDumps();
  applySigMask(T);
  const bool Traps = Options.UseTier == Tier::Auto || Aot.enabled();
  if (Traps && CPU_FEATURE_ACTIVE(AVX)) {
    T.S.Unmasked = fpenv::MxcsrInvalidMask;
    fpenv::enter(T.S);
  }
}

void Process::catchTraps() {
  if (CaughtForCore.fetch_or(sigBit(SIGTRAP)) & sigBit(SIGTRAP))
    return;
  // Not under the table's lock, which a fault's handler can't take; a change at
  // the same time is one to a handler or to what is caught by now.
  setHostAction(SIGTRAP, CatchIt, 0);
}

//--- Delivery -----------------------------------------------------------------

void Process::raiseSync(GuestThread &T, int Sig, int SiCode, uint64_t Addr,
                        uint32_t Esr) {
  PendingFault &F = T.Fault;
  F = {};
  F.P.Sig = F.P.Info.si_signo = Sig;
  F.P.Info.si_code = SiCode;
  F.P.Info.si_addr = reinterpret_cast<void *>(Addr);
  F.Addr = Sig == SIGSEGV || Sig == SIGBUS ? Addr : 0;
  F.Esr = Esr;
  T.HasFault = true;
  T.requestSafepoint();
}

/// Leave a signal whose time hasn't come, or whose default action applies, to
/// the kernel.
static void sendBack(const PendingSignal &P) {
  syscall(SYS_rt_tgsigqueueinfo, syscall(SYS_getpid), syscall(SYS_gettid),
          P.Sig, &P.Info);
}

static bool onAltStack(const GuestThread &T) {
  // SS_AUTODISARM: the thread is never on it, whatever its SP.
  if (T.GuestAltStack.ss_flags & SsAutodisarm)
    return false;
  const auto Lo = reinterpret_cast<uint64_t>(T.GuestAltStack.ss_sp);
  const uint64_t Sp = T.S.X[31];
  return Sp > Lo && Sp - Lo <= T.GuestAltStack.ss_size;
}

int runtime::altStackState(const GuestThread &T) {
  if (!T.GuestAltStack.ss_size)
    return SS_DISABLE;
  return onAltStack(T) ? SS_ONSTACK : 0;
}

/// Push the frame and set the registers for the handler of A, which returns to
/// Point if that isn't null.
void Process::enterHandler(GuestThread &T, const PendingSignal &P,
                           const KernelSigaction &A,
                           std::shared_ptr<ResumePoint> Point) {
  CpuState &S = T.S;
  uint64_t Sp = S.X[31];
  if ((A.Flags & SA_ONSTACK) && altStackState(T) == 0)
    Sp = reinterpret_cast<uint64_t>(T.GuestAltStack.ss_sp) +
         T.GuestAltStack.ss_size;
  // The stack may be executable, and code on it write-protected.
  Mem.allowWrites(Sp - sizeof(Arm64SigFrame) - sizeof(Arm64FrameRecord), Sp);
  const uint64_t Frame = pushSigFrame(T, P, Sp);
  if (!Frame) {
    // force_sigsegv(): SIGSEGV in place of P; one that can't be delivered
    // either ends the process.
    PendingSignal Segv = {};
    Segv.Sig = Segv.Info.si_signo = SIGSEGV;
    Segv.Info.si_code = SI_KERNEL;
    KernelSigaction SegvAction = T.Signals->get(SIGSEGV);
    if (P.Sig == SIGSEGV || SegvAction.Handler <= 1 ||
        (T.SigMask & sigBit(SIGSEGV)))
      dieBySignal(T, Segv, Sp);
    return deliverTo(T, Segv, SegvAction);
  }
  forgetResumePoints(T, Frame, Sp);
  if (Point) {
    Point->Frame = Frame;
    // Most handlers that don't return leave a frame that the next one's covers.
    constexpr size_t MaxPoints = 64;
    if (T.ResumePoints.size() == MaxPoints)
      T.ResumePoints.erase(T.ResumePoints.begin());
    T.ResumePoints.push_back(std::move(Point));
  }

  uint64_t Mask = (T.HasTempMask ? T.TempMask : T.SigMask) | A.Mask;
  T.HasTempMask = false;
  if (!(A.Flags & SA_NODEFER))
    Mask |= sigBit(P.Sig);
  T.SigMask = Mask & ~Unblockable;
  T.MaskClosed.store(true, std::memory_order_relaxed);

  S.X[0] = static_cast<uint64_t>(P.Sig);
  if (A.Flags & SA_SIGINFO) {
    S.X[1] = Frame + offsetof(Arm64SigFrame, Info);
    S.X[2] = Frame + offsetof(Arm64SigFrame, Uc);
  }
  S.X[30] = (A.Flags & SaRestorer) ? A.Restorer : Program.VdsoSigreturn;
  S.Pc = A.Handler;
  S.ExclSize = 0;
  if (T.GuestAltStack.ss_flags & SsAutodisarm)
    T.GuestAltStack = {nullptr, SS_DISABLE, 0};
}

void Process::deliverTo(GuestThread &T, const PendingSignal &P,
                        const KernelSigaction &A,
                        std::shared_ptr<ResumePoint> Point) {
  if (A.Flags & SA_RESETHAND) {
    T.Signals->reset(P.Sig);
    if (!(HostSync & sigBit(P.Sig)))
      setHostAction(P.Sig, 0, 0);
  }
  Counts.Signals.fetch_add(1, std::memory_order_relaxed);
  sys::traceSignal(P.Sig, P.Info.si_code,
                   reinterpret_cast<uint64_t>(P.Info.si_addr));
  enterHandler(T, P, A, std::move(Point));
}

void Process::deliverFault(GuestThread &T) {
  PendingFault F = T.Fault;
  T.HasFault = false;
  if (F.AddrUnknown) {
    F.Addr = nonCanonicalAddress(T.S);
    F.P.Info.si_addr = reinterpret_cast<void *>(F.Addr);
  }
  T.LastFaultAddr = F.Addr;
  T.LastFaultEsr = F.Esr;
  if (T.Trace && !traceSignal(T, F.P))
    return;
  const KernelSigaction A = T.Signals->get(F.P.Sig);
  // Ignored or blocked it can't be: force_sig_info().
  if (A.Handler <= 1 || (T.SigMask & sigBit(F.P.Sig)))
    dieBySignal(T, F.P, F.Addr);
  if (!F.KnowsSp) {
    // Anywhere but where the guest's stack may be in use. (This happens at one
    // access in some hundred of the optimising tier, see FrameTracker.)
    constexpr uint64_t Bytes = 64 << 10;
    const sys::Result Stack = mmap(T.S, 0, Bytes, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (Stack < 0)
      dieBySignal(T, F.P, F.Addr);
    T.S.X[31] = static_cast<uint64_t>(Stack) + Bytes;
  }
  std::shared_ptr<ResumePoint> Point;
  if (F.HasContext && canResume(T))
    Point = std::make_shared<ResumePoint>(T);
  deliverTo(T, F.P, A, std::move(Point));
}

/// A signal that someone sent. False if the guest's mask holds it back.
bool Process::deliverSent(GuestThread &T, PendingSignal P) {
  if ((T.HasTempMask ? T.TempMask : T.SigMask) & sigBit(P.Sig))
    return false;
  const bool Traced = T.Trace != nullptr;
  if (Traced && !traceSignal(T, P))
    return true;
  const KernelSigaction A = T.Signals->get(P.Sig);
  if (A.Handler > 1)
    deliverTo(T, P, A);
  else if (A.Handler == 0 && (HostSync | CaughtForCore.load()) & sigBit(P.Sig))
    dieBySignal(T, P, 0);
  else if (A.Handler == 0 && Traced)
    defaultAction(T, P);
  else if (A.Handler == 0) {
    // The action changed since the signal was caught, or it was caught for the
    // tracer of another thread.
    setHostAction(P.Sig, 0, 0);
    sendBack(P);
  }
  return true;
}

void Process::safepoint(GuestThread &T) {
  T.enterSafepoint();
  updateJumpCache(T);
  if (T.S.Unmasked) {
    if (Counts.InvalidOps.load(std::memory_order_relaxed) > MaxInvalidOps)
      useExactFp(T);
    if (ExactFp.load(std::memory_order_relaxed))
      maskInvalid(T);
  }
  if (T.HasTagFault)
    maskTagsIn(T);
  if (T.Trace && T.Trace->Uncaught)
    catchForTracer(*T.Signals, std::exchange(T.Trace->Uncaught, 0));
  if (T.TraceAsked.load(std::memory_order_relaxed))
    stopAsAsked(T);

  // A fault goes first: its frame must show the faulting instruction.
  if (T.HasFault)
    deliverFault(T);
  for (unsigned I = 0; I != GuestThread::NumHeld; ++I)
    if (T.HasHeld[I].load(std::memory_order_relaxed) &&
        deliverSent(T, T.Held[I]))
      T.HasHeld[I].store(false, std::memory_order_relaxed);
  if (T.HasCaught.load(std::memory_order_relaxed)) {
    if (!deliverSent(T, T.Caught))
      sendBack(T.Caught);
    T.HasCaught.store(false, std::memory_order_relaxed);
  }
  T.HasTempMask = false;
  if (T.MaskClosed.load(std::memory_order_relaxed))
    applySigMask(T);
}
