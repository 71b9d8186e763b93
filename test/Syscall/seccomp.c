// seccomp: the errors of its calls, what filters may answer, of several the
// strictest, strict mode; filters in threads, children and executed programs;
// a tracer that decides.
// REQUIRES: xlate-run, aarch64-cc, host-cc, filecheck
// RUN: %host-cc -O1 -w -pthread %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static -pthread %s -o %t.guest
// RUN: %t.host > %t.want
// RUN: %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got
// RUN: %xlate-run --tier=interp %t.guest > %t.got
// RUN: diff %t.want %t.got
// RUN: %xlate-run --strace %t.guest 2>&1 >/dev/null | %filecheck %s
// CHECK: getpgid(0) = -1 errno=5
// CHECK: getpgid(77) = ?
// CHECK-NEXT: --- SIGSYS {si_signo=31, si_code=1} ---
// CHECK: getpgid(0) = ? (killed by a seccomp filter)

#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __aarch64__
enum { Arch = AUDIT_ARCH_AARCH64 };
#define RESULT(Uc) ((ucontext_t *)(Uc))->uc_mcontext.regs[0]
#define PC(Uc) ((ucontext_t *)(Uc))->uc_mcontext.pc
#else
enum { Arch = AUDIT_ARCH_X86_64 };
#define RESULT(Uc) ((ucontext_t *)(Uc))->uc_mcontext.gregs[REG_RAX]
#define PC(Uc) ((ucontext_t *)(Uc))->uc_mcontext.gregs[REG_RIP]
#endif

// What filters see: nothing else makes these calls.
enum { Probe = __NR_getpgid, Other = __NR_getsid };

#define LOAD(Field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, Field))
#define ANSWER(What) BPF_STMT(BPF_RET | BPF_K, What)
#define IS(Value, No) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, Value, 0, No)

static int install(struct sock_filter *F, unsigned N, unsigned Flags) {
  struct sock_fprog P = {N, F};
  return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, Flags, &P);
}
#define INSTALL(F, Flags) install(F, sizeof F / sizeof F[0], Flags)

// Answer one call so.
static int answer(int Nr, unsigned What, unsigned Flags) {
  struct sock_filter F[] = {LOAD(nr), IS((unsigned)Nr, 1), ANSWER(What),
                            ANSWER(SECCOMP_RET_ALLOW)};
  return INSTALL(F, Flags);
}

static void show(const char *What, long R) {
  if (R < 0)
    printf("%s: %s\n", What, strerror(errno));
  else
    printf("%s: %ld\n", What, R);
  fflush(stdout);
}

static void probe(const char *What) {
  show(What, syscall(Probe, 0) > 0 ? 1 : -1);
}

static int waitFor(pid_t Pid, const char *What) {
  int Status = 0;
  waitpid(Pid, &Status, __WALL);
  if (WIFEXITED(Status))
    printf("%s: exited %d\n", What, WEXITSTATUS(Status));
  else if (WIFSIGNALED(Status))
    printf("%s: killed by %d\n", What, WTERMSIG(Status));
  else
    printf("%s: stopped by %d, event %d\n", What, WSTOPSIG(Status), Status >> 16);
  fflush(stdout);
  return Status;
}

static void unprivileged(void);
static void inChild(const char *What, void (*Do)(void)) {
  pid_t Pid = fork();
  if (!Pid) {
    if (Do != unprivileged)
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    Do();
    exit(0);
  }
  waitFor(Pid, What);
}

//--- Errors -------------------------------------------------------------------

static void badProgram(const char *What, struct sock_filter F0, struct sock_filter F1) {
  struct sock_filter F[] = {F0, F1, ANSWER(SECCOMP_RET_ALLOW)};
  show(What, INSTALL(F, 0));
}

