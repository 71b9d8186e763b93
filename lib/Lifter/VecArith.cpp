//===- VecArith.cpp - Vector lane arithmetic ------------------------------===//

#include "UnitLifter.h"
#include "llvm/IR/IntrinsicsX86.h"

using namespace llvm;

namespace xlate::lift {

/// The smallest signed value in every lane of T.
static Constant *minSigned(Type *T) {
  return ConstantInt::get(T,
                          APInt::getSignedMinValue(T->getScalarSizeInBits()));
}

Value *UnitLifter::anyBit(Value *V) {
  Value *Bits = B.CreateBitCast(V, B.getInt128Ty());
  return B.CreateICmpNE(Bits, ConstantInt::get(B.getInt128Ty(), 0));
}

// Saturation is rare and QC is sticky: set it on a cold path.
void UnitLifter::raiseQcIfAny(Value *V) {
  BasicBlock *Cold = coldIf(anyBit(V)), *Next = B.GetInsertBlock();
  B.SetInsertPoint(Cold);
  const size_t Fpsr = offsetof(CpuState, Fpsr);
  storeState(B.CreateOr(loadState(B.getInt32Ty(), Fpsr), 1u << 27), Fpsr);
  B.CreateBr(Next);
  B.SetInsertPoint(Next);
}

Value *UnitLifter::saturating(Intrinsic::ID Id, Instruction::BinaryOps Wrapping,
                              const Uop &U) {
  Value *A = lanes(arg(U, 0), U.Lane), *Bv = lanes(arg(U, 1), U.Lane);
  Value *R = B.CreateBinaryIntrinsic(Id, A, Bv);
  raiseQcIfAny(B.CreateXor(R, B.CreateBinOp(Wrapping, A, Bv)));
  return fromLanes(R);
}

/// A lane equal to the minimum becomes the maximum, which is saturation where
/// the exact result's only overflow is one beyond the maximum.
Value *UnitLifter::wrapMinToMax(Value *R) {
  Value *Wrapped =
      B.CreateSExt(B.CreateICmpEQ(R, minSigned(R->getType())), R->getType());
  raiseQcIfAny(Wrapped);
  return fromLanes(B.CreateXor(R, Wrapped));
}

/// Vector of twice the bytes with lanes of twice the width.
static Type *doubled(Value *V) {
  return FixedVectorType::getExtendedElementVectorType(
      cast<FixedVectorType>(V->getType()));
}

// SQDMULH, SQRDMULH: 2 * a * b (+ half) >> width; overflows for MIN * MIN only.
Value *UnitLifter::mulHigh(const Uop &U, bool Round) {
  Value *A = lanes(arg(U, 0), U.Lane), *Bv = lanes(arg(U, 1), U.Lane);
  if (Round && U.Lane == L16 && Options.Host.Ssse3)
    return wrapMinToMax(call(Intrinsic::x86_ssse3_pmul_hr_sw_128, {}, {A, Bv}));
  Type *Wide = doubled(A);
  const unsigned Bits = 8u << U.Lane;
  Value *P = B.CreateMul(B.CreateSExt(A, Wide), B.CreateSExt(Bv, Wide));
  if (Round)
    P = B.CreateAdd(P, ConstantInt::get(Wide, uint64_t(1) << (Bits - 2)));
  return wrapMinToMax(B.CreateTrunc(B.CreateAShr(P, Bits - 1), A->getType()));
}

// SQRDMLAH, SQRDMLSH. The exact sum of the halves fits lanes of twice the
// width.
Value *UnitLifter::mulHighAcc(const Uop &U, bool Subtract) {
  Value *Acc = lanes(arg(U, 0), U.Lane);
  Type *Narrow = Acc->getType(), *Wide = doubled(Acc);
  const unsigned Bits = 8u << U.Lane;
  auto widen = [&](Value *V) { return B.CreateSExt(V, Wide); };
  Value *P = B.CreateMul(widen(lanes(arg(U, 1), U.Lane)),
                         widen(lanes(arg(U, 2), U.Lane)));
  Value *Sum = B.CreateShl(widen(Acc), Bits - 1);
  Sum = Subtract ? B.CreateSub(Sum, P) : B.CreateAdd(Sum, P);
  Sum = B.CreateAdd(Sum, ConstantInt::get(Wide, uint64_t(1) << (Bits - 2)));
  Value *Exact = B.CreateAShr(Sum, Bits - 1);
  Value *R = clampSigned(Exact, Bits);
  // Exact has one bit more than a lane: clamping changes its low half too.
  raiseQcIfAny(B.CreateTrunc(B.CreateXor(R, Exact), Narrow));
  return fromLanes(B.CreateTrunc(R, Narrow));
}

Value *UnitLifter::clampSigned(Value *V, unsigned Bits) {
  Type *T = V->getType();
  const unsigned Width = T->getScalarSizeInBits();
  V = B.CreateBinaryIntrinsic(
      Intrinsic::smin, V,
      ConstantInt::get(T, APInt::getSignedMaxValue(Bits).sext(Width)));
  return B.CreateBinaryIntrinsic(
      Intrinsic::smax, V,
      ConstantInt::get(T, APInt::getSignedMinValue(Bits).sext(Width)));
}

/// Product of the low halves; where these come from high halves (PMULL2), the
/// host's instruction takes them from there.
Value *UnitLifter::carrylessMul(Value *A, Value *Bv) {
  uint8_t High = 0;
  auto source = [&](Value *V, uint8_t Bit) {
    auto *S = dyn_cast<ShuffleVectorInst>(V);
    if (!S || S->getOperand(0)->getType() != VecTy || S->getMaskValue(0) != 1)
      return V;
    High |= Bit;
    return S->getOperand(0);
  };
  A = source(A, 0x01);
  Bv = source(Bv, 0x10);
  return call(Intrinsic::x86_pclmulqdq, {}, {A, Bv, B.getInt8(High)});
}

Value *UnitLifter::lowerVecArith(const Uop &U) {
  const unsigned L = U.Lane;
  Value *A = lanes(arg(U, 0), L);
  Value *Bv = U.A[1] == NoVal ? nullptr : lanes(arg(U, 1), L);
  Type *T = A->getType();
  auto binary = [&](Intrinsic::ID Id) {
    return fromLanes(B.CreateBinaryIntrinsic(Id, A, Bv));
  };
  auto mask = [&](CmpInst::Predicate P) {
    return fromLanes(B.CreateSExt(B.CreateICmp(P, A, Bv), T));
  };
  auto half = [&](Value *V, bool Signed) {
    return Signed ? B.CreateAShr(V, 1) : B.CreateLShr(V, 1);
  };
  const bool Signed =
      U.Code == Op::vHaddS || U.Code == Op::vHsubS || U.Code == Op::vRhaddS;

  switch (U.Code) {
  case Op::vAdd:
    return fromLanes(B.CreateAdd(A, Bv));
  case Op::vSub:
    return fromLanes(B.CreateSub(A, Bv));
  case Op::vMul:
    return fromLanes(B.CreateMul(A, Bv));
  case Op::vNeg:
    return fromLanes(B.CreateNeg(A));
  case Op::vAbs:
    return fromLanes(call(Intrinsic::abs, {T}, {A, B.getFalse()}));
  case Op::vMinS:
    return binary(Intrinsic::smin);
  case Op::vMaxS:
    return binary(Intrinsic::smax);
  case Op::vMinU:
    return binary(Intrinsic::umin);
  case Op::vMaxU:
    return binary(Intrinsic::umax);
  case Op::vHaddS:
  case Op::vHaddU:
    return fromLanes(
        B.CreateAdd(B.CreateAnd(A, Bv), half(B.CreateXor(A, Bv), Signed)));
  case Op::vRhaddS:
  case Op::vRhaddU:
    return fromLanes(
        B.CreateSub(B.CreateOr(A, Bv), half(B.CreateXor(A, Bv), Signed)));
  case Op::vHsubS:
  case Op::vHsubU: {
    // (a >> 1) - (b >> 1) - borrow of the low bits
    Value *Borrow =
        B.CreateAnd(B.CreateAnd(B.CreateNot(A), Bv), ConstantInt::get(T, 1));
    return fromLanes(
        B.CreateSub(B.CreateSub(half(A, Signed), half(Bv, Signed)), Borrow));
  }
  case Op::vAbdS:
    return fromLanes(
        B.CreateSub(B.CreateBinaryIntrinsic(Intrinsic::smax, A, Bv),
                    B.CreateBinaryIntrinsic(Intrinsic::smin, A, Bv)));
  case Op::vAbdU:
    return fromLanes(
        B.CreateSub(B.CreateBinaryIntrinsic(Intrinsic::umax, A, Bv),
                    B.CreateBinaryIntrinsic(Intrinsic::umin, A, Bv)));
  case Op::vCmpEq:
    return mask(CmpInst::ICMP_EQ);
  case Op::vCmpGtS:
    return mask(CmpInst::ICMP_SGT);
  case Op::vCmpGeS:
    return mask(CmpInst::ICMP_SGE);
  case Op::vCmpGtU:
    return mask(CmpInst::ICMP_UGT);
  case Op::vCmpGeU:
    return mask(CmpInst::ICMP_UGE);
  case Op::vCmpTst:
    return fromLanes(B.CreateSExt(
        B.CreateICmpNE(B.CreateAnd(A, Bv), Constant::getNullValue(T)), T));
  case Op::vClz:
    return fromLanes(call(Intrinsic::ctlz, {T}, {A, B.getFalse()}));
  case Op::vCls: {
    Value *Differ = B.CreateXor(A, B.CreateAShr(A, 1));
    return fromLanes(
        B.CreateSub(call(Intrinsic::ctlz, {T}, {Differ, B.getFalse()}),
                    ConstantInt::get(T, 1)));
  }
  case Op::vCnt: {
    Value *V = lanes(arg(U, 0), L8);
    return fromLanes(call(Intrinsic::ctpop, {V->getType()}, {V}));
  }
  case Op::vRbit: {
    Value *V = lanes(arg(U, 0), L8);
    return fromLanes(call(Intrinsic::bitreverse, {V->getType()}, {V}));
  }
  case Op::vPmull:
    if (L != L64 || !Options.Host.Pclmul)
      return nullptr;
    return carrylessMul(arg(U, 0), arg(U, 1));

  case Op::vSqAdd:
    return saturating(Intrinsic::sadd_sat, Instruction::Add, U);
  case Op::vUqAdd:
    return saturating(Intrinsic::uadd_sat, Instruction::Add, U);
  case Op::vSqSub:
    return saturating(Intrinsic::ssub_sat, Instruction::Sub, U);
  case Op::vUqSub:
    return saturating(Intrinsic::usub_sat, Instruction::Sub, U);
  case Op::vSqAbs:
    return wrapMinToMax(call(Intrinsic::abs, {T}, {A, B.getFalse()}));
  case Op::vSqNeg:
    return wrapMinToMax(B.CreateNeg(A));
  case Op::vSqDmulh:
    return mulHigh(U, false);
  case Op::vSqRdmulh:
    return mulHigh(U, true);
  case Op::vSqRdmlah:
    return mulHighAcc(U, false);
  case Op::vSqRdmlsh:
    return mulHighAcc(U, true);
  case Op::vSqDmull: {
    Value *P =
        B.CreateMul(widenPart(A, false, true), widenPart(Bv, false, true));
    return wrapMinToMax(B.CreateShl(P, 1));
  }
  default:
    return nullptr;
  }
}

} // namespace xlate::lift
