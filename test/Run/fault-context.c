// What a handler sees of a fault: address, code, PC, all registers, flags, vectors;
// and what it changes there is what the program goes on with.
// RUN: %aarch64-cc -O2 -march=armv8.2-a -static %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <ucontext.h>
#include <sys/mman.h>

struct Result {
  uint64_t X0, Flags, V5[2];
};

// \name(page, result) fills every register, runs one instruction with X1 = page,
// and stores what the handler left behind.
asm(".macro fill n\n"
    "  movi v\\n\\().16b, #\\n\n"
    ".endm\n"
    ".macro faulting name, insn:vararg\n"
    "  .globl \\name, \\name\\()_pc\n"
    "\\name:\n"
    "  stp x29, x30, [sp, #-112]!\n"
    "  stp x19, x20, [sp, #16]\n"
    "  stp x21, x22, [sp, #32]\n"
    "  stp x23, x24, [sp, #48]\n"
    "  stp x25, x26, [sp, #64]\n"
    "  stp x27, x28, [sp, #80]\n"
    "  str x1, [sp, #96]\n"
    "  mov x1, x0\n"
    "  .irp n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,19,20,21,22,23,24,25,26,27,28,29,30\n"
    "  mov x\\n, #(0x1000 + \\n)\n"
    "  .endr\n"
    "  .irp n, 0,1,2,3,4,5,6,7,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "  fill \\n\n"
    "  .endr\n"
    "  mov x0, #0x10\n"
    "  msr fpsr, x0\n"
    "  cmp x0, x0\n"
    "\\name\\()_pc:\n"
    "  \\insn\n"
    "  ldr x30, [sp, #96]\n"
    "  str x0, [x30]\n"
    "  mrs x2, nzcv\n"
    "  str x2, [x30, #8]\n"
    "  str q5, [x30, #16]\n"
    "  ldp x19, x20, [sp, #16]\n"
    "  ldp x21, x22, [sp, #32]\n"
    "  ldp x23, x24, [sp, #48]\n"
    "  ldp x25, x26, [sp, #64]\n"
    "  ldp x27, x28, [sp, #80]\n"
    "  ldp x29, x30, [sp], #112\n"
    "  ret\n"
    ".endm\n"
    "faulting load, ldr x0, [x1, #0x18]\n"
    "faulting loadUpdate, ldr x2, [x1, #0x28]!\n"
    "faulting loadPair, ldp x3, x4, [x1, #0x30]\n"
    "faulting store, str q7, [x1, #0x40]\n"
    "faulting storeUpdate, stp x5, x6, [x1], #0x10\n"
    "faulting atomic, ldadd x2, x3, [x1]\n"
    "faulting exclusive, ldxr x2, [x1]\n"
    "faulting loadMulti, ld4 {v16.16b-v19.16b}, [x1]\n"
    "faulting udf, .inst 0x00001234\n"
    "faulting breakpoint, brk #7\n");

#define DECLARE(NAME)                                                                    \
  void NAME(uint64_t, struct Result *);                                                  \
  extern char NAME##_pc[];
DECLARE(load)
DECLARE(loadUpdate)
DECLARE(loadPair)
DECLARE(store)
DECLARE(storeUpdate)
DECLARE(atomic)
DECLARE(exclusive)
DECLARE(loadMulti)
DECLARE(udf)
DECLARE(breakpoint)

static int Bad, Calls, WantSignal, WantCode;
static uint64_t WantAddress, WantPc, Page;

static void expect(const char *What, int N, uint64_t Got, uint64_t Want) {
  if (Got != Want) {
    printf("  %s%d: %lx, not %lx\n", What, N, (long)Got, (long)Want);
    ++Bad;
  }
}

static struct fpsimd_context *vectors(mcontext_t *M) {
  struct _aarch64_ctx *C = (void *)M->__reserved;
  while (C->magic && C->magic != FPSIMD_MAGIC)
    C = (void *)((char *)C + C->size);
  return C->magic ? (void *)C : 0;
}

