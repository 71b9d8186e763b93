//===- RulesTest.cpp - What is particular to Arm floating point -----------===//
//
// Expected values are worked out by hand from the Arm ARM shared pseudocode.
//
//===----------------------------------------------------------------------===//

#include "FpTest.h"
#include "SoftFloatArith.h"
#include "SoftFloatConvert.h"
#include "gtest/gtest.h"

using namespace xlate;
using namespace xlate::fptest;

constexpr uint32_t One = 0x3f800000, Inf = 0x7f800000, NegInf = 0xff800000,
                   Def = 0x7fc00000;
constexpr uint32_t QNaN1 = 0x7fc00001, QNaN2 = 0xffc00002, SNaN1 = 0x7f800003,
                   SNaN2 = 0xff800004;
constexpr uint32_t Quiet = 0x00400000, Denorm = 0x00000001,
                   MinNormal = 0x00800000;
constexpr uint32_t MaxNormal = 0x7f7fffff, NegZero = 0x80000000;

/// Result and flags of a function of an Env.
struct Outcome {
  uint64_t Result;
  uint32_t Flags;
  bool operator==(const Outcome &) const = default;
};
static void PrintTo(const Outcome &O, std::ostream *OS) {
  *OS << std::hex << O.Result << " flags " << O.Flags;
}
template <class Fn> static Outcome run(uint32_t Fpcr, Fn &&Call) {
  Env E(Fpcr);
  const uint64_t R = Call(E);
  return {R, E.Flags};
}
static Outcome addS(uint32_t A, uint32_t B, uint32_t Fpcr = 0) {
  return run(Fpcr, [&](Env &E) { return add<Single>(E, A, B); });
}
static Outcome mulS(uint32_t A, uint32_t B, uint32_t Fpcr = 0) {
  return run(Fpcr, [&](Env &E) { return mul<Single>(E, A, B); });
}
static Outcome fmaS(uint32_t C, uint32_t A, uint32_t B, uint32_t Fpcr = 0) {
  return run(Fpcr, [&](Env &E) { return mulAdd<Single>(E, C, A, B); });
}

TEST(NaN, SignallingBeforeQuietFirstBeforeSecond) {
  EXPECT_EQ(addS(QNaN1, QNaN2), (Outcome{QNaN1, 0}));
  EXPECT_EQ(addS(One, QNaN2), (Outcome{QNaN2, 0}));
  EXPECT_EQ(addS(QNaN1, SNaN2), (Outcome{SNaN2 | Quiet, InvalidOp}));
  EXPECT_EQ(addS(SNaN1, SNaN2), (Outcome{SNaN1 | Quiet, InvalidOp}));
  EXPECT_EQ(addS(SNaN1, QNaN2), (Outcome{SNaN1 | Quiet, InvalidOp}));
}

TEST(NaN, DefaultIsPositive) {
  EXPECT_EQ(addS(Inf, NegInf), (Outcome{Def, InvalidOp}));
  EXPECT_EQ(mulS(Inf, 0), (Outcome{Def, InvalidOp}));
  EXPECT_EQ(addS(QNaN2, One, FpcrDn), (Outcome{Def, 0}));
  EXPECT_EQ(addS(SNaN2, One, FpcrDn), (Outcome{Def, InvalidOp}));
}

TEST(NaN, FusedMultiplyAdd) {
  EXPECT_EQ(fmaS(QNaN1, QNaN2, One), (Outcome{QNaN1, 0})); // addend first
  EXPECT_EQ(fmaS(QNaN1, One, SNaN2), (Outcome{SNaN2 | Quiet, InvalidOp}));
  EXPECT_EQ(fmaS(SNaN1, SNaN2, One), (Outcome{SNaN1 | Quiet, InvalidOp}));
  EXPECT_EQ(fmaS(One, QNaN2, QNaN1), (Outcome{QNaN2, 0}));
  EXPECT_EQ(fmaS(QNaN1, Inf, 0),
            (Outcome{Def, InvalidOp})); // invalid product wins
  EXPECT_EQ(fmaS(SNaN1, Inf, 0), (Outcome{SNaN1 | Quiet, InvalidOp}));
  EXPECT_EQ(fmaS(NegInf, Inf, One), (Outcome{Def, InvalidOp}));
}

