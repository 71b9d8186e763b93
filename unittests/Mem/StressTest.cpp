//===- StressTest.cpp - Atomics from several threads ----------------------===//

#include "MemTest.h"
#include <atomic>
#include <thread>
#include <vector>

using namespace xlate;
using namespace xlate::test;

namespace {

constexpr unsigned NumThreads = 4;

/// Runs F(thread number, thread) on NumThreads threads at once.
template <typename Fn> void onThreads(Fn F) {
  std::atomic<unsigned> Ready{0};
  std::vector<std::thread> Threads;
  for (unsigned I = 0; I != NumThreads; ++I)
    Threads.emplace_back([&, I] {
      auto T = std::make_unique<Thread>();
      ++Ready;
      while (Ready != NumThreads)
        std::this_thread::yield();
      F(I, *T);
    });
  for (std::thread &T : Threads)
    T.join();
}

uint64_t mask(unsigned Size) { return ~0ull >> (64 - (8u << Size)); }

} // namespace

TEST(Stress, EveryIncrementCounts) {
  constexpr unsigned Each = 20000;
  for (unsigned Size = 0; Size != 4; ++Size) {
    alignas(16) uint64_t M[2] = {};
    onThreads([&](unsigned, Thread &T) {
      for (unsigned I = 0; I != Each; ++I)
        T.rmw(RmwKind::Add, Size, at(M), 1);
    });
    EXPECT_EQ(M[0], (NumThreads * Each) & mask(Size));
  }
}

TEST(Stress, ExclusiveIncrements) {
  constexpr unsigned Each = 10000;
  for (unsigned Size = 0; Size != 4; ++Size) {
    alignas(16) uint64_t M[2] = {};
    onThreads([&](unsigned, Thread &T) {
      for (unsigned I = 0; I != Each; ++I)
        while (T.stx(Size, at(M), T.ldx(Size, at(M)) + 1))
          ;
    });
    EXPECT_EQ(M[0], (NumThreads * Each) & mask(Size));
    EXPECT_EQ(M[1], 0u);
  }
}

// Exclusives, LSE and CAS on one location see each other.
TEST(Stress, MixedIncrements) {
  constexpr unsigned Each = 20000;
  alignas(16) uint64_t M = 0;
  onThreads([&](unsigned N, Thread &T) {
    for (unsigned I = 0; I != Each; ++I)
      switch (N % 3) {
      case 0:
        while (T.stx(3, at(&M), T.ldx(3, at(&M)) + 1))
          ;
        break;
      case 1:
        T.rmw(RmwKind::Add, 3, at(&M), 1);
        break;
      default:
        for (uint64_t Old = T.load(3, at(&M)), Seen;; Old = Seen)
          if ((Seen = T.cas(3, at(&M), Old, Old + 1)) == Old)
            break;
        break;
      }
  });
  EXPECT_EQ(M, NumThreads * Each);
}

// Operations without an x86 counterpart are loops around cmpxchg.
TEST(Stress, MinMaxReachTheExtremes) {
  constexpr unsigned Each = 20000;
  alignas(16) uint64_t Max = 0, Min = ~0ull;
  onThreads([&](unsigned N, Thread &T) {
    for (unsigned I = 0; I != Each; ++I) {
      const uint64_t V = (I * 2654435761u) % Each * NumThreads + N;
      T.rmw(RmwKind::Umax, 3, at(&Max), V);
      T.rmw(RmwKind::Umin, 3, at(&Min), V + 1);
    }
  });
  EXPECT_EQ(Max, (Each - 1) * NumThreads + NumThreads - 1);
  EXPECT_EQ(Min, 1u);
}

TEST(Stress, ExclusivePairsAreNeverTorn) {
  constexpr unsigned Each = 10000;
  alignas(16) uint64_t M[2] = {0, ~0ull};
  std::atomic<unsigned> Torn{0};
  onThreads([&](unsigned, Thread &T) {
    for (unsigned I = 0; I != Each;) {
      V128 V = T.ldxPair(3, at(M));
      if (V.D[0] != ~V.D[1])
        ++Torn;
      if (!T.stxPair(3, at(M), v(V.D[0] + 1, ~(V.D[0] + 1))))
        ++I;
    }
  });
  EXPECT_EQ(Torn, 0u);
  EXPECT_EQ(M[0], NumThreads * Each);
  EXPECT_EQ(M[1], ~M[0]);
}

TEST(Stress, CasPairAgainstExclusivePair) {
  constexpr unsigned Each = 10000;
  alignas(16) uint64_t M[2] = {0, 0};
  onThreads([&](unsigned N, Thread &T) {
    for (unsigned I = 0; I != Each;) {
      if (N & 1) {
        V128 V = T.ldxPair(3, at(M));
        I += !T.stxPair(3, at(M), v(V.D[0] + 1, V.D[1] + 2));
      } else {
        V128 V = T.casPair(3, at(M), v(0, 0), v(0, 0)); // a 16-byte load
        V128 Seen =
            T.casPair(3, at(M), v(V.D[0], V.D[1]), v(V.D[0] + 1, V.D[1] + 2));
        I += Seen.D[0] == V.D[0] && Seen.D[1] == V.D[1];
      }
    }
  });
  EXPECT_EQ(M[0], NumThreads * Each);
  EXPECT_EQ(M[1], 2 * NumThreads * Each);
}

// Store buffering: with STLR and LDAR at least one thread sees the other's
// store. With plain x86 stores about a fifth of the pairs break this when the
// threads really run at the same time.
TEST(Stress, StoreReleaseBeforeLoadAcquire) {
  constexpr unsigned Rounds = 200, Pairs = 512;
  struct Pair {
    alignas(64) uint64_t X;
    alignas(64) uint64_t Y;
  };
  std::vector<Pair> M(Pairs);
  std::vector<uint64_t> Saw[2] = {std::vector<uint64_t>(Pairs),
                                  std::vector<uint64_t>(Pairs)};
  std::atomic<unsigned> Arrived{0};
  unsigned BothMissed = 0;
  auto Meet = [&](unsigned Phase) {
    ++Arrived;
    for (unsigned Spins = 0; Arrived.load() < 2 * Phase; ++Spins)
      if (Spins > 100000)
        std::this_thread::yield();
  };
  auto Side = [&](unsigned N) {
    Thread T;
    for (unsigned R = 0; R != Rounds; ++R) {
      if (N == 0)
        for (Pair &P : M)
          P.X = P.Y = 0;
      Meet(2 * R + 1);
      // Different leads, so that some pairs are reached at the same time.
      for (volatile unsigned Lead = N ? R % 64 : 32; Lead;)
        Lead = Lead - 1;
      for (unsigned I = 0; I != Pairs; ++I) {
        T.store(3, at(N ? &M[I].Y : &M[I].X), 1, Order::Release);
        Saw[N][I] =
            T.load(3, at(N ? &M[I].X : &M[I].Y), Ty::X, false, Order::Acquire);
      }
      Meet(2 * R + 2);
      if (N == 0)
        for (unsigned I = 0; I != Pairs; ++I)
          BothMissed += !Saw[0][I] && !Saw[1][I];
    }
  };
  std::thread Other(Side, 1);
  Side(0);
  Other.join();
  EXPECT_EQ(BothMissed, 0u);
}
