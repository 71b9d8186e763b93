//===- InvalidOpTest.cpp - Invalid floating-point operations --------------===//

#include "xlate/Runtime/InvalidOp.h"
#include <bit>
#include <cstring>
#include <gtest/gtest.h>
#include <initializer_list>

using namespace xlate;
using namespace xlate::runtime;

namespace {
constexpr uint64_t Snan = 0x7ff0000000001111, Quiet = 0x7ff8000000001111,
                   Other = 0x7ff8000000002222, Default = 0x7ff8000000000000,
                   Inf = 0x7ff0000000000000;
constexpr unsigned Masked = 0x80, IoFlag = 1, TrapFlag = 0x100;

class InvalidOpTest : public testing::Test {
protected:
  CpuState S = {};
  InvalidOp Op;
  HostStep Step;
  ucontext_t Uc = {};
  _libc_fpstate Fp = {};
  uint8_t Code[16] = {};

  void SetUp() override { Uc.uc_mcontext.fpregs = &Fp; }
  void set(unsigned Reg, uint64_t Lo, uint64_t Hi) {
    const uint64_t V[] = {Lo, Hi};
    std::memcpy(&Fp._xmm[Reg], V, sizeof V);
  }
  uint64_t get(unsigned Reg, unsigned Half) {
    uint64_t V[2];
    std::memcpy(V, &Fp._xmm[Reg], sizeof V);
    return V[Half];
  }
  /// Bytes of the instruction that were taken as done.
  int64_t begin(std::initializer_list<int> Bytes) {
    std::copy(Bytes.begin(), Bytes.end(), Code);
    auto &Rip = Uc.uc_mcontext.gregs[REG_RIP];
    const auto Start = reinterpret_cast<greg_t>(Code);
    Rip = Start;
    Op.begin(S, Uc, Step);
    return Rip - Start;
  }
  unsigned flags() { return Fp.mxcsr & 0x3f; }
};
} // namespace

TEST_F(InvalidOpTest, ScalarKeepsTheUpperLanesOfItsFirstOperand) {
  set(1, Other, 0x1234);
  set(2, Snan, 0x5678);
  EXPECT_EQ(begin({0xc5, 0xf3, 0x58, 0xda}), 4); // vaddsd %xmm2, %xmm1, %xmm3
  EXPECT_EQ(get(3, 0), Quiet) << "a signalling NaN goes first";
  EXPECT_EQ(get(3, 1), 0x1234u);
  EXPECT_EQ(flags(), IoFlag);
  EXPECT_FALSE(Op.active());
}

TEST_F(InvalidOpTest, HighRegisters) {
  set(9, Inf, 1);
  set(14, Inf, 2);
  // vsubsd %xmm14, %xmm9, %xmm11
  EXPECT_EQ(begin({0xc4, 0x41, 0x33, 0x5c, 0xde}), 5);
  EXPECT_EQ(get(11, 0), Default);
  EXPECT_EQ(get(11, 1), 1u);
}

TEST_F(InvalidOpTest, PackedLanes) {
  set(1, Inf, std::bit_cast<uint64_t>(3.0));
  set(2, 0, std::bit_cast<uint64_t>(2.0));
  EXPECT_EQ(begin({0xc5, 0xf1, 0x59, 0xc2}), 4); // vmulpd %xmm2, %xmm1, %xmm0
  EXPECT_EQ(get(0, 0), Default);
  EXPECT_EQ(get(0, 1), std::bit_cast<uint64_t>(6.0));
  constexpr uint64_t One = 0x3f800000, Zero = 0;
  set(1, One << 32 | Zero, One << 32 | One);
  set(2, One << 32 | Zero, One << 32 | One);
  EXPECT_EQ(begin({0xc5, 0xf0, 0x5e, 0xc2}), 4); // vdivps %xmm2, %xmm1, %xmm0
  EXPECT_EQ(get(0, 0), One << 32 | 0x7fc00000);
  EXPECT_EQ(get(0, 1), One << 32 | One);
}

