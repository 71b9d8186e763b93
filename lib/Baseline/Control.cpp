//===- Control.cpp - Leaving a unit ---------------------------------------===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

// Continue at a constant guest address. Branches backwards visit the
// safepoint; one to this very block stays in the unit.
void Emitter::emitEdge(uint64_t Target, bool FlagsNeeded) {
  const FlagsKind Saved = FlagsIn;
  if (FlagsIn != FlagsKind::Mem && FlagsNeeded)
    saveFlags(15);
  FlagsIn = FlagsKind::Mem;
  if (isDirect(Target)) {
    noteDirect(jumpNear(), Target);
    FlagsIn = Saved;
    return;
  }
  moveImm(RAX, Target);
  if (Target <= Pc) {
    seg();
    cmp(gs32(offsetof(CpuState, PollFlag)), 0);
    jumpTo(CNE, PollThunk);
  }
  if (Target == B->Pc) {
    if (Opts->Heat) {
      jumpTo(countHeat(), HeatThunk);
    }
    jumpTo(LoopEntry);
  } else {
    std::atomic<void *> *Slot = Ctx->slotFor(Target);
    db(0xff); // jmp [rip + Slot]
    db(0x25);
    dd(static_cast<uint32_t>(reinterpret_cast<const uint8_t *>(Slot) -
                             (getCurr() + 4)));
  }
  FlagsIn = Saved; // for the other edge
}

bool Emitter::isDirect(uint64_t Target) {
  return Target != B->Pc && Ctx->isDirect(Target, Target <= Pc);
}

void Emitter::emitBranchCond(unsigned I) {
  const Uop &U = uop(I);
  const HostCond C = hostCond(U.A[0]);
  if (static_cast<uint64_t>(U.Imm) == B->Pc && C.X == HostCond::Plain)
    return emitLoopBranch(C.Code);
  uint32_t Taken[2] = {0, 0};
  if (C.X == HostCond::AndNoParity) {
    const uint32_t Unordered = jumpShort(CP);
    Taken[0] = jumpNear(C.Code);
    bindShort(Unordered);
  } else {
    if (C.X == HostCond::OrParity)
      Taken[1] = jumpNear(CP);
    Taken[0] = jumpNear(C.Code);
  }
  const auto Target = static_cast<uint64_t>(U.Imm);
  if (isDirect(Target) && (FlagsIn == FlagsKind::Mem || !LiveTaken)) {
    for (uint32_t At : Taken)
      if (At)
        noteDirect(At, Target);
    return emitEdge(B->End, LiveFallen);
  }
  emitEdge(B->End, LiveFallen);
  for (uint32_t At : Taken)
    if (At)
      bindNear(At);
  emitEdge(Target, LiveTaken);
}

// The block is a loop: its back edge is one jump that falls through to nothing.
void Emitter::emitLoopBranch(Cc C) {
  const uint32_t Leave = jumpNear(negate(C));
  if (FlagsIn != FlagsKind::Mem && LiveTaken)
    saveFlags(15);
  seg();
  cmp(gs32(offsetof(CpuState, PollFlag)), 0);
  if (Opts->Heat) {
    const uint32_t Poll = jumpShort(CNE);
    jumpTo(negate(countHeat()), LoopEntry);
    moveImm(RAX, B->Pc);
    jumpTo(HeatThunk);
    bindShort(Poll);
  } else {
    jumpTo(CE, LoopEntry);
  }
  moveImm(RAX, B->Pc);
  jumpTo(PollThunk);
  bindNear(Leave);
  emitEdge(B->End, LiveFallen);
}

// Inline lookup in the thread's jump cache.
void Emitter::emitIndirect(unsigned I) {
  const Uop &U = uop(I);
  clobberFlags();
  loadInto(RAX, U.A[0]);
  static_assert(sizeof(JumpCacheEntry) == 16);
  mov(r10d, eax);
  shl(r10d, 2); // (Pc >> 2) * 16, modulo the cache
  and_(r10d, (JumpCacheSize - 1) * 16);
  seg();
  add(r10, gsq(offsetof(CpuState, JumpCache)));
  cmp(ptr[r10], rax);
  const uint32_t Miss = jumpShort(CNE);
  jmp(ptr[r10 + 8]);
  bindShort(Miss);
  jumpTo(IndirectThunk);
}

void Emitter::emitExit(unsigned I) {
  const Uop &U = uop(I);
  clobberFlags();
  if (U.A[0] != NoVal) {
    storeState(offsetof(CpuState, ExitInfo), U.A[0]);
  } else {
    moveImm(RAX, static_cast<uint64_t>(U.Imm));
    seg();
    mov(gsq(offsetof(CpuState, ExitInfo)), rax);
  }
  seg();
  mov(gs32(offsetof(CpuState, Exit)), U.N);
  moveImm(RAX, Pc + (U.Lane ? 4 : 0));
  jumpState(offsetof(CpuState, ExitStub));
}

void Emitter::emitControl(unsigned I) {
  const Uop &U = uop(I);
  switch (U.Code) {
  case Op::br:
  case Op::call:
    return emitEdge(static_cast<uint64_t>(U.Imm), FlagsLive[I]);
  case Op::brCond:
    return emitBranchCond(I);
  case Op::brInd:
    return emitIndirect(I);
  default:
    return emitExit(I);
  }
}
