//===- ConvertTest.cpp - Software FP conversions against the host ---------===//

#include "FpTest.h"
#include "SoftFloatArith.h"
#include "SoftFloatConvert.h"
#include "gtest/gtest.h"
#include <cfenv>
#include <cmath>

using namespace xlate;
using namespace xlate::fptest;

constexpr unsigned Rounds = 100000;

TEST(Convert, DoubleToSingle) {
  Operands Next(1);
  for (unsigned I = 0; I != Rounds; ++I)
    for (Mode M : HostModes) {
      uint64_t A = Next.next<Double>();
      if (I & 1) // exponents around those of a single
        A = pack<Double>(A >> 63, Bias<Double> - 155 + A % 310,
                         A & FracMask<Double>);
      uint32_t HostFlags;
      const uint32_t H = onHost(M, HostFlags, [&] { return host::narrow(A); });
      Env E(fpcrFor(M));
      const uint32_t S = convert<Single, Double>(E, A, M);
      ASSERT_EQ(S, H) << std::hex << A;
      if (smallestNormal<Single>(S))
        HostFlags |= E.Flags & Underflow; // tiny before rounding only
      ASSERT_EQ(E.Flags, HostFlags) << std::hex << A;
    }
}

TEST(Convert, SingleToDouble) {
  Operands Next(2);
  for (unsigned I = 0; I != Rounds; ++I) {
    const auto A = Next.next<Single>();
    uint32_t HostFlags;
    const uint64_t H =
        onHost(Mode::Even, HostFlags, [&] { return host::widen(A); });
    Env E(0);
    ASSERT_EQ((convert<Double, Single>(E, A, Mode::Even)), H) << std::hex << A;
    ASSERT_EQ(E.Flags, HostFlags) << std::hex << A;
  }
}

/// Every half, there and back again.
TEST(Convert, HalfRoundTrip) {
  for (uint32_t Fpcr : {0u, FpcrAhp})
    for (unsigned V = 0; V != 0x10000; ++V) {
      Env E(Fpcr);
      const uint32_t S =
          convert<Single, Half>(E, static_cast<uint16_t>(V), Mode::Even);
      const uint64_t D =
          convert<Double, Half>(E, static_cast<uint16_t>(V), Mode::Even);
      const bool Nan = !Fpcr && isNaN<Half>(static_cast<uint16_t>(V));
      const unsigned Back = Nan ? V | QuietBit<Half> : V;
      ASSERT_EQ((convert<Half, Single>(E, S, Mode::Even)), Back);
      ASSERT_EQ((convert<Half, Double>(E, D, Mode::Even)), Back);
      if (!Nan) {
        ASSERT_EQ(static_cast<double>(std::bit_cast<float>(S)),
                  std::bit_cast<double>(D));
        ASSERT_EQ(E.Flags, 0u);
      }
    }
}

/// The value of an integer conversion, worked out in x87 extended precision,
/// which holds every double and its integral part exactly.
static long double integral(double V, Mode M) {
  const long double X = V;
  switch (M) {
  case Mode::Up:
    return ceill(X);
  case Mode::Down:
    return floorl(X);
  case Mode::Zero:
    return truncl(X);
  case Mode::Away:
    return roundl(X);
  default:
    return roundevenl(X);
  }
}

constexpr Mode IntModes[] = {Mode::Even, Mode::Up, Mode::Down, Mode::Zero,
                             Mode::Away};

TEST(Convert, DoubleToFixed) {
  Operands Next(3);
  for (unsigned I = 0; I != Rounds; ++I)
    for (Mode M : IntModes)
      for (unsigned Bits : {16u, 32u, 64u})
        for (bool Signed : {false, true}) {
          const auto A = Next.next<Double>();
          const double X = std::bit_cast<double>(A);
          const unsigned FBits = I % 3 ? 0 : 1 + Next.bits() % Bits;
          Env E(0);
          const uint64_t S = toFixed<Double>(E, A, FBits, Signed, Bits, M);
          if (std::isnan(X)) {
            ASSERT_EQ(S, 0u);
            ASSERT_EQ(E.Flags, InvalidOp);
            continue;
          }
          const double Scaled =
              std::ldexp(X, static_cast<int>(FBits)); // may become infinite
          const long double Int = integral(Scaled, M);
          const long double Top =
              std::ldexp(1.0L, static_cast<int>(Bits - Signed));
          const long double Bottom = Signed ? -Top : 0;
          uint64_t Expect, Flags = 0;
          const uint64_t Mask = ~0ull >> (64 - Bits);
          if (Int >= Top || Int < Bottom) {
            Flags = InvalidOp;
            Expect = (Int < 0  ? (Signed ? 1ull << (Bits - 1) : 0)
                      : Signed ? Mask >> 1
                               : Mask);
          } else {
            Flags = Int != Scaled ? uint32_t(Inexact) : 0;
            Expect = (Int < 0 ? static_cast<uint64_t>(static_cast<int64_t>(Int))
                              : static_cast<uint64_t>(Int)) &
                     Mask;
          }
          ASSERT_EQ(S, Expect)
              << std::hexfloat << X << " fbits " << FBits << " bits " << Bits
              << " signed " << Signed << " mode " << static_cast<int>(M);
          ASSERT_EQ(E.Flags, Flags) << std::hexfloat << X;
        }
}