TEST_F(InvalidOpTest, SquareRoots) {
  set(1, std::bit_cast<uint64_t>(-1.0), 7);
  EXPECT_EQ(begin({0xc5, 0xf3, 0x51, 0xc1}), 4); // vsqrtsd %xmm1, %xmm1, %xmm0
  EXPECT_EQ(get(0, 0), Default);
  EXPECT_EQ(get(0, 1), 7u);
  set(1, std::bit_cast<uint64_t>(4.0), std::bit_cast<uint64_t>(-4.0));
  EXPECT_EQ(begin({0xc5, 0xf9, 0x51, 0xc1}), 4); // vsqrtpd %xmm1, %xmm0
  EXPECT_EQ(get(0, 0), std::bit_cast<uint64_t>(2.0));
  EXPECT_EQ(get(0, 1), Default);
}

TEST_F(InvalidOpTest, TheGuestsModesAreInForce) {
  S.Fpcr = 2u << 22; // towards minus infinity
  set(1, Snan, std::bit_cast<uint64_t>(1.0));
  set(2, 0, std::bit_cast<uint64_t>(-1.0));
  EXPECT_EQ(begin({0xc5, 0xf1, 0x58, 0xc2}), 4); // vaddpd %xmm2, %xmm1, %xmm0
  EXPECT_EQ(get(0, 0), Quiet);
  EXPECT_EQ(get(0, 1), std::bit_cast<uint64_t>(-0.0));
}

TEST_F(InvalidOpTest, OthersAreSteppedWithTheExceptionMasked) {
  const std::initializer_list<int> Others[] = {
      {0xf2, 0x0f, 0x58, 0xc1},             // addsd %xmm1, %xmm0
      {0xc5, 0xf9, 0x2f, 0xc1},             // vcomisd %xmm1, %xmm0
      {0xc5, 0xfb, 0x58, 0x00},             // vaddsd (%rax), %xmm0, %xmm0
      {0xc5, 0xf5, 0x58, 0xc2},             // vaddpd %ymm2, %ymm1, %ymm0
      {0x62, 0xf1, 0xf5, 0x08, 0x58, 0xc2}, // vaddpd in EVEX's form
      {0xc4, 0xe2, 0xf1, 0xb8, 0xc2},       // vfmadd231pd %xmm2, %xmm1, %xmm0
  };
  for (const auto &Bytes : Others) {
    Fp.mxcsr = 0x1f00;
    Uc.uc_mcontext.gregs[REG_EFL] = 0;
    sigaddset(&Uc.uc_sigmask, SIGTRAP);
    EXPECT_EQ(begin(Bytes), 0);
    EXPECT_TRUE(Op.active() && Step.active());
    EXPECT_TRUE(Fp.mxcsr & Masked);
    EXPECT_EQ(Uc.uc_mcontext.gregs[REG_EFL], TrapFlag);
    EXPECT_FALSE(sigismember(&Uc.uc_sigmask, SIGTRAP));
    Op.end(Uc);
    Step.end(Uc);
    EXPECT_FALSE(Op.active() || Step.active());
    EXPECT_EQ(Fp.mxcsr, 0x1f00u);
    EXPECT_EQ(Uc.uc_mcontext.gregs[REG_EFL], 0);
    EXPECT_TRUE(sigismember(&Uc.uc_sigmask, SIGTRAP));
  }
}

TEST_F(InvalidOpTest, SignalsInTheMiddleOfAStepLetTheTrapThrough) {
  Step.begin(Uc);
  Step.block(Uc, ~uint64_t(0));
  EXPECT_FALSE(sigismember(&Uc.uc_sigmask, SIGTRAP));
  EXPECT_TRUE(sigismember(&Uc.uc_sigmask, SIGUSR1));
  Step.end(Uc);
  EXPECT_TRUE(sigismember(&Uc.uc_sigmask, SIGTRAP));
}