static void errors(void) {
  static struct sock_filter Ok[] = {ANSWER(SECCOMP_RET_ALLOW)};
  const struct sock_filter Nop = BPF_STMT(BPF_LD | BPF_IMM, 0);
  show("mode", prctl(PR_GET_SECCOMP));
  show("no operation", syscall(__NR_seccomp, 77, 0, 0));
  show("strict with flags", syscall(__NR_seccomp, SECCOMP_SET_MODE_STRICT, 1, 0));
  show("bad flags", install(Ok, 1, 1u << 20));
  show("no program", syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, 0));
  show("no program, prctl", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, 0));
  show("no instructions", install(0, 1, 0));
  show("bad instructions", install((struct sock_filter *)8, 1, 0));
  show("empty", install(Ok, 0, 0));
  show("too long", install(Ok, BPF_MAXINSNS + 1, 0));
  show("no such mode", prctl(PR_SET_SECCOMP, 7, 0));
  badProgram("jump out", (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 2, 0, 0), Nop);
  badProgram("branch out", (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2), Nop);
  badProgram("unaligned", (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), Nop);
  badProgram("behind the data", (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), Nop);
  badProgram("byte", (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), Nop);
  badProgram("modulo", (struct sock_filter)BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 2), Nop);
  badProgram("by zero", (struct sock_filter)BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), Nop);
  badProgram("wide shift", (struct sock_filter)BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), Nop);
  badProgram("unwritten", Nop, (struct sock_filter)BPF_STMT(BPF_LD | BPF_MEM, 3));
  badProgram("written on one way", (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
             (struct sock_filter)BPF_STMT(BPF_ST, 3));
  struct sock_filter OneWay[] = {IS(0, 1), BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_MEM, 3),
                                 ANSWER(SECCOMP_RET_ALLOW)};
  show("read on another", INSTALL(OneWay, 0));
  struct sock_filter Open[] = {Nop, Nop};
  show("no end", INSTALL(Open, 0));
  for (unsigned A = 0; A <= 0xffff; ++A) {
    unsigned Action = A << 16;
    if (Action != SECCOMP_RET_USER_NOTIF &&
        !syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &Action))
      printf("there is action %#x\n", Action);
  }
  show("action at a bad address", syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, 0));
  show("mode", prctl(PR_GET_SECCOMP));
}

// Without privilege, or the promise not to gain any.
static void unprivileged(void) {
  if (setresuid(1000, 1000, 1000))
    return;
  show("unprivileged", answer(Probe, SECCOMP_RET_ERRNO | 5, 0));
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  show("with no_new_privs", answer(Probe, SECCOMP_RET_ERRNO | 5, 0));
  probe("answer");
}

//--- Answers ------------------------------------------------------------------

static void errnos(void) {
  answer(Probe, SECCOMP_RET_ERRNO | 5, 0);
  show("mode", prctl(PR_GET_SECCOMP));
  probe("errno 5");
  show("other", syscall(Other, 0) > 0);
  answer(Probe, SECCOMP_RET_LOG, 0);
  probe("and logged");
  answer(Probe, SECCOMP_RET_ERRNO | 7, 0);
  probe("newer one");
  // Numbers that kernels, and translators, use for themselves.
  answer(__NR_getuid, SECCOMP_RET_ERRNO | 512, 0);
  answer(__NR_geteuid, SECCOMP_RET_ERRNO | 513, 0);
  show("errno 512", syscall(__NR_getuid));
  show("errno 513", syscall(__NR_geteuid));
  answer(Other, SECCOMP_RET_ERRNO, 0);
  show("errno 0", syscall(Other, 0));
  answer(Other, SECCOMP_RET_ERRNO | 0xffff, 0);
  show("newer with errno 65535", syscall(Other, 0));
  answer(__NR_getpriority, SECCOMP_RET_TRACE, 0);
  show("no tracer", syscall(__NR_getpriority, 0, 0));
  show("strict after filters", syscall(__NR_seccomp, SECCOMP_SET_MODE_STRICT, 0, 0));
}

