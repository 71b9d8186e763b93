// io_uring: operations whose arguments differ between the architectures (open
// flags, epoll events), entries that stay as the guest wrote them, waiting with a
// timeout and a signal mask, rings of other descriptors, of a child, and in the
// program's own memory.
// REQUIRES: xlate-run, aarch64-cc, host-cc
// RUN: rm -rf %t.dir && mkdir %t.dir
// RUN: %host-cc -O1 -w -pthread %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static -pthread %s -o %t.guest
// RUN: %t.host %t.dir > %t.want
// RUN: %xlate-run %t.guest %t.dir > %t.got
// RUN: diff %t.want %t.got
// RUN: %xlate-run --tier=interp %t.guest %t.dir > %t.got
// RUN: diff %t.want %t.got
// Paths go through the sysroot.
// RUN: rm -rf %t.root && mkdir -p %t.root/etc && echo text > %t.root/etc/only-here
// RUN: %xlate-run -L %t.root %t.guest %t.dir /etc/only-here > %t.got
// RUN: grep -x 'in the sysroot: 5 bytes' %t.got || grep -x 'ring: [A-Z].*' %t.got

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <linux/time_types.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  int Fd;
  struct io_uring_params P;
  char *Sq, *Cq;
  struct io_uring_sqe *Entries;
  unsigned Queued;
} Ring;

static long enter(Ring *R, unsigned Submit, unsigned Wait, unsigned Flags, void *Arg, long Size) {
  long N = syscall(SYS_io_uring_enter, R->Fd, Submit, Wait, Flags, Arg, Size);
  return N < 0 ? -errno : N;
}

#define SQ(R, Field) ((unsigned *)((R)->Sq + (R)->P.sq_off.Field))
#define CQ(R, Field) ((unsigned *)((R)->Cq + (R)->P.cq_off.Field))

static int tryRing(Ring *R, unsigned N, unsigned Flags) {
  memset(R, 0, sizeof *R);
  R->P.flags = Flags;
  R->Fd = syscall(SYS_io_uring_setup, N, &R->P);
  if (R->Fd < 0)
    return -errno;
  const int Prot = PROT_READ | PROT_WRITE, Map = MAP_SHARED | MAP_POPULATE;
  R->Sq = mmap(0, R->P.sq_off.array + R->P.sq_entries * 4, Prot, Map, R->Fd, IORING_OFF_SQ_RING);
  R->Cq = mmap(0, R->P.cq_off.cqes + R->P.cq_entries * sizeof(struct io_uring_cqe), Prot, Map, R->Fd,
               IORING_OFF_CQ_RING);
  R->Entries = mmap(0, R->P.sq_entries * sizeof(struct io_uring_sqe), Prot, Map, R->Fd, IORING_OFF_SQES);
  return R->Sq == MAP_FAILED || R->Cq == MAP_FAILED || (void *)R->Entries == MAP_FAILED ? -errno : 0;
}

static struct io_uring_sqe *add(Ring *R, int Op, int Fd, const void *Addr, unsigned Len, unsigned long Off) {
  unsigned Tail = *SQ(R, tail), Index = Tail & *SQ(R, ring_mask);
  struct io_uring_sqe *E = &R->Entries[Index];
  memset(E, 0, sizeof *E);
  E->opcode = Op;
  E->fd = Fd;
  E->addr = (unsigned long)Addr;
  E->len = Len;
  E->off = Off;
  E->user_data = Op;
  SQ(R, array)[Index] = Index;
  __atomic_store_n(SQ(R, tail), Tail + 1, __ATOMIC_RELEASE);
  ++R->Queued;
  return E;
}

static int next(Ring *R, unsigned long *Data) {
  unsigned Head = *CQ(R, head);
  if (Head == __atomic_load_n(CQ(R, tail), __ATOMIC_ACQUIRE))
    return -9999;
  struct io_uring_cqe *C = (struct io_uring_cqe *)(R->Cq + R->P.cq_off.cqes) + (Head & *CQ(R, ring_mask));
  int Res = C->res;
  if (Data)
    *Data = C->user_data;
  __atomic_store_n(CQ(R, head), Head + 1, __ATOMIC_RELEASE);
  return Res;
}

