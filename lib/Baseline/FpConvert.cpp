//===- FpConvert.cpp - Floating-point conversions -------------------------===//

#include "VecTables.h"
#include <bit>
#include <cmath>

using namespace xlate;
using namespace xlate::baseline;

static Xbyak::Xmm xmm(unsigned R) { return Xbyak::Xmm(static_cast<int>(R)); }

/// Single to double or back.
bool Emitter::emitFpWidth(unsigned I) {
  const Uop &U = uop(I);
  const bool ToDouble = U.Lane == L64 && U.Imm == L32,
             ToSingle = U.Lane == L32 && U.Imm == L64;
  if ((!ToDouble && !ToSingle) || U.N > 2)
    return false;
  clobberFlags();
  const unsigned A = vecIn(U.A[0]);
  if (U.N == 1) {
    zeroVec(15); // gives the upper bytes
    vex({1, static_cast<uint8_t>(ToDouble ? 2 : 3), 0, 0x5a}, 14, 15, A);
  } else {
    vex({1, static_cast<uint8_t>(ToDouble ? 0 : 1), 0, 0x5a}, 14, 0, A);
  }
  uint32_t From;
  checkFpResult(I, 14, From);
  const unsigned D = vecOut(I);
  // cvtpd2ps, too, zeroes the rest
  zeroAbove(D, 14, static_cast<unsigned>(U.N) << U.Lane, true);
  coldEval(I, From, Cold::EvalVec, D);
  return true;
}

/// The result of uop I goes straight to the vExtract that follows it, if that
/// is its only user.
bool Emitter::extractFollows(unsigned I, unsigned L) const {
  const Uop &X = uop(I + 1);
  return Uses[I] == 1 && X.Code == Op::vExtract && X.A[0] == I && X.Imm == 0 &&
         X.Lane == L;
}

/// Vectors toward zero, to lanes of the same size. The host's result is one
/// value, Bad, for everything out of range.
bool Emitter::emitFpToIntVec(unsigned I) {
  const Uop &U = uop(I);
  const bool Double = U.Lane == L64, Signed = FpToInt::isSigned(U.Imm);
  if (FpToInt::intLane(U.Imm) != U.Lane ||
      FpToInt::round(U.Imm) != FpRound::Zero)
    return false;
  if (!(Double ? U.N == 2 : U.N == 2 || U.N == 4) || (!Signed && !F.Avx512))
    return false;
  clobberFlags();
  const bool Half = U.N << U.Lane == 8;
  const unsigned A = fpOperand(U.A[0], 14, Half);
  if (!Signed) {
    Double ? vcvttpd2uqq(xmm14, xmm(A)) : vcvttps2udq(xmm14, xmm(A));
  } else if (!Double) {
    vex({1, 2, 0, 0x5b}, 14, 0, A); // cvttps2dq
  } else if (F.Avx512) {
    vcvttpd2qq(xmm14, xmm(A));
  } else {
    vexImm(Shufd, 15, 0, A, 0xee);
    vcvttsd2si(rax, xmm(A));
    vmovq(xmm14, rax);
    vcvttsd2si(rax, xmm15);
    vpinsrq(xmm14, xmm14, rax, 1);
  }
  allOnes(15);
  if (Signed)
    vexShift(Double ? 0x73 : 0x72, 6, 15, 15, Double ? 63 : 31);
  vex(CmpEq[U.Lane], 15, 14, 15);
  vex(Ptest, 15, 0, 15);
  const uint32_t From = jumpNear(CNE);
  const unsigned D = vecOut(I);
  zeroAbove(D, 14, static_cast<unsigned>(U.N) << U.Lane);
  coldEval(I, From, Cold::EvalVec, D);
  return true;
}