// All there is in a program: -((arg0 * 3 + 4 - 1) / 2 ^ 5 | 8 & arg1) >> 1 << 2,
// and what it is given.
static void programs(void) {
  struct sock_filter F[] = {
      LOAD(arch), IS(Arch, 29), LOAD(nr), IS(Probe, 27),
      LOAD(args[1]), BPF_STMT(BPF_ST, 15),
      LOAD(args[0]), BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 3),
      BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 4),
      BPF_STMT(BPF_LDX | BPF_IMM, 1), BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0),
      BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 2), BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 5),
      BPF_STMT(BPF_STX, 2), BPF_STMT(BPF_MISC | BPF_TAX, 0),
      BPF_STMT(BPF_LD | BPF_MEM, 15), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 8),
      BPF_STMT(BPF_ALU | BPF_OR | BPF_X, 0), BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 1),
      BPF_STMT(BPF_LDX | BPF_MEM, 2), BPF_STMT(BPF_ALU | BPF_LSH | BPF_X, 0),
      BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
      BPF_STMT(BPF_ALU | BPF_NEG, 0), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xfff),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 0xf00, 0, 1),
      BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0xff0, 1, 0),
      BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO), BPF_STMT(BPF_RET | BPF_A, 0),
      ANSWER(SECCOMP_RET_ALLOW)};
  F[1].jf = 29, F[3].jf = 27;
  F[28].jt = 0; // both ways go on
  show("program", INSTALL(F, 0));
  static const unsigned Args[][2] = {{0, 0}, {1, 8}, {7, 15}, {100, 7}, {400, 8}, {1u << 31, 8}};
  for (unsigned I = 0; I != sizeof Args / sizeof Args[0]; ++I) {
    syscall(Probe, (long)Args[I][0], (long)Args[I][1]);
    printf("%u %u: errno %d\n", Args[I][0], Args[I][1], errno);
  }
  struct sock_filter ByZero[] = {LOAD(nr), IS(Other, 2), BPF_STMT(BPF_LDX | BPF_IMM, 0),
                                 BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
                                 ANSWER(SECCOMP_RET_ALLOW)};
  show("division", INSTALL(ByZero, 0));
  fflush(stdout);
  syscall(Other, 0);
}

// Arguments have 64 bits and aren't cut.
static void wideArgument(void) {
  struct sock_filter F[] = {LOAD(nr), IS(Probe, 2),
                            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5]) + 4),
                            BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
                            BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, SECCOMP_RET_ERRNO, 0, 1),
                            BPF_STMT(BPF_RET | BPF_A, 0), ANSWER(SECCOMP_RET_ALLOW)};
  F[1].jf = 4;
  INSTALL(F, 0);
  show("upper half", syscall(Probe, 0, 0, 0, 0, 0, 0x1700000001));
}

static volatile int Traps;
static void *volatile LastCall;
static void onSys(int Sig, siginfo_t *Info, void *Uc) {
  ++Traps;
  printf("trap: signal %d, code %d, data %d, call %d, architecture %d, at the call %d\n", Sig,
         Info->si_code, Info->si_errno, Info->si_syscall == Probe, Info->si_arch == Arch,
         Info->si_call_addr == (void *)PC(Uc));
  fflush(stdout);
  LastCall = Info->si_call_addr;
  RESULT(Uc) = 4242;
}

static void traps(void) {
  struct sigaction A = {};
  A.sa_sigaction = onSys;
  A.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSYS, &A, 0);
  answer(Probe, SECCOMP_RET_TRAP | 0x123, 0);
  show("trapped", syscall(Probe, 77));
  answer(Probe, SECCOMP_RET_ERRNO | 3, 0);
  show("trap before errno", syscall(Probe, 77));
  sigset_t S;
  sigemptyset(&S);
  sigaddset(&S, SIGSYS);
  sigprocmask(SIG_BLOCK, &S, 0);
  syscall(Probe, 0); // blocked: it ends the process
}

static void ignoredTrap(void) {
  signal(SIGSYS, SIG_IGN);
  answer(Probe, SECCOMP_RET_TRAP, 0);
  syscall(Probe, 0);
}

static void killProcess(void) {
  signal(SIGSYS, (void (*)(int))onSys);
  answer(Probe, SECCOMP_RET_KILL_PROCESS, 0);
  syscall(Probe, 0);
}

static void killOnly(void) {
  answer(Probe, SECCOMP_RET_KILL_THREAD, 0);
  syscall(Probe, 0);
}

static void noSuchAction(void) {
  answer(Probe, 0x12340000, 0);
  syscall(Probe, 0);
}

static void strict(void) {
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
  (void)!write(1, "strict: write\n", 14);
  syscall(__NR_exit, 3);
}

static void strictKills(void) {
  syscall(__NR_seccomp, SECCOMP_SET_MODE_STRICT, 0, 0);
  syscall(__NR_getpid);
}

