//===- Analysis.cpp - Uses, destinations and flag liveness ----------------===//

#include "Emitter.h"
#include "xlate/Semantics/FlagLiveness.h"
#include <cstring>

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
  switch (O) {
  case Op::flagsAdd:
  case Op::flagsSub:
  case Op::flagsAdc:
  case Op::flagsSbc:
  case Op::flagsLogic:
  case Op::flagsCcmp:
  case Op::flagsCcmn:
  case Op::flagsFcmp:
  case Op::flagsFccmp:
  case Op::setNzcv:
    return true;
  default:
    return false;
  }
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

void Emitter::analyse() {
  const std::vector<Uop> &U = B->Uops;
  const size_t N = U.size();
  Locs.assign(N, Loc());
  Uses.assign(N, 0);
  Done.assign(N, 0);
  Hint.assign(N, -1);
  std::memset(RegReads, 0, sizeof RegReads);
  std::memset(VecReads, 0, sizeof VecReads);
  bool Writes = false;
  HasFp = false;
  for (unsigned I = 0; I != N; ++I) {
    const Uop &X = U[I];
    switch (X.Code) {
    case Op::insn:
      continue; // A holds the instruction word
    case Op::getReg:
      ++RegReads[X.Imm];
      continue;
    case Op::getVec:
      ++VecReads[X.Imm];
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

  FlagsLive.assign(N, 15);
  if (!Writes)
    return; // NZCV stay in memory
  uint8_t Live = liveOut();
  for (unsigned I = static_cast<unsigned>(N); I-- != 0;) {
    FlagsLive[I] = Live;
    if (writesFlags(U[I].Code))
      Live = 0;
    else if (U[I].Code == Op::cond)
      Live |= condMask(U[I].Imm);
    else if (U[I].Code == Op::getNzcv || U[I].Code == Op::stateHelper)
      Live = 15;
  }
}

uint8_t Emitter::liveOut() {
  const CodeEndFn CodeEnd = [this](uint64_t Pc) { return Ctx->codeEnd(Pc); };
  const Uop &T = B->terminator();
  if (T.Code != Op::brCond)
    return flagsDeadAfter(*B, CodeEnd, &Res->Depends) ? 0 : 15;
  LiveTaken =
      !flagsDeadAt(static_cast<uint64_t>(T.Imm), CodeEnd, &Res->Depends);
  LiveFallen = !flagsDeadAt(B->End, CodeEnd, &Res->Depends);
  return LiveTaken || LiveFallen ? 15 : 0;
}
