//===- memcpy.c - copies of many sizes ---===//
#include "bench.h"

static uint64_t kernel(long N) {
  enum { Size = 1 << 16 };
  static char From[Size], To[Size];
  uint64_t Seed = 1, Sum = 0;
  for (int I = 0; I < Size; ++I)
    From[I] = (char)nextRandom(&Seed);
  for (long R = 0; R < N; ++R)
    for (int I = 0; I < 64; ++I) {
      uint64_t X = nextRandom(&Seed);
      size_t Length = X % (1u << (3 + X / 8 % 11));
      memcpy(To + (X >> 40) % (Size / 2), From + (X >> 20) % (Size / 2),
             Length);
      if (I % 16 == 0)
        memset(To + (X >> 10) % (Size / 2), I, Length);
      Sum += (unsigned char)To[X % Size];
    }
  return Sum;
}

BENCH_MAIN(150000)
