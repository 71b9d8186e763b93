// Printing calls and their results in a form that does not depend on the
// machine: numbers as they are, errors by name.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void reportResult(const char *Text, long R) {
  printf("%s = %ld", Text, R);
  if (R == -1)
    printf(" %s", strerrorname_np(errno));
  printf("\n");
  fflush(stdout);
}

#define R(CALL) (errno = 0, reportResult(#CALL, (long)(CALL)))
#define SHOW(FORMAT, ...) (printf(FORMAT "\n", __VA_ARGS__), fflush(stdout))

// An address that is never mapped.
#define BAD ((void *)8)

static char Scratch[] = "/tmp/xlate-syscall-XXXXXX";
static inline void enterScratch(void) {
  if (!mkdtemp(Scratch) || chdir(Scratch))
    exit(99);
}
static inline void leaveScratch(void) {
  if (chdir("/"))
    exit(99);
  R(rmdir(Scratch));
}
