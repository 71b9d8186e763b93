//===- ArithTest.cpp - Software FP arithmetic against the host ------------===//

#include "FpTest.h"
#include "SoftFloatArith.h"
#include "SoftFloatConvert.h"
#include "gtest/gtest.h"

using namespace xlate;
using namespace xlate::fptest;

constexpr unsigned Rounds = 200000;

/// Compare one result. NaNs differ between the architectures by design (see
/// RulesTest), and x86 misses the underflow of a tiny result that rounds up to
/// the smallest normal.
template <class F>
static ::testing::AssertionResult same(BitsOf<F> Host, uint32_t HostFlags,
                                       BitsOf<F> Soft, uint32_t Flags,
                                       bool SkipInvalid = false) {
  if (smallestNormal<F>(Soft) && (Flags & Inexact))
    HostFlags |= Flags & Underflow;
  if (SkipInvalid && isNaN<F>(Soft))
    HostFlags = Flags;
  if (HostFlags == Flags &&
      (Host == Soft || (isNaN<F>(Host) && isNaN<F>(Soft))))
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << std::hex << "host " << +Host << " flags " << HostFlags
         << ", software " << +Soft << " flags " << Flags;
}

template <class F> class Arith : public ::testing::Test {};
using HostFormats = ::testing::Types<Single, Double>;
TYPED_TEST_SUITE(Arith, HostFormats);

template <class F, class HostFn, class SoftFn>
static void binary(uint64_t Seed, HostFn &&Host, SoftFn &&Soft) {
  Operands Next(Seed);
  for (unsigned I = 0; I != Rounds; ++I)
    for (Mode M : HostModes) {
      auto A = Next.next<F>(), B = Next.next<F>();
      if (I % 8 == 0) // cancellation
        B = BitsOf<F>((A ^ SignBit<F>)+(I / 8) % 5 - 2);
      uint32_t HostFlags;
      const auto H = onHost(M, HostFlags, [&] { return Host(A, B); });
      Env E(fpcrFor(M));
      const auto S = Soft(E, A, B);
      ASSERT_TRUE(same<F>(H, HostFlags, S, E.Flags))
          << std::hex << "operands " << +A << ' ' << +B << " mode "
          << static_cast<int>(M);
    }
}

TYPED_TEST(Arith, Add) {
  using F = TypeParam;
  binary<F>(
      1, [](auto A, auto B) { return host::add(F{}, A, B); },
      [](Env &E, auto A, auto B) { return add<F>(E, A, B); });
}
TYPED_TEST(Arith, Sub) {
  using F = TypeParam;
  binary<F>(
      2, [](auto A, auto B) { return host::sub(F{}, A, B); },
      [](Env &E, auto A, auto B) { return add<F>(E, A, B, true); });
}
TYPED_TEST(Arith, Mul) {
  using F = TypeParam;
  auto Host = [](auto A, auto B) { return host::mul(F{}, A, B); };
  auto Soft = [](Env &E, auto A, auto B) { return mul<F>(E, A, B); };
  binary<F>(3, Host, Soft);
  // Products around the smallest normal.
  Operands Next(30);
  for (unsigned I = 0; I != Rounds; ++I)
    for (Mode M : HostModes) {
      const auto A = pack<F>(I & 1, 1 + Next.bits() % (Bias<F> - 1),
                             Next.bits() & FracMask<F>);
      Env Ignore(0);
      const auto B = BitsOf<F>(div<F>(Ignore, pack<F>(false, 1, 0), A) +
                               Next.bits() % 7 - 3);
      uint32_t HostFlags;
      const auto H = onHost(M, HostFlags, [&] { return Host(A, B); });
      Env E(fpcrFor(M));
      const auto S = Soft(E, A, B);
      ASSERT_TRUE(same<F>(H, HostFlags, S, E.Flags))
          << std::hex << +A << ' ' << +B;
    }
}
TYPED_TEST(Arith, Div) {
  using F = TypeParam;
  binary<F>(4, [](auto A, auto B) { return host::div(F{}, A, B); }, div<F>);
}
TYPED_TEST(Arith, Sqrt) {
  using F = TypeParam;
  binary<F>(
      5, [](auto A, auto) { return host::sqrt(F{}, A); },
      [](Env &E, auto A, auto) { return fp::sqrt<F>(E, A); });
}

