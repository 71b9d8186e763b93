// Unaligned accesses work, unaligned exclusives and atomics raise SIGBUS.
// RUN: %aarch64-cc -O2 -march=armv8.2-a -static %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static sigjmp_buf Jump;
static int Code;
static uintptr_t Address;
static void handler(int S, siginfo_t *Info, void *C) {
  Code = S == SIGBUS ? Info->si_code : -S;
  Address = (uintptr_t)Info->si_addr;
  siglongjmp(Jump, 1);
}

static char Data[256] __attribute__((aligned(64)));

#define TRY(NAME, ASM, OFFSET)                                                           \
  do {                                                                                   \
    if (sigsetjmp(Jump, 1) == 0) {                                                       \
      asm volatile("mov x1, %0\n" ASM ::"r"(Data + OFFSET) : "x1", "x2", "x3", "x4", "x5", "x6", "v0", "memory");        \
      printf("%s: done\n", NAME);                                                        \
    } else                                                                               \
      printf("%s: %s at %s\n", NAME, Code == BUS_ADRALN ? "BUS_ADRALN" : "other",        \
             Address == (uintptr_t)(Data + OFFSET) ? "its address" : "another");         \
  } while (0)

int main(void) {
  struct sigaction A = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  sigaction(SIGBUS, &A, 0);
  sigaction(SIGSEGV, &A, 0);
  for (int I = 0; I < 256; ++I)
    Data[I] = I;
  uint64_t V;
  memcpy(&V, Data + 3, 8);
  printf("%lx\n", (long)V);
  // CHECK: a09080706050403
  TRY("ldr", "ldr x2, [x1]", 3);
  // CHECK-NEXT: ldr: done
  TRY("ldp", "ldp x2, x3, [x1]", 5);
  // CHECK-NEXT: ldp: done
  TRY("ldxr", "ldxr x2, [x1]", 4);
  // CHECK-NEXT: ldxr: BUS_ADRALN at its address
  TRY("ldxrh", "ldxrh w2, [x1]", 1);
  // CHECK-NEXT: ldxrh: BUS_ADRALN at its address
  TRY("ldxp", "ldxp x2, x3, [x1]", 8);
  // CHECK-NEXT: ldxp: BUS_ADRALN at its address
  TRY("casp", "casp x2, x3, x4, x5, [x1]", 8);
  // CHECK-NEXT: casp: BUS_ADRALN at its address
  TRY("ldadd across 16 bytes", "ldadd x2, x3, [x1]", 12);
  // CHECK-NEXT: ldadd across 16 bytes: BUS_ADRALN at its address
  TRY("ldar across 16 bytes", "ldar x2, [x1]", 12);
  // CHECK-NEXT: ldar across 16 bytes: BUS_ADRALN at its address
  TRY("aligned ldxr", "ldxr x2, [x1]", 8);
  // CHECK-NEXT: aligned ldxr: done
  return 0;
}
