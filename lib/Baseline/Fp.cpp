//===- Fp.cpp - Floating-point arithmetic ---------------------------------===//
//
// docs/floating-point.md tells what may be inlined: MXCSR holds the guest's
// rounding mode, and the host's result is the guest's unless it is a NaN, when
// the evaluator computes again, out of line. With FPCR.FZ set everything goes
// to the evaluators: units with floating point have a second body for that.
//
//===----------------------------------------------------------------------===//

#include "VecTables.h"

using namespace xlate;
using namespace xlate::baseline;

namespace {
/// How the lanes of an FP uop map to a host vector.
enum class Width { Scalar, Half, Full, Other };
} // namespace

static Width widthOf(const Uop &U) {
  if (U.Lane != L32 && U.Lane != L64)
    return Width::Other;
  if (U.N == 1)
    return Width::Scalar;
  if (U.N << U.Lane == 16)
    return Width::Full;
  return U.N == 2 ? Width::Half : Width::Other;
}

/// 0F Code as packed or scalar, single or double.
static VexOp fpOp(const Uop &U, uint8_t Code) {
  const bool Double = U.Lane == L64;
  if (U.N == 1)
    return {1, static_cast<uint8_t>(Double ? 3 : 2), 0, Code};
  return {1, static_cast<uint8_t>(Double ? 1 : 0), 0, Code};
}

/// D = S with the bytes from Bytes on zero, which they may be Already.
void Emitter::zeroAbove(unsigned D, unsigned S, unsigned Bytes, bool Already) {
  if (Already)
    vmov(D, S);
  else
    switch (Bytes) {
    case 16:
      return vmov(D, S);
    case 8:
      vex(Movq, D, 0, S);
      break;
    case 4:
      vexImm(Insertps, D, S, S, 0x0e);
      break;
    default:
      assert(Bytes == 2 && D != 15);
      zeroVec(15);
      vexImm(Blendw, D, 15, S, 1);
      break;
    }
  noteZero(D, Bytes);
}

/// Operands whose unused lanes raise nothing that the used ones don't: half
/// vectors are doubled, into T.
unsigned Emitter::fpOperand(unsigned V, unsigned T, bool Half) {
  const unsigned R = vecIn(V);
  if (!Half)
    return R;
  vex(UnpackLo[L64], T, R, R);
  return T;
}

/// Leave for the evaluator if a lane of R is a NaN, or the smallest normal
/// number, which may hide an underflow. Changes xmm15.
void Emitter::checkFpResult(unsigned I, unsigned R, uint32_t &From) {
  const Uop &U = uop(I);
  const uint8_t Double = U.Lane == L64;
  const bool Underflow = U.Code == Op::fMul || U.Code == Op::fDiv ||
                         U.Code == Op::fMulAdd || U.Code == Op::fCvt;
  if (!Underflow) { // sums that are tiny are exact
    if (U.N == 1) {
      vex({1, Double, 0, 0x2e}, R, 0, R); // ucomis
      From = jumpNear(CP);
      return;
    }
    vexImm({1, Double, 0, 0xc2}, 15, R, R, 3); // unordered
    vex(Ptest, 15, 0, 15);
    From = jumpNear(CNE);
    return;
  }
  const uint8_t *Magnitude = FpLimits + 32 * Double, *Least = Magnitude + 16;
  vexMem({1, Double, 0, 0x54}, 15, R, Magnitude); // and
  if (U.N == 1) {
    vexMem({1, Double, 0, 0x2e}, 15, 0, Least); // ucomis: equal or unordered
    From = jumpNear(CE);
    return;
  }
  vexMem({1, Double, 0, 0xc2}, 15, 15, Least, 1);
  db(8); // equal or unordered
  vex(Ptest, 15, 0, 15);
  From = jumpNear(CNE);
}

/// The evaluator's way of uop I starts at From and returns here.
void Emitter::coldEval(unsigned I, uint32_t From, Cold::Kind K,
                       unsigned Result) {
  const Uop &U = uop(I);
  Cold C{K,  From, static_cast<uint32_t>(size_), static_cast<uint16_t>(I),
         {}, Pc};
  for (unsigned N = 0; N != 3; ++N)
    C.R[N] =
        U.A[N] == NoVal ? NoReg : static_cast<uint8_t>(useV(U.A[N]).getIdx());
  C.R[3] = static_cast<uint8_t>(Result);
  Colds.push_back(C);
}

