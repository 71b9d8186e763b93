//===- MonitorTest.cpp - The exclusive monitor ----------------------------===//

#include "MemTest.h"

using namespace xlate;
using namespace xlate::test;

namespace {
struct Monitor : testing::Test {
  Thread T;
  alignas(16) uint64_t M[4] = {0x8877665544332211, 2, 3, 4};
};
} // namespace

TEST_F(Monitor, StoresOnce) {
  for (unsigned Size = 0; Size != 4; ++Size) {
    const uint64_t Mask = ~0ull >> (64 - (8u << Size));
    M[0] = 0x8877665544332211;
    EXPECT_EQ(T.ldx(Size, at(M)), M[0] & Mask);
    EXPECT_EQ(T.stx(Size, at(M), 5), 0u);
    EXPECT_EQ(M[0], (0x8877665544332211 & ~Mask) | 5);
    EXPECT_EQ(T.stx(Size, at(M), 6), 1u);
    EXPECT_EQ(M[0] & Mask, 5u);
  }
}

TEST_F(Monitor, StartsOpen) {
  EXPECT_EQ(T.stx(3, at(M), 5), 1u);
  // Address 0 is not held by an idle monitor either.
  EXPECT_EQ(T.S.ExclSize, 0u);
  EXPECT_EQ(T.stxPair(3, at(M), v(5, 6)), 1u);
  EXPECT_EQ(M[0], 0x8877665544332211u);
}

TEST_F(Monitor, ChangedValue) {
  T.ldx(2, at(M));
  M[0] ^= 1;
  EXPECT_EQ(T.stx(2, at(M), 5), 1u);
  EXPECT_EQ(M[0], 0x8877665544332210u);
  // Neighbouring bytes don't matter.
  T.ldx(2, at(M));
  M[0] ^= 1ull << 40;
  EXPECT_EQ(T.stx(2, at(M), 5), 0u);
}

TEST_F(Monitor, Clrex) {
  T.ldx(3, at(M));
  T.clrex();
  EXPECT_EQ(T.stx(3, at(M), 5), 1u);
}

TEST_F(Monitor, OtherAddressOrSizeFailsAndOpens) {
  T.ldx(3, at(M));
  EXPECT_EQ(T.stx(3, at(M + 1), 5), 1u);
  EXPECT_EQ(T.stx(3, at(M), 5), 1u);
  T.ldx(3, at(M));
  EXPECT_EQ(T.stx(2, at(M), 5), 1u);
  T.ldx(2, at(M));
  EXPECT_EQ(T.stx(3, at(M), 5), 1u);
  EXPECT_EQ(M[0], 0x8877665544332211u);
  EXPECT_EQ(M[1], 2u);
}

TEST_F(Monitor, LastLoadWins) {
  T.ldx(3, at(M));
  T.ldx(3, at(M + 1));
  EXPECT_EQ(T.stx(3, at(M + 1), 9), 0u);
  EXPECT_EQ(M[1], 9u);
}

TEST_F(Monitor, Pair) {
  V128 V = T.ldxPair(3, at(M));
  EXPECT_EQ(V.D[0], M[0]);
  EXPECT_EQ(V.D[1], 2u);
  EXPECT_EQ(T.stxPair(3, at(M), v(7, 8)), 0u);
  EXPECT_EQ(M[0], 7u);
  EXPECT_EQ(M[1], 8u);
  for (unsigned Half = 0; Half != 2; ++Half) {
    T.ldxPair(3, at(M));
    M[Half] += 1;
    EXPECT_EQ(T.stxPair(3, at(M), v(0, 0)), 1u);
  }
  V = T.ldxPair(2, at(M + 2));
  EXPECT_EQ(V.D[0], 3u);
  EXPECT_EQ(V.D[1], 0u);
  EXPECT_EQ(T.stxPair(2, at(M + 2), v(0x500000006, ~0ull)), 0u);
  EXPECT_EQ(M[2], 0x500000006u);
  EXPECT_EQ(M[3], 4u);
}

TEST_F(Monitor, Alignment) {
  auto Byte = [&](unsigned Off) {
    return x(reinterpret_cast<uint64_t>(M) + Off);
  };
  for (unsigned Size = 0; Size != 4; ++Size)
    for (unsigned Off = 0; Off != 16; ++Off) {
      const bool Bad = Off % (1u << Size), BadPair = Off % (2u << Size);
      EXPECT_EQ(alignFault([&] { Thread().ldx(Size, Byte(Off)); }) != 0, Bad);
      EXPECT_EQ(alignFault([&] { Thread().stx(Size, Byte(Off), 0); }) != 0,
                Bad);
      if (Size < 2)
        continue;
      EXPECT_EQ(alignFault([&] { Thread().ldxPair(Size, Byte(Off)); }) != 0,
                BadPair);
      EXPECT_EQ(alignFault([&] { Thread().stxPair(Size, Byte(Off), {}); }) != 0,
                BadPair);
    }
}
