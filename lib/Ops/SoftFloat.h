//===- SoftFloat.h - Exact binary floating point in software ----*- C++ -*-===//
//
// The model behind every floating-point primitive: operands are unpacked to
// sign, exponent and significand, the operation is done exactly (or with a
// sticky lowest bit) on 128-bit integers, and the result is rounded once. Flush
// to zero, default NaN, NaN selection and the cumulative flags follow the
// shared pseudocode of the Arm ARM (J1.3: FPUnpack, FPRound, FPProcessNaNs),
// without FEAT_AFP and without trapped exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_OPS_SOFTFLOAT_H
#define XLATE_LIB_OPS_SOFTFLOAT_H

#include "xlate/Ops/Uop.h"
#include <bit>

namespace xlate::fp {

__extension__ using U128 = unsigned __int128;

/// Binary interchange formats.
struct Half {
  using Bits = uint16_t;
  static constexpr unsigned Exp = 5, Frac = 10;
};
struct BFloat {
  using Bits = uint16_t;
  static constexpr unsigned Exp = 8, Frac = 7;
};
struct Single {
  using Bits = uint32_t;
  static constexpr unsigned Exp = 8, Frac = 23;
};
struct Double {
  using Bits = uint64_t;
  static constexpr unsigned Exp = 11, Frac = 52;
};

template <class F> using BitsOf = typename F::Bits;
template <class F> constexpr unsigned Width = 8 * sizeof(BitsOf<F>);
template <class F> constexpr int Bias = (1 << (F::Exp - 1)) - 1;
template <class F> constexpr int MinExp = 1 - Bias<F>;
template <class F> constexpr unsigned MaxBiased = (1u << F::Exp) - 1;
template <class F>
constexpr BitsOf<F> SignBit = BitsOf<F>(BitsOf<F>(1) << (Width<F> - 1));
template <class F>
constexpr BitsOf<F> FracMask = BitsOf<F>((BitsOf<F>(1) << F::Frac) - 1);
template <class F>
constexpr BitsOf<F> QuietBit = BitsOf<F>(BitsOf<F>(1) << (F::Frac - 1));
template <class F>
constexpr BitsOf<F> InfBits = BitsOf<F>(BitsOf<F>(MaxBiased<F>) << F::Frac);
template <class F>
constexpr BitsOf<F> DefaultNaN = BitsOf<F>(InfBits<F> | QuietBit<F>);
template <class F> constexpr bool IsHalf = F::Exp == 5;

/// FPSR cumulative flags.
enum Flag : uint32_t {
  InvalidOp = 1u << 0,
  DivByZero = 1u << 1,
  Overflow = 1u << 2,
  Underflow = 1u << 3,
  Inexact = 1u << 4,
  InputDenorm = 1u << 7,
};

/// FPCR fields.
constexpr uint32_t FpcrFz16 = 1u << 19, FpcrRModeShift = 22,
                   FpcrRMode = 3u << FpcrRModeShift, FpcrFz = 1u << 24,
                   FpcrDn = 1u << 25, FpcrAhp = 1u << 26;

/// Rounding; the first four are FPCR.RMode encodings, the first five FpRound.
enum class Mode : uint8_t { Even, Up, Down, Zero, Away, Odd, OddToInf };

/// Control register in, cumulative flags out.
struct Env {
  explicit Env(uint32_t Fpcr) : Fpcr(Fpcr) {}

  uint32_t Fpcr;
  uint32_t Flags = 0;

  void raise(uint32_t F) { Flags |= F; }
  Mode mode() const { return static_cast<Mode>(Fpcr >> FpcrRModeShift & 3); }
  bool defaultNaN() const { return Fpcr & FpcrDn; }
  bool altHalf() const { return Fpcr & FpcrAhp; }
  template <class F> bool flush() const {
    return Fpcr & (IsHalf<F> ? FpcrFz16 : FpcrFz);
  }
  /// True if host arithmetic in the default environment gives the Arm result
  /// and flags, special results apart (see HostFloat.h).
  bool hostAgrees() const { return !(Fpcr & (FpcrRMode | FpcrFz)); }
};

enum class Kind : uint8_t { Zero, Finite, Inf, QNaN, SNaN };

/// An unpacked operand. Finite: value = Sig * 2^Exp, bit 63 of Sig set.
struct Num {
  Kind K;
  bool Sign;
  int Exp;
  uint64_t Sig;

