// Code that disappears while a thread runs it: the thread faults there soon, and
// nowhere else; so does a caller of code that is gone.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#include "Inputs/emit.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>

enum { Page = 4096 };
static uint32_t *volatile Code;
static sigjmp_buf Back;
static uint64_t FaultPc, FaultAddress;
static volatile int Started;

static void onFault(int Signal, siginfo_t *Info, void *Context) {
  FaultPc = ((ucontext_t *)Context)->uc_mcontext.pc;
  FaultAddress = (uint64_t)Info->si_addr;
  siglongjmp(Back, 1);
}

/// An endless loop that says it has begun.
static void emitLoop(uint32_t *P) {
  P[0] = 0xb9000001 | 1; // str w1, [x0]
  P[1] = b(0);
  codeWritten(P, P + 2);
}

static void *runner(void *Arg) {
  if (!sigsetjmp(Back, 1))
    ((void (*)(volatile int *, int))Code)(&Started, 1);
  return 0;
}

int main(void) {
  struct sigaction A = {.sa_sigaction = onFault, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &A, 0);
  alarm(60); // instead of a hang
  int InLoop = 0, InCode = 0;
  for (int I = 0; I < 30; ++I) {
    Code = mmap(0, Page, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    emitLoop(Code);
    Started = 0;
    pthread_t T;
    pthread_create(&T, 0, runner, 0);
    while (!Started)
      ;
    if (I % 2)
      munmap(Code, Page);
    else
      mprotect(Code, Page, PROT_READ);
    pthread_join(T, 0);
    InLoop += FaultPc == (uint64_t)(Code + 1) && FaultAddress == FaultPc;
    if (!sigsetjmp(Back, 1))
      ((Function *)Code)(0);
    InCode += FaultPc == (uint64_t)Code && FaultAddress == FaultPc;
  }
  printf("in the loop: %d\nat its start: %d\n", InLoop, InCode);
  // CHECK: in the loop: 30
  // CHECK-NEXT: at its start: 30
}
