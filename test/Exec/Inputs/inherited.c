// Executes itself once, with an argument, and says who is who (inherited.test).
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