  bool nan() const { return K >= Kind::QNaN; }
  bool snan() const { return K == Kind::SNaN; }
  bool inf() const { return K == Kind::Inf; }
  bool zero() const { return K == Kind::Zero; }
};

/// An unrounded result: Sig * 2^Exp; zero when Sig is. Bit 0 may be sticky if
/// at least 64 significant bits stand above it.
struct Exact {
  bool Sign;
  int Exp;
  U128 Sig;
};

template <class F> constexpr BitsOf<F> signBits(bool Sign) {
  return Sign ? SignBit<F> : BitsOf<F>(0);
}
template <class F> constexpr BitsOf<F> infinity(bool Sign) {
  return signBits<F>(Sign) | InfBits<F>;
}
template <class F> constexpr BitsOf<F> maxNormal(bool Sign) {
  return BitsOf<F>(infinity<F>(Sign) - 1);
}
/// Sign, biased exponent and fraction put together.
template <class F>
constexpr BitsOf<F> pack(bool Sign, unsigned Biased, uint64_t Frac) {
  return BitsOf<F>(signBits<F>(Sign) | BitsOf<F>(Biased) << F::Frac |
                   BitsOf<F>(Frac));
}
/// 2.0 and 1.5, which the step functions return.
template <class F> constexpr BitsOf<F> two(bool Sign) {
  return pack<F>(Sign, Bias<F> + 1, 0);
}
template <class F> constexpr BitsOf<F> onePointFive() {
  return pack<F>(false, Bias<F>, QuietBit<F>);
}
template <class F> constexpr bool isNaN(BitsOf<F> V) {
  return BitsOf<F>(V & ~SignBit<F>) > InfBits<F>;
}

template <class F> constexpr bool isSNaN(BitsOf<F> V) {
  return isNaN<F>(V) && !(V & QuietBit<F>);
}

/// FPUnpack; with Convert FPUnpackCV: FZ16 is ignored and AHP heeded.
template <class F> Num unpack(Env &E, BitsOf<F> V, bool Convert = false) {
  const bool Sign = V & SignBit<F>;
  const unsigned Biased = V >> F::Frac & MaxBiased<F>;
  const uint64_t Frac = V & FracMask<F>;
  if (Biased == 0) {
    if (Frac == 0)
      return {Kind::Zero, Sign, 0, 0};
    if (E.flush<F>() && !(Convert && IsHalf<F>)) {
      if (!IsHalf<F>)
        E.raise(InputDenorm);
      return {Kind::Zero, Sign, 0, 0};
    }
    const int Lead = std::countl_zero(Frac);
    return {Kind::Finite, Sign, MinExp<F> - static_cast<int>(F::Frac) - Lead,
            Frac << Lead};
  }
  if (Biased == MaxBiased<F> && !(IsHalf<F> && Convert && E.altHalf())) {
    if (Frac == 0)
      return {Kind::Inf, Sign, 0, 0};
    return {V & QuietBit<F> ? Kind::QNaN : Kind::SNaN, Sign, 0, 0};
  }
  return {Kind::Finite, Sign, static_cast<int>(Biased) - Bias<F> - 63,
          1ull << 63 | Frac << (63 - F::Frac)};
}

inline Exact exact(const Num &N) { return {N.Sign, N.Exp, N.Sig}; }
inline int clz(U128 V) {
  const auto Hi = static_cast<uint64_t>(V >> 64);
  return Hi ? std::countl_zero(Hi)
            : 64 + std::countl_zero(static_cast<uint64_t>(V));
}

/// V >> Shift, shifted-out bits folded into bit 0.
inline U128 shiftJam(U128 V, unsigned Shift) {
  if (Shift == 0)
    return V;
  if (Shift >= 128)
    return V != 0;
  return V >> Shift | ((V & ((U128(1) << Shift) - 1)) != 0);
}

/// V >> Shift rounded to an integer magnitude. The Odd modes need the result to
/// have room for the sticky bit, which it has in round().
inline uint64_t shiftRound(uint64_t V, unsigned Shift, Mode M, bool Sign,
                           bool &Lost) {
  // The bits shifted out, as a binary fraction; far below a half it is enough
  // that they are not zero.
  uint64_t Int = 0, Fraction = V != 0;
  if (Shift < 64) {
    Int = V >> Shift;
    Fraction = Shift ? V << (64 - Shift) : 0;
  } else if (Shift == 64)
    Fraction = V;
  Lost = Fraction != 0;
  if (!Lost)
    return Int;
  constexpr uint64_t OneHalf = 1ull << 63;
  switch (M) {
  case Mode::Even:
    return Int + (Fraction > OneHalf || (Fraction == OneHalf && (Int & 1)));
  case Mode::Up:
    return Int + !Sign;
  case Mode::Down:
    return Int + Sign;
  case Mode::Zero:
    return Int;
  case Mode::Away:
    return Int + (Fraction >= OneHalf);
  case Mode::Odd:
  case Mode::OddToInf:
    return Int | 1;
  }
  return Int;
}

/// Whether overflow in this mode gives infinity rather than the largest number.
inline bool overflowsToInf(Mode M, bool Sign) {
  switch (M) {
  case Mode::Up:
    return !Sign;
  case Mode::Down:
    return Sign;
  case Mode::Zero:
  case Mode::Odd:
    return false;
  default:
    return true;
  }
}

/// FPRound; with Convert FPRoundCV. V must not be zero. Tininess is detected
/// before rounding.
template <class F>
BitsOf<F> round(Env &E, Exact V, Mode M, bool Convert = false) {
  const int Lead = clz(V.Sig);
  V.Sig <<= Lead;
  const uint64_t Sig =
      static_cast<uint64_t>(V.Sig >> 64) | (static_cast<uint64_t>(V.Sig) != 0);
  const int Exp = V.Exp - Lead + 127; // exponent of the leading bit
  const bool Tiny = Exp < MinExp<F>;
  if (Tiny && E.flush<F>() && !(Convert && IsHalf<F>)) {
    E.raise(Underflow);
    return signBits<F>(V.Sign);
  }
  unsigned Biased = Tiny ? 0 : static_cast<unsigned>(Exp - MinExp<F> + 1);
  const unsigned Shift =
      63 - F::Frac + (Tiny ? static_cast<unsigned>(MinExp<F> - Exp) : 0);
  bool Lost;
  uint64_t Int = shiftRound(Sig, Shift, M, V.Sign, Lost);
  if (Tiny && Lost)
    E.raise(Underflow);
  if (Biased == 0)
    Biased = Int >> F::Frac; // rounded up to the smallest normal
  else if (Int >> (F::Frac + 1)) {
    Int >>= 1;
    ++Biased;
  }
  if (IsHalf<F> && Convert && E.altHalf()) {
    if (Biased > MaxBiased<F>) {
      E.raise(InvalidOp);
      return BitsOf<F>(signBits<F>(V.Sign) | BitsOf<F>(~SignBit<F>));
    }
  } else if (Biased >= MaxBiased<F>) {
    E.raise(Overflow | Inexact);
    return overflowsToInf(M, V.Sign) ? infinity<F>(V.Sign)
                                     : maxNormal<F>(V.Sign);
  }
  if (Lost)
    E.raise(Inexact);
  return pack<F>(V.Sign, Biased, Int & FracMask<F>);
}

/// FPProcessNaN: quieten one NaN.
template <class F> BitsOf<F> processNaN(Env &E, const Num &N, BitsOf<F> V) {
  if (N.snan())
    E.raise(InvalidOp);
  return E.defaultNaN() ? DefaultNaN<F> : BitsOf<F>(V | QuietBit<F>);
}

/// FPProcessNaNs: signalling before quiet, first operand before second. One of
/// the operands is a NaN.
template <class F>
BitsOf<F> processNaNs(Env &E, const Num &X, const Num &Y, BitsOf<F> A,
                      BitsOf<F> B) {
  if (X.snan() || (X.nan() && !Y.snan()))
    return processNaN<F>(E, X, A);
  return processNaN<F>(E, Y, B);
}

template <class F> BitsOf<F> invalid(Env &E) {
  E.raise(InvalidOp);
  return DefaultNaN<F>;
}

/// X + Y without rounding. Both have at most 126 significant bits.
inline Exact sum(Exact X, Exact Y) {
  if (X.Sig == 0)
    return Y;
  if (Y.Sig == 0)
    return X;
  // Leading bits to bit 125, so that the carry stays below bit 127 and all
  // lower bits but the jammed one are exact.
  auto Normalise = [](Exact &V) {
    const int Up = clz(V.Sig) - 2;
    V.Sig = Up >= 0 ? V.Sig << Up : V.Sig >> -Up;
    V.Exp -= Up;
  };
  Normalise(X);
  Normalise(Y);
  if (X.Exp < Y.Exp || (X.Exp == Y.Exp && X.Sig < Y.Sig))
    std::swap(X, Y);
  Y.Sig = shiftJam(Y.Sig, static_cast<unsigned>(X.Exp - Y.Exp));
  X.Sig = X.Sign == Y.Sign ? X.Sig + Y.Sig : X.Sig - Y.Sig;
  return X;
}

/// X * Y without rounding, both finite.
inline Exact product(const Num &X, const Num &Y) {
  return {X.Sign != Y.Sign, X.Exp + Y.Exp, U128(X.Sig) * Y.Sig};
}

/// Round, giving an exact zero the sign that FPAdd and FPMulAdd prescribe.
template <class F> BitsOf<F> roundSum(Env &E, const Exact &V) {
  if (V.Sig == 0)
    return signBits<F>(E.mode() == Mode::Down);
  return round<F>(E, V, E.mode());
}

} // namespace xlate::fp

#endif // XLATE_LIB_OPS_SOFTFLOAT_H
