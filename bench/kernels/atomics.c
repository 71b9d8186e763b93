//===- atomics.c - two threads on shared counters and a spin lock ---===//
#include "bench.h"

#include <pthread.h>
#include <sched.h>

static uint64_t Counter, Locked, Max, Lock;

static void *work(void *Arg) {
  long N = *(long *)Arg;
  for (long I = 0; I < N; ++I) {
    __atomic_fetch_add(&Counter, 1, __ATOMIC_SEQ_CST);
    if (I % 16 == 0) {
      while (__atomic_exchange_n(&Lock, 1, __ATOMIC_ACQUIRE))
        sched_yield();
      ++Locked;
      __atomic_store_n(&Lock, 0, __ATOMIC_RELEASE);
    }
    uint64_t Old = __atomic_load_n(&Max, __ATOMIC_RELAXED);
    while (Old < (uint64_t)I &&
           !__atomic_compare_exchange_n(&Max, &Old, (uint64_t)I, 0,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
      ;
  }
  return NULL;
}

static uint64_t kernel(long N) {
  pthread_t T[2];
  for (int I = 0; I < 2; ++I)
    pthread_create(&T[I], NULL, work, &N);
  for (int I = 0; I < 2; ++I)
    pthread_join(T[I], NULL);
  return Counter * 1000003 + Locked * 1009 + Max;
}

BENCH_MAIN(20000000)
