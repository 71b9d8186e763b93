// ptrace: signals, memory, registers, system calls, breakpoints, single steps,
// events, attaching and detaching.
// REQUIRES: xlate-run, aarch64-cc, host-cc
// RUN: %host-cc -O1 -w -pthread %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static -pthread %s -o %t.guest
// RUN: %t.host > %t.want
// RUN: %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got
// RUN: %xlate-run --tier=interp %t.guest > %t.got
// RUN: diff %t.want %t.got

#include <elf.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __aarch64__
typedef struct {
  unsigned long X[31], Sp, Pc, Pstate;
} Regs;
#define ARG0(R) (R).X[0]
#define RESULT(R) (R).X[0]
#define PC(R) (R).Pc
#define AFTER_TRAP 0
enum { Trap = 0xd4200000, TrapMask = -1 };
#else
typedef struct user_regs_struct Regs;
#define ARG0(R) (R).rdi
#define RESULT(R) (R).rax
#define PC(R) (R).rip
#define AFTER_TRAP 1
enum { Trap = 0xcc, TrapMask = 0xff };
#endif

static void showStatus(const char *What, int Status) {
  if (WIFEXITED(Status))
    printf("%s: exited %d\n", What, WEXITSTATUS(Status));
  else if (WIFSIGNALED(Status))
    printf("%s: killed by %d\n", What, WTERMSIG(Status));
  else
    printf("%s: stopped by %d, event %d\n", What, WSTOPSIG(Status),
           Status >> 16);
}

static int waitFor(pid_t Pid, const char *What) {
  int Status = 0;
  if (waitpid(Pid, &Status, __WALL) != Pid)
    printf("%s: %s\n", What, strerror(errno));
  else
    showStatus(What, Status);
  return Status;
}

static Regs getRegs(pid_t Pid) {
  Regs R;
  struct iovec Iov = {&R, sizeof R};
  if (ptrace(PTRACE_GETREGSET, Pid, (void *)NT_PRSTATUS, &Iov))
    perror("GETREGSET");
  return R;
}

static void setRegs(pid_t Pid, Regs R) {
  struct iovec Iov = {&R, sizeof R};
  if (ptrace(PTRACE_SETREGSET, Pid, (void *)NT_PRSTATUS, &Iov))
    perror("SETREGSET");
}

static pid_t start(void (*Child)(void)) {
  fflush(stdout);
  pid_t Pid = fork();
  if (Pid == 0) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0))
      _exit(99);
    raise(SIGSTOP);
    Child();
    _exit(0);
  }
  waitFor(Pid, "start");
  return Pid;
}

//--- Signals

static volatile int Seen;
static void onUsr1(int Sig) { Seen += 1; }

static void signals(void) {
  signal(SIGUSR1, onUsr1);
  signal(SIGUSR2, SIG_IGN);
  raise(SIGUSR1); // suppressed
  raise(SIGUSR1); // delivered
  raise(SIGUSR2); // reported although it's ignored
  raise(SIGCHLD); // its default is nothing
  raise(SIGTERM); // another in its place
  *(volatile int *)8 = Seen;
}

static void testSignals(void) {
  pid_t Pid = start(signals);
  ptrace(PTRACE_CONT, Pid, 0, 0);
  waitFor(Pid, "suppressed");
  siginfo_t Info;
  ptrace(PTRACE_GETSIGINFO, Pid, 0, &Info);
  printf("code %d, from itself %d\n", Info.si_code, Info.si_pid == Pid);
  ptrace(PTRACE_CONT, Pid, 0, 0);
  waitFor(Pid, "delivered");
  ptrace(PTRACE_CONT, Pid, 0, SIGUSR1);
  waitFor(Pid, "ignored");
  ptrace(PTRACE_CONT, Pid, 0, SIGUSR2);
  waitFor(Pid, "default");
  ptrace(PTRACE_CONT, Pid, 0, SIGCHLD);
  waitFor(Pid, "replaced");
  ptrace(PTRACE_CONT, Pid, 0, SIGUSR1);
  waitFor(Pid, "fault");
  ptrace(PTRACE_GETSIGINFO, Pid, 0, &Info);
  printf("address %p, seen %ld\n", Info.si_addr,
         ptrace(PTRACE_PEEKDATA, Pid, &Seen, 0) & 0xffffffff);
  ptrace(PTRACE_CONT, Pid, 0, SIGSEGV);
  waitFor(Pid, "end");
}

static void jobControl(void) { raise(SIGTSTP); }

