// Pipes, poll, select, epoll, eventfd, socketpair, FIFO, SIGPIPE, dup.
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: rm -f %t.fifo && %xlate-quick-tiers %t %t.fifo | %filecheck %s

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>

int main(int argc, char **argv) {
  int P[2];
  if (pipe2(P, O_CLOEXEC))
    return 1;
  struct pollfd Poll = {P[0], POLLIN, 0};
  printf("poll of an empty pipe: %d\n", poll(&Poll, 1, 10));
  // CHECK: poll of an empty pipe: 0
  struct iovec Parts[2] = {{"hello ", 6}, {"pipe", 4}};
  printf("writev: %zd\n", writev(P[1], Parts, 2));
  // CHECK-NEXT: writev: 10
  printf("poll: %d %s\n", poll(&Poll, 1, 1000), Poll.revents & POLLIN ? "in" : "");
  // CHECK-NEXT: poll: 1 in
  char Buffer[65536];
  ssize_t N = read(P[0], Buffer, sizeof Buffer);
  printf("read: %.*s\n", (int)N, Buffer);
  // CHECK-NEXT: read: hello pipe

  // More than the pipe holds, through a child.
  fflush(stdout);
  if (fork() == 0) {
    memset(Buffer, 'x', sizeof Buffer);
    for (int I = 0; I < 64; ++I)
      if (write(P[1], Buffer, sizeof Buffer) != sizeof Buffer)
        _exit(1);
    _exit(0);
  }
  close(P[1]);
  long Total = 0;
  while ((N = read(P[0], Buffer, sizeof Buffer)) > 0)
    Total += N;
  printf("from the child: %ld\n", Total);
  // CHECK-NEXT: from the child: 4194304
  int Status;
  wait(&Status);

  signal(SIGPIPE, SIG_IGN);
  pipe(P);
  close(P[0]);
  N = write(P[1], "x", 1);
  printf("no reader: %s\n", N < 0 ? strerror(errno) : "written");
  // CHECK-NEXT: no reader: Broken pipe
  signal(SIGPIPE, SIG_DFL);
  fflush(stdout);
  if (fork() == 0) {
    write(P[1], "x", 1);
    _exit(0);
  }
  wait(&Status);
  printf("no reader: signal %d\n", WTERMSIG(Status));
  // CHECK-NEXT: no reader: signal 13

  int E = epoll_create1(0), Event = eventfd(0, EFD_NONBLOCK);
  int Timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct epoll_event Ev = {EPOLLIN, {.u64 = 0x1122334455667788}};
  epoll_ctl(E, EPOLL_CTL_ADD, Event, &Ev);
  Ev.data.u64 = 0xabcdef0123456789;
  epoll_ctl(E, EPOLL_CTL_ADD, Timer, &Ev);
  struct epoll_event Got[4];
  printf("epoll: %d\n", epoll_wait(E, Got, 4, 0));
  // CHECK-NEXT: epoll: 0
  uint64_t Value = 5;
  write(Event, &Value, 8);
  write(Event, &Value, 8);
  printf("epoll: %d %lx\n", epoll_wait(E, Got, 4, 1000), (long)Got[0].data.u64);
  // CHECK-NEXT: epoll: 1 1122334455667788
  read(Event, &Value, 8);
  printf("eventfd: %lu\n", (long)Value);
  // CHECK-NEXT: eventfd: 10
  struct itimerspec Soon = {{0, 0}, {0, 1000000}};
  timerfd_settime(Timer, 0, &Soon, 0);
  int Count = epoll_wait(E, Got, 4, 1000);
  printf("timer: %d %lx\n", Count, (long)Got[0].data.u64);
  // CHECK-NEXT: timer: 1 abcdef0123456789

  int S[2];
  socketpair(AF_UNIX, SOCK_SEQPACKET, 0, S);
  // Pass a descriptor.
  char Control[CMSG_SPACE(sizeof(int))] = {0};
  struct iovec One = {"fd", 2};
  struct msghdr Message = {.msg_iov = &One, .msg_iovlen = 1, .msg_control = Control,
                           .msg_controllen = sizeof Control};
  struct cmsghdr *C = CMSG_FIRSTHDR(&Message);
  C->cmsg_level = SOL_SOCKET;
  C->cmsg_type = SCM_RIGHTS;
  C->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(C), &Event, sizeof(int));
  sendmsg(S[0], &Message, 0);
  One.iov_base = Buffer;
  recvmsg(S[1], &Message, 0);
  int Passed;
  memcpy(&Passed, CMSG_DATA(CMSG_FIRSTHDR(&Message)), sizeof(int));
  Value = 77;
  write(Passed, &Value, 8);
  Value = 0;
  read(Event, &Value, 8);
  printf("passed descriptor: %lu\n", (long)Value);
  // CHECK-NEXT: passed descriptor: 77

  unlink(argv[1]);
  mkfifo(argv[1], 0600);
  fflush(stdout);
  if (fork() == 0) {
    int Fd = open(argv[1], O_WRONLY);
    dprintf(Fd, "through a fifo");
    _exit(0);
  }
  int Fd = open(argv[1], O_RDONLY);
  fd_set Set;
  FD_ZERO(&Set);
  FD_SET(Fd, &Set);
  struct timeval Wait = {5, 0};
  printf("select: %d\n", select(Fd + 1, &Set, 0, 0, &Wait));
  // CHECK-NEXT: select: 1
  N = read(Fd, Buffer, sizeof Buffer);
  printf("%.*s\n", (int)N, Buffer);
  // CHECK-NEXT: through a fifo
  wait(&Status);

  int Dup = fcntl(Event, F_DUPFD_CLOEXEC, 100);
  printf("dup: %d, flags %d\n", Dup, fcntl(Dup, F_GETFD));
  // CHECK-NEXT: dup: 100, flags 1
  printf("open flags: %s %s\n", fcntl(P[1], F_GETFL) == O_WRONLY ? "same" : "differ",
         open("/tmp", O_DIRECTORY | O_NOFOLLOW) >= 0 ? "directory" : strerror(errno));
  // CHECK-NEXT: open flags: same directory
  printf("not a directory: %s\n",
         open("/proc/self/exe", O_DIRECTORY) < 0 ? strerror(errno) : "opened");
  // CHECK-NEXT: not a directory: Not a directory
  return 0;
}
