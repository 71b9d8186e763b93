// The kernel lets only a process without threads enter a user namespace. That the
// runtime has one that compiles hot code makes no difference.
// REQUIRES: llvm-tier
// ThreadSanitizer has a thread of its own in every process.
// UNSUPPORTED: tsan
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-run --no-cache --stats %t 2>&1 | %filecheck %s
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) static unsigned long work(unsigned long X) {
  for (int I = 0; I < 100000; ++I)
    X = X * 6364136223846793005 + (X >> 33);
  return X;
}

// Until the compiler has something to do, and some more.
static unsigned long heat(void) {
  static volatile unsigned long Seed = 1;
  unsigned long X = Seed;
  for (int I = 0; I < 600; ++I)
    X = work(X);
  return X;
}

// Not every host allows it.
static int allowed(void) {
  const pid_t Pid = fork();
  if (!Pid)
    _exit(unshare(CLONE_NEWUSER) != 0);
  int Status;
  waitpid(Pid, &Status, 0);
  return Status == 0;
}

int main(void) {
  const int Expected = allowed();
  const unsigned long X = heat();
  usleep(100000);
  const int Done = unshare(CLONE_NEWUSER) == 0;
  printf("%s\n", Done == Expected ? "as without threads" : "different");
  // CHECK: as without threads
  printf("%d\n", unshare(CLONE_THREAD | CLONE_VM | CLONE_SIGHAND));
  // CHECK-NEXT: 0
  printf("%d %d\n", unshare(2), errno == EINVAL);
  // CHECK-NEXT: -1 1
  printf("%s\n", heat() == X ? "same" : "other");
  // CHECK-NEXT: same
  return 0;
}
// CHECK: llvm      units {{ *[1-9]}}
