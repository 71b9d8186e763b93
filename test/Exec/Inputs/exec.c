// Executes programs in every way there is and prints what arrives. Compiled for
// the host and for arm64, the output must be the same.
//
//   exec DIR     run all cases with files in DIR
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char Self[PATH_MAX];

static const char *baseName(const char *Path) {
  const char *Slash = strrchr(Path, '/');
  return Slash ? Slash + 1 : Path;
}

// What the executed program sees.
static int show(int Argc, char **Argv) {
#ifdef TAG
  printf("  compiled as %s\n", TAG);
#endif
  printf("  argv:");
  for (int I = 0; I < Argc; ++I)
    printf(" [%s]", strlen(Argv[I]) > 4000 ? "(long)" : Argv[I]);
  printf("%s\n  env:", Argv[Argc] ? " not terminated" : "");
  for (char **E = environ; *E; ++E)
    printf(" [%s]", *E);
  const char *ExecFn = (const char *)getauxval(AT_EXECFN);
  printf("\n  execfn: %s secure: %lu\n", baseName(ExecFn), getauxval(AT_SECURE));
  // An emulator may answer these without /proc.
  if (access("/proc/self", F_OK) == 0) {
    char Text[PATH_MAX] = "";
    ssize_t N = readlink("/proc/self/exe", Text, sizeof Text - 1);
    printf("  exe: %s\n", N > 0 ? baseName(Text) : "?");
    int Fd = open("/proc/self/cmdline", O_RDONLY);
    N = read(Fd, Text, sizeof Text);
    close(Fd);
    printf("  cmdline:");
    for (char *P = Text; N <= 200 && P < Text + N; P += strlen(P) + 1)
      printf(" [%s]", P);
  }
  printf("\n  descriptors:");
  for (int I = 0; I < 1100; ++I)
    if (fcntl(I, F_GETFD) >= 0)
      printf(" %d", I);
  printf("\n  signals:");
  sigset_t Mask;
  sigprocmask(SIG_BLOCK, NULL, &Mask);
  for (int S = 1; S < 32; ++S) {
    struct sigaction A;
    if (sigaction(S, NULL, &A) == 0 && A.sa_handler != SIG_DFL)
      printf(" %d=%s", S, A.sa_handler == SIG_IGN ? "ignored" : "handled");
    if (sigismember(&Mask, S))
      printf(" %d=blocked", S);
  }
  printf("\n");
  return 42;
}

static void put(const char *Name, const char *Text, int Mode) {
  FILE *F = fopen(Name, "w");
  fputs(Text, F);
  fclose(F);
  chmod(Name, Mode);
}

static char *const Args[] = {"SHOW", "one", "", "three words", NULL};
static char *const Env[] = {"A=1", "EMPTY=", "NOEQUALS", NULL};

static void report(const char *Case, pid_t Child) {
  int Status;
  waitpid(Child, &Status, 0);
  if (WIFEXITED(Status))
    printf("  %s: exit %d\n", Case, WEXITSTATUS(Status));
  else
    printf("  %s: signal %d\n", Case, WTERMSIG(Status));
}

#define CASE(Name, ...)                                                                            \
  do {                                                                                             \
    printf("%s\n", Name);                                                                          \
    fflush(stdout);                                                                                \
    pid_t Child = fork();                                                                          \
    if (Child == 0) {                                                                              \
      __VA_ARGS__;                                                                                 \
      printf("  failed: %s\n", strerror(errno));                                                   \
      fflush(stdout);                                                                              \
      _exit(1);                                                                                    \
    }                                                                                              \
    report(Name, Child);                                                                           \
  } while (0)

static int execat(int Fd, const char *Path, char *const *Argv, char *const *Envp, int Flags) {
  return syscall(SYS_execveat, Fd, Path, Argv, Envp, Flags);
}

static void *execInThread(void *Unused) {
  (void)Unused;
  execve(Self, Args, Env);
  return NULL;
}

static void onSignal(int Sig) { (void)Sig; }

static void setSignals(void) {
  signal(SIGUSR1, SIG_IGN);
  signal(SIGUSR2, onSignal);
  signal(SIGALRM, onSignal);
  sigset_t Mask;
  sigemptyset(&Mask);
  sigaddset(&Mask, SIGTERM);
  sigprocmask(SIG_BLOCK, &Mask, NULL);
}

