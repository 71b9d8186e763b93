//===- nbody.c - planets: scalar double arithmetic, divide and square root
//---===//
#include "bench.h"

#include <math.h>

static double P[5][3], V[5][3], M[5] = {39.5, 0.038, 0.011, 0.0017, 0.002};

static uint64_t kernel(long N) {
  uint64_t Seed = 1;
  for (int I = 0; I < 5; ++I)
    for (int J = 0; J < 3; ++J) {
      P[I][J] = (double)(nextRandom(&Seed) % 2000) / 100 - 10;
      V[I][J] = (double)(nextRandom(&Seed) % 2000) / 1000 - 1;
    }
  for (long R = 0; R < N; ++R) {
    for (int I = 0; I < 5; ++I)
      for (int J = I + 1; J < 5; ++J) {
        double D[3], Square = 0;
        for (int K = 0; K < 3; ++K) {
          D[K] = P[I][K] - P[J][K];
          Square += D[K] * D[K];
        }
        double Mag = 0.001 / (Square * sqrt(Square));
        for (int K = 0; K < 3; ++K) {
          V[I][K] -= D[K] * M[J] * Mag;
          V[J][K] += D[K] * M[I] * Mag;
        }
      }
    for (int I = 0; I < 5; ++I)
      for (int K = 0; K < 3; ++K)
        P[I][K] += 0.001 * V[I][K];
  }
  return bitsOf(P[0][0]) ^ bitsOf(V[4][2]);
}

BENCH_MAIN(2500000)
