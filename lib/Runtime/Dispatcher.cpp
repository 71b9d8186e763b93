//===- Dispatcher.cpp - The loop that runs a guest thread -----------------===//

#include "Guard.h"
#include "HostRegs.h"
#include "Process.h"
#include "ResumePoint.h"
#include "Tracee.h"
#include "xlate/Guest/UnitAbi.h"
#include "xlate/Interp/Interp.h"
#include "xlate/Lifter/Region.h"
#include "xlate/Runtime/Stubs.h"
#include "xlate/Semantics/FlagLiveness.h"
#include "xlate/Semantics/Semantics.h"
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>
#include <ucontext.h>

using namespace xlate;
using namespace xlate::runtime;

Process *xlate::runtime::TheProcess;

/// Instructions recorded per block at most. Longer blocks only delay a poll.
constexpr unsigned MaxBlockInsns = baseline::Baseline::MaxInsns;

uint64_t Process::heatUsed(uint64_t Pc) {
  const Entry *E = Code.find(Pc);
  const bool MayBeAot = !E || !E->Current || E->Current->Tier == MadeBy::Aot;
  return std::max<uint64_t>(MayBeAot ? Aot.heatUsed(Pc) : 0,
                            Code.runs(Pc, HeatStep));
}

std::pair<uint64_t, uint64_t> Process::functionAround(uint64_t Pc) {
  constexpr uint64_t MaxFunctionBytes = 1 << 16;
  const auto Known = Aot.functionAround(Pc);
  return Known.second ? Known : Code.functionAround(Pc, MaxFunctionBytes);
}

void Process::noteJump(CpuState &S) {
  const uint64_t From = std::exchange(S.JumpFrom, 0);
  constexpr size_t MaxTargets = 1024;
  std::lock_guard G(Code.mutex());
  if (From & 1) {
    // Images know their functions, and an entry is memory.
    if (!Aot.find(S.Pc)) {
      Code.entry(S.Pc).IsFunction = true;
      noteTarget(From, S.Pc, CallsSeen, lift::MaxKnownCallees + 1);
    }
    return;
  }
  auto CodeEnd = [this](uint64_t Pc) { return codeRange(Pc).Hi; };
  if (!FlagsAreKept.load(std::memory_order_relaxed) &&
      readsFlagsAt(S.Pc, CodeEnd) && !restoresFlags(From, CodeEnd))
    keepFlags();
  noteTarget(From, S.Pc, JumpsSeen, MaxTargets);
}

void Process::noteTarget(uint64_t From, uint64_t To, TargetMap &Seen,
                         size_t MaxTargets) {
  // Those who make code all the time.
  constexpr size_t MaxSeen = 1 << 16;
  notedPlace(From, To).store(jumpKey(From, To), std::memory_order_relaxed);
  const uint64_t Pc = From & ~uint64_t(1);
  if (Seen.size() >= MaxSeen && !Seen.count(Pc))
    return;
  std::vector<uint64_t> &Targets = Seen[Pc];
  if (Targets.size() < MaxTargets &&
      std::find(Targets.begin(), Targets.end(), To) == Targets.end())
    Targets.push_back(To);
}

std::vector<uint64_t> Process::calleesSeen(uint64_t Pc) const {
  auto It = CallsSeen.find(Pc);
  return It == CallsSeen.end() ? std::vector<uint64_t>() : It->second;
}

std::map<uint64_t, std::vector<uint64_t>> Process::jumpsIn(uint64_t Lo,
                                                           uint64_t Hi) {
  return {JumpsSeen.lower_bound(Lo), JumpsSeen.lower_bound(Hi)};
}

