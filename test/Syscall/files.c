// Descriptors and files: flags and structures that differ between the two
// architectures, and what the runtime mediates.
// REQUIRES: xlate-run, aarch64-cc, host-cc
// RUN: %host-cc -O1 -w %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static %s -o %t.guest
// RUN: %t.host > %t.want
// RUN: %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got

#include "Inputs/report.h"
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

static void stats(void) {
  int Fd = open("f", O_CREAT | O_RDWR | O_TRUNC, 0640);
  R(write(Fd, "hello world", 11));
  struct stat A, B;
  struct statx X;
  R(fstat(Fd, &A));
  R(stat("f", &B));
  R(statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &X));
  SHOW("mode %o links %ld size %ld block %ld", A.st_mode, (long)A.st_nlink,
       (long)A.st_size, (long)A.st_blksize);
  SHOW("same %d %d %d", A.st_ino == B.st_ino, A.st_ino == X.stx_ino,
       A.st_mtim.tv_nsec == X.stx_mtime.tv_nsec);
  R(stat("/dev/null", &A));
  SHOW("rdev %lx", (long)A.st_rdev);
  close(Fd);
}

static void openFlags(void) {
  symlink("f", "l");
  R(open("f", O_RDONLY | O_DIRECTORY));
  R(open("l", O_RDONLY | O_NOFOLLOW));
  int Dir = open(".", O_RDONLY | O_DIRECTORY);
  SHOW("directory %d", !!(fcntl(Dir, F_GETFL) & O_DIRECTORY));
  int Tmp = open(".", O_TMPFILE | O_RDWR, 0600);
  SHOW("tmpfile %d", Tmp >= 0 || errno == EOPNOTSUPP);
  int Path = open("l", O_PATH | O_NOFOLLOW);
  SHOW("path %d", fcntl(Path, F_GETFL) == (O_PATH | O_NOFOLLOW));
  struct {
    unsigned long Flags, Mode, Resolve;
  } How = {O_RDONLY | O_NOFOLLOW, 0, 0};
  R(syscall(SYS_openat2, AT_FDCWD, "l", &How, sizeof How));
  How.Resolve = 8; // RESOLVE_BENEATH
  R(syscall(SYS_openat2, Dir, "/etc/passwd", &How, sizeof How));
  int Fd = open("f", O_RDWR);
  R(fcntl(Fd, F_SETFL, O_APPEND | O_NONBLOCK));
  SHOW("append %d nonblock %d direct %d", !!(fcntl(Fd, F_GETFL) & O_APPEND),
       !!(fcntl(Fd, F_GETFL) & O_NONBLOCK), !!(fcntl(Fd, F_GETFL) & O_DIRECT));
  struct flock L = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  R(fcntl(Fd, F_SETLK, &L));
  R(fcntl(Fd, F_OFD_SETLK, &L));
  L.l_type = F_UNLCK;
  R(fcntl(Fd, F_SETLKW, &L));
  R(fcntl(Fd, F_OFD_SETLKW, &L));
  close(Fd);
  close(Dir);
  close(Tmp);
  close(Path);
}

static void pipes(void) {
  int P[2];
  char B[16] = "";
  R(pipe2(P, O_DIRECT | O_NONBLOCK));
  R(read(P[0], B, 1));
  write(P[1], "ab", 2);
  write(P[1], "c", 1);
  R(read(P[0], B, sizeof B)); // one packet
  SHOW("%s", B);
  struct epoll_event E = {EPOLLIN, {.u64 = 0x123456789abcdef}}, Got[2];
  int Ep = epoll_create1(EPOLL_CLOEXEC);
  R(epoll_ctl(Ep, EPOLL_CTL_ADD, P[0], &E));
  R(epoll_ctl(Ep, EPOLL_CTL_ADD, P[0], &E));
  R(epoll_wait(Ep, Got, 2, 1000));
  SHOW("%x %lx", Got[0].events, (long)Got[0].data.u64);
  E.events = EPOLLOUT;
  R(epoll_ctl(Ep, EPOLL_CTL_MOD, P[0], &E));
  R(epoll_wait(Ep, Got, 2, 0));
  R(epoll_ctl(Ep, EPOLL_CTL_DEL, P[0], NULL));
  R(epoll_wait(Ep, Got, 0, 0));
  unsigned long V;
  int Ev = eventfd(3, 0);
  R(read(Ev, &V, 8));
  SHOW("%lu", V);
  int Timer = timerfd_create(CLOCK_MONOTONIC, 0);
  struct itimerspec It = {{0, 0}, {0, 1000000}};
  R(timerfd_settime(Timer, 0, &It, NULL));
  R(read(Timer, &V, 8));
  int S[2];
  R(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, S));
  struct iovec Iov = {B, 1};
  union {
    char Bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr Align;
  } U = {0};
  struct msghdr M = {.msg_iov = &Iov,
                     .msg_iovlen = 1,
                     .msg_control = U.Bytes,
                     .msg_controllen = sizeof U.Bytes};
  struct cmsghdr *C = CMSG_FIRSTHDR(&M);
  C->cmsg_level = SOL_SOCKET;
  C->cmsg_type = SCM_RIGHTS;
  C->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(C), &Ev, sizeof(int));
  R(sendmsg(S[0], &M, 0));
  R(recvmsg(S[1], &M, MSG_CMSG_CLOEXEC));
  int Passed;
  memcpy(&Passed, CMSG_DATA(CMSG_FIRSTHDR(&M)), sizeof(int));
  R(fcntl(Passed, F_GETFD));
  R(write(Passed, &V, 8));
  R(read(Ev, &V, 8));
}

static void descriptors(void) {
  int Fd = open("f", O_RDWR);
  R(dup2(Fd, 150));
  R(syscall(SYS_dup3, Fd, 151, O_CLOEXEC));
  R(fcntl(151, F_GETFD));
  R(close_range(151, 151, 0));
  R(fcntl(151, F_GETFD));
  R(close_range(100, ~0u, CLOSE_RANGE_CLOEXEC));
  R(fcntl(150, F_GETFD));
  R(close_range(100, ~0u, 0));
  R(fcntl(150, F_GETFD));
  R(close(-1));
  R(posix_fadvise(Fd, 0, 0, POSIX_FADV_DONTNEED));
  R(ftruncate(Fd, 100));
  R(pwrite(Fd, "end", 3, 97));
  char B[8] = "";
  R(pread(Fd, B, 8, 97));
  SHOW("%s", B);
  struct iovec Iov = {B, 3};
  R(preadv2(Fd, &Iov, 1, 0, 0));
  R(lseek(Fd, 0, SEEK_END));
  R(lseek(Fd, -200, SEEK_SET));
  int In = inotify_init1(IN_NONBLOCK);
  R(inotify_add_watch(In, ".", IN_CREATE | IN_DELETE));
  close(open("g", O_CREAT | O_WRONLY, 0600));
  union {
    struct inotify_event E;
    char Bytes[64];
  } U;
  R(read(In, &U, sizeof U));
  SHOW("%s %x", U.E.name, U.E.mask);
  struct statfs Fs;
  R(statfs("/proc", &Fs));
  SHOW("%lx", (long)Fs.f_type);
  close(Fd);
}

int main(void) {
  enterScratch();
  stats();
  openFlags();
  pipes();
  descriptors();
  unlink("f");
  unlink("l");
  unlink("g");
  leaveScratch();
}
