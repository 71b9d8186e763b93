//===- Tracee.cpp - The traced side of ptrace -----------------------------===//
//
// See Trace.h. A traced process catches every signal: what the tracer lets
// through is then delivered, ignored or, where the default action applies, sent
// again for the kernel to act on.
//
//===----------------------------------------------------------------------===//

#include "Tracee.h"
#include "Guard.h"
#include "Process.h"
#include "SigFrame.h"
#include "Signals.h"
#include "xlate/Ops/FpEnv.h"
#include "xlate/Semantics/Semantics.h"
#include <cstring>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

using namespace xlate;
using namespace xlate::runtime;
using sys::TraceArea;
using sys::TraceResume;

/// Signals whose default action is to do nothing.
constexpr uint64_t DefaultIgnored =
    sigBit(SIGCHLD) | sigBit(SIGURG) | sigBit(SIGWINCH) | sigBit(SIGCONT);

static void sendSelf(int Sig, const siginfo_t &Info) {
  syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), Sig, &Info);
}

void runtime::catchForTracer(SignalTable &Table, uint64_t Signals) {
  std::lock_guard G(Table);
  for (int Sig = 1; Sig <= NumSignals; ++Sig) {
    if (!(Signals & ~Unblockable & ~HostSync & sigBit(Sig)))
      continue;
    Table.learn(Sig);
    const KernelSigaction &A = Table.Actions[Sig];
    // What is ignored may have an effect by that: no zombies.
    if (Sig == SIGCHLD && A.Handler == 1)
      continue;
    setHostAction(Sig, CatchIt, A.Flags | (A.Handler <= 1 ? SA_RESTART : 0));
  }
}

void Process::beginTrace(GuestThread &T) {
  if (T.Trace)
    return;
  T.Trace = std::make_shared<Tracee>();
  widenView(T, FaultView::Registers);
  catchForTracer(*T.Signals, ~uint64_t(0));
}

void Process::endTrace(GuestThread &T) {
  if (!T.Trace)
    return;
  T.Trace.reset();
  restoreHostActions(*T.Signals);
}

void Process::restoreHostActions(SignalTable &Table) {
  std::lock_guard G(Table);
  for (int Sig = 1; Sig <= NumSignals; ++Sig) {
    if (Unblockable & sigBit(Sig))
      continue;
    Table.learn(Sig);
    followAction(Sig, Table.Actions[Sig]);
  }
}

sys::Result Process::traceMe(CpuState &S) {
  GuestThread &T = GuestThread::of(S);
  if (syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0) != 0)
    return -errno;
  beginTrace(T);
  return 0;
}

static void showRegisters(CpuState &S, TraceArea &A) {
  std::memcpy(A.Regs.X, S.X, sizeof A.Regs.X);
  A.Regs.Sp = S.X[31];
  A.Regs.Pc = S.Pc;
  A.Regs.Pstate = pstate(S);
  std::memcpy(A.Fp.V, S.V, sizeof A.Fp.V);
  A.Fp.Fpsr = fpenv::readFpsr(S);
  A.Fp.Fpcr = S.Fpcr;
  A.Tls = S.TpidrEl0;
}

static void takeRegisters(CpuState &S, const TraceArea &A) {
  std::memcpy(S.X, A.Regs.X, sizeof A.Regs.X);
  S.X[31] = A.Regs.Sp;
  S.Pc = A.Regs.Pc;
  setPstate(S, A.Regs.Pstate);
  std::memcpy(S.V, A.Fp.V, sizeof A.Fp.V);
  fpenv::writeFpcr(S, A.Fp.Fpcr);
  fpenv::writeFpsr(S, A.Fp.Fpsr);
  S.TpidrEl0 = A.Tls;
  S.ExclSize = 0;
}

void Process::showState(GuestThread &T, uint32_t Status, const siginfo_t &Info,
                        uint64_t Message) {
  TraceArea &A = T.Trace->Area;
  showRegisters(T.S, A);
  A.Status = Status;
  A.ExpectsChild = false;
  A.Info = Info;
  A.Message = Message;
  A.Resume = TraceResume::Nobody;
  A.Changed = 0;
  A.ChangedLo = A.ChangedHi = 0;
}

