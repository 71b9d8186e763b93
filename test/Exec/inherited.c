// A program that a guest executes doesn't ask the processor what it can do: it is told.
// Everything works as at any other start (exec.test compares it with the host); here the
// statistics tell that it was so, and what isn't from an xlate-run is ignored.
// REQUIRES: xlate-run, aarch64-cc, filecheck
// UNSUPPORTED: asan, tsan
// RUN: %aarch64-cc -O1 -static %s -o %t
// RUN: %xlate-run --stats %t 2>&1 | %filecheck %s
// CHECK: child
// CHECK: runtime   inherited {{ *}}1
// CHECK: parent
// CHECK: runtime   inherited {{ *}}0
//
// RUN: %xlate-run --stats --exec-fds=3,4 --exec-cpu=aaaa --exec-fn=%t -- %t zero child \
// RUN:   3< %t 4< $(which %xlate-run) 2>&1 | %filecheck --check-prefix=WRONG %s
// WRONG: child
// WRONG: runtime   inherited {{ *}}0

#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

int main(int Argc, char **Argv) {
  if (Argc > 1) {
    puts(Argv[1]);
    return 0;
  }
  char *Child[] = {"zero", "child", NULL}, *Env[] = {"XLATE_STATS=text", NULL};
  pid_t Pid;
  if (posix_spawn(&Pid, Argv[0], NULL, NULL, Child, Env) != 0)
    return 1;
  int Status;
  waitpid(Pid, &Status, 0);
  puts("parent");
  return Status;
}
