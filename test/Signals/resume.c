// Handlers that aren't given registers (no SA_SIGINFO), of faults in code whose
// registers aren't in memory: what they return to goes on as if nothing had happened,
// and they find who called it.
// RUN: %aarch64-cc -O2 -static -pthread -funwind-tables %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unwind.h>

enum { Page = 4096, Pages = 64, Words = Page / 8 };

static uint64_t *Memory;
static volatile int Faults, Ticks, Next;

/// Open one page after the other, as the loops come to them.
static void openNext(int Signal) {
  (void)Signal;
  ++Faults;
  mprotect(Memory + Next++ * Words, Page, PROT_READ | PROT_WRITE);
}

static void closeAll(void) {
  mprotect(Memory, Pages * Page, PROT_NONE);
  Next = Faults = 0;
}

/// Many values in registers, general and vector, that the access doesn't need.
__attribute__((noinline)) static uint64_t mix(uint64_t *P, int N) {
  uint64_t A = 1, B = 2, C = 3, D = 4, E = 5, G = 6, H = 7, I = 8;
  double X = 1, Y = 2, Z = 3;
  for (int K = 0; K != N; ++K) {
    A += B ^ (uint64_t)K;
    B = B * 3 + C;
    C ^= D + A;
    P[K] += A;
    D += E >> 3;
    E = E * 5 + G;
    X = X * 0.5 + (double)K;
    G ^= P[K] + H;
    H += I;
    Y += X;
    I = I * 7 + A;
    Z = Z * 0.25 + Y;
  }
  return A + B + C + D + E + G + H + I + (uint64_t)X + (uint64_t)Y + (uint64_t)Z;
}

static uint64_t mixAll(int WithFaults) {
  mprotect(Memory, Pages * Page, PROT_READ | PROT_WRITE);
  memset(Memory, 1, Pages * Page);
  Next = Faults = 0;
  if (WithFaults)
    closeAll();
  return mix(Memory, Pages * Words);
}

static sigjmp_buf Back;
static void leave(int Signal) {
  ++Faults;
  siglongjmp(Back, Signal);
}

/// The handler's own accesses fault, and so on, five deep.
static volatile uint64_t Inner;
static void nested(int Signal) {
  (void)Signal;
  const int Depth = ++Faults;
  if (Depth < 5)
    Inner += mix(Memory + Depth * Words, 10);
  mprotect(Memory + (Depth - 1) * Words, Page, PROT_READ | PROT_WRITE);
}

static void tick(int Signal) {
  (void)Signal;
  ++Ticks;
}

static void giveUp(int Signal) { signal(Signal, SIG_DFL); }

__attribute__((noinline)) static int leaf(int *P, int N) {
  int Sum = 0;
  for (int K = 0; K != N; ++K)
    Sum += P[K];
  return Sum;
}
__attribute__((noinline)) static int caller(int *P, int N) {
  return leaf(P, N) + 1; // no tail call
}

static volatile int FoundCaller;
static _Unwind_Reason_Code lookAt(struct _Unwind_Context *Frame, void *Arg) {
  (void)Arg;
  const uintptr_t Into = _Unwind_GetIP(Frame) - (uintptr_t)caller;
  if (Into && Into < 64)
    ++FoundCaller;
  return _URC_NO_REASON;
}

static void lookBack(int Signal) {
  _Unwind_Backtrace(lookAt, 0);
  siglongjmp(Back, Signal);
}

__attribute__((noinline)) static int overflow(int Depth) {
  volatile char Big[512];
  Big[0] = (char)Depth;
  return overflow(Depth + 1) + Big[0];
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  Memory = mmap(0, Pages * Page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int Round = 0; Round != 30; ++Round)
    mixAll(0); // so that it is hot

  // CHECK: returned 64 times, same
  signal(SIGSEGV, openNext);
  const uint64_t Want = mixAll(0), Got = mixAll(1);
  printf("returned %d times, %s\n", Faults, Want == Got ? "same" : "different");

  // CHECK: with ticks: same
  signal(SIGALRM, tick);
  const struct itimerval Often = {{0, 200}, {0, 200}}, Never = {};
  setitimer(ITIMER_REAL, &Often, 0);
  int Same = 1;
  for (int Round = 0; Round != 50 || Ticks < 20; ++Round)
    Same &= mixAll(1) == Want;
  setitimer(ITIMER_REAL, &Never, 0);
  printf("with ticks: %s\n", Same ? "same" : "different");

  // CHECK: nested: 5, same
  memset(Memory, 1, Pages * Page);
  const uint64_t Once = mix(Memory, 10);
  memset(Memory, 1, Pages * Page);
  closeAll();
  struct sigaction A = {.sa_handler = nested, .sa_flags = SA_NODEFER};
  sigaction(SIGSEGV, &A, 0);
  Same = mix(Memory, 10) == Once && Inner == 4 * Once;
  printf("nested: %d, %s\n", Faults, Same ? "same" : "different");

  // CHECK: left 20000 times
  signal(SIGSEGV, leave);
  closeAll();
  for (volatile int K = 0; K != 20000; ++K)
    if (!sigsetjmp(Back, 1))
      mix(Memory, 1);
  printf("left %d times\n", Faults);

  // CHECK: copied: same
  signal(SIGSEGV, openNext);
  closeAll();
  static char Text[Pages * Page];
  for (size_t K = 0; K != sizeof Text; ++K)
    Text[K] = (char)(K * 7);
  memcpy(Memory, Text, sizeof Text);
  printf("copied: %s\n", memcmp(Memory, Text, sizeof Text) ? "different" : "same");

  // CHECK: gave up: signal 11
  signal(SIGSEGV, giveUp);
  int Status = 0;
  if (fork() == 0) {
    mix((uint64_t *)8, 1);
    _exit(0);
  }
  wait(&Status);
  printf("gave up: signal %d\n", WIFSIGNALED(Status) ? WTERMSIG(Status) : 0);

  // CHECK: overflow: 11
  static char Stack[1 << 16];
  const stack_t Alternate = {.ss_sp = Stack, .ss_size = sizeof Stack};
  sigaltstack(&Alternate, 0);
  A.sa_handler = leave;
  A.sa_flags = SA_ONSTACK;
  sigaction(SIGSEGV, &A, 0);
  const int Why = sigsetjmp(Back, 1);
  if (!Why)
    overflow(0);
  printf("overflow: %d\n", Why);

  // CHECK: caller found
  static int Numbers[1000];
  volatile int Sum;
  for (int Round = 0; Round != 3000; ++Round)
    Sum = caller(Numbers, 1000);
  signal(SIGSEGV, lookBack);
  if (!sigsetjmp(Back, 1))
    Sum = caller((int *)8, 1);
  printf("caller %s\n", FoundCaller ? "found" : "lost");
  return 0;
}
