// Addresses beyond what the host can address: si_addr has them nevertheless, less
// the tag, and the handler sees the same registers as at any other fault.
// RUN: %aarch64-cc -O2 -march=armv8.2-a -static %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <ucontext.h>

static sigjmp_buf Back;
static volatile uint64_t Address, X1;
static volatile int Code;

static void handler(int Sig, siginfo_t *Info, void *Context) {
  Address = (uint64_t)Info->si_addr;
  Code = Info->si_code;
  X1 = ((ucontext_t *)Context)->uc_mcontext.regs[1];
  siglongjmp(Back, 1);
}

#define TRY(Name, At, Instruction)                                                        \
  do {                                                                                    \
    if (sigsetjmp(Back, 1) == 0) {                                                        \
      register uint64_t Base asm("x1") = At;                                              \
      register uint64_t Index asm("x2") = 0x10;                                           \
      asm volatile(Instruction : "+r"(Base), "+r"(Index) : : "x3", "x4", "v0", "v1", "memory"); \
      printf(Name ": no fault\n");                                                        \
    } else {                                                                              \
      printf(Name ": %#lx, code %d, x1 %#lx\n", Address, Code, X1);                       \
    }                                                                                     \
  } while (0)

int main(void) {
  struct sigaction A = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGSEGV, &A, 0);
  sigaction(SIGBUS, &A, 0);
  TRY("load", 0x0080000000001000, "ldr x3, [x1, #0x18]");
  // CHECK: load: 0x80000000001018, code 1, x1 0x80000000001000
  TRY("store", 0x0001000000000000, "str w2, [x1, #-4]!");
  // CHECK-NEXT: store: 0xfffffffffffc, code 1, x1 0x1000000000000
  TRY("index", 0x0023456789abc000, "ldrb w3, [x1, x2]");
  // CHECK-NEXT: index: 0x23456789abc010, code 1, x1 0x23456789abc000
  TRY("scaled", 0x0023456789abc000, "ldr x3, [x1, w2, sxtw #3]");
  // CHECK-NEXT: scaled: 0x23456789abc080, code 1, x1 0x23456789abc000
  TRY("pair", 0x0023456789abc000, "ldp x3, x4, [x1], #16");
  // CHECK-NEXT: pair: 0x23456789abc000, code 1, x1 0x23456789abc000
  TRY("vector", 0x0023456789abc000, "str q0, [x1, #32]");
  // CHECK-NEXT: vector: 0x23456789abc020, code 1, x1 0x23456789abc000
  TRY("structure", 0x0023456789abc000, "ld2 {v0.4s, v1.4s}, [x1]");
  // CHECK-NEXT: structure: 0x23456789abc000, code 1, x1 0x23456789abc000
  TRY("exclusive", 0x0023456789abc000, "ldxr x3, [x1]");
  // CHECK-NEXT: exclusive: 0x23456789abc000, code 1, x1 0x23456789abc000
  TRY("atomic", 0x0023456789abc000, "ldaddal x2, x3, [x1]");
  // CHECK-NEXT: atomic: 0x23456789abc000, code 1, x1 0x23456789abc000
  // The tag isn't reported, but for what looks like a kernel's address.
  TRY("tagged", 0x5523456789abc000, "ldr x3, [x1]");
  // CHECK-NEXT: tagged: 0x23456789abc000, code 1, x1 0x5523456789abc000
  TRY("kernel", 0xffff800012345678, "ldr x3, [x1]");
  // CHECK-NEXT: kernel: 0xffff800012345678, code 1, x1 0xffff800012345678
  return 0;
}
