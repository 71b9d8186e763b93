//===- EvalFp.cpp - Evaluators: FP arithmetic and comparison --------------===//

#include "FpLanes.h"
#include "HostFloat.h"
#include "SoftFloatArith.h"
#include "SoftFloatConvert.h"

using namespace xlate;
using namespace xlate::fp;

// A binary operation: the host's result where it is the Arm one.
#define XLATE_FP_BINARY(NAME, HOST, SOFT)                                      \
  XLATE_EVAL(NAME) {                                                           \
    mapLanes(S, R, {ParamWord}, [&]<class F>(F Format, Env &E, unsigned I) {   \
      const BitsOf<F> X = lane<F>(A, I), Y = lane<F>(B, I);                    \
      if constexpr (HasHost<F>)                                                \
        if (E.hostAgrees())                                                    \
          if (BitsOf<F> H = host::HOST(Format, X, Y); !host::special<F>(H))    \
            return H;                                                          \
      return SOFT;                                                             \
    });                                                                        \
  }
XLATE_FP_BINARY(fAdd, add, add<F>(E, X, Y))
XLATE_FP_BINARY(fSub, sub, add<F>(E, X, Y, true))
XLATE_FP_BINARY(fMul, mul, mul<F>(E, X, Y))
XLATE_FP_BINARY(fDiv, div, div<F>(E, X, Y))
#undef XLATE_FP_BINARY

#define XLATE_FP_SOFT2(NAME, SOFT)                                             \
  XLATE_EVAL(NAME) {                                                           \
    mapLanes(S, R, {ParamWord}, [&]<class F>(F, Env &E, unsigned I) {          \
      const BitsOf<F> X = lane<F>(A, I), Y = lane<F>(B, I);                    \
      return SOFT;                                                             \
    });                                                                        \
  }
XLATE_FP_SOFT2(fMax, max<F>(E, X, Y))
XLATE_FP_SOFT2(fMin, max<F>(E, X, Y, true))
XLATE_FP_SOFT2(fMaxNm, maxNum<F>(E, X, Y))
XLATE_FP_SOFT2(fMinNm, maxNum<F>(E, X, Y, true))
XLATE_FP_SOFT2(fMulX, mul<F>(E, X, Y, true))
XLATE_FP_SOFT2(fRecps, recipStep<F>(E, X, Y))
XLATE_FP_SOFT2(fRsqrts, rsqrtStep<F>(E, X, Y))

// FPCompareEQ signals only for signalling NaNs, GE and GT for any; unordered is
// 0011.
static constexpr unsigned FlagN = 8, FlagZ = 4;
template <class F> static BitsOf<F> mask(bool B) {
  return static_cast<BitsOf<F>>(-int64_t(B));
}

XLATE_FP_SOFT2(fCmpEq, mask<F>(compare<F>(E, X, Y, false) & FlagZ))
XLATE_FP_SOFT2(fCmpGe, mask<F>(compare<F>(E, Y, X, true) & (FlagN | FlagZ)))
XLATE_FP_SOFT2(fCmpGt, mask<F>(compare<F>(E, Y, X, true) & FlagN))
#undef XLATE_FP_SOFT2

XLATE_EVAL(fSqrt) {
  mapLanes(S, R, {ParamWord}, [&]<class F>(F Format, Env &E, unsigned I) {
    const BitsOf<F> X = lane<F>(A, I);
    if constexpr (HasHost<F>)
      if (E.hostAgrees())
        if (BitsOf<F> H = host::sqrt(Format, X); !host::special<F>(H))
          return H;
    return fp::sqrt<F>(E, X);
  });
}

/// The low n lanes of A with their sign bits cleared (Clear) or flipped.
static void changeSigns(Value *R, const Value *A, Param P, bool Clear) {
  const uint64_t Signs = P.lane() == L16   ? 0x8000800080008000
                         : P.lane() == L32 ? 0x8000000080000000
                                           : 0x8000000000000000;
  const unsigned Bytes = P.n() << P.lane();
  auto Half = [&](uint64_t V, unsigned N) {
    const uint64_t Mask = N >= 8 ? ~0ull : (1ull << 8 * N) - 1;
    return (Clear ? V & ~Signs : V ^ Signs) & Mask;
  };
  const uint64_t Lo = Half(A->V.D[0], Bytes),
                 Hi = Half(A->V.D[1], Bytes > 8 ? Bytes - 8 : 0);
  R->V.D[0] = Lo;
  R->V.D[1] = Hi;
}
XLATE_EVAL(fAbs) { changeSigns(R, A, {ParamWord}, true); }
XLATE_EVAL(fNeg) { changeSigns(R, A, {ParamWord}, false); }

