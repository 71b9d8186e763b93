//===- Signals.cpp - Host signals to guest signals ------------------------===//
//
// Asynchronous signals: the host handler queues the signal, blocks all others
// in the interrupted context and sets PollFlag; the thread delivers it at its
// next safepoint and then makes the host mask equal to the guest's again. So
// at most one asynchronous host signal is in flight per thread, and the kernel
// keeps the queue, its order and its payloads.
//
// The guest's mask is the host's mask, less the synchronous signals, which
// must reach us always. Ignored and default dispositions are the kernel's
// business: stops, continues and exit statuses are then the native ones.
//
//===----------------------------------------------------------------------===//

#include "Guard.h"
#include "Process.h"
#include "SigFrame.h"
#include "xlate/Ops/Eval.h"
#include "xlate/Syscall/SafeCopy.h"
#include <cstdio>
#include <cstring>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

constexpr uint64_t SyncSignals = sigBit(SIGSEGV) | sigBit(SIGBUS) |
                                 sigBit(SIGILL) | sigBit(SIGFPE) |
                                 sigBit(SIGTRAP);
constexpr uint64_t Unblockable = sigBit(SIGKILL) | sigBit(SIGSTOP);

/// arm64 SA_RESTORER is as on x86-64.
constexpr uint64_t SaRestorer = 0x04000000;

static void setHostMask(uint64_t GuestMask) {
  uint64_t M = GuestMask & ~SyncSignals;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &M, nullptr, 8);
}

uint64_t Process::hostMask(uint64_t GuestMask) {
  CpuState *S;
  asm("movq %%gs:%c1, %0" : "=r"(S) : "i"(offsetof(CpuState, Self)));
  GuestThread &T = GuestThread::of(*S);
  T.TempMask = GuestMask & ~Unblockable;
  T.HasTempMask = true;
  return GuestMask & ~SyncSignals;
}

//--- Host handler -----------------------------------------------------------

static bool isSync(int Sig, const siginfo_t &Info) {
  return (SyncSignals & sigBit(Sig)) && Info.si_code > 0;
}

static void queue(GuestThread &T, const PendingSignal &P) {
  unsigned N = T.NumPending.load(std::memory_order_relaxed);
  if (N == GuestThread::MaxPending)
    return; // only floods of kill(SIGSEGV) and the like can get here
  T.Pending[N] = P;
  T.NumPending.store(N + 1, std::memory_order_relaxed);
  T.requestSafepoint();
}

/// ESR_EL1 of a data abort at EL0.
static uint32_t dataAbortEsr(const siginfo_t &Info, bool Write) {
  uint32_t Dfsc = Info.si_code == SEGV_ACCERR ? 0x0f : 0x07;
  if (Info.si_signo == SIGBUS)
    Dfsc = Info.si_code == BUS_ADRALN ? 0x21 : 0x10;
  return 0x92000000 | (Write ? 1u << 6 : 0) | Dfsc;
}

static void handleSync(GuestThread &T, int Sig, siginfo_t *Info,
                       ucontext_t *Uc) {
  auto &Rip = Uc->uc_mcontext.gregs[REG_RIP];
  uint64_t Lo, Hi;
  if (Sig == SIGSEGV && Info->si_code == SEGV_ACCERR &&
      TheProcess->Mem.unprotectForWrite(
          reinterpret_cast<uint64_t>(Info->si_addr), Lo, Hi)) {
    TheProcess->codeChanged(nullptr, Lo, Hi);
    return;
  }
  if (!T.InGuest.load(std::memory_order_relaxed)) {
    std::fprintf(
        stderr,
        "xlate-run: internal error: signal %d at host %#llx, address %p\n", Sig,
        static_cast<unsigned long long>(Rip), Info->si_addr);
    struct {
      uint64_t H, F, R, M;
    } Dfl = {0, 0, 0, 0};
    syscall(SYS_rt_sigaction, Sig, &Dfl, nullptr, 8);
    return; // faults again and dies
  }
  CpuState &S = T.S;
  if (TheProcess->Code.contains(reinterpret_cast<void *>(Rip)))
    TheProcess->recoverState(S, *Uc);
  PendingSignal P = {};
  P.Sig = Sig;
  P.Sync = true;
  P.Info = *Info;
  P.FaultAddr = reinterpret_cast<uint64_t>(Info->si_addr);
  if (Sig == SIGSEGV || Sig == SIGBUS) {
    P.Esr = dataAbortEsr(*Info, Uc->uc_mcontext.gregs[REG_ERR] & 2);
    if (Info->si_code == SI_KERNEL)
      P.Info.si_code = SEGV_MAPERR; // non-canonical address
  }
  queue(T, P);
  S.Exit = ExitReason::Miss;
  Rip = reinterpret_cast<greg_t>(xlate_unwind);
}

