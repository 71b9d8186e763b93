// Bad pointers and other nonsense: the kernel's error, never a crash.
// REQUIRES: xlate-run, aarch64-cc, host-cc
// RUN: %host-cc -O1 -w %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static %s -o %t.guest
// RUN: %t.host > %t.want
// RUN: %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got

#include "Inputs/report.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

#define S(NAME, ...) R(syscall(SYS_##NAME, ##__VA_ARGS__))

int main(void) {
  char B[256];
  int P[2];
  pipe(P);
  const int Ep = epoll_create1(0);
  S(openat, AT_FDCWD, BAD, O_RDONLY);
  S(openat, 99, "x", O_RDONLY);
  S(openat2, AT_FDCWD, "x", BAD, 24);
  S(openat2, AT_FDCWD, "x", B, 3);
  S(newfstatat, AT_FDCWD, BAD, B, 0);
  S(newfstatat, AT_FDCWD, "/", BAD, 0);
  S(newfstatat, AT_FDCWD, "/", B, 0x40000000);
  S(newfstatat, AT_FDCWD, "", B, 0);
  S(fstat, 0, BAD);
  S(fstat, 99, B);
  S(statx, AT_FDCWD, "/", 0, 0x7ff, BAD);
  S(read, P[0], BAD, 0);
  S(write, P[1], BAD, 4);
  S(pipe2, BAD, 0);
  S(pipe2, B, 0x7fffffff);
  S(getcwd, BAD, 100);
  S(getcwd, B, 1);
  S(readlinkat, AT_FDCWD, "/proc/self/exe", BAD, 100);
  S(readlinkat, AT_FDCWD, "/proc/self/exe", B, 0);
  S(readlinkat, AT_FDCWD, "/", B, 100);
  S(epoll_ctl, Ep, EPOLL_CTL_ADD, P[0], BAD);
  S(epoll_ctl, Ep, 77, P[0], B);
  S(epoll_pwait, Ep, BAD, 4, 0, 0, 8);
  S(epoll_pwait, Ep, B, 4, 0, BAD, 8);
  S(epoll_pwait, Ep, B, -1, 0, 0, 8);
  S(ppoll, BAD, 1, 0, 0, 8);
  S(ppoll, 0, 0, BAD, 0, 8);
  S(ppoll, 0, 0, 0, BAD, 8);
  S(ppoll, 0, 0, 0, B, 7);
  S(pselect6, 0, 0, 0, 0, 0, BAD);
  S(execve, BAD, 0, 0);
  S(execve, "/nonexistent", 0, 0);
  S(execve, "/", 0, 0);
  S(execve, "", 0, 0);
  S(execveat, AT_FDCWD, "/bin/true", 0, 0, 0x40000000);
  S(clone3, BAD, 64);
  S(clone3, B, 8);
  S(unshare, 0x1);
  S(uname, BAD);
  S(rt_sigaction, SIGUSR1, BAD, 0, 8);
  S(rt_sigaction, SIGUSR1, 0, BAD, 8);
  S(rt_sigaction, SIGKILL, B, 0, 8);
  S(rt_sigaction, 65, 0, 0, 8);
  S(rt_sigaction, SIGUSR1, 0, 0, 4);
  S(rt_sigprocmask, SIG_BLOCK, BAD, 0, 8);
  S(rt_sigprocmask, 9, B, 0, 8);
  S(rt_sigpending, BAD, 8);
  S(rt_sigtimedwait, BAD, 0, 0, 8);
  S(sigaltstack, BAD, 0);
  S(nanosleep, BAD, 0);
  S(clock_gettime, 99, B);
  S(clock_gettime, 0, BAD);
  S(clock_nanosleep, 0, 0, BAD, 0);
  S(gettimeofday, BAD, 0);
  S(futex, BAD, 0, 0, 0, 0, 0);
  S(futex, 1, 0, 0, 0, 0, 0);
  S(getrlimit, RLIMIT_AS, BAD);
  S(setrlimit, RLIMIT_AS, BAD);
  S(getrlimit, 99, B);
  S(prlimit64, 0, RLIMIT_DATA, BAD, 0);
  S(mmap, 0, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  S(mmap, 0, 4096, PROT_READ, MAP_PRIVATE, -1, 0);
  S(mmap, 0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 1);
  S(mmap, 0, -1L, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  S(mmap, 1, 4096, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  S(mmap, -4096L, 4096, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1,
    0);
  S(munmap, 1, 4096);
  S(munmap, 0, 0);
  S(mprotect, 4096, 4096, PROT_READ);
  S(mprotect, 1, 4096, PROT_READ);
  S(mprotect, 4096, 4096, 0x100000);
  S(mremap, 4096, 4096, 8192, 0, 0);
  S(madvise, 4096, 4096, MADV_DONTNEED);
  S(madvise, 1, 4096, MADV_DONTNEED);
  S(madvise, 4096, 4096, 9999);
  S(shmat, -1, 0, 0);
  S(shmdt, 4096);
  S(fcntl, 99, F_GETFL);
  S(fcntl, 0, 9999);
  S(ioctl, 0, 0x12345678, 0);
  S(prctl, 9999, 0, 0, 0, 0);
  S(lookup_dcookie, 0, 0, 0);
  return 0;
}
