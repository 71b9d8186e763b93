//===- Analysis.cpp - Uses, destinations and flag liveness ----------------===//

#include "Emitter.h"
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
  return opAttr(O) == OpAttr::Mem || O == Op::stateHelper;
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
        ((U[I].Code == Get || U[I].Code == U[Set].Code) && U[I].Imm == U[Set].Imm))
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
  const Uop &T = B->terminator();
  switch (T.Code) {
  case Op::br:
  case Op::call:
    return flagsLiveAt(static_cast<uint64_t>(T.Imm));
  case Op::brCond:
    return flagsLiveAt(static_cast<uint64_t>(T.Imm)) | flagsLiveAt(B->End);
  default:
    return 15;
  }
}

//===----------------------------------------------------------------------===//
// Looking ahead
//===----------------------------------------------------------------------===//

namespace {
enum class FlagUse { None, Writes, Reads, Jump, Fork };
}

/// What an instruction word means for NZCV; Reads if in doubt.
static FlagUse classify(uint32_t W) {
  auto Is = [W](uint32_t Mask, uint32_t Bits) { return (W & Mask) == Bits; };
  switch (W >> 25 & 15) {
  case 8:
  case 9: // immediate: ADDS, SUBS, ANDS write
    if (Is(0x1f800000, 0x11000000))
      return W >> 29 & 1 ? FlagUse::Writes : FlagUse::None;
    if (Is(0x1f800000, 0x12000000))
      return Is(0x60000000, 0x60000000) ? FlagUse::Writes : FlagUse::None;
    return FlagUse::None;
  case 10:
  case 11: // branches and system
    if (Is(0x7c000000, 0x14000000))
      return FlagUse::Jump;
    if (Is(0x7c000000, 0x34000000)) // CBZ, CBNZ, TBZ, TBNZ
      return FlagUse::Fork;
    if (Is(0xfffff01f, 0xd503201f) || Is(0xfffff0ff, 0xd50330bf) || // hints, DMB
        Is(0xffffffe0, 0xd53bd040))                                 // MRS TPIDR_EL0
      return FlagUse::None;
    return FlagUse::Reads;
  case 4:
  case 6:
  case 12:
  case 14: // loads and stores; memory copy and set write NZCV
    if (Is(0x3b200c00, 0x19000400))
      return FlagUse::Reads;
    return FlagUse::None;
  case 5:
  case 13: // register
    if (Is(0x1f000000, 0x0a000000))
      return Is(0x60000000, 0x60000000) ? FlagUse::Writes : FlagUse::None;
    if (Is(0x1f000000, 0x0b000000))
      return W >> 29 & 1 ? FlagUse::Writes : FlagUse::None;
    if (Is(0x1f000000, 0x1b000000))
      return FlagUse::None;
    if (Is(0x3fe00000, 0x1ac00000))
      return FlagUse::None; // one and two sources
    return FlagUse::Reads;
  case 7:
  case 15: // SIMD and FP
    if (Is(0x5f200000, 0x1e200000)) {
      if (Is(0xfc07, 0x2000))
        return FlagUse::Writes; // FCMP, FCMPE
      if (Is(0x400, 0x400) || Is(0xfffffc00, 0x1e7e0000))
        return FlagUse::Reads; // FCCMP, FCSEL; FJCVTZS
    }
    return FlagUse::None;
  default:
    return FlagUse::Reads;
  }
}

static uint64_t branchTarget(uint64_t Pc, uint32_t W) {
  auto Field = [W](unsigned Lsb, unsigned Bits) {
    return static_cast<int64_t>(static_cast<uint64_t>(W >> Lsb) << (64 - Bits)) >> (64 - Bits);
  };
  int64_t Words = W >> 26 == 5 || W >> 26 == 0x25 ? Field(0, 26)
                  : W >> 25 & 1                   ? Field(5, 14)
                                                  : Field(5, 19);
  return Pc + static_cast<uint64_t>(Words * 4);
}

bool Emitter::flagsDead(uint64_t At, unsigned Forks, unsigned &Budget) {
  for (;;) {
    const uint64_t Start = At, End = Ctx->codeEnd(At);
    FlagUse Use = FlagUse::None;
    uint32_t W = 0;
    for (; Use == FlagUse::None; At += 4) {
      if (At + 4 > End || Budget == 0)
        return false;
      --Budget;
      std::memcpy(&W, reinterpret_cast<const void *>(At), 4);
      Use = classify(W);
    }
    if (Use == FlagUse::Reads)
      return false;
    if (Start < B->Pc || At > B->End)
      Res->Depends.emplace_back(Start, At);
    if (Use == FlagUse::Writes)
      return true;
    const uint64_t Target = branchTarget(At - 4, W);
    if (Use == FlagUse::Fork && (Forks == 0 || !flagsDead(At, Forks - 1, Budget)))
      return false;
    Forks -= Use == FlagUse::Fork;
    At = Target;
  }
}

uint8_t Emitter::flagsLiveAt(uint64_t At) {
  const size_t Mark = Res->Depends.size();
  unsigned Budget = 24;
  if (flagsDead(At, 2, Budget))
    return 0;
  Res->Depends.resize(Mark);
  return 15;
}
