// Synchronous signals with everything that a handler may ask of them, and the uses
// that programs have for them.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { Page = 4096 };

static __thread sigjmp_buf Back;
static __thread volatile struct {
  int Signal, Code;
  uint64_t Address, Pc, Esr, Sp;
} Seen;

static uint64_t esrOf(ucontext_t *U) {
  struct _aarch64_ctx *R = (void *)U->uc_mcontext.__reserved;
  for (; R->magic; R = (void *)((char *)R + R->size))
    if (R->magic == ESR_MAGIC)
      return ((struct esr_context *)R)->esr;
  return 0;
}

static void note(int Signal, siginfo_t *Info, void *Context) {
  ucontext_t *U = Context;
  Seen.Signal = Signal;
  Seen.Code = Info->si_code;
  Seen.Address = (uint64_t)Info->si_addr;
  Seen.Pc = U->uc_mcontext.pc;
  Seen.Sp = (uint64_t)&U;
  Seen.Esr = esrOf(U);
}

static void leave(int Signal, siginfo_t *Info, void *Context) {
  note(Signal, Info, Context);
  siglongjmp(Back, 1);
}

static void skip(int Signal, siginfo_t *Info, void *Context) {
  note(Signal, Info, Context);
  ((ucontext_t *)Context)->uc_mcontext.pc += 4;
}

static void on(int Signal, void (*Handler)(int, siginfo_t *, void *), int Flags) {
  struct sigaction A = {.sa_sigaction = Handler, .sa_flags = SA_SIGINFO | Flags};
  sigaction(Signal, &A, 0);
}

static void show(const char *What, uint64_t Base) {
  printf("%s: signal %d, code %d, address %+ld\n", What, Seen.Signal, Seen.Code,
         (long)(Seen.Address - Base));
}

static void breakpoints(void) {
  on(SIGTRAP, skip, 0);
  asm volatile("brk #0x1234");
  printf("brk: code %d, esr %lx, word %x\n", Seen.Code, Seen.Esr, *(unsigned *)Seen.Pc);
  asm volatile("brk #0");
  printf("brk: code %d, esr %lx, word %x\n", Seen.Code, Seen.Esr, *(unsigned *)Seen.Pc);
  // CHECK: brk: code 1, esr f2001234, word d4224680
  // CHECK-NEXT: brk: code 1, esr f2000000, word d4200000
}

static void undefined(void) {
  on(SIGILL, skip, 0);
  asm volatile(".inst 0x00000007"); // udf #7
  show("udf", Seen.Pc);
  asm volatile(".inst 0xee000000"); // not allocated
  show("unallocated", Seen.Pc);
  asm volatile("mrs x0, sctlr_el1" ::: "x0");
  show("privileged", Seen.Pc);
  // CHECK-NEXT: udf: signal 4, code 1, address +0
  // CHECK-NEXT: unallocated: signal 4, code 1, address +0
  // CHECK-NEXT: privileged: signal 4, code 1, address +0
}

