//===- Invalidation.cpp - Translations that don't hold any more -----------===//
//
// Withdrawing is a store into each slot; code isn't freed, because a thread may
// be in it. What threads have looked up themselves, they forget at their next
// safepoint.
//
//===----------------------------------------------------------------------===//

#include "Process.h"
#include "xlate/Ops/FpEnv.h"
#include "xlate/Syscall/SafeCopy.h"
#include <sched.h>

using namespace xlate;
using namespace xlate::runtime;

void Process::codeChanged(CpuState *S, uint64_t Lo, uint64_t Hi) {
  if (Lo >= Hi)
    return;
  std::vector<uint64_t> Withdrawn;
  bool Images;
  {
    std::lock_guard G(Code.mutex());
    if (!FlushedPages.empty())
      FlushedPages.erase(FlushedPages.lower_bound(Lo),
                         FlushedPages.lower_bound(Hi));
    Images = Aot.invalidate(Lo, Hi);
    if (Images)
      Code.withdrawAdopted(Lo, Hi);
    Withdrawn = Code.invalidate(Lo, Hi);
    if (Withdrawn.empty() && !Images)
      return;
    ++Counts.Invalidations;
  }
  constexpr size_t Many = 4096;
  const bool Everything = Images || Withdrawn.size() > Many;
  if (Everything)
    flushJumpCaches();
  else
    renewInJumpCaches(Withdrawn);
  if (S)
    updateJumpCache(GuestThread::of(*S));
}

/// IC IVAU: the guest says itself when code on this page changes, so writes
/// need not be caught. JITs write data beside code that runs.
void Process::codeFlushed(CpuState &S, uint64_t Addr) {
  const uint64_t Line = Addr & ~uint64_t(63), Page = Addr & ~uint64_t(4095);
  {
    // Some flush data, too, and a lot of it.
    std::lock_guard G(Code.mutex());
    if (!codeRange(Page).Hi)
      return;
  }
  codeChanged(&S, Line, Line + 64);
  std::lock_guard G(Code.mutex());
  if (FlushedPages.insert(Page).second)
    Mem.unprotectRange(Page, Page + 4096);
}

void Process::widenView(GuestThread &T, FaultView View) {
  FaultView Old = T.Signals->View.load();
  do {
    if (Old >= View)
      return;
  } while (!T.Signals->View.compare_exchange_weak(Old, View));
  NeedsSp.store(true);
  bool Any;
  {
    std::lock_guard G(Code.mutex());
    Any = Aot.restrict(View == FaultView::Registers ? LlvmUse::None
                                                    : LlvmUse::KnowingSp);
    Any |= Code.withdrawImprecise();
  }
  Hot.forget();
  if (!Any)
    return;
  // Nobody may fault in one of them once the handler is in place.
  flushJumpCaches();
  stopWorld(T);
  resumeWorld();
}

/// After a change of FPCR. Units of the optimising tier hold with FZ clear
/// only, until the guest sets it for the first time; images always do.
void Process::noteFpcr(CpuState &S) {
  if (S.Fpcr & fpenv::FpcrDn)
    useExactFp(GuestThread::of(S));
  if (!(S.Fpcr & fpenv::FpcrFz) || FlushToZero == Fz::Seen)
    return;
  Fz Old = Fz::Never;
  if (!FlushToZero.compare_exchange_strong(Old, Fz::Switching)) {
    while (FlushToZero != Fz::Seen)
      sched_yield();
    return;
  }
  {
    std::lock_guard G(Code.mutex());
    Aot.disable();
    Code.withdrawAll();
  }
  Hot.forget();
  flushJumpCaches();
  GuestThread::of(S).clearJumpCache();
  FlushToZero = Fz::Seen;
}

/// Is the MSR FPSR at Pc behind a load of its register from the frame,
/// `ldr xN, [sp, #...]`?
static bool restoresFromFrame(uint64_t Pc) {
  uint32_t Code[2];
  return sys::copyFrom(Code, Pc - 4) && (Code[0] & 0xffc003e0) == 0xf94003e0 &&
         ((Code[0] ^ Code[1]) & 31) == 0;
}

