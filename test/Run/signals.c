// Handlers, masks, alternate stacks, siglongjmp, restarted calls, sigsuspend,
// queued signals, timers.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/wait.h>

static volatile sig_atomic_t Seen, Last, Nested, MaxNested;

static void count(int Signal) {
  ++Seen;
  Last = Signal;
}

static void install(int Signal, void (*Handler)(int), int Flags) {
  struct sigaction A = {.sa_handler = Handler, .sa_flags = Flags};
  sigaction(Signal, &A, 0);
}

// --- alternate stack
static char AltStack[65536] __attribute__((aligned(16)));
static volatile int OnAlt;
static void checkStack(int Signal) {
  char Here;
  OnAlt = &Here >= AltStack && &Here < AltStack + sizeof AltStack;
  stack_t S;
  sigaltstack(0, &S);
  OnAlt += (S.ss_flags & SS_ONSTACK) != 0;
}

// --- stack overflow into the alternate stack, left by siglongjmp
static sigjmp_buf Jump;
static void overflowHandler(int Signal) { siglongjmp(Jump, Signal); }
__attribute__((noinline)) static int recurse(volatile int *P) {
  volatile int Frame[256];
  Frame[0] = *P + 1;
  return recurse(Frame) + Frame[0];
}

static void nestedHandler(int Signal) {
  ++Nested;
  if (Nested > MaxNested)
    MaxNested = Nested;
  if (Nested < 5)
    raise(SIGUSR1);
  --Nested;
}

static int Order[64], OrderSize;
static void queued(int Signal, siginfo_t *Info, void *Context) {
  Order[OrderSize++] = Signal == SIGUSR1 ? -1 : Info->si_value.sival_int;
}

static void timerThread(union sigval V) { __atomic_fetch_add((int *)V.sival_ptr, 1, __ATOMIC_SEQ_CST); }

