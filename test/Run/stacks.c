// Deep recursion, long jumps out of it, coroutines: more than any return predictor
// or host stack holds.
// RUN: %aarch64-cc -O1 -fno-optimize-sibling-calls -static -pthread %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>
#include <sys/mman.h>

__attribute__((noinline)) static long depth(long N) { return N ? 1 + depth(N - 1) : 0; }

static int ackermann(int M, int N) {
  if (!M)
    return N + 1;
  return ackermann(M - 1, N ? ackermann(M, N - 1) : 1);
}

static void *deepThread(void *P) { return (void *)depth(2000000); }

static jmp_buf Jump;
__attribute__((noinline)) static void dive(int N) {
  if (!N)
    longjmp(Jump, 1);
  dive(N - 1);
}

static ucontext_t Main, Routines[100];
static long Total;
static void routine(int Id) {
  for (int I = 0; I < 100; ++I) {
    Total += Id;
    swapcontext(&Routines[Id], &Main);
  }
}

// Symmetric coroutines: each goes on to the next, returning only at the end.
static ucontext_t Ring[1000];
static int Hops;
static void hop(int Id) {
  for (;;) {
    if (++Hops == 20000)
      setcontext(&Main);
    swapcontext(&Ring[Id], &Ring[(Id + 1) % 1000]);
  }
}

// Returns that don't match calls.
asm(".globl callThroughRet\n"
    "callThroughRet:\n" // ret as an indirect jump
    "  stp x29, x30, [sp, #-16]!\n"
    "  adr x30, 1f\n"
    "  ret x0\n"
    "1: ldp x29, x30, [sp], #16\n"
    "  ret\n");
long callThroughRet(long (*F)(void));
static long seven(void) { return 7; }

int main(void) {
  printf("depth: %ld\n", depth(100000));
  // CHECK: depth: 100000
  printf("ackermann: %d\n", ackermann(2, 300));
  // CHECK-NEXT: ackermann: 603

  pthread_attr_t Attr;
  pthread_attr_init(&Attr);
  pthread_attr_setstacksize(&Attr, 256 << 20);
  pthread_t T;
  pthread_create(&T, &Attr, deepThread, 0);
  void *R;
  pthread_join(T, &R);
  printf("deep thread: %ld\n", (long)R);
  // CHECK-NEXT: deep thread: 2000000

  volatile int Jumps = 0;
  for (int I = 0; I < 3000; ++I) {
    if (setjmp(Jump) == 0)
      dive(50);
    else
      Jumps = Jumps + 1;
  }
  printf("long jumps: %d\n", Jumps);
  // CHECK-NEXT: long jumps: 3000

  for (int I = 0; I < 100; ++I) {
    getcontext(&Routines[I]);
    Routines[I].uc_stack.ss_sp = malloc(65536);
    Routines[I].uc_stack.ss_size = 65536;
    Routines[I].uc_link = &Main;
    makecontext(&Routines[I], (void (*)(void))routine, 1, I);
  }
  for (int Round = 0; Round < 100; ++Round)
    for (int I = 0; I < 100; ++I)
      swapcontext(&Main, &Routines[I]);
  printf("coroutines: %ld\n", Total);
  // CHECK-NEXT: coroutines: 495000

  for (int I = 0; I < 1000; ++I) {
    getcontext(&Ring[I]);
    Ring[I].uc_stack.ss_sp = mmap(0, 65536, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    Ring[I].uc_stack.ss_size = 65536;
    Ring[I].uc_link = 0;
    makecontext(&Ring[I], (void (*)(void))hop, 1, I);
  }
  swapcontext(&Main, &Ring[0]);
  printf("ring: %d\n", Hops);
  // CHECK-NEXT: ring: 20000

  long Sum = 0;
  for (int I = 0; I < 1000; ++I)
    Sum += callThroughRet(seven);
  printf("calls by ret: %ld\n", Sum);
  // CHECK-NEXT: calls by ret: 7000
  return 0;
}
