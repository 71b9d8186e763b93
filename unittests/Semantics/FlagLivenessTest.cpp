//===- FlagLivenessTest.cpp - Who reads NZCV next -------------------------===//

#include "xlate/Semantics/FlagLiveness.h"
#include "xlate/Semantics/Semantics.h"
#include "gtest/gtest.h"

using namespace xlate;

namespace {

constexpr uint32_t Nop = 0xd503201f, Ret = 0xd65f03c0, CmpX0X1 = 0xeb01001f,
                   CsetX0 = 0x9a9f17e0, AddX2X2X3 = 0x8b030042,
                   StpX20Post = 0xa8817e9f, StpX20 = 0xa9007e9f,
                   StrX20Post = 0xf800869f, LdpSpPost = 0xa8c17bfd,
                   BlrX9 = 0xd63f0120, BrX7 = 0xd61f00e0, BrX16 = 0xd61f0200;

/// BL over Words instructions.
constexpr uint32_t call(int Words) {
  return 0x94000000 | (static_cast<uint32_t>(Words) & 0x3ffffff);
}

struct Code {
  std::vector<uint32_t> Words;
  uint64_t at(size_t I) const { return reinterpret_cast<uint64_t>(&Words[I]); }
  uint64_t end() const { return at(0) + 4 * Words.size(); }
  CodeEndFn codeEnd() const {
    return
        [this](uint64_t Pc) { return Pc >= at(0) && Pc < end() ? end() : 0; };
  }
  AcrossJumps Jumps = AcrossJumps::Kept;
  bool deadAt(size_t I) const {
    return flagsDeadAt(at(I), codeEnd(), nullptr, Jumps);
  }
  /// After, and across, the block from there on.
  bool deadAfter(size_t I) const {
    return flagsDeadAfter(recordBlock(at(I), end(), 64), codeEnd(), nullptr,
                          Jumps);
  }
  bool readsAcross(size_t I) const {
    return readsFlagsAcrossCall(recordBlock(at(I), end(), 64), codeEnd());
  }
};

} // namespace

TEST(FlagLiveness, CallsAndReturnsKillFlags) {
  const Code C = {{Nop, call(4), CsetX0, BlrX9, Ret, AddX2X2X3, Ret}};
  EXPECT_TRUE(C.deadAt(0));
  EXPECT_TRUE(C.deadAfter(0));
  EXPECT_TRUE(C.readsAcross(0)) << "a user has to know";
  EXPECT_FALSE(C.deadAt(2));
  EXPECT_TRUE(C.deadAt(3));
  EXPECT_TRUE(C.deadAt(5));
  EXPECT_TRUE(C.deadAfter(5));
}

TEST(FlagLiveness, CopyLoopsKeepFlags) {
  const Code C = {{call(4), CsetX0, call(2), CmpX0X1, //
                   StpX20Post, StrX20Post, StpX20, Ret}};
  EXPECT_FALSE(C.deadAt(0));
  EXPECT_FALSE(C.deadAfter(0));
  EXPECT_FALSE(C.readsAcross(0));
  EXPECT_TRUE(C.deadAt(2)) << "overwritten afterwards";
  EXPECT_TRUE(C.deadAfter(2));
  // Its return, from wherever it is seen.
  for (size_t I : {4, 6}) {
    EXPECT_FALSE(C.deadAt(I)) << I;
    EXPECT_FALSE(C.deadAfter(I)) << I;
  }
  EXPECT_FALSE(C.deadAfter(7));
}

TEST(FlagLiveness, OtherFunctionsArentCopyLoops) {
  for (const std::vector<uint32_t> &Callee : {std::vector<uint32_t>{Ret},
                                              {StpX20, AddX2X2X3, Ret},
                                              {LdpSpPost, Ret},
                                              {StpX20, BlrX9, Ret},
                                              {StpX20, StpX20}}) {
    Code C = {{call(2), CsetX0}};
    C.Words.insert(C.Words.end(), Callee.begin(), Callee.end());
    EXPECT_TRUE(C.deadAfter(0));
    EXPECT_TRUE(C.readsAcross(0));
    if (Callee.back() == Ret) {
      EXPECT_TRUE(C.deadAt(C.Words.size() - 1));
    }
  }
}

TEST(FlagLiveness, JumpsKeepFlagsUnlessToldOtherwise) {
  Code C = {{BrX7, AddX2X2X3, BrX7, BrX16, Nop, CsetX0, Ret}};
  EXPECT_FALSE(C.deadAfter(0));
  EXPECT_FALSE(C.deadAt(1));
  EXPECT_TRUE(C.deadAfter(3)) << "a veneer";
  C.Jumps = AcrossJumps::Dead;
  EXPECT_TRUE(C.deadAfter(0));
  EXPECT_TRUE(C.deadAt(1));
  EXPECT_TRUE(readsFlagsAt(C.at(4), C.codeEnd()));
  EXPECT_FALSE(readsFlagsAt(C.at(1), C.codeEnd()));
}
