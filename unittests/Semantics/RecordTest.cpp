//===- RecordTest.cpp - Every row records a well-formed block -------------===//

#include "xlate/Ops/Eval.h"
#include "xlate/Semantics/Semantics.h"
#include "gtest/gtest.h"
#include <random>

using namespace xlate;

namespace {

Block recordWord(uint32_t W) {
  alignas(4) const uint32_t Code[1] = {W};
  const auto Pc = reinterpret_cast<uint64_t>(Code);
  return recordBlock(Pc, Pc + 4, 1);
}

/// Primitives that back ends implement themselves and that have no evaluator.
bool isBuiltIn(Op O) {
  switch (O) {
  case Op::insn:
  case Op::constant:
  case Op::vconstant:
  case Op::getReg:
  case Op::setReg:
  case Op::getVec:
  case Op::setVec:
  case Op::flagsAdd:
  case Op::flagsSub:
  case Op::flagsAdc:
  case Op::flagsSbc:
  case Op::flagsLogic:
  case Op::flagsCcmp:
  case Op::flagsCcmn:
  case Op::setNzcv:
  case Op::getNzcv:
  case Op::cond:
  case Op::br:
  case Op::brCond:
  case Op::brInd:
  case Op::call:
  case Op::exit:
    return true;
  default:
    return false;
  }
}

bool writesState(Op O) {
  return O == Op::setReg || O == Op::setVec || O == Op::writeSys ||
         O == Op::setNzcv ||
         (opAttr(O) == OpAttr::Flags && O != Op::getNzcv && O != Op::cond);
}

/// Precise faults: no access after the first write of a register or flag.
/// Hints and barriers cannot fault.
bool accessesAfterWrite(const Block &B) {
  bool Written = false;
  for (const Uop &U : B.Uops) {
    if (writesState(U.Code))
      Written = true;
    else if (opAttr(U.Code) == OpAttr::Mem && U.Code != Op::barrier &&
             U.Code != Op::prefetch && Written)
      return true;
  }
  return false;
}

void forEachSample(unsigned PerRow,
                   void (*Check)(const A64Info &, uint32_t, const Block &)) {
  std::mt19937 Random(4);
  for (unsigned Row = 1; Row != NumA64; ++Row) {
    const A64Info &I = info(static_cast<A64>(Row));
    for (unsigned K = 0; K != PerRow; ++K) {
      const uint32_t W = I.Bits | (static_cast<uint32_t>(Random()) & ~I.Mask);
      const A64 Code = decode(W).Code;
      if (Code != A64::Unallocated)
        Check(info(Code), W, recordWord(W));
    }
  }
}

TEST(Semantics, EveryRowHasThem) {
  for (unsigned Row = 1; Row != NumA64; ++Row)
    EXPECT_TRUE(hasSemantics(static_cast<A64>(Row)))
        << info(static_cast<A64>(Row)).Name;
}

TEST(Semantics, BlocksAreWellFormed) {
  forEachSample(40, [](const A64Info &I, uint32_t W, const Block &B) {
    ASSERT_FALSE(B.Uops.empty());
    for (size_t K = 0; K != B.Uops.size(); ++K) {
      const Uop &U = B.Uops[K];
      if (U.Code == Op::insn) // its operands hold the instruction word
        continue;
      for (const uint16_t A : U.A)
        ASSERT_TRUE(A == NoVal || A < K)
            << I.Name << ' ' << std::hex << W << '\n'
            << toString(B);
    }
    const Op Last = B.terminator().Code;
    EXPECT_TRUE(Last == Op::br || Last == Op::brCond || Last == Op::brInd ||
                Last == Op::call || Last == Op::exit)
        << I.Name;
  });
}

TEST(Semantics, EveryPrimitiveHasAnEvaluator) {
  forEachSample(40, [](const A64Info &I, uint32_t W, const Block &B) {
    for (const Uop &U : B.Uops)
      EXPECT_TRUE(isBuiltIn(U.Code) || EvalTable[static_cast<unsigned>(U.Code)])
          << opName(U.Code) << " in " << I.Name;
  });
}

TEST(Semantics, AccessesComeBeforeWrites) {
  forEachSample(40, [](const A64Info &I, uint32_t W, const Block &B) {
    EXPECT_FALSE(accessesAfterWrite(B))
        << I.Name << ' ' << std::hex << W << '\n'
        << toString(B);
  });
}

// CPYFP, CPYFM, CPYFE: what follows is recorded after all three.
TEST(Semantics, AWholeCopyIsOneHelper) {
  auto helpers = [](std::initializer_list<uint32_t> Words) {
    const std::vector<uint32_t> Code(Words);
    const auto Pc = reinterpret_cast<uint64_t>(Code.data());
    std::vector<unsigned> Lengths;
    const Block B = recordBlock(Pc, Pc + 4 * Code.size(), 8);
    EXPECT_EQ(B.End, Pc + 4 * Code.size());
    for (const Uop &U : B.Uops)
      if (U.Code == Op::stateHelper)
        Lengths.push_back(U.N);
    return Lengths;
  };
  using List = std::vector<unsigned>;
  constexpr uint32_t P = 0x19010440, M = 0x19410440, E = 0x19810440,
                     Nop = 0xd503201f, OtherM = 0x19410460;
  EXPECT_EQ(helpers({P, M, E, Nop}), List{3});
  EXPECT_EQ(helpers({Nop, P, M, E}), List{3});
  EXPECT_EQ(helpers({P, M}), (List{1, 1}));
  EXPECT_EQ(helpers({P, OtherM, E}), (List{1, 1, 1}));
}

} // namespace