TYPED_TEST(Arith, MulAdd) {
  using F = TypeParam;
  if (!host::hasFma())
    GTEST_SKIP() << "no FMA3";
  Operands Next(6);
  for (unsigned I = 0; I != Rounds; ++I)
    for (Mode M : HostModes) {
      auto A = Next.next<F>(), B = Next.next<F>(), C = Next.next<F>();
      if (I % 3 == 0) { // the addend cancels the product but for its last bits
        Env Ignore(0);
        C = BitsOf<F>((mul<F>(Ignore, A, B) ^ SignBit<F>)+(I / 3) % 3 - 1);
      }
      uint32_t HostFlags;
      const auto H =
          onHost(M, HostFlags, [&] { return host::mulAdd(F{}, C, A, B); });
      Env E(fpcrFor(M));
      const auto S = mulAdd<F>(E, C, A, B);
      // Infinity times zero plus a NaN is invalid on Arm only.
      ASSERT_TRUE(same<F>(H, HostFlags, S, E.Flags, true))
          << std::hex << +A << " * " << +B << " + " << +C << " mode "
          << static_cast<int>(M);
    }
}

TYPED_TEST(Arith, Compare) {
  using F = TypeParam;
  using T = std::conditional_t<std::is_same_v<F, Single>, float, double>;
  Operands Next(7);
  for (unsigned I = 0; I != Rounds; ++I) {
    const auto A = Next.next<F>(), B = I % 4 ? Next.next<F>() : A;
    const T X = std::bit_cast<T>(A), Y = std::bit_cast<T>(B);
    Env E(0);
    const unsigned Expect = X == Y ? 6 : X < Y ? 8 : X > Y ? 2 : 3;
    ASSERT_EQ(compare<F>(E, A, B, false), Expect)
        << std::hex << +A << ' ' << +B;
    if (Expect != 3) {
      ASSERT_EQ(max<F>(E, A, B), X == Y ? BitsOf<F>(A & B) : X > Y ? A : B);
      ASSERT_EQ(max<F>(E, A, B, true), X == Y  ? BitsOf<F>(A | B)
                                       : X < Y ? A
                                               : B);
      ASSERT_EQ(E.Flags, 0u);
    }
  }
}

/// Half arithmetic by way of doubles: sums and products of halves are exact
/// there, quotients and square roots accurate enough for a second rounding to
/// the nearest. (Directed rounding of the latter two would need the exact
/// remainder.)
TEST(HalfArith, ThroughDouble) {
  Operands Next(8);
  auto Wide = [](uint16_t V) {
    Env E(0);
    return convert<Double, Half>(E, V, Mode::Even);
  };
  for (unsigned I = 0; I != 4 * Rounds; ++I) {
    const auto A = Next.next<Half>(), B = Next.next<Half>();
    const double X = std::bit_cast<double>(Wide(A)),
                 Y = std::bit_cast<double>(Wide(B));
    if (isNaN<Half>(A) || isNaN<Half>(B))
      continue;
    auto Check = [&](uint16_t Soft, const Env &E, double Exactly, Mode M) {
      Env N(fpcrFor(M));
      const uint16_t H =
          convert<Half, Double>(N, std::bit_cast<uint64_t>(Exactly), M);
      if (isNaN<Half>(H)) {
        ASSERT_TRUE(isNaN<Half>(Soft));
        return;
      }
      ASSERT_EQ(Soft, H) << std::hex << A << ' ' << B << ' '
                         << static_cast<int>(M);
      ASSERT_EQ(E.Flags & ~DivByZero, N.Flags) << std::hex << A << ' ' << B;
    };
    for (Mode M : HostModes) {
      Env E(fpcrFor(M)), P(fpcrFor(M));
      if (X + Y != 0)
        Check(add<Half>(E, A, B), E, X + Y, M);
      Check(mul<Half>(P, A, B), P, X * Y, M);
    }
    Env E(0), P(0);
    Check(div<Half>(E, A, B), E, X / Y, Mode::Even);
    Check(fp::sqrt<Half>(P, A), P, __builtin_sqrt(X), Mode::Even);
  }
}
