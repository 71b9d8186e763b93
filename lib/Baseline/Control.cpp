//===- Control.cpp - Leaving a unit ---------------------------------------===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

// Jumps come here from elsewhere in the block: nothing is known of scratch
// registers but what beginLoop() decides, and NZCV are in memory. Values don't
// live across instructions.
void Emitter::bindLabel() {
  const auto Word = static_cast<unsigned>((Pc - B->Pc) / 4);
  if (FlagsIn != FlagsKind::Mem && LiveAt[Word])
    saveFlags(LiveAt[Word]);
  FlagsIn = FlagsKind::Mem;
  beginLoop(Word);
  Known = 0;
  Zero8 = Zero4 = 0;
  LabelAt[Word] = static_cast<uint32_t>(size_);
  for (auto [At, To] : Forward)
    if (To == Word)
      bindNear(At);
}

// A loop keeps copies of some guest registers in scratch registers all around:
// what it reads, above all what it changes, whose way through memory would be
// part of every round.
void Emitter::beginLoop(unsigned Word) {
  constexpr unsigned MaxHeld = PoolSize - 1;
  for (unsigned R = 8; R != 14; ++R)
    if (Vecs[R].K == Slot::Cache)
      dropCacheV(Vecs[R].Id);
  uint32_t Reads = 0, Carried = 0;
  if (LoopLabels >> Word & 1 && !(ForwardLabels >> Word & 1)) {
    Reads = LoopReads[Word];
    Carried = LoopCarried[Word];
  }
  const auto NumCarried = static_cast<unsigned>(__builtin_popcount(Carried));
  unsigned Room = MaxHeld, Others = NumCarried < Room ? Room - NumCarried : 0;
  for (uint8_t R : Pool) {
    if (Gprs[R].K != Slot::Cache)
      continue;
    const uint32_t Bit = 1u << Gprs[R].Id;
    unsigned &Limit = Carried & Bit ? Room : Others;
    if (!(Reads & Bit) || !Limit || !Room) {
      dropCache(Gprs[R].Id);
      continue;
    }
    --Room;
    if (!(Carried & Bit))
      --Others;
  }
  for (; Carried && Room; Carried &= Carried - 1) {
    const auto G = static_cast<unsigned>(__builtin_ctz(Carried));
    if (CachedIn[G] >= 0)
      continue;
    const unsigned R = allocGpr();
    loadField(R, offX(G));
    Gprs[R] = {Slot::Cache, static_cast<uint16_t>(G)};
    CachedIn[G] = static_cast<int8_t>(R);
    --Room;
  }
  for (unsigned I = 0; I != PoolSize; ++I)
    Held[Word][I] = Gprs[Pool[I]].K == Slot::Cache
                        ? static_cast<int8_t>(Gprs[Pool[I]].Id)
                        : int8_t(-1);
}

// Bring what is held at the label back to where it was there; memory has it
// all. Emits moves only, and changes nothing of what is known for code that
// doesn't jump.
void Emitter::restoreHeld(unsigned Word, bool Cold) {
  struct Move {
    uint8_t To, From; ///< From NoReg: memory.
    int8_t Guest;
  } Moves[PoolSize];
  unsigned N = 0;
  for (unsigned I = 0; I != PoolSize; ++I) {
    const int8_t G = Held[Word][I];
    if (G < 0)
      continue;
    const int From = Cold ? -1 : CachedIn[G];
    if (From != Pool[I])
      Moves[N++] = {Pool[I],
                    static_cast<uint8_t>(From < 0 ? NoReg : unsigned(From)), G};
  }
  while (N) {
    // One whose target no other move needs; failing that, the others that do
    // go by memory.
    unsigned Next = 0;
    for (unsigned I = 0; I != N; ++I) {
      bool Needed = false;
      for (unsigned J = 0; J != N; ++J)
        Needed |= J != I && Moves[J].From == Moves[I].To;
      if (!Needed) {
        Next = I;
        break;
      }
    }
    const Move M = Moves[Next];
    Moves[Next] = Moves[--N];
    for (unsigned J = 0; J != N; ++J)
      if (Moves[J].From == M.To)
        Moves[J].From = NoReg;
    if (M.From == NoReg)
      loadField(M.To, offX(static_cast<unsigned>(M.Guest)));
    else
      move(M.To, M.From, true);
  }
}

// Backwards, and visits the safepoint.
void Emitter::jumpLabel(uint64_t Target, bool Cold) {
  const auto Word = static_cast<unsigned>((Target - B->Pc) / 4);
  const uint8_t *Label = top_ + LabelAt[Word];
  restoreHeld(Word, Cold);
  cmp(state32(offsetof(CpuState, PollFlag)), 0);
  if (std::atomic<int32_t> *Heat = heatOf(Target)) {
    const uint32_t Poll = jumpShort(CNE);
    const auto Insns = static_cast<unsigned>((Pc - Target) / 4 + 1);
    takeHeat(Insns);
    jumpTo(CAE, Label);
    loadCounter(RAX, Heat);
    callTo(ChargeThunk);
    jumpTo(CAE, Label);
    moveImm(RAX, Target);
    jumpTo(HeatThunk);
    bindShort(Poll);
  } else {
    jumpTo(CE, Label);
  }
  moveImm(RAX, Target);
  jumpTo(PollThunk);
}