/// The block (interpreter) or unit at S.Pc through the jump cache; null after
/// raising a guest fault because S.Pc isn't executable.
void *Process::translate(GuestThread &T) {
  CpuState &S = T.S;
  S.Pc = static_cast<uint64_t>(static_cast<int64_t>(S.Pc << 8) >> 8); // a tag
  if (const JumpCacheEntry &J = T.jumpCacheEntry(S.Pc); J.GuestPc == S.Pc)
    return J.Host;
  if (S.Pc & 3) {
    raiseSync(T, SIGBUS, BUS_ADRALN, S.Pc, 0x8a000000);
    return nullptr;
  }
  void *Host = nullptr;
  if (Options.UseTier == Tier::Interp) {
    Host = interpBlockAt(S.Pc);
  } else {
    if (Options.UseTier == Tier::Llvm)
      compileIfNew(T);
    if (codeNeedsReset())
      resetCode(T);
    Host = unitAt(S.Pc);
    if (FlushAfterTranslate.exchange(false)) {
      Hot.forget();
      flushJumpCaches();
    }
  }
  if (!Host) {
    raiseFetchFault(T);
    return nullptr;
  }
  T.cacheJump(S.Pc, Host);
  return Host;
}

/// Instruction abort: translation fault, or permission fault on data pages.
void Process::raiseFetchFault(GuestThread &T) {
  const uint64_t Pc = T.S.Pc;
  raiseSync(T, SIGSEGV, Mem.mapped(Pc) ? SEGV_ACCERR : SEGV_MAPERR, Pc,
            0x82000006);
}

// The next two ask for the permission under the code map's lock: whoever takes
// it away withdraws translations afterwards, and would miss one made in
// between. They ask again once the guest's words have been read: what was read
// while the mapping went away is no code (the second question waits for the end
// of that).

Block *Process::interpBlockAt(uint64_t Pc) {
  std::lock_guard G(Code.mutex());
  uint64_t Limit;
  if (!Mem.executable(Pc, Limit))
    return nullptr;
  Entry &E = Code.entry(Pc);
  if (!E.Interp) {
    auto B = std::make_unique<Block>(recordBlock(Pc, Limit, MaxBlockInsns));
    if (!Mem.executable(Pc, Limit))
      return nullptr;
    protectCode(B->Pc, B->End);
    Code.publishInterp(Pc, std::move(B));
  }
  return E.Interp;
}

/// Code that the guest may write without telling (writable and executable
/// pages): catch the write.
void Process::protectCode(uint64_t Lo, uint64_t Hi) {
  for (uint64_t Page = Lo & ~uint64_t(4095); Page < Hi; Page += 4096)
    if (!FlushedPages.contains(Page))
      Mem.writeProtect(Page, Page + 4096);
}

void Process::compileIfNew(GuestThread &T) {
  {
    std::lock_guard G(Code.mutex());
    if (Code.entry(T.S.Pc).Current)
      return;
  }
  Hot.compileNow(T.S.Pc, T.Signals->View.load(std::memory_order_relaxed) ==
                             FaultView::Registers);
}

struct Process::EmitContext final : baseline::UnitContext {
  Process &P;
  explicit EmitContext(Process &P) : P(P) {}
  std::atomic<void *> *slotFor(uint64_t GuestPc) override {
    return &P.entryFor(GuestPc).Slot;
  }
  std::atomic<int32_t> *heatFor(uint64_t GuestPc) override {
    if (!P.initialHeat())
      return nullptr;
    Entry &E = P.Code.entry(GuestPc);
    if (!E.Current && !E.CountsLoop)
      E.Heat.store(P.initialHeat(), std::memory_order_relaxed);
    E.CountsLoop = true;
    return &E.Heat;
  }
  uint64_t codeEnd(uint64_t GuestPc) override {
    return P.codeRange(GuestPc).Hi;
  }
};

/// Mem.codeRange(), asked once for a whole range. Under the code map's lock.
const GuestMemory::CodeRange &Process::codeRange(uint64_t Pc) {
  const uint64_t Generation = Mem.generation();
  if (Pc < LastRange.Lo || Pc >= LastRange.Hi ||
      LastRangeGeneration != Generation) {
    LastRange = Mem.codeRange(Pc);
    LastRangeGeneration = Generation;
  }
  return LastRange;
}

/// Code that reads the flags of what it called: the callee can't have returned
/// through B yet.
void Process::noteCall(const Block &B) {
  auto CodeEnd = [this](uint64_t Pc) { return codeRange(Pc).Hi; };
  if (!FlagsAreKept.load(std::memory_order_relaxed) &&
      readsFlagsAcrossCall(B, CodeEnd))
    keepFlags();
}

/// From now on NZCV are kept where they count as dead by convention.
void Process::keepFlags() {
  FlagsAreKept.store(true);
  Aot.disable();
  Code.withdrawAll();
  FlushAfterTranslate = true;
}