int Process::takeAnswer(GuestThread &T) {
  // The tracer has written the area.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  const std::shared_ptr<Tracee> Trace = T.Trace;
  TraceArea &A = Trace->Area;
  if (A.Changed) {
    takeRegisters(T.S, A);
    noteFpcr(T.S);
  }
  if (A.ChangedLo < A.ChangedHi)
    codeChanged(&T.S, A.ChangedLo, A.ChangedHi);
  if (A.Resume == TraceResume::Nobody) {
    endTrace(T);
    return -1;
  }
  Trace->Syscalls = A.Resume == TraceResume::Syscall;
  Trace->Step = A.Resume == TraceResume::Step;
  Trace->Options = A.Options;
  if (A.Resume == TraceResume::Detach)
    endTrace(T);
  return A.Signal;
}

int Process::traceStop(GuestThread &T, uint32_t Status, const siginfo_t &Info,
                       uint64_t Message) {
  showState(T, Status, Info, Message);
  siginfo_t Mark = {};
  Mark.si_signo = SIGSEGV;
  Mark.si_code = sys::TraceStopCode;
  Mark.si_value.sival_ptr = &T.Trace->Area;
  sendSelf(SIGSEGV, Mark);
  return takeAnswer(T);
}

bool Process::traceSignal(GuestThread &T, PendingSignal &P) {
  const std::shared_ptr<Tracee> Trace = T.Trace;
  Trace->Area.SyscallNr = -1;
  const int Sig = traceStop(T, static_cast<uint32_t>(P.Sig), P.Info, 0);
  if (Sig < 0)
    return true;
  if (Sig == P.Sig) {
    P.Info = Trace->Area.Info;
  } else {
    P.Info = {};
    P.Info.si_code = SI_USER;
    P.Info.si_pid = getppid();
  }
  P.Sig = P.Info.si_signo = Sig;
  return Sig != 0;
}

void Process::defaultAction(GuestThread &T, const PendingSignal &P) {
  if (DefaultIgnored & sigBit(P.Sig))
    return;
  if (!(Unblockable & sigBit(P.Sig)))
    setHostAction(P.Sig, 0, 0);
  if (T.Trace)
    T.Trace->Uncaught |= sigBit(P.Sig);
  siginfo_t Info = P.Info;
  Info.si_code = sys::TracePassCode;
  sendSelf(P.Sig, Info);
}

bool Process::wasInterruptedByTracer(const GuestThread &T) {
  return T.TraceAsked && !T.HasCaught && !T.holdsAny();
}

void Process::stopAsAsked(GuestThread &T) {
  PendingSignal P = {};
  P.Sig = P.Info.si_signo = T.TraceAsked.exchange(0);
  P.Info.si_code = SI_USER;
  beginTrace(T);
  // A new thread hasn't opened its mask.
  const uint64_t Mask = HostSync;
  syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &Mask, nullptr, 8);
  if (!traceSignal(T, P) || !T.Trace)
    return;
  if (P.Sig == SIGSTOP)
    defaultAction(T, P);
  else
    sendSelf(P.Sig, P.Info);
}

//--- Stops that aren't signals ------------------------------------------------

static siginfo_t trapInfo(int Code, uint64_t Addr) {
  siginfo_t Info = {};
  Info.si_signo = SIGTRAP;
  Info.si_code = Code;
  Info.si_addr = reinterpret_cast<void *>(Addr);
  return Info;
}

/// A signal that the tracer sends where none was.
static void inject(int Sig) {
  if (Sig <= 0)
    return;
  siginfo_t Info = {};
  Info.si_signo = Sig;
  Info.si_code = SI_USER;
  sendSelf(Sig, Info);
}

/// X7 tells the tracer which of the two stops of a call it is.
void Process::syscallStop(GuestThread &T, uint64_t X7) {
  const uint64_t Own = T.S.X[7];
  T.S.X[7] = X7;
  inject(traceStop(T, TraceArea::SyscallStatus, trapInfo(SIGTRAP, 0), 0));
  T.S.X[7] = Own;
}

void Tracee::beginCall(const CpuState &S) {
  if (!std::exchange(InCall, true))
    OwnNr = S.X[8];
  Area.SyscallNr = static_cast<int32_t>(S.X[8]);
}

bool Process::enterTracedCall(GuestThread &T) {
  const std::shared_ptr<Tracee> Trace = T.Trace;
  Trace->beginCall(T.S);
  syscallStop(T, 0);
  T.S.X[8] = static_cast<uint64_t>(Trace->Area.SyscallNr);
  return Trace->Area.SyscallNr != -1;
}

