// A guest that has used up all that it may map goes on, and so does the
// runtime: mappings as such, limits from outside, and memory that may be locked.
// REQUIRES: xlate-run, aarch64-cc, host-cc
// Sanitizers set aside more address space than the limits allow.
// UNSUPPORTED: asan, tsan
// RUN: %host-cc -O1 -w -pthread %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static -pthread %s -o %t.guest
// RUN: %t.host mappings > %t.want
// RUN: %xlate-run %t.guest mappings > %t.got
// RUN: diff %t.want %t.got
// RUN: sh -c 'ulimit -v 600000; exec "$0" size' %t.host > %t.want
// RUN: sh -c 'ulimit -v 600000; exec "$@" size' x %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got
// RUN: sh -c 'ulimit -d 300000; exec "$0" size' %t.host > %t.want
// RUN: sh -c 'ulimit -d 300000; exec "$@" size' x %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got
// RUN: sh -c 'ulimit -v 8000000; exec "$0" size' %t.host > %t.want
// RUN: sh -c 'ulimit -v 8000000; exec "$@" size' x %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got
// RUN: sh -c 'ulimit -S -d 0; exec "$0" break' %t.host > %t.want
// RUN: sh -c 'ulimit -S -d 0; exec "$@" break' x %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got
// RUN: %t.host locked > %t.want
// RUN: %xlate-run %t.guest locked > %t.got
// RUN: diff %t.want %t.got

#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Page = 4096, Large = 1 << 20 };
#define RW (PROT_READ | PROT_WRITE)

