// FPSR in a hot loop: underflow is judged before rounding, and flush to zero has
// flags of its own. A thread may switch it on while others go on without it.
// RUN: %aarch64-cc -O2 -static -pthread -ffp-contract=off %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void setFpcr(uint64_t V) { __asm__ volatile("msr fpcr, %0" ::"r"(V)); }
static void setFpsr(uint64_t V) { __asm__ volatile("msr fpsr, %0" ::"r"(V)); }
static unsigned fpsr(void) {
  uint64_t V;
  __asm__ volatile("mrs %0, fpsr" : "=r"(V));
  return V;
}

enum { Flush = 1 << 24 };
static const double Least = 0x1p-1022; // normal

typedef double Op(double, double);
#define OP(NAME, EXPR)                                                         \
  static __attribute__((noinline)) double NAME(double A, double B) {           \
    return EXPR;                                                               \
  }
OP(add, A + B)
OP(mul, A *B)
OP(half, (float)(A * B))
OP(pair, A *B + A)
OP(less, A < B)
OP(whole, (int64_t)A)

// Many times, for the optimising tier, with one special operand among them.
static __attribute__((noinline)) void try(const char *Name, Op *F, double A,
                                          double B, int Rounds) {
  volatile double Sum = 0;
  setFpsr(0);
  for (int I = 0; I < Rounds; I++)
    Sum = F(1, 2);
  unsigned Before = fpsr();
  double R = F(A, B);
  unsigned After = fpsr();
  uint64_t Bits;
  memcpy(&Bits, &R, 8);
  printf("%s: %016llx, fpsr %x then %x\n", Name, (unsigned long long)Bits,
         Before, After);
}

static void all(const char *Title, int Rounds) {
  puts(Title);
  const double Down = 1 - 0x1p-52, Up = Least * (1 + 0x1p-52);
  try("add", add, Up, -Least, Rounds);
  try("mul", mul, Down, Up, Rounds);
  try("exact", mul, 1, Least, Rounds);
  try("half", half, 0x1p-126 - 0x1p-179, 1, Rounds);
  try("pair", pair, Up, -Down, Rounds);
  try("tiny operand", mul, 0x1p-1040, 4, Rounds);
  try("less", less, 0x1p-1040, 4, Rounds);
  try("whole", whole, 0x1p-1040, 4, Rounds);
}

static pthread_barrier_t Step;
static void *other(void *Arg) {
  for (int I = 0; I < 3; I++) {
    pthread_barrier_wait(&Step);
    if (mul(0x1p-1040, 0x1p-1) != 0x1p-1041)
      puts("the other thread flushes");
    pthread_barrier_wait(&Step);
  }
  return 0;
}

int main(int Argc, char **Argv) {
  const int Rounds = Argc > 1 ? 3000000 : 3;
  pthread_t T;
  pthread_barrier_init(&Step, 0, 2);
  pthread_create(&T, 0, other, 0);
  for (int I = 0; I < 3; I++) {
    pthread_barrier_wait(&Step);
    setFpcr(I == 1 ? Flush : 0);
    all(I == 1 ? "flush to zero" : "gradual underflow", Rounds);
    pthread_barrier_wait(&Step);
  }
  pthread_join(T, 0);
  return 0;
}

// CHECK: gradual underflow
// CHECK-NEXT: add: 0000000000000001, fpsr 0 then 0
// CHECK-NEXT: mul: 0010000000000000, fpsr 0 then 18
// CHECK-NEXT: exact: 0010000000000000, fpsr 0 then 0
// CHECK-NEXT: half: 3810000000000000, fpsr 0 then 18
// CHECK-NEXT: pair: 0000000000000001, fpsr 0 then 18
// CHECK-NEXT: tiny operand: 0000001000000000, fpsr 0 then 0
// CHECK-NEXT: less: 3ff0000000000000, fpsr 0 then 0
// CHECK-NEXT: whole: 0000000000000000, fpsr 0 then 10
// CHECK-NEXT: flush to zero
// CHECK-NEXT: add: 0000000000000000, fpsr 0 then 8
// CHECK-NEXT: mul: 0000000000000000, fpsr 0 then 8
// CHECK-NEXT: exact: 0010000000000000, fpsr 0 then 0
// CHECK-NEXT: half: 0000000000000000, fpsr 0 then 8
// CHECK-NEXT: pair: 0010000000000001, fpsr 0 then 8
// CHECK-NEXT: tiny operand: 0000000000000000, fpsr 0 then 80
// CHECK-NEXT: less: 3ff0000000000000, fpsr 0 then 80
// CHECK-NEXT: whole: 0000000000000000, fpsr 0 then 80
// CHECK-NEXT: gradual underflow
// CHECK-NEXT: add: 0000000000000001, fpsr 0 then 0
// CHECK-NEXT: mul: 0010000000000000, fpsr 0 then 18
// CHECK-NEXT: exact: 0010000000000000, fpsr 0 then 0
// CHECK-NEXT: half: 3810000000000000, fpsr 0 then 18
// CHECK-NEXT: pair: 0000000000000001, fpsr 0 then 18
// CHECK-NEXT: tiny operand: 0000001000000000, fpsr 0 then 0
// CHECK-NEXT: less: 3ff0000000000000, fpsr 0 then 0
// CHECK-NEXT: whole: 0000000000000000, fpsr 0 then 10
