// run PATH ARG0 ARG...: execute a program with one variable in its environment.
#include <stdio.h>
#include <unistd.h>

int main(int Argc, char **Argv) {
  char *Env[] = {"ONLY=this", NULL};
  (void)Argc;
  execve(Argv[1], Argv + 2, Env);
  perror(Argv[1]);
  return 1;
}