static void hostHandler(int Sig, siginfo_t *Info, void *Ctx) {
  auto *Uc = static_cast<ucontext_t *>(Ctx);
  // Compiler threads, which have no guest state, read guest code too.
  if ((Sig == SIGSEGV || Sig == SIGBUS) && Info->si_code > 0 &&
      sys::fixSafeCopyFault(Uc))
    return;
  CpuState *S;
  asm volatile("movq %%gs:%c1, %0" : "=r"(S) : "i"(offsetof(CpuState, Self)));
  GuestThread &T = GuestThread::of(*S);
  if (isSync(Sig, *Info))
    return handleSync(T, Sig, Info, Uc);

  PendingSignal P = {};
  P.Sig = Sig;
  P.Info = *Info;
  queue(T, P);
  uint64_t Mask = ~SyncSignals;
  std::memcpy(&Uc->uc_sigmask, &Mask, sizeof Mask);
  // A system call that hasn't been entered yet must not be: see SafeSyscall.S.
  auto &Rip = Uc->uc_mcontext.gregs[REG_RIP];
  if (Rip >= reinterpret_cast<greg_t>(xlate_safe_syscall_start) &&
      Rip < reinterpret_cast<greg_t>(xlate_safe_syscall_end))
    Rip = reinterpret_cast<greg_t>(xlate_safe_syscall_interrupted);
}

static void installHost(int Sig, uint64_t GuestFlags) {
  struct {
    void (*Handler)(int, siginfo_t *, void *);
    uint64_t Flags;
    void (*Restorer)();
    uint64_t Mask;
  } A;
  A.Handler = hostHandler;
  A.Flags = SA_SIGINFO | SA_ONSTACK | SaRestorer |
            (GuestFlags & (SA_RESTART | SA_NOCLDSTOP | SA_NOCLDWAIT));
  A.Restorer = xlate_sigreturn;
  A.Mask = ~SyncSignals;
  syscall(SYS_rt_sigaction, Sig, &A, nullptr, 8);
}

static void raiseFromPrimitive(CpuState *S, ExitReason Reason, uint64_t Info) {
  S->Exit = Reason;
  S->ExitInfo = Info;
  xlate_unwind();
}

void Process::initSignals() {
  RaiseFault = raiseFromPrimitive;
  GuestThread &T = *Threads;
  T.Signals = std::make_shared<SignalTable>();
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, nullptr, &T.SigMask, 8);
  for (int Sig = 1; Sig <= NumSignals; ++Sig) {
    KernelSigaction Old;
    if (syscall(SYS_rt_sigaction, Sig, nullptr, &Old, 8) == 0 &&
        Old.Handler == 1)
      T.Signals->Actions[Sig].Handler = 1; // inherited SIG_IGN
    if (SyncSignals & sigBit(Sig))
      installHost(Sig, 0);
  }
  setHostMask(T.SigMask);
}

//--- Delivery -----------------------------------------------------------------

void Process::raiseSync(GuestThread &T, int Sig, int SiCode, uint64_t Addr,
                        uint32_t Esr) {
  PendingSignal P = {};
  P.Sig = Sig;
  P.Sync = true;
  P.Info.si_signo = Sig;
  P.Info.si_code = SiCode;
  P.Info.si_addr = reinterpret_cast<void *>(Addr);
  P.FaultAddr = Addr;
  P.Esr = Esr;
  queue(T, P);
}

