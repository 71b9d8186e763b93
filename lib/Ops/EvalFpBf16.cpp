//===- EvalFpBf16.cpp - Evaluators: BFloat16 ------------------------------===//

#include "FpLanes.h"
#include "SoftFloatArith.h"
#include "SoftFloatConvert.h"

using namespace xlate;
using namespace xlate::fp;

static uint32_t widenBf16(uint16_t V) { return uint32_t(V) << 16; }

// FPConvertBF under FPCR, with flags.
XLATE_EVAL(bfCvt) {
  const Param P{ParamWord};
  Env E(S->Fpcr);
  V128 Out{};
  for (unsigned I = 0; I != P.n(); ++I)
    Out.H[I] = convert<BFloat, Single>(E, A->V.S[I], E.mode());
  S->Fpsr |= E.Flags;
  R->V = Out;
}

// BFMulAddH: an ordinary fused multiply-add of widened elements.
XLATE_EVAL(bfMlal) {
  const Param P{ParamWord};
  Env E(S->Fpcr);
  V128 Out{};
  for (unsigned I = 0; I != P.n(); ++I) {
    const unsigned Elt = 2 * I + (P.imm() & 1);
    Out.S[I] = mulAdd<Single>(E, A->V.S[I], widenBf16(B->V.H[Elt]),
                              widenBf16(C->V.H[Elt]));
  }
  S->Fpsr |= E.Flags;
  R->V = Out;
}

// BFMulH and BFAdd: FPCR and FPSR play no part; denormals are flushed on both
// sides, every NaN is the default one, rounding is to odd, and an exact zero
// sum is positive.
static uint32_t bfMul(uint16_t A, uint16_t B) {
  Env E(FpcrFz | FpcrDn);
  const Num X = unpack<BFloat>(E, A), Y = unpack<BFloat>(E, B);
  const bool Sign = X.Sign != Y.Sign;
  if (X.nan() || Y.nan() || (X.inf() && Y.zero()) || (X.zero() && Y.inf()))
    return DefaultNaN<Single>;
  if (X.inf() || Y.inf())
    return infinity<Single>(Sign);
  if (X.zero() || Y.zero())
    return signBits<Single>(Sign);
  return round<Single>(E, product(X, Y), Mode::OddToInf);
}

static uint32_t bfAdd(uint32_t A, uint32_t B) {
  Env E(FpcrFz | FpcrDn);
  const Num X = unpack<Single>(E, A), Y = unpack<Single>(E, B);
  if (X.nan() || Y.nan() || (X.inf() && Y.inf() && X.Sign != Y.Sign))
    return DefaultNaN<Single>;
  if (X.inf() || Y.inf())
    return infinity<Single>(X.inf() ? X.Sign : Y.Sign);
  if (X.zero() && Y.zero() && X.Sign == Y.Sign)
    return signBits<Single>(X.Sign);
  const Exact V = sum(exact(X), exact(Y));
  return V.Sig ? round<Single>(E, V, Mode::OddToInf) : 0;
}

/// BFDotAdd: products of adjacent pairs I of B and J of C added to Acc.
static uint32_t bfDotAdd(uint32_t Acc, const V128 &B, unsigned I, const V128 &C,
                         unsigned J) {
  const uint32_t Sum = bfAdd(bfMul(B.H[2 * I], C.H[2 * J]),
                             bfMul(B.H[2 * I + 1], C.H[2 * J + 1]));
  return bfAdd(Acc, Sum);
}

XLATE_EVAL(bfDot) {
  const Param P{ParamWord};
  V128 Out{};
  for (unsigned I = 0; I != P.n(); ++I)
    Out.S[I] = bfDotAdd(A->V.S[I], B->V, I, C->V, I);
  R->V = Out;
}

// BFMatMulAdd: 2x4 times 4x2 into 2x2.
XLATE_EVAL(bfMmla) {
  V128 Out{};
  for (unsigned I = 0; I != 4; ++I) {
    const unsigned Row = I >> 1, Col = I & 1;
    const uint32_t Sum = bfDotAdd(A->V.S[I], B->V, 2 * Row, C->V, 2 * Col);
    Out.S[I] = bfDotAdd(Sum, B->V, 2 * Row + 1, C->V, 2 * Col + 1);
  }
  R->V = Out;
}
