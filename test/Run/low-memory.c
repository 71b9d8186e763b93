// Most of what is below 4 GiB is free for compressed pointers. The translator's own
// program is there too.
// AddressSanitizer's shadow begins at 0x7fff8000.
// UNSUPPORTED: asan
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s

#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

int main(void) {
  int Good = 0;
  for (uint64_t At = 0x40000000; At < 0x100000000; At += 0x40000000) {
    char *Low = mmap((void *)At, 0x10000000, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    Good += Low == (char *)At;
  }
  printf("low: %d\n", Good >= 2);
  // CHECK: low: 1
}
