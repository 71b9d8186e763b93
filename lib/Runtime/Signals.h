//===- Signals.h - What the signal sources share ----------------*- C++ -*-===//
#ifndef XLATE_LIB_RUNTIME_SIGNALS_H
#define XLATE_LIB_RUNTIME_SIGNALS_H

#include "xlate/Runtime/Thread.h"
#include <ucontext.h>

namespace xlate::runtime {

/// Signals that the host raises for accesses and floating-point operations of
/// translated code. They are never blocked, ignored or at their default on the
/// host.
constexpr uint64_t HostSync = sigBit(SIGSEGV) | sigBit(SIGBUS) | sigBit(SIGFPE);
constexpr uint64_t Unblockable = sigBit(SIGKILL) | sigBit(SIGSTOP);
/// arm64 SA_RESTORER is as on x86-64.
constexpr uint64_t SaRestorer = 0x04000000;
constexpr int SsAutodisarm = static_cast<int>(1u << 31);
/// Any handler, for setHostAction().
constexpr uint64_t CatchIt = 2;

/// Set the host's disposition of Sig as a guest action asks for: Handler 0 and
/// 1 mean SIG_DFL and SIG_IGN, everything else our handler.
void setHostAction(int Sig, uint64_t Handler, uint64_t GuestFlags);

/// The host's handler of all signals that are caught.
void hostHandler(int Sig, siginfo_t *Info, void *Ctx);

/// SIGSEGV or SIGBUS from an instruction of the calling thread, whose
/// currentThread() T is.
void catchFault(GuestThread *T, int Sig, const siginfo_t &Info, ucontext_t *Uc);

/// An invalid operation of T's, the calling thread (InvalidOp.h).
void catchFpe(GuestThread &T, const siginfo_t &Info, ucontext_t *Uc);
/// A process does that many of them before it checks results instead.
constexpr unsigned MaxInvalidOps = 500;

/// T's host instruction has been made by itself.
void endStep(GuestThread &T, ucontext_t &Uc);

/// Have the host's Signals caught, for a tracer to see them.
void catchForTracer(SignalTable &Table, uint64_t Signals);

/// Make the host mask of the calling thread, T, the guest's; or leave it to the
/// safepoint that is due.
void applySigMask(GuestThread &T);

/// SS_DISABLE, SS_ONSTACK or 0, as sigaltstack() reports it.
int altStackState(const GuestThread &T);

/// Guest thread of the calling host thread; of the thread that started it, on a
/// thread that runs no guest code.
inline GuestThread *currentThread() {
  CpuState *S;
  asm volatile("movq %%gs:%c1, %0" : "=r"(S) : "i"(offsetof(CpuState, Self)));
  return &GuestThread::of(*S);
}

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_SIGNALS_H
