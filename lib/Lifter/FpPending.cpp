//===- FpPending.cpp - One NaN check for several operations ---------------===//
//
// x86 and Arm disagree about results that are NaNs. Nearly none are, so the
// lifter runs ahead: arithmetic is done on the host and noted as pending.
// Before anything but more arithmetic sees a pending value, and at the end of
// the block, all of them are settled by one check. If it finds a NaN, the
// evaluators compute the pending operations again, in order, from operands that
// are exact.
//
// A NaN operand makes the result of arithmetic a NaN. So only results that no
// other pending operation took as an operand need to be looked at: if they are
// numbers, so is everything that went into them. Results that may hide an
// underflow are all looked at.
//
// Where invalid operations trap (LiftOptions::TrapsInvalid) only multiply-add
// is pending, and what takes its results.
//
//===----------------------------------------------------------------------===//

#include "UnitLifter.h"

using namespace llvm;

namespace xlate::lift {

/// More of them keep too many operands alive.
constexpr size_t MaxPending = 12;

/// Operations whose result is a NaN if an operand's active lanes hold one.
bool UnitLifter::mayPend(const Uop &U) const {
  if (Options.FlushToZero || (U.Lane != L32 && U.Lane != L64))
    return false;
  switch (U.Code) {
  case Op::fAdd:
  case Op::fSub:
  case Op::fMul:
  case Op::fDiv:
  case Op::fSqrt:
  case Op::fAbs:
  case Op::fNeg:
    return true;
  case Op::fMulAdd:
    return Options.Host.Fma;
  case Op::fRint:
    return Options.Host.Sse41 && static_cast<FpRound>(U.Imm) != FpRound::Away;
  case Op::fCvt:
    return U.N <= 2 && U.Imm != L16;
  default:
    return false;
  }
}

UnitLifter::PendingFp *UnitLifter::pendingOf(const Value *V) {
  for (PendingFp &P : Pending)
    if (P.Result == V)
      return &P;
  return nullptr;
}

/// Does U take a result that isn't exact yet?
bool UnitLifter::joinsPending(const Uop &U) {
  return any_of(U.A,
                [&](uint16_t A) { return A != NoVal && pendingOf(Vals[A]); });
}

/// Before U: is some pending value needed exactly?
bool UnitLifter::mustSettle(const Uop &U) {
  switch (U.Code) {
  case Op::insn:
  case Op::getVec:
  case Op::setVec:
  case Op::getReg:
    return false;
  case Op::stateHelper:
  case Op::writeSys:
    return true;
  case Op::readSys:
    return static_cast<SysReg>(U.Imm) == SysReg::Fpsr;
  default:
    break;
  }
  if (opAttr(U.Code) == OpAttr::Mem && Options.WriteThrough)
    return true;
  const bool Joins = mayPend(U);
  const unsigned Lane = U.Code == Op::fCvt ? static_cast<unsigned>(U.Imm)
                                           : static_cast<unsigned>(U.Lane);
  for (uint16_t A : U.A) {
    PendingFp *P = A == NoVal ? nullptr : pendingOf(Vals[A]);
    if (P && (!Joins || P->U.Lane != Lane || P->U.N > U.N))
      return true;
  }
  return Joins && Pending.size() >= MaxPending;
}

/// V is the host's result of U, a scalar or all lanes. The result is the value
/// of the uop, for the time being.
Value *UnitLifter::pend(const Uop &U, Value *V) {
  PendingFp P{U, {}, V, fpResult(U, V), nullptr, false};
  for (unsigned I = 0; I != 3; ++I)
    if (U.A[I] != NoVal) {
      P.Args[I] = arg(U, I);
      if (PendingFp *From = pendingOf(P.Args[I]))
        From->Covered = true;
    }
  Pending.push_back(P);
  return P.Result;
}

/// i1: some pending result is a NaN or hides an underflow.
Value *UnitLifter::anyPendingCold() {
  Value *Any = nullptr;
  auto merge = [&](Value *Cond) { Any = Any ? B.CreateOr(Any, Cond) : Cond; };
  // Two values to a comparison, and one test for all vectors of a type.
  MapVector<Type *, SmallVector<Value *, 8>> ByType;
  MapVector<Type *, Value *> Masks;
  auto look = [&](Type *T, Value *Cmp) {
    if (!T->isVectorTy())
      return merge(Cmp);
    Value *&Mask = Masks[T];
    Mask = Mask ? B.CreateOr(Mask, Cmp) : Cmp;
  };
  for (const PendingFp &P : Pending)
    if (mayHideUnderflow(P.U))
      look(P.Fast->getType(), tinyOrNaN(P.Fast));
    else if (!P.Covered)
      ByType[P.Fast->getType()].push_back(P.Fast);
  for (auto &[T, Values] : ByType)
    for (size_t I = 0; I < Values.size(); I += 2)
      look(T, plainFcmp(CmpInst::FCMP_UNO, Values[I],
                        Values[std::min(I + 1, Values.size() - 1)]));
  for (auto &[T, Mask] : Masks)
    merge(anyLane(Mask));
  return Any;
}

void UnitLifter::settle() {
  raiseFcmp();
  if (Pending.empty())
    return;
  BasicBlock *From;
  Value *IsCold = anyPendingCold();
  From = B.GetInsertBlock();
  BasicBlock *Cold = coldIf(IsCold), *Next = B.GetInsertBlock();
  B.SetInsertPoint(Cold);
  for (PendingFp &P : Pending) {
    for (Value *&A : P.Args)
      if (PendingFp *Of = A ? pendingOf(A) : nullptr)
        A = Of->Slow;
    if (P.U.Code == Op::fAbs || P.U.Code == Op::fNeg)
      P.Slow = signBits(P.U, P.Args[0], P.U.Code == Op::fAbs);
    else
      P.Slow = callEval(P.U, P.Args[0], P.Args[1], P.Args[2]);
  }
  // Scalars are merged as scalars, so that the next operation can take them
  // without a detour through the vector register they are lane 0 of.
  auto isScalar = [](const PendingFp &P) {
    return !P.Fast->getType()->isVectorTy();
  };
  SmallVector<Value *, MaxPending> Slow;
  for (const PendingFp &P : Pending)
    Slow.push_back(
        isScalar(P)
            ? B.CreateExtractElement(
                  B.CreateBitCast(P.Slow, fpLanesTy(P.U.Lane)), uint64_t(0))
            : P.Slow);
  B.CreateBr(Next);

  B.SetInsertPoint(Next);
  SmallVector<PHINode *, MaxPending> Phis;
  for (size_t I = 0; I != Pending.size(); ++I) {
    const PendingFp &P = Pending[I];
    Value *Fast = isScalar(P) ? P.Fast : P.Result;
    PHINode *Phi = B.CreatePHI(Fast->getType(), 2);
    Phi->addIncoming(Fast, From);
    Phi->addIncoming(Slow[I], Cold);
    Phis.push_back(Phi);
  }
  // Nothing else refers to pending values: uops of this instruction and guest
  // registers.
  for (size_t I = 0; I != Pending.size(); ++I) {
    const PendingFp &P = Pending[I];
    Value *V = isScalar(P) ? fpResult(P.U, Phis[I]) : Phis[I];
    for (size_t J = Index_; J != 0 && Cur->Code.Uops[J - 1].Code != Op::insn;
         --J)
      if (Vals[J - 1] == P.Result)
        Vals[J - 1] = V;
    for (unsigned L = LocV; L != LocN; ++L)
      if (Now[L] == P.Result) {
        Now[L] = V;
        B.CreateStore(V, slotOf(L));
      }
  }
  Pending.clear();
}

} // namespace xlate::lift
