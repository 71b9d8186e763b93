//===- fft.c - radix-2 Fourier transform ---===//
#include "bench.h"

#include <math.h>

enum { Bits = 11, Size = 1 << Bits };
static double Re[Size], Im[Size], Cos[Size / 2], Sin[Size / 2];

static void fft(void) {
  for (unsigned I = 0, J = 0; I < Size; ++I) {
    if (I < J) {
      double T = Re[I];
      Re[I] = Re[J];
      Re[J] = T;
      T = Im[I];
      Im[I] = Im[J];
      Im[J] = T;
    }
    unsigned M = Size >> 1;
    for (; M && J & M; M >>= 1)
      J ^= M;
    J |= M;
  }
  for (unsigned Half = 1; Half < Size; Half *= 2)
    for (unsigned I = 0; I < Size; I += 2 * Half)
      for (unsigned K = 0; K < Half; ++K) {
        unsigned A = I + K, B = A + Half, W = K * (Size / 2 / Half);
        double R = Re[B] * Cos[W] - Im[B] * Sin[W];
        double S = Re[B] * Sin[W] + Im[B] * Cos[W];
        Re[B] = Re[A] - R;
        Im[B] = Im[A] - S;
        Re[A] += R;
        Im[A] += S;
      }
}

static uint64_t kernel(long N) {
  // The twiddle factors by rotation: libm may differ between machines.
  double C = 0.9999952938095761715, S = 0.0030679567629659762701;
  Cos[0] = 1;
  for (int I = 1; I < Size / 2; ++I) {
    Cos[I] = Cos[I - 1] * C - Sin[I - 1] * S;
    Sin[I] = Sin[I - 1] * C + Cos[I - 1] * S;
  }
  uint64_t Seed = 1, Sum = 0;
  for (long R = 0; R < N; ++R) {
    for (int I = 0; I < Size; ++I) {
      Re[I] = (double)(nextRandom(&Seed) % 1000);
      Im[I] = 0;
    }
    fft();
    Sum += bitsOf(Re[7]) ^ bitsOf(Im[Size - 3]);
  }
  return Sum;
}

BENCH_MAIN(7000)
