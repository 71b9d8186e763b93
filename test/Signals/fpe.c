// SIGFPE only ever comes from someone who sends it: floating-point exceptions, which
// translated code has (test/Run/invalid-ops.c), stay inside.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t Fpe, Usr1, Trap;
static void count(int Signal, siginfo_t *Info, void *Ctx) {
  if (Signal == SIGFPE && Info->si_code == SI_TKILL)
    ++Fpe;
  if (Signal == SIGTRAP)
    ++Trap;
  if (Signal == SIGUSR1)
    ++Usr1;
}

// FCMPE of a NaN, which raises IOC.
static __attribute__((noinline)) int less(double A, double B) { return A < B; }

static pthread_t Main;
static volatile int Done;
static void *sender(void *Arg) {
  while (!Done) {
    pthread_kill(Main, SIGUSR1);
    for (volatile int I = 0; I < 2000; ++I)
      ;
  }
  return 0;
}

static int statusOf(void (*F)(void)) {
  int S;
  pid_t P = fork();
  if (P == 0) {
    F();
    _exit(0);
  }
  waitpid(P, &S, 0);
  return S;
}
static void die(void) {
  sigset_t None;
  sigemptyset(&None);
  signal(SIGFPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &None, 0);
  raise(SIGFPE);
}
static void ignore(void) {
  signal(SIGFPE, SIG_IGN);
  signal(SIGTRAP, SIG_IGN);
  kill(getpid(), SIGFPE);
  _exit(less(__builtin_nan(""), 1) ? 1 : 7);
}

static void execute(void) {
  signal(SIGFPE, SIG_IGN);
  char *No[] = {"none", 0}, *Args[] = {"fpe", "again", 0};
  execv("/nowhere", No);
  raise(SIGFPE); // still ours
  execv("/proc/self/exe", Args);
}
static int inherited(void) {
  struct sigaction A;
  sigset_t Set;
  sigaction(SIGFPE, 0, &A);
  sigprocmask(SIG_BLOCK, 0, &Set);
  return A.sa_handler == SIG_IGN && sigismember(&Set, SIGFPE) ? 8 : 1;
}

int main(int Argc, char **Argv) {
  if (Argc > 1)
    return inherited();
  struct sigaction A = {.sa_sigaction = count, .sa_flags = SA_SIGINFO};
  sigaction(SIGFPE, &A, 0);
  sigaction(SIGUSR1, &A, 0);
  sigaction(SIGTRAP, &A, 0);
  volatile double Nan = __builtin_nan(""), One = 1;
  alarm(60);

  raise(SIGFPE);
  printf("raised: %d\n", Fpe);
  // CHECK: raised: 1
  sigset_t Set, Pending;
  sigemptyset(&Set);
  sigaddset(&Set, SIGFPE);
  sigprocmask(SIG_BLOCK, &Set, 0);
  raise(SIGFPE);
  sigpending(&Pending);
  int Less = less(Nan, One);
  printf("blocked: %d, pending: %d, less: %d\n", Fpe, sigismember(&Pending, SIGFPE),
         Less);
  // CHECK: blocked: 1, pending: 1, less: 0
  sigprocmask(SIG_UNBLOCK, &Set, 0);
  printf("unblocked: %d\n", Fpe);
  // CHECK: unblocked: 2
  sigprocmask(SIG_BLOCK, &Set, 0);
  raise(SIGFPE);
  int Got = 0;
  sigwait(&Set, &Got);
  printf("waited for: %d, handled: %d\n", Got == SIGFPE, Fpe);
  // CHECK: waited for: 1, handled: 2

  // Other signals arrive in the middle of invalid operations, with SIGTRAP, too,
  // blocked by the guest.
  sigaddset(&Set, SIGTRAP);
  sigprocmask(SIG_BLOCK, &Set, 0);
  Main = pthread_self();
  pthread_t T;
  pthread_create(&T, 0, sender, 0);
  int Bad = 0, Rounds = 0;
  while (Usr1 < 400 || Rounds < 400) {
    Bad += less(Nan, One) || less(One, Nan) || !less(One, 2);
    ++Rounds;
  }
  Done = 1;
  pthread_join(T, 0);
  uint64_t Fpsr;
  __asm__ volatile("mrs %0, fpsr" : "=r"(Fpsr));
  printf("stormed: %d bad, ioc: %d, handled: %d, traps: %d\n", Bad,
         (int)(Fpsr & 1), Fpe, Trap);
  // CHECK: stormed: 0 bad, ioc: 1, handled: 2, traps: 0

  int S = statusOf(die);
  printf("died: %d\n", WIFSIGNALED(S) && WTERMSIG(S) == SIGFPE);
  // CHECK: died: 1
  S = statusOf(ignore);
  printf("ignored: %d\n", WIFEXITED(S) && WEXITSTATUS(S) == 7);
  // CHECK: ignored: 1
  S = statusOf(execute); // with SIGFPE blocked
  printf("inherited: %d\n", WIFEXITED(S) && WEXITSTATUS(S) == 8);
  // CHECK: inherited: 1
  return 0;
}