bool Process::traceSeccomp(CpuState &S, unsigned Message) {
  GuestThread &T = GuestThread::of(S);
  const std::shared_ptr<Tracee> Trace = T.Trace;
  if (!Trace || !(Trace->Options & PTRACE_O_TRACESECCOMP))
    return false;
  Trace->beginCall(S);
  constexpr uint32_t Status = SIGTRAP | PTRACE_EVENT_SECCOMP << 8;
  inject(traceStop(T, Status, trapInfo(Status, 0), Message));
  S.X[8] = static_cast<uint64_t>(Trace->Area.SyscallNr);
  return true;
}

void Process::leaveTracedCall(GuestThread &T) {
  T.Trace->InCall = false;
  T.S.X[8] = T.Trace->OwnNr;
  if (T.Trace->Syscalls)
    syscallStop(T, 1);
}

bool Process::announceChild(GuestThread &T, const clone_args &Args) {
  if (!T.Trace || Args.flags & CLONE_UNTRACED)
    return false;
  uint32_t Event = PTRACE_EVENT_FORK;
  if (Args.flags & CLONE_VFORK)
    Event = PTRACE_EVENT_VFORK;
  else if (Args.flags & CLONE_THREAD || Args.exit_signal != SIGCHLD)
    Event = PTRACE_EVENT_CLONE;
  if (!(T.Trace->Options & 1u << Event))
    return false;
  const auto Status = SIGTRAP | Event << 8;
  showState(T, Status, trapInfo(static_cast<int>(Status), 0), 0);
  T.Trace->Area.ExpectsChild = true;
  return true;
}

bool Process::isAnnounced(const GuestThread &T) {
  return T.Trace && T.Trace->Area.ExpectsChild;
}

void Process::childCreated(GuestThread &T, const clone_args &Args,
                           sys::Result Child) {
  // There was no stop if there is no child.
  if (!T.Trace || std::exchange(T.Trace->Area.ExpectsChild, false))
    return;
  inject(takeAnswer(T));
  if (T.Trace && Args.flags & CLONE_VFORK &&
      T.Trace->Options & PTRACE_O_TRACEVFORKDONE) {
    constexpr uint32_t Status = SIGTRAP | PTRACE_EVENT_VFORK_DONE << 8;
    inject(traceStop(T, Status, trapInfo(Status, 0),
                     static_cast<uint64_t>(Child)));
  }
}

void Process::traceExit(GuestThread &T, int Status) {
  if (T.Trace && T.Trace->Options & PTRACE_O_TRACEEXIT)
    (void)traceStop(T, SIGTRAP | PTRACE_EVENT_EXIT << 8,
                    trapInfo(SIGTRAP | PTRACE_EVENT_EXIT << 8, 0),
                    static_cast<uint64_t>(Status));
}

std::string Process::traceForExec(const GuestThread &T) {
  return T.Trace
             ? std::to_string(T.Trace->Options) + (T.Trace->Syscalls ? "s" : "")
             : "";
}

void Process::traceExec(GuestThread &T, const std::string &How) {
  beginTrace(T);
  const uint32_t Options = static_cast<uint32_t>(std::atol(How.c_str()));
  T.Trace->Options = Options;
  T.Trace->Syscalls = How.ends_with('s');
  constexpr int Execve = 221;
  T.Trace->Area.SyscallNr = T.Trace->Syscalls ? Execve : -1;
  T.Trace->OwnNr = Execve;
  const bool Event = Options & PTRACE_O_TRACEEXEC;
  if (Event)
    inject(traceStop(T, SIGTRAP | PTRACE_EVENT_EXEC << 8,
                     trapInfo(SIGTRAP | PTRACE_EVENT_EXEC << 8, 0),
                     static_cast<uint64_t>(T.Tid)));
  if (T.Trace && T.Trace->Syscalls)
    syscallStop(T, 1);
  if (T.Trace && !Event)
    inject(traceStop(T, SIGTRAP, trapInfo(SI_USER, 0), 0));
}

void Process::step(GuestThread &T) {
  CpuState &S = T.S;
  uint64_t Limit;
  if (!Mem.executable(S.Pc, Limit))
    return raiseFetchFault(T);
  Block B = recordBlock(S.Pc, Limit, 1);
  T.InGuest.store(true, std::memory_order_seq_cst);
  xlate_guarded_call(&S, interpBlock, &B);
  T.InGuest.store(false, std::memory_order_release);
  if (S.Exit != ExitReason::Miss)
    handleExit(T);
  if (T.HasFault || !T.Trace)
    return;
  T.Trace->Area.SyscallNr = -1;
  inject(traceStop(T, SIGTRAP, trapInfo(TRAP_TRACE, S.Pc), 0));
}
