//===- qsort.c - library sort with a comparison callback ---===//
#include "bench.h"

static int compare(const void *A, const void *B) {
  uint32_t X = *(const uint32_t *)A, Y = *(const uint32_t *)B;
  return X < Y ? -1 : X > Y;
}

static uint64_t kernel(long N) {
  enum { Size = 50000 };
  uint32_t *V = malloc(Size * sizeof *V);
  uint64_t Seed = 1, Sum = 0;
  for (long I = 0; I < N; ++I) {
    for (int J = 0; J < Size; ++J)
      V[J] = (uint32_t)nextRandom(&Seed);
    qsort(V, Size, sizeof *V, compare);
    for (int J = 0; J < Size; J += 100)
      Sum = Sum * 31 + V[J];
  }
  return Sum;
}

BENCH_MAIN(50)