/// One instruction on one or two operands, its result checked. Scalar results
/// take the first operand's upper bytes.
bool Emitter::emitFpChecked(unsigned I, uint8_t Code) {
  const Uop &U = uop(I);
  const Width W = widthOf(U);
  if (W == Width::Other)
    return false;
  clobberFlags();
  const VexOp O = fpOp(U, Code);
  const unsigned Bytes = static_cast<unsigned>(U.N) << U.Lane;
  uint32_t From;
  if (W == Width::Scalar) {
    unsigned A = vecIn(U.A[0]), B = U.A[1] == NoVal ? A : vecIn(U.A[1]);
    const bool Commutes = U.Code == Op::fAdd || U.Code == Op::fMul;
    if (Commutes && !isZeroAbove(A, Bytes))
      std::swap(A, B);
    const bool Known = isZeroAbove(A, Bytes);
    const unsigned D = vecOut(I, 1u << A | 1u << B); // the evaluator needs both
    const unsigned R = Known ? D : 14;
    vex(O, R, A, B);
    checkFpResult(I, R, From);
    zeroAbove(D, R, Bytes, Known);
    coldEval(I, From, Cold::EvalVec, D);
    return true;
  }
  const bool Half = W == Width::Half;
  const unsigned A = fpOperand(U.A[0], 14, Half);
  if (U.A[1] == NoVal)
    vex(O, 14, 0, A);
  else
    vex(O, 14, A, fpOperand(U.A[1], 15, Half));
  checkFpResult(I, 14, From);
  const unsigned D = vecOut(I);
  zeroAbove(D, 14, Bytes);
  coldEval(I, From, Cold::EvalVec, D);
  return true;
}

/// maxsd and minsd return their second operand for two zeros: try both orders
/// and merge the signs. NaNs are left to the evaluator.
bool Emitter::emitFpMinMax(unsigned I, bool Max) {
  const Uop &U = uop(I);
  const Width W = widthOf(U);
  if (W == Width::Other)
    return false;
  clobberFlags();
  const bool Half = W == Width::Half;
  const unsigned Ta = Half ? allocVec() : 0, Tb = Half ? allocVec() : 0;
  const unsigned A = fpOperand(U.A[0], Ta, Half),
                 B = fpOperand(U.A[1], Tb, Half);
  const uint8_t Pp = U.Lane == L64;
  uint32_t From;
  if (W == Width::Scalar) {
    vex({1, Pp, 0, 0x2e}, A, 0, B);
    From = jumpNear(CP);
  } else {
    vexImm({1, Pp, 0, 0xc2}, 15, A, B, 3);
    vex(Ptest, 15, 0, 15);
    From = jumpNear(CNE);
  }
  const VexOp O = fpOp(U, Max ? 0x5f : 0x5d);
  vex(O, 14, A, B);
  vex(O, 15, B, A);
  vex(Max ? And : Or, 14, 14, 15);
  const unsigned D = vecOut(I);
  zeroAbove(D, 14, static_cast<unsigned>(U.N) << U.Lane);
  coldEval(I, From, Cold::EvalVec, D);
  return true;
}

bool Emitter::emitFpCompareMask(unsigned I, uint8_t Predicate, bool Swap) {
  const Uop &U = uop(I);
  const Width W = widthOf(U);
  if (W == Width::Other)
    return false;
  const bool Half = W == Width::Half;
  unsigned A = fpOperand(U.A[0], 14, Half), B = fpOperand(U.A[1], 15, Half);
  if (Swap)
    std::swap(A, B);
  vexImm(fpOp(U, 0xc2), 14, A, B, Predicate);
  zeroAbove(vecOut(I), 14, static_cast<unsigned>(U.N) << U.Lane);
  return true;
}

bool Emitter::emitFpMulAdd(unsigned I) {
  const Uop &U = uop(I);
  const Width W = widthOf(U);
  if (W == Width::Other || !F.Fma)
    return false;
  clobberFlags();
  const bool Half = W == Width::Half;
  const unsigned A = vecIn(U.A[0]);
  const unsigned Tb = Half ? allocVec() : 0;
  const unsigned B = fpOperand(U.A[1], 15, Half),
                 C = fpOperand(U.A[2], Tb, Half);
  if (Half)
    vex(UnpackLo[L64], 14, A, A);
  else
    vmov(14, A);
  vex({2, 1, static_cast<uint8_t>(U.Lane == L64),
       static_cast<uint8_t>(U.N == 1 ? 0xb9 : 0xb8)},
      14, B, C); // 14 += B * C
  uint32_t From;
  checkFpResult(I, 14, From);
  const unsigned Bytes = static_cast<unsigned>(U.N) << U.Lane;
  const bool Known = U.N == 1 && isZeroAbove(A, Bytes);
  const unsigned D = vecOut(I);
  zeroAbove(D, 14, Bytes, Known);
  coldEval(I, From, Cold::EvalVec, D);
  return true;
}

/// Sign changes; all formats.
bool Emitter::emitFpSign(unsigned I, bool Clear) {
  const Uop &U = uop(I);
  const unsigned L = U.Lane, Bytes = static_cast<unsigned>(U.N) << L;
  if (L == L8 || Bytes < 2)
    return false;
  const unsigned A = vecIn(U.A[0]);
  const bool Known = Clear && isZeroAbove(A, Bytes);
  allOnes(15);
  if (Clear) {
    vexShift(L == L64 ? 0x73 : L == L32 ? 0x72 : 0x71, 2, 15, 15, 1);
    vex(And, 14, A, 15);
  } else {
    vexShift(L == L64   ? 0x73
             : L == L32 ? 0x72
                        : 0x71,
             6, 15, 15, (8u << L) - 1);
    vex(Xor, 14, A, 15);
  }
  zeroAbove(vecOut(I), 14, Bytes, Known);
  return true;
}

