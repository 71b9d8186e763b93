//===- queens.c - n queens by bit masks, recursive ---===//
#include "bench.h"

static long place(unsigned All, unsigned Cols, unsigned L, unsigned R) {
  if (Cols == All)
    return 1;
  long Count = 0;
  for (unsigned Free = All & ~(Cols | L | R); Free; Free &= Free - 1) {
    unsigned Bit = Free & -Free;
    Count += place(All, Cols | Bit, (L | Bit) << 1, (R | Bit) >> 1);
  }
  return Count;
}

static uint64_t kernel(long N) {
  uint64_t Sum = 0;
  for (long I = 0; I < N; ++I)
    Sum += (uint64_t)place((1u << 10) - 1, 0, 0, 0);
  return Sum;
}

BENCH_MAIN(2500)
