//===- chase.c - pointer chase through a random cycle ---===//
#include "bench.h"

static uint64_t kernel(long N) {
  enum { Size = 1 << 14 };
  static uint32_t Order[Size];
  static void *Next[Size];
  uint64_t Seed = 1;
  for (unsigned I = 0; I < Size; ++I)
    Order[I] = I;
  for (unsigned I = Size - 1; I; --I) {
    unsigned J = (unsigned)(nextRandom(&Seed) % I);
    uint32_t T = Order[I];
    Order[I] = Order[J];
    Order[J] = T;
  }
  for (unsigned I = 0; I < Size; ++I)
    Next[Order[I]] = &Next[Order[(I + 1) % Size]];
  void **P = Next;
  for (long I = 0; I < N * (Size + 1); ++I)
    P = *P;
  return (uint64_t)(P - Next) + 1;
}

BENCH_MAIN(3500)
