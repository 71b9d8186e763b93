//===- HostHandler.cpp - The host's signal handler ------------------------===//
//
// It may come at any time, while ThreadSanitizer holds locks of its own, too:
// there, this file isn't instrumented, and what it calls for a signal that
// someone sent must be inline.
//
//===----------------------------------------------------------------------===//

#include "Process.h"
#include "Signals.h"
#include "xlate/Runtime/Stubs.h"
#include "xlate/Syscall/SafeCopy.h"
#include "xlate/Syscall/Trace.h"
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

/// A copy or set that faults is the evaluator's: see MopsStubs.S.
static bool leaveMopsStub(ucontext_t *Uc) {
  auto &Rip = Uc->uc_mcontext.gregs[REG_RIP];
  if (Rip < reinterpret_cast<greg_t>(xlate_mops_start) ||
      Rip >= reinterpret_cast<greg_t>(xlate_mops_end))
    return false;
  Rip = reinterpret_cast<greg_t>(xlate_mops_slow);
  return true;
}

void runtime::hostHandler(int Sig, siginfo_t *Info, void *Ctx) {
  auto *Uc = static_cast<ucontext_t *>(Ctx);
  if (Sig == SIGFPE && Info->si_code > 0)
    return catchFpe(*currentThread(), *Info, Uc);
  if ((HostSync & sigBit(Sig)) && Info->si_code > 0) {
    // Compiler threads, which have no guest state, read guest code too.
    if (!sys::fixSafeCopyFault(Uc) && !leaveMopsStub(Uc))
      catchFault(currentThread(), Sig, *Info, Uc);
    return;
  }
  GuestThread &T = *currentThread();
  if (Sig == SIGTRAP && Info->si_code == TRAP_TRACE && T.Step.active())
    return endStep(T, *Uc);
  if (Sig == SIGSEGV && Info->si_code == sys::TraceStopCode)
    return; // there was no tracer
  if (Sig == SIGSEGV && Info->si_code == sys::TraceAskCode) {
    if (T.Tid != syscall(SYS_gettid))
      return;
    T.TraceAsked.store(Info->si_value.sival_int, std::memory_order_relaxed);
  } else if (HostSync & sigBit(Sig)) {
    const unsigned I = GuestThread::heldIndex(Sig);
    if (T.HasHeld[I].load(std::memory_order_relaxed))
      return; // pending already: the second one is lost, as in the kernel
    T.Held[I] = {*Info, Sig};
    T.HasHeld[I].store(true, std::memory_order_relaxed);
  } else {
    T.Caught = {*Info, Sig};
    T.HasCaught.store(true, std::memory_order_relaxed);
    T.MaskClosed.store(true, std::memory_order_relaxed);
    T.Step.block(*Uc, ~HostSync);
  }
  T.requestSafepoint();
  // A system call that hasn't been entered yet must not be: see SafeSyscall.S.
  auto &Rip = Uc->uc_mcontext.gregs[REG_RIP];
  if (Rip >= reinterpret_cast<greg_t>(xlate_safe_syscall_start) &&
      Rip < reinterpret_cast<greg_t>(xlate_safe_syscall_end))
    Rip = reinterpret_cast<greg_t>(xlate_safe_syscall_interrupted);
}
