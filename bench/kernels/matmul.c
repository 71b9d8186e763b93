//===- matmul.c - matrix product of doubles ---===//
#include "bench.h"

static double A[96][96], B[96][96], C[96][96];

static uint64_t kernel(long N) {
  for (int I = 0; I < 96; ++I)
    for (int J = 0; J < 96; ++J) {
      A[I][J] = I - J * 0.25;
      B[I][J] = 1.0 / (I + J + 1);
    }
  for (long R = 0; R < N; ++R) {
    for (int I = 0; I < 96; ++I)
      for (int J = 0; J < 96; ++J) {
        double Sum = 0;
        for (int K = 0; K < 96; ++K)
          Sum += A[I][K] * B[K][J];
        C[I][J] = Sum;
      }
    A[R % 96][(R * 7) % 96] += C[R % 96][5] * 1e-6;
  }
  return bitsOf(C[3][5]) ^ bitsOf(C[95][0]);
}

BENCH_MAIN(700)
