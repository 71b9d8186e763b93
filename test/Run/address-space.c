// The uses that large programs have for address space: terabytes reserved, hints and
// fixed places, guard gaps, holes, mremap, and nothing of the translator in sight.
// ThreadSanitizer's shadow takes these places.
// UNSUPPORTED: tsan
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { Page = 4096 };
#define TB (1ul << 40)

static const char *result(void *P) { return P == MAP_FAILED ? strerror(errno) : "ok"; }

/// Is all of [P, P + Size) in one or more mappings with these permissions?
static int mapped(void *P, size_t Size, const char *Perms) {
  uint64_t At = (uint64_t)P, End = At + Size, Lo, Hi;
  char Line[512], R[8];
  FILE *F = fopen("/proc/self/maps", "r");
  while (At < End && fgets(Line, sizeof Line, F))
    if (sscanf(Line, "%lx-%lx %7s", &Lo, &Hi, R) == 3 && Lo <= At && At < Hi && !strcmp(R, Perms))
      At = Hi;
  fclose(F);
  return At >= End;
}

static int mentions(const char *Text) {
  char Line[512];
  int Found = 0;
  FILE *F = fopen("/proc/self/maps", "r");
  while (fgets(Line, sizeof Line, F))
    Found |= strstr(Line, Text) != 0;
  fclose(F);
  return Found;
}

int main(void) {
  const int Anon = MAP_PRIVATE | MAP_ANONYMOUS, Rw = PROT_READ | PROT_WRITE;
  // A terabyte, of which little is used: Go, JVM, V8, ASan.
  char *Big = mmap(0, TB, PROT_NONE, Anon | MAP_NORESERVE, -1, 0);
  printf("reserve: %s, mapped %d\n", result(Big), mapped(Big, TB, "---p"));
  int Good = 0;
  for (int I = 0; I < 64; ++I) {
    char *P = Big + I * (TB / 64);
    Good += mprotect(P, Page, Rw) == 0 && (*P = 1);
  }
  printf("committed: %d, %d\n", Good, mapped(Big + Page, TB / 64 - Page, "---p"));
  printf("replaced: %s\n", result(mmap(Big, Page, Rw, Anon | MAP_FIXED, -1, 0)));
  printf("zero again: %d\n", *Big);
  printf("trimmed: %d\n", munmap(Big, TB / 2) | munmap(Big + TB / 2 + 64 * Page, TB / 2 - 64 * Page));
  printf("rest: %d\n", mapped(Big + TB / 2, Page, "rw-p") && mapped(Big + TB / 2 + Page, 63 * Page, "---p"));
  // CHECK: reserve: ok, mapped 1
  // CHECK-NEXT: committed: 64, 1
  // CHECK-NEXT: replaced: ok
  // CHECK-NEXT: zero again: 0
  // CHECK-NEXT: trimmed: 0
  // CHECK-NEXT: rest: 1

  // Places.
  char *Place = (char *)0x200000000000;
  char *P = mmap(Place, 16 * Page, Rw, Anon, -1, 0);
  printf("hint: %d\n", P == Place);
  printf("noreplace: %s\n", result(mmap(Place, Page, Rw, Anon | MAP_FIXED_NOREPLACE, -1, 0)));
  P = mmap(Place, Page, Rw, Anon, -1, 0);
  printf("taken hint: %s, elsewhere %d\n", result(P), P != Place);
  printf("beyond: %s\n", result(mmap((char *)(1ul << 52), Page, Rw, Anon | MAP_FIXED, -1, 0)));
  printf("unaligned: %s\n", result(mmap(Place + 1, Page, Rw, Anon | MAP_FIXED, -1, 0)));
  printf("too much: %s\n", result(mmap(0, 1ul << 50, PROT_NONE, Anon | MAP_NORESERVE, -1, 0)));
  // CHECK-NEXT: hint: 1
  // CHECK-NEXT: noreplace: File exists
  // CHECK-NEXT: taken hint: ok, elsewhere 1
  // CHECK-NEXT: beyond: Cannot allocate memory
  // CHECK-NEXT: unaligned: Invalid argument
  // CHECK-NEXT: too much: Cannot allocate memory

  // mremap: growing in place, moving, shrinking, leaving the old place.
  P = Place;
  memset(P, 7, 16 * Page);
  char *Q = mremap(P, 16 * Page, 64 * Page, MREMAP_MAYMOVE);
  printf("grown: %s, %d %d\n", result(Q), Q[16 * Page - 1], Q[16 * Page]);
  char *To = (char *)0x210000000000;
  Q = mremap(Q, 64 * Page, 32 * Page, MREMAP_MAYMOVE | MREMAP_FIXED, To);
  printf("moved: %d, %d, old gone %d\n", Q == To, Q[Page], !mapped(Place, Page, "rw-p"));
  char *D = mremap(Q, 32 * Page, 32 * Page, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
  printf("kept: %s, %d and %d\n", result(D), D[Page], Q[Page]);
  printf("hole: %s\n", result(mremap(Place, Page, 2 * Page, MREMAP_MAYMOVE)));
  // CHECK-NEXT: grown: ok, 7 0
  // CHECK-NEXT: moved: 1, 7, old gone 1
  // CHECK-NEXT: kept: ok, 7 and 0
  // CHECK-NEXT: hole: Bad address

  printf("translator in sight: %d\n", mentions("xlate"));
  // CHECK-NEXT: translator in sight: 0
}
