// JITs keep data beside their code, in pages that are writable and executable. Who
// tells of new code with IC IVAU does so always: other writes cost nothing.
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-run --stats %t 2>&1 | %filecheck %s
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

typedef long (*Function)(long);

static void put(uint32_t *P, unsigned N) {
  P[0] = 0x91000000 | N << 10; // add x0, x0, #N
  P[1] = 0xd65f03c0;           // ret
  __builtin___clear_cache((char *)P, (char *)(P + 2));
}

int main(void) {
  uint32_t *Page = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  volatile long *Count = (long *)(Page + 512);
  put(Page, 3);
  long Sum = 0;
  for (int I = 0; I < 100000; ++I) {
    Sum = ((Function)Page)(Sum);
    ++*Count;
  }
  printf("%ld %ld\n", Sum, *Count);
  // CHECK: 300000 100000

  // New code is seen nevertheless.
  for (int I = 0; I < 20; ++I) {
    put(Page, I);
    Sum = ((Function)Page)(Sum);
  }
  printf("%ld\n", Sum);
  // CHECK: 300190
  return 0;
}
// CHECK: runtime   invalidations {{ *[0-9]?[0-9]$}}