static const char *faultText(const PendingSignal &P) {
  switch (P.Sig) {
  case SIGSEGV:
    return "Segmentation fault";
  case SIGBUS:
    return "Bus error";
  case SIGILL:
    return "Illegal instruction";
  case SIGTRAP:
    return "Trace/breakpoint trap";
  case SIGFPE:
    return "Floating point exception";
  default:
    return "signal";
  }
}

/// Default action of a signal that our handler caught: die of it natively, so
/// that the parent sees the true wait status.
void Process::dieBySignal(GuestThread &T, const PendingSignal &P) {
  if (P.Sync)
    std::fprintf(
        stderr, "xlate-run: uncaught signal %d (%s) at pc %#lx, address %#lx\n",
        P.Sig, faultText(P), T.S.Pc, P.FaultAddr);
  if (!T.IsVforkChild)
    recordProfile(false);
  KernelSigaction Dfl;
  syscall(SYS_rt_sigaction, P.Sig, &Dfl, nullptr, 8);
  uint64_t Mask = ~sigBit(P.Sig);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &Mask, nullptr, 8);
  syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), P.Sig);
  syscall(SYS_exit_group, 128 + P.Sig);
  __builtin_unreachable();
}

static void writeFrame(GuestThread &T, const PendingSignal &P,
                       Arm64SigFrame &F) {
  CpuState &S = T.S;
  std::memset(&F, 0, offsetof(Arm64SigFrame, Uc.Mc.Reserved) + 1024);
  std::memcpy(F.Info, &P.Info, sizeof F.Info);
  F.Uc.Stack = {reinterpret_cast<uint64_t>(T.GuestAltStack.ss_sp),
                T.GuestAltStack.ss_flags, 0, T.GuestAltStack.ss_size};
  F.Uc.Sigmask = T.SigMask;
  Arm64Sigcontext &Mc = F.Uc.Mc;
  Mc.FaultAddress = P.Sync ? P.FaultAddr : 0;
  std::memcpy(Mc.Regs, S.X, sizeof Mc.Regs);
  Mc.Sp = S.X[31];
  Mc.Pc = S.Pc;
  Mc.Pstate = uint64_t(S.N) << 31 | uint64_t(S.Z) << 30 | uint64_t(S.C) << 29 |
              uint64_t(S.V_) << 28;
  Arm64Fpsimd Fp;
  Fp.Magic = FpsimdMagic;
  Fp.Size = sizeof Fp;
  Value Fpsr;
  Uop Read{Op::readSys};
  Read.Imm = static_cast<int64_t>(SysReg::Fpsr);
  eval_readSys(&S, &Fpsr, nullptr, nullptr, nullptr, packParam(Read));
  Fp.Fpsr = static_cast<uint32_t>(Fpsr.X);
  Fp.Fpcr = S.Fpcr;
  std::memcpy(Fp.V, S.V, sizeof Fp.V);
  uint8_t *Rec = Mc.Reserved;
  std::memcpy(Rec, &Fp, sizeof Fp);
  Rec += sizeof Fp;
  if (P.Sync && P.Esr) {
    Arm64Esr E = {EsrMagic, sizeof E, P.Esr};
    std::memcpy(Rec, &E, sizeof E);
  }
}

static bool onAltStack(const GuestThread &T) {
  uint64_t Lo = reinterpret_cast<uint64_t>(T.GuestAltStack.ss_sp);
  return T.GuestAltStack.ss_size && T.S.X[31] - Lo <= T.GuestAltStack.ss_size;
}