// Submit what was added, wait for one completion, which is its result.
static int run(Ring *R) {
  unsigned N = R->Queued;
  R->Queued = 0;
  long Taken = enter(R, N, N, IORING_ENTER_GETEVENTS, 0, 0);
  if (Taken != N)
    printf("enter: %ld of %u\n", Taken, N);
  return next(R, 0);
}

static void show(const char *What, int Res) {
  if (Res < 0)
    printf("%s: %s\n", What, strerror(-Res));
  else
    printf("%s: %d\n", What, Res);
  fflush(stdout);
}

static int isFd(int Res) {
  if (Res >= 0) {
    close(Res);
    return 1;
  }
  return Res;
}

static const char *Dir;
static const char *in(const char *Name) {
  static char Buf[4][512];
  static int I;
  char *B = Buf[I++ & 3];
  snprintf(B, sizeof Buf[0], "%s/%s", Dir, Name);
  return B;
}

static void files(Ring *R) {
  char Buf[32] = {};
  show("nop", (add(R, IORING_OP_NOP, -1, 0, 0, 0), run(R)));
  struct io_uring_sqe *E = add(R, IORING_OP_OPENAT, AT_FDCWD, in("file"), 0644, 0);
  E->open_flags = O_RDWR | O_CREAT | O_LARGEFILE;
  int Fd = run(R);
  show("create", Fd >= 0);
  show("write", (add(R, IORING_OP_WRITE, Fd, "0123456789", 10, 0), run(R)));
  show("read", (add(R, IORING_OP_READ, Fd, Buf, 20, 2), run(R)));
  puts(Buf);
  char A[3] = {}, B[8] = {};
  struct iovec Iov[] = {{A, 2}, {B, 7}};
  show("readv", (add(R, IORING_OP_READV, Fd, Iov, 2, 1), run(R)));
  printf("%s %s\n", A, B);
  // An entry of the guest's stays its own.
  E = add(R, IORING_OP_OPENAT, AT_FDCWD, in("file"), 0, 0);
  E->open_flags = O_RDONLY | O_DIRECTORY;
  struct io_uring_sqe Copy = *E;
  show("no directory", run(R));
  show("entry as it was", !memcmp(&Copy, E, sizeof Copy));
  symlink("file", in("link"));
  E = add(R, IORING_OP_OPENAT, AT_FDCWD, in("link"), 0, 0);
  E->open_flags = O_RDONLY | O_NOFOLLOW;
  show("a link", run(R));
  E = add(R, IORING_OP_OPENAT, AT_FDCWD, in("link"), 0, 0);
  E->open_flags = O_RDONLY;
  show("what it leads to", isFd(run(R)));
  struct open_how How = {.flags = O_RDONLY | O_DIRECTORY};
  show("openat2, no directory",
       (add(R, IORING_OP_OPENAT2, AT_FDCWD, in("file"), sizeof How, (unsigned long)&How), run(R)));
  show("openat2", (add(R, IORING_OP_OPENAT2, AT_FDCWD, Dir, sizeof How, (unsigned long)&How), isFd(run(R))));
  show("its flags", How.flags == (O_RDONLY | O_DIRECTORY));
  How.resolve = RESOLVE_NO_SYMLINKS;
  How.flags = O_RDONLY;
  show("openat2, no links",
       (add(R, IORING_OP_OPENAT2, AT_FDCWD, in("link"), sizeof How, (unsigned long)&How), run(R)));
  show("openat2, bad size", (add(R, IORING_OP_OPENAT2, AT_FDCWD, Dir, 5, (unsigned long)&How), run(R)));
  show("openat2, bad address", (add(R, IORING_OP_OPENAT2, AT_FDCWD, Dir, sizeof How, 8), run(R)));
  show("open at a bad address", (add(R, IORING_OP_OPENAT, AT_FDCWD, (void *)8, 0, 0), run(R)));
  struct statx St;
  show("statx", (add(R, IORING_OP_STATX, AT_FDCWD, in("link"), STATX_SIZE, (unsigned long)&St), run(R)));
  printf("%llu bytes, mode %o\n", (unsigned long long)St.stx_size, St.stx_mode);
  E = add(R, IORING_OP_STATX, AT_FDCWD, in("link"), STATX_TYPE, (unsigned long)&St);
  E->statx_flags = AT_SYMLINK_NOFOLLOW;
  show("statx of a link", run(R));
  printf("mode %o\n", St.stx_mode);
  show("mkdir", (add(R, IORING_OP_MKDIRAT, AT_FDCWD, in("d"), 0755, 0), run(R)));
  show("rename", (add(R, IORING_OP_RENAMEAT, AT_FDCWD, in("link"), AT_FDCWD, (unsigned long)in("d/l")), run(R)));
  show("symlink", (add(R, IORING_OP_SYMLINKAT, AT_FDCWD, "d/l", 0, (unsigned long)in("m")), run(R)));
  show("link", (add(R, IORING_OP_LINKAT, AT_FDCWD, in("file"), AT_FDCWD, (unsigned long)in("n")), run(R)));
  for (const char *const *Name = (const char *const[]){"d/l", "m", "n", "file", "file", 0}; *Name; ++Name)
    show("unlink", (add(R, IORING_OP_UNLINKAT, AT_FDCWD, in(*Name), 0, 0), run(R)));
  E = add(R, IORING_OP_UNLINKAT, AT_FDCWD, in("d"), 0, 0);
  E->unlink_flags = AT_REMOVEDIR;
  show("rmdir", run(R));
  show("close", (add(R, IORING_OP_CLOSE, Fd, 0, 0, 0), run(R)));
  show("closed", (add(R, IORING_OP_READ, Fd, Buf, 1, 0), run(R)));
  show("no such operation", (add(R, 200, -1, 0, 0, 0), run(R)));
}

