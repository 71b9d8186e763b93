//===- FrameLocationTest.cpp - Where a unit keeps SP, X29, X30 ------------===//

#include "xlate/Guest/FrameLocation.h"
#include "gtest/gtest.h"
#include <numeric>

using namespace xlate;

namespace {
struct Host {
  uint64_t Stack[8] = {10, 11, 12, 13, 14, 15, 16, 17};
  uint64_t Regs[16];
  Host() {
    std::iota(std::begin(Regs), std::end(Regs), 1000);
    Regs[4] = reinterpret_cast<uint64_t>(Stack + 4); // rsp
  }
  uint64_t read(std::optional<FrameLocation> L) const {
    // As a map has it.
    return FrameLocation(L->packed()).read(Regs, 0x400000, 1);
  }
};
} // namespace

TEST(FrameLocation, Reads) {
  const Host H;
  EXPECT_EQ(H.read(FrameLocation()), 1u) << "what was known before";
  EXPECT_EQ(H.read(FrameLocation::inRegister(0, 0)), 1000u);
  EXPECT_EQ(H.read(FrameLocation::inRegister(15, -64)), 1015u - 64);
  EXPECT_EQ(H.read(FrameLocation::onStack(8, 0)), 15u);
  EXPECT_EQ(H.read(FrameLocation::onStack(-16, -2)), 12u - 2) << "red zone";
  EXPECT_EQ(H.read(FrameLocation::ofPc(-4)), 0x400000u - 4);
}

TEST(FrameLocation, SaysWhatHasNoRoom) {
  EXPECT_FALSE(FrameLocation::inRegister(16, 0));
  EXPECT_TRUE(FrameLocation::inRegister(1, -(1 << 26)));
  EXPECT_FALSE(FrameLocation::inRegister(1, 1 << 26));
  EXPECT_FALSE(FrameLocation::onStack(4, 0));
  EXPECT_TRUE(FrameLocation::onStack(8 * 8191, 4095));
  EXPECT_FALSE(FrameLocation::onStack(8 * 8192, 0));
  EXPECT_FALSE(FrameLocation::onStack(0, 4096));
  EXPECT_FALSE(FrameLocation::ofPc(1 << 26));
  EXPECT_FALSE(FrameLocation().known());
  EXPECT_TRUE(FrameLocation::inRegister(0, 0)->known());
}