static int selfMemfd(int Flags) {
  int In = open(Self, O_RDONLY), Out = memfd_create("program", Flags);
  char Buffer[65536];
  for (ssize_t N; (N = read(In, Buffer, sizeof Buffer)) > 0;)
    if (write(Out, Buffer, N) != N)
      abort();
  close(In);
  return Out;
}

// Pointers whose array ends at an unmapped page.
static char *const *unterminated(void) {
  char *Pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(Pages + 4096, 4096);
  char **Last = (char **)(Pages + 4096) - 1;
  *Last = "SHOW";
  return Last;
}

static void spawns(void) {
  printf("200 spawns\n");
  int Good = 0;
  for (int I = 0; I < 200; ++I) {
    char *const Quiet[] = {"QUIET", NULL};
    pid_t Child;
    int Status;
    if (posix_spawn(&Child, Self, NULL, NULL, Quiet, Env) == 0 &&
        waitpid(Child, &Status, 0) == Child && WIFEXITED(Status) && WEXITSTATUS(Status) == 7)
      ++Good;
  }
  pid_t Child;
  printf("  %d good; missing: %s\n", Good,
         strerror(posix_spawn(&Child, "./missing", NULL, NULL, Args, Env)));
}

int main(int Argc, char **Argv) {
  setvbuf(stdout, NULL, _IOFBF, 65536);
  if (Argc > 0 && strcmp(Argv[0], "QUIET") == 0)
    return 7;
  if (Argc > 0 && strcmp(Argv[0], "REEXEC") == 0)
    return execve("/proc/self/exe", Args, Env);
  if (Argc > 0 && strcmp(Argv[0], "AGAIN") == 0)
    return execve("prog", Args, Env);
  if (Argc != 2 || strcmp(Argv[0], "SHOW") == 0 || Argv[0][0] != '/')
    return show(Argc, Argv);
  if (chdir(Argv[1]) != 0)
    return 1;
  strcpy(Self, Argv[0]);
  // An xlate-run that is not static can't run in there.
  const int Jail = !getenv("NO_CHROOT");
  environ = (char **)Env;
  char Text[PATH_MAX + 100];
  (void)!symlink(Self, "prog");

  CASE("absolute path", execve(Self, Args, Env));
  CASE("relative path", execve("prog", Args, Env));
  CASE("empty environment", execve("./prog", Args, (char *[]){NULL}));
  CASE("null environment", execve("./prog", Args, NULL));
  CASE("empty argv", execve("./prog", (char *[]){NULL}, Env));
  CASE("null argv", execve("./prog", NULL, Env));
  CASE("own exe", execve("/proc/self/exe", Args, Env));
  CASE("from a thread", {
    pthread_t T;
    pthread_create(&T, NULL, execInThread, NULL);
    pthread_join(T, NULL);
  });
  CASE("signals", {
    setSignals();
    execve("prog", Args, Env);
  });
  CASE("signals stay when it fails", {
    setSignals();
    execve("missing", Args, Env);
    show(0, (char *[]){NULL});
  });
  CASE("descriptors", {
    (void)!open("/dev/null", O_RDONLY);
    (void)!open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)!open("/dev/null", O_RDONLY);
    dup2(0, 500);
    execve("prog", Args, Env);
  });
  CASE("all descriptors closed", {
    for (int I = 3; I < 2000; ++I)
      close(I);
    execve("prog", Args, Env);
  });
  CASE("memfd", execat(selfMemfd(0), "", Args, Env, AT_EMPTY_PATH));
  CASE("memfd, closed on exec", execat(selfMemfd(MFD_CLOEXEC), "", Args, Env, AT_EMPTY_PATH));
  CASE("own exe is a memfd", {
    char *const Again[] = {"REEXEC", "x", NULL};
    execat(selfMemfd(MFD_CLOEXEC), "", Again, Env, AT_EMPTY_PATH);
  });
  CASE("O_PATH", execat(open(Self, O_PATH | O_CLOEXEC), "", Args, Env, AT_EMPTY_PATH));
  CASE("directory descriptor",
       execat(open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "prog", Args, Env, 0));
  CASE("no following", execat(AT_FDCWD, "prog", Args, Env, AT_SYMLINK_NOFOLLOW));
  CASE("bad flags", execat(AT_FDCWD, "prog", Args, Env, 1));
  CASE("bad descriptor", execat(77, "prog", Args, Env, 0));

  snprintf(Text, sizeof Text, "#!%s  the argument \nrest\n", Self);
  put("script", Text, 0755);
  snprintf(Text, sizeof Text, "#!./script more\n");
  put("script2", Text, 0755);
  put("loop", "#!./loop\n", 0755);
  put("noninterp", "#!/missing/interpreter\n", 0755);
  put("plain", "plain text\n", 0755);
  put("empty", "", 0755);
  put("notexec", "#!/bin/sh\n", 0644);
  mkdir("dir", 0755);
  CASE("script", execve("./script", Args, Env));
  CASE("script, empty argv", execve("./script", (char *[]){NULL}, Env));
  CASE("script of a script", execve("script2", Args, Env));
  CASE("script by descriptor", execat(open("script", O_RDONLY), "", Args, Env, AT_EMPTY_PATH));
  CASE("script by closing descriptor",
       execat(open("script", O_RDONLY | O_CLOEXEC), "", Args, Env, AT_EMPTY_PATH));
  CASE("endless script", execve("loop", Args, Env));
  CASE("no interpreter", execve("noninterp", Args, Env));
  CASE("plain text", execve("plain", Args, Env));
  CASE("empty file", execve("empty", Args, Env));
  CASE("not executable", execve("notexec", Args, Env));
  CASE("directory", execve("dir", Args, Env));
  CASE("missing", execve("missing", Args, Env));
  CASE("no directory", execve("plain/x", Args, Env));
  CASE("empty path", execve("", Args, Env));
  CASE("bad path", execve((char *)8, Args, Env));
  CASE("bad argv", execve("prog", (char **)8, Env));
  CASE("bad string", execve("prog", (char *[]){"SHOW", (char *)8, NULL}, Env));
  CASE("unterminated argv", execve("prog", unterminated(), Env));
  CASE("bad environment", execve("prog", Args, (char **)8));
  CASE("missing and bad argv", execve("missing", (char **)8, Env));

  // Without /proc, and with nothing of the host in sight.
  mkdir("jail", 0755);
  int In = selfMemfd(0), Out = open("jail/prog", O_CREAT | O_WRONLY, 0755);
  sendfile(Out, In, &(off_t){0}, 100 << 20);
  close(In);
  close(Out);
  snprintf(Text, sizeof Text, "#!/prog in jail\n");
  put("jail/script", Text, 0755);
  if (Jail) {
    CASE("chroot", {
      if (chroot("jail") == 0 && chdir("/") == 0) {
        execve("/missing", Args, Env);
        execve("/prog", Args, Env);
      }
    });
    CASE("script in chroot", {
      if (chroot("jail") == 0 && chdir("/") == 0)
        execve("script", Args, Env);
    });
    CASE("twice in chroot", {
      if (chroot("jail") == 0 && chdir("/") == 0)
        execve("/prog", (char *[]){"AGAIN", NULL}, Env);
    });
  }

  char *Long = malloc(200000);
  memset(Long, 'x', 199999);
  Long[199999] = 0;
  CASE("string too long", execve("prog", (char *[]){"SHOW", Long, NULL}, Env));
  Long[100000] = 0;
  CASE("long string", execve("prog", (char *[]){"SHOW", Long, NULL}, Env));
  char **Many = malloc(2000 * sizeof *Many);
  for (int I = 0; I < 1999; ++I)
    Many[I] = Long;
  Many[1999] = NULL;
  CASE("arguments too long", execve("prog", Many, Env));
  CASE("limits", {
    struct rlimit L = {1 << 20, RLIM_INFINITY};
    setrlimit(RLIMIT_STACK, &L);
    Many[4] = NULL;
    Many[0] = "SHOW";
    execve("prog", Many, Env);
  });
  spawns();
  return 0;
}