/// Unit::Blocks of the unit made from B.
static uint64_t blockStarts(const Block &B) {
  uint64_t Starts = 1;
  uint64_t At = B.Pc;
  auto Add = [&](uint64_t Pc) {
    if (Pc - B.Pc < B.End - B.Pc)
      Starts |= uint64_t(1) << (Pc - B.Pc) / 4;
  };
  for (const Uop &U : B.Uops) {
    if (U.Code == Op::insn) {
      At = static_cast<uint64_t>(U.Imm);
    } else if (U.Code == Op::brCond) {
      Add(At + 4);
      Add(static_cast<uint64_t>(U.Imm));
    }
  }
  return Starts;
}

/// The entry for code that is about to refer to it.
Entry &Process::entryFor(uint64_t Pc) {
  Entry &E = Code.entry(Pc);
  if (!E.Current)
    if (auto [U, Host] = Aot.unitFor(Pc); U)
      Code.adopt(E, U, Host);
  return E;
}

/// The published unit at Pc, made by the baseline tier if there is none. Null
/// if Pc isn't executable.
void *Process::unitAt(uint64_t Pc) {
  std::lock_guard G(Code.mutex());
  const uint64_t Limit = codeRange(Pc).Hi;
  if (!Limit)
    return nullptr;
  if (Entry *E = Code.find(Pc); E && E->Current)
    return E->Slot.load(std::memory_order_relaxed);
  if (void *Host = Aot.find(Pc)) {
    Aot.noteUse();
    return Host;
  }
  Entry &E = Code.entry(Pc);
  if (!ThunksEmitted) {
    Code.commitCode(Base.emitThunks(
        reinterpret_cast<uint8_t *>(Code.codeCursor()), Code.codeSpace()));
    ThunksEmitted = true;
    ChargeCursor = ChargesEnd = nullptr;
  }
  const uint64_t Start = Options.Stats == StatsMode::Off ? 0 : monotonicNanos();
  Block &B = Recorded;
  recordTrace(B, Pc, Code.nextOptimised(Pc, Limit), MaxBlockInsns,
              baseline::Baseline::MaxBranches, [this](uint64_t Next) {
                const Entry *E = Code.find(Next);
                return !E || !E->Current;
              });
  if (!codeRange(Pc).Hi)
    return nullptr;
  EmitContext Context(*this);
  noteCall(B);
  if (B.terminator().Code == Op::call)
    Code.entry(static_cast<uint64_t>(B.terminator().Imm)).IsFunction = true;
  baseline::Options O;
  O.FallbackCounts = Counts.Fallbacks;
  O.MaskTopByte = needsTagMask(Pc, Pc + 1);
  if (initialHeat()) {
    O.Heat = &E.Heat;
    E.Heat.store(initialHeat(), std::memory_order_relaxed);
  }
  auto U = std::make_unique<Unit>();
  baseline::EmitResult R =
      Base.emit(B, reinterpret_cast<uint8_t *>(Code.codeCursor()),
                Code.codeSpace(), Context, O);
  if (!R.Entry)
    std::abort(); // a block needs far less than the space that needsReset()
                  // keeps
  U->Pc = Pc;
  U->GuestLo = B.Pc;
  U->GuestHi = B.End;
  U->Host = reinterpret_cast<char *>(R.Entry);
  U->HostSize = R.Size;
  if (O.Heat)
    U->Blocks = blockStarts(B);
  U->RegistersPinned = true;
  U->MasksTopByte = O.MaskTopByte;
  U->setPcMap(R.PcMap);
  U->Depends = std::move(R.Depends);
  Code.commitCode(static_cast<size_t>(U->Host + R.Size - Code.codeCursor()));
  if (O.Heat)
    emitCharge(R.Entry + R.Charge, O.Heat);
  if (codeRange(B.Pc).Writable)
    protectCode(B.Pc, B.End);
  ++Counts.BaselineUnits;
  Counts.BaselineInsns += B.NumInsns;
  Counts.BaselineBytes += R.Size;
  if (Start)
    Counts.BaselineNanos += monotonicNanos() - Start;
  Code.publish(std::move(U));
  return E.Slot.load(std::memory_order_relaxed);
}