bool Emitter::emitFpToInt(unsigned I) {
  const Uop &U = uop(I);
  const bool Double = U.Lane == L64, Signed = FpToInt::isSigned(U.Imm);
  const Lane To = FpToInt::intLane(U.Imm);
  const FpRound Round = FpToInt::round(U.Imm);
  if (U.Lane < L32 || To < L32 || FpToInt::fbits(U.Imm))
    return false;
  if (U.N != 1)
    return emitFpToIntVec(I);
  if (Round >= FpRound::Away || (Round != FpRound::Zero && To == L32 && Double))
    return false;
  clobberFlags();
  const unsigned A = vecIn(U.A[0]);
  const bool ToGpr = extractFollows(I, To);
  unsigned From;
  unsigned Source = A;
  if (!Signed) {
    // In range if the bits are below those of 2^32 or 2^64, as an unsigned
    // number: that rules out negative ones and NaNs too. The host converts to
    // signed, so 2^63.
    const int Limit = To == L32 ? 32 : 63;
    if (Double) {
      const Reg64 T(static_cast<int>(allocGpr()));
      vmovq(rax, xmm(A));
      moveImm(static_cast<unsigned>(T.getIdx()),
              std::bit_cast<uint64_t>(std::ldexp(1.0, Limit)));
      cmp(rax, T);
    } else {
      vmovd(eax, xmm(A));
      cmp(eax, std::bit_cast<uint32_t>(std::ldexp(1.0f, Limit)));
    }
    From = jumpNear(CAE);
  }
  if (Round != FpRound::Zero) {
    static constexpr uint8_t Imms[] = {0, 2, 1, 3};
    vexImm(m3(0x0a + Double), 14, A, A, Imms[static_cast<unsigned>(Round)]);
    Source = 14;
  }
  // cvttsd2si; unsigned 32-bit results come from the 64-bit conversion.
  const bool Wide = To == L64 || !Signed;
  vex({1, static_cast<uint8_t>(Double ? 3 : 2), Wide, 0x2c}, RAX, 0, Source);
  if (Signed) {
    Wide ? cmp(rax, 1) : cmp(eax, 1);
    From = jumpNear(CO);
  }
  if (ToGpr) {
    Fused = I + 1;
    const Reg64 D = def(I + 1);
    To == L64 ? mov(D, rax) : mov(Reg32(D.getIdx()), eax);
    Fused = 0;
    Done[I + 1] = 1;
    coldEval(I, From, Cold::EvalVecToGpr, static_cast<unsigned>(D.getIdx()));
  } else {
    const unsigned D = vecOut(I);
    To == L64 ? vmovq(xmm(D), rax) : vmovd(xmm(D), eax);
    noteZero(D, 1u << To);
    coldEval(I, From, Cold::EvalVec, D);
  }
  return true;
}

/// Vectors, from lanes of the same size. Unused lanes are zero, which raises
/// nothing.
bool Emitter::emitIntToFpVec(unsigned I) {
  const Uop &U = uop(I);
  const bool Double = U.Lane == L64, Signed = FpToInt::isSigned(U.Imm);
  if (FpToInt::intLane(U.Imm) != U.Lane || (!Signed && !F.Avx512))
    return false;
  if (!(Double ? U.N == 2 : U.N == 2 || U.N == 4))
    return false;
  unsigned A = vecIn(U.A[0]);
  if (U.N << U.Lane == 8) {
    vex(Movq, 14, 0, A);
    A = 14;
  }
  if (!Double) {
    const unsigned D = vecOut(I);
    Signed ? vex({1, 0, 0, 0x5b}, D, 0, A) : vcvtudq2ps(xmm(D), xmm(A));
  } else if (F.Avx512) {
    const unsigned D = vecOut(I);
    Signed ? vcvtqq2pd(xmm(D), xmm(A)) : vcvtuqq2pd(xmm(D), xmm(A));
  } else {
    vpextrq(rax, xmm(A), 1);
    zeroVec(15);
    vcvtsi2sd(xmm14, xmm15, rax);
    vmovq(rax, xmm(A));
    vcvtsi2sd(xmm15, xmm15, rax);
    vex(UnpackLo[L64], vecOut(I), 15, 14);
  }
  return true;
}

bool Emitter::emitIntToFp(unsigned I) {
  const Uop &U = uop(I);
  const bool Double = U.Lane == L64, Signed = FpToInt::isSigned(U.Imm);
  const Lane From = FpToInt::intLane(U.Imm);
  if (U.Lane < L32 || From < L32 || FpToInt::fbits(U.Imm))
    return false;
  if (U.N != 1)
    return emitIntToFpVec(I);
  const bool Check = !Signed && From == L64; // those from 2^63 on
  if (Check)
    clobberFlags();
  unsigned Src = RAX;
  if (Locs[U.A[0]].K == Loc::Deferred && !Check) {
    const unsigned X = uop(U.A[0]).A[0];
    if (!Signed)
      loadInto(RAX, X, false);
    else
      Src = static_cast<unsigned>(use(X).getIdx());
  } else {
    const unsigned A = vecIn(U.A[0]);
    From == L64 ? vmovq(rax, xmm(A)) : vmovd(eax, xmm(A));
  }
  uint32_t Jump = 0;
  if (Check) {
    test(rax, rax);
    Jump = jumpNear(CS);
  }
  zeroVec(15);
  const bool Wide = From == L64 || !Signed;
  const unsigned D = vecOut(I);
  vex({1, static_cast<uint8_t>(Double ? 3 : 2), Wide, 0x2a}, D, 15, Src);
  noteZero(D, 1u << U.Lane);
  if (Check)
    coldEval(I, Jump, Cold::EvalVec, D);
  return true;
}

bool Emitter::emitFpConvert(unsigned I) {
  switch (uop(I).Code) {
  case Op::fCvt:
    return emitFpWidth(I);
  case Op::fToInt:
    return emitFpToInt(I);
  case Op::intToF:
    return emitIntToFp(I);
  default:
    return false;
  }
}
