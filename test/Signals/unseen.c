// A handler that is given registers but never looks at them, as Rust programs have one
// for the overflow of their stack, leaves the optimising tier in use; one that looks
// doesn't.
// REQUIRES: llvm-tier, xlate-aot
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-run --tier=auto --stats %t blind 2>&1 | %filecheck %s
// RUN: %xlate-run --tier=auto --stats %t seeing 2>&1 | %filecheck --check-prefix=SEEN %s

// Go's looks at PC, SP and X30 alone. Units that know SP stay in use, those of images,
// too, so that there is nothing to compile.
// RUN: %aarch64-cc -O2 -static -DGO_NOTE %s -o %t.go
// RUN: %xlate-run --tier=auto --stats %t.go seeing 2>&1 | %filecheck %s
// RUN: rm -rf %t.cache && %xlate-aot -q -O1 --cache-dir %t.cache %t.go
// RUN: %xlate-run --cache-dir %t.cache --no-record --stats %t.go seeing 2>&1 \
// RUN:   | %filecheck --check-prefix=IMAGE %s

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

#ifdef GO_NOTE
__asm__(".pushsection .note.go.buildid, \"a\", %note\n"
        ".long 4, 4, 4\n"
        ".ascii \"Go\\0\\0\"\n"
        ".long 0\n"
        ".popsection");
#endif

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
#ifdef GO_NOTE
  // As Go's preemption does, which isn't interest in the flags.
  __asm__ volatile("sub sp, sp, #16\n"
                   "mrs x0, fpsr\n"
                   "str x0, [sp, #8]\n"
                   "ldr x0, [sp, #8]\n"
                   "msr fpsr, x0\n"
                   "add sp, sp, #16" ::
                       : "x0", "memory");
#endif
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
  // IMAGE: same
  // IMAGE: llvm units 0
  // IMAGE: aot images 1
  // SEEN: same
  // SEEN-NOT: llvm units {{[1-9]}}
  puts(Same ? "same" : "different");
}