static void testGroupStop(void) {
  pid_t Pid = start(jobControl);
  ptrace(PTRACE_CONT, Pid, 0, 0);
  waitFor(Pid, "terminal stop");
  ptrace(PTRACE_CONT, Pid, 0, SIGTSTP);
  waitFor(Pid, "group stop");
  siginfo_t Info;
  printf("no signal: %d\n",
         ptrace(PTRACE_GETSIGINFO, Pid, 0, &Info) == -1 && errno == EINVAL);
  ptrace(PTRACE_CONT, Pid, 0, 0);
  waitFor(Pid, "end");
}

//--- Memory, registers and system calls

static long Shared = 1;

static void calls(void) {
  // No such call: the tracer answers.
  long R = syscall(5000, 77);
  if (R != 4242 || Shared != 0x1122334455667788)
    _exit(1);
  _exit(syscall(SYS_getpid) == 123 ? 7 : 2);
}

static void testCalls(void) {
  pid_t Pid = start(calls);
  ptrace(PTRACE_SETOPTIONS, Pid, 0, PTRACE_O_TRACESYSGOOD);
  printf("peek %ld\n", ptrace(PTRACE_PEEKDATA, Pid, &Shared, 0));
  ptrace(PTRACE_POKEDATA, Pid, &Shared, 0x1122334455667788);
  // raise() has still to leave kill.
  Regs R;
  do {
    ptrace(PTRACE_SYSCALL, Pid, 0, 0);
    int Status;
    waitpid(Pid, &Status, 0);
    R = getRegs(Pid);
  } while (ARG0(R) != 77);
  printf("argument %ld\n", (long)ARG0(R));
  ptrace(PTRACE_SYSCALL, Pid, 0, 0);
  waitFor(Pid, "call exit");
  R = getRegs(Pid);
  printf("result %ld\n", (long)RESULT(R));
  RESULT(R) = 4242;
  setRegs(Pid, R);
  ptrace(PTRACE_SYSCALL, Pid, 0, 0);
  waitFor(Pid, "getpid entry");
  ptrace(PTRACE_SYSCALL, Pid, 0, 0);
  waitFor(Pid, "getpid exit");
  R = getRegs(Pid);
  printf("getpid %d\n", (pid_t)RESULT(R) == Pid);
  RESULT(R) = 123;
  setRegs(Pid, R);
  ptrace(PTRACE_SYSCALL, Pid, 0, 0);
  waitFor(Pid, "exit entry");
  ptrace(PTRACE_CONT, Pid, 0, 0);
  waitFor(Pid, "end");
}

//--- Breakpoints and steps

__attribute__((noinline)) int target(int X) {
  asm volatile("nop\nnop\nnop\nnop" ::: "memory");
  return X + 1;
}

static void breaks(void) {
  int Sum = 0;
  for (int I = 0; I != 1000; ++I) // translated, and perhaps more than once
    Sum = target(Sum);
  raise(SIGUSR1);
  for (int I = 0; I != 3; ++I)
    Sum = target(Sum);
  _exit(Sum == 1003 ? 5 : 6);
}

static void testBreakpoint(void) {
  pid_t Pid = start(breaks);
  ptrace(PTRACE_CONT, Pid, 0, 0);
  waitFor(Pid, "before");
  const long Old = ptrace(PTRACE_PEEKTEXT, Pid, target, 0);
  const long Mask = (unsigned)TrapMask, New = (Old & ~Mask) | Trap & Mask;
  ptrace(PTRACE_POKETEXT, Pid, target, New);
  for (int I = 0; I != 2; ++I) {
    ptrace(PTRACE_CONT, Pid, 0, 0);
    waitFor(Pid, "breakpoint");
    Regs R = getRegs(Pid);
    PC(R) -= AFTER_TRAP;
    printf("at target %d\n", PC(R) == (unsigned long)target);
    setRegs(Pid, R);
    ptrace(PTRACE_POKETEXT, Pid, target, Old);
    for (int Step = 0; Step != 3; ++Step) {
      ptrace(PTRACE_SINGLESTEP, Pid, 0, 0);
      int Status;
      waitpid(Pid, &Status, 0);
      Regs S = getRegs(Pid);
      printf("step: trap %d, on %d\n", WSTOPSIG(Status) == SIGTRAP,
             PC(S) > PC(R));
      R = S;
    }
    ptrace(PTRACE_POKETEXT, Pid, target, New);
  }
  ptrace(PTRACE_POKETEXT, Pid, target, Old);
  ptrace(PTRACE_CONT, Pid, 0, 0);
  waitFor(Pid, "end");
}