static void epolls(Ring *R) {
  int Ep = epoll_create1(0), Pipe[2];
  pipe(Pipe);
  struct epoll_event Ev = {.events = EPOLLIN, .data.u64 = 0x1122334455667788}, Got = {};
  show("epoll_ctl", (add(R, IORING_OP_EPOLL_CTL, Ep, &Ev, EPOLL_CTL_ADD, Pipe[0]), run(R)));
  show("again", (add(R, IORING_OP_EPOLL_CTL, Ep, &Ev, EPOLL_CTL_ADD, Pipe[0]), run(R)));
  write(Pipe[1], "x", 1);
  show("ready", epoll_wait(Ep, &Got, 1, 0));
  printf("events %x, data %llx\n", Got.events, (unsigned long long)Got.data.u64);
  Ev.data.u64 = 5;
  show("modify", (add(R, IORING_OP_EPOLL_CTL, Ep, &Ev, EPOLL_CTL_MOD, Pipe[0]), run(R)));
  epoll_wait(Ep, &Got, 1, 0);
  printf("data %llx\n", (unsigned long long)Got.data.u64);
  show("bad address", (add(R, IORING_OP_EPOLL_CTL, Ep, (void *)8, EPOLL_CTL_MOD, Pipe[0]), run(R)));
  show("delete", (add(R, IORING_OP_EPOLL_CTL, Ep, 0, EPOLL_CTL_DEL, Pipe[0]), run(R)));
  show("none", epoll_wait(Ep, &Got, 1, 0));
  struct io_uring_sqe *E = add(R, IORING_OP_POLL_ADD, Pipe[0], 0, 0, 0);
  E->poll32_events = POLLIN;
  show("poll", run(R));
  close(Ep), close(Pipe[0]), close(Pipe[1]);
}

