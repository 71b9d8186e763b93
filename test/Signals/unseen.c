// A handler that is given registers but never looks at them, as Rust programs have one
// for the overflow of their stack, leaves the optimising tier in use; one that looks
// doesn't.
// REQUIRES: llvm-tier
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-run --tier=auto --stats %t blind 2>&1 | %filecheck %s
// RUN: %xlate-run --tier=auto --stats %t seeing 2>&1 | %filecheck --check-prefix=SEEN %s

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

enum { Page = 4096, Words = 16 * Page / 4 };

static int *Memory;
static volatile unsigned long Pc;

__attribute__((noinline)) static void open1(siginfo_t *Info) {
  mprotect((void *)((unsigned long)Info->si_addr & -(unsigned long)Page), Page, PROT_READ);
}

static void blind(int Signal, siginfo_t *Info, void *Context) {
  (void)Signal, (void)Context;
  open1(Info);
}

static void seeing(int Signal, siginfo_t *Info, void *Context) {
  (void)Signal;
  open1(Info);
  Pc = ((ucontext_t *)Context)->uc_mcontext.pc;
}

__attribute__((noinline)) static int sum(const int *P, int N) {
  int A = 0, B = 1, C = 2;
  for (int K = 0; K != N; ++K) {
    A += P[K] ^ B;
    B = B * 5 + C;
    C ^= A >> 3;
  }
  return A + B + C;
}

int main(int Argc, char **Argv) {
  (void)Argc;
  const struct sigaction A = {.sa_sigaction = strcmp(Argv[1], "blind") ? seeing : blind,
                              .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &A, 0);
  Memory = mmap(0, 4 * Words, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const int Want = sum(Memory, Words);
  // Long enough for the compiler's thread to get its turn on a busy machine.
  int Same = 1;
  for (time_t End = time(0) + 3; time(0) < End;)
    Same &= sum(Memory, Words) == Want;
  mprotect(Memory, 4 * Words, PROT_NONE);
  Same &= sum(Memory, Words) == Want;
  // CHECK: same
  // CHECK: llvm units {{[1-9]}}
  // SEEN: same
  // SEEN-NOT: llvm units {{[1-9]}}
  puts(Same ? "same" : "different");
}
