//===- FpEnvTest.cpp - FPCR and FPSR on top of MXCSR ----------------------===//

#include "xlate/Ops/FpEnv.h"
#include "gtest/gtest.h"
#include <xmmintrin.h>

using namespace xlate;

namespace {

class FpEnvTest : public testing::Test {
protected:
  ~FpEnvTest() override { _mm_setcsr(0x1f80); }
  CpuState S{};
};

constexpr uint32_t Fz = 1u << 24;

TEST_F(FpEnvTest, FlagsThereAndBack) {
  for (uint32_t Flags = 0; Flags != 0x20; ++Flags) {
    EXPECT_EQ(fpenv::fpsrFrom(fpenv::mxcsrFrom(Flags), 0), Flags);
    EXPECT_EQ(fpenv::fpsrFrom(fpenv::mxcsrFrom(Flags | 0x80), Fz),
              Flags | 0x80);
  }
}

TEST_F(FpEnvTest, Modes) {
  EXPECT_EQ(fpenv::mxcsrFor(0), 0x1f80u);
  EXPECT_EQ(fpenv::mxcsrFor(1u << 22), 0x5f80u) << "towards plus infinity";
  EXPECT_EQ(fpenv::mxcsrFor(2u << 22), 0x3f80u) << "towards minus infinity";
  EXPECT_EQ(fpenv::mxcsrFor(3u << 22), 0x7f80u) << "towards zero";
  EXPECT_EQ(fpenv::mxcsrFor(Fz), 0x9fc0u) << "FTZ and DAZ";
}

TEST_F(FpEnvTest, Flags) {
  EXPECT_EQ(fpenv::fpsrFrom(0x01, 0), 1u << 0) << "IE, IOC";
  EXPECT_EQ(fpenv::fpsrFrom(0x04, 0), 1u << 1) << "ZE, DZC";
  EXPECT_EQ(fpenv::fpsrFrom(0x08, 0), 1u << 2) << "OE, OFC";
  EXPECT_EQ(fpenv::fpsrFrom(0x10, 0), 1u << 3) << "UE, UFC";
  EXPECT_EQ(fpenv::fpsrFrom(0x20, 0), 1u << 4) << "PE, IXC";
  EXPECT_EQ(fpenv::fpsrFrom(0x02, 0), 0u)
      << "DE counts only when denormals are flushed";
  EXPECT_EQ(fpenv::fpsrFrom(0x02, Fz), 1u << 7) << "DE, IDC";
}

TEST_F(FpEnvTest, ReadingCollectsAndAccumulates) {
  S.Fpsr = 1u << 27;
  _mm_setcsr(0x1f80 | 0x20);
  EXPECT_EQ(fpenv::readFpsr(S), 1u << 27 | 1u << 4);
  EXPECT_EQ(_mm_getcsr(), 0x1f80u);
  _mm_setcsr(0x1f80 | 0x04);
  EXPECT_EQ(fpenv::readFpsr(S), 1u << 27 | 1u << 4 | 1u << 1);
}

TEST_F(FpEnvTest, WritingFpsrDropsWhatIsPending) {
  _mm_setcsr(0x1f80 | 0x3f);
  fpenv::writeFpsr(S, 1u << 27);
  EXPECT_EQ(fpenv::readFpsr(S), 1u << 27);
  fpenv::writeFpsr(S, ~0u);
  EXPECT_EQ(fpenv::readFpsr(S), 0xf800009fu);
}

TEST_F(FpEnvTest, WritingFpcrKeepsPendingFlags) {
  _mm_setcsr(0x1f80 | 0x20);
  fpenv::writeFpcr(S, ~0u);
  EXPECT_EQ(S.Fpcr, 0x07c80000u);
  EXPECT_EQ(S.HostMxcsr, _mm_getcsr());
  EXPECT_EQ(_mm_getcsr(), 0xffc0u);
  EXPECT_EQ(fpenv::readFpsr(S), 1u << 4);
}

TEST_F(FpEnvTest, Enter) {
  _mm_setcsr(0x1f80 | 0x3f);
  S.Fpcr = 3u << 22;
  fpenv::enter(S);
  EXPECT_EQ(S.HostMxcsr, 0x7f80u);
  EXPECT_EQ(_mm_getcsr(), 0x7f80u);
}

} // namespace
