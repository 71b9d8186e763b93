// A thousand threads at once, storms of short threads from several, and processes in
// name spaces of their own.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-run --tier=baseline %t | %filecheck %s
// RUN: %xlate-run %t | %filecheck %s

#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Many = 1000 };
static pthread_barrier_t All;
static pthread_mutex_t Lock = PTHREAD_MUTEX_INITIALIZER;
static long Count;
static __thread long Own;

static void *member(void *Arg) {
  Own = (long)Arg;
  pthread_barrier_wait(&All);
  pthread_mutex_lock(&Lock);
  ++Count;
  pthread_mutex_unlock(&Lock);
  pthread_barrier_wait(&All);
  return (void *)Own;
}

static void *shortLived(void *Arg) {
  __atomic_fetch_add(&Count, 1, __ATOMIC_RELAXED);
  return 0;
}

static void *storm(void *Arg) {
  pthread_attr_t A;
  pthread_attr_init(&A);
  pthread_attr_setstacksize(&A, 65536);
  for (int I = 0; I < 300; ++I) {
    pthread_t T[2];
    pthread_create(&T[0], &A, shortLived, 0);
    pthread_create(&T[1], &A, shortLived, 0);
    pthread_join(T[0], 0);
    pthread_join(T[1], 0);
  }
  return 0;
}

static char Stack[65536] __attribute__((aligned(16)));
static int inNamespace(void *Arg) {
  struct utsname U;
  if (getpid() != 1 || sethostname("inside", 6) || uname(&U))
    return 1;
  return strcmp(U.nodename, "inside") ? 2 : 42;
}

int main(void) {
  pthread_attr_t A;
  pthread_attr_init(&A);
  pthread_attr_setstacksize(&A, 65536);
  static pthread_t T[Many];
  pthread_barrier_init(&All, 0, Many + 1);
  for (long I = 0; I < Many; ++I)
    if (pthread_create(&T[I], &A, member, (void *)I)) {
      printf("no thread %ld\n", I);
      return 1;
    }
  pthread_barrier_wait(&All);
  pthread_barrier_wait(&All);
  long Sum = 0;
  for (int I = 0; I < Many; ++I) {
    void *R;
    pthread_join(T[I], &R);
    Sum += (long)R;
  }
  printf("%ld threads, sum %ld\n", Count, Sum);
  // CHECK: 1000 threads, sum 499500

  Count = 0;
  for (int I = 0; I < 4; ++I)
    pthread_create(&T[I], 0, storm, 0);
  for (int I = 0; I < 4; ++I)
    pthread_join(T[I], 0);
  printf("%ld short ones\n", Count);
  // CHECK-NEXT: 2400 short ones

  struct utsname Before, After;
  uname(&Before);
  int S = 0;
  const int Spaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWNS;
  pid_t P = clone(inNamespace, Stack + sizeof Stack, Spaces | SIGCHLD, 0);
  if (P > 0)
    waitpid(P, &S, 0);
  uname(&After);
  printf("name spaces: %d, outside the same: %d\n", WEXITSTATUS(S),
         !strcmp(Before.nodename, After.nodename));
  // CHECK-NEXT: name spaces: 42, outside the same: 1
}
