// chroot into the sysroot, and into a directory above it: paths lead on from there.
// REQUIRES: xlate-run, aarch64-cc, filecheck
// A sanitized xlate-run needs shared libraries, which aren't in there.
// UNSUPPORTED: asan, tsan
// RUN: rm -rf %t && mkdir -p %t/root/etc && echo there > %t/root/etc/inside
// RUN: %aarch64-cc -O1 -static %s -o %t/guest
// RUN: %xlate-run -L %t/root %t/guest %t/root | %filecheck --check-prefix=SAME %s
// RUN: %xlate-run -L %t/root %t/guest %t | %filecheck --check-prefix=ABOVE %s
// RUN: %xlate-run %t/guest %t | %filecheck --check-prefix=NONE %s
// SAME: chdir 0, /
// SAME-NEXT: /etc/inside: there
// SAME-NEXT: /root/etc/inside: No such file or directory
// ABOVE: chdir 0, /
// ABOVE-NEXT: /etc/inside: there
// ABOVE-NEXT: /root/etc/inside: there
// ABOVE-NEXT: another program
// ABOVE-NEXT: /etc/inside: there
// NONE: chdir 0, /
// NONE-NEXT: /etc/inside: No such file or directory
// NONE-NEXT: /root/etc/inside: there
// NONE-NEXT: another program
// NONE-NEXT: /etc/inside: No such file or directory
#define _GNU_SOURCE
#include "Inputs/show.h"
#include <sched.h>
#include <unistd.h>

int main(int Count, char **Args) {
  char Cwd[4096] = "?";
  if (Count == 1) {
    puts("another program");
    show("/etc/inside");
    return 0;
  }
  if (geteuid() != 0)
    unshare(CLONE_NEWUSER);
  if (chroot(Args[1]) != 0)
    perror("chroot");
  const int Result = chdir("/");
  printf("chdir %d, %s\n", Result, getcwd(Cwd, sizeof Cwd));
  show("/etc/inside");
  show("/root/etc/inside");
  fflush(stdout);
  execl("/guest", "guest", (char *)NULL);
}
