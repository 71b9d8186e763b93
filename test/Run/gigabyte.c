// A program that allocates 1 GiB and uses all of it.
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-run %t | %filecheck %s

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int main(void) {
  const size_t Words = (1ul << 30) / 8;
  uint64_t *P = malloc(Words * 8);
  if (!P)
    return 1;
  for (size_t I = 0; I < Words; ++I)
    P[I] = I * 0x9e3779b97f4a7c15;
  uint64_t Sum = 0;
  for (size_t I = 0; I < Words; I += 511)
    Sum ^= P[I];
  printf("%016lx\n", Sum);
  // CHECK: {{^[0-9a-f]+$}}
  uint64_t Want = 0;
  for (size_t I = 0; I < Words; I += 511)
    Want ^= I * 0x9e3779b97f4a7c15;
  puts(Sum == Want ? "as expected" : "corrupted");
  // CHECK-NEXT: as expected
  free(P);
  // Far more than there is, without touching it.
  void *Big = mmap(0, 1ul << 40, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  puts(Big == MAP_FAILED ? "no reservation" : "1 TiB reserved");
  // CHECK-NEXT: 1 TiB reserved
  return 0;
}
