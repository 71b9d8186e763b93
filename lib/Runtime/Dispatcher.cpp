//===- Dispatcher.cpp - The loop that runs a guest thread -----------------===//

#include "Guard.h"
#include "Process.h"
#include "xlate/Guest/UnitAbi.h"
#include "xlate/Interp/Interp.h"
#include "xlate/Runtime/Stubs.h"
#include "xlate/Semantics/Semantics.h"
#include <cstdio>
#include <cstring>
#include <ucontext.h>

using namespace xlate;
using namespace xlate::runtime;

Process *xlate::runtime::TheProcess;

/// Instructions recorded per block at most. Longer blocks only delay a poll.
constexpr unsigned MaxBlockInsns = 64;

static void flushJumpCache(CpuState &S) {
  for (unsigned I = 0; I != JumpCacheSize; ++I)
    S.JumpCache[I] = {~uint64_t(0), nullptr};
}

static JumpCacheEntry &jumpCacheFor(CpuState &S) {
  return S.JumpCache[S.Pc >> 2 & (JumpCacheSize - 1)];
}

void Process::codeChanged(CpuState *S, uint64_t Lo, uint64_t Hi) {
  if (Lo >= Hi)
    return;
  {
    std::lock_guard G(Code.mutex());
    if (!Code.invalidate(Lo, Hi))
      return;
  }
  flushJumpCaches();
  if (S)
    flushJumpCache(*S);
}

void Process::withdrawImprecise() {
  bool Any;
  {
    std::lock_guard G(Code.mutex());
    Any = Code.withdrawImprecise();
  }
  Hot.forget();
  if (Any)
    flushJumpCaches();
}

void Process::flushJumpCaches() {
  forEachThread([](GuestThread &T) {
    T.FlushJumpCache.store(true, std::memory_order_release);
    T.S.PollFlag.store(1, std::memory_order_release);
  });
}

/// The block or unit at S.Pc through the jump cache; null after raising a
/// guest fault because S.Pc isn't executable.
void *Process::translate(GuestThread &T) {
  CpuState &S = T.S;
  JumpCacheEntry &J = jumpCacheFor(S);
  if (J.GuestPc == S.Pc)
    return J.Host;
  uint64_t Limit = 0;
  if (S.Pc & 3) {
    raiseSync(T, SIGBUS, BUS_ADRALN, S.Pc, 0x8a000000);
    return nullptr;
  }
  if (!Mem.executable(S.Pc, Limit)) {
    // Instruction abort: translation fault, or permission fault on data pages.
    raiseSync(T, SIGSEGV, Mem.mapped(S.Pc) ? SEGV_ACCERR : SEGV_MAPERR, S.Pc,
              0x82000006);
    return nullptr;
  }
  std::lock_guard G(Code.mutex());
  Entry &E = Code.entry(S.Pc);
  if (!E.Interp) {
    auto B = std::make_unique<Block>(recordBlock(S.Pc, Limit, MaxBlockInsns));
    // Code that the guest may write without telling: catch the write.
    Mem.writeProtect(B->Pc & ~uint64_t(4095),
                     (B->End + 4095) & ~uint64_t(4095));
    Code.publishInterp(S.Pc, std::move(B));
  }
  J = {S.Pc, E.Interp};
  return E.Interp;
}

static void interpBlock(CpuState *S, void *B) {
  if (!interp::run(*S, *static_cast<const Block *>(B)))
    S->Exit = ExitReason::Miss;
}

void Process::run(GuestThread *Thread) {
  GuestThread &T = *Thread;
  CpuState &S = T.S;
  for (;;) {
    if (S.PollFlag.load(std::memory_order_acquire)) {
      safepoint(T);
      continue;
    }
    void *Code = translate(T);
    if (!Code)
      continue;
    T.InGuest.store(true, std::memory_order_relaxed);
    xlate_guarded_call(&S, interpBlock, Code);
    T.InGuest.store(false, std::memory_order_relaxed);
    if (S.Exit != ExitReason::Miss)
      handleExit(T);
  }
}

void Process::handleExit(GuestThread &T) {
  CpuState &S = T.S;
  switch (S.Exit) {
  case ExitReason::Miss:
  case ExitReason::Poll:
  case ExitReason::Barrier:
  case ExitReason::Step:
    return;
  case ExitReason::Hot:
    promote(T);
    return;
  case ExitReason::Syscall: {
    sys::Result R = sys::dispatch(S, *this);
    if (R == sys::Restart) {
      S.Pc -= 4;
      S.PollFlag.store(1, std::memory_order_relaxed);
    } else if (R != sys::NoResult) {
      S.X[0] = static_cast<uint64_t>(R);
    }
    if (T.HasTempMask)
      safepoint(T); // under the mask of the call, which ends here
    return;
  }
  case ExitReason::Breakpoint:
    raiseSync(T, SIGTRAP, TRAP_BRKPT, S.Pc,
              0xf2000000 | static_cast<uint32_t>(S.ExitInfo));
    return;
  case ExitReason::Undefined: {
    A64 Code = decode(static_cast<uint32_t>(S.ExitInfo)).Code;
    if (Code != A64::Unallocated && !hasSemantics(Code))
      std::fprintf(stderr,
                   "xlate-run: unsupported instruction %08x (%s) at %#lx\n",
                   static_cast<unsigned>(S.ExitInfo), info(Code).Name, S.Pc);
    raiseSync(T, SIGILL, ILL_ILLOPC, S.Pc, 0x02000000);
    return;
  }
  case ExitReason::ICacheFlush: {
    uint64_t Line = S.ExitInfo & ~uint64_t(63);
    codeChanged(&S, Line, Line + 64);
    return;
  }
  case ExitReason::AlignFault:
    raiseSync(T, SIGBUS, BUS_ADRALN, S.ExitInfo, 0x92000021);
    return;
  }
}

void Process::promote(GuestThread &T) {
  uint64_t Limit;
  if (Mem.executable(T.S.Pc, Limit))
    Hot.request(T.S.Pc, Limit,
                T.Signals->WantsPrecise.load(std::memory_order_relaxed));
}

bool Process::recoverState(CpuState &S, const ucontext_t &Uc) {
  auto *HostPc = reinterpret_cast<const char *>(Uc.uc_mcontext.gregs[REG_RIP]);
  // The thread is in translated code, so it doesn't hold the lock.
  std::lock_guard G(Code.mutex());
  const Unit *U = Code.unitAt(HostPc);
  if (!U)
    return false;
  S.Pc = U->guestPc(HostPc);
  if (!U->Precise)
    return true;
  static constexpr int HostRegs[] = {REG_RCX, REG_RDX, REG_RDI, REG_RSI,
                                     REG_R8,  REG_R9,  REG_R12, REG_R13,
                                     REG_R14, REG_R15};
  for (unsigned I = 0; I != abi::NumPinnedGpr; ++I)
    S.X[abi::PinnedGpr[I]] =
        static_cast<uint64_t>(Uc.uc_mcontext.gregs[HostRegs[I]]);
  for (unsigned I = 0; I != abi::NumPinnedVec; ++I)
    std::memcpy(&S.V[I], &Uc.uc_mcontext.fpregs->_xmm[I], 16);
  return true;
}
