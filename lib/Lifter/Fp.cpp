//===- Fp.cpp - Floating-point arithmetic ---------------------------------===//
//
// Operations run on host instructions under the guest's modes (MXCSR follows
// FPCR, flush-to-zero included). x86 and Arm agree on every result that isn't a
// NaN, so a NaN result, or operands that x86's MIN/MAX treat differently, take
// the evaluator's result on a cold path, or in a trap
// (LiftOptions::TrapsInvalid); so does a result that may have rounded up to the
// smallest normal number, because x86 detects underflow after rounding. Flags
// under flush to zero are Arm's own: see LiftOptions::FlushToZero.
//
//===----------------------------------------------------------------------===//

#include "UnitLifter.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/IntrinsicsX86.h"

using namespace llvm;

namespace xlate::lift {

Value *UnitLifter::constrained(Intrinsic::ID Id, ArrayRef<Type *> Types,
                               ArrayRef<Value *> Args, bool Rounds) {
  SmallVector<Value *, 6> All(Args);
  auto md = [&](StringRef Text) {
    return MetadataAsValue::get(Ctx, MDString::get(Ctx, Text));
  };
  if (Rounds)
    All.push_back(md("round.dynamic"));
  All.push_back(md("fpexcept.strict"));
  CallInst *Call = B.CreateIntrinsic(Id, Types, All);
  Call->addFnAttr(Attribute::StrictFP);
  return Call;
}

Value *UnitLifter::hostFp(Intrinsic::ID Id, ArrayRef<Value *> Args) {
  Value *V = call(Id, {}, Args);
  // A use that costs nothing and can't be dropped.
  auto *T = FunctionType::get(B.getVoidTy(), {V->getType()}, false);
  B.CreateCall(InlineAsm::get(T, "", V->getType()->isVectorTy() ? "x" : "r",
                              /*hasSideEffects=*/true),
               {V});
  return V;
}

Value *UnitLifter::plainFcmp(CmpInst::Predicate P, Value *A, Value *Bv) {
  return B.Insert(CmpInst::Create(Instruction::FCmp, P, A, Bv));
}

// A scalar for one lane. The lanes above a partial vector hold Fill, so that
// they raise no flags.
Value *UnitLifter::fpOperand(const Uop &U, unsigned I, double Fill) {
  const unsigned N = 16u >> U.Lane;
  Value *V = B.CreateBitCast(arg(U, I), fpLanesTy(U.Lane));
  if (U.N == 1)
    return B.CreateExtractElement(V, uint64_t(0));
  if (U.N == N)
    return V;
  SmallVector<int, 8> Mask;
  for (unsigned J = 0; J != N; ++J)
    Mask.push_back(static_cast<int>(J < U.N ? J : N + J));
  return shuffle(V, ConstantFP::get(V->getType(), Fill), Mask);
}

Value *UnitLifter::fpResult(const Uop &U, Value *V) {
  Constant *Zero = Constant::getNullValue(fpLanesTy(U.Lane));
  if (!V->getType()->isVectorTy())
    return fromLanes(B.CreateInsertElement(Zero, V, uint64_t(0)));
  return onlyLanes(fromLanes(V), U.Lane, U.N);
}

/// V with lanes from N on zero.
Value *UnitLifter::onlyLanes(Value *V, unsigned L, unsigned N) {
  const unsigned Count = 16u >> L;
  if (N >= Count)
    return V;
  SmallVector<int, 16> Mask;
  for (unsigned J = 0; J != Count; ++J)
    Mask.push_back(static_cast<int>(J < N ? J : Count + J));
  Value *Of = lanes(V, L);
  return fromLanes(shuffle(Of, Constant::getNullValue(Of->getType()), Mask));
}

/// i1: any lane of the comparison's result holds.
Value *UnitLifter::anyLane(Value *Cmp) {
  auto *T = dyn_cast<FixedVectorType>(Cmp->getType());
  if (!T)
    return Cmp;
  // Eight are tested where a comparison leaves them, in a mask register.
  unsigned N = T->getNumElements();
  if (N < 8 && Options.Host.Avx512Vl) {
    SmallVector<int, 8> Wide(8);
    for (unsigned I = 0; I != 8; ++I)
      Wide[I] = static_cast<int>(I < N ? I : N);
    Cmp = B.CreateShuffleVector(Cmp, Constant::getNullValue(T), Wide);
    N = 8;
  }
  Type *Bits = intTy(N);
  return B.CreateICmpNE(B.CreateBitCast(Cmp, Bits), ConstantInt::get(Bits, 0));
}

/// A result that x86 rounded up to the smallest normal number may be an
/// underflow on Arm, which judges before rounding. (Tiny sums are exact.)
bool UnitLifter::mayHideUnderflow(const Uop &U) const {
  if (!Options.ExactUnderflow && !Options.FlushToZero)
    return false;
  switch (U.Code) {
  case Op::fMul:
  case Op::fMulX:
  case Op::fDiv:
  case Op::fMulAdd:
    return true;
  case Op::fCvt:
    return U.Lane < U.Imm;
  default:
    return false;
  }
}

/// i1 per lane: V is a NaN or the smallest normal number.
Value *UnitLifter::tinyOrNaN(Value *V) {
  Type *T = V->getType();
  const fltSemantics &Format = T->getScalarType()->getFltSemantics();
  return plainFcmp(CmpInst::FCMP_UEQ, call(Intrinsic::fabs, {T}, {V}),
                   ConstantFP::get(T, APFloat::getSmallestNormalized(Format)));
}

Value *UnitLifter::unlessNaN(const Uop &U, Value *V) {
  if (mayPend(U)) {
    // A rounding or a conversion changes a NaN as Arm does, but for FPCR.DN.
    const bool Exact = trapsInvalid() && U.Code != Op::fMulAdd;
    return Exact && !joinsPending(U) ? fpResult(U, V) : pend(U, V);
  }
  Value *IsCold =
      mayHideUnderflow(U) ? tinyOrNaN(V) : plainFcmp(CmpInst::FCMP_UNO, V, V);
  // Scalars are merged as scalars, so that the next operation can take them
  // without a detour through the vector register they are lane 0 of.
  if (V->getType()->isVectorTy())
    return withColdEval(U, fpResult(U, V), anyLane(IsCold));
  return fpResult(U, withColdEval(U, V, IsCold));
}

/// i1: an operand is infinite or a NaN.
Value *UnitLifter::anyNotFinite(ArrayRef<Value *> Operands) {
  Value *Any = B.getFalse();
  for (Value *V : Operands) {
    Type *T = V->getType();
    Value *Magnitude = call(Intrinsic::fabs, {T}, {V});
    Any = B.CreateOr(Any, anyLane(plainFcmp(CmpInst::FCMP_UEQ, Magnitude,
                                            ConstantFP::getInfinity(T))));
  }
  return Any;
}

/// V >= Limit, for non-negative V; also true if V is a NaN or negative.
/// Compares bits, because a vector comparison of order would be signalling.
Value *UnitLifter::magnitudeAtLeast(Value *V, double Limit) {
  Type *T = V->getType(),
       *IntT = T->getWithNewType(intTy(T->getScalarSizeInBits()));
  Constant *Bits = ConstantExpr::getBitCast(ConstantFP::get(T, Limit), IntT);
  return B.CreateICmpUGE(B.CreateBitCast(V, IntT), Bits);
}

/// i1: one of these FPCR bits is set.
Value *UnitLifter::needsExactModes(uint32_t Bits) {
  Value *Fpcr = loadState(B.getInt32Ty(), offsetof(CpuState, Fpcr));
  return B.CreateICmpNE(B.CreateAnd(Fpcr, Bits), B.getInt32(0));
}

// x86 MAX returns its second operand if both are zeros; taking it both ways
// around and joining the sign bits gives the Arm result. NaNs are cold.
Value *UnitLifter::minMax(const Uop &U, bool Max) {
  static constexpr Intrinsic::ID Ids[2][2][2] = {
      {{Intrinsic::x86_sse_min_ps, Intrinsic::x86_sse_max_ps},
       {Intrinsic::x86_sse2_min_pd, Intrinsic::x86_sse2_max_pd}},
      {{Intrinsic::x86_sse_min_ss, Intrinsic::x86_sse_max_ss},
       {Intrinsic::x86_sse2_min_sd, Intrinsic::x86_sse2_max_sd}}};
  const bool Scalar = U.N == 1;
  Value *A = fpOperand(U, 0, 0), *Bv = fpOperand(U, 1, 0);
  Value *Unordered = anyLane(plainFcmp(CmpInst::FCMP_UNO, A, Bv));
  bool Done;
  return guarded(U, Unordered, Done, [&] {
    FixedVectorType *T = fpLanesTy(U.Lane);
    if (Scalar) {
      A = B.CreateBitCast(arg(U, 0), T);
      Bv = B.CreateBitCast(arg(U, 1), T);
    }
    const Intrinsic::ID Id = Ids[Scalar][U.Lane == L64][Max];
    Value *X = fromLanes(call(Id, {}, {A, Bv})),
          *Y = fromLanes(call(Id, {}, {Bv, A}));
    return onlyLanes(Max ? B.CreateAnd(X, Y) : B.CreateOr(X, Y), U.Lane, U.N);
  });
}

Value *UnitLifter::fpCompare(const Uop &U, CmpInst::Predicate P,
                             bool Signalling) {
  // Scalars too are vectors, whose upper lanes compare zeros.
  auto operand = [&](unsigned I) {
    return B.CreateBitCast(onlyLanes(arg(U, I), U.Lane, U.N),
                           fpLanesTy(U.Lane));
  };
  Value *A = operand(0), *Bv = operand(1);
  Value *Cmp = strictFcmp(P, A, Bv, Signalling);
  return onlyLanes(fromLanes(B.CreateSExt(Cmp, lanesTy(U.Lane))), U.Lane, U.N);
}

/// FABS or FNEG of the register X.
Value *UnitLifter::signBits(const Uop &U, Value *X, bool Clear) {
  auto *T = lanesTy(U.Lane);
  SmallVector<Constant *, 8> Lanes;
  for (unsigned I = 0; I != 16u >> U.Lane; ++I)
    Lanes.push_back(ConstantInt::get(T->getElementType(),
                                     I < U.N ? APInt::getSignMask(8u << U.Lane)
                                             : APInt::getZero(8u << U.Lane)));
  Value *V = onlyLanes(X, U.Lane, U.N);
  Constant *Mask = ConstantVector::get(Lanes);
  Value *Of = lanes(V, U.Lane);
  return fromLanes(Clear ? B.CreateAnd(Of, B.CreateNot(Mask))
                         : B.CreateXor(Of, Mask));
}

// FRINTA: away from zero on ties, which no host mode does. Every step is exact.
Value *UnitLifter::roundAway(const Uop &U) {
  Value *X = fpOperand(U, 0, 0);
  Type *T = X->getType();
  auto k = [&](double V) { return ConstantFP::get(T, V); };
  // At this magnitude every number is an integer.
  const double Integral = U.Lane == L64 ? 4503599627370496.0 : 8388608.0;
  Value *Big =
      anyLane(magnitudeAtLeast(call(Intrinsic::fabs, {T}, {X}), Integral));
  bool Done;
  return guarded(U, Big, Done, [&] {
    Value *Whole =
        constrained(Intrinsic::experimental_constrained_trunc, {T}, {X}, false);
    Value *Rest = call(Intrinsic::fabs, {T}, {B.CreateFSub(X, Whole)});
    Value *Away =
        B.CreateFAdd(Whole, call(Intrinsic::copysign, {T}, {k(1.0), X}));
    return fpResult(U,
                    B.CreateSelect(plainFcmp(CmpInst::FCMP_OGE, Rest, k(0.5)),
                                   Away, Whole));
  });
}

Value *UnitLifter::roundToIntegral(const Uop &U) {
  if (!Options.Host.Sse41)
    return nullptr;
  Intrinsic::ID Id;
  bool Rounds = false;
  switch (static_cast<FpRound>(U.Imm)) {
  case FpRound::Even:
    Id = Intrinsic::experimental_constrained_roundeven;
    break;
  case FpRound::Up:
    Id = Intrinsic::experimental_constrained_ceil;
    break;
  case FpRound::Down:
    Id = Intrinsic::experimental_constrained_floor;
    break;
  case FpRound::Zero:
    Id = Intrinsic::experimental_constrained_trunc;
    break;
  case FpRound::Away:
    return roundAway(U);
  case FpRound::CurrentExact:
    Id = Intrinsic::experimental_constrained_rint;
    Rounds = true;
    break;
  default:
    Id = Intrinsic::experimental_constrained_nearbyint;
    Rounds = true;
    break;
  }
  Value *X = fpOperand(U, 0, 0);
  return unlessNaN(U, constrained(Id, {X->getType()}, {X}, Rounds));
}

Value *UnitLifter::lowerFp(const Uop &U) {
  if (U.Code == Op::fAbs || U.Code == Op::fNeg) {
    const bool Clear = U.Code == Op::fAbs;
    if (U.Lane == L16)
      return signBits(U, arg(U, 0), Clear);
    Value *X = fpOperand(U, 0, 0);
    X = Clear ? call(Intrinsic::fabs, {X->getType()}, {X}) : B.CreateFNeg(X);
    // Of a value that isn't settled yet: joins it.
    return pendingOf(arg(U, 0)) ? pend(U, X) : fpResult(U, X);
  }
  if (opAttr(U.Code) != OpAttr::Fp)
    return nullptr;
  if (!Options.FlushToZero)
    return lowerFpFast(U);
  bool Done;
  return guarded(U, needsExactModes(FpcrFz), Done, [&] {
    Value *V = lowerFpFast(U);
    return V ? V : callEval(U);
  });
}

bool UnitLifter::trapsInvalid() const {
  return Options.TrapsInvalid && Options.Host.Avx && !Options.ExactUnderflow &&
         !Options.FlushToZero;
}

/// Arithmetic that traps instead of making a NaN or meeting a signalling one.
/// Otherwise the host's result is Arm's if it gets the operands in this order:
/// of two quiet NaNs both take the first. LLVM thinks that it may exchange
/// them, hence the assembly, in the form that the trap's handler knows
/// (Runtime/InvalidOp.cpp). Null if U is something else.
Value *UnitLifter::trappingFp(const Uop &U) {
  const char *Name = nullptr;
  switch (U.Code) {
  case Op::fAdd:
    Name = "vadd";
    break;
  case Op::fSub:
    Name = "vsub";
    break;
  case Op::fMul:
    Name = "vmul";
    break;
  case Op::fDiv:
    Name = "vdiv";
    break;
  case Op::fSqrt:
    Name = "vsqrt";
    break;
  default:
    break;
  }
  if (!Name || !trapsInvalid())
    return nullptr;
  const bool Scalar = U.N == 1, Unary = U.Code == Op::fSqrt;
  SmallVector<Value *, 2> Args{fpOperand(U, 0, 0)};
  if (!Unary)
    Args.push_back(fpOperand(U, 1, U.Code == Op::fDiv ? 1.0 : 0));
  Type *T = Args[0]->getType();
  const SmallVector<Type *, 2> Types(Args.size(), T);
  std::string Text = Name;
  Text += Scalar ? 's' : 'p';
  Text += U.Lane == L64 ? 'd' : 's';
  Text += !Unary ? " $2, $1, $0" : Scalar ? " $1, $1, $0" : " $1, $0";
  CallInst *Call = B.CreateCall(
      InlineAsm::get(FunctionType::get(T, Types, false), Text,
                     Unary ? "=x,x" : "=x,x,x", /*hasSideEffects=*/true),
      Args);
  // As that of the constrained intrinsics: the flags.
  Call->setMemoryEffects(MemoryEffects::inaccessibleMemOnly());
  Call->setDoesNotThrow();
  return Call;
}

Value *UnitLifter::lowerFpFast(const Uop &U) {
  if (Value *V = lowerFpConvert(U))
    return V;
  if (U.Lane != L32 && U.Lane != L64)
    return nullptr;
  if (Value *V = trappingFp(U))
    return unlessNaN(U, V);
  bool Done;
  auto a = [&] { return fpOperand(U, 0, 0); };
  auto b = [&] { return fpOperand(U, 1, 0); };
  auto fma = [&](Value *X, Value *Y, Value *Z) {
    return constrained(Intrinsic::experimental_constrained_fma, {X->getType()},
                       {X, Y, Z}, true);
  };

  switch (U.Code) {
  case Op::fAdd:
    return unlessNaN(U, B.CreateFAdd(a(), b()));
  case Op::fSub:
    return unlessNaN(U, B.CreateFSub(a(), b()));
  case Op::fMul:
    return unlessNaN(U, B.CreateFMul(a(), b()));
  case Op::fMulX: {
    Value *X = a(), *Y = b();
    return guarded(U, anyNotFinite({X, Y}), Done,
                   [&] { return unlessNaN(U, B.CreateFMul(X, Y)); });
  }
  case Op::fDiv:
    return unlessNaN(U, B.CreateFDiv(a(), fpOperand(U, 1, 1.0)));
  case Op::fSqrt: {
    Value *X = a();
    return unlessNaN(U, constrained(Intrinsic::experimental_constrained_sqrt,
                                    {X->getType()}, {X}, true));
  }
  case Op::fMulAdd:
    return Options.Host.Fma ? unlessNaN(U, fma(b(), fpOperand(U, 2, 0), a()))
                            : nullptr;
  case Op::fRecps: {
    if (!Options.Host.Fma)
      return nullptr;
    Value *X = a(), *Y = b();
    return guarded(U, anyNotFinite({X, Y}), Done, [&] {
      return unlessNaN(
          U, fma(B.CreateFNeg(X), Y, ConstantFP::get(X->getType(), 2.0)));
    });
  }
  case Op::fMax:
  case Op::fMaxNm:
    return minMax(U, true);
  case Op::fMin:
  case Op::fMinNm:
    return minMax(U, false);
  case Op::fCmpEq:
    return fpCompare(U, CmpInst::FCMP_OEQ, false);
  case Op::fCmpGe:
    return fpCompare(U, CmpInst::FCMP_OGE, true);
  case Op::fCmpGt:
    return fpCompare(U, CmpInst::FCMP_OGT, true);
  case Op::fRint:
    return roundToIntegral(U);
  default:
    return nullptr;
  }
}

} // namespace xlate::lift
