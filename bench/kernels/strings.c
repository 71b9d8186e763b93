//===- strings.c - string functions of the C library ---===//
#include "bench.h"

static uint64_t kernel(long N) {
  static char Words[512][24], Line[512 * 24 + 1];
  uint64_t Seed = 1, Sum = 0;
  for (int I = 0; I < 512; ++I) {
    int Length = 3 + (int)(nextRandom(&Seed) % 18);
    for (int J = 0; J < Length; ++J)
      Words[I][J] = (char)('a' + nextRandom(&Seed) % 26);
  }
  for (long I = 0; I < N; ++I) {
    char *P = Line;
    for (int J = 0; J < 512; ++J) {
      size_t Length = strlen(Words[J]);
      memcpy(P, Words[J], Length);
      P += Length;
      *P++ = J % 16 == 15 ? '\n' : ' ';
    }
    *P = 0;
    for (char *Q = Line; (Q = strchr(Q, '\n')); ++Q)
      Sum += (uint64_t)(Q - Line);
    for (int J = 1; J < 512; ++J)
      Sum += strcmp(Words[J - 1], Words[J]) < 0;
    Sum += strstr(Line, Words[511 - I % 64]) != NULL;
    Sum += (uint64_t)((char *)memchr(Line, 0, sizeof Line) - Line);
    char Number[64];
    snprintf(Number, sizeof Number, "%ld,%#lx,%s", I, I * 977, Words[I % 512]);
    Sum += strtoul(Number, NULL, 10) + strlen(Number);
    Sum += strspn(Line, "abcdefghijklmnopqrstuvwxyz") + strcspn(Line, "\n");
  }
  return Sum;
}

BENCH_MAIN(40000)
