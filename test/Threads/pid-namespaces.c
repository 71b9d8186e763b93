// Children in PID namespaces of their own, where threads have the same few
// numbers as elsewhere: of the process, its creator and its other threads. The
// runtime's own locks must not take one for another.
// REQUIRES: xlate-run, aarch64-cc, host-cc
// RUN: %host-cc -O1 -w -pthread %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static -pthread %s -o %t.guest
// RUN: %t.host > %t.want
// RUN: %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got

#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void *mapAndUnmap(void *Arg) {
  for (int I = 0; I != 3000; ++I) {
    char *P = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (P == MAP_FAILED) {
      printf("mmap: %s\n", strerror(errno));
      exit(1);
    }
    P[I % 8192] = 1;
    mprotect(P, 4096, PROT_READ);
    munmap(P, 8192);
  }
  return Arg;
}

static void threads(const char *What) {
  pthread_t T[3];
  for (int I = 0; I != 3; ++I)
    pthread_create(&T[I], 0, mapAndUnmap, 0);
  mapAndUnmap(0);
  for (int I = 0; I != 3; ++I)
    pthread_join(T[I], 0);
  printf("%s: threads done\n", What);
  fflush(stdout);
}

static void waitFor(pid_t Pid, const char *What) {
  int Status = -1;
  if (waitpid(Pid, &Status, __WALL) != Pid)
    printf("%s: %s\n", What, strerror(errno));
  else if (WIFSIGNALED(Status))
    printf("%s: killed by %d\n", What, WTERMSIG(Status));
  else
    printf("%s: exited %d\n", What, WEXITSTATUS(Status));
  fflush(stdout);
}

static pid_t inNamespace(void) {
  // Who isn't root is in a user namespace of their own.
  static int User = CLONE_NEWUSER;
  pid_t Pid = syscall(SYS_clone, User | CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
  User = 0;
  if (Pid < 0) {
    printf("clone: %s\n", strerror(errno));
    exit(0);
  }
  return Pid;
}

static void *fromThread(void *Arg) {
  pid_t Pid = inNamespace();
  if (!Pid) {
    printf("from a thread: process %d, thread %ld\n", getpid(), syscall(SYS_gettid));
    mapAndUnmap(0);
    fflush(stdout);
    _exit(5);
  }
  waitFor(Pid, "from a thread");
  return 0;
}

int main() {
  pid_t Pid = inNamespace();
  if (!Pid) {
    printf("process %d\n", getpid());
    fflush(stdout);
    // A process whose number is that of the next namespace's first thread.
    pid_t Second = fork();
    if (!Second) {
      pid_t Inner = inNamespace();
      if (!Inner) {
        threads("of another");
        exit(4);
      }
      waitFor(Inner, "of another");
      pthread_t T;
      pthread_create(&T, 0, fromThread, 0);
      pthread_join(T, 0);
      exit(2);
    }
    waitFor(Second, "second");
    threads("first");
    // The creator's number is 1, too.
    pid_t Same = inNamespace();
    if (!Same) {
      threads("inside of it");
      exit(3);
    }
    waitFor(Same, "inside of it");
    exit(1);
  }
  waitFor(Pid, "first");
}