/// To nearest with ties away from zero: the truncated value, plus one of its
/// sign if what was cut off is a half or more. All of this is exact. Numbers
/// without a fraction, infinities and NaNs are left to the evaluator.
bool Emitter::emitFpRoundAway(unsigned I) {
  const Uop &U = uop(I);
  const bool Double = U.Lane == L64, Scalar = U.N == 1;
  clobberFlags();
  const unsigned A = fpOperand(U.A[0], 14, widthOf(U) == Width::Half);
  const unsigned Sign = allocVec(), T = allocVec();
  allOnes(Sign);
  vexShift(Double ? 0x73 : 0x72, 6, Sign, Sign, Double ? 63 : 31);
  vex(AndN, 15, Sign, A);
  vecConst(T, Double ? 0x4330000000000000 : 0x4b0000004b000000); // 2^52, 2^23
  uint32_t From;
  if (Scalar) {
    vex({1, Double, 0, 0x2e}, T, 0, 15);
    From = jumpNear(CBE);
  } else {
    vexImm({1, Double, 0, 0xc2}, 15, 15, T, 0x15); // not less than
    vex(Ptest, 15, 0, 15);
    From = jumpNear(CNE);
  }
  vex(And, T, Sign, A); // the sign, also of zero
  vexImm(m3((Scalar ? 0x0a : 0x08) + Double), 15, Scalar ? A : 0, A, 8 | 3);
  vex(fpOp(U, 0x5c), 14, A, 15);
  vex(AndN, 14, Sign, 14); // magnitude of the fraction
  vecConst(Sign, Double ? 0x3fe0000000000000 : 0x3f0000003f000000);
  vexImm(fpOp(U, 0xc2), 14, Sign, 14, 2); // half <= fraction
  vecConst(Sign, Double ? 0x3ff0000000000000 : 0x3f8000003f800000);
  vex(And, 14, 14, Sign);
  vex(Or, 14, 14, T);
  vex(fpOp(U, 0x58), 14, 15, 14);
  const unsigned D = vecOut(I);
  zeroAbove(D, 14, static_cast<unsigned>(U.N) << U.Lane);
  coldEval(I, From, Cold::EvalVec, D);
  return true;
}

bool Emitter::emitFpRound(unsigned I) {
  const Uop &U = uop(I);
  const Width W = widthOf(U);
  const auto R = static_cast<FpRound>(U.Imm);
  if (W == Width::Other)
    return false;
  if (R == FpRound::Away)
    return emitFpRoundAway(I);
  // Bit 2: MXCSR's mode; bit 3: don't raise Inexact.
  static constexpr uint8_t Imms[] = {8, 8 | 2, 8 | 1, 8 | 3, 0, 4, 8 | 4};
  const uint8_t Imm = Imms[static_cast<unsigned>(R)];
  clobberFlags();
  const unsigned A = fpOperand(U.A[0], 14, W == Width::Half);
  const uint8_t Double = U.Lane == L64;
  if (W == Width::Scalar)
    vexImm(m3(0x0a + Double), 14, A, A, Imm);
  else
    vexImm(m3(0x08 + Double), 14, 0, A, Imm);
  uint32_t From;
  checkFpResult(I, 14, From);
  const unsigned D = vecOut(I);
  zeroAbove(D, 14, static_cast<unsigned>(U.N) << U.Lane);
  coldEval(I, From, Cold::EvalVec, D);
  return true;
}

bool Emitter::emitFp(unsigned I) {
  const Uop &U = uop(I);
  if (U.Code == Op::fNeg || U.Code == Op::fAbs)
    return emitFpSign(I, U.Code == Op::fAbs);
  if (!InlineFp)
    return false;
  switch (U.Code) {
  case Op::fAdd:
    return emitFpChecked(I, 0x58);
  case Op::fSub:
    return emitFpChecked(I, 0x5c);
  case Op::fMul:
    return emitFpChecked(I, 0x59);
  case Op::fDiv:
    return emitFpChecked(I, 0x5e);
  case Op::fSqrt:
    return emitFpChecked(I, 0x51);
  case Op::fMax:
  case Op::fMaxNm:
    return emitFpMinMax(I, true);
  case Op::fMin:
  case Op::fMinNm:
    return emitFpMinMax(I, false);
  case Op::fCmpEq:
    return emitFpCompareMask(I, 0, false);
  case Op::fCmpGe:
    return emitFpCompareMask(I, 2, true);
  case Op::fCmpGt:
    return emitFpCompareMask(I, 1, true);
  case Op::fMulAdd:
    return emitFpMulAdd(I);
  case Op::fRint:
    return emitFpRound(I);
  default:
    return emitFpConvert(I);
  }
}
