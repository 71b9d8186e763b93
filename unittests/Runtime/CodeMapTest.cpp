//===- CodeMapTest.cpp - Published translations ---------------------------===//

#include "xlate/Runtime/CodeMap.h"
#include <gtest/gtest.h>

using namespace xlate;
using namespace xlate::runtime;

namespace {

class CodeMapTest : public testing::Test {
protected:
  CodeMap Map;
  char Stub = 0;

  void SetUp() override {
    ASSERT_TRUE(Map.init());
    Map.setMissStub(&Stub);
  }
  Unit *publish(uint64_t Pc, unsigned Insns, MadeBy Tier = MadeBy::Baseline,
                uint64_t Blocks = 1) {
    auto U = std::make_unique<Unit>();
    Unit *Raw = U.get();
    U->Pc = U->GuestLo = Pc;
    U->GuestHi = Pc + 4 * Insns;
    U->Blocks = Blocks;
    U->HostSize = 32;
    U->Host = Map.allocCode(U->HostSize);
    U->Tier = Tier;
    U->RegistersPinned = Tier == MadeBy::Baseline;
    Map.publish(std::move(U));
    return Raw;
  }
};

} // namespace

TEST_F(CodeMapTest, SlotsFollowTranslations) {
  Entry &E = Map.entry(0x10000);
  EXPECT_EQ(E.Slot.load(), &Stub);
  const Unit *U = publish(0x10000, 3);
  EXPECT_EQ(E.Slot.load(), U->Host);
  EXPECT_EQ(Map.find(0x10000), &E);
  EXPECT_EQ(Map.find(0x10004), nullptr);
  EXPECT_TRUE(Map.invalidate(0x1000c, 0x20000).empty()) << "behind the unit";
  EXPECT_EQ(Map.invalidate(0x1000b, 0x1000c), std::vector<uint64_t>{0x10000});
  EXPECT_EQ(E.Slot.load(), &Stub);
  EXPECT_EQ(E.Current, nullptr);
}

// Space is handed out before units are published, in any order.
TEST_F(CodeMapTest, UnitsByHostAddress) {
  auto Late = std::make_unique<Unit>();
  Late->Pc = Late->GuestLo = 0x10000;
  Late->GuestHi = 0x10004;
  Late->HostSize = 48;
  Late->Host = Map.allocCode(48);
  const Unit *Raw = Late.get();
  const Unit *A = publish(0x20000, 1), *B = publish(0x30000, 1);
  EXPECT_EQ(Map.unitAt(Raw->Host), nullptr);
  Map.publish(std::move(Late));
  EXPECT_EQ(Map.unitAt(Raw->Host), Raw);
  EXPECT_EQ(Map.unitAt(Raw->Host + 47), Raw);
  EXPECT_EQ(Map.unitAt(A->Host + 31), A);
  EXPECT_EQ(Map.unitAt(B->Host), B);
  EXPECT_EQ(Map.unitAt(B->Host + 32), nullptr);
}

TEST_F(CodeMapTest, BlocksInsideOfTracesRun) {
  constexpr int32_t Full = 1000;
  // Blocks at instructions 0, 3 and 5 of eight.
  publish(0x10000, 8, MadeBy::Baseline, 0x29);
  Map.entry(0x10000).Heat = Full - 7;
  EXPECT_EQ(Map.runs(0x10000, Full), 7u);
  EXPECT_EQ(Map.runs(0x1000c, Full), 7u);
  EXPECT_EQ(Map.runs(0x10010, Full), 0u) << "no block begins there";
  EXPECT_EQ(Map.runs(0x10020, Full), 0u) << "behind the trace";
  // A loop inside of it, with a counter of its own.
  Entry &Loop = Map.entry(0x10014);
  Loop.CountsLoop = true;
  Loop.Heat = Full - 100;
  EXPECT_EQ(Map.runs(0x10014, Full), 100u);
  EXPECT_EQ(Map.runs(0x50000, Full), 0u);
}

// What the baseline tier has spent in a function: its units, and loops inside
// of them, but nothing that has better code by now.
TEST_F(CodeMapTest, CountersOfAFunction) {
  constexpr int32_t Step = 1000;
  auto Spent = [&] {
    uint64_t Sum = 0;
    Map.forEachCounterIn(0x10000, 0x10100,
                         [&](Entry &E) { Sum += E.heatUsed(Step); });
    return Sum;
  };
  publish(0x10000, 8, MadeBy::Baseline, 0x21);
  publish(0x10040, 8, MadeBy::Baseline, 1);
  publish(0x10100, 8, MadeBy::Baseline, 1); // behind it
  Map.entry(0x10000).Heat = Step - 10;
  Map.entry(0x10040).refill(Step);
  Map.entry(0x10040).Heat = Step - 5;
  Map.entry(0x10100).Heat = 0;
  EXPECT_EQ(Spent(), 10u + Step + 5u);
  Entry &Loop = Map.entry(0x10014);
  Loop.CountsLoop = true;
  Loop.Heat = Step - 300;
  EXPECT_EQ(Spent(), 10u + Step + 5u + 300u);
  publish(0x10014, 2, MadeBy::Llvm);
  publish(0x10040, 2, MadeBy::Llvm);
  EXPECT_EQ(Spent(), 10u);
}

// A trace made before the loop in its middle was compiled goes, and what is
// made in its place ends there.
TEST_F(CodeMapTest, TracesEndAtOptimisedUnits) {
  Entry &Around = Map.entry(0x10000), &At = Map.entry(0x10014);
  publish(0x10000, 8);
  publish(0x10014, 3);
  publish(0x10020, 8);
  EXPECT_EQ(Map.nextOptimised(0x10000, 0x10100), 0x10100u);
  publish(0x10014, 3, MadeBy::Llvm);
  EXPECT_EQ(Map.withdrawAround(0x10014), std::vector<uint64_t>{0x10000});
  EXPECT_EQ(Around.Current, nullptr);
  EXPECT_EQ(At.Current->Tier, MadeBy::Llvm);
  EXPECT_TRUE(Map.withdrawAround(0x10020).empty()) << "at its start";
  EXPECT_EQ(Map.nextOptimised(0x10000, 0x10100), 0x10014u);
  EXPECT_EQ(Map.nextOptimised(0x10000, 0x10014), 0x10014u);
  EXPECT_EQ(Map.nextOptimised(0x10014, 0x10100), 0x10100u) << "behind it";
  Map.invalidate(0x10014, 0x10018);
  EXPECT_EQ(Map.nextOptimised(0x10000, 0x10100), 0x10100u);
}