/// FPMulAdd, on the host if that gives the same.
template <class F>
static BitsOf<F> fusedMulAdd(Env &E, BitsOf<F> Addend, BitsOf<F> X,
                             BitsOf<F> Y) {
  if constexpr (HasHost<F>)
    if (E.hostAgrees() && host::hasFma())
      if (BitsOf<F> H = host::mulAdd(F{}, Addend, X, Y); !host::special<F>(H))
        return H;
  return mulAdd<F>(E, Addend, X, Y);
}

XLATE_EVAL(fMulAdd) {
  mapLanes(S, R, {ParamWord}, [&]<class F>(F, Env &E, unsigned I) {
    return fusedMulAdd<F>(E, lane<F>(A, I), lane<F>(B, I), lane<F>(C, I));
  });
}

// FCADD, C7.2.52: operand B rotated by 90 or 270 degrees.
XLATE_EVAL(fCAdd) {
  const unsigned Negated = Param{ParamWord}.imm() & 1; // even or odd elements
  mapLanes(S, R, {ParamWord}, [&]<class F>(F, Env &E, unsigned I) {
    BitsOf<F> Y = lane<F>(B, I ^ 1);
    if ((I & 1) == Negated)
      Y ^= SignBit<F>;
    return add<F>(E, lane<F>(A, I), Y);
  });
}

// FCMLA, C7.2.61: rotations 90 and 270 take the imaginary part of operand B;
// the sign changes of operand C follow from multiplying by i^rot.
XLATE_EVAL(fCMla) {
  const unsigned Rot = static_cast<unsigned>(Param{ParamWord}.imm());
  mapLanes(S, R, {ParamWord}, [&]<class F>(F, Env &E, unsigned I) {
    const bool Odd = I & 1;
    const BitsOf<F> X = lane<F>(B, (I & ~1u) | (Rot & 1));
    BitsOf<F> Y = lane<F>(C, (I & ~1u) | (Odd != (Rot & 1)));
    if (Odd ? Rot >= 2 : Rot == 1 || Rot == 2)
      Y ^= SignBit<F>;
    return fusedMulAdd<F>(E, lane<F>(A, I), X, Y);
  });
}

// FMLAL, FMLSL (FPMulAddH): halves b, c (imm = 0 low, 1 high part of the
// vector) multiplied without rounding into single accumulators a.
static uint32_t mulAddHalf(Env &E, uint32_t Addend, uint16_t A, uint16_t B) {
  const Num Z = unpack<Single>(E, Addend), X = unpack<Half>(E, A),
            Y = unpack<Half>(E, B);
  if (!Z.nan() && !X.nan() && !Y.nan())
    return mulAddNumbers<Single>(E, Z, X, Y);
  if (Z.K == Kind::QNaN && ((X.inf() && Y.zero()) || (X.zero() && Y.inf())))
    return invalid<Single>(E);
  if (Z.snan() || (Z.nan() && !X.snan() && !Y.snan()))
    return processNaN<Single>(E, Z, Addend);
  return convertNaN<Single, Half>(processNaNs<Half>(E, X, Y, A, B));
}

XLATE_EVAL(fMlal) {
  const Param P{ParamWord};
  const unsigned First = P.imm() ? P.n() : 0;
  Env E(S->Fpcr);
  V128 Out{};
  for (unsigned I = 0; I != P.n(); ++I)
    Out.S[I] = mulAddHalf(E, A->V.S[I], B->V.H[First + I], C->V.H[First + I]);
  S->Fpsr |= E.Flags;
  R->V = Out;
}

static unsigned compareLane0(CpuState *S, Param P, const Value *A,
                             const Value *B, bool Signalling) {
  Env E(S->Fpcr);
  unsigned Nzcv = 0;
  withFormat(P, [&]<class F>(F) {
    Nzcv = compare<F>(E, lane<F>(A, 0), lane<F>(B, 0), Signalling);
  });
  S->Fpsr |= E.Flags;
  return Nzcv;
}

XLATE_EVAL(flagsFcmp) {
  R->X = compareLane0(S, {ParamWord}, A, B, Param{ParamWord}.imm() & 1);
}

XLATE_EVAL(flagsFccmp) {
  const Param P{ParamWord};
  R->X = A->B ? compareLane0(S, P, B, C, P.imm() & 16) : P.imm() & 15;
}
