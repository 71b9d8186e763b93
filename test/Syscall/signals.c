// Calls that wait with a signal mask, and calls that signals interrupt.
// REQUIRES: xlate-run, aarch64-cc, host-cc
// RUN: %host-cc -O1 -w -pthread %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static -pthread %s -o %t.guest
// RUN: %t.host > %t.want
// RUN: %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got

#include "Inputs/report.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

static volatile int Got, Calls;
static void handler(int Sig) {
  Got = Sig;
  ++Calls;
}
static int take(void) {
  int Sig = Got;
  Got = 0;
  return Sig;
}

/// Sends SIGUSR1 to the thread Arg soon.
static void *sender(void *Arg) {
  usleep(30000);
  pthread_kill((pthread_t)Arg, SIGUSR1);
  return 0;
}
static pthread_t Sender;
static void sendSoon(void) {
  pthread_create(&Sender, 0, sender, (void *)pthread_self());
}
static void sent(void) {
  pthread_join(Sender, 0);
  SHOW("signal %d", take());
}

static void masked(void) {
  sigset_t Usr1, Old, None, Pending;
  sigemptyset(&None);
  sigemptyset(&Usr1);
  sigaddset(&Usr1, SIGUSR1);
  R(sigprocmask(SIG_BLOCK, &Usr1, &Old));
  raise(SIGUSR1);
  R(sigpending(&Pending));
  SHOW("pending %d, signal %d", sigismember(&Pending, SIGUSR1), take());
  struct timespec Long = {5, 0};
  struct epoll_event E;
  int Ep = epoll_create1(0);
  R(ppoll(0, 0, &Long, &None));
  SHOW("signal %d", take());
  raise(SIGUSR1);
  R(pselect(0, 0, 0, 0, &Long, &None));
  SHOW("signal %d", take());
  raise(SIGUSR1);
  R(epoll_pwait(Ep, &E, 1, 5000, &None));
  SHOW("signal %d", take());
  raise(SIGUSR1);
  R(sigsuspend(&None));
  SHOW("signal %d", take());
  // Still blocked afterwards.
  raise(SIGUSR1);
  SHOW("signal %d", take());
  siginfo_t Info;
  R(sigtimedwait(&Usr1, &Info, &Long));
  SHOW("code %d, own %d", Info.si_code, Info.si_pid == getpid());
  union sigval V = {.sival_int = 77};
  R(sigqueue(getpid(), SIGUSR1, V));
  R(sigwaitinfo(&Usr1, &Info));
  SHOW("code %d, value %d", Info.si_code, Info.si_value.sival_int);
  struct timespec Short = {0, 1000000};
  R(sigtimedwait(&Usr1, &Info, &Short));
  int Fd = signalfd(-1, &Usr1, SFD_CLOEXEC);
  raise(SIGUSR1);
  struct signalfd_siginfo S;
  R(read(Fd, &S, sizeof S));
  SHOW("%d %d", S.ssi_signo, S.ssi_pid == getpid());
  // A timeout, not a signal.
  R(ppoll(0, 0, &Short, &None));
  // Arriving while waiting.
  sendSoon();
  R(ppoll(0, 0, &Long, &None));
  sent();
  sendSoon();
  R(sigwaitinfo(&Usr1, &Info));
  sent();
  R(sigprocmask(SIG_SETMASK, &Old, 0));
}

static void interrupted(int Flags) {
  SHOW("--- flags %x", Flags);
  struct sigaction Sa = {.sa_handler = handler, .sa_flags = Flags};
  R(sigaction(SIGUSR1, &Sa, 0));
  struct timespec Long = {5, 0}, Left;
  sendSoon();
  R(nanosleep(&Long, &Left));
  SHOW("left %ld", (long)Left.tv_sec);
  sent();
  sendSoon();
  R(poll(0, 0, 5000));
  sent();
  sendSoon();
  int Word = 0;
  R(syscall(SYS_futex, &Word, 0, 0, &Long, 0, 0));
  sent();
  sendSoon();
  R(pause());
  sent();
}

/// Reads a byte that comes well after the signal.
static void *late(void *Arg) {
  usleep(120000);
  write(*(int *)Arg, "z", 1);
  return 0;
}
static void restarted(int Flags) {
  SHOW("--- read, flags %x", Flags);
  struct sigaction Sa = {.sa_handler = handler, .sa_flags = Flags};
  sigaction(SIGUSR1, &Sa, 0);
  int P[2];
  char C = '-';
  pipe(P);
  pthread_t Writer;
  pthread_create(&Writer, 0, late, &P[1]);
  sendSoon();
  R(read(P[0], &C, 1));
  SHOW("%c", C);
  sent();
  pthread_join(Writer, 0);
}

int main(void) {
  struct sigaction Sa = {.sa_handler = handler};
  sigaction(SIGUSR1, &Sa, 0);
  masked();
  interrupted(0);
  interrupted(SA_RESTART);
  restarted(0);
  restarted(SA_RESTART);
  SHOW("%d calls", Calls);
}
