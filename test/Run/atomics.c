// Atomics of all widths under contention, with LSE and with exclusives; 16 bytes;
// message passing and Dekker's store buffering.
// RUN: %aarch64-cc -O2 -march=armv8-a -mno-outline-atomics -static -pthread %s -o %t -latomic
// RUN: %xlate-tiers %t | %filecheck %s
// RUN: %aarch64-cc -O2 -march=armv8.1-a -static -pthread %s -o %t -latomic
// RUN: %xlate-quick-tiers %t | %filecheck %s

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

enum { Threads = 4, Rounds = 20000 };

static _Atomic uint8_t A8;
static _Atomic uint16_t A16;
static _Atomic uint32_t A32;
static _Atomic uint64_t A64;
static _Atomic uint32_t Bits;
static struct {
  uint64_t Low, High;
} __attribute__((aligned(16))) Pair;
static _Atomic int Lock;
static long Guarded;

// Adds 1 to the low and 3 to the high half in one step.
static void addPair(void) {
  uint64_t L, H;
#ifdef __ARM_FEATURE_ATOMICS
  L = *(volatile uint64_t *)&Pair.Low, H = *(volatile uint64_t *)&Pair.High;
  for (;;) {
    register uint64_t X2 asm("x2") = L, X3 asm("x3") = H;
    register uint64_t X4 asm("x4") = L + 1, X5 asm("x5") = H + 3;
    asm volatile("caspal x2, x3, x4, x5, [%4]"
                 : "+r"(X2), "+r"(X3)
                 : "r"(X4), "r"(X5), "r"(&Pair)
                 : "memory");
    if (X2 == L && X3 == H)
      return;
    L = X2, H = X3;
  }
#else
  uint32_t Failed;
  asm volatile("1: ldaxp %0, %1, [%3]\n"
               "add %0, %0, #1\n"
               "add %1, %1, #3\n"
               "stlxp %w2, %0, %1, [%3]\n"
               "cbnz %w2, 1b"
               : "=&r"(L), "=&r"(H), "=&r"(Failed)
               : "r"(&Pair)
               : "memory");
#endif
}

static void *run(void *P) {
  long Id = (long)P;
  for (int I = 0; I < Rounds; ++I) {
    atomic_fetch_add(&A8, 1);
    atomic_fetch_sub_explicit(&A16, 3, memory_order_relaxed);
    atomic_fetch_add_explicit(&A32, 5, memory_order_acquire);
    uint64_t Old = atomic_load(&A64);
    while (!atomic_compare_exchange_weak(&A64, &Old, Old * 1 + 7))
      ;
    atomic_fetch_xor(&Bits, 1u << Id);
    atomic_fetch_or(&Bits, 0x100u << Id);
    addPair();
    while (atomic_exchange_explicit(&Lock, 1, memory_order_acquire))
      ;
    Guarded += 1;
    atomic_store_explicit(&Lock, 0, memory_order_release);
  }
  return 0;
}

// Message passing: the payload is there when the flag is.
static volatile long Payload;
static _Atomic int Flag;
static void *producer(void *P) {
  for (int I = 1; I <= Rounds; ++I) {
    Payload = I;
    atomic_store_explicit(&Flag, I, memory_order_release);
    while (atomic_load_explicit(&Flag, memory_order_acquire) != -I)
      ;
  }
  return 0;
}

int main(void) {
  pthread_t T[Threads];
  for (long I = 0; I < Threads; ++I)
    pthread_create(&T[I], 0, run, (void *)I);
  for (int I = 0; I < Threads; ++I)
    pthread_join(T[I], 0);
  printf("%u %u %u %lu %x\n", A8, A16, A32, (long)A64, Bits);
  // 80000 & 255, -240000 & 65535
  // CHECK: 128 22144 400000 560000 f00
  printf("pair: %lu %lu\n", (long)Pair.Low, (long)Pair.High);
  // CHECK-NEXT: pair: 80000 240000
  printf("lock: %ld\n", Guarded);
  // CHECK-NEXT: lock: 80000
  pthread_create(&T[0], 0, producer, 0);
  int Stale = 0;
  for (int I = 1; I <= Rounds; ++I) {
    while (atomic_load_explicit(&Flag, memory_order_acquire) != I)
      ;
    Stale += Payload != I;
    atomic_store_explicit(&Flag, -I, memory_order_release);
  }
  pthread_join(T[0], 0);
  printf("stale: %d\n", Stale);
  // CHECK-NEXT: stale: 0
  return 0;
}