// Several at once, in order, one of them changed on its way and one failing.
static void chains(Ring *R) {
  char Buf[16] = {};
  int Pipe[2];
  pipe(Pipe);
  add(R, IORING_OP_WRITE, Pipe[1], "abc", 3, 0)->flags = IOSQE_IO_LINK;
  struct io_uring_sqe *E = add(R, IORING_OP_OPENAT, AT_FDCWD, Dir, 0, 0);
  E->open_flags = O_RDONLY | O_DIRECTORY;
  E->flags = IOSQE_IO_LINK;
  add(R, IORING_OP_READ, Pipe[0], Buf, 3, 0)->flags = IOSQE_IO_LINK;
  E = add(R, IORING_OP_OPENAT, AT_FDCWD, "/dev/null", 0, 0);
  E->open_flags = O_RDONLY | O_DIRECTORY;
  E->flags = IOSQE_IO_LINK;
  add(R, IORING_OP_WRITE, Pipe[1], "never", 5, 0);
  unsigned N = R->Queued;
  R->Queued = 0;
  show("taken", enter(R, N, N, IORING_ENTER_GETEVENTS, 0, 0));
  unsigned long Data;
  for (unsigned I = 0; I != N; ++I) {
    int Res = next(R, &Data);
    printf("operation %lu: ", Data);
    show("result", Data == IORING_OP_OPENAT ? isFd(Res) : Res);
  }
  puts(Buf);
  close(Pipe[0]), close(Pipe[1]);
}

static void sockets(Ring *R) {
  int L = socket(AF_INET, SOCK_STREAM, 0), C = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in A = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t Size = sizeof A;
  bind(L, (void *)&A, sizeof A);
  listen(L, 5);
  getsockname(L, (void *)&A, &Size);
  add(R, IORING_OP_ACCEPT, L, 0, 0, 0);
  add(R, IORING_OP_CONNECT, C, &A, 0, sizeof A);
  unsigned N = R->Queued;
  R->Queued = 0;
  show("taken", enter(R, N, N, IORING_ENTER_GETEVENTS, 0, 0));
  int S = -1;
  unsigned long Data;
  for (int I = 0; I != 2; ++I) {
    int Res = next(R, &Data);
    if (Data == IORING_OP_ACCEPT)
      S = Res;
    else
      show("connect", Res);
  }
  show("accepted", S >= 0);
  char Buf[16] = {};
  show("send", (add(R, IORING_OP_SEND, C, "hello", 5, 0), run(R)));
  show("receive", (add(R, IORING_OP_RECV, S, Buf, sizeof Buf, 0), run(R)));
  puts(Buf);
  struct iovec Iov = {"message", 7};
  struct msghdr M = {.msg_iov = &Iov, .msg_iovlen = 1};
  show("sendmsg", (add(R, IORING_OP_SENDMSG, S, &M, 1, 0), run(R)));
  Iov.iov_base = Buf;
  show("recvmsg", (add(R, IORING_OP_RECVMSG, C, &M, 1, 0), run(R)));
  puts(Buf);
  close(L), close(S), close(C);
}

static volatile int Alarms;
static void onAlarm(int Sig) { ++Alarms; }