int main(void) {
  install(SIGUSR1, count, 0);
  for (int I = 0; I < 100; ++I)
    raise(SIGUSR1);
  printf("raised: %d\n", Seen);
  // CHECK: raised: 100

  stack_t Alt = {.ss_sp = AltStack, .ss_size = sizeof AltStack};
  sigaltstack(&Alt, 0);
  install(SIGUSR2, checkStack, SA_ONSTACK);
  raise(SIGUSR2);
  printf("alternate stack: %d\n", OnAlt);
  // CHECK-NEXT: alternate stack: 2

  install(SIGSEGV, overflowHandler, SA_ONSTACK);
  int Overflows = 0, Zero = 0;
  for (int I = 0; I < 3; ++I) {
    if (sigsetjmp(Jump, 1) == 0)
      recurse(&Zero);
    else
      ++Overflows;
  }
  printf("stack overflows: %d\n", Overflows);
  // CHECK-NEXT: stack overflows: 3

  // A loop without system calls, interrupted by a timer.
  Seen = 0;
  install(SIGALRM, count, 0);
  struct itimerval Every = {{0, 2000}, {0, 2000}};
  setitimer(ITIMER_REAL, &Every, 0);
  while (Seen < 10)
    ;
  memset(&Every, 0, sizeof Every);
  setitimer(ITIMER_REAL, &Every, 0);
  puts("timer interrupted the loop");
  // CHECK-NEXT: timer interrupted the loop
  Seen = 0;
  install(SIGPROF, count, 0);
  Every.it_interval.tv_usec = Every.it_value.tv_usec = 5000;
  setitimer(ITIMER_PROF, &Every, 0);
  uint64_t X = 1;
  while (Seen < 5)
    X = X * 6364136223846793005 + 1;
  memset(&Every, 0, sizeof Every);
  setitimer(ITIMER_PROF, &Every, 0);
  puts(X ? "profiling timer" : "");
  // CHECK-NEXT: profiling timer

  // EINTR without, and a restarted read with SA_RESTART.
  int P[2];
  pipe(P);
  char C;
  install(SIGALRM, count, 0);
  Every.it_value.tv_usec = 20000;
  setitimer(ITIMER_REAL, &Every, 0);
  ssize_t N = read(P[0], &C, 1);
  printf("read: %zd %s\n", N, strerror(errno));
  // CHECK-NEXT: read: -1 Interrupted system call
  install(SIGALRM, count, SA_RESTART);
  fflush(stdout);
  Seen = 0;
  pid_t Child = fork();
  if (Child == 0) {
    for (int I = 0; I < 3; ++I) {
      usleep(20000);
      kill(getppid(), SIGALRM);
    }
    usleep(20000);
    write(P[1], "R", 1);
    _exit(0);
  }
  N = read(P[0], &C, 1);
  printf("restarted read: %zd %c after %s\n", N, C, Seen == 3 ? "three signals" : "?");
  // CHECK-NEXT: restarted read: 1 R after three signals
  waitpid(Child, 0, 0);
  struct timespec Nap = {0, 50000000}, Left = {0, 0};
  Every.it_value.tv_usec = 10000;
  setitimer(ITIMER_REAL, &Every, 0);
  int R = nanosleep(&Nap, &Left);
  printf("nanosleep: %d, %s left\n", R, Left.tv_nsec > 0 ? "some time" : "nothing");
  // CHECK-NEXT: nanosleep: -1, some time left

  // Blocked signals wait; sigsuspend lets them in and puts the mask back.
  sigset_t Block, Old, Empty;
  sigemptyset(&Empty);
  sigemptyset(&Block);
  sigaddset(&Block, SIGUSR1);
  sigprocmask(SIG_BLOCK, &Block, &Old);
  install(SIGUSR1, count, 0);
  Seen = 0;
  raise(SIGUSR1);
  raise(SIGUSR1);
  sigset_t Pending;
  sigpending(&Pending);
  printf("blocked: seen %d, pending %d\n", Seen, sigismember(&Pending, SIGUSR1));
  // CHECK-NEXT: blocked: seen 0, pending 1
  R = sigsuspend(&Empty);
  printf("sigsuspend: %d %s, seen %d\n", R, strerror(errno), Seen);
  // CHECK-NEXT: sigsuspend: -1 Interrupted system call, seen 1
  sigprocmask(SIG_SETMASK, &Old, 0);

  install(SIGUSR1, nestedHandler, SA_NODEFER);
  raise(SIGUSR1);
  printf("nested: %d\n", MaxNested);
  // CHECK-NEXT: nested: 5

  // Real-time signals queue in order, lower numbers first.
  struct sigaction A = {.sa_sigaction = queued, .sa_flags = SA_SIGINFO};
  sigfillset(&A.sa_mask);
  sigset_t All;
  sigfillset(&All);
  sigprocmask(SIG_SETMASK, &All, &Old);
  sigaction(SIGRTMIN + 1, &A, 0);
  sigaction(SIGRTMIN + 5, &A, 0);
  sigaction(SIGUSR1, &A, 0);
  for (int I = 0; I < 3; ++I) {
    sigqueue(getpid(), SIGRTMIN + 5, (union sigval){.sival_int = 50 + I});
    sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 10 + I});
    kill(getpid(), SIGUSR1);
  }
  sigprocmask(SIG_SETMASK, &Old, 0);
  printf("queue:");
  for (int I = 0; I < OrderSize; ++I)
    printf(" %d", Order[I]);
  puts("");
  // CHECK-NEXT: queue: -1 10 11 12 50 51 52

  // sigwaitinfo, sigtimedwait and signalfd.
  sigprocmask(SIG_BLOCK, &Block, 0);
  sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 99});
  siginfo_t Info;
  int Signal = sigwaitinfo(&Block, &Info);
  printf("sigwaitinfo: %s, value %d, code %d\n", Signal == SIGUSR1 ? "SIGUSR1" : "?",
         Info.si_value.sival_int, Info.si_code);
  // CHECK-NEXT: sigwaitinfo: SIGUSR1, value 99, code -1
  struct timespec Short = {0, 1000000};
  R = sigtimedwait(&Block, &Info, &Short);
  printf("sigtimedwait: %d %s\n", R, strerror(errno));
  // CHECK-NEXT: sigtimedwait: -1 Resource temporarily unavailable
  int Fd = signalfd(-1, &Block, 0);
  kill(getpid(), SIGUSR1);
  struct signalfd_siginfo SInfo;
  N = read(Fd, &SInfo, sizeof SInfo);
  printf("signalfd: %zd bytes, signal %u from %s\n", N, SInfo.ssi_signo,
         SInfo.ssi_pid == (unsigned)getpid() ? "here" : "elsewhere");
  // CHECK-NEXT: signalfd: 128 bytes, signal 10 from here

  // A POSIX timer with a thread, and one with a signal and a value.
  int Fired = 0;
  struct sigevent Event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = timerThread,
                           .sigev_value.sival_ptr = &Fired};
  timer_t Timer;
  struct itimerspec Soon = {{0, 2000000}, {0, 2000000}};
  timer_create(CLOCK_MONOTONIC, &Event, &Timer);
  timer_settime(Timer, 0, &Soon, 0);
  while (__atomic_load_n(&Fired, __ATOMIC_SEQ_CST) < 3)
    usleep(1000);
  timer_delete(Timer);
  puts("timer threads ran");
  // CHECK-NEXT: timer threads ran

  // Children that stop, continue and end.
  fflush(stdout);
  Child = fork();
  if (Child == 0) {
    raise(SIGSTOP);
    read(P[0], &C, 1);
    _exit(4);
  }
  int Status;
  waitpid(Child, &Status, WUNTRACED);
  printf("stopped: %d\n", WIFSTOPPED(Status) ? WSTOPSIG(Status) : -1);
  // CHECK-NEXT: stopped: 19
  kill(Child, SIGCONT);
  waitpid(Child, &Status, WCONTINUED);
  printf("continued: %d\n", WIFCONTINUED(Status));
  // CHECK-NEXT: continued: 1
  write(P[1], "x", 1);
  siginfo_t Exit;
  waitid(P_PID, Child, &Exit, WEXITED);
  printf("waitid: code %d status %d\n", Exit.si_code, Exit.si_status);
  // CHECK-NEXT: waitid: code 1 status 4
  fflush(stdout);
  raise(SIGTERM);
  // CHECK-NEXT: exit status 143
}