static void handler(int Signal, siginfo_t *Info, void *Context) {
  mcontext_t *M = &((ucontext_t *)Context)->uc_mcontext;
  ++Calls;
  expect("signal ", 0, Signal, WantSignal);
  expect("code ", 0, Info->si_code, WantCode);
  expect("address ", 0, (uint64_t)Info->si_addr, WantAddress);
  expect("pc ", 0, M->pc, WantPc);
  if (Signal == SIGSEGV)
    expect("fault_address ", 0, M->fault_address, WantAddress);
  expect("x", 0, M->regs[0], 0x10);
  expect("x", 1, M->regs[1], Page);
  for (int I = 2; I < 31; ++I)
    if (I != 18)
      expect("x", I, M->regs[I], 0x1000 + I);
  expect("nzcv ", 0, M->pstate & 0xf0000000, 0x60000000);
  struct fpsimd_context *F = vectors(M);
  expect("fpsimd record ", 0, F != 0, 1);
  if (F) {
    for (int I = 0; I < 32; I = I == 7 ? 16 : I + 1) {
      expect("v low ", I, (uint64_t)F->vregs[I], I * 0x0101010101010101u);
      expect("v high ", I, (uint64_t)(F->vregs[I] >> 64), I * 0x0101010101010101u);
    }
    expect("fpsr ", 0, F->fpsr, 0x10);
    F->vregs[5] = ((__uint128_t)0x5555 << 64) | 0xaaaa;
  }
  M->pc += 4;
  M->regs[0] = 0xc0ffee;
  M->pstate = (M->pstate & ~0xf0000000ull) | 0x90000000;
}

static void run(const char *Name, void (*F)(uint64_t, struct Result *), char *Pc, int Signal,
                int Code, uint64_t Address) {
  struct Result R;
  Bad = Calls = 0;
  WantSignal = Signal;
  WantCode = Code;
  WantAddress = Address;
  WantPc = (uint64_t)Pc;
  for (int I = 0; I < 3; ++I) {
    F(Page, &R);
    expect("left x", 0, R.X0, 0xc0ffee);
    expect("left nzcv ", 0, R.Flags, 0x90000000);
    expect("left v5 low ", 0, R.V5[0], 0xaaaa);
    expect("left v5 high ", 0, R.V5[1], 0x5555);
  }
  expect("calls ", 0, Calls, 3);
  printf("%s: %s\n", Name, Bad ? "wrong" : "right");
}

#define RUN(NAME, ...) run(#NAME, NAME, NAME##_pc, __VA_ARGS__)

int main(void) {
  struct sigaction A = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &A, 0);
  sigaction(SIGBUS, &A, 0);
  sigaction(SIGILL, &A, 0);
  sigaction(SIGTRAP, &A, 0);
  char *P = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  Page = (uint64_t)P;
  RUN(load, SIGSEGV, SEGV_ACCERR, Page + 0x18);
  // CHECK: load: right
  RUN(loadUpdate, SIGSEGV, SEGV_ACCERR, Page + 0x28);
  // CHECK-NEXT: loadUpdate: right
  RUN(loadPair, SIGSEGV, SEGV_ACCERR, Page + 0x30);
  // CHECK-NEXT: loadPair: right
  RUN(exclusive, SIGSEGV, SEGV_ACCERR, Page);
  // CHECK-NEXT: exclusive: right
  RUN(loadMulti, SIGSEGV, SEGV_ACCERR, Page);
  // CHECK-NEXT: loadMulti: right
  munmap(P, 4096);
  RUN(load, SIGSEGV, SEGV_MAPERR, Page + 0x18);
  // CHECK-NEXT: load: right
  RUN(store, SIGSEGV, SEGV_MAPERR, Page + 0x40);
  // CHECK-NEXT: store: right
  P = mmap(P, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  RUN(store, SIGSEGV, SEGV_ACCERR, Page + 0x40);
  // CHECK-NEXT: store: right
  RUN(storeUpdate, SIGSEGV, SEGV_ACCERR, Page);
  // CHECK-NEXT: storeUpdate: right
  RUN(atomic, SIGSEGV, SEGV_ACCERR, Page);
  // CHECK-NEXT: atomic: right
  // Behind the end of a file.
  FILE *File = tmpfile();
  P = mmap(P, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fileno(File), 0);
  RUN(load, SIGBUS, BUS_ADRERR, Page + 0x18);
  // CHECK-NEXT: load: right
  RUN(udf, SIGILL, ILL_ILLOPC, (uint64_t)udf_pc);
  // CHECK-NEXT: udf: right
  RUN(breakpoint, SIGTRAP, TRAP_BRKPT, (uint64_t)breakpoint_pc);
  // CHECK-NEXT: breakpoint: right
  return 0;
}