void Process::deliver(GuestThread &T, const PendingSignal &P,
                      const KernelSigaction &A) {
  CpuState &S = T.S;
  uint64_t Sp = S.X[31];
  if ((A.Flags & SA_ONSTACK) && T.GuestAltStack.ss_flags != SS_DISABLE &&
      T.GuestAltStack.ss_size && !onAltStack(T))
    Sp = reinterpret_cast<uint64_t>(T.GuestAltStack.ss_sp) +
         T.GuestAltStack.ss_size;
  Sp = (Sp - sizeof(Arm64FrameRecord)) & ~uint64_t(15);
  uint64_t RecordAt = Sp;
  Sp = (Sp - sizeof(Arm64SigFrame)) & ~uint64_t(15);

  Arm64SigFrame F;
  writeFrame(T, P, F);
  Arm64FrameRecord Rec = {S.X[29], S.X[30]};
  if (!sys::safeCopy(reinterpret_cast<void *>(Sp), &F,
                     offsetof(Arm64SigFrame, Uc.Mc.Reserved) + 1024) ||
      !sys::safeCopy(reinterpret_cast<void *>(RecordAt), &Rec, sizeof Rec)) {
    PendingSignal Seg = {};
    Seg.Sig = SIGSEGV;
    Seg.Sync = true;
    Seg.FaultAddr = Sp;
    dieBySignal(T, Seg);
  }

  // The handler runs with the mask in force plus its own.
  uint64_t Mask = T.HasTempMask ? T.TempMask : T.SigMask;
  T.HasTempMask = false;
  Mask |= A.Mask;
  if (!(A.Flags & SA_NODEFER))
    Mask |= sigBit(P.Sig);
  T.SigMask = Mask & ~Unblockable;

  S.X[0] = static_cast<uint64_t>(P.Sig);
  if (A.Flags & SA_SIGINFO) {
    S.X[1] = Sp + offsetof(Arm64SigFrame, Info);
    S.X[2] = Sp + offsetof(Arm64SigFrame, Uc);
  }
  S.X[29] = RecordAt;
  S.X[30] = (A.Flags & SaRestorer) ? A.Restorer : Program.VdsoSigreturn;
  S.X[31] = Sp;
  S.Pc = A.Handler;
  S.ExclSize = 0;
  if (static_cast<uint32_t>(T.GuestAltStack.ss_flags) &
      (1u << 31)) // SS_AUTODISARM
    T.GuestAltStack = {nullptr, SS_DISABLE, 0};
}

static bool ignoredByDefault(int Sig) {
  return Sig == SIGCHLD || Sig == SIGURG || Sig == SIGWINCH || Sig == SIGCONT;
}

void Process::safepoint(GuestThread &T) {
  CpuState &S = T.S;
  T.enterSafepoint();
  if (T.FlushJumpCache.exchange(false))
    T.clearJumpCache();

  // Only this thread touches Pending: other asynchronous signals are blocked
  // while one is queued.
  for (unsigned I = 0; I < T.NumPending.load(std::memory_order_relaxed);) {
    PendingSignal P = T.Pending[I];
    uint64_t Mask = T.HasTempMask ? T.TempMask : T.SigMask;
    const bool Blocked = Mask & sigBit(P.Sig);
    if (Blocked && !P.Sync) {
      ++I;
      continue;
    }
    unsigned N = T.NumPending.load(std::memory_order_relaxed) - 1;
    std::memmove(&T.Pending[I], &T.Pending[I + 1], (N - I) * sizeof P);
    T.NumPending.store(N, std::memory_order_relaxed);

    KernelSigaction &Slot = T.Signals->Actions[P.Sig];
    KernelSigaction A = Slot;
    if (P.Sync && (Blocked || A.Handler <= 1))
      dieBySignal(T, P);
    if (A.Handler == 1 || (A.Handler == 0 && ignoredByDefault(P.Sig)))
      continue;
    if (A.Handler == 0)
      dieBySignal(T, P);
    if (A.Flags & SA_RESETHAND) {
      Slot.Handler = 0;
      if (!(SyncSignals & sigBit(P.Sig))) {
        KernelSigaction Dfl;
        syscall(SYS_rt_sigaction, P.Sig, &Dfl, nullptr, 8);
      }
    }
    deliver(T, P, A);
    Counts.Signals.fetch_add(1, std::memory_order_relaxed);
  }
  T.HasTempMask = false;
  setHostMask(T.SigMask);
}