TEST(Convert, RoundToIntegral) {
  Operands Next(4);
  for (unsigned I = 0; I != Rounds; ++I)
    for (Mode M : IntModes) {
      const auto A = Next.next<Double>();
      const double X = std::bit_cast<double>(A);
      if (std::isnan(X))
        continue;
      Env E(0);
      const uint64_t S = roundInt<Double>(E, A, M, true);
      const double Expect = static_cast<double>(integral(X, M));
      ASSERT_EQ(S, std::bit_cast<uint64_t>(Expect)) << std::hexfloat << X;
      ASSERT_EQ(E.Flags, Expect != X ? Inexact : 0u);
      Env N(0);
      const uint64_t T = roundIntN<Double>(N, A, M, 32);
      const bool Fits = Expect >= -0x1p31 && Expect < 0x1p31;
      ASSERT_EQ(T, std::bit_cast<uint64_t>(Fits ? Expect : -0x1p31))
          << std::hexfloat << X;
      ASSERT_EQ(N.Flags, !Fits ? InvalidOp : Expect != X ? Inexact : 0u);
    }
}

TEST(Convert, FromInteger) {
  Operands Next(5);
  for (unsigned I = 0; I != Rounds; ++I)
    for (Mode M : HostModes) {
      const auto V = static_cast<int64_t>(Next.bits()) >> Next.bits() % 64;
      const bool Sign = V < 0;
      const uint64_t Mag =
          Sign ? -static_cast<uint64_t>(V) : static_cast<uint64_t>(V);
      uint32_t Flags;
      Env E(fpcrFor(M)), N(fpcrFor(M));
      const uint64_t D =
          onHost(M, Flags, [&] { return host::fromInt(Double{}, V); });
      ASSERT_EQ(fromFixed<Double>(E, Mag, Sign, 0), D) << V;
      ASSERT_EQ(E.Flags, Flags) << V;
      const uint32_t S =
          onHost(M, Flags, [&] { return host::fromInt(Single{}, V); });
      ASSERT_EQ(fromFixed<Single>(N, Mag, Sign, 0), S) << V;
      ASSERT_EQ(N.Flags, Flags) << V;
    }
}

TEST(Convert, JavaScript) {
  Operands Next(6);
  for (unsigned I = 0; I != 10 * Rounds; ++I) {
    const auto A = Next.next<Double>();
    const double X = std::bit_cast<double>(A);
    Env E(0);
    const uint64_t R = toInt32Js(E, A);
    if (!std::isfinite(X)) {
      ASSERT_EQ(R, 0u);
      continue;
    }
    // ECMAScript ToInt32.
    const double Mod = std::fmod(std::trunc(X), 0x1p32);
    ASSERT_EQ(static_cast<uint32_t>(R),
              static_cast<uint32_t>(static_cast<int64_t>(Mod)))
        << std::hexfloat << X;
    const bool Exact = X == std::trunc(X) &&
                       std::fabs(X + 0.5) < 0x1p31 + 0.5 && A != 1ull << 63;
    ASSERT_EQ(R >> 32, uint64_t(Exact && X >= -0x1p31 && X < 0x1p31))
        << std::hexfloat << X;
  }
}

/// Estimates are within 2^-8 of the true value and agree between formats.
TEST(Estimate, Accuracy) {
  for (unsigned V = 1; V != 0x7c00; ++V) {
    Env E(0);
    const uint64_t D =
        convert<Double, Half>(E, static_cast<uint16_t>(V), Mode::Even);
    const double X = std::bit_cast<double>(D);
    const double R = std::bit_cast<double>(recipEstimate<Double>(E, D));
    const double Q = std::bit_cast<double>(rsqrtEstimate<Double>(E, D));
    ASSERT_LT(std::fabs(R * X - 1), 0x1p-8) << X;
    ASSERT_LT(std::fabs(Q * Q * X - 1), 0x1p-7) << X;
    ASSERT_EQ(std::bit_cast<uint64_t>(R) & FracMask<Double> >> 8, 0u)
        << "more than 8 bits";
    const uint16_t HalfQ = rsqrtEstimate<Half>(E, static_cast<uint16_t>(V));
    ASSERT_EQ((convert<Double, Half>(E, HalfQ, Mode::Even)),
              std::bit_cast<uint64_t>(Q))
        << X;
    ASSERT_EQ(E.Flags, 0u);
  }
}