static void waiting(Ring *R) {
  struct __kernel_timespec Ts = {0, 20000000};
  show("timeout", (add(R, IORING_OP_TIMEOUT, -1, &Ts, 1, 0), run(R)));
  struct io_uring_getevents_arg Arg = {.ts = (unsigned long)&Ts};
  const unsigned Ext = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG;
  show("nothing comes", enter(R, 0, 1, Ext, &Arg, sizeof Arg));
  show("bad size", enter(R, 0, 1, Ext, &Arg, sizeof Arg - 1));
  show("bad address", enter(R, 0, 1, Ext, (void *)8, sizeof Arg));
  struct sigaction A = {.sa_handler = onAlarm};
  sigaction(SIGALRM, &A, 0);
  sigset_t Block, Open, Now;
  sigemptyset(&Open);
  sigemptyset(&Block);
  sigaddset(&Block, SIGALRM);
  struct itimerval It = {.it_value.tv_usec = 20000};
  setitimer(ITIMER_REAL, &It, 0);
  show("interrupted", enter(R, 0, 1, IORING_ENTER_GETEVENTS, 0, 0));
  // Blocked but while it waits.
  sigprocmask(SIG_BLOCK, &Block, 0);
  raise(SIGALRM);
  show("handled so far", Alarms);
  show("interrupted at once", enter(R, 0, 1, IORING_ENTER_GETEVENTS, &Open, 8));
  show("handled then", Alarms);
  sigprocmask(SIG_SETMASK, 0, &Now);
  show("still blocked", sigismember(&Now, SIGALRM));
  raise(SIGALRM);
  Arg.sigmask = (unsigned long)&Open;
  Arg.sigmask_sz = 8;
  Arg.ts = 0;
  show("with more arguments", enter(R, 0, 1, Ext, &Arg, sizeof Arg));
  // What was submitted before counts more.
  raise(SIGALRM);
  add(R, IORING_OP_OPENAT, AT_FDCWD, "/dev/null", 0, 0)->open_flags = O_RDONLY | O_LARGEFILE;
  R->Queued = 0;
  show("submitted", enter(R, 1, 5, IORING_ENTER_GETEVENTS, &Open, 8));
  show("handled", Alarms);
  enter(R, 0, 1, IORING_ENTER_GETEVENTS, 0, 0);
  show("opened", isFd(next(R, 0)));
  sigprocmask(SIG_UNBLOCK, &Block, 0);
}

static void memory(Ring *R) {
  char *P = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(P, 'x', 3 * 4096);
  add(R, IORING_OP_MADVISE, -1, P + 4096, 4096, 0)->fadvise_advice = MADV_DONTNEED;
  show("madvise", run(R));
  printf("%d %d %d\n", P[4095], P[4096], P[8192]);
  add(R, IORING_OP_MADVISE, -1, P, 4096, 0)->fadvise_advice = 12345;
  show("bad advice", run(R));
  struct io_uring_sqe *E = add(R, IORING_OP_MADVISE, -1, P + 8192, 0, 4096);
  E->fadvise_advice = MADV_DONTNEED;
  show("64 bits of size", run(R));
  printf("%d\n", P[8192]);
  munmap(P + 4096, 4096);
  add(R, IORING_OP_MADVISE, -1, P, 3 * 4096, 0)->fadvise_advice = MADV_NORMAL;
  show("with a hole", run(R));
  munmap(P, 3 * 4096);
}

