// Timers and other sources of signals: interval and POSIX timers with their payload,
// timerfd, signalfd, queued real-time signals in order, SIGCHLD and what it says,
// SA_RESTART, SA_RESETHAND, SA_NODEFER, nested handlers, siglongjmp and swapcontext
// out of a handler.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static volatile sig_atomic_t Count, Depth, Deepest;
static volatile siginfo_t Last;
static volatile int Order[64];

static void note(int Signal, siginfo_t *Info, void *Context) {
  memcpy((void *)&Last, Info, sizeof Last);
  if (Signal >= SIGRTMIN)
    Order[Count & 63] = Info->si_value.sival_int;
  ++Count;
}

static void on(int Signal, void (*Handler)(int, siginfo_t *, void *), int Flags) {
  struct sigaction A = {.sa_sigaction = Handler, .sa_flags = SA_SIGINFO | Flags};
  sigaction(Signal, &A, 0);
  Count = 0;
}

/// Busy, not in a system call: the code itself must notice.
static void spinUntil(int N) {
  while (Count < N)
    ;
}

static void timers(void) {
  on(SIGALRM, note, 0);
  struct itimerval Every = {{0, 1000}, {0, 1000}}, Off = {};
  setitimer(ITIMER_REAL, &Every, 0);
  spinUntil(20);
  setitimer(ITIMER_REAL, &Off, 0);
  printf("interval timer: code %d\n", Last.si_code);
  // CHECK: interval timer: code 128

  on(SIGVTALRM, note, 0);
  setitimer(ITIMER_VIRTUAL, &Every, 0);
  spinUntil(5);
  setitimer(ITIMER_VIRTUAL, &Off, 0);
  printf("virtual timer\n");
  // CHECK-NEXT: virtual timer

  on(SIGRTMIN, note, 0);
  struct sigevent E = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
  E.sigev_value.sival_int = 77;
  timer_t T;
  timer_create(CLOCK_MONOTONIC, &E, &T);
  struct itimerspec Spec = {{0, 1000000}, {0, 1000000}};
  timer_settime(T, 0, &Spec, 0);
  spinUntil(10);
  timer_delete(T);
  printf("posix timer: code %d, value %d\n", Last.si_code, Last.si_value.sival_int);
  // CHECK-NEXT: posix timer: code -2, value 77

  int Fd = timerfd_create(CLOCK_MONOTONIC, 0);
  timerfd_settime(Fd, 0, &Spec, 0);
  uint64_t Expired = 0;
  printf("timerfd: %d %d\n", (int)read(Fd, &Expired, 8), Expired > 0);
  close(Fd);
  // CHECK-NEXT: timerfd: 8 1
}

static void queues(void) {
  on(SIGRTMIN + 1, note, 0);
  sigset_t S;
  sigemptyset(&S);
  sigaddset(&S, SIGRTMIN + 1);
  sigprocmask(SIG_BLOCK, &S, 0);
  for (int I = 0; I < 50; ++I)
    sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = I * I});
  int Before = Count, InOrder = 0;
  sigprocmask(SIG_UNBLOCK, &S, 0);
  for (int I = 0; I < 50; ++I)
    InOrder += Order[I] == I * I;
  printf("queued: %d, then %d, in order %d, code %d\n", Before, Count, InOrder, Last.si_code);
  // CHECK-NEXT: queued: 0, then 50, in order 50, code -1

  sigemptyset(&S);
  sigaddset(&S, SIGUSR1);
  sigprocmask(SIG_BLOCK, &S, 0);
  int Fd = signalfd(-1, &S, 0);
  kill(getpid(), SIGUSR1);
  struct signalfd_siginfo Info = {};
  int N = read(Fd, &Info, sizeof Info);
  printf("signalfd: %d, signal %d from %d\n", N, Info.ssi_signo, (int)Info.ssi_pid == getpid());
  close(Fd);
  sigprocmask(SIG_UNBLOCK, &S, 0);
  // CHECK-NEXT: signalfd: 128, signal 10 from 1
}

