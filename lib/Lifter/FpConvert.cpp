//===- FpConvert.cpp - Floating-point conversions -------------------------===//
//
// x86 conversions to integers return one fixed "indefinite" value for NaNs and
// everything out of range; that value takes the cold path to the evaluator,
// which saturates.
//
//===----------------------------------------------------------------------===//

#include "UnitLifter.h"
#include "llvm/IR/IntrinsicsX86.h"

using namespace llvm;

namespace xlate::lift {

/// Immediate of ROUNDSD and friends that raises Inexact.
static unsigned hostRounding(FpRound R) {
  switch (R) {
  case FpRound::Even:
    return 0;
  case FpRound::Down:
    return 1;
  case FpRound::Up:
    return 2;
  case FpRound::Zero:
    return 3;
  default:
    return 4; // MXCSR's
  }
}

/// Round the first lane of V to an integral value.
Value *UnitLifter::roundScalar(Value *V, FpRound R, bool Double) {
  return hostFp(Double ? Intrinsic::x86_sse41_round_sd
                       : Intrinsic::x86_sse41_round_ss,
                {V, V, B.getInt32(hostRounding(R))});
}

Value *UnitLifter::scalarToInt(const Uop &U) {
  const bool Double = U.Lane == L64, Signed = FpToInt::isSigned(U.Imm);
  const Lane Result = FpToInt::intLane(U.Imm);
  const FpRound Round = FpToInt::round(U.Imm);
  if ((Result != L32 && Result != L64) || Round == FpRound::Away)
    return nullptr;
  if (Round != FpRound::Zero && !Options.Host.Sse41)
    return nullptr;
  Value *V = B.CreateBitCast(arg(U, 0), fpLanesTy(U.Lane));
  auto convert = [&](Value *From, bool Wide) {
    return Wide ? hostFp(Double ? Intrinsic::x86_sse2_cvttsd2si64
                                : Intrinsic::x86_sse_cvttss2si64,
                         {From})
                : hostFp(Double ? Intrinsic::x86_sse2_cvttsd2si
                                : Intrinsic::x86_sse_cvttss2si,
                         {From});
  };
  auto result = [&](Value *Int) {
    Int = B.CreateZExtOrTrunc(Int, intTy(8u << Result));
    return fromLanes(B.CreateInsertElement(
        lanes(Constant::getNullValue(VecTy), Result), Int, uint64_t(0)));
  };
  if (Signed && Round == FpRound::Zero) {
    Value *Int = convert(V, Result == L64);
    Constant *Indefinite = ConstantInt::get(
        Int->getType(), APInt::getSignedMinValue(8u << Result));
    return withColdEval(U, result(Int), B.CreateICmpEQ(Int, Indefinite));
  }

  // A saturated conversion isn't Inexact, which rounding or a wider conversion
  // would raise: check the range first. The largest number that is surely in
  // range is integral.
  const unsigned Bits = 8u << Result;
  double Limit = Result == L64 ? 9223372036854775808.0
                 : Signed      ? Double ? 2147483647.0 : 2147483520.0
                 : Double      ? 4294967295.0
                               : 4294967040.0;
  Type *T = fpLanesTy(U.Lane)->getElementType();
  Value *X = B.CreateExtractElement(V, uint64_t(0));
  Value *Magnitude = Signed ? call(Intrinsic::fabs, {T}, {X}) : X;
  Value *OutOfRange =
      plainFcmp(Bits == 64 ? CmpInst::FCMP_UGE : CmpInst::FCMP_UGT, Magnitude,
                ConstantFP::get(T, Limit));
  if (!Signed)
    OutOfRange = B.CreateOr(
        OutOfRange, plainFcmp(CmpInst::FCMP_ULT, X, ConstantFP::get(T, 0.0)));
  bool Done;
  return guarded(U, OutOfRange, Done, [&] {
    return result(
        convert(Round == FpRound::Zero ? V : roundScalar(V, Round, Double),
                Result == L64 || !Signed));
  });
}

Value *UnitLifter::vectorToInt(const Uop &U) {
  const bool Double = U.Lane == L64, Signed = FpToInt::isSigned(U.Imm);
  const FpRound Round = FpToInt::round(U.Imm);
  if (FpToInt::intLane(U.Imm) != U.Lane || Round == FpRound::Away ||
      (Round != FpRound::Zero && !Options.Host.Sse41))
    return nullptr;
  if (!Options.Host.Avx512Vl && !Signed)
    return nullptr;
  Value *V =
      B.CreateBitCast(onlyLanes(arg(U, 0), U.Lane, U.N), fpLanesTy(U.Lane));
  auto convert = [&](Value *From) {
    if (!Double && Signed)
      return hostFp(Intrinsic::x86_sse2_cvttps2dq, {From});
    if (!Options.Host.Avx512Vl) {
      Value *Int = PoisonValue::get(lanesTy(L64));
      for (int I = 0; I != 2; ++I)
        Int = B.CreateInsertElement(Int,
                                    hostFp(Intrinsic::x86_sse2_cvttsd2si64,
                                           {shuffle(From, From, {I, I})}),
                                    static_cast<uint64_t>(I));
      return Int;
    }
    const Intrinsic::ID Id = !Double ? Intrinsic::x86_avx512_mask_cvttps2udq_128
                             : Signed
                                 ? Intrinsic::x86_avx512_mask_cvttpd2qq_128
                                 : Intrinsic::x86_avx512_mask_cvttpd2uqq_128;
    return hostFp(
        Id, {From, Constant::getNullValue(lanesTy(U.Lane)), B.getInt8(-1)});
  };
  if (Round == FpRound::Zero) {
    Value *Int = convert(V);
    const unsigned Bits = 8u << U.Lane;
    Constant *Indefinite =
        ConstantInt::get(Int->getType(), Signed ? APInt::getSignedMinValue(Bits)
                                                : APInt::getAllOnes(Bits));
    return withColdEval(U, fromLanes(Int),
                        anyLane(B.CreateICmpEQ(Int, Indefinite)));
  }
  // As for scalars: no rounding of what saturates. Half the range will do.
  Type *T = V->getType();
  Value *OutOfRange =
      magnitudeAtLeast(Signed ? call(Intrinsic::fabs, {T}, {V}) : V,
                       Double ? 4611686018427387904.0 : 1073741824.0);
  bool Done;
  return guarded(U, anyLane(OutOfRange), Done, [&] {
    Value *Whole = hostFp(Double ? Intrinsic::x86_sse41_round_pd
                                 : Intrinsic::x86_sse41_round_ps,
                          {V, B.getInt32(hostRounding(Round))});
    return fromLanes(convert(Whole));
  });
}

Value *UnitLifter::fromInt(const Uop &U) {
  const bool Signed = FpToInt::isSigned(U.Imm);
  const Lane Source = FpToInt::intLane(U.Imm);
  if (Source != L32 && Source != L64)
    return nullptr;
  FixedVectorType *T = fpLanesTy(U.Lane);
  Value *IsCold = B.getFalse(), *R;
  if (U.N == 1) {
    Value *Int = B.CreateExtractElement(lanes(arg(U, 0), Source), uint64_t(0));
    if (!Signed) {
      // Values with the top bit set are rare: the evaluator converts them.
      if (Source == L64)
        IsCold = B.CreateICmpSLT(Int, B.getInt64(0));
      else
        Int = B.CreateZExt(Int, B.getInt64Ty());
    }
    R = B.CreateSIToFP(Int, T->getElementType());
  } else {
    if (Source != U.Lane || (!Signed && !Options.Host.Avx512Vl))
      return nullptr;
    Value *Int = lanes(onlyLanes(arg(U, 0), U.Lane, U.N), U.Lane);
    R = Signed ? B.CreateSIToFP(Int, T) : B.CreateUIToFP(Int, T);
  }
  if (unsigned FBits = FpToInt::fbits(U.Imm)) {
    // Exact: the result stays far from underflow.
    APInt Scale(64, (1023 - uint64_t(FBits)) << 52);
    R = B.CreateFMul(
        R, ConstantFP::get(
               R->getType(),
               APFloat(APFloat::IEEEdouble(), Scale).convertToDouble()));
  }
  R = fpResult(U, R);
  return IsCold == B.getFalse() ? R : withColdEval(U, R, IsCold);
}

/// i1: a single that must be converted to half in software: a NaN, and, for
/// the underflow flag, one that became the smallest normal half.
Value *UnitLifter::coldHalf(Value *Single, Value *Half) {
  auto *T = FixedVectorType::get(B.getInt16Ty(), 4);
  Value *Magnitude =
      B.CreateAnd(B.CreateBitCast(Half, T), ConstantInt::get(T, 0x7fff));
  return anyLane(
      B.CreateOr(plainFcmp(CmpInst::FCMP_UNO, Single, Single),
                 B.CreateICmpEQ(Magnitude, ConstantInt::get(T, 0x0400))));
}

// Between half and single: host conversions know only IEEE half precision.
Value *UnitLifter::convertHalf(const Uop &U, bool ToHalf) {
  if (!Options.Host.F16c || U.N > 4)
    return nullptr;
  constexpr uint32_t Fz16 = 1u << 19, Ahp = 1u << 26;
  bool Done;
  return guarded(U, needsExactModes(Fz16 | Ahp), Done, [&] {
    if (ToHalf) {
      Value *V =
          B.CreateBitCast(onlyLanes(arg(U, 0), L32, U.N), fpLanesTy(L32));
      Value *Bits = hostFp(Intrinsic::x86_vcvtps2ph_128, {V, B.getInt32(4)});
      Value *Half = slice(B.CreateBitCast(Bits, fpLanesTy(L16)), 0, 4);
      return withColdEval(U, fromLanes(Bits), coldHalf(V, Half));
    }
    Value *V = B.CreateBitCast(onlyLanes(arg(U, 0), L16, U.N), fpLanesTy(L16));
    Value *Wide = B.CreateFPExt(slice(V, 0, 4), fpLanesTy(L32));
    return withColdEval(U, fromLanes(Wide),
                        anyLane(plainFcmp(CmpInst::FCMP_UNO, Wide, Wide)));
  });
}

Value *UnitLifter::convertPrecision(const Uop &U) {
  const auto Source = static_cast<Lane>(U.Imm);
  if (U.Lane == L32 && Source == L16)
    return convertHalf(U, false);
  if (U.Lane == L16 && Source == L32)
    return convertHalf(U, true);
  if (U.Lane == L16 || Source == L16)
    return nullptr;
  Value *V = B.CreateBitCast(arg(U, 0), fpLanesTy(Source));
  FixedVectorType *T = fpLanesTy(U.Lane);
  if (U.N == 1) {
    V = B.CreateExtractElement(V, uint64_t(0));
    return unlessNaN(U, U.Lane == L64
                            ? B.CreateFPExt(V, T->getElementType())
                            : B.CreateFPTrunc(V, T->getElementType()));
  }
  if (U.N != 2)
    return nullptr;
  if (U.Lane == L64)
    return unlessNaN(U, B.CreateFPExt(slice(V, 0, 2), T));
  return unlessNaN(U, hostFp(Intrinsic::x86_sse2_cvtpd2ps, {V}));
}

// FJCVTZS: within 32 bits it is an ordinary conversion; bit 32 of the result
// tells that nothing was lost, the sign of zero included.
Value *UnitLifter::convertJs(const Uop &U) {
  Value *V = B.CreateBitCast(arg(U, 0), fpLanesTy(L64));
  Value *Int = hostFp(Intrinsic::x86_sse2_cvttsd2si, {V});
  Value *IsCold = B.CreateICmpEQ(Int, B.getInt32(0x80000000));
  Value *X = B.CreateExtractElement(V, uint64_t(0));
  Value *Exact =
      plainFcmp(CmpInst::FCMP_OEQ, B.CreateSIToFP(Int, B.getDoubleTy()), X);
  Value *MinusZero =
      B.CreateICmpEQ(B.CreateExtractElement(arg(U, 0), uint64_t(0)),
                     B.getInt64(uint64_t(1) << 63));
  Exact = B.CreateAnd(Exact, B.CreateNot(MinusZero));
  Value *Fast =
      B.CreateOr(B.CreateZExt(Int, B.getInt64Ty()),
                 B.CreateShl(B.CreateZExt(Exact, B.getInt64Ty()), 32));
  return withColdEval(U, Fast, IsCold);
}

Value *UnitLifter::lowerFpConvert(const Uop &U) {
  const bool Plain = U.Lane == L32 || U.Lane == L64;
  switch (U.Code) {
  case Op::fToInt:
    if (!Plain || FpToInt::fbits(U.Imm))
      return nullptr;
    return U.N == 1 ? scalarToInt(U) : vectorToInt(U);
  case Op::intToF:
    return Plain ? fromInt(U) : nullptr;
  case Op::fCvt:
    return convertPrecision(U);
  case Op::fJcvt:
    return convertJs(U);
  default:
    return nullptr;
  }
}

} // namespace xlate::lift
