// Code that the program made is promoted to the LLVM tier when it is hot, also while
// other code is being made and thrown away all the time, and again after other code
// has taken its place.
// REQUIRES: llvm-tier
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-run --tier=auto --stats %t 2>&1 | %filecheck %s

#include "Inputs/emit.h"
#include <pthread.h>
#include <time.h>

static volatile int Stop;
static void *makeCode(void *Arg) {
  uint32_t *P = mmap(0, 65536, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (unsigned I = 0; !Stop; ++I) {
    uint32_t *F = P + I % 1000 * 16;
    codeWritten(F, F + emitAdd(F, I));
    check(((Function *)F)(1) == I + 1l, "function of the other thread");
    const struct timespec Pause = {0, 200000};
    nanosleep(&Pause, 0);
  }
  return 0;
}

/// X0 iterations that add Step.
static void emitHot(uint32_t *P, unsigned Step) {
  P[0] = movz(1, 0);
  P[1] = movz(2, Step);
  P[2] = addReg(1, 1, 2);
  P[3] = subsImm(0, 0, 1);
  P[4] = bNe(-2);
  P[5] = 0xaa0103e0; // mov x0, x1
  P[6] = Ret;
  codeWritten(P, P + 7);
}

int main(void) {
  pthread_t T;
  pthread_create(&T, 0, makeCode, 0);
  uint32_t *P = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (unsigned Step = 1; Step <= 2; ++Step) {
    emitHot(P, Step);
    // Long enough for the compiler's thread to get its turn on a busy machine.
    for (time_t End = time(0) + 3; time(0) < End;)
      check(((Function *)P)(1000000) == Step * 1000000l, "hot loop");
  }
  Stop = 1;
  pthread_join(T, 0);
  printf("done\n");
  // CHECK: done
}
// The loop, twice.
// CHECK: llvm units {{([2-9]|[1-9][0-9])$}}