// Continue at a constant guest address. Branches backwards visit the safepoint.
void Emitter::emitEdge(uint64_t Target, bool FlagsNeeded, bool Cold) {
  const FlagsKind Saved = FlagsIn;
  if (FlagsIn != FlagsKind::Mem && FlagsNeeded)
    saveFlags(15);
  FlagsIn = FlagsKind::Mem;
  if (isDirect(Target)) {
    noteDirect(jumpNear(), Target);
  } else if (isLabel(Target) && Target <= Pc) {
    jumpLabel(Target, Cold);
  } else {
    moveImm(RAX, Target);
    if (Target <= Pc) {
      cmp(state32(offsetof(CpuState, PollFlag)), 0);
      jumpTo(CNE, PollThunk);
    }
    std::atomic<void *> *Slot = Ctx->slotFor(Target);
    db(0xff); // jmp [rip + Slot]
    db(0x25);
    dd(static_cast<uint32_t>(reinterpret_cast<const uint8_t *>(Slot) -
                             (getCurr() + 4)));
  }
  FlagsIn = Saved; // for the other edge
}

bool Emitter::isDirect(uint64_t Target) {
  const bool InLoop = isLabel(Target) && Target <= Pc;
  return Target != B->Pc && !InLoop && Ctx->isDirect(Target, Target <= Pc);
}

// Not taken, the branch falls through to the next instruction or, at the end of
// the block, to another unit.
void Emitter::emitBranchCond(unsigned I) {
  const Uop &U = uop(I);
  const auto Target = static_cast<uint64_t>(U.Imm);
  const HostCond C = hostCond(U.A[0]);
  const bool Backwards = isLabel(Target) && Target <= Pc;
  if (Backwards && C.X == HostCond::Plain)
    emitLoopBranch(I, C.Code);
  else
    emitSideExit(I, C);
  if (I + 1 == B->Uops.size())
    emitEdge(B->End, LiveFallen);
}

// What is done when the branch is taken, if it is not just a jump, stands
// behind the unit.
void Emitter::emitSideExit(unsigned I, HostCond C) {
  const auto Target = static_cast<uint64_t>(uop(I).Imm);
  const bool Inside = isLabel(Target) && Target > Pc;
  if (Inside && FlagsIn != FlagsKind::Mem && TakenLive[I])
    saveFlags(TakenLive[I]); // leaves the host's as they are
  auto Leave = [&](uint32_t At) {
    if (Inside)
      Forward.emplace_back(At, static_cast<uint8_t>((Target - B->Pc) / 4));
    else if (isDirect(Target) && (FlagsIn == FlagsKind::Mem || !TakenLive[I]))
      noteDirect(At, Target);
    else
      Colds.push_back({Cold::SideExit,
                       At,
                       0,
                       static_cast<uint16_t>(I),
                       {static_cast<uint8_t>(FlagsIn), TakenLive[I]},
                       Pc});
  };
  if (C.X == HostCond::AndNoParity) {
    const uint32_t Unordered = jumpShort(CP);
    Leave(jumpNear(C.Code));
    bindShort(Unordered);
  } else {
    if (C.X == HostCond::OrParity)
      Leave(jumpNear(CP));
    Leave(jumpNear(C.Code));
  }
}

// The back edge of a loop is one jump that falls through to nothing.
void Emitter::emitLoopBranch(unsigned I, Cc C) {
  const uint32_t Leave = jumpNear(negate(C));
  if (FlagsIn != FlagsKind::Mem && TakenLive[I])
    saveFlags(15);
  jumpLabel(static_cast<uint64_t>(uop(I).Imm), false);
  bindNear(Leave);
}

// Inline lookup in the thread's jump cache.
void Emitter::emitIndirect(unsigned I) {
  const Uop &U = uop(I);
  clobberFlags();
  loadInto(RAX, U.A[0]);
  mov(r10d, eax);
  shl(r10d, 2);
  and_(r10d, state32(offsetof(CpuState, JumpCacheMask)));
  add(r10, state64(offsetof(CpuState, JumpCache)));
  cmp(ptr[r10], rax);
  const uint32_t Miss = jumpShort(CNE);
  jmp(ptr[r10 + 8]);
  bindShort(Miss);
  // What jumps and calls lead to is worth remembering: the LLVM tier makes
  // units of functions, and has the targets of their jumps inside. A veneer's
  // jump is a call.
  const Uop &Target = uop(U.A[0]);
  const bool Veneer =
      Target.Code == Op::getReg && (Target.Imm == 16 || Target.Imm == 17);
  const auto Kind = static_cast<BranchKind>(U.N);
  if (Kind != BranchKind::Ret) {
    moveImm(R10, Pc + (Kind == BranchKind::Call || Veneer));
    mov(state64(offsetof(CpuState, JumpFrom)), r10);
  }
  jumpTo(IndirectThunk);
}

void Emitter::emitExit(unsigned I) {
  const Uop &U = uop(I);
  clobberFlags();
  if (U.A[0] != NoVal) {
    storeState(offsetof(CpuState, ExitInfo), U.A[0]);
  } else {
    moveImm(RAX, static_cast<uint64_t>(U.Imm));
    mov(state64(offsetof(CpuState, ExitInfo)), rax);
  }
  mov(state32(offsetof(CpuState, Exit)), U.N);
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
