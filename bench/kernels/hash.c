//===- hash.c - open-addressing hash table ---===//
#include "bench.h"

static uint64_t kernel(long N) {
  enum { Bits = 15, Size = 1 << Bits };
  uint64_t *Keys = calloc(Size, sizeof *Keys);
  uint32_t *Values = calloc(Size, sizeof *Values);
  uint64_t Seed = 1, Sum = 0;
  for (long I = 0; I < N; ++I) {
    memset(Keys, 0, Size * sizeof *Keys);
    for (int J = 0; J < Size; ++J) {
      uint64_t Key = nextRandom(&Seed) % (Size / 2) + 1;
      unsigned Slot = (unsigned)(Key * 0x9e3779b97f4a7c15u >> (64 - Bits));
      while (Keys[Slot] && Keys[Slot] != Key)
        Slot = (Slot + 1) & (Size - 1);
      if (!Keys[Slot]) {
        Keys[Slot] = Key;
        Values[Slot] = 0;
      }
      Sum += ++Values[Slot];
    }
  }
  return Sum;
}

BENCH_MAIN(900)
