// Outcomes that the memory model forbids don't occur, and atomics lose nothing:
// SB with a full barrier and with release/acquire, MP, LB; exclusives, LSE and
// 128-bit pairs under contention; a spin on a relaxed load ends.
// RUN: %aarch64-cc -O2 -static -pthread -march=armv8.1-a %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

enum { Rounds = 20000 };
static struct {
  _Alignas(128) volatile int X;
  _Alignas(128) volatile int Y;
  _Alignas(128) int Go[2], R[2];
} M;

#define STORE(P) asm volatile("str %w0, %1" ::"r"(1), "m"(P) : "memory")
#define LOAD(R, P) asm volatile("ldr %w0, %1" : "=r"(R) : "m"(P) : "memory")
#define STLR(P) asm volatile("stlr %w0, [%1]" ::"r"(1), "r"(&P) : "memory")
#define LDAR(R, P) asm volatile("ldar %w0, [%1]" : "=r"(R) : "r"(&P) : "memory")
#define DMB asm volatile("dmb ish" ::: "memory")

static int Shape;
static void part(int Id) {
  int R = 0;
  switch (Shape * 2 + Id) {
  case 0: STORE(M.X); DMB; LOAD(R, M.Y); break;
  case 1: STORE(M.Y); DMB; LOAD(R, M.X); break;
  case 2: STLR(M.X); LDAR(R, M.Y); break;
  case 3: STLR(M.Y); LDAR(R, M.X); break;
  case 4: STORE(M.X); STLR(M.Y); break;
  case 5: { int F; LDAR(F, M.Y); LOAD(R, M.X); R |= F << 1; break; }
  case 6: LDAR(R, M.X); STORE(M.Y); break;
  case 7: LDAR(R, M.Y); STORE(M.X); break;
  }
  M.R[Id] = R;
}

static void *second(void *Arg) {
  for (int I = 1; I <= Rounds; ++I) {
    while (__atomic_load_n(&M.Go[0], __ATOMIC_ACQUIRE) != I)
      ;
    part(1);
    __atomic_store_n(&M.Go[1], I, __ATOMIC_RELEASE);
  }
  return 0;
}

static int forbidden(void) {
  M.Go[0] = M.Go[1] = 0;
  pthread_t T;
  pthread_create(&T, 0, second, 0);
  int Bad = 0;
  for (int I = 1; I <= Rounds; ++I) {
    M.X = M.Y = 0;
    __atomic_store_n(&M.Go[0], I, __ATOMIC_RELEASE);
    part(0);
    while (__atomic_load_n(&M.Go[1], __ATOMIC_ACQUIRE) != I)
      ;
    Bad += Shape < 2 ? !M.R[0] && !M.R[1] : Shape == 2 ? M.R[1] == 2 : M.R[0] && M.R[1];
  }
  pthread_join(T, 0);
  return Bad;
}

static uint64_t Exclusive, Lse, Pair[2] __attribute__((aligned(16)));
static int Flag;
static void *add(void *Arg) {
  while (!__atomic_load_n(&Flag, __ATOMIC_RELAXED))
    ;
  for (int I = 0; I < Rounds; ++I) {
    uint64_t A, B;
    uint32_t F;
    asm volatile("1: ldxr %0, %2\n add %0, %0, #1\n stxr %w1, %0, %2\n cbnz %w1, 1b"
                 : "=&r"(A), "=&r"(F), "+Q"(Exclusive)::"memory");
    asm volatile("ldadd %1, xzr, %0" : "+Q"(Lse) : "r"(1ul) : "memory");
    asm volatile("1: ldxp %0, %1, %3\n add %0, %0, #1\n sub %1, %1, #1\n"
                 "stxp %w2, %0, %1, %3\n cbnz %w2, 1b"
                 : "=&r"(A), "=&r"(B), "=&r"(F), "+Q"(Pair)::"memory");
  }
  return 0;
}

int main(void) {
  for (Shape = 0; Shape < 4; ++Shape)
    printf("shape %d: %d\n", Shape, forbidden());
  // CHECK: shape 0: 0
  // CHECK-NEXT: shape 1: 0
  // CHECK-NEXT: shape 2: 0
  // CHECK-NEXT: shape 3: 0
  pthread_t T[4];
  for (int I = 0; I < 4; ++I)
    pthread_create(&T[I], 0, add, 0);
  __atomic_store_n(&Flag, 1, __ATOMIC_RELAXED);
  for (int I = 0; I < 4; ++I)
    pthread_join(T[I], 0);
  printf("%lu %lu %lu %ld\n", Exclusive, Lse, Pair[0], (long)Pair[1]);
  // CHECK-NEXT: 80000 80000 80000 -80000
}