//--- System calls
//----------------------------------------------------------------

sys::Result Process::sigaction(CpuState &S, int Sig, const void *New, void *Old,
                               uint64_t Size) {
  if (Size != 8 || Sig < 1 || Sig > NumSignals)
    return -EINVAL;
  GuestThread &T = GuestThread::of(S);
  KernelSigaction A, Prev;
  if (New && !sys::safeCopy(&A, New, sizeof A))
    return -EFAULT;
  if (New && (Sig == SIGKILL || Sig == SIGSTOP))
    return -EINVAL;
  SignalTable &Table = *T.Signals;
  bool NeedsPrecise = false;
  while (Table.Lock.test_and_set(std::memory_order_acquire))
    ;
  Prev = Table.Actions[Sig];
  if (New) {
    A.Mask &= ~Unblockable;
    Table.Actions[Sig] = A;
    if (SyncSignals & sigBit(Sig)) {
      if (A.Handler > 1 && !Table.WantsPrecise.exchange(true))
        NeedsPrecise = true;
    } else {
      if (A.Handler > 1) {
        installHost(Sig, A.Flags);
      } else {
        KernelSigaction H;
        H.Handler = A.Handler;
        H.Flags = (A.Flags & (SA_NOCLDSTOP | SA_NOCLDWAIT)) | SaRestorer;
        H.Restorer = reinterpret_cast<uint64_t>(xlate_sigreturn);
        syscall(SYS_rt_sigaction, Sig, &H, nullptr, 8);
      }
    }
  }
  Table.Lock.clear(std::memory_order_release);
  if (NeedsPrecise)
    withdrawImprecise();
  if (Old && !sys::safeCopy(Old, &Prev, sizeof Prev))
    return -EFAULT;
  return 0;
}

sys::Result Process::sigprocmask(CpuState &S, int How, const uint64_t *Set,
                                 uint64_t *Old, uint64_t Size) {
  if (Size != 8)
    return -EINVAL;
  GuestThread &T = GuestThread::of(S);
  uint64_t Prev = T.SigMask;
  if (Set) {
    uint64_t M;
    if (!sys::safeCopy(&M, Set, sizeof M))
      return -EFAULT;
    switch (How) {
    case SIG_BLOCK:
      M |= T.SigMask;
      break;
    case SIG_UNBLOCK:
      M = T.SigMask & ~M;
      break;
    case SIG_SETMASK:
      break;
    default:
      return -EINVAL;
    }
    T.SigMask = M & ~Unblockable;
    // A signal caught just now is queued with the host mask closed: then the
    // safepoint opens it.
    if (T.NumPending.load(std::memory_order_relaxed))
      S.PollFlag.store(1, std::memory_order_relaxed);
    else
      setHostMask(T.SigMask);
  }
  if (Old && !sys::safeCopy(Old, &Prev, sizeof Prev))
    return -EFAULT;
  return 0;
}

sys::Result Process::sigaltstack(CpuState &S, const void *New, void *Old) {
  GuestThread &T = GuestThread::of(S);
  stack_t N, Prev = T.GuestAltStack;
  if (New && !sys::safeCopy(&N, New, sizeof N))
    return -EFAULT;
  if (Prev.ss_flags != SS_DISABLE)
    Prev.ss_flags =
        (Prev.ss_flags & ~SS_ONSTACK) | (onAltStack(T) ? SS_ONSTACK : 0);
  if (New) {
    if (onAltStack(T))
      return -EPERM;
    int Mode = N.ss_flags & 0x7fffffff;
    if (Mode != SS_DISABLE && Mode != SS_ONSTACK && Mode != 0)
      return -EINVAL;
    if (Mode == SS_DISABLE)
      N = {nullptr, SS_DISABLE, 0};
    else if (N.ss_size < 5120)
      return -ENOMEM;
    N.ss_flags &= ~SS_ONSTACK;
    T.GuestAltStack = N;
  }
  if (Old && !sys::safeCopy(Old, &Prev, sizeof Prev))
    return -EFAULT;
  return 0;
}

