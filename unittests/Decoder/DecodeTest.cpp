//===- DecodeTest.cpp - The generated decoder -----------------------------===//

#include "xlate/Decoder/Decoder.h"
#include "xlate/Decoder/Fields.h"
#include "gtest/gtest.h"
#include <bit>
#include <chrono>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace xlate;

static std::string name(uint32_t W) { return info(decode(W).Code).Name; }

TEST(Decode, KnownWords) {
  EXPECT_EQ(name(0x91000420), "ADD_imm"); // add x0, x1, #1
  EXPECT_EQ(name(0xd503201f), "HINT");    // nop
  EXPECT_EQ(name(0xd65f03c0), "RET");     // ret
  EXPECT_EQ(name(0xd4000001), "SVC");     // svc #0
  EXPECT_EQ(name(0x14000000), "B");       // b .
  EXPECT_EQ(name(0x1ac0a000), "unallocated");
  EXPECT_EQ(name(0x00000000), "UDF");
  EXPECT_EQ(name(0x8b220020), "ADD_ext");     // add x0, x1, w2, uxtb
  EXPECT_EQ(name(0x8b2217ff), "unallocated"); // shift of 5
  EXPECT_EQ(name(0xd53bd040), "MRS");         // mrs x0, tpidr_el0
  EXPECT_EQ(name(0xd50b7520), "SYS");         // ic ivau, x0
  EXPECT_EQ(name(0xd5033fdf), "ISB");
  EXPECT_EQ(name(0xd71f0810), "BRA"); // braa x0, x16
}

/// The README's rule, applied to all rows: the accepting row with most fixed
/// bits, the first of several.
static A64 slowDecode(uint32_t W) {
  A64 Best = A64::Unallocated;
  int BestBits = -1;
  for (unsigned Row = 1; Row != NumA64; ++Row) {
    const auto Code = static_cast<A64>(Row);
    const int Bits = std::popcount(info(Code).Mask);
    if (Bits > BestBits && matches(Code, W)) {
      Best = Code;
      BestBits = Bits;
    }
  }
  return Best;
}

TEST(Decode, TreeAgreesWithRows) {
  std::mt19937 Random(1);
  for (unsigned I = 0; I != 40000; ++I) {
    const A64Info &Row = info(static_cast<A64>(1 + Random() % (NumA64 - 1)));
    uint32_t W = Row.Bits | (static_cast<uint32_t>(Random()) & ~Row.Mask);
    if (I & 1)
      W ^= 1u << Random() % 32;
    ASSERT_EQ(info(decode(W).Code).Name, info(slowDecode(W)).Name)
        << std::hex << W;
  }
}

// Every row can be reached: otherwise another one shadows it or its constraint
// never holds.
TEST(Decode, EveryRowIsReachable) {
  std::mt19937 Random(2);
  for (unsigned Row = 1; Row != NumA64; ++Row) {
    const A64Info &I = info(static_cast<A64>(Row));
    bool Reached = false;
    for (unsigned K = 0; K != 100000 && !Reached; ++K)
      Reached =
          decode(I.Bits | (static_cast<uint32_t>(Random()) & ~I.Mask)).Code ==
          static_cast<A64>(Row);
    EXPECT_TRUE(Reached) << I.Name;
  }
}

TEST(Fields, LogicalImmediates) {
  // The Arm ARM gives 5334 distinct 64-bit values and 1302 32-bit ones.
  std::set<uint64_t> Wide, Narrow;
  for (unsigned N = 0; N != 2; ++N)
    for (unsigned S = 0; S != 64; ++S)
      for (unsigned R = 0; R != 64; ++R) {
        if (isLogicalImm(1, N, S))
          Wide.insert(logicalImm(1, N, S, R));
        if (isLogicalImm(0, N, S))
          Narrow.insert(logicalImm(0, N, S, R));
      }
  EXPECT_EQ(Wide.size(), 5334u);
  EXPECT_EQ(Narrow.size(), 1302u);
  EXPECT_EQ(logicalImm(1, 1, 0x07, 0), 0xffu);
  EXPECT_EQ(logicalImm(1, 0, 0x3c, 0), 0x5555555555555555u);
  EXPECT_EQ(logicalImm(1, 0, 0x3c, 1), 0xaaaaaaaaaaaaaaaau);
  EXPECT_EQ(logicalImm(0, 0, 0x03, 30), 0x3cu);
}

// Prints the cost of a decode; the bound only catches a lost decision tree.
TEST(Decode, Speed) {
  std::mt19937 Random(3);
  std::vector<uint32_t> Words(1 << 16);
  for (uint32_t &W : Words) {
    const A64Info &I = info(static_cast<A64>(1 + Random() % (NumA64 - 1)));
    W = I.Bits | (static_cast<uint32_t>(Random()) & ~I.Mask);
  }
  unsigned Sum = 0;
  double Best = 1e9;
  for (unsigned Round = 0; Round != 16; ++Round) {
    const auto Start = std::chrono::steady_clock::now();
    for (const uint32_t W : Words)
      Sum += static_cast<unsigned>(decode(W).Code);
    const std::chrono::duration<double, std::nano> Time =
        std::chrono::steady_clock::now() - Start;
    Best = std::min(Best, Time.count() / static_cast<double>(Words.size()));
  }
  std::printf("%.1f ns per word (%u)\n", Best, Sum);
  EXPECT_LT(Best, 200);
}