/// Charges of many units share a piece of the code region.
void Process::emitCharge(uint8_t *Jump, const std::atomic<int32_t> *Heat) {
  constexpr size_t Piece = 4096;
  if (ChargesEnd - ChargeCursor < ptrdiff_t(Base.MaxChargeSize)) {
    ChargeCursor = Code.allocCode(Piece);
    ChargesEnd = ChargeCursor + Piece;
  }
  ChargeCursor += Base.emitCharge(
      reinterpret_cast<uint8_t *>(ChargeCursor),
      static_cast<size_t>(ChargesEnd - ChargeCursor), Jump, Heat);
}

/// What the heat of a baseline unit begins with, 0 = it isn't counted. With
/// --stats units of the baseline tier alone are, for their number of
/// executions.
int32_t Process::initialHeat() const {
  if (Options.UseTier == Tier::Auto)
    return HeatStep;
  return Options.Stats != StatsMode::Off ? std::numeric_limits<int32_t>::max()
                                         : 0;
}

uint64_t Process::baselineExecuted() {
  uint64_t Sum = 0;
  std::lock_guard G(Code.mutex());
  Code.forEachEntry(0, [&](const Entry &E) {
    if (!E.Current || E.Current->Tier != MadeBy::Baseline)
      return;
    const auto Insns =
        static_cast<unsigned>((E.Current->GuestHi - E.Current->GuestLo) / 4);
    Sum += E.heatUsed(initialHeat()) * Insns / baseline::heatPerEntry(Insns);
  });
  return Sum;
}

XLATE_MAY_BE_LEFT void Process::interpBlock(CpuState *S, void *B) {
  if (!interp::run(*S, *static_cast<const Block *>(B)))
    S->Exit = ExitReason::Miss;
}

void Process::run(GuestThread *Thread) {
  GuestThread &T = *Thread;
  CpuState &S = T.S;
  for (;;) {
    void *Code = nullptr;
    // CpuState isn't complete where it resumes: the next exit is the safepoint.
    if (!T.Resuming) [[likely]] {
      if (T.safepointDue()) {
        safepoint(T);
        continue;
      }
      if (T.Trace && T.Trace->Step) [[unlikely]] {
        step(T);
        continue;
      }
      Code = translate(T);
      if (!Code)
        continue;
    }
    Counts.Dispatches.fetch_add(1, std::memory_order_relaxed);
    T.InGuest.store(true, std::memory_order_seq_cst);
    if (WorldStopped.load(std::memory_order_seq_cst)) {
      T.InGuest.store(false, std::memory_order_seq_cst);
      std::lock_guard World(WorldLock);
      continue;
    }
    if (T.Resuming) [[unlikely]]
      std::exchange(T.Resuming, nullptr)->resume(T);
    else if (Options.UseTier == Tier::Interp)
      xlate_guarded_call(&S, interpBlock, Code);
    else
      xlate_enter(&S, Code);
    forgetSkippedFrames();
    T.InGuest.store(false, std::memory_order_release);
    if (S.JumpFrom)
      noteJump(S);
    if (S.Exit != ExitReason::Miss)
      handleExit(T);
  }
}

