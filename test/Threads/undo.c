// System V semaphores that are undone at the end of a process: threads of the
// runtime neither take part nor can be seen by it.
// ThreadSanitizer has a thread of its own in every process.
// UNSUPPORTED: tsan
// REQUIRES: xlate-run, aarch64-cc, host-cc
// RUN: %host-cc -O1 -w -pthread %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static -pthread %s -o %t.guest
// RUN: %t.host > %t.want
// RUN: %xlate-run --tier=llvm %t.guest > %t.got
// RUN: diff %t.want %t.got
// RUN: %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got

#define _GNU_SOURCE
#include <linux/kcmp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// Hot enough for threads that translate.
static volatile unsigned Sink;
static void work(void) {
  for (unsigned I = 0; I != 30000000; ++I)
    Sink += I;
}

/// 0 where a child's list is the caller's, or neither has one.
static int compare(void) {
  int Hold[2];
  char Byte;
  pipe(Hold);
  const pid_t Pid = fork();
  if (!Pid) {
    close(Hold[1]);
    read(Hold[0], &Byte, 1);
    _exit(0);
  }
  const int R = syscall(SYS_kcmp, getpid(), Pid, KCMP_SYSVSEM, 0, 0);
  close(Hold[0]), close(Hold[1]);
  waitpid(Pid, 0, 0);
  return R > 0 ? 1 : R; // which is greater depends on addresses
}

static int Set;
static void add(int N, int Flags) {
  struct sembuf Op = {0, N, Flags};
  semop(Set, &Op, 1);
}

static void *thread(void *Arg) {
  add(3, SEM_UNDO);
  return 0;
}

int main(int argc, char **argv) {
  if (argc > 1) {
    // The list is kept over execve: this cancels what was done before.
    Set = atoi(argv[1]);
    work();
    printf("its list: %d\n", compare());
    add(-5, SEM_UNDO);
    printf("executed: %d\n", semctl(Set, 0, GETVAL));
    return 0;
  }
  work();
  printf("before: %d\n", compare());
  Set = semget(IPC_PRIVATE, 1, 0600);
  for (int Threads = 0; Threads != 2; ++Threads) {
    fflush(stdout);
    const pid_t Pid = fork();
    if (!Pid) {
      add(5, SEM_UNDO);
      add(1, 0);
      printf("in a child: %d\n", compare());
      if (Threads) {
        pthread_t T;
        pthread_create(&T, 0, thread, 0);
        pthread_join(T, 0);
        // They undo together, when the last one ends.
        printf("after a thread: %d\n", semctl(Set, 0, GETVAL));
      }
      work();
      printf("after work: %d\n", semctl(Set, 0, GETVAL));
      exit(0);
    }
    waitpid(Pid, 0, 0);
    printf("undone: %d\n", semctl(Set, 0, GETVAL));
  }
  printf("after all: %d\n", compare());
  semctl(Set, 0, SETVAL, 0);
  fflush(stdout);
  if (!fork()) {
    char Text[16];
    snprintf(Text, sizeof Text, "%d", Set);
    add(5, SEM_UNDO);
    execl(argv[0], argv[0], Text, (char *)0);
  }
  wait(0);
  printf("in the end: %d\n", semctl(Set, 0, GETVAL));
  semctl(Set, 0, IPC_RMID);
  return 0;
}
