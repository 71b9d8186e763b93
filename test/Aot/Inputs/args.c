// Says what it was called with, and executes itself once.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  char Exe[4096];
  ssize_t N = readlink("/proc/self/exe", Exe, sizeof Exe - 1);
  Exe[N < 0 ? 0 : N] = 0;
  printf("%d %s", argc, strrchr(Exe, '/') ? strrchr(Exe, '/') + 1 : Exe);
  for (int I = 1; I < argc; ++I)
    printf(" [%s]", argv[I]);
  puts("");
  fflush(stdout);
  if (argc > 1 && !strcmp(argv[1], "again")) {
    argv[1] = "once";
    execv("/proc/self/exe", argv);
    return 99;
  }
  return argc;
}