void Process::handleExit(GuestThread &T) {
  CpuState &S = T.S;
  switch (S.Exit) {
  case ExitReason::Miss:
    return;
  case ExitReason::Poll:
    if (S.ExitInfo == 1)
      promote(T);
    return;
  case ExitReason::Barrier:
    noteFpcr(S);
    if (S.ExitInfo == 1)
      noteFpsrWritten(T);
    return;
  case ExitReason::Step:
    return;
  case ExitReason::Syscall: {
    ++Counts.Syscalls;
    const bool Skip = T.Trace && T.Trace->Syscalls && !enterTracedCall(T);
    const uint64_t Nr = S.X[8], X0 = S.X[0];
    sys::Result R = Skip ? sys::NoResult : sys::dispatch(S, *this);
    if (R == -EINTR && wasInterruptedByTracer(T)) [[unlikely]]
      R = sys::Restart;
    if (Nr == 56 && R >= 0) // openat
      LastOpened.store(static_cast<int>(R), std::memory_order_relaxed);
    if (R == sys::Restart) {
      // The signal came before the call: what it meets is the thread's own
      // mask, not that of the call.
      T.HasTempMask = false;
      S.Pc -= 4;
      S.PollFlag.store(1, std::memory_order_relaxed);
    } else if (R != sys::NoResult) {
      S.X[0] = static_cast<uint64_t>(R);
    }
    if (T.Trace && T.Trace->InCall) [[unlikely]] {
      if (R == sys::Restart)
        S.X[0] = static_cast<uint64_t>(R);
      leaveTracedCall(T);
      if (R == sys::Restart)
        S.X[0] = X0;
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
    raiseSync(T, SIGILL, ILL_ILLOPC, S.Pc, 0);
    return;
  }
  case ExitReason::ICacheFlush:
    codeFlushed(S, S.ExitInfo);
    return;
  case ExitReason::AlignFault:
    raiseSync(T, SIGBUS, BUS_ADRALN, S.ExitInfo, 0x92000021);
    return;
  }
}

void Process::promote(GuestThread &T) {
  if (Options.UseTier != Tier::Auto)
    return; // counted for --stats only: it goes on below zero
  // Storing all that changed before each access costs the optimising tier more
  // than it gains.
  if (T.Signals->View.load(std::memory_order_relaxed) == FaultView::Registers)
    return;
  if (T.BorrowsMemory)
    return; // a compiler thread of its process would end with it
  {
    std::lock_guard G(Code.mutex());
    Entry *E = Code.find(T.S.Pc);
    if (E && E->Current && E->Current->Tier != MadeBy::Baseline) {
      Code.leaveLoopsAt(*E);
      return;
    }
    if (E)
      E->refill(HeatStep);
  }
  Hot.request(T.S.Pc);
}

bool Process::needsTagMask(uint64_t Lo, uint64_t Hi) {
  auto It = TaggedCode.lower_bound(Lo & ~uint64_t(4095));
  return It != TaggedCode.end() && *It < Hi;
}

void Process::expectTags(CpuState &S) {
  // Only code that keeps registers exact can be left where it meets a tag.
  widenView(GuestThread::of(S), FaultView::Registers);
}

/// Make the code that has met a tagged pointer anew.
void Process::maskTagsIn(GuestThread &T) {
  T.HasTagFault = false;
  expectTags(T.S);
  for (uint64_t Pc : T.TagFault) {
    const uint64_t Page = Pc & ~uint64_t(4095);
    {
      std::lock_guard G(Code.mutex());
      TaggedCode.insert(Page);
    }
    codeChanged(&T.S, Page, Page + 4096);
  }
}

const Unit *Process::recoverState(CpuState &S, const ucontext_t &Uc,
                                  bool &KnowsSp) {
  KnowsSp = true;
  auto *HostPc = reinterpret_cast<const char *>(Uc.uc_mcontext.gregs[REG_RIP]);
  // The thread is in translated code, so it doesn't hold the lock.
  std::lock_guard G(Code.mutex());
  const Unit *U = Code.unitAt(HostPc);
  if (!U)
    U = Aot.unitAt(HostPc);
  if (!U)
    return nullptr;
  const uint64_t PcEntry = U->guestPc(HostPc);
  S.Pc = PcEntry & ~uint64_t(3);
  if (!U->precise()) {
    uint64_t Regs[16];
    for (unsigned I = 0; I != 16; ++I)
      Regs[I] = static_cast<uint64_t>(Uc.uc_mcontext.gregs[HostRegs[I]]);
    KnowsSp = U->readFrame(HostPc, Regs, S.X);
  }
  if (!U->RegistersPinned)
    return U;
  baseline::recoverFlags(S, PcEntry,
                         static_cast<uint64_t>(Uc.uc_mcontext.gregs[REG_EFL]));
  for (unsigned I = 0; I != abi::NumPinnedGpr; ++I)
    S.X[abi::PinnedGpr[I]] = static_cast<uint64_t>(
        Uc.uc_mcontext.gregs[HostRegs[abi::PinnedHost[I]]]);
  for (unsigned I = 0; I != abi::NumPinnedVec; ++I)
    std::memcpy(&S.V[I], &Uc.uc_mcontext.fpregs->_xmm[I], 16);
  return U;
}
