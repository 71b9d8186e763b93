// What a program with more rights than its user sees.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;

int main(int Argc, char **Argv) {
  int Ours = 0;
  for (char **E = environ; *E; ++E)
    Ours += !strncmp(*E, "XLATE_", 6) || !strncmp(*E, "QEMU_", 5);
  printf("secure %lu, %d runs for %d, %d variables\n", getauxval(AT_SECURE),
         (int)geteuid(), (int)getuid(), Ours);
  fflush(stdout);
  if (Argc > 1) // another program, with the same rights
    execl(Argv[1], Argv[1], (char *)0);
  return 0;
}
