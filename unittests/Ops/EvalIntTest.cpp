//===- EvalIntTest.cpp - Evaluators of integer primitives -----------------===//

#include "xlate/Ops/Eval.h"
#include "gtest/gtest.h"
#include <cstring>

using namespace xlate;

namespace {

constexpr uint64_t Min64 = uint64_t(1) << 63, Max64 = ~uint64_t(0);
constexpr uint64_t Min32 = 0x80000000, Max32 = 0xffffffff;

/// Runs a primitive with result type T on up to three X/W/B operands.
uint64_t run(Op O, Ty T, uint64_t A, uint64_t B = 0, uint64_t C = 0,
             int64_t Imm = 0, unsigned L = 0, unsigned N = 0) {
  const Uop U{O, T, static_cast<uint8_t>(L), static_cast<uint8_t>(N), {}, Imm};
  CpuState S{};
  Value Va{}, Vb{}, Vc{}, R;
  Va.X = A;
  Vb.X = B;
  Vc.X = C;
  std::memset(&R, 0xcc, sizeof R);
  EvalTable[static_cast<unsigned>(O)](&S, &R, &Va, &Vb, &Vc, packParam(U));
  return R.X;
}

uint64_t x(Op O, uint64_t A, uint64_t B = 0) { return run(O, Ty::X, A, B); }
uint64_t w(Op O, uint64_t A, uint64_t B = 0) { return run(O, Ty::W, A, B); }

TEST(EvalInt, ArithmeticWrapsAtItsWidth) {
  EXPECT_EQ(x(Op::add, Max64, 1), 0u);
  EXPECT_EQ(w(Op::add, Max32, 1), 0u);
  EXPECT_EQ(x(Op::sub, 0, 1), Max64);
  EXPECT_EQ(w(Op::sub, 0, 1), Max32);
  EXPECT_EQ(x(Op::mul, 0x100000001, 0x100000001), 0x200000001u);
  EXPECT_EQ(w(Op::mul, 0x10001, 0x10001), 0x20001u);
  EXPECT_EQ(x(Op::neg, 1), Max64);
  EXPECT_EQ(w(Op::neg, 1), Max32);
  EXPECT_EQ(w(Op::neg, Min32), Min32);
}

TEST(EvalInt, DivisionNeverTraps) {
  EXPECT_EQ(x(Op::udiv, 7, 0), 0u);
  EXPECT_EQ(w(Op::sdiv, 7, 0), 0u);
  EXPECT_EQ(x(Op::sdiv, Min64, Max64), Min64);
  EXPECT_EQ(w(Op::sdiv, Min32, Max32), Min32);
  EXPECT_EQ(x(Op::sdiv, static_cast<uint64_t>(-7), 2),
            static_cast<uint64_t>(-3));
  EXPECT_EQ(w(Op::sdiv, static_cast<uint32_t>(-7), 2),
            static_cast<uint32_t>(-3));
  EXPECT_EQ(w(Op::udiv, Max32, 2), 0x7fffffffu);
}

TEST(EvalInt, HighProducts) {
  EXPECT_EQ(x(Op::umulh, Max64, Max64), Max64 - 1);
  EXPECT_EQ(x(Op::smulh, Max64, Max64), 0u);
  EXPECT_EQ(x(Op::smulh, Min64, Min64), uint64_t(1) << 62);
  EXPECT_EQ(x(Op::smulh, Min64, 1), Max64);
}

TEST(EvalInt, ShiftCountsAreModuloTheWidth) {
  EXPECT_EQ(x(Op::shl, 1, 65), 2u);
  EXPECT_EQ(w(Op::shl, 3, 63), Min32);
  EXPECT_EQ(x(Op::lshr, Min64, 127), 1u);
  EXPECT_EQ(w(Op::ashr, Min32, 31), Max32);
  EXPECT_EQ(x(Op::ashr, Min64, 63), Max64);
  EXPECT_EQ(w(Op::ashr, Min32, 32), Min32);
  EXPECT_EQ(x(Op::ror, 1, 1), Min64);
  EXPECT_EQ(w(Op::ror, 1, 33), Min32);
  EXPECT_EQ(w(Op::ror, 0x12345678, 32), 0x12345678u);
}

TEST(EvalInt, WithCarry) {
  EXPECT_EQ(run(Op::adc, Ty::X, Max64, Max64, 0), Max64 + Max64);
  EXPECT_EQ(run(Op::adc, Ty::X, ~uint64_t(0), 0, 1), 0u);
  EXPECT_EQ(run(Op::adc, Ty::W, 0xffffffff, 0xffffffff, 1), 0xffffffffu);
  EXPECT_EQ(run(Op::sbc, Ty::X, 5, 3, 1), 2u);
  EXPECT_EQ(run(Op::sbc, Ty::X, 5, 3, 0), 1u);
  EXPECT_EQ(run(Op::sbc, Ty::W, 0, 0, 0), 0xffffffffu);
}

TEST(EvalInt, Extr) {
  EXPECT_EQ(run(Op::extr, Ty::X, 0x1122334455667788, 0x99aabbccddeeff00, 0, 8),
            0x8899aabbccddeeffu);
  EXPECT_EQ(run(Op::extr, Ty::W, 0x11223344, 0x55667788, 0, 4), 0x45566778u);
  EXPECT_EQ(run(Op::extr, Ty::X, 1, 2, 0, 0), 2u);
  EXPECT_EQ(run(Op::extr, Ty::X, 1, 0, 0, 63), 2u);
}

TEST(EvalInt, Logic) {
  EXPECT_EQ(w(Op::not_, 0), Max32);
  EXPECT_EQ(x(Op::not_, 0), Max64);
  EXPECT_EQ(run(Op::not_, Ty::B, 0), 1u);
  EXPECT_EQ(run(Op::not_, Ty::B, 1), 0u);
  EXPECT_EQ(w(Op::orNot, 0, 0), Max32);
  EXPECT_EQ(w(Op::xorNot, 5, 3), 0xfffffff9u);
  EXPECT_EQ(x(Op::andNot, 7, 5), 2u);
  EXPECT_EQ(run(Op::xorNot, Ty::B, 1, 1), 1u);
  EXPECT_EQ(run(Op::select, Ty::X, 1, 5, 6), 5u);
  EXPECT_EQ(run(Op::select, Ty::X, 0, 5, 6), 6u);
}

TEST(EvalInt, CountsAndReversals) {
  EXPECT_EQ(x(Op::clz, 0), 64u);
  EXPECT_EQ(w(Op::clz, 0), 32u);
  EXPECT_EQ(w(Op::clz, 1), 31u);
  EXPECT_EQ(x(Op::ctz, 0), 64u);
  EXPECT_EQ(w(Op::ctz, 0), 32u);
  EXPECT_EQ(x(Op::ctz, Min64), 63u);
  EXPECT_EQ(x(Op::cls, 0), 63u);
  EXPECT_EQ(x(Op::cls, Max64), 63u);
  EXPECT_EQ(w(Op::cls, Max32), 31u);
  EXPECT_EQ(w(Op::cls, 0x40000000), 0u);
  EXPECT_EQ(w(Op::cls, 0xf0000000), 3u);
  EXPECT_EQ(x(Op::popcnt, Max64), 64u);
  EXPECT_EQ(w(Op::popcnt, 0x101), 2u);
  EXPECT_EQ(x(Op::rbit, 0x1), Min64);
  EXPECT_EQ(x(Op::rbit, 0x0123456789abcdef), 0xf7b3d591e6a2c480u);
  EXPECT_EQ(w(Op::rbit, 0x89abcdef), 0xf7b3d591u);
  EXPECT_EQ(x(Op::bswap, 0x0102030405060708), 0x0807060504030201u);
  EXPECT_EQ(w(Op::bswap, 0x01020304), 0x04030201u);
  EXPECT_EQ(x(Op::bswap16, 0x0102030405060708), 0x0201040306050807u);
  EXPECT_EQ(w(Op::bswap16, 0x01020304), 0x02010403u);
  EXPECT_EQ(x(Op::bswap32, 0x0102030405060708), 0x0403020108070605u);
}

TEST(EvalInt, Conversions) {
  EXPECT_EQ(x(Op::sext8, 0x80), static_cast<uint64_t>(-128));
  EXPECT_EQ(w(Op::sext8, 0x80), 0xffffff80u);
  EXPECT_EQ(w(Op::sext16, 0x18000), 0xffff8000u);
  EXPECT_EQ(x(Op::zext8, Max64), 0xffu);
  EXPECT_EQ(x(Op::zext16, Max64), 0xffffu);
  EXPECT_EQ(x(Op::sextW, Min32), 0xffffffff80000000u);
  EXPECT_EQ(x(Op::zextW, Max64), Max32);
  EXPECT_EQ(w(Op::truncX, 0x123456789), 0x23456789u);
  EXPECT_EQ(w(Op::boolToW, 1), 1u);
  EXPECT_EQ(x(Op::boolToX, 0), 0u);
}

TEST(EvalInt, ComparisonsKnowTheirWidth) {
  auto Cmp = [](Op O, Lane L, uint64_t A, uint64_t B) {
    return run(O, Ty::B, A, B, 0, 0, L);
  };
  EXPECT_EQ(Cmp(Op::cmpSlt, L32, Max32, 0), 1u);
  EXPECT_EQ(Cmp(Op::cmpSlt, L64, Max32, 0), 0u);
  EXPECT_EQ(Cmp(Op::cmpSle, L32, 0, Max32), 0u);
  EXPECT_EQ(Cmp(Op::cmpSle, L64, Min64, Min64), 1u);
  EXPECT_EQ(Cmp(Op::cmpUlt, L32, Max32, 0), 0u);
  EXPECT_EQ(Cmp(Op::cmpUle, L64, 5, 5), 1u);
  EXPECT_EQ(Cmp(Op::cmpEq, L64, Min64, Min64), 1u);
  EXPECT_EQ(Cmp(Op::cmpNe, L64, Min64, Min64), 0u);
}

// "123456789" has the published check values 0xcbf43926 and 0xe3069283.
TEST(EvalInt, Crc32) {
  for (const bool C : {false, true}) {
    uint64_t Crc = 0xffffffff;
    Crc = run(Op::crc32, Ty::W, Crc, 0x3837363534333231, 0, 0, 3, C);
    Crc = run(Op::crc32, Ty::W, Crc, 0x39, 0, 0, 0, C);
    EXPECT_EQ(Crc ^ 0xffffffff, C ? 0xe3069283u : 0xcbf43926u);
    uint64_t Parts = 0xffffffff;
    Parts = run(Op::crc32, Ty::W, Parts, 0x34333231, 0, 0, 2, C);
    Parts = run(Op::crc32, Ty::W, Parts, 0xdead3635, 0, 0, 1,
                C); // upper data is ignored
    Parts = run(Op::crc32, Ty::W, Parts, 0x3837, 0, 0, 1, C);
    Parts = run(Op::crc32, Ty::W, Parts, 0xff39, 0, 0, 0, C);
    EXPECT_EQ(Parts, Crc);
  }
}

// The result may overwrite an operand.
TEST(EvalInt, ResultMayAliasOperands) {
  CpuState S{};
  Value V[2] = {};
  V[0].X = 10;
  V[1].X = 3;
  const Uop U{Op::sub, Ty::X, 0, 0, {}, 0};
  EvalTable[static_cast<unsigned>(Op::sub)](&S, &V[1], &V[0], &V[1], nullptr,
                                            packParam(U));
  EXPECT_EQ(V[1].X, 7u);
}

} // namespace
