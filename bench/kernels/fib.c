//===- fib.c - calls: doubly recursive Fibonacci ---===//
#include "bench.h"

__attribute__((noinline, noclone,
               optimize("no-optimize-sibling-calls",
                        "no-inline"))) static uint64_t
fib(unsigned N) {
  return N < 2 ? N : fib(N - 1) + fib(N - 2);
}

static uint64_t kernel(long N) {
  uint64_t Sum = 0;
  for (long I = 0; I < N; ++I)
    Sum += fib(27 + (unsigned)(I & 1));
  return Sum;
}

BENCH_MAIN(160)
