//===- mandel.c - Mandelbrot set ---===//
#include "bench.h"

static uint64_t kernel(long N) {
  uint64_t Sum = 0;
  for (long R = 0; R < N; ++R)
    for (int Y = 0; Y < 64; ++Y)
      for (int X = 0; X < 64; ++X) {
        double Cr = X / 24.0 - 2 + (double)R * 1e-6, Ci = Y / 24.0 - 1.33;
        double Zr = 0, Zi = 0;
        int I = 0;
        for (; I < 200 && Zr * Zr + Zi * Zi < 4; ++I) {
          double T = Zr * Zr - Zi * Zi + Cr;
          Zi = 2 * Zr * Zi + Ci;
          Zr = T;
        }
        Sum += (unsigned)I;
      }
  return Sum;
}

BENCH_MAIN(500)
