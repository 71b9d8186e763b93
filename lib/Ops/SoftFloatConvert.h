//===- SoftFloatConvert.h - Arm conversions and estimates -------*- C++ -*-===//
//
// Conversions between formats and to and from integers, rounding to integral
// values and the reciprocal estimates of the Arm ARM shared pseudocode (J1.3).
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_OPS_SOFTFLOATCONVERT_H
#define XLATE_LIB_OPS_SOFTFLOATCONVERT_H

#include "SoftFloat.h"

namespace xlate::fp {

/// FPConvertNaN: sign and the upper fraction bits survive.
template <class To, class From> BitsOf<To> convertNaN(BitsOf<From> V) {
  uint64_t Frac = uint64_t(V & FracMask<From>)
                  << (52 - From::Frac); // as in a double
  Frac >>= 52 - To::Frac;
  return pack<To>(V & SignBit<From>, MaxBiased<To>, Frac | QuietBit<To>);
}

/// FPConvert.
template <class To, class From>
BitsOf<To> convert(Env &E, BitsOf<From> V, Mode M) {
  const Num X = unpack<From>(E, V, true);
  const bool Alt = IsHalf<To> && E.altHalf();
  if (X.nan()) {
    if (X.snan() || Alt)
      E.raise(InvalidOp);
    if (Alt)
      return signBits<To>(X.Sign);
    return E.defaultNaN() ? DefaultNaN<To> : convertNaN<To, From>(V);
  }
  if (X.inf()) {
    if (!Alt)
      return infinity<To>(X.Sign);
    E.raise(InvalidOp);
    return BitsOf<To>(signBits<To>(X.Sign) | BitsOf<To>(~SignBit<To>));
  }
  if (X.zero())
    return signBits<To>(X.Sign);
  return round<To>(E, exact(X), M, true);
}

/// FPToFixed: round V * 2^FBits to an integer of Bits bits, saturating.
template <class F>
uint64_t toFixed(Env &E, BitsOf<F> V, unsigned FBits, bool Signed,
                 unsigned Bits, Mode M) {
  const Num X = unpack<F>(E, V);
  if (X.nan()) {
    E.raise(InvalidOp);
    return 0;
  }
  if (X.zero())
    return 0;
  const uint64_t Mask = ~0ull >> (64 - Bits);
  const uint64_t Limit =
      !Signed ? (X.Sign ? 0 : Mask) : (Mask >> 1) + X.Sign; // magnitude
  const int Exp = X.Exp + static_cast<int>(FBits);
  uint64_t Mag = 0;
  bool Lost = false, Big = X.inf() || Exp > 0;
  if (!Big) {
    Mag = shiftRound(X.Sig, -Exp, M, X.Sign, Lost);
    Big = Mag > Limit;
  }
  if (Big) {
    E.raise(InvalidOp);
    Mag = Limit;
  } else if (Lost)
    E.raise(Inexact);
  return (X.Sign ? -Mag : Mag) & Mask;
}

/// FixedToFP: the integer V (magnitude and sign) * 2^-FBits.
template <class F>
BitsOf<F> fromFixed(Env &E, uint64_t Mag, bool Sign, unsigned FBits) {
  if (Mag == 0)
    return 0;
  return round<F>(E, {Sign, -static_cast<int>(FBits), Mag}, E.mode());
}

/// FPToFixedJS (FJCVTZS): the integer modulo 2^32, with bit 32 set when the
/// conversion was exact and in range.
inline uint64_t toInt32Js(Env &E, uint64_t V) {
  const Num X = unpack<Double>(E, V);
  if (X.nan() || X.inf()) {
    E.raise(InvalidOp);
    return 0;
  }
  if (X.zero()) // -0 and flushed denormals are not exact
    return V == 0 ? 1ull << 32 : 0;
  uint64_t Mag = 0; // modulo 2^64, which is enough modulo 2^32
  bool Lost = false, Big = X.Exp > 0;
  if (X.Exp > 0)
    Mag = X.Exp < 64 ? X.Sig << X.Exp : 0;
  else
    Mag = static_cast<uint64_t>(
        shiftRound(X.Sig, -X.Exp, Mode::Zero, X.Sign, Lost));
  Big |= Mag > (1ull << 31) - 1 + X.Sign;
  if (Big)
    E.raise(InvalidOp);
  else if (Lost)
    E.raise(Inexact);
  const uint64_t Exact = !Big && !Lost;
  return static_cast<uint32_t>(X.Sign ? -Mag : Mag) | Exact << 32;
}

/// FPRoundInt.
template <class F>
BitsOf<F> roundInt(Env &E, BitsOf<F> V, Mode M, bool RaiseInexact) {
  const Num X = unpack<F>(E, V);
  if (X.nan())
    return processNaN<F>(E, X, V);
  if (X.zero())
    return signBits<F>(X.Sign);
  if (X.inf() || X.Exp + 63 >= static_cast<int>(F::Frac))
    return V;
  bool Lost;
  uint64_t Int = shiftRound(X.Sig, -X.Exp, M, X.Sign, Lost);
  if (Lost && RaiseInexact)
    E.raise(Inexact);
  if (Int == 0)
    return signBits<F>(X.Sign);
  // Int has at most Frac + 1 bits: exact.
  const int Lead = std::countl_zero(Int);
  Int = Int << Lead >> (63 - F::Frac);
  return pack<F>(X.Sign, static_cast<unsigned>(Bias<F> + 63 - Lead),
                 Int & FracMask<F>);
}

/// FPRoundIntN (FRINT32, FRINT64): out of range gives the most negative
/// integer.
template <class F>
BitsOf<F> roundIntN(Env &E, BitsOf<F> V, Mode M, unsigned IntBits) {
  const Num X = unpack<F>(E, V);
  if (X.zero())
    return signBits<F>(X.Sign);
  bool Lost = false, Big = X.nan() || X.inf() || X.Exp > 0;
  uint64_t Int = 0;
  if (!Big) {
    Int = shiftRound(X.Sig, -X.Exp, M, X.Sign, Lost);
    Big = Int > (1ull << (IntBits - 1)) - 1 + X.Sign;
  }
  if (Big) {
    E.raise(InvalidOp);
    return pack<F>(true, Bias<F> + IntBits - 1, 0);
  }
  if (Lost)
    E.raise(Inexact);
  return Int ? round<F>(E, {X.Sign, 0, Int}, Mode::Zero) : signBits<F>(X.Sign);
}

/// RecipEstimate: A in 256..511 stands for [0.5, 1).
constexpr unsigned recipEstimate(unsigned A) {
  A = A * 2 + 1;
  return ((1u << 19) / A + 1) / 2;
}

/// RecipSqrtEstimate: A in 128..511 stands for [0.25, 1).
constexpr unsigned rsqrtEstimate(unsigned A) {
  A = A < 256 ? A * 2 + 1 : ((A & ~1u) + 1) * 2;
  unsigned B = 512;
  while (A * (B + 1) * (B + 1) < 1u << 28)
    ++B;
  return (B + 1) / 2;
}

/// FPRecipEstimate.
template <class F> BitsOf<F> recipEstimate(Env &E, BitsOf<F> V) {
  const Num X = unpack<F>(E, V);
  if (X.nan())
    return processNaN<F>(E, X, V);
  if (X.inf())
    return signBits<F>(X.Sign);
  if (X.zero()) {
    E.raise(DivByZero);
    return infinity<F>(X.Sign);
  }
  const int Exp = X.Exp + 63; // of the leading bit
  if (Exp < MinExp<F> - 2) {
    E.raise(Overflow | Inexact);
    return overflowsToInf(E.mode(), X.Sign) ? infinity<F>(X.Sign)
                                            : maxNormal<F>(X.Sign);
  }
  if (E.flush<F>() && Exp >= Bias<F> - 1) {
    E.raise(Underflow);
    return signBits<F>(X.Sign);
  }
  // 256..511 for the significand in [0.5, 1); the result has exponent -1 - Exp.
  const uint64_t Estimate = recipEstimate(static_cast<unsigned>(X.Sig >> 55));
  uint64_t Frac = (Estimate & 0xff) << (F::Frac - 8);
  int Biased = Bias<F> - 1 - Exp;
  if (Biased <= 0) {
    Frac = (Frac | uint64_t(1) << F::Frac) >> (1 - Biased);
    Biased = 0;
  }
  return pack<F>(X.Sign, static_cast<unsigned>(Biased), Frac);
}

/// FPRSqrtEstimate.
template <class F> BitsOf<F> rsqrtEstimate(Env &E, BitsOf<F> V) {
  const Num X = unpack<F>(E, V);
  if (X.nan())
    return processNaN<F>(E, X, V);
  if (X.zero()) {
    E.raise(DivByZero);
    return infinity<F>(X.Sign);
  }
  if (X.Sign)
    return invalid<F>(E);
  if (X.inf())
    return 0;
  // The operand is Scaled * 2^(even); an even exponent of the leading bit puts
  // the significand into [0.25, 0.5).
  const int Exp = X.Exp + 63;
  const bool Even = !(Exp & 1);
  const auto Scaled = static_cast<unsigned>(X.Sig >> (Even ? 56 : 55));
  const uint64_t Estimate = rsqrtEstimate(Scaled);
  const int Biased = Bias<F> + ((Even ? -Exp - 2 : -Exp - 1) >> 1);
  return pack<F>(false, static_cast<unsigned>(Biased),
                 (Estimate & 0xff) << (F::Frac - 8));
}

/// FPRecpX: the exponent complemented, the fraction cleared.
template <class F> BitsOf<F> recipExponent(Env &E, BitsOf<F> V) {
  const Num X = unpack<F>(E, V);
  if (X.nan())
    return processNaN<F>(E, X, V);
  const unsigned Biased = V >> F::Frac & MaxBiased<F>;
  return pack<F>(X.Sign, Biased ? ~Biased & MaxBiased<F> : MaxBiased<F> - 1, 0);
}

} // namespace xlate::fp

#endif // XLATE_LIB_OPS_SOFTFLOATCONVERT_H
