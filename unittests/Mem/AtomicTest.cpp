//===- AtomicTest.cpp - LSE operations on one thread ----------------------===//

#include "MemTest.h"
#include <cstring>
#include <random>

using namespace xlate;
using namespace xlate::test;

/// Arm ARM MemAtomic(), on values of Bits bits.
static uint64_t model(RmwKind K, unsigned Bits, uint64_t Old, uint64_t V) {
  const int64_t SOld = static_cast<int64_t>(Old << (64 - Bits)),
                SV = static_cast<int64_t>(V << (64 - Bits));
  switch (K) {
  case RmwKind::Add:
    return Old + V;
  case RmwKind::Clr:
    return Old & ~V;
  case RmwKind::Eor:
    return Old ^ V;
  case RmwKind::Set:
    return Old | V;
  case RmwKind::Smax:
    return SOld > SV ? Old : V;
  case RmwKind::Smin:
    return SOld > SV ? V : Old;
  case RmwKind::Umax:
    return Old > V ? Old : V;
  case RmwKind::Umin:
    return Old > V ? V : Old;
  case RmwKind::Swap:
    return V;
  }
  return 0;
}

TEST(Atomic, ReadModifyWrite) {
  Thread T;
  std::mt19937_64 Rng(7);
  for (unsigned K = 0; K <= static_cast<unsigned>(RmwKind::Swap); ++K)
    for (unsigned Size = 0; Size != 4; ++Size)
      for (unsigned I = 0; I != 200; ++I) {
        const unsigned Bits = 8u << Size;
        const uint64_t Mask = ~0ull >> (64 - Bits);
        const uint64_t Init = Rng(), Operand = I % 8 ? Rng() : Init;
        alignas(16) uint64_t M[2] = {Init, 0x5555};
        const RmwKind Kind = static_cast<RmwKind>(K);
        // Registers hold more bits than the operation uses.
        const uint64_t Arg =
            Size == 3 ? Operand : static_cast<uint32_t>(Operand);
        EXPECT_EQ(T.rmw(Kind, Size, at(M), Arg), Init & Mask);
        const uint64_t New = model(Kind, Bits, Init & Mask, Arg & Mask) & Mask;
        EXPECT_EQ(M[0], (Init & ~Mask) | New)
            << "kind " << K << " size " << Size;
        EXPECT_EQ(M[1], 0x5555u);
      }
}

TEST(Atomic, CompareAndSwap) {
  Thread T;
  for (unsigned Size = 0; Size != 4; ++Size) {
    const uint64_t Mask = ~0ull >> (64 - (8u << Size));
    alignas(16) uint64_t M = 0x8877665544332211;
    const uint64_t Init = M;
    EXPECT_EQ(T.cas(Size, at(&M), Init ^ 1, 5), Init & Mask);
    EXPECT_EQ(M, Init);
    // Bits of the expected value above the size are ignored.
    EXPECT_EQ(T.cas(Size, at(&M),
                    (Init & Mask) | (Size == 3 ? 0 : 0x80000000ull & ~Mask), 5),
              Init & Mask);
    EXPECT_EQ(M, (Init & ~Mask) | 5);
  }
}

TEST(Atomic, CompareAndSwapPair) {
  Thread T;
  alignas(16) uint64_t M[2] = {1, 2};
  V128 Old = T.casPair(3, at(M), v(1, 3), v(7, 8));
  EXPECT_EQ(Old.D[0], 1u);
  EXPECT_EQ(Old.D[1], 2u);
  EXPECT_EQ(M[0], 1u);
  Old = T.casPair(3, at(M), v(1, 2), v(7, 8));
  EXPECT_EQ(Old.D[0], 1u);
  EXPECT_EQ(Old.D[1], 2u);
  EXPECT_EQ(M[0], 7u);
  EXPECT_EQ(M[1], 8u);
  Old = T.casPair(2, at(M), v(7, 0xffff), v(0x100000002, 0));
  EXPECT_EQ(Old.D[0], 7u);
  EXPECT_EQ(Old.D[1], 0u);
  EXPECT_EQ(M[0], 0x100000002u);
  EXPECT_EQ(M[1], 8u);
}

// EvalFn allows the result to overwrite an operand.
TEST(Atomic, ResultMayAliasOperands) {
  CpuState S{};
  alignas(16) uint64_t M[2] = {1, 2};
  Uop U{Op::casPair, Ty::V, 3};
  Value A = at(M), B = v(1, 2), C = v(3, 4);
  eval_casPair(&S, &C, &A, &B, &C, packParam(U));
  EXPECT_EQ(C.V.D[1], 2u);
  EXPECT_EQ(M[1], 4u);
  Uop Add{Op::atomicRmw, Ty::X, 3};
  Value D = at(M), E = x(10);
  eval_atomicRmw(&S, &D, &D, nullptr, &E, packParam(Add));
  EXPECT_EQ(D.X, 3u);
  EXPECT_EQ(M[0], 13u);
}

TEST(Atomic, Alignment) {
  alignas(16) uint8_t M[48] = {};
  for (unsigned Size = 0; Size != 4; ++Size)
    for (unsigned Off = 0; Off != 16; ++Off) {
      const bool Bad = Off + (1u << Size) > 16;
      const uint64_t Want = Bad ? reinterpret_cast<uint64_t>(M + Off) : 0;
      EXPECT_EQ(
          alignFault([&] { Thread().rmw(RmwKind::Add, Size, at(M + Off), 1); }),
          Want);
      EXPECT_EQ(alignFault([&] { Thread().cas(Size, at(M + Off), 0, 0); }),
                Want);
    }
  EXPECT_EQ(alignFault([&] { Thread().casPair(2, at(M + 4), {}, {}); }), 0u);
  EXPECT_NE(alignFault([&] { Thread().casPair(2, at(M + 9), {}, {}); }), 0u);
  EXPECT_NE(alignFault([&] { Thread().casPair(3, at(M + 8), {}, {}); }), 0u);
}