sys::Result Process::sigreturn(CpuState &S) {
  GuestThread &T = GuestThread::of(S);
  Arm64SigFrame F;
  if ((S.X[31] & 15) ||
      !sys::safeCopy(&F, reinterpret_cast<void *>(S.X[31]), sizeof F)) {
    raiseSync(T, SIGSEGV, SEGV_MAPERR, S.X[31], 0);
    return sys::NoResult;
  }
  const Arm64Sigcontext &Mc = F.Uc.Mc;
  std::memcpy(S.X, Mc.Regs, sizeof Mc.Regs);
  S.X[31] = Mc.Sp;
  S.Pc = Mc.Pc;
  S.N = Mc.Pstate >> 31 & 1;
  S.Z = Mc.Pstate >> 30 & 1;
  S.C = Mc.Pstate >> 29 & 1;
  S.V_ = Mc.Pstate >> 28 & 1;
  S.ExclSize = 0;
  for (size_t Off = 0; Off + 8 <= sizeof Mc.Reserved;) {
    uint32_t Head[2];
    std::memcpy(Head, Mc.Reserved + Off, sizeof Head);
    if (Head[0] == 0 || Head[1] < 8 || Off + Head[1] > sizeof Mc.Reserved)
      break;
    if (Head[0] == FpsimdMagic && Head[1] == sizeof(Arm64Fpsimd)) {
      Arm64Fpsimd Fp;
      std::memcpy(&Fp, Mc.Reserved + Off, sizeof Fp);
      std::memcpy(S.V, Fp.V, sizeof Fp.V);
      auto Write = [&](SysReg R, uint32_t V) {
        Value A;
        A.X = V;
        Uop U{Op::writeSys};
        U.Imm = static_cast<int64_t>(R);
        eval_writeSys(&S, nullptr, &A, nullptr, nullptr, packParam(U));
      };
      Write(SysReg::Fpcr, Fp.Fpcr);
      Write(SysReg::Fpsr, Fp.Fpsr);
    }
    Off += Head[1];
  }
  T.SigMask = F.Uc.Sigmask & ~Unblockable;
  T.GuestAltStack.ss_sp = reinterpret_cast<void *>(F.Uc.Stack.Sp);
  T.GuestAltStack.ss_flags = F.Uc.Stack.Flags;
  T.GuestAltStack.ss_size = F.Uc.Stack.Size;
  if (T.NumPending.load(std::memory_order_relaxed))
    S.PollFlag.store(1, std::memory_order_relaxed);
  else
    setHostMask(T.SigMask);
  return sys::NoResult;
}

sys::Result Process::sigsuspend(CpuState &S, const uint64_t *Set,
                                uint64_t Size) {
  uint64_t M;
  if (Size != 8)
    return -EINVAL;
  if (!sys::safeCopy(&M, Set, sizeof M))
    return -EFAULT;
  uint64_t Host = hostMask(M);
  // Signals caught earlier but blocked until now end the wait at once.
  GuestThread &T = GuestThread::of(S);
  for (unsigned I = 0; I != T.NumPending.load(std::memory_order_relaxed); ++I)
    if (!(M & sigBit(T.Pending[I].Sig))) {
      S.PollFlag.store(1, std::memory_order_relaxed);
      return -EINTR;
    }
  return xlate_safe_syscall(SYS_rt_sigsuspend,
                            reinterpret_cast<uint64_t>(&Host), 8, 0, 0, 0, 0);
}

sys::Result Process::sigpending(CpuState &S, uint64_t *Set, uint64_t Size) {
  if (Size > 8)
    return -EINVAL;
  uint64_t P = 0;
  syscall(SYS_rt_sigpending, &P, 8);
  GuestThread &T = GuestThread::of(S);
  for (unsigned I = 0; I != T.NumPending.load(std::memory_order_relaxed); ++I)
    P |= sigBit(T.Pending[I].Sig);
  return sys::safeCopy(Set, &P, Size) ? 0 : -EFAULT;
}
