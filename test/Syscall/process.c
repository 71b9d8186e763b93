// Processes: creation, identity, limits, /proc.
// REQUIRES: xlate-run, aarch64-cc, host-cc
// RUN: %host-cc -O1 -w -pthread %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static -pthread %s -o %t.guest
// RUN: %t.host > %t.want
// RUN: %xlate-run %t.guest > %t.got
// RUN: sed -i 's,%t.host,PROGRAM,' %t.want
// RUN: sed -i 's,%t.guest,PROGRAM,' %t.got
// RUN: diff %t.want %t.got

#include "Inputs/report.h"
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

static int wait1(pid_t Pid) {
  int Status = -1;
  waitpid(Pid, &Status, 0);
  return Status;
}

static int threadMain(void *Arg) {
  *(int *)Arg = 5;
  return 3;
}

/// A child makes a sibling of its own: ours, which ends as the child does.
static void siblings(void) {
  int Pipe[2];
  pid_t Sibling = 0;
  R(pipe(Pipe));
  pid_t Pid = fork();
  if (!Pid) {
    Sibling = syscall(SYS_clone, CLONE_PARENT | SIGUSR1, 0, 0, 0, 0);
    if (!Sibling)
      _exit(11);
    write(Pipe[1], &Sibling, sizeof Sibling);
    SHOW("not its child %d", waitpid(Sibling, 0, __WALL));
    struct clone_args {
      unsigned long flags, pidfd, child_tid, parent_tid, exit_signal, more[4];
    } Args = {.flags = CLONE_PARENT, .exit_signal = SIGCHLD};
    R(syscall(SYS_clone3, &Args, sizeof Args));
    fflush(stdout);
    _exit(12);
  }
  SHOW("child %x", wait1(Pid));
  R(read(Pipe[0], &Sibling, sizeof Sibling) == sizeof Sibling);
  SHOW("sibling %x", wait1(Sibling));
}

static void children(void) {
  pid_t Pid = fork();
  if (!Pid)
    _exit(7);
  SHOW("fork %x", wait1(Pid));
  if (!(Pid = vfork()))
    _exit(9);
  SHOW("vfork %x", wait1(Pid));
  if (!(Pid = fork()))
    abort();
  SHOW("abort %x", wait1(Pid) & 0x7f);
  if (!(Pid = fork())) {
    execl("/proc/self/exe", "name", "child", (char *)0);
    _exit(3);
  }
  SHOW("exec %x", wait1(Pid));
  static char Stack[65536] __attribute__((aligned(16)));
  int Word = 0, PidFd = -1;
  Pid = clone(threadMain, Stack + sizeof Stack,
              CLONE_VM | CLONE_PIDFD | SIGCHLD, &Word, &PidFd);
  siginfo_t Info;
  R(waitid(P_PIDFD, PidFd, &Info, WEXITED));
  SHOW("clone %d %d %d", Word, Info.si_status, Info.si_pid == Pid);
  R(waitpid(-1, 0, 0));
  struct rusage Ru;
  R(getrusage(RUSAGE_CHILDREN, &Ru));
}

/// What another process runs: the child looks at its parent.
static void others(void) {
  const pid_t Pid = fork();
  if (!Pid) {
    char Path[64], B[512] = "";
    struct stat Own = {0}, Other = {0};
    snprintf(Path, sizeof Path, "/proc/%d/exe", getppid());
    const ssize_t N = readlink(Path, B, sizeof B);
    SHOW("parent's exe %.*s", (int)N, B);
    R(stat("/proc/self/exe", &Own));
    R(stat(Path, &Other));
    SHOW("same %d", Own.st_ino == Other.st_ino && Own.st_dev == Other.st_dev);
    char Head[6] = "";
    const int Fd = open(Path, O_RDONLY);
    R(read(Fd, Head, 4));
    SHOW("%s", Head + 1);
    R(readlink("/proc/999999999/exe", B, sizeof B));
    _exit(0);
  }
  wait1(Pid);
}

static void identity(const char *Name) {
  char B[512];
  struct utsname U;
  R(uname(&U));
  SHOW("%s", U.sysname);
  R(prctl(PR_SET_NAME, "new (name)"));
  FILE *F = fopen("/proc/self/comm", "r");
  fgets(B, sizeof B, F);
  printf("%s", B);
  fclose(F);
  F = fopen("/proc/self/stat", "r");
  fgets(B, sizeof B, F);
  SHOW("%d", strstr(B, "(new (name)) R") != 0);
  fclose(F);
  ssize_t N = readlink("/proc/self/exe", B, sizeof B);
  SHOW("%.*s", (int)N, B);
  int Fd = open("/proc/self/cmdline", O_RDONLY);
  N = read(Fd, B, sizeof B);
  SHOW("%s %zd", B, N - (ssize_t)strlen(Name));
  close(Fd);
  char Path[64];
  snprintf(Path, sizeof Path, "/proc/%d/auxv", getpid());
  Fd = open(Path, O_RDONLY);
  Elf64_auxv_t Auxv[64];
  N = read(Fd, Auxv, sizeof Auxv) / sizeof *Auxv;
  close(Fd);
  for (int I = 0; I < N; ++I)
    if (Auxv[I].a_type == AT_ENTRY || Auxv[I].a_type == AT_RANDOM)
      SHOW("auxv %ld %d", (long)Auxv[I].a_type,
           Auxv[I].a_un.a_val == getauxval(Auxv[I].a_type));
  // No descriptors but ours.
  DIR *D = opendir("/proc/self/fd");
  for (struct dirent *E; (E = readdir(D));)
    SHOW("fd %s", E->d_name);
  closedir(D);
  R(personality(0xffffffff) >= 0);
  R(prctl(PR_SET_DUMPABLE, 1));
  R(prctl(PR_GET_DUMPABLE));
  R(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  R(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  R(prctl(PR_SET_PDEATHSIG, SIGTERM));
}

static void limits(void) {
  struct rlimit L;
  R(getrlimit(RLIMIT_NOFILE, &L));
  L.rlim_cur = 64;
  R(setrlimit(RLIMIT_NOFILE, &L));
  R(open("/", O_RDONLY) < 64);
  R(fcntl(0, F_DUPFD, 64));
  R(getrlimit(RLIMIT_AS, &L));
  L.rlim_cur = 1l << 40;
  R(setrlimit(RLIMIT_AS, &L));
  R(getrlimit(RLIMIT_AS, &L));
  SHOW("%lx", (long)L.rlim_cur);
  L.rlim_cur = 2;
  L.rlim_max = 1;
  R(setrlimit(RLIMIT_AS, &L));
  R(setrlimit(RLIMIT_CORE, &L));
  cpu_set_t Set;
  R(sched_getaffinity(0, sizeof Set, &Set));
  R(sched_setaffinity(0, sizeof Set, &Set));
  R(getpriority(PRIO_PROCESS, 0));
  R(nice(1));
}

int main(int Argc, char **Argv) {
  if (Argc > 1) {
    SHOW("%s %s", Argv[0], Argv[1]);
    return 4;
  }
  children();
  siblings();
  others();
  identity(Argv[0]);
  limits();
}
