//===- VecWide.cpp - Widening, narrowing, reductions, dot products --------===//

#include "UnitLifter.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/IntrinsicsX86.h"
#include "llvm/IR/PatternMatch.h"

using namespace llvm;

namespace xlate::lift {

/// Lanes [First, First + Count) of V.
Value *UnitLifter::slice(Value *V, unsigned First, unsigned Count) {
  SmallVector<int, 16> Mask;
  for (unsigned I = 0; I != Count; ++I)
    Mask.push_back(static_cast<int>(First + I));
  return shuffle(V, V, Mask);
}

Value *UnitLifter::widenPart(Value *V, bool High, bool Signed) {
  auto *T = cast<FixedVectorType>(V->getType());
  const unsigned Half = T->getNumElements() / 2;
  Value *Part = slice(V, High ? Half : 0, Half);
  Type *Wide = FixedVectorType::get(intTy(2 * T->getScalarSizeInBits()), Half);
  return Signed ? B.CreateSExt(Part, Wide) : B.CreateZExt(Part, Wide);
}

/// Truncate the lanes of V to the low half of a vector; the rest is zero.
Value *UnitLifter::narrowLanes(Value *V) {
  auto *T = cast<FixedVectorType>(V->getType());
  const unsigned N = T->getNumElements();
  auto *Narrow = FixedVectorType::get(intTy(T->getScalarSizeInBits() / 2), N);
  Value *Part = B.CreateTrunc(V, Narrow);
  SmallVector<int, 16> Mask;
  for (unsigned I = 0; I != 2 * N; ++I)
    Mask.push_back(static_cast<int>(I));
  return fromLanes(shuffle(Part, Constant::getNullValue(Narrow), Mask));
}

Value *UnitLifter::satNarrow(const Uop &U, bool FromSigned, bool ToSigned) {
  Value *V = lanes(arg(U, 0), U.Lane + 1u);
  Type *T = V->getType();
  const unsigned Bits = 8u << U.Lane, Wide = 2 * Bits;
  Value *R;
  if (ToSigned) {
    R = clampSigned(V, Bits);
  } else {
    Constant *Max = ConstantInt::get(T, APInt::getMaxValue(Bits).zext(Wide));
    if (FromSigned)
      R = B.CreateBinaryIntrinsic(
          Intrinsic::smin,
          B.CreateBinaryIntrinsic(Intrinsic::smax, V,
                                  Constant::getNullValue(T)),
          Max);
    else
      R = B.CreateBinaryIntrinsic(Intrinsic::umin, V, Max);
  }
  raiseQcIfAny(B.CreateXor(R, V));
  return narrowLanes(R);
}

/// If V counts the bits of each byte of a vector, that vector; its high half
/// may have been zeroed unless All are wanted.
static Value *countedBytes(Value *V, bool All) {
  for (;;) {
    if (auto *Cast = dyn_cast<BitCastInst>(V))
      V = Cast->getOperand(0);
    else if (auto *Shuffle = dyn_cast<ShuffleVectorInst>(V);
             !All && Shuffle && Shuffle->getShuffleMask().equals({0, 2}) &&
             match(Shuffle->getOperand(1), PatternMatch::m_Zero()))
      V = Shuffle->getOperand(0); // vLow64
    else
      break;
  }
  auto *Count = dyn_cast<IntrinsicInst>(V);
  if (!Count || Count->getIntrinsicID() != Intrinsic::ctpop ||
      !Count->getType()->getScalarType()->isIntegerTy(8))
    return nullptr;
  return Count->getArgOperand(0);
}

// The sum of the low 8 or of all bytes, with the idiom CNT, ADDV that counts
// bits.
Value *UnitLifter::addBytes(Value *V, bool All) {
  auto half = [&](Value *Of, uint64_t I) {
    return B.CreateExtractElement(Of, I);
  };
  if (Value *Counted = countedBytes(V, All)) {
    Counted = fromLanes(Counted);
    auto count = [&](uint64_t I) {
      return call(Intrinsic::ctpop, {B.getInt64Ty()}, {half(Counted, I)});
    };
    return All ? B.CreateAdd(count(0), count(1)) : count(0);
  }
  Value *Sums = call(Intrinsic::x86_sse2_psad_bw, {},
                     {V, Constant::getNullValue(V->getType())});
  Value *Sum = half(Sums, 0);
  if (All)
    Sum = B.CreateAdd(Sum, half(Sums, 1));
  return B.CreateAnd(Sum, 0xff);
}

Value *UnitLifter::reduce(const Uop &U, Intrinsic::ID Id) {
  Value *V = lanes(arg(U, 0), U.Lane);
  const unsigned Count = static_cast<unsigned>(U.Imm);
  if (Count != 16u >> U.Lane)
    V = slice(V, 0, Count);
  return B.CreateZExt(call(Id, {V->getType()}, {V}), B.getInt64Ty());
}

// Each 32-bit lane: acc plus the sum of its four byte products. PMADDWD sums
// pairs of 16-bit products, which are exact for bytes of either signedness.
Value *UnitLifter::dot(Value *Acc, Value *X, Value *Y, bool XSigned,
                       bool YSigned) {
  auto pairs = [&](bool High) {
    return call(Intrinsic::x86_sse2_pmadd_wd, {},
                {widenPart(lanes(X, L8), High, XSigned),
                 widenPart(lanes(Y, L8), High, YSigned)});
  };
  Value *Low = pairs(false), *High = pairs(true);
  Value *Sum = B.CreateAdd(shuffle(Low, High, {0, 2, 4, 6}),
                           shuffle(Low, High, {1, 3, 5, 7}));
  return fromLanes(B.CreateAdd(lanes(Acc, L32), Sum));
}

// Element (r, c) of the 2x2 accumulator gains row r of X times row c of Y,
// eight bytes each: two dot products over suitably repeated words.
Value *UnitLifter::matMul(const Uop &U, bool XSigned, bool YSigned) {
  Value *X = lanes(arg(U, 1), L32), *Y = lanes(arg(U, 2), L32),
        *Acc = arg(U, 0);
  for (int I : {0, 1})
    Acc = dot(Acc, fromLanes(shuffle(X, X, {I, I, 2 + I, 2 + I})),
              fromLanes(shuffle(Y, Y, {I, 2 + I, I, 2 + I})), XSigned, YSigned);
  return Acc;
}

Value *UnitLifter::lowerVecWide(const Uop &U) {
  auto a = [&] { return lanes(arg(U, 0), U.Lane); };
  auto dotOf = [&](bool XSigned, bool YSigned) {
    return dot(arg(U, 0), arg(U, 1), arg(U, 2), XSigned, YSigned);
  };
  switch (U.Code) {
  case Op::vWidenS:
    return fromLanes(widenPart(a(), U.Imm != 0, true));
  case Op::vWidenU:
    return fromLanes(widenPart(a(), U.Imm != 0, false));
  case Op::vNarrow:
    return narrowLanes(lanes(arg(U, 0), U.Lane + 1u));
  case Op::vSqXtn:
    return satNarrow(U, true, true);
  case Op::vUqXtn:
    return satNarrow(U, false, false);
  case Op::vSqXtun:
    return satNarrow(U, true, false);
  case Op::vAddv:
    if (U.Lane == L8 && (U.Imm == 8 || U.Imm == 16))
      return addBytes(a(), U.Imm == 16);
    return reduce(U, Intrinsic::vector_reduce_add);
  case Op::vMaxvS:
    return reduce(U, Intrinsic::vector_reduce_smax);
  case Op::vMaxvU:
    return reduce(U, Intrinsic::vector_reduce_umax);
  case Op::vMinvS:
    return reduce(U, Intrinsic::vector_reduce_smin);
  case Op::vMinvU:
    return reduce(U, Intrinsic::vector_reduce_umin);
  case Op::vSdot:
    return dotOf(true, true);
  case Op::vUdot:
    return dotOf(false, false);
  case Op::vUsdot:
    return dotOf(false, true);
  case Op::vSmmla:
    return matMul(U, true, true);
  case Op::vUmmla:
    return matMul(U, false, false);
  case Op::vUsmmla:
    return matMul(U, false, true);
  default:
    return nullptr;
  }
}

} // namespace xlate::lift
