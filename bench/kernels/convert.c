//===- convert.c - conversions between integers and floating point ---===//
#include "bench.h"

static uint64_t kernel(long N) {
  enum { Size = 1024 };
  static double D[Size];
  static int32_t I32[Size];
  uint64_t Seed = 1, Sum = 0;
  for (int I = 0; I < Size; ++I)
    D[I] = (double)(int64_t)nextRandom(&Seed) / 4096.0 / 1048576;
  for (long R = 0; R < N; ++R) {
    for (int I = 0; I < Size; ++I) {
      I32[I] = (int32_t)D[I];
      D[I] = (double)(float)(D[I] * 0.999) + I32[I] * 0.0005;
      Sum += (uint32_t)I32[I] + (D[I] < 0);
    }
    D[R % Size] += 1e6;
  }
  return Sum;
}

BENCH_MAIN(200000)