/// Who cares for the flags of FPSR clears them first. Until then units of the
/// optimising tier and of images leave out a check that only FPSR.UFC needs.
void Process::noteFpsrWritten(GuestThread &T) {
  // Go's preemption puts back what it has read, and Go has no way to look.
  if (T.Signals->View == FaultView::Frame && T.S.Pc >= Program.CodeLo &&
      T.S.Pc < Program.CodeHi && restoresFromFrame(T.S.Pc - 4))
    return;
  useExactFp(T);
}

void Process::useExactFp(GuestThread &T) {
  {
    std::lock_guard G(Code.mutex());
    if (ExactFp)
      return;
    ExactFp = true;
    Aot.restrict(LlvmUse::None);
    Code.withdrawImprecise();
  }
  Hot.forget();
  flushJumpCaches();
  T.clearJumpCache();
}

void Process::maskInvalid(GuestThread &T) {
  {
    std::lock_guard G(Code.mutex()); // until useExactFp() has withdrawn all
  }
  T.clearJumpCache();
  fpenv::collectFlags(T.S);
  T.S.Unmasked = 0;
  fpenv::enter(T.S);
}

void Process::flushJumpCaches() {
  forEachThread([](GuestThread &T) {
    T.FlushJumpCache.store(true, std::memory_order_release);
    T.requestSafepoint();
  });
}

void Process::renewInJumpCaches(const std::vector<uint64_t> &Pcs) {
  std::lock_guard G(Code.mutex());
  forEachThread([&](GuestThread &T) {
    T.Renewed.insert(T.Renewed.end(), Pcs.begin(), Pcs.end());
    T.HasRenewed.store(true, std::memory_order_release);
    T.requestSafepoint();
  });
}

void Process::updateJumpCache(GuestThread &T) {
  if (T.FlushJumpCache.exchange(false))
    T.clearJumpCache();
  if (!T.HasRenewed.exchange(false))
    return;
  std::lock_guard G(Code.mutex());
  for (uint64_t Pc : T.Renewed) {
    JumpCacheEntry &J = T.jumpCacheEntry(Pc);
    Entry *E = Code.find(Pc);
    if (E && E->Current && E->Current->Tier == MadeBy::Llvm) {
      Code.leaveLoopsAt(*E);
      Aot.reheat(Pc, 1);
    }
    if (J.GuestPc != Pc)
      continue;
    if (E && E->Current)
      J.Host = E->Slot.load(std::memory_order_relaxed);
    else
      J = JumpCacheMark;
  }
  T.Renewed.clear();
}

void Process::stopWorld(GuestThread &T) {
  WorldLock.lock();
  WorldStopped.store(true, std::memory_order_seq_cst);
  Hot.pause();
  // A thread that exits needs the list's lock: don't wait with it held.
  for (bool Running = true; Running;) {
    Running = false;
    forEachThread([&](GuestThread &O) {
      if (&O == &T || !O.InGuest.load(std::memory_order_seq_cst))
        return;
      O.requestSafepoint();
      Running = true;
    });
    if (Running)
      sched_yield();
  }
}

void Process::resumeWorld() {
  Hot.resume();
  WorldStopped.store(false, std::memory_order_seq_cst);
  WorldLock.unlock();
}

bool Process::codeNeedsReset() {
  std::lock_guard G(Code.mutex());
  return Code.needsReset();
}

/// The code region is full: forget all translations and start over.
void Process::resetCode(GuestThread &T) {
  stopWorld(T);
  if (codeNeedsReset()) { // nobody else did it
    ++Counts.Resets;
    std::lock_guard G(Code.mutex());
    Code.reset();
    Aot.restoreSlots();
    ThunksEmitted = false;
    forEachThread([](GuestThread &O) {
      O.ResumePoints.clear();
      O.Resuming.reset();
    });
  }
  flushJumpCaches();
  T.clearJumpCache();
  resumeWorld();
}
