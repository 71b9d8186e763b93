//===- Analysis.cpp - Uses, destinations and flag liveness ----------------===//

#include "Emitter.h"
#include "xlate/Semantics/FlagLiveness.h"
#include <algorithm>
#include <cstring>
#include <utility>

using namespace xlate;
using namespace xlate::baseline;

/// NZCV bits (N = 8) that a condition reads.
static uint8_t condMask(int64_t Cc) {
  static constexpr uint8_t Masks[8] = {4, 2, 8, 1, 6, 9, 13, 0};
  return Masks[Cc >> 1];
}

/// True for uops that may leave the unit half-way: registers must not change
/// before them within an instruction.
static bool mayFault(Op O) {
  return attrOf(O) == OpAttr::Mem || O == Op::stateHelper;
}

static bool writesFlags(Op O) {
  return attrOf(O) == OpAttr::Flags && O != Op::getNzcv && O != Op::cond;
}

// A value may be computed right in the register it is destined for if nothing
// between its computation and the setReg can fault or looks at that register.
static bool canHint(const std::vector<Uop> &U, unsigned V, unsigned Set) {
  const Op Get = U[Set].Code == Op::setReg ? Op::getReg : Op::getVec;
  if (U[V].Code == Get)
    return false;
  for (unsigned I = V + 1; I != Set; ++I)
    if (mayFault(U[I].Code) ||
        ((U[I].Code == Get || U[I].Code == U[Set].Code) &&
         U[I].Imm == U[Set].Imm))
      return false;
  return true;
}

// The branch I of the instruction at At may lead to a label.
void Emitter::noteLabel(unsigned I, uint64_t At, uint64_t Starts) {
  const auto Target = static_cast<uint64_t>(uop(I).Imm);
  const uint64_t Word = (Target - B->Pc) / 4, Bit = uint64_t(1) << (Word & 63);
  if (Word >= B->NumInsns)
    return;
  Labels |= Bit;
  if (Target > At) {
    ForwardLabels |= Bit;
    return;
  }
  if (!(Starts & Bit))
    return;
  if (!(LoopLabels & Bit))
    LoopReads[Word] = LoopCarried[Word] = 0;
  LoopLabels |= Bit;
  uint32_t Reads = 0, Writes = 0;
  for (const Uop *U = &uop(I);
       U->Code != Op::insn || static_cast<uint64_t>(U->Imm) != Target; --U) {
    if (U->Code == Op::getReg)
      Reads |= 1u << U->Imm;
    else if (U->Code == Op::setReg)
      Writes |= 1u << U->Imm;
  }
  for (unsigned R = 0; R != 32; ++R)
    if (HostOf[R] >= 0)
      Reads &= ~(1u << R);
  LoopReads[Word] |= Reads;
  LoopCarried[Word] |= Reads & Writes;
}

