//===- SoftFloatArith.h - Arm floating-point arithmetic ---------*- C++ -*-===//
//
// The arithmetic functions of the Arm ARM shared pseudocode (J1.3), on bit
// patterns of a format F.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_OPS_SOFTFLOATARITH_H
#define XLATE_LIB_OPS_SOFTFLOATARITH_H

#include "SoftFloat.h"

namespace xlate::fp {

/// FPAdd, or FPSub with Sub.
template <class F>
[[gnu::noinline]] BitsOf<F> add(Env &E, BitsOf<F> A, BitsOf<F> B,
                                bool Sub = false) {
  const Num X = unpack<F>(E, A);
  Num Y = unpack<F>(E, B);
  if (X.nan() || Y.nan())
    return processNaNs<F>(E, X, Y, A, B);
  Y.Sign ^= Sub;
  if (X.inf() && Y.inf() && X.Sign != Y.Sign)
    return invalid<F>(E);
  if (X.inf() || Y.inf())
    return infinity<F>(X.inf() ? X.Sign : Y.Sign);
  if (X.zero() && Y.zero() && X.Sign == Y.Sign)
    return signBits<F>(X.Sign);
  return roundSum<F>(E, sum(exact(X), exact(Y)));
}

/// FPMul, or FPMulX with Extended: infinity times zero is 2.
template <class F>
[[gnu::noinline]] BitsOf<F> mul(Env &E, BitsOf<F> A, BitsOf<F> B,
                                bool Extended = false) {
  const Num X = unpack<F>(E, A), Y = unpack<F>(E, B);
  if (X.nan() || Y.nan())
    return processNaNs<F>(E, X, Y, A, B);
  const bool Sign = X.Sign != Y.Sign;
  if ((X.inf() && Y.zero()) || (X.zero() && Y.inf()))
    return Extended ? two<F>(Sign) : invalid<F>(E);
  if (X.inf() || Y.inf())
    return infinity<F>(Sign);
  if (X.zero() || Y.zero())
    return signBits<F>(Sign);
  return round<F>(E, product(X, Y), E.mode());
}

/// FPDiv.
template <class F>
[[gnu::noinline]] BitsOf<F> div(Env &E, BitsOf<F> A, BitsOf<F> B) {
  const Num X = unpack<F>(E, A), Y = unpack<F>(E, B);
  if (X.nan() || Y.nan())
    return processNaNs<F>(E, X, Y, A, B);
  const bool Sign = X.Sign != Y.Sign;
  if ((X.inf() && Y.inf()) || (X.zero() && Y.zero()))
    return invalid<F>(E);
  if (X.inf() || Y.zero()) {
    if (!X.inf())
      E.raise(DivByZero);
    return infinity<F>(Sign);
  }
  if (X.zero() || Y.inf())
    return signBits<F>(Sign);
  const U128 Dividend = U128(X.Sig) << 63;
  const U128 Quot = Dividend / Y.Sig;
  const bool Rest = Dividend % Y.Sig != 0;
  return round<F>(E, {Sign, X.Exp - Y.Exp - 64, Quot << 1 | Rest}, E.mode());
}

/// Largest R with R * R <= V.
inline uint64_t isqrt(U128 V) {
  uint64_t R = 0;
  for (int I = 63; I >= 0; --I) {
    const uint64_t T = R | 1ull << I;
    if (U128(T) * T <= V)
      R = T;
  }
  return R;
}

/// FPSqrt.
template <class F> [[gnu::noinline]] BitsOf<F> sqrt(Env &E, BitsOf<F> A) {
  const Num X = unpack<F>(E, A);
  if (X.nan())
    return processNaN<F>(E, X, A);
  if (X.zero())
    return signBits<F>(X.Sign);
  if (X.Sign)
    return invalid<F>(E);
  if (X.inf())
    return infinity<F>(false);
  const int Up = 62 + (X.Exp & 1); // leaves an even exponent
  const U128 V = U128(X.Sig) << Up;
  const uint64_t R = isqrt(V);
  return round<F>(
      E, {false, (X.Exp - Up) / 2 - 1, U128(R) << 1 | (U128(R) * R != V)},
      E.mode());
}

/// V with a denormal flushed if FPCR says so.
template <class F> BitsOf<F> flushInput(Env &E, BitsOf<F> V) {
  if (!E.flush<F>() || V & InfBits<F> || !(V & FracMask<F>))
    return V;
  if (!IsHalf<F>)
    E.raise(InputDenorm);
  return V & SignBit<F>;
}

/// An integer in the order of the numbers, with one zero.
template <class F> int64_t rank(BitsOf<F> V) {
  const auto Mag = static_cast<int64_t>(V & ~SignBit<F>);
  return V & SignBit<F> ? -Mag : Mag;
}

/// FPMax, or FPMin with Min.
template <class F>
BitsOf<F> max(Env &E, BitsOf<F> A, BitsOf<F> B, bool Min = false) {
  A = flushInput<F>(E, A);
  B = flushInput<F>(E, B);
  if (isNaN<F>(A) || isNaN<F>(B))
    return processNaNs<F>(E, unpack<F>(E, A), unpack<F>(E, B), A, B);
  const int64_t X = rank<F>(A), Y = rank<F>(B);
  if (X == Y) // of two zeros the more positive, or negative
    return Min ? A | B : A & B;
  return (X > Y) != Min ? A : B;
}

/// FPMaxNum, or FPMinNum with Min: a lone quiet NaN counts as a number that
/// never wins.
template <class F>
BitsOf<F> maxNum(Env &E, BitsOf<F> A, BitsOf<F> B, bool Min = false) {
  const bool QuietA = isNaN<F>(A) && !isSNaN<F>(A);
  const bool QuietB = isNaN<F>(B) && !isSNaN<F>(B);
  if (QuietA && !QuietB)
    A = infinity<F>(!Min);
  else if (QuietB && !QuietA)
    B = infinity<F>(!Min);
  return max<F>(E, A, B, Min);
}

/// Body of FPMulAdd and FPMulAddH after unpacking and NaN processing.
template <class F>
BitsOf<F> mulAddNumbers(Env &E, const Num &Add, const Num &X, const Num &Y) {
  const bool Sign = X.Sign != Y.Sign;
  const bool Inf = X.inf() || Y.inf(), Zero = X.zero() || Y.zero();
  if ((Inf && Zero) || (Add.inf() && Inf && Add.Sign != Sign))
    return invalid<F>(E);
  if (Add.inf() || Inf)
    return infinity<F>(Add.inf() ? Add.Sign : Sign);
  if (Add.zero() && Zero && Add.Sign == Sign)
    return signBits<F>(Sign);
  Exact P{Sign, 0, 0};
  if (!Zero)
    P = product(X, Y);
  return roundSum<F>(E, sum(exact(Add), P));
}

/// FPMulAdd: Addend + A * B with one rounding.
template <class F>
[[gnu::noinline]] BitsOf<F> mulAdd(Env &E, BitsOf<F> Addend, BitsOf<F> A,
                                   BitsOf<F> B) {
  const Num Z = unpack<F>(E, Addend), X = unpack<F>(E, A), Y = unpack<F>(E, B);
  if (Z.nan() || X.nan() || Y.nan()) {
    if (Z.K == Kind::QNaN && ((X.inf() && Y.zero()) || (X.zero() && Y.inf())))
      return invalid<F>(E);
    if (Z.snan() || (Z.nan() && !X.snan() && !Y.snan()))
      return processNaN<F>(E, Z, Addend);
    return processNaNs<F>(E, X, Y, A, B);
  }
  return mulAddNumbers<F>(E, Z, X, Y);
}

/// FPRecipStepFused: 2 - A * B.
template <class F> BitsOf<F> recipStep(Env &E, BitsOf<F> A, BitsOf<F> B) {
  A ^= SignBit<F>;
  const Num X = unpack<F>(E, A), Y = unpack<F>(E, B);
  if (X.nan() || Y.nan())
    return processNaNs<F>(E, X, Y, A, B);
  if ((X.inf() && Y.zero()) || (X.zero() && Y.inf()))
    return two<F>(false);
  if (X.inf() || Y.inf())
    return infinity<F>(X.Sign != Y.Sign);
  if (X.zero() || Y.zero())
    return two<F>(false);
  return roundSum<F>(E, sum({false, 1, 1}, product(X, Y)));
}

/// FPRSqrtStepFused: (3 - A * B) / 2.
template <class F> BitsOf<F> rsqrtStep(Env &E, BitsOf<F> A, BitsOf<F> B) {
  A ^= SignBit<F>;
  const Num X = unpack<F>(E, A), Y = unpack<F>(E, B);
  if (X.nan() || Y.nan())
    return processNaNs<F>(E, X, Y, A, B);
  if ((X.inf() && Y.zero()) || (X.zero() && Y.inf()))
    return onePointFive<F>();
  if (X.inf() || Y.inf())
    return infinity<F>(X.Sign != Y.Sign);
  if (X.zero() || Y.zero())
    return onePointFive<F>();
  Exact V = sum({false, 0, 3}, product(X, Y));
  --V.Exp;
  return roundSum<F>(E, V);
}

/// FPCompare: NZCV nibble.
template <class F>
unsigned compare(Env &E, BitsOf<F> A, BitsOf<F> B, bool Signalling) {
  A = flushInput<F>(E, A);
  B = flushInput<F>(E, B);
  if (isNaN<F>(A) || isNaN<F>(B)) {
    if (Signalling || isSNaN<F>(A) || isSNaN<F>(B))
      E.raise(InvalidOp);
    return 0b0011;
  }
  const int64_t X = rank<F>(A), Y = rank<F>(B);
  return X == Y ? 0b0110 : X < Y ? 0b1000 : 0b0010;
}

} // namespace xlate::fp

#endif // XLATE_LIB_OPS_SOFTFLOATARITH_H