static void guardPage(void) {
  on(SIGSEGV, leave, 0);
  volatile char *P = mmap(0, 2 * Page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect((char *)P + Page, Page, PROT_NONE);
  volatile int I = 0;
  if (!sigsetjmp(Back, 1))
    for (;; ++I)
      P[I] = 1;
  printf("wrote %d bytes; ", I);
  show("guard page", (uint64_t)P + Page);
  munmap((char *)P + Page, Page);
  if (!sigsetjmp(Back, 1))
    P[Page + 8] = 1;
  show("no page", (uint64_t)P + Page);
  if (!sigsetjmp(Back, 1))
    ((void (*)(void))P)();
  printf("pc %+ld; ", (long)(Seen.Pc - (uint64_t)P));
  show("data as code", (uint64_t)P);
  if (!sigsetjmp(Back, 1))
    ((void (*)(void))(P + Page))();
  printf("pc %+ld; ", (long)(Seen.Pc - (uint64_t)P));
  show("nothing as code", (uint64_t)P + Page);
  // CHECK-NEXT: wrote 4096 bytes; guard page: signal 11, code 2, address +0
  // CHECK-NEXT: no page: signal 11, code 1, address +8
  // CHECK-NEXT: pc +0; data as code: signal 11, code 2, address +0
  // CHECK-NEXT: pc +4096; nothing as code: signal 11, code 1, address +0
}

static void busErrors(void) {
  on(SIGBUS, leave, 0);
  int Fd = memfd_create("short", 0);
  ftruncate(Fd, Page);
  char *P = mmap(0, 2 * Page, PROT_READ | PROT_WRITE, MAP_SHARED, Fd, 0);
  if (!sigsetjmp(Back, 1))
    P[Page + 3] = 1;
  show("behind the file", (uint64_t)P + Page);
  if (!sigsetjmp(Back, 1))
    __asm__ volatile("ldxr x0, [%0]" ::"r"(P + 4) : "x0");
  show("misaligned exclusive", (uint64_t)P);
  // CHECK-NEXT: behind the file: signal 7, code 2, address +3
  // CHECK-NEXT: misaligned exclusive: signal 7, code 1, address +4
}

// Endless recursion ends on the alternate stack, again and again.
__attribute__((noinline)) static long recurse(long N) {
  volatile char Frame[200];
  Frame[N & 127] = (char)N;
  return recurse(N + 1) + Frame[N & 127];
}

static void *overflow(void *Arg) {
  char *Alt = malloc(65536);
  stack_t S = {.ss_sp = Alt, .ss_size = 65536};
  sigaltstack(&S, 0);
  long Good = 0;
  for (int I = 0; I < 10; ++I) {
    memset((void *)&Seen, 0, sizeof Seen);
    if (!sigsetjmp(Back, 1))
      recurse(0);
    // The last frame's address is where it faulted, give or take a frame.
    Good += Seen.Signal == SIGSEGV && Seen.Sp > (uint64_t)Alt && Seen.Sp < (uint64_t)Alt + 65536;
  }
  S.ss_flags = SS_DISABLE;
  sigaltstack(&S, 0);
  free(Alt);
  return (void *)Good;
}

static void stackOverflows(void) {
  on(SIGSEGV, leave, SA_ONSTACK);
  long Main = (long)overflow(0);
  pthread_attr_t A;
  pthread_attr_init(&A);
  pthread_attr_setstacksize(&A, 256 << 10);
  pthread_t T;
  void *Thread;
  pthread_create(&T, &A, overflow, 0);
  pthread_join(T, &Thread);
  printf("overflows: %ld, %ld in a thread\n", Main, (long)Thread);
  // CHECK-NEXT: overflows: 10, 10 in a thread
}

// A collector's write barrier: pages are protected, a write opens its page.
static char *Heap;
enum { HeapPages = 64 };
static int Dirty[HeapPages];
static void barrier(int Signal, siginfo_t *Info, void *Context) {
  long N = ((char *)Info->si_addr - Heap) / Page;
  if (N < 0 || N >= HeapPages)
    abort();
  ++Dirty[N];
  mprotect(Heap + N * Page, Page, PROT_READ | PROT_WRITE);
}

static void writeBarrier(void) {
  on(SIGSEGV, barrier, 0);
  Heap = mmap(0, HeapPages * Page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  long Sum = 0;
  for (int Cycle = 0; Cycle < 20; ++Cycle) {
    for (int I = Cycle % 3; I < HeapPages; I += 3)
      for (int J = 0; J < Page; J += 64)
        *(long *)(Heap + I * Page + J) += 1;
    mprotect(Heap, HeapPages * Page, PROT_READ);
  }
  int Faults = 0;
  for (int I = 0; I < HeapPages; ++I)
    Faults += Dirty[I];
  for (int I = 0; I < HeapPages * Page; I += 64)
    Sum += *(long *)(Heap + I);
  int Pipe[2];
  pipe(Pipe);
  write(Pipe[1], "x", 1);
  int R = read(Pipe[0], Heap, 1); // the kernel doesn't fault
  printf("barrier: %d faults, sum %ld, read %d %s\n", Faults, Sum, R, strerror(errno));
  // 7 cycles of 22 pages, 7 of 21, 6 of 21, and 64 longs a page.
  // CHECK-NEXT: barrier: 427 faults, sum 27328, read -1 Bad address
}

static void growsDown(void) {
  on(SIGSEGV, leave, 0);
  char *Room = mmap(0, 512 * Page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(Room, 512 * Page);
  char *P = mmap(Room + 510 * Page, 2 * Page, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
  if (!sigsetjmp(Back, 1)) {
    for (int I = 0; I < 100; ++I)
      P[-I * Page] = 1;
    printf("grew down\n");
  } else {
    show("grows down", (uint64_t)P);
  }
  // CHECK-NEXT: grew down
}

int main(void) {
  breakpoints();
  undefined();
  guardPage();
  busErrors();
  stackOverflows();
  writeBarrier();
  growsDown();
}