void Emitter::analyse() {
  const std::vector<Uop> &U = B->Uops;
  const size_t N = U.size();
  assert(B->NumInsns <= Baseline::MaxInsns && "block too long");
  Labels = ForwardLabels = LoopLabels = 0;
  uint64_t Insn = 0, Starts = 0;
  std::memset(LiveAt, 15, sizeof LiveAt);
  TakenLive.assign(N, 15);
  Locs.assign(N, Loc());
  Consts.resize(N);
  Uses.assign(N, 0);
  Done.assign(N, 0);
  Hint.assign(N, -1);
  bool Writes = false;
  HasFp = false;
  for (unsigned I = 0; I != N; ++I) {
    const Uop &X = U[I];
    switch (X.Code) {
    case Op::brCond:
    case Op::br:
      noteLabel(I, Insn, Starts);
      break;
    case Op::insn:
      Insn = static_cast<uint64_t>(X.Imm);
      Starts |= uint64_t(1) << (Insn - B->Pc) / 4;
      continue; // A holds the instruction word
    case Op::getReg:
    case Op::getVec:
      continue;
    case Op::setReg:
      if (HostOf[X.Imm] >= 0 && canHint(U, X.A[0], I))
        Hint[X.A[0]] = static_cast<int8_t>(X.Imm);
      break;
    case Op::setVec:
      if (isPinnedVec(static_cast<unsigned>(X.Imm)) && canHint(U, X.A[0], I))
        Hint[X.A[0]] = static_cast<int8_t>(X.Imm);
      break;
    default:
      Writes |= writesFlags(X.Code);
      HasFp |= attrOf(X.Code) == OpAttr::Fp || X.Code == Op::flagsFcmp ||
               X.Code == Op::flagsFccmp;
      break;
    }
    for (uint16_t A : X.A)
      if (A != NoVal)
        ++Uses[A];
  }

  // An instruction may stand for several: no way into these.
  Labels &= Starts;
  ForwardLabels &= Starts;

  findReads();
  FlagsLive.assign(N, 15);
  if (!Writes)
    return; // NZCV stay in memory
  uint8_t Live = liveOut();
  for (unsigned I = static_cast<unsigned>(N); I-- != 0;) {
    if (U[I].Code == Op::insn)
      LiveAt[(static_cast<uint64_t>(U[I].Imm) - B->Pc) / 4] = Live;
    else if (U[I].Code == Op::brCond)
      Live |= TakenLive[I] = liveTaken(I);
    FlagsLive[I] = Live;
    if (writesFlags(U[I].Code))
      Live = 0;
    else if (U[I].Code == Op::cond)
      Live |= condMask(U[I].Imm);
    else if (U[I].Code == Op::getNzcv || U[I].Code == Op::stateHelper)
      Live = 15;
  }
}

void Emitter::findReads() {
  const std::vector<Uop> &U = B->Uops;
  std::fill_n(NextRead, 32, NoUop);
  ReadAfter.resize(U.size());
  for (unsigned I = static_cast<unsigned>(U.size()); I-- != 0;) {
    const auto At = static_cast<uint16_t>(I);
    switch (U[I].Code) {
    case Op::getReg:
      ReadAfter[I] = std::exchange(NextRead[U[I].Imm], At);
      break;
    case Op::setReg:
      ReadAfter[I] = std::exchange(NextRead[U[I].Imm], NoUop);
      break;
    case Op::brCond:
    case Op::br: {
      const uint64_t Word = (static_cast<uint64_t>(U[I].Imm) - B->Pc) / 4;
      if (Word < B->NumInsns && LoopLabels >> Word & 1)
        for (uint32_t Reads = LoopReads[Word]; Reads; Reads &= Reads - 1)
          NextRead[__builtin_ctz(Reads)] = At;
      break;
    }
    default:
      break;
    }
  }
}

uint8_t Emitter::liveOut() {
  const CodeEndFn CodeEnd = [this](uint64_t Pc) { return Ctx->codeEnd(Pc); };
  if (B->terminator().Code != Op::brCond)
    return flagsDeadAfter(*B, CodeEnd, &Res->Depends, Opts->FlagsAtJumps) ? 0
                                                                          : 15;
  LiveFallen = !flagsDeadAt(B->End, CodeEnd, &Res->Depends, Opts->FlagsAtJumps);
  return LiveFallen ? 15 : 0;
}

uint8_t Emitter::liveTaken(unsigned I) {
  const auto Target = static_cast<uint64_t>(uop(I).Imm);
  unsigned Insn = I;
  while (uop(Insn).Code != Op::insn)
    --Insn;
  const auto At = static_cast<uint64_t>(uop(Insn).Imm);
  if (isLabel(Target) && Target > At)
    return LiveAt[(Target - B->Pc) / 4];
  const CodeEndFn CodeEnd = [this](uint64_t Pc) { return Ctx->codeEnd(Pc); };
  return flagsDeadAt(Target, CodeEnd, &Res->Depends, Opts->FlagsAtJumps) ? 0
                                                                         : 15;
}
