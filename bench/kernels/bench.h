//===- bench.h - main() of the benchmark kernels ----------------*- C -*-===//
//
// A kernel defines `uint64_t kernel(long N)`: N rounds of work, and a checksum
// that must be the same on every machine.
//
//===--------------------------------------------------------------------===//
#ifndef XLATE_BENCH_H
#define XLATE_BENCH_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Next of a reproducible pseudo-random sequence (xorshift64).
static inline uint64_t nextRandom(uint64_t *S) {
  *S ^= *S << 13;
  *S ^= *S >> 7;
  *S ^= *S << 17;
  return *S;
}

/// The bits of a double, for checksums.
static inline uint64_t bitsOf(double D) {
  uint64_t B;
  memcpy(&B, &D, sizeof B);
  return B;
}

#define BENCH_MAIN(Default)                                                    \
  int main(int Argc, char **Argv) {                                            \
    long N = Argc > 1 ? strtol(Argv[1], NULL, 0) : (Default);                  \
    printf("%016" PRIx64 "\n", kernel(N));                                     \
    return 0;                                                                  \
  }

#endif