//--- Children and programs

static void forks(void) {
  pid_t Pid = fork();
  if (Pid == 0)
    _exit(3);
  int Status;
  waitpid(Pid, &Status, 0);
  _exit(WEXITSTATUS(Status) + 10);
}

static void testFork(void) {
  pid_t Pid = start(forks);
  ptrace(PTRACE_SETOPTIONS, Pid, 0,
         PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL);
  ptrace(PTRACE_CONT, Pid, 0, 0);
  waitFor(Pid, "fork");
  unsigned long Child = 0;
  ptrace(PTRACE_GETEVENTMSG, Pid, 0, &Child);
  waitFor((pid_t)Child, "child");
  ptrace(PTRACE_CONT, Pid, 0, 0);
  ptrace(PTRACE_CONT, Child, 0, 0);
  waitFor((pid_t)Child, "child's exit");
  unsigned long Code = 0;
  ptrace(PTRACE_GETEVENTMSG, Child, 0, &Code);
  printf("status %lx\n", Code);
  ptrace(PTRACE_CONT, Child, 0, 0);
  waitFor((pid_t)Child, "child's end");
  int Status = waitFor(Pid, "parent");
  if (WIFSTOPPED(Status) && WSTOPSIG(Status) == SIGCHLD) {
    ptrace(PTRACE_CONT, Pid, 0, SIGCHLD);
    waitFor(Pid, "parent's exit");
  }
  ptrace(PTRACE_CONT, Pid, 0, 0);
  waitFor(Pid, "end");
}

static void *inThread(void *Arg) { return Arg; }

static void threads(void) {
  pthread_t T;
  void *Result = 0;
  pthread_create(&T, 0, inThread, (void *)8);
  pthread_join(T, &Result);
  pid_t Pid = vfork();
  if (Pid == 0)
    _exit(1);
  int Status;
  waitpid(Pid, &Status, 0);
  _exit((long)Result + WEXITSTATUS(Status));
}

/// Neither threads nor vfork: the tracer has nothing to do with them.
static void testUntraced(void) {
  pid_t Pid = start(threads);
  ptrace(PTRACE_SETOPTIONS, Pid, 0, PTRACE_O_TRACEFORK);
  ptrace(PTRACE_CONT, Pid, 0, 0);
  int Status = waitFor(Pid, "untraced");
  if (WIFSTOPPED(Status) && WSTOPSIG(Status) == SIGCHLD) {
    ptrace(PTRACE_CONT, Pid, 0, SIGCHLD);
    waitFor(Pid, "end");
  }
}

static char *Self;

static void executes(void) { execl(Self, Self, "program", (char *)0); }

static void testExec(int Options) {
  pid_t Pid = start(executes);
  ptrace(PTRACE_SETOPTIONS, Pid, 0, Options);
  ptrace(PTRACE_CONT, Pid, 0, 0);
  waitFor(Pid, "exec");
  if (Options) {
    unsigned long Old = 0;
    ptrace(PTRACE_GETEVENTMSG, Pid, 0, &Old);
    printf("same process %d\n", (pid_t)Old == Pid);
  }
  ptrace(PTRACE_CONT, Pid, 0, 0);
  waitFor(Pid, "signal");
  ptrace(PTRACE_KILL, Pid, 0, 0);
  waitFor(Pid, "end");
}

//--- Attaching

static void testAttach(void) {
  fflush(stdout);
  int Ready[2];
  pipe(Ready);
  pid_t Pid = fork();
  if (Pid == 0) {
    write(Ready[1], "", 1);
    struct timespec T = {0, 300000000};
    _exit(nanosleep(&T, NULL) == 0 ? 4 : 5); // goes on sleeping
  }
  char C;
  read(Ready[0], &C, 1);
  printf("attach %d\n", (int)ptrace(PTRACE_ATTACH, Pid, 0, 0));
  waitFor(Pid, "attached");
  printf("detach %d\n", (int)ptrace(PTRACE_DETACH, Pid, 0, 0));
  waitFor(Pid, "end");
  errno = 0;
  ptrace(PTRACE_CONT, getpid(), 0, 0);
  printf("nobody's: %s\n", strerror(errno));
}

int main(int Argc, char **Argv) {
  if (Argc > 1) {
    raise(SIGUSR1);
    return 0;
  }
  Self = Argv[0];
  testSignals();
  testGroupStop();
  testCalls();
  testBreakpoint();
  testFork();
  testUntraced();
  testExec(0);
  testExec(PTRACE_O_TRACEEXEC);
  testAttach();
  return 0;
}
