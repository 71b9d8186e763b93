// clone without CLONE_THREAD in every way of sharing memory, robust mutexes, many
// threads, fork beside running threads, posix_spawn of what doesn't exist.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char Stack[65536] __attribute__((aligned(16)));
static int setWord(void *P) {
  *(int *)P = 5;
  return 3;
}

static pthread_mutex_t Robust;
static void *die(void *Arg) {
  pthread_mutex_lock(&Robust);
  return 0;
}
static void *nothing(void *Arg) { return Arg; }
static int Stop;
static void *busy(void *Arg) {
  while (!__atomic_load_n(&Stop, __ATOMIC_RELAXED))
    free(malloc(100));
  return 0;
}

int main(void) {
  const int Ways[] = {CLONE_VM, CLONE_VM | CLONE_VFORK, CLONE_VM | CLONE_SIGHAND, 0};
  for (int W = 0; W < 4; ++W) {
    int Good = 0, S;
    for (int I = 0; I < 20; ++I) {
      int Word = 0;
      pid_t P = clone(setWord, Stack + sizeof Stack, Ways[W] | SIGCHLD, &Word);
      Good += waitpid(P, &S, 0) == P && S == 0x300 && Word == (W == 3 ? 0 : 5);
    }
    printf("way %d: %d\n", W, Good);
  }
  // CHECK: way 0: 20
  // CHECK-NEXT: way 1: 20
  // CHECK-NEXT: way 2: 20
  // CHECK-NEXT: way 3: 20

  pthread_mutexattr_t A;
  pthread_mutexattr_init(&A);
  pthread_mutexattr_setrobust(&A, PTHREAD_MUTEX_ROBUST);
  int Dead = 0;
  pthread_t T;
  for (int I = 0; I < 100; ++I) {
    pthread_mutex_init(&Robust, &A);
    pthread_create(&T, 0, die, 0);
    pthread_join(T, 0);
    Dead += pthread_mutex_lock(&Robust) == EOWNERDEAD;
    pthread_mutex_consistent(&Robust);
    pthread_mutex_unlock(&Robust);
  }
  printf("owner died: %d\n", Dead);
  // CHECK-NEXT: owner died: 100

  long Sum = 0;
  for (long I = 0; I < 1000; ++I) {
    void *R;
    pthread_create(&T, 0, nothing, (void *)I);
    pthread_join(T, &R);
    Sum += (long)R;
  }
  printf("threads: %ld\n", Sum);
  // CHECK-NEXT: threads: 499500

  pthread_t B[3];
  for (int I = 0; I < 3; ++I)
    pthread_create(&B[I], 0, busy, 0);
  int Good = 0, S;
  for (int I = 0; I < 50; ++I) {
    pid_t P = fork();
    if (P == 0) {
      free(malloc(1000));
      _exit(7);
    }
    Good += waitpid(P, &S, 0) == P && S == 0x700;
  }
  __atomic_store_n(&Stop, 1, __ATOMIC_RELAXED);
  for (int I = 0; I < 3; ++I)
    pthread_join(B[I], 0);
  printf("forks: %d\n", Good);
  // CHECK-NEXT: forks: 50

  pid_t P;
  char *Args[] = {"missing", 0};
  printf("spawn: %d\n", posix_spawn(&P, "/no/such/file", 0, 0, Args, Args) == ENOENT);
  // CHECK-NEXT: spawn: 1
  int *Tid = 0;
  printf("tid address: %d\n", prctl(PR_GET_TID_ADDRESS, &Tid) == 0 && *Tid == gettid());
  // CHECK-NEXT: tid address: 1
}
