// Storms of fork, vfork, posix_spawn and system; exit statuses; copy on write.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>

extern char **environ;
static const char *Self;

static int reap(pid_t Pid) {
  int Status;
  while (waitpid(Pid, &Status, 0) < 0)
    if (errno != EINTR)
      return -1;
  return Status;
}

static void forks(void) {
  static int Private = 1;
  int *Shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t Pids[30];
  for (int I = 0; I < 30; ++I)
    if ((Pids[I] = fork()) == 0) {
      Private += I;
      __atomic_fetch_add(Shared, Private, __ATOMIC_SEQ_CST);
      _exit(I);
    }
  int Sum = 0;
  for (int I = 0; I < 30; ++I)
    Sum += WEXITSTATUS(reap(Pids[I]));
  printf("fork: statuses %d, shared %d, private %d\n", Sum, *Shared, Private);
}

static void chain(int Depth) {
  if (Depth == 0)
    _exit(5);
  pid_t Pid = fork();
  if (Pid == 0)
    chain(Depth - 1);
  _exit(WEXITSTATUS(reap(Pid)) + 1);
}

static void vforks(void) {
  volatile int InParent = 0;
  int Sum = 0;
  for (int I = 0; I < 20; ++I) {
    pid_t Pid = vfork();
    if (Pid == 0) {
      InParent += I; // vfork shares memory
      _exit(I);
    }
    Sum += WEXITSTATUS(reap(Pid));
  }
  printf("vfork: statuses %d, seen by the parent %d\n", Sum, InParent);
}

static void spawns(void) {
  int Sum = 0;
  for (int I = 0; I < 20; ++I) {
    char Number[8];
    snprintf(Number, sizeof Number, "%d", I);
    char *Argv[] = {(char *)Self, "exit", Number, 0};
    pid_t Pid;
    if (posix_spawn(&Pid, Self, 0, 0, Argv, environ))
      puts("posix_spawn failed");
    Sum += WEXITSTATUS(reap(Pid));
  }
  pid_t Pid;
  char *Argv[] = {"none", 0};
  int Error = posix_spawn(&Pid, "/nonexistent/program", 0, 0, Argv, environ);
  printf("posix_spawn: statuses %d, missing program: %s\n", Sum, strerror(Error));
}

static void *forkingThread(void *P) {
  long Sum = 0;
  for (int I = 0; I < 10; ++I) {
    pid_t Pid = fork();
    if (Pid == 0) {
      // malloc must work in the child of a threaded program.
      char *M = malloc(1000);
      memset(M, I, 1000);
      _exit(M[999]);
    }
    Sum += WEXITSTATUS(reap(Pid));
  }
  return (void *)Sum;
}

int main(int argc, char **argv) {
  Self = argv[0];
  if (argc > 2)
    return atoi(argv[2]);
  forks();
  // CHECK: fork: statuses 435, shared 465, private 1
  fflush(stdout);
  pid_t Pid = fork();
  if (Pid == 0)
    chain(10);
  printf("chain: %d\n", WEXITSTATUS(reap(Pid)));
  // CHECK-NEXT: chain: 15
  vforks();
  // CHECK-NEXT: vfork: statuses 190, seen by the parent 190
  spawns();
  // CHECK-NEXT: posix_spawn: statuses 190, missing program: No such file or directory
  pthread_t T[4];
  long Sum = 0;
  for (int I = 0; I < 4; ++I)
    pthread_create(&T[I], 0, forkingThread, 0);
  for (int I = 0; I < 4; ++I) {
    void *R;
    pthread_join(T[I], &R);
    Sum += (long)R;
  }
  printf("threads that fork: %ld\n", Sum);
  // CHECK-NEXT: threads that fork: 180
  fflush(stdout);
  int Status = system("exit 3");
  printf("system: %d\n", WEXITSTATUS(Status));
  // CHECK-NEXT: system: 3
  if ((Pid = fork()) == 0)
    abort();
  Status = reap(Pid);
  printf("abort: signal %d\n", WTERMSIG(Status));
  // CHECK-NEXT: abort: signal 6
  if ((Pid = fork()) == 0)
    for (;;)
      pause();
  kill(Pid, SIGKILL);
  Status = reap(Pid);
  printf("kill: signal %d\n", WTERMSIG(Status));
  // CHECK-NEXT: kill: signal 9
  if ((Pid = fork()) == 0)
    *(volatile int *)8 = 0;
  Status = reap(Pid);
  printf("null pointer: signal %d\n", WTERMSIG(Status));
  // CHECK-NEXT: null pointer: signal 11
  return 0;
}
