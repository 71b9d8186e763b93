// /proc/self/exe is the program's file even if no path leads there any more: it was
// executed by descriptor, or unlinked. (It is how container runtimes execute a copy of
// themselves.)
// REQUIRES: xlate-run, aarch64-cc, host-cc
// RUN: %host-cc -O1 -w %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static %s -o %t.guest
// RUN: %t.host > %t.want
// RUN: %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void copyTo(int To) {
  int From = open("/proc/self/exe", O_RDONLY);
  while (sendfile(To, From, 0, 1 << 20) > 0)
    ;
  close(From);
}

static void look(const char *What) {
  char Magic[4] = {}, Link[300] = {};
  struct stat St = {}, Named = {};
  int Fd = open("/proc/self/exe", O_RDONLY);
  fstat(Fd, &St);
  stat("/proc/self/exe", &Named);
  read(Fd, Magic, 4);
  readlink("/proc/self/exe", Link, sizeof Link - 1);
  printf("%s: %.3s, file %d, the same %d, deleted %d, seals %d\n", What, Magic + 1, S_ISREG(St.st_mode),
         St.st_ino == Named.st_ino, strstr(Link, " (deleted)") != 0, fcntl(Fd, F_GET_SEALS));
  fflush(stdout);
  close(Fd);
}

static void start(int Fd, char *What) {
  if (!fork()) {
    char *Argv[] = {"own-file", What, 0};
    fexecve(Fd, Argv, environ);
    perror("fexecve");
    exit(1);
  }
  wait(0);
}

int main(int argc, char **argv) {
  if (argc > 1) {
    look(argv[1]);
    return 0;
  }
  look("by its path");
  int Fd = memfd_create("copy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  copyTo(Fd);
  fcntl(Fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK);
  start(Fd, "in memory");
  char Name[] = "/tmp/own-file-XXXXXX";
  Fd = mkstemp(Name);
  copyTo(Fd);
  fchmod(Fd, 0755);
  close(Fd);
  Fd = open(Name, O_RDONLY | O_CLOEXEC);
  unlink(Name);
  start(Fd, "unlinked");
}
