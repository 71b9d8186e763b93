// Printing the first line of a file, or why there is none.
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void show(const char *Path) {
  char Line[80] = "";
  FILE *File = fopen(Path, "r");
  printf("%s: %s\n", Path,
         File && fgets(Line, sizeof Line, File) ? strtok(Line, "\n") : strerror(errno));
}
