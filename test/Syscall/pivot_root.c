// pivot_root to a new file system, from which the sysroot is below the old root's new place:
// paths still lead into it until that is unmounted.
// REQUIRES: xlate-run, aarch64-cc, filecheck
// RUN: rm -rf %t && mkdir -p %t/root/etc %t/new && echo there > %t/root/etc/inside
// RUN: %aarch64-cc -O1 -static %s -o %t/guest
// RUN: %xlate-run -L %t/root %t/guest %t/new | %filecheck %s
// CHECK: chdir 0, /
// CHECK-NEXT: /etc/inside: there
// CHECK-NEXT: umount 0
// CHECK-NEXT: /etc/inside: No such file or directory
#define _GNU_SOURCE
#include "Inputs/show.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int Count, char **Args) {
  char Cwd[4096] = "?", Old[4096];
  if (unshare(CLONE_NEWNS | (geteuid() ? CLONE_NEWUSER : 0)) != 0)
    perror("unshare");
  // "/" is the sysroot's, no mount.
  if (mount(NULL, "/proc/self/root", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount("new", Args[Count - 1], "tmpfs", 0, NULL) != 0)
    perror("mount");
  snprintf(Old, sizeof Old, "%s/old", Args[Count - 1]);
  mkdir(Old, 0755);
  if (syscall(SYS_pivot_root, Args[Count - 1], Old) != 0)
    perror("pivot_root");
  const int Result = chdir("/");
  printf("chdir %d, %s\n", Result, getcwd(Cwd, sizeof Cwd));
  show("/etc/inside");
  printf("umount %d\n", umount2("/old", MNT_DETACH) ? errno : 0);
  show("/etc/inside");
}
