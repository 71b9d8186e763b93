// Programs that live on faults: null checks, guard pages, lazily mapped heaps,
// probes by siglongjmp, faults while another signal is handled.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

static __thread sigjmp_buf Jump;
static char *Heap;
enum { HeapSize = 1 << 20 };
static volatile int Mapped;
static struct sigaction OldAction;

static void onFault(int Signal, siginfo_t *Info, void *Context) {
  char *A = Info->si_addr;
  if (A >= Heap && A < Heap + HeapSize) {
    mprotect((void *)((uintptr_t)A & ~4095ul), 4096, PROT_READ | PROT_WRITE);
    __atomic_fetch_add(&Mapped, 1, __ATOMIC_SEQ_CST);
    return; // the access is repeated
  }
  siglongjmp(Jump, 1);
}

static int readable(const volatile char *P) {
  if (sigsetjmp(Jump, 1))
    return 0;
  (void)*P;
  return 1;
}

static void *prober(void *P) {
  long Faults = 0;
  for (int I = 0; I < 500; ++I)
    Faults += !readable((char *)(uintptr_t)(8 + I));
  return (void *)Faults;
}

static volatile int InHandler;
static void onAlarm(int Signal) {
  // A fault inside a handler.
  InHandler += !readable((char *)16);
}

struct Node {
  struct Node *Next;
  long Value;
};
__attribute__((noinline)) static long sum(struct Node *N) {
  long S = 0;
  for (volatile struct Node *P = N;; P = P->Next)
    S += P->Value; // runs off the end: null pointer
}
static volatile long Unused;

int main(void) {
  struct sigaction A = {.sa_sigaction = onFault, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &A, 0);

  Heap = mmap(0, HeapSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int I = 0; I < HeapSize; ++I)
    Heap[I] = I;
  long S = 0;
  for (int I = 0; I < HeapSize; ++I)
    S += (unsigned char)Heap[I];
  printf("lazy heap: %d pages, sum %ld\n", Mapped, S);
  // CHECK: lazy heap: 256 pages, sum 133693440

  Mapped = 0;
  mprotect(Heap, HeapSize, PROT_READ); // a write barrier, as garbage collectors use
  for (int I = 0; I < HeapSize; I += 10000)
    Heap[I] = 1;
  printf("write barrier: %d pages\n", Mapped);
  // CHECK-NEXT: write barrier: 105 pages

  int Ok = 0;
  for (int I = 0; I < 2000; ++I)
    Ok += !readable((char *)8) + readable((char *)main);
  printf("probes: %d\n", Ok);
  // CHECK-NEXT: probes: 4000

  struct Node Nodes[10];
  for (int I = 0; I < 10; ++I)
    Nodes[I] = (struct Node){I < 9 ? &Nodes[I + 1] : 0, I};
  int Nulls = 0;
  for (int I = 0; I < 100; ++I)
    if (sigsetjmp(Jump, 1) == 0)
      Unused = sum(Nodes);
    else
      ++Nulls;
  printf("null pointers: %d\n", Nulls);
  // CHECK-NEXT: null pointers: 100

  pthread_t T[4];
  long Faults = 0;
  for (int I = 0; I < 4; ++I)
    pthread_create(&T[I], 0, prober, 0);
  for (int I = 0; I < 4; ++I) {
    void *R;
    pthread_join(T[I], &R);
    Faults += (long)R;
  }
  printf("faults in threads: %ld\n", Faults);
  // CHECK-NEXT: faults in threads: 2000

  struct sigaction B = {.sa_handler = onAlarm};
  sigaction(SIGALRM, &B, 0);
  raise(SIGALRM);
  printf("fault in a handler: %d\n", InHandler);
  // CHECK-NEXT: fault in a handler: 1

  // A system call with a bad pointer does not fault.
  printf("write: %zd\n", write(1, (void *)8, 4));
  // CHECK-NEXT: write: -1

  // Execution of data, and of nothing at all.
  int Exec = 0;
  char *Data = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(Data, "\xc0\x03\x5f\xd6", 4); // ret
  if (sigsetjmp(Jump, 1) == 0)
    ((void (*)(void))Data)();
  else
    ++Exec;
  if (sigsetjmp(Jump, 1) == 0)
    ((void (*)(void))(uintptr_t)16)();
  else
    ++Exec;
  mprotect(Data, 4096, PROT_READ | PROT_EXEC);
  if (sigsetjmp(Jump, 1) == 0)
    ((void (*)(void))Data)();
  else
    ++Exec;
  printf("not executable: %d\n", Exec);
  // CHECK-NEXT: not executable: 2
  fflush(stdout);

  // The default action again: it ends the program.
  signal(SIGSEGV, SIG_DFL);
  (void)*(volatile char *)8;
  // CHECK-NEXT: exit status 139
}
