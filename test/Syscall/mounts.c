// Mounts in a namespace of one's own, as unshare(1) sets them up, with and without a
// sysroot.
// ThreadSanitizer has a thread of its own in every process.
// UNSUPPORTED: tsan
// REQUIRES: xlate-run, aarch64-cc, host-cc
// RUN: rm -rf %t.root && mkdir -p %t.root/etc
// RUN: %host-cc -O1 -w %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static %s -o %t.guest
// RUN: %t.host > %t.want
// RUN: %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got
// RUN: %xlate-run -L %t.root %t.guest > %t.got
// RUN: diff %t.want %t.got

#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define SHOW(Call) (errno = 0, (Call), printf("%s: %s\n", #Call, strerror(errno)))

int main() {
  SHOW(unshare(CLONE_NEWUSER | CLONE_NEWNS));
  SHOW(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0));
  SHOW(mount("none", "/", 0, MS_REC | MS_SLAVE, 0));
  SHOW(mount("new", "/tmp", "tmpfs", 0, "size=1m"));
  SHOW(mount("none", "/tmp", 0, MS_SHARED, 0));
  SHOW(mount("none", "/tmp/none", 0, MS_SHARED, 0));
  SHOW(mount("none", 0, 0, MS_SHARED, 0));
  SHOW(umount("/tmp"));
}