static void others(Ring *R) {
  Ring D = *R;
  D.Fd = dup(R->Fd);
  add(&D, IORING_OP_OPENAT, AT_FDCWD, "/dev/null", 0, 0)->open_flags = O_RDONLY | O_DIRECTORY;
  show("of a duplicate", run(&D));
  close(D.Fd);
  // The number was that of another ring, which is closed.
  Ring Other;
  tryRing(&Other, 4, 0);
  D.Fd = dup3(R->Fd, Other.Fd, O_CLOEXEC);
  add(&D, IORING_OP_OPENAT, AT_FDCWD, "/dev/null", 0, 0)->open_flags = O_RDONLY | O_DIRECTORY;
  show("over another", run(&D));
  // The first descriptor is closed, and the last one left of the ring is a duplicate.
  int Rest = fcntl(R->Fd, F_DUPFD, 100);
  close(R->Fd), close(D.Fd);
  R->Fd = Rest;
  add(R, IORING_OP_OPENAT, AT_FDCWD, "/dev/null", 0, 0)->open_flags = O_RDONLY | O_DIRECTORY;
  show("of what is left", run(R));
  // A child in the same memory has descriptors of its own.
  if (!vfork()) {
    dup2(1, R->Fd);
    syscall(SYS_close_range, 3, ~0u, 0);
    _exit(0);
  }
  wait(0);
  add(R, IORING_OP_OPENAT, AT_FDCWD, "/dev/null", 0, 0)->open_flags = O_RDONLY | O_DIRECTORY;
  show("after a child that has closed it", run(R));
  // A ring isn't closed like this.
  show("close", (add(R, IORING_OP_CLOSE, R->Fd, 0, 0, 0), run(R)));
  add(R, IORING_OP_OPENAT, AT_FDCWD, "/dev/null", 0, 0)->open_flags = O_RDONLY | O_DIRECTORY;
  show("and then", run(R));
  fflush(stdout);
  pid_t Pid = fork();
  if (!Pid) {
    add(R, IORING_OP_OPENAT, AT_FDCWD, "/dev/null", 0, 0)->open_flags = O_RDONLY | O_DIRECTORY;
    show("in a child", run(R));
    exit(0);
  }
  waitpid(Pid, 0, 0);
  struct {
    struct io_uring_probe P;
    struct io_uring_probe_op Ops[256];
  } P = {};
  show("probe", syscall(SYS_io_uring_register, R->Fd, IORING_REGISTER_PROBE, &P, 256));
  const int Ops[] = {IORING_OP_NOP,       IORING_OP_READ,   IORING_OP_OPENAT2,
                     IORING_OP_EPOLL_CTL, IORING_OP_SOCKET, IORING_OP_MADVISE};
  for (int I = 0; I != 6; ++I)
    printf("operation %d: %d\n", Ops[I], P.Ops[Ops[I]].flags & IO_URING_OP_SUPPORTED);
  show("no operation 200", P.Ops[200].flags);
  char Buf[16] = {};
  struct iovec Iov = {Buf, sizeof Buf};
  show("buffers", syscall(SYS_io_uring_register, R->Fd, IORING_REGISTER_BUFFERS, &Iov, 1));
  int Pipe[2];
  pipe(Pipe);
  write(Pipe[1], "fixed", 5);
  show("files", syscall(SYS_io_uring_register, R->Fd, IORING_REGISTER_FILES, Pipe, 1));
  add(R, IORING_OP_READ_FIXED, 0, Buf, 5, 0)->flags = IOSQE_FIXED_FILE;
  show("fixed", run(R));
  puts(Buf);
  show("bad", syscall(SYS_io_uring_register, R->Fd, 99, 0, 0) < 0 ? -errno : 0);
}