TEST(NaN, MaxNumPrefersNumbers) {
  auto MaxNm = [](uint32_t A, uint32_t B) {
    return run(0, [&](Env &E) { return maxNum<Single>(E, A, B); });
  };
  EXPECT_EQ(MaxNm(QNaN1, One), (Outcome{One, 0}));
  EXPECT_EQ(MaxNm(NegInf, QNaN1), (Outcome{NegInf, 0}));
  EXPECT_EQ(MaxNm(QNaN2, QNaN1), (Outcome{QNaN2, 0}));
  EXPECT_EQ(MaxNm(SNaN1, One), (Outcome{SNaN1 | Quiet, InvalidOp}));
  EXPECT_EQ(MaxNm(QNaN1, SNaN2), (Outcome{SNaN2 | Quiet, InvalidOp}));
}

TEST(Flush, InputsAndOutputs) {
  // Inputs: IDC and nothing else; outputs: UFC without IXC, before rounding.
  EXPECT_EQ(addS(Denorm, NegZero, FpcrFz), (Outcome{0, InputDenorm}));
  EXPECT_EQ(mulS(MinNormal, 0x3f000000, FpcrFz), (Outcome{0, Underflow}));
  EXPECT_EQ(mulS(MinNormal, 0xbf000000, FpcrFz), (Outcome{NegZero, Underflow}));
  // 2^-126 * (1 - 2^-24) rounds to the smallest normal, but is tiny before.
  EXPECT_EQ(mulS(MinNormal, 0x3f7fffff, 0),
            (Outcome{MinNormal, Underflow | Inexact}));
  EXPECT_EQ(mulS(MinNormal, 0x3f7fffff, FpcrFz), (Outcome{0, Underflow}));
  EXPECT_EQ(addS(Denorm, Denorm), (Outcome{2, 0})); // exact: no underflow
}

TEST(Flush, HalfHasItsOwnControl) {
  auto AddH = [](uint16_t A, uint16_t B, uint32_t Fpcr) {
    return run(Fpcr, [&](Env &E) { return add<Half>(E, A, B); });
  };
  EXPECT_EQ(AddH(1, 1, FpcrFz), (Outcome{2, 0}));
  EXPECT_EQ(AddH(1, 1, FpcrFz16), (Outcome{0, 0})); // without IDC
  // Conversions ignore FZ16.
  EXPECT_EQ(run(FpcrFz16,
                [](Env &E) { return convert<Single, Half>(E, 1, Mode::Even); }),
            (Outcome{0x33800000, 0}));
}

TEST(Rounding, OverflowAndZeroSum) {
  const uint32_t Up = fpcrFor(Mode::Up), Down = fpcrFor(Mode::Down),
                 Zero = fpcrFor(Mode::Zero);
  EXPECT_EQ(mulS(MaxNormal, MaxNormal), (Outcome{Inf, Overflow | Inexact}));
  EXPECT_EQ(mulS(MaxNormal, MaxNormal, Zero),
            (Outcome{MaxNormal, Overflow | Inexact}));
  EXPECT_EQ(mulS(MaxNormal, MaxNormal, Down),
            (Outcome{MaxNormal, Overflow | Inexact}));
  EXPECT_EQ(mulS(MaxNormal | NegZero, MaxNormal, Up),
            (Outcome{MaxNormal | NegZero, Overflow | Inexact}));
  EXPECT_EQ(addS(One, One | NegZero), (Outcome{0, 0}));
  EXPECT_EQ(addS(One, One | NegZero, Down), (Outcome{NegZero, 0}));
  EXPECT_EQ(fmaS(One, One, One | NegZero, Down), (Outcome{NegZero, 0}));
}

TEST(Rounding, ToOdd) {
  auto Xn = [](uint64_t V) {
    return run(
        0, [&](Env &E) { return convert<Single, Double>(E, V, Mode::Odd); });
  };
  EXPECT_EQ(Xn(0x3ff0000000000001), (Outcome{0x3f800001, Inexact}));
  EXPECT_EQ(Xn(0x3ff000003fffffff), (Outcome{0x3f800001, Inexact}));
  EXPECT_EQ(Xn(0x3ff0000020000000), (Outcome{0x3f800001, 0}));
  EXPECT_EQ(Xn(0x7fefffffffffffff), (Outcome{MaxNormal, Overflow | Inexact}));
  EXPECT_EQ(Xn(0x0000000000000001), (Outcome{1, Underflow | Inexact}));
}

