// Its standard error is another file in the end.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int Argc, char **Argv) {
  puts("output");
  if (Argc > 1)
    dup2(open(Argv[1], O_CREAT | O_WRONLY, 0644), 2);
  return 0;
}