static char *map(size_t Size, int Prot) {
  char *P = mmap(0, Size, Prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return P == MAP_FAILED ? 0 : P;
}

static void *thread(void *Arg) { return Arg; }
static void handler(int Sig) {}

/// Things for which the runtime, too, needs memory.
static void goOn(void) {
  pthread_t T;
  printf("thread: %s\n", strerror(pthread_create(&T, 0, thread, 0)));
  signal(SIGUSR1, handler);
  printf("signal: %d\n", raise(SIGUSR1));
  for (int I = 0; I != 3; ++I) {
    fflush(stdout);
    const int Pid = fork();
    if (!Pid)
      _exit(map(Page, RW) ? 1 : 2);
    int Status = 0;
    waitpid(Pid, &Status, 0);
    printf("child: %d\n", WEXITSTATUS(Status));
  }
  double Sum = 0;
  for (int I = 0; I != 1000000; ++I)
    Sum += I % 7 * 0.5;
  printf("sum: %g\n", Sum);
}

static void mappings(void) {
  // Neighbours that can't be joined.
  int Limit = 0, N = 0;
  FILE *F = fopen("/proc/sys/vm/max_map_count", "r");
  fscanf(F, "%d", &Limit);
  fclose(F);
  char **All = malloc((Limit + 1) * sizeof *All);
  char *Three = map(3 * Page, RW);
  while (N <= Limit && (All[N] = map(Page, N % 2 ? PROT_READ : RW)))
    ++N;
  printf("mmap: %s\n", strerror(errno));
  printf("%s\n", N > Limit - 1200 ? "enough" : "too few");
  goOn();
  // What would divide a mapping is no longer possible, all else is.
  printf("divide: %d", mprotect(Three + Page, Page, PROT_NONE));
  printf(" %s\n", strerror(errno));
  printf("protect: %d\n", mprotect(All[7], Page, PROT_NONE));
  for (int I = 0; I != 3; ++I)
    printf("unmap: %d\n", munmap(All[20 * I], Page));
  for (int I = 10000; I != N; ++I)
    munmap(All[I], Page);
  char *P = map(3 * Page, RW);
  printf("then: %s %d\n", P ? "mapped" : "not mapped",
         mprotect(P + Page, Page, PROT_READ));
  goOn();
}

static void size(void) {
  for (size_t S = Large; S >= Page; S /= 2)
    while (map(S, RW))
      ;
  printf("mmap: %s\n", strerror(errno));
  goOn();
}

// RLIMIT_DATA of 0, but not for ever: no heap at the break, everything else.
static void noBreak(void) {
  printf("mapped: %d\n", map(Large, RW) != 0);
  printf("sbrk: %d\n", sbrk(Large) != (void *)-1);
  goOn();
}

/// KiB of locked memory.
static long locked(void) {
  char Line[256];
  long Kb = -1;
  FILE *F = fopen("/proc/self/status", "r");
  while (F && fgets(Line, sizeof Line, F))
    sscanf(Line, "VmLck: %ld", &Kb);
  fclose(F);
  return Kb;
}

static void limitLocked(long Bytes) {
  const struct rlimit L = {Bytes, Bytes};
  setrlimit(RLIMIT_MEMLOCK, &L);
}

static void locks(void) {
  if (!geteuid() && (setgid(65534) || setuid(65534))) {
    printf("still root\n");
    return;
  }
  limitLocked(7 * Large);
  // All there is: also what lies behind pages that can't be had.
  char *Parts = map(3 * Page, RW);
  unsigned char There = 0;
  mprotect(Parts + Page, Page, PROT_NONE);
  printf("current: %d", mlockall(MCL_CURRENT));
  mincore(Parts + 2 * Page, Page, &There);
  printf(" %d %d\n", There, locked() > 0);
  munlockall();
  limitLocked(4 * Large);
  for (int Flags = 0; Flags != 10; ++Flags)
    if (!(Flags & 7) || Flags == MCL_ONFAULT || Flags > 7) {
      const int R = mlockall(Flags);
      printf("%d: %d %d\n", Flags, R, errno);
    }
  printf("later: %d\n", mlockall(MCL_FUTURE));
  long Before = locked();
  char *P = map(Large, RW);
  printf("+%ld\n", locked() - Before);
  printf("heap: %d", sbrk(Large) == (void *)-1);
  printf(" +%ld\n", locked() - Before);
  munmap(P, Large);
  printf("+%ld\n", locked() - Before);
  fflush(stdout);
  if (!fork()) {
    printf("child: %ld", locked());
    map(Large, RW);
    printf(" %ld\n", locked());
    exit(0);
  }
  wait(0);
  printf("unlock: %d", munlockall());
  printf(" %ld\n", locked());
  map(Large, RW);
  printf("%ld\n", locked());
  printf("on fault: %d\n", mlockall(MCL_FUTURE | MCL_ONFAULT));
  P = map(Large, RW);
  printf("%ld\n", locked());
  // Too much, until the end.
  char *Q = map(4 * Large, RW);
  printf("%s\n", Q ? "mapped" : strerror(errno));
  // Nor is anything lost then.
  P[0] = 'x';
  Q = mmap(P, 4 * Large, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  printf("%s", Q == MAP_FAILED ? strerror(errno) : "mapped");
  printf(" %c\n", P[0]);
  const int Id = shmget(IPC_PRIVATE, 4 * Large, 0600);
  printf("shmat: %d", shmat(Id, 0, 0) == (void *)-1);
  printf(" %s\n", strerror(errno));
  printf("now: %d\n", mlockall(MCL_FUTURE));
  printf("shmat: %d", shmat(Id, 0, 0) == (void *)-1);
  printf(" %s\n", strerror(errno));
  shmctl(Id, IPC_RMID, 0);
  for (size_t S = Large; S >= Page; S /= 2)
    while (map(S, RW))
      ;
  printf("mmap: %s\n", strerror(errno));
  goOn();
  map(64 * Large, PROT_NONE);
  munlockall();
  map(64 * Large, PROT_NONE);
  printf("all: %d", mlockall(MCL_CURRENT));
  printf(" %s\n", strerror(errno));
  P = map(16 * Page, RW);
  mlock(P, 16 * Page);
  limitLocked(Page);
  printf("above the limit: %d\n", mlockall(MCL_FUTURE));
  limitLocked(0);
  printf("none: %d", mlockall(MCL_FUTURE));
  printf(" %s\n", strerror(errno));
}

int main(int Argc, char **Argv) {
  if (!strcmp(Argv[1], "mappings"))
    mappings();
  else if (!strcmp(Argv[1], "size"))
    size();
  else if (!strcmp(Argv[1], "break"))
    noBreak();
  else
    locks();
  return 0;
}
