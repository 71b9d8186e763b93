// The C library's vectorised string functions next to guard pages, at every
// alignment, against plain loops.
// RUN: %aarch64-cc -O2 -fno-builtin -fno-tree-loop-distribute-patterns -static %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <sys/mman.h>

static int Bad;
static void check(int Ok, const char *What, int Size) {
  if (!Ok && ++Bad < 10)
    printf("%s of %d bytes\n", What, Size);
}

// A page between two that fault.
static char *guarded(void) {
  char *P = mmap(0, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(P + 4096, 4096, PROT_READ | PROT_WRITE);
  return P + 4096;
}

int main(void) {
  char *A = guarded(), *B = guarded();
  static char Want[4096];
  int Sizes = 0;
  for (int N = 0; N <= 300; N += N < 40 ? 1 : 13, ++Sizes) {
    char *P = A + 4096 - N; // ends at the guard page
    for (int Offset = 0; Offset < 17; Offset += 4) {
      char *Q = B + Offset;
      for (int I = 0; I < N; ++I)
        P[I] = I * 7 + 1;
      memset(Q, 0x55, N + 8);
      memcpy(Q, P, N);
      check(!memcmp(Q, P, N) && (unsigned char)Q[N] == 0x55, "memcpy", N);
      memmove(Q + 3, Q, N);
      check(!memcmp(Q + 3, P, N), "memmove", N);
      memmove(Q, Q + 3, N);
      check(!memcmp(Q, P, N), "memmove back", N);
      memset(P, 0xa5, N);
      int Same = 1;
      for (int I = 0; I < N; ++I)
        Same &= (unsigned char)P[I] == 0xa5;
      check(Same, "memset", N);
    }
    if (!N)
      continue;
    memset(P, 'a', N - 1);
    P[N - 1] = 0;
    check(strlen(P) == N - 1u && strnlen(P, 5000) == N - 1u, "strlen", N);
    check(!strchr(P, 'b') && strchr(P, 0) == P + N - 1, "strchr", N);
    check(memchr(P, 0, N) == P + N - 1 && memrchr(P, 0, N) == P + N - 1, "memchr", N);
    strcpy(B, P);
    check(!strcmp(B, P) && !strncmp(B, P, 5000), "strcmp", N);
    if (N > 1) {
      B[N - 2] = 'b';
      check(strcmp(B, P) > 0 && strcmp(P, B) < 0 && memcmp(P, B, N) < 0, "strcmp", N);
      check(strchr(B, 'b') == B + N - 2 && strstr(B, "b") == B + N - 2, "strstr", N);
      check(strspn(B, "a") == N - 2u && strcspn(B, "bc") == N - 2u, "strspn", N);
    }
    memset(P, 0, N);
    check(!memcmp(P, Want, N), "zero", N);
  }
  printf("%d sizes, %d wrong\n", Sizes, Bad);
  // CHECK: 61 sizes, 0 wrong
  wchar_t W[64];
  swprintf(W, 64, L"%ls %d", L"wide", 42);
  printf("%zu %ls\n", wcslen(W), W);
  // CHECK-NEXT: 7 wide 42
  return Bad;
}