static void children(void) {
  on(SIGCHLD, note, 0);
  const int How[3] = {0, SIGKILL, SIGSEGV};
  for (int I = 0; I < 3; ++I) {
    Count = 0;
    pid_t P = fork();
    if (P == 0) {
      if (!How[I])
        _exit(9);
      raise(How[I]);
    }
    spinUntil(1);
    int S;
    waitpid(P, &S, 0);
    printf("child: code %d, status %d, pid %d; wait %x\n", Last.si_code, Last.si_status,
           Last.si_pid == P, S & 0xff7f);
  }
  signal(SIGCHLD, SIG_DFL);
  // CHECK-NEXT: child: code 1, status 9, pid 1; wait 900
  // CHECK-NEXT: child: code 2, status 9, pid 1; wait 9
  // CHECK-NEXT: child: code {{[23]}}, status 11, pid 1; wait b
}

static void nested(int Signal, siginfo_t *Info, void *Context) {
  if (++Depth > Deepest)
    Deepest = Depth;
  if (++Count < 10)
    raise(Signal);
  --Depth;
}

static void flags(void) {
  on(SIGUSR1, nested, SA_NODEFER);
  raise(SIGUSR1);
  printf("nodefer: %d deep, %d\n", Deepest, Count);
  Deepest = 0;
  on(SIGUSR1, nested, 0);
  raise(SIGUSR1);
  printf("deferred: %d deep, %d\n", Deepest, Count);
  on(SIGUSR2, note, SA_RESETHAND);
  raise(SIGUSR2);
  struct sigaction A;
  sigaction(SIGUSR2, 0, &A);
  printf("resethand: %d, default %d\n", Count, A.sa_handler == SIG_DFL);
  // CHECK-NEXT: nodefer: 10 deep, 10
  // CHECK-NEXT: deferred: 1 deep, 10
  // CHECK-NEXT: resethand: 1, default 1

  // A pipe that gets its byte only after the signal.
  for (int Restart = 0; Restart < 2; ++Restart) {
    on(SIGALRM, note, Restart ? SA_RESTART : 0);
    int Pipe[2];
    pipe(Pipe);
    pid_t P = fork();
    if (P == 0) {
      usleep(200000);
      write(Pipe[1], "x", 1);
      _exit(0);
    }
    struct itimerval Once = {{}, {0, 20000}};
    setitimer(ITIMER_REAL, &Once, 0);
    char C;
    int N = read(Pipe[0], &C, 1);
    printf("restart %d: read %d %s, %d signal\n", Restart, N, N < 0 ? strerror(errno) : "", Count);
    waitpid(P, 0, 0);
  }
  // CHECK-NEXT: restart 0: read -1 Interrupted system call, 1 signal
  // CHECK-NEXT: restart 1: read 1 , 1 signal
}

static sigjmp_buf Back;
static ucontext_t Main, Other;
static void jump(int Signal, siginfo_t *Info, void *Context) {
  ++Count;
  siglongjmp(Back, 1);
}
static void swap(int Signal, siginfo_t *Info, void *Context) {
  ++Count;
  swapcontext(&Main, &Other);
}
static void other(void) {
  for (;;) {
    ++Depth;
    swapcontext(&Other, &Main);
  }
}

static void waysOut(void) {
  on(SIGUSR1, jump, 0);
  for (volatile int I = 0; I < 1000; ++I)
    if (!sigsetjmp(Back, 1))
      raise(SIGUSR1);
  printf("jumps: %d\n", Count);
  on(SIGUSR1, swap, 0);
  static char Stack[65536] __attribute__((aligned(16)));
  getcontext(&Other);
  Other.uc_stack.ss_sp = Stack;
  Other.uc_stack.ss_size = sizeof Stack;
  makecontext(&Other, other, 0);
  Depth = 0;
  for (int I = 0; I < 1000; ++I)
    raise(SIGUSR1);
  printf("swaps: %d, %d\n", Count, Depth);
  // CHECK-NEXT: jumps: 1000
  // CHECK-NEXT: swaps: 1000, 1000
}

int main(void) {
  timers();
  queues();
  children();
  flags();
  waysOut();
}