TEST(Steps, InfinityTimesZero) {
  auto Recps = [](uint32_t A, uint32_t B) {
    return run(0, [&](Env &E) { return recipStep<Single>(E, A, B); });
  };
  auto Rsqrts = [](uint32_t A, uint32_t B) {
    return run(0, [&](Env &E) { return rsqrtStep<Single>(E, A, B); });
  };
  EXPECT_EQ(Recps(Inf, 0), (Outcome{0x40000000, 0}));
  EXPECT_EQ(Rsqrts(NegZero, Inf), (Outcome{0x3fc00000, 0}));
  EXPECT_EQ(Recps(One, One), (Outcome{One, 0}));
  EXPECT_EQ(Rsqrts(One, One), (Outcome{One, 0}));
  EXPECT_EQ(Recps(QNaN1, One), (Outcome{QNaN1 | NegZero, 0})); // negated first
  EXPECT_EQ(run(0, [](Env &E) { return mul<Single>(E, NegInf, 0, true); }),
            (Outcome{0xc0000000, 0})); // FMULX
}

TEST(AlternativeHalf, NoInfinityNoNaN) {
  auto ToHalf = [](uint32_t V) {
    return run(FpcrAhp,
               [&](Env &E) { return convert<Half, Single>(E, V, Mode::Even); });
  };
  EXPECT_EQ(ToHalf(Inf), (Outcome{0x7fff, InvalidOp}));
  EXPECT_EQ(ToHalf(QNaN2), (Outcome{0x8000, InvalidOp}));
  EXPECT_EQ(ToHalf(0x47ffe000), (Outcome{0x7fff, 0})); // 131008, the largest
  EXPECT_EQ(ToHalf(0x48000000), (Outcome{0x7fff, InvalidOp}));
  EXPECT_EQ(
      run(FpcrAhp,
          [](Env &E) { return convert<Single, Half>(E, 0x7c00, Mode::Even); }),
      (Outcome{0x47800000, 0})); // 65536
}

TEST(Estimates, Specials) {
  auto Recpe = [](uint32_t V, uint32_t Fpcr) {
    return run(Fpcr, [&](Env &E) { return recipEstimate<Single>(E, V); });
  };
  EXPECT_EQ(Recpe(One, 0), (Outcome{0x3f7f8000, 0}));
  EXPECT_EQ(Recpe(NegZero, 0), (Outcome{NegInf, DivByZero}));
  EXPECT_EQ(Recpe(Denorm, 0), (Outcome{Inf, Overflow | Inexact}));
  EXPECT_EQ(Recpe(Denorm, fpcrFor(Mode::Zero)),
            (Outcome{MaxNormal, Overflow | Inexact}));
  EXPECT_EQ(Recpe(Denorm, FpcrFz), (Outcome{Inf, DivByZero | InputDenorm}));
  EXPECT_EQ(Recpe(MaxNormal, 0), (Outcome{0x00200000, 0})); // denormal, no flag
  EXPECT_EQ(Recpe(MaxNormal, FpcrFz), (Outcome{0, Underflow}));
  auto Rsqrte = [](uint32_t V) {
    return run(0, [&](Env &E) { return rsqrtEstimate<Single>(E, V); });
  };
  EXPECT_EQ(Rsqrte(One), (Outcome{0x3f7f8000, 0}));
  EXPECT_EQ(Rsqrte(NegZero), (Outcome{NegInf, DivByZero}));
  EXPECT_EQ(Rsqrte(One | NegZero), (Outcome{Def, InvalidOp}));
  EXPECT_EQ(Rsqrte(Inf), (Outcome{0, 0}));
}

TEST(Compare, SignalsForQuietNaNOnlyIfAsked) {
  auto Cmp = [](uint32_t A, uint32_t B, bool Signalling, uint32_t Fpcr = 0) {
    return run(Fpcr,
               [&](Env &E) { return compare<Single>(E, A, B, Signalling); });
  };
  EXPECT_EQ(Cmp(QNaN1, One, false), (Outcome{3, 0}));
  EXPECT_EQ(Cmp(QNaN1, One, true), (Outcome{3, InvalidOp}));
  EXPECT_EQ(Cmp(One, SNaN2, false), (Outcome{3, InvalidOp}));
  EXPECT_EQ(Cmp(0, NegZero, true), (Outcome{6, 0}));
  EXPECT_EQ(Cmp(0, Denorm, false, FpcrFz), (Outcome{6, InputDenorm}));
}