// The queue and the entries are memory of the program.
static void ownMemory(void) {
  Ring R = {};
  char *Memory = mmap(0, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  R.P.flags = 1u << 14; // IORING_SETUP_NO_MMAP
  R.P.cq_off.resv2 = (unsigned long)Memory;
  R.P.sq_off.resv2 = (unsigned long)(Memory + 8192);
  R.Fd = syscall(SYS_io_uring_setup, 4, &R.P);
  if (R.Fd < 0) {
    show("own memory", -errno);
    return;
  }
  R.Sq = R.Cq = Memory;
  R.Entries = (void *)(Memory + 8192);
  add(&R, IORING_OP_OPENAT, AT_FDCWD, "/dev/null", 0, 0)->open_flags = O_RDONLY | O_DIRECTORY;
  show("own memory", run(&R));
  close(R.Fd);
}

// Entries are added under a lock, and submitted by whoever comes first.
static pthread_mutex_t Adding = PTHREAD_MUTEX_INITIALIZER;
enum { Rounds = 1500 };
static void *submitter(void *Arg) {
  Ring *R = Arg;
  for (int I = 0; I != Rounds; ++I) {
    for (int Added = 0; !Added;) {
      pthread_mutex_lock(&Adding);
      if (*SQ(R, tail) - __atomic_load_n(SQ(R, head), __ATOMIC_ACQUIRE) < R->P.sq_entries) {
        add(R, IORING_OP_OPENAT, AT_FDCWD, "/dev/null", 0, 0)->open_flags = O_RDONLY | O_DIRECTORY;
        Added = 1;
      }
      pthread_mutex_unlock(&Adding);
      enter(R, 1, 0, 0, 0, 0);
    }
  }
  return 0;
}

static void threads(void) {
  Ring R;
  pthread_t T[2];
  int Right = 0, Wrong = 0;
  if (tryRing(&R, 4, 0))
    return;
  for (int I = 0; I != 2; ++I)
    pthread_create(&T[I], 0, submitter, &R);
  while (Right + Wrong < 2 * Rounds) {
    enter(&R, 0, 1, IORING_ENTER_GETEVENTS, 0, 0);
    for (int Res; (Res = next(&R, 0)) != -9999;)
      Res == -ENOTDIR ? ++Right : ++Wrong;
  }
  pthread_join(T[0], 0), pthread_join(T[1], 0);
  printf("threads: %d right, %d wrong\n", Right, Wrong);
  close(R.Fd);
}

// The kernel takes entries by itself. What would have to be converted is refused.
static void polled(void) {
  Ring R;
  int E = tryRing(&R, 8, IORING_SETUP_SQPOLL);
  show("polled", E);
  if (E)
    return;
  const int Ops[] = {IORING_OP_NOP, IORING_OP_OPENAT};
  for (int I = 0; I != 2; ++I) {
    add(&R, Ops[I], AT_FDCWD, "/dev/null", 0, 0);
    if (*SQ(&R, flags) & IORING_SQ_NEED_WAKEUP)
      enter(&R, 0, 0, IORING_ENTER_SQ_WAKEUP, 0, 0);
    enter(&R, 0, 1, IORING_ENTER_GETEVENTS, 0, 0);
    int Res = isFd(next(&R, 0));
#ifdef __aarch64__
    Res = I ? Res == -EACCES : Res;
#endif
    show("polled", Res);
  }
  struct iovec Iov = {&R, sizeof R};
  show("buffers", syscall(SYS_io_uring_register, R.Fd, IORING_REGISTER_BUFFERS, &Iov, 1));
  close(R.Fd);
}

int main(int argc, char **argv) {
  Dir = argv[1];
  umask(022);
  Ring R, Small;
  struct io_uring_params Bad = {.flags = 1u << 31};
  int E = tryRing(&R, 64, 0);
  show("ring", E);
  if (E)
    return 0;
  show("no entries", syscall(SYS_io_uring_setup, 0, &Bad) < 0 ? -errno : 0);
  show("bad flags", syscall(SYS_io_uring_setup, 8, &Bad) < 0 ? -errno : 0);
  show("no parameters", syscall(SYS_io_uring_setup, 8, 0) < 0 ? -errno : 0);
  if (argc > 2) {
    struct statx St = {};
    add(&R, IORING_OP_STATX, AT_FDCWD, argv[2], STATX_SIZE, (unsigned long)&St);
    run(&R);
    printf("in the sysroot: %d bytes\n", (int)St.stx_size);
    return 0;
  }
  files(&R);
  epolls(&R);
  chains(&R);
  memory(&R);
  sockets(&R);
  waiting(&R);
  others(&R);
  ownMemory();
  polled();
  threads();
  // Around the end of a small queue, with a ring in the first one's place.
  close(R.Fd);
  show("another ring", tryRing(&Small, 4, 0));
  show("in its place", Small.Fd == R.Fd);
  for (int I = 0; I != 10; ++I) {
    add(&Small, IORING_OP_NOP, -1, 0, 0, 0);
    add(&Small, IORING_OP_OPENAT, AT_FDCWD, "/dev/null", 0, 0)->open_flags = O_RDONLY | O_DIRECTORY;
    Small.Queued = 0;
    show("two", enter(&Small, 2, 2, IORING_ENTER_GETEVENTS, 0, 0));
    show("one of them", next(&Small, 0));
    show("the other", next(&Small, 0));
  }
}