//--- Threads ------------------------------------------------------------------

static pthread_barrier_t Barrier;
static volatile int ThreadTid;

static void *killedThread(void *Arg) {
  syscall(Arg ? Other : Probe, 0);
  return Arg;
}

// Only the thread goes. (pthread_join waits for its tid to be cleared.)
static void threadDies(void) {
  answer(Probe, SECCOMP_RET_KILL_THREAD, 0);
  pthread_t T;
  pthread_create(&T, 0, killedThread, 0);
  pthread_join(T, 0);
  show("after its end", syscall(Other, 0) > 0);
}

// The process ends as its last thread does.
static void *lastThread(void *Arg) {
  pthread_barrier_wait(&Barrier);
  usleep(20000);
  syscall(__NR_exit, 4);
  return 0;
}

static void firstDies(int Strict) {
  pthread_t T;
  pthread_barrier_init(&Barrier, 0, 2);
  pthread_create(&T, 0, lastThread, 0);
  if (!Strict)
    answer(Probe, SECCOMP_RET_KILL_THREAD, 0);
  pthread_barrier_wait(&Barrier);
  if (Strict)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
  syscall(Probe, 0);
}
static void firstIsKilled(void) { firstDies(0); }
static void firstIsStrict(void) { firstDies(1); }

static void *lateThread(void *Arg) {
  ThreadTid = syscall(__NR_gettid);
  pthread_barrier_wait(&Barrier);
  if (Arg)
    answer(Other, SECCOMP_RET_ERRNO | 9, 0);
  pthread_barrier_wait(&Barrier);
  pthread_barrier_wait(&Barrier);
  probe("in the thread");
  show("other in the thread", syscall(Other, 0) > 0);
  show("its no_new_privs", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  return 0;
}

static void syncThreads(int Diverge, unsigned Flags) {
  pthread_barrier_init(&Barrier, 0, 2);
  answer(__NR_getpriority, SECCOMP_RET_ERRNO | 1, 0);
  pthread_t T;
  pthread_create(&T, 0, lateThread, Diverge ? &T : 0);
  pthread_barrier_wait(&Barrier);
  pthread_barrier_wait(&Barrier);
  long R = answer(Probe, SECCOMP_RET_ERRNO | 5, Flags);
  if (R > 0 && R == ThreadTid)
    printf("synchronise: that thread\n");
  else
    show("synchronise", R);
  probe("in the caller");
  pthread_barrier_wait(&Barrier);
  pthread_join(T, 0);
}

static void own(void) { syncThreads(0, 0); }
static void synced(void) { syncThreads(0, SECCOMP_FILTER_FLAG_TSYNC); }
static void diverged(void) { syncThreads(1, SECCOMP_FILTER_FLAG_TSYNC); }
static void divergedEsrch(void) {
  syncThreads(1, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH);
}

//--- Children and programs ----------------------------------------------------

static void inherited(void) {
  answer(Probe, SECCOMP_RET_ERRNO | 5, 0);
  answer(Other, SECCOMP_RET_ERRNO | 6, 0);
  pid_t Pid = fork();
  if (!Pid) {
    probe("in a child");
    exit(0);
  }
  waitFor(Pid, "child");
  Pid = vfork();
  if (!Pid) {
    long R = syscall(Probe, 0);
    _exit(R < 0 ? errno : 0);
  }
  waitFor(Pid, "vfork");
  Pid = fork();
  if (!Pid) {
    execl("/proc/self/exe", "seccomp", "executed", NULL);
    exit(99);
  }
  waitFor(Pid, "program");
  // Not all that can be executed elsewhere is for this machine.
  char *Argv[] = {"x", 0};
  answer(__NR_execve, SECCOMP_RET_ERRNO | 11, 0);
  show("execve", execv("/bin/true", Argv));
}

static void executed(void) {
  show("mode of the program", prctl(PR_GET_SECCOMP));
  probe("in the program");
  show("other in the program", syscall(Other, 0));
  // It is as long as before, and can get longer.
  answer(Probe, SECCOMP_RET_KILL_PROCESS, 0);
  syscall(Probe, 0);
}

// Instructions on the way of a call are limited.
static void longPath(void) {
  static struct sock_filter F[BPF_MAXINSNS];
  for (unsigned I = 0; I != BPF_MAXINSNS; ++I)
    F[I] = (struct sock_filter)ANSWER(SECCOMP_RET_ALLOW);
  int N = 0;
  while (N < 100 && !INSTALL(F, 0))
    ++N;
  // The kernel counts its own translation, so it is one of them less or more.
  show("some of the longest", N > 1 && N < 10);
  show("one more", INSTALL(F, 0));
  show("a short one", install(F, 1, 0));
  execl("/proc/self/exe", "seccomp", "with", "long filters", NULL);
}

//--- A tracer -----------------------------------------------------------------

static void traced(void) {
  ptrace(PTRACE_TRACEME, 0, 0, 0);
  raise(SIGSTOP);
  answer(Probe, SECCOMP_RET_TRACE | 0x77, 0);
  answer(Other, SECCOMP_RET_ERRNO | 6, 0);
  probe("as it is");
  show("left out", syscall(Probe, 0));
  show("replaced by one that is filtered", syscall(Probe, 0));
  exit(5);
}

static void setNr(pid_t Pid, int Nr, int Result) {
#ifdef __aarch64__
  struct iovec Iov = {&Nr, sizeof Nr};
  ptrace(PTRACE_SETREGSET, Pid, (void *)0x404, &Iov);
  unsigned long R[34];
  Iov = (struct iovec){R, sizeof R};
  ptrace(PTRACE_GETREGSET, Pid, (void *)1, &Iov);
  if (Nr == -1)
    R[0] = Result;
  ptrace(PTRACE_SETREGSET, Pid, (void *)1, &Iov);
#else
  struct user_regs_struct R;
  ptrace(PTRACE_GETREGS, Pid, 0, &R);
  R.orig_rax = Nr;
  R.rax = Result;
  ptrace(PTRACE_SETREGS, Pid, 0, &R);
#endif
}

static void tracer(void) {
  pid_t Pid = fork();
  if (!Pid)
    traced();
  waitFor(Pid, "start");
  ptrace(PTRACE_SETOPTIONS, Pid, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD);
  for (int I = 0; I != 3; ++I) {
    ptrace(I == 1 ? PTRACE_SYSCALL : PTRACE_CONT, Pid, 0, 0);
    int Status = waitFor(Pid, "filter");
    while (WIFSTOPPED(Status) && WSTOPSIG(Status) == (SIGTRAP | 0x80)) {
      // Calls on the way, with PTRACE_SYSCALL.
      ptrace(PTRACE_SYSCALL, Pid, 0, 0);
      Status = waitFor(Pid, "filter");
    }
    unsigned long Message = 0;
    ptrace(PTRACE_GETEVENTMSG, Pid, 0, &Message);
    printf("message %#lx\n", Message);
    if (I == 1) {
      setNr(Pid, -1, 33);
      ptrace(PTRACE_SYSCALL, Pid, 0, 0);
      waitFor(Pid, "end of the call");
    } else if (I == 2) {
      setNr(Pid, Other, 0);
    }
  }
  ptrace(PTRACE_CONT, Pid, 0, 0);
  waitFor(Pid, "end");
}

int main(int argc, char **argv) {
  if (argc > 2) {
    show("mode of the program", prctl(PR_GET_SECCOMP));
    return 0;
  }
  if (argc > 1) {
    executed();
    return 0;
  }
  inChild("errors", errors);
  inChild("unprivileged", unprivileged);
  inChild("errno", errnos);
  inChild("program", programs);
  inChild("argument", wideArgument);
  inChild("traps", traps);
  inChild("ignored trap", ignoredTrap);
  inChild("kill process", killProcess);
  inChild("kill thread", killOnly);
  inChild("no such action", noSuchAction);
  inChild("strict", strict);
  inChild("strict kills", strictKills);
  inChild("thread dies", threadDies);
  inChild("first thread dies", firstIsKilled);
  inChild("first thread dies in strict mode", firstIsStrict);
  inChild("own filter", own);
  inChild("synchronised", synced);
  inChild("diverged", diverged);
  inChild("diverged, ESRCH", divergedEsrch);
  inChild("inherited", inherited);
  inChild("long path", longPath);
  inChild("tracer", tracer);
  return 0;
}
