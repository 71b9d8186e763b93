//===- AccessTest.cpp - Plain and ordered loads and stores ----------------===//

#include "MemTest.h"
#include <cstring>
#include <random>

using namespace xlate;
using namespace xlate::test;

TEST(Access, LoadExtends) {
  Thread T;
  alignas(16) uint64_t M = 0x8182838485868788;
  const uint64_t Zero[] = {0x88, 0x8788, 0x85868788, M};
  const uint64_t Sign[] = {0xffffffffffffff88, 0xffffffffffff8788,
                           0xffffffff85868788, M};
  for (unsigned Size = 0; Size != 4; ++Size) {
    EXPECT_EQ(T.load(Size, at(&M)), Zero[Size]);
    EXPECT_EQ(T.load(Size, at(&M), Ty::X, true), Sign[Size]);
    if (Size < 2) { // W results are zero-extended in Value::X
      EXPECT_EQ(T.load(Size, at(&M), Ty::W, true), Sign[Size] & 0xffffffff);
    }
  }
}

TEST(Access, StoreTouchesItsBytesOnly) {
  Thread T;
  for (unsigned Size = 0; Size != 4; ++Size)
    for (unsigned Off = 0; Off != 8; ++Off) {
      uint8_t M[32], Want[32];
      std::memset(M, 0xaa, sizeof M);
      std::memset(Want, 0xaa, sizeof Want);
      const uint64_t V = 0x1122334455667788;
      std::memcpy(Want + Off, &V, 1u << Size);
      T.store(Size, at(M + Off), V);
      EXPECT_EQ(std::memcmp(M, Want, sizeof M), 0) << Size << " at " << Off;
    }
}

TEST(Access, VectorSizes) {
  Thread T;
  uint8_t M[48];
  for (unsigned I = 0; I != sizeof M; ++I)
    M[I] = static_cast<uint8_t>(I + 1);
  for (unsigned Size = 0; Size != 5; ++Size) {
    Value R = T.run(Op::vload, Ty::V, Size, 0, 0, at(M + 3));
    for (unsigned I = 0; I != 16; ++I)
      EXPECT_EQ(R.V.B[I], I < (1u << Size) ? M[3 + I] : 0);
    uint8_t Out[48] = {};
    T.run(Op::vstore, Ty::None, Size, 0, 0, at(Out + 5), {}, v(~0ull, ~0ull));
    for (unsigned I = 0; I != sizeof Out; ++I)
      EXPECT_EQ(Out[I], I >= 5 && I < 5 + (1u << Size) ? 0xff : 0);
  }
}

// FEAT_LSE2: ordered accesses may not leave their 16-byte granule.
TEST(Access, OrderedAlignment) {
  alignas(16) uint8_t M[32] = {};
  for (unsigned Size = 0; Size != 4; ++Size)
    for (unsigned Off = 0; Off != 16; ++Off) {
      const bool Bad = Off + (1u << Size) > 16;
      const uint64_t Want = Bad ? reinterpret_cast<uint64_t>(M + Off) : 0;
      EXPECT_EQ(alignFault([&] {
                  Thread().load(Size, at(M + Off), Ty::X, false,
                                Order::Acquire);
                }),
                Want);
      EXPECT_EQ(alignFault([&] {
                  Thread().store(Size, at(M + Off), 0, Order::Release);
                }),
                Want);
      EXPECT_EQ(alignFault([&] { Thread().load(Size, at(M + Off)); }), 0u);
      EXPECT_EQ(alignFault([&] { Thread().store(Size, at(M + Off), 0); }), 0u);
    }
}

TEST(Access, OrderedStoreStores) {
  Thread T;
  for (unsigned Size = 0; Size != 4; ++Size) {
    alignas(16) uint64_t M[2] = {~0ull, ~0ull};
    T.store(Size, at(M), 0, Order::Release);
    EXPECT_EQ(M[0], Size == 3 ? 0 : ~0ull << (8u << Size));
    EXPECT_EQ(M[1], ~0ull);
  }
}

TEST(Access, DcZvaClearsTheBlock) {
  Thread T;
  alignas(64) uint8_t M[192];
  std::memset(M, 0x55, sizeof M);
  T.run(Op::dcZva, Ty::None, 0, 0, 0, at(M + 64 + 63));
  for (unsigned I = 0; I != sizeof M; ++I)
    EXPECT_EQ(M[I], I / 64 == 1 ? 0 : 0x55);
}

TEST(Access, PrefetchNeverFaults) {
  Thread T;
  T.run(Op::prefetch, Ty::None, 0, 0, 0, x(0));
  T.run(Op::prefetch, Ty::None, 0, 0, 0, x(0xdead000000000000));
}

TEST(Access, ThreeWayInterleave) {
  Thread T;
  std::mt19937_64 Rng(1);
  for (unsigned L = 0; L != 4; ++L) {
    Value In[3];
    for (Value &V : In)
      V = v(Rng(), Rng());
    uint8_t Memory[48], Want[48];
    const unsigned Bytes = 1u << L;
    for (unsigned I = 0; I != 48 / Bytes; ++I)
      std::memcpy(Want + I * Bytes, In[I % 3].V.B + I / 3 * Bytes, Bytes);
    Value Out[3];
    for (unsigned K = 0; K != 3; ++K) {
      Out[K] = T.run(Op::vInt3, Ty::V, L, 0, K, In[0], In[1], In[2]);
      std::memcpy(Memory + 16 * K, &Out[K].V, 16);
    }
    EXPECT_EQ(std::memcmp(Memory, Want, 48), 0);
    for (unsigned K = 0; K != 3; ++K) {
      Value Back = T.run(Op::vDeint3, Ty::V, L, 0, K, Out[0], Out[1], Out[2]);
      EXPECT_EQ(std::memcmp(&Back.V, &In[K].V, 16), 0);
    }
  }
}
