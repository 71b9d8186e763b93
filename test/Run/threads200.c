// 200 threads at once: a barrier, a mutex, atomics, thread-local storage, joins.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/syscall.h>

enum { Count = 200, Rounds = 100 };

static pthread_barrier_t Barrier;
static pthread_mutex_t Mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t Turn = PTHREAD_COND_INITIALIZER;
static atomic_long Sum;
static long Guarded;
static int Next;
static __thread int Mine;

static void *run(void *P) {
  int Id = (int)(long)P;
  Mine = Id;
  pthread_barrier_wait(&Barrier);
  for (int I = 0; I < Rounds; ++I) {
    atomic_fetch_add(&Sum, Id);
    pthread_mutex_lock(&Mutex);
    Guarded += Mine;
    pthread_mutex_unlock(&Mutex);
  }
  // One after the other, in order.
  pthread_mutex_lock(&Mutex);
  while (Next != Id)
    pthread_cond_wait(&Turn, &Mutex);
  ++Next;
  pthread_cond_broadcast(&Turn);
  pthread_mutex_unlock(&Mutex);
  return (void *)(long)(Mine * 2 + (syscall(SYS_gettid) != getpid()));
}

int main(void) {
  static pthread_t Threads[Count];
  pthread_barrier_init(&Barrier, 0, Count);
  for (long I = 0; I < Count; ++I)
    if (pthread_create(&Threads[I], 0, run, (void *)I))
      return 1;
  long Results = 0;
  for (int I = 0; I < Count; ++I) {
    void *R;
    pthread_join(Threads[I], &R);
    Results += (long)R;
  }
  printf("%ld %ld %ld\n", (long)Sum, Guarded, Results);
  // CHECK: 1990000 1990000 40000
  return 0;
}
