// Priority-inheriting mutexes: the kernel keeps their owner as a thread's number in
// the futex word. Contended, recursive, robust, and with wrong owners.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t Lock;
static long Count;

static void *adder(void *P) {
  for (int I = 0; I < 5000; ++I) {
    pthread_mutex_lock(&Lock);
    ++Count;
    pthread_mutex_unlock(&Lock);
  }
  return 0;
}

static void *leaver(void *P) {
  pthread_mutex_lock(&Lock);
  return 0; // with the lock
}

static void init(int Type, int Robust) {
  pthread_mutexattr_t A;
  pthread_mutexattr_init(&A);
  pthread_mutexattr_setprotocol(&A, PTHREAD_PRIO_INHERIT);
  pthread_mutexattr_settype(&A, Type);
  pthread_mutexattr_setrobust(&A, Robust);
  pthread_mutex_init(&Lock, &A);
}

static int Word;
static long futex(int Op, struct timespec *T) { return syscall(SYS_futex, &Word, Op, 0, T, 0, 0); }

static void *waiter(void *P) {
  const long R = futex(FUTEX_LOCK_PI, 0);
  const int Mine = (Word & FUTEX_TID_MASK) == gettid();
  printf("waiter: %ld, owner %d\n", R, Mine);
  futex(FUTEX_UNLOCK_PI, 0);
  return 0;
}

int main(void) {
  pthread_t T[6];
  init(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
  for (int I = 0; I < 6; ++I)
    pthread_create(&T[I], 0, adder, 0);
  for (int I = 0; I < 6; ++I)
    pthread_join(T[I], 0);
  printf("count %ld\n", Count);
  // CHECK: count 30000

  init(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
  pthread_mutex_lock(&Lock);
  printf("again: %d\n", pthread_mutex_lock(&Lock) == EDEADLK);
  // CHECK-NEXT: again: 1

  // The owner ends: the next one is told.
  init(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  pthread_create(&T[0], 0, leaver, 0);
  pthread_join(T[0], 0);
  printf("dead owner: %d\n", pthread_mutex_lock(&Lock) == EOWNERDEAD);
  // CHECK-NEXT: dead owner: 1
  printf("consistent: %d %d\n", pthread_mutex_consistent(&Lock), pthread_mutex_unlock(&Lock));
  // CHECK-NEXT: consistent: 0 0

  // The futex itself.
  Word = gettid();
  printf("own: %d\n", futex(FUTEX_LOCK_PI, 0) == -1 && errno == EDEADLK);
  // CHECK-NEXT: own: 1
  fflush(stdout);
  pthread_create(&T[0], 0, waiter, 0);
  while (!(__atomic_load_n(&Word, __ATOMIC_SEQ_CST) & FUTEX_WAITERS))
    usleep(1000);
  const long Unlocked = futex(FUTEX_UNLOCK_PI, 0);
  pthread_join(T[0], 0);
  // CHECK-NEXT: waiter: 0, owner 1
  printf("unlock: %ld\n", Unlocked);
  // CHECK-NEXT: unlock: 0
  Word = 0x3fffffff; // nobody's number
  printf("no owner: %d\n", futex(FUTEX_LOCK_PI, 0) == -1 && errno == ESRCH);
  // CHECK: no owner: 1
  Word = getppid();
  printf("not mine: %d\n", futex(FUTEX_UNLOCK_PI, 0) == -1 && errno == EPERM);
  // CHECK-NEXT: not mine: 1
  return 0;
}
