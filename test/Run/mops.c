// Memory copies and sets as instructions: every small size, larger ones across
// pages, overlapping operands, and what is left of one that faults. qemu 7.2
// lacks them.
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

typedef struct {
  uint64_t D, S, N;
} Regs;

// CPYFP, CPYFM, CPYFE [x0]!, [x1]!, x2!
static Regs copyForward(void *To, const void *From, uint64_t N) {
  register uint64_t D __asm__("x0") = (uint64_t)To, S __asm__("x1") = (uint64_t)From,
                      L __asm__("x2") = N;
  __asm__ volatile(".inst 0x19010440\n.inst 0x19410440\n.inst 0x19810440"
                   : "+r"(D), "+r"(S), "+r"(L)::"memory", "cc");
  return (Regs){D, S, L};
}

// CPYP, CPYM, CPYE [x19]!, [x5]!, x20!
static Regs copy(void *To, const void *From, uint64_t N) {
  register uint64_t D __asm__("x19") = (uint64_t)To, S __asm__("x5") = (uint64_t)From,
                      L __asm__("x20") = N;
  __asm__ volatile(".inst 0x1d050693\n.inst 0x1d450693\n.inst 0x1d850693"
                   : "+r"(D), "+r"(S), "+r"(L)::"memory", "cc");
  return (Regs){D, S, L};
}

// SETP, SETM, SETE [x6]!, x7!, x1
static Regs set(void *To, uint64_t Byte, uint64_t N) {
  register uint64_t D __asm__("x6") = (uint64_t)To, L __asm__("x7") = N,
                      V __asm__("x1") = Byte;
  __asm__ volatile(".inst 0x19c104e6\n.inst 0x19c144e6\n.inst 0x19c184e6"
                   : "+r"(D), "+r"(L)
                   : "r"(V)
                   : "memory", "cc");
  return (Regs){D, V, L};
}

static unsigned char *Space, Pattern[3 * 4096], Want[sizeof Pattern];
static int Wrong;

static void fill(void) {
  memcpy(Space, Pattern, sizeof Pattern);
  memcpy(Want, Pattern, sizeof Pattern);
}

static void check(const char *What, int To, int From, int N, int Ok) {
  if ((!Ok || memcmp(Space, Want, sizeof Want)) && ++Wrong < 10)
    printf("%s of %d bytes from %d to %d\n", What, N, From, To);
}

static void tryAll(int To, int From, int N) {
  const uint64_t D = (uint64_t)Space + To, S = (uint64_t)Space + From;
  fill();
  for (int I = 0; I < N; ++I)
    Want[To + I] = Space[From + I];
  if (To + N <= From || From + N <= To) {
    Regs R = copyForward(Space + To, Space + From, N);
    check("forward copy", To, From, N, R.D == D + N && R.S == S + N && !R.N);
    fill();
    for (int I = 0; I < N; ++I)
      Want[To + I] = Space[From + I];
  }
  Regs R = copy(Space + To, Space + From, N);
  const int Back = From < To && To < From + N ? 0 : N;
  check("copy", To, From, N, R.D == D + Back && R.S == S + Back && !R.N);
  fill();
  for (int I = 0; I < N; ++I)
    Want[To + I] = (unsigned char)From;
  R = set(Space + To, 0x1200 + (From & 255), N);
  check("set", To, From, N, R.D == D + N && !R.N);
}

static sigjmp_buf Jump;
static Regs AtFault;
static uint64_t FaultAt;
static void onFault(int Sig, siginfo_t *Info, void *Context) {
  const mcontext_t *M = &((ucontext_t *)Context)->uc_mcontext;
  AtFault = (Regs){M->regs[19], M->regs[5], M->regs[20]};
  FaultAt = (uint64_t)Info->si_addr;
  siglongjmp(Jump, 1);
}

// Page 1 is the last one that can be written: what is done before the fault?
static void faulting(int To, int From, int N) {
  fill();
  mprotect(Space + 2 * 4096, 4096, PROT_READ);
  if (!sigsetjmp(Jump, 1)) {
    copy(Space + To, Space + From, N);
    printf("no fault\n");
  }
  int Done = 0;
  while (Done < N && Space[To + Done] == Want[From + Done])
    ++Done;
  mprotect(Space + 2 * 4096, 4096, PROT_READ | PROT_WRITE);
  printf("%d bytes to %d: fault at %d, %d done, registers %d %d %d\n", N, To,
         (int)(FaultAt - (uint64_t)Space), Done, (int)(AtFault.D - (uint64_t)Space),
         (int)(AtFault.S - (uint64_t)Space), (int)AtFault.N);
}

int main(void) {
  Space = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int I = 0; I < 3 * 4096; ++I)
    Pattern[I] = I * 7 + I / 256;
  int Tries = 0;
  for (int N = 0; N < 140; ++N)
    for (int Distance = -145; Distance < 150; Distance += N < 20 ? 1 : 5, ++Tries)
      tryAll(1000 + Distance, 1000, N);
  for (int N = 200; N < 3000; N += 431)
    for (int To = 0; To < 9000; To += 1237, ++Tries)
      tryAll(To, 4000 + N % 7, N);
  for (int To = 4096 - 70; To < 4100; ++To, ++Tries)
    tryAll(To, 8192 - 33, 64);
  printf("%d tries, %d wrong\n", Tries, Wrong);
  // CHECK: {{[0-9]+}} tries, 0 wrong
  struct sigaction Action = {.sa_sigaction = onFault, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &Action, 0);
  faulting(8192 - 20, 100, 40);
  // CHECK-NEXT: 40 bytes to 8172: fault at 8192, 20 done, registers 8192 120 20
  faulting(8192 - 3, 100, 7);
  // CHECK-NEXT: 7 bytes to 8189: fault at 8192, 3 done, registers 8192 103 4
  faulting(8192 - 500, 4096 - 50, 1000);
  // CHECK-NEXT: 1000 bytes to 7692: fault at 8192, 500 done, registers 8192 4546 500
  faulting(8192, 0, 16);
  // CHECK-NEXT: 16 bytes to 8192: fault at 8192, 0 done, registers 8192 0 16
  return Wrong != 0;
}
