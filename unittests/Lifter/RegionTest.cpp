//===- RegionTest.cpp - What belongs to a unit ----------------------------===//

#include "xlate/Lifter/Region.h"
#include <algorithm>
#include <gtest/gtest.h>

using namespace xlate;
using namespace xlate::lift;

namespace {

constexpr uint32_t Nop = 0xd503201f, Ret = 0xd65f03c0, BrX1 = 0xd61f0020;

uint32_t b(int Words) { return 0x14000000 | (Words & 0x3ffffff); }
uint32_t bl(int Words) { return 0x94000000 | (Words & 0x3ffffff); }
uint32_t cbz(int Words) { return 0xb4000000 | (Words & 0x7ffff) << 5; } // x0

struct Guest {
  explicit Guest(std::vector<uint32_t> Code) : Words(std::move(Code)) {}
  uint64_t at(size_t I) const {
    return reinterpret_cast<uint64_t>(Words.data() + I);
  }
  RegionLimits limits() const {
    RegionLimits L;
    L.CodeEnd = [this](uint64_t Pc) {
      return at(0) <= Pc && Pc < at(Words.size()) ? at(Words.size()) : 0;
    };
    return L;
  }
  std::vector<uint32_t> Words;
};

const RegionBlock *blockAt(const Region &R, uint64_t Pc) {
  auto It = std::find_if(R.Blocks.begin(), R.Blocks.end(),
                         [&](const auto &B) { return B.Code.Pc == Pc; });
  return It == R.Blocks.end() ? nullptr : &*It;
}

TEST(Region, ReturnsFromCallsAreEntries) {
  const Guest G({Nop, bl(4), Nop, Ret, Nop, Ret});
  const Region R = discoverRegion(G.at(0), G.limits());
  ASSERT_TRUE(blockAt(R, G.at(2)));
  EXPECT_TRUE(blockAt(R, G.at(2))->IsEntry);
  EXPECT_TRUE(blockAt(R, G.at(2))->Preds.empty());
  EXPECT_FALSE(blockAt(R, G.at(5))) << "the callee has a unit of its own";
}

TEST(Region, SmallCalleesAreInside) {
  const Guest G({bl(5), Nop, bl(3), Ret, Nop, cbz(0), Nop, Ret});
  RegionLimits L = G.limits();
  L.IsEntry = [&](uint64_t Pc) { return Pc == G.at(5); };
  L.MaxCalleeInsns = 3;
  const Region R = discoverRegion(G.at(0), L);
  ASSERT_TRUE(blockAt(R, G.at(5)));
  EXPECT_FALSE(blockAt(R, G.at(5))->IsEntry) << "it has a unit of its own, too";
  EXPECT_EQ(blockAt(R, G.at(5))->Preds.size(), 3u);
  EXPECT_EQ(blockAt(R, G.at(6))->Targets.size(), 2u) << "after each call";
  EXPECT_TRUE(blockAt(R, G.at(3))->IsEntry) << "the callee may leave the unit";
  EXPECT_TRUE(blockAt(R, G.at(3))->Targets.empty()) << "our own caller's";
  EXPECT_EQ(R.Hi, G.at(4)) << "callees are ranges of their own";
  EXPECT_NE(std::find(R.Depends.begin(), R.Depends.end(),
                      std::pair(G.at(5), G.at(6))),
            R.Depends.end());

  L.MaxCalleeInsns = 2;
  EXPECT_FALSE(blockAt(discoverRegion(G.at(0), L), G.at(5)));
}

TEST(Region, RecursionStaysInside) {
  const Guest G({cbz(3), bl(-1), Nop, Ret});
  RegionLimits L = G.limits();
  L.MaxCalleeInsns = 1; // whatever its size
  const Region R = discoverRegion(G.at(0), L);
  ASSERT_TRUE(blockAt(R, G.at(1)));
  EXPECT_EQ(blockAt(R, G.at(1))->Taken, 0u);
  ASSERT_EQ(blockAt(R, G.at(3))->Targets.size(), 1u);
  EXPECT_EQ(R.Blocks[blockAt(R, G.at(3))->Targets[0]].Code.Pc, G.at(2));
}

TEST(Region, SmallLoopsAreUnrolled) {
  // A way out in the middle, and a branch back.
  const Guest G({Nop, cbz(3), Nop, b(-2), Ret});
  const Region R = discoverRegion(G.at(0), G.limits());
  std::vector<unsigned> Heads;
  for (unsigned I = 0; I != R.Blocks.size(); ++I)
    if (R.Blocks[I].Code.Pc == G.at(1))
      Heads.push_back(I);
  ASSERT_EQ(Heads.size(), 4u);
  for (unsigned N = 0; N != 4; ++N) {
    const RegionBlock &Head = R.Blocks[Heads[N]];
    EXPECT_EQ(Head.Copy, N);
    EXPECT_EQ(Head.IsEntry, N == 0);
    EXPECT_EQ(R.Blocks[Head.Taken].Code.Pc, G.at(4)) << "the way out";
    const RegionBlock &Body = R.Blocks[Head.Fall];
    EXPECT_EQ(Body.Code.Pc, G.at(2));
    EXPECT_EQ(Body.Copy, N);
    EXPECT_EQ(Body.Taken, Heads[(N + 1) % 4]);
    EXPECT_EQ(R.returnsTo(Body, Body.Taken), N == 3) << "one safepoint";
  }
}

TEST(Region, LoopsWithOthersInsideAreNotUnrolled) {
  const Guest G({Nop, Nop, cbz(-1), Nop, cbz(-4), Ret});
  const Region R = discoverRegion(G.at(0), G.limits());
  auto copiesOf = [&](size_t I) {
    return std::count_if(
        R.Blocks.begin(), R.Blocks.end(),
        [&](const RegionBlock &B) { return B.Code.Pc == G.at(I); });
  };
  EXPECT_EQ(copiesOf(1), 4) << "the inner one";
  EXPECT_EQ(copiesOf(3), 1);
}

TEST(Region, LargeLoopsHaveSmallOnesInside) {
  constexpr uint32_t SubX9 = 0xd1000529, CbnzX9Back = 0xb5ffffe9,
                     AddX10 = 0x9100054a;
  std::vector<uint32_t> Code{Nop, SubX9, CbnzX9Back};
  for (unsigned I = 0; I != 40; ++I) {
    Code.push_back(AddX10);
    Code.push_back(cbz(1));
  }
  Code.push_back(cbz(-static_cast<int>(Code.size())));
  Code.push_back(Ret);
  const Guest G(std::move(Code));
  const Region R = discoverRegion(G.at(0), G.limits());
  const RegionBlock *Inner = blockAt(R, G.at(1)), *Outer = blockAt(R, G.at(5));
  ASSERT_TRUE(Inner && Outer);
  EXPECT_NE(Inner->Loop, NoBlock);
  EXPECT_NE(Outer->Loop, NoBlock);
  EXPECT_NE(Inner->Loop, Outer->Loop);
  EXPECT_TRUE(R.loopLocs(*Inner)[LocX + 9]);
  EXPECT_FALSE(R.loopLocs(*Inner)[LocX + 10]);
  EXPECT_TRUE(R.loopLocs(*Outer)[LocX + 10]);
  EXPECT_FALSE(R.loopLocs(*Outer)[LocX + 9]);
}

TEST(Region, LoopHeadersAreEntries) {
  const Guest G({Nop, Nop, cbz(-1), Ret});
  const Region R = discoverRegion(G.at(0), G.limits());
  ASSERT_TRUE(blockAt(R, G.at(1)));
  EXPECT_TRUE(blockAt(R, G.at(1))->IsEntry);
  EXPECT_NE(blockAt(R, G.at(1))->Loop, NoBlock);
  EXPECT_EQ(blockAt(R, G.at(0))->Loop, NoBlock);
  EXPECT_FALSE(blockAt(R, G.at(3))->IsEntry);
}

unsigned indexAt(const Region &R, uint64_t Pc) {
  return static_cast<unsigned>(blockAt(R, Pc) - R.Blocks.data());
}

TEST(Region, CyclesVisitTheSafepoint) {
  // 0: cbz 3; 1: b 4; 2: nop, b 5; 3: b 2; 4: cbz 0; 5: ret
  const Guest G({cbz(4), b(4), Nop, b(3), b(-2), cbz(-5), Ret});
  const Region R = discoverRegion(G.at(0), G.limits());
  EXPECT_TRUE(R.returnsTo(*blockAt(R, G.at(5)), indexAt(R, G.at(0))));
  EXPECT_FALSE(R.returnsTo(*blockAt(R, G.at(4)), indexAt(R, G.at(2))))
      << "backwards, but in no cycle";
}

TEST(Region, CallsThatLeaveTheRegionEndCycles) {
  // A loop around the call of 4: lookups of what the callee returns to fail
  // while the thread is wanted at the safepoint.
  const Guest G({Nop, bl(3), cbz(-1), Ret, Ret});
  RegionLimits L = G.limits();
  L.IsEntry = [&](uint64_t Pc) { return Pc == G.at(4); };
  const Region R = discoverRegion(G.at(0), L);
  EXPECT_EQ(indexAt(R, G.at(0)), 0u);
  EXPECT_FALSE(R.returnsTo(*blockAt(R, G.at(2)), indexAt(R, G.at(1))));

  // Inside of the region it is a cycle.
  L.MaxCalleeInsns = 3;
  const Region Inside = discoverRegion(G.at(0), L);
  ASSERT_TRUE(blockAt(Inside, G.at(4)));
  EXPECT_TRUE(
      Inside.returnsTo(*blockAt(Inside, G.at(2)), indexAt(Inside, G.at(1))));
  EXPECT_FALSE(
      Inside.returnsTo(*blockAt(Inside, G.at(4)), indexAt(Inside, G.at(2))));
}

TEST(Region, WaysOutClimbOrVisitTheSafepoint) {
  // The callee at 4 is no part of the region: 2 is an entry.
  const Guest G({cbz(3), bl(3), Nop, Ret, Ret});
  RegionLimits L = G.limits();
  L.IsEntry = [&](uint64_t Pc) { return Pc == G.at(4); };
  const Region R = discoverRegion(G.at(0), L);
  EXPECT_EQ(blockAt(R, G.at(1))->HighestEntry, G.at(0));
  EXPECT_EQ(blockAt(R, G.at(2))->HighestEntry, G.at(2));
  EXPECT_EQ(blockAt(R, G.at(3))->HighestEntry, G.at(2)) << "0 leads here, too";
}

TEST(Region, KnownTargetsOfJumpsAreInside) {
  const Guest G({BrX1, Nop, Ret, Nop, Ret});
  RegionLimits L = G.limits();
  L.JumpTargets = [&](uint64_t Pc) {
    EXPECT_EQ(Pc, G.at(0));
    return std::vector{G.at(1), G.at(3)};
  };
  const Region R = discoverRegion(G.at(0), L);
  EXPECT_EQ(R.Blocks[0].Targets.size(), 2u);
  EXPECT_FALSE(R.SharedJumps);
  ASSERT_TRUE(blockAt(R, G.at(3)));
  EXPECT_TRUE(blockAt(R, G.at(3))->IsEntry) << "other jumps go there, too";
}

TEST(Region, InterpretersShareTheTargetsOfTheirJumps) {
  const Guest G({BrX1, Nop, BrX1, Nop, BrX1, Nop, BrX1});
  RegionLimits L = G.limits();
  L.JumpTargets = [&](uint64_t Pc) {
    return Pc == G.at(0) ? std::vector{G.at(1), G.at(3), G.at(5)}
                         : std::vector<uint64_t>();
  };
  const Region R = discoverRegion(G.at(0), L);
  EXPECT_TRUE(R.SharedJumps);
  ASSERT_TRUE(blockAt(R, G.at(3)));
  EXPECT_EQ(blockAt(R, G.at(3))->Targets.size(), 3u);
}

TEST(Region, KnownCalleesOfIndirectCalls) {
  constexpr uint32_t BlrX1 = 0xd63f0020;
  // Two callees, of which the second is too large to be inside.
  const Guest G({BlrX1, Nop, Ret, Nop, Ret, Nop, Nop, Nop, Ret});
  RegionLimits L = G.limits();
  L.IsEntry = [&](uint64_t Pc) { return Pc == G.at(3) || Pc == G.at(5); };
  L.MaxCalleeInsns = 3;
  std::vector<uint64_t> Known{G.at(3), G.at(5)};
  L.JumpTargets = [&](uint64_t Pc) {
    return Pc == G.at(0) ? Known : std::vector<uint64_t>();
  };
  const Region R = discoverRegion(G.at(0), L);
  const RegionBlock *Call = blockAt(R, G.at(0)), *Callee = blockAt(R, G.at(3));
  ASSERT_TRUE(Call && Callee);
  ASSERT_EQ(Call->Targets.size(), 1u);
  EXPECT_EQ(&R.Blocks[Call->Targets[0]], Callee);
  EXPECT_EQ(Call->Callees, std::vector{G.at(5)});
  ASSERT_EQ(Callee->Targets.size(), 1u) << "behind the call";
  EXPECT_EQ(R.Blocks[Callee->Targets[0]].Code.Pc, G.at(1));
  EXPECT_TRUE(blockAt(R, G.at(1))->IsEntry) << "others return there, too";

  Known.resize(MaxKnownCallees + 1, G.at(5));
  const Region Many = discoverRegion(G.at(0), L);
  EXPECT_TRUE(Many.Blocks[0].Targets.empty() && Many.Blocks[0].Callees.empty());
}

TEST(Region, VeneersBecomePartOfCallers) {
  constexpr uint32_t BrX17 = 0xd61f0220;
  const Guest G({bl(3), Nop, Ret, Nop, BrX17, Nop, Nop, Nop, Ret});
  RegionLimits L = G.limits();
  L.IsEntry = [&](uint64_t Pc) { return Pc == G.at(3) || Pc == G.at(5); };
  L.MaxCalleeInsns = 3;
  L.JumpTargets = [&](uint64_t Pc) {
    return Pc == G.at(4) ? std::vector{G.at(5)} : std::vector<uint64_t>();
  };
  const Region R = discoverRegion(G.at(0), L);
  ASSERT_TRUE(blockAt(R, G.at(3)));
  EXPECT_EQ(blockAt(R, G.at(3))->Callees, std::vector{G.at(5)});
}

TEST(Region, UnwantedBlocksAreLeftOutAndRootsPutIn) {
  const Guest G({cbz(2), Ret, Nop, Ret, Nop, Ret});
  RegionLimits L = G.limits();
  L.IsWanted = [&](uint64_t Pc) { return Pc != G.at(2); };
  L.Roots = {G.at(4)};
  const Region R = discoverRegion(G.at(0), L);
  EXPECT_TRUE(blockAt(R, G.at(1)));
  EXPECT_FALSE(blockAt(R, G.at(2)));
  ASSERT_TRUE(blockAt(R, G.at(4)));
  EXPECT_TRUE(blockAt(R, G.at(4))->IsEntry);
}

} // namespace
