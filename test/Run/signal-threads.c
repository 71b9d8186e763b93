// Signals between threads: pthread_kill, masks per thread, cancellation, a storm.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/syscall.h>

static atomic_int Handled, WrongThread, Ready, Stop;
static _Thread_local volatile long Work;
static _Thread_local volatile int Tid, Seen;

static void handler(int Signal) {
  if (syscall(SYS_gettid) != Tid)
    ++WrongThread;
  ++Seen;
  ++Handled;
}

static void *busy(void *P) {
  Tid = syscall(SYS_gettid);
  ++Ready;
  while (!Stop)
    ++Work;
  return (void *)(long)Seen;
}

static void *sleeper(void *P) {
  Tid = syscall(SYS_gettid);
  ++Ready;
  while (!Stop)
    pause();
  return (void *)(long)Seen;
}

static void cleanup(void *P) { ++*(int *)P; }
static int CleanedUp;
static void *cancelled(void *P) {
  pthread_cleanup_push(cleanup, &CleanedUp);
  ++Ready;
  for (;;)
    sleep(100);
  pthread_cleanup_pop(1);
}
static void *cancelledBusy(void *P) {
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, 0);
  pthread_cleanup_push(cleanup, &CleanedUp);
  ++Ready;
  for (;;)
    ++Work;
  pthread_cleanup_pop(1);
}

int main(void) {
  struct sigaction A = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &A, 0);
  Tid = syscall(SYS_gettid);
  pthread_t T[4];
  for (int I = 0; I < 4; ++I)
    pthread_create(&T[I], 0, I % 2 ? sleeper : busy, 0);
  while (Ready < 4)
    usleep(100);
  for (int Round = 0; Round < 25; ++Round)
    for (int I = 0; I < 4; ++I) {
      int Before = Handled;
      pthread_kill(T[I], SIGUSR1);
      while (Handled == Before)
        usleep(10);
    }
  Stop = 1;
  long Sum = 0;
  for (int I = 0; I < 4; ++I) {
    pthread_kill(T[I], SIGUSR1);
    void *R;
    pthread_join(T[I], &R);
    Sum += (long)R >= 25;
  }
  printf("threads that saw their signals: %ld, in the wrong thread: %d\n", Sum, WrongThread);
  // CHECK: threads that saw their signals: 4, in the wrong thread: 0

  // A signal to the process goes to the only thread that lets it in.
  sigset_t Set, Old;
  sigemptyset(&Set);
  sigaddset(&Set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &Set, &Old);
  Ready = 0;
  int Before = Handled;
  kill(getpid(), SIGUSR1);
  usleep(1000);
  printf("blocked: %d\n", Handled - Before);
  // CHECK-NEXT: blocked: 0
  pthread_sigmask(SIG_SETMASK, &Old, 0);
  printf("unblocked: %d\n", Handled - Before);
  // CHECK-NEXT: unblocked: 1

  void *R;
  for (int I = 0; I < 2; ++I) {
    Ready = 0;
    pthread_create(&T[0], 0, I ? cancelledBusy : cancelled, 0);
    while (!Ready)
      usleep(100);
    pthread_cancel(T[0]);
    pthread_join(T[0], &R);
    printf("cancelled: %d, cleaned up %d\n", R == PTHREAD_CANCELED, CleanedUp);
  }
  // CHECK-NEXT: cancelled: 1, cleaned up 1
  // CHECK-NEXT: cancelled: 1, cleaned up 2
  return 0;
}
