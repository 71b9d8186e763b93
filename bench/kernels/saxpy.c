//===- saxpy.c - vector loops over floats ---===//
#include "bench.h"

static uint64_t kernel(long N) {
  enum { Size = 4096 };
  static float X[Size], Y[Size];
  for (int I = 0; I < Size; ++I) {
    X[I] = (float)I * 0.5f;
    Y[I] = (float)(Size - I);
  }
  for (long R = 0; R < N; ++R) {
    float A = (R & 1) ? 0.5f : -0.5f;
    for (int I = 0; I < Size; ++I)
      Y[I] += A * X[I];
    X[R % Size] += 1.0f;
  }
  double Sum = 0;
  for (int I = 0; I < Size; ++I)
    Sum += Y[I];
  return bitsOf(Sum);
}

BENCH_MAIN(150000)
