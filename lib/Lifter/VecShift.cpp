//===- VecShift.cpp - Vector shifts ---------------------------------------===//

#include "UnitLifter.h"

using namespace llvm;

namespace xlate::lift {

/// V >> N for 1 <= N <= width.
Value *UnitLifter::shiftRight(Value *V, unsigned N, bool Signed) {
  const unsigned Bits = V->getType()->getScalarSizeInBits();
  if (N < Bits)
    return Signed ? B.CreateAShr(V, N) : B.CreateLShr(V, N);
  return Signed ? B.CreateAShr(V, Bits - 1)
                : Constant::getNullValue(V->getType());
}

/// V >> N rounded: the bit shifted out last is added.
Value *UnitLifter::roundRight(Value *V, unsigned N, bool Signed) {
  if (N == 0)
    return V;
  Value *Last = N == 1 ? V : shiftRight(V, N - 1, Signed);
  Value *Carry = B.CreateAnd(Last, ConstantInt::get(V->getType(), 1));
  return B.CreateAdd(shiftRight(V, N, Signed), Carry);
}

// SSHL, USHL, SRSHL, URSHL: by the signed low byte of each lane of the count;
// negative counts shift right.
Value *UnitLifter::shiftByLanes(const Uop &U, bool Signed, bool Round) {
  // Without AVX2, LLVM makes powers of two by converting floats: that raises
  // exceptions.
  if (!Options.Host.Avx2)
    return nullptr;
  Value *V = lanes(arg(U, 0), U.Lane), *Count = lanes(arg(U, 1), U.Lane);
  Type *T = V->getType();
  const unsigned Bits = 8u << U.Lane;
  auto splat = [&](uint64_t K) { return ConstantInt::get(T, K); };
  Count = B.CreateAShr(B.CreateShl(Count, Bits - 8), Bits - 8);
  Value *Right = B.CreateNeg(Count); // -128 stays out of range for bytes
  auto inRange = [&](Value *N) { return B.CreateICmpULT(N, splat(Bits)); };
  auto shiftOrZero = [&](Instruction::BinaryOps Op, Value *N) {
    Value *Ok = inRange(N);
    return B.CreateSelect(
        Ok, B.CreateBinOp(Op, V, B.CreateSelect(Ok, N, splat(0))), splat(0));
  };
  auto right = [&](Value *N) -> Value * {
    if (!Signed)
      return shiftOrZero(Instruction::LShr, N);
    return B.CreateAShr(V, B.CreateSelect(inRange(N), N, splat(Bits - 1)));
  };
  Value *Left = shiftOrZero(Instruction::Shl, Count);
  Value *Down = right(Right);
  if (Round) {
    // Beyond the width even the rounding bit is a copy of the sign, and the
    // sum of the two is zero.
    Value *Last = right(B.CreateSub(Right, splat(1)));
    Down = B.CreateAdd(Down, B.CreateAnd(Last, splat(1)));
  }
  return fromLanes(
      B.CreateSelect(B.CreateICmpSLT(Count, splat(0)), Down, Left));
}

// SQSHL, UQSHL, SQSHLU by immediate.
Value *UnitLifter::satShiftLeft(const Uop &U, bool FromSigned, bool ToSigned) {
  Value *V = lanes(arg(U, 0), U.Lane);
  Type *T = V->getType();
  const unsigned Bits = 8u << U.Lane, N = static_cast<unsigned>(U.Imm);
  Value *R = B.CreateShl(V, N);
  Value *Back = ToSigned ? B.CreateAShr(R, N) : B.CreateLShr(R, N);
  Value *Lost = B.CreateICmpNE(Back, V);
  Value *Negative = B.CreateICmpSLT(V, Constant::getNullValue(T));
  Value *Limit;
  if (!FromSigned) {
    Limit = Constant::getAllOnesValue(T);
  } else if (ToSigned) {
    Value *Sign = B.CreateAShr(V, Bits - 1); // MAX or MIN
    Limit =
        B.CreateXor(Sign, ConstantInt::get(T, APInt::getSignedMaxValue(Bits)));
  } else {
    Lost = B.CreateOr(Lost, Negative);
    Limit = B.CreateNot(B.CreateAShr(V, Bits - 1));
  }
  raiseQcIfAny(B.CreateSExt(Lost, T));
  return fromLanes(B.CreateSelect(Lost, Limit, R));
}

Value *UnitLifter::lowerVecShift(const Uop &U) {
  const unsigned N = static_cast<unsigned>(U.Imm);
  auto a = [&] { return lanes(arg(U, 0), U.Lane); };
  switch (U.Code) {
  case Op::vShlI:
    return fromLanes(B.CreateShl(a(), N));
  case Op::vShrSI:
    return N ? fromLanes(shiftRight(a(), N, true)) : arg(U, 0);
  case Op::vShrUI:
    return N ? fromLanes(shiftRight(a(), N, false)) : arg(U, 0);
  case Op::vRshrSI:
    return fromLanes(roundRight(a(), N, true));
  case Op::vRshrUI:
    return fromLanes(roundRight(a(), N, false));
  case Op::vSshl:
    return shiftByLanes(U, true, false);
  case Op::vUshl:
    return shiftByLanes(U, false, false);
  case Op::vSrshl:
    return shiftByLanes(U, true, true);
  case Op::vUrshl:
    return shiftByLanes(U, false, true);
  case Op::vSqShlI:
    return satShiftLeft(U, true, true);
  case Op::vUqShlI:
    return satShiftLeft(U, false, false);
  case Op::vSqShluI:
    return satShiftLeft(U, true, false);
  default:
    return nullptr;
  }
}

} // namespace xlate::lift
