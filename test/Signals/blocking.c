// A signal that arrives just before, during or just after a blocking call is
// never lost: each wait below would last for ever if its wake-up were.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t Seen;
static void count(int Signal) { ++Seen; }

static pthread_t Waiter;
static int Turn[2];

// Sends one signal per byte, after a pause that differs each time.
static void *sender(void *Arg) {
  char C;
  for (unsigned I = 0; read(Turn[0], &C, 1) == 1; ++I) {
    for (volatile unsigned J = 0; J < I * 37 % 3000; ++J)
      ;
    pthread_kill(Waiter, SIGUSR1);
  }
  return 0;
}

enum { Rounds = 150 };

int main(void) {
  struct sigaction A = {.sa_handler = count};
  sigaction(SIGUSR1, &A, 0);
  alarm(60); // instead of a hang
  sigset_t Usr1, None;
  sigemptyset(&None);
  sigemptyset(&Usr1);
  sigaddset(&Usr1, SIGUSR1);
  sigprocmask(SIG_BLOCK, &Usr1, 0);
  Waiter = pthread_self();
  pipe(Turn);
  pthread_t T;
  pthread_create(&T, 0, sender, 0);
  int Epoll = epoll_create1(0), Bad = 0;
  for (int Kind = 0; Kind < 4; ++Kind) {
    Seen = 0;
    for (int I = 1; I <= Rounds; ++I) {
      struct epoll_event E;
      write(Turn[1], "x", 1);
      int R = Kind == 0   ? sigsuspend(&None)
              : Kind == 1 ? ppoll(0, 0, 0, &None)
              : Kind == 2 ? pselect(0, 0, 0, 0, 0, &None)
                          : epoll_pwait(Epoll, &E, 1, -1, &None);
      Bad += R != -1 || errno != EINTR || Seen != I;
    }
    printf("kind %d: %d signals, %d bad\n", Kind, Seen, Bad);
  }
  // CHECK: kind 0: 150 signals, 0 bad
  // CHECK-NEXT: kind 1: 150 signals, 0 bad
  // CHECK-NEXT: kind 2: 150 signals, 0 bad
  // CHECK-NEXT: kind 3: 150 signals, 0 bad
  Seen = 0;
  for (int I = 0; I < Rounds; ++I) {
    siginfo_t Info;
    write(Turn[1], "x", 1);
    // The C library's sigwaitinfo() turns SI_TKILL into SI_USER.
    Bad += syscall(SYS_rt_sigtimedwait, &Usr1, &Info, 0, 8) != SIGUSR1 ||
           Info.si_code != SI_TKILL || Info.si_pid != getpid();
  }
  printf("waited for: %d handled, %d bad\n", Seen, Bad);
  // CHECK-NEXT: waited for: 0 handled, 0 bad
  close(Turn[1]);
  pthread_join(T, 0);

  // Stop, continue and death, as the parent sees them.
  int S;
  pid_t P = fork();
  if (P == 0) {
    signal(SIGTERM, SIG_DFL);
    for (;;)
      ;
  }
  kill(P, SIGSTOP);
  waitpid(P, &S, WUNTRACED);
  printf("stopped: %d\n", WIFSTOPPED(S) && WSTOPSIG(S) == SIGSTOP);
  kill(P, SIGCONT);
  waitpid(P, &S, WCONTINUED);
  printf("continued: %d\n", WIFCONTINUED(S));
  kill(P, SIGTERM);
  waitpid(P, &S, 0);
  printf("terminated: %d\n", WIFSIGNALED(S) && WTERMSIG(S) == SIGTERM);
  // CHECK-NEXT: stopped: 1
  // CHECK-NEXT: continued: 1
  // CHECK-NEXT: terminated: 1
}
