// What a program finds out about itself: /proc/self, /proc/cpuinfo, the auxiliary
// vector, uname, prctl.
// ThreadSanitizer has a thread of its own in every process.
// UNSUPPORTED: tsan
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t 'an argument' | %filecheck %s

#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <asm/hwcap.h>

static char Data[1 << 16];

static size_t slurp(const char *Path) {
  int Fd = open(Path, O_RDONLY);
  size_t N = 0;
  ssize_t R;
  while (Fd >= 0 && (R = read(Fd, Data + N, sizeof Data - 1 - N)) > 0)
    N += R;
  close(Fd);
  Data[N] = 0;
  return N;
}

// The protection of the mapping that holds P, and its name.
static void mapping(const char *What, const void *P) {
  FILE *F = fopen("/proc/self/maps", "r");
  char Line[PATH_MAX + 200], Perm[8], Path[PATH_MAX];
  while (fgets(Line, sizeof Line, F)) {
    unsigned long Start, End;
    Path[0] = 0;
    if (sscanf(Line, "%lx-%lx %7s %*s %*s %*s %4095[^\n]", &Start, &End, Perm, Path) >= 3 &&
        (uintptr_t)P >= Start && (uintptr_t)P < End) {
      char *Slash = strrchr(Path, '/');
      printf("%s: %s %s\n", What, Perm, Slash ? "file" : Path);
      fclose(F);
      return;
    }
  }
  printf("%s: not mapped\n", What);
  fclose(F);
}

int main(int argc, char **argv) {
  if (!strcmp(argv[0], "again"))
    return argc == 3 ? 77 : 1;
  char Exe[PATH_MAX] = "", Real[PATH_MAX];
  readlink("/proc/self/exe", Exe, sizeof Exe - 1);
  realpath(argv[0], Real);
  printf("exe: %s\n", strcmp(Exe, Real) ? Exe : "this program");
  // CHECK: exe: this program
  char Path[64];
  snprintf(Path, sizeof Path, "/proc/%d/exe", getpid());
  memset(Exe, 0, sizeof Exe);
  readlink(Path, Exe, sizeof Exe - 1);
  printf("by number: %s\n", strcmp(Exe, Real) ? Exe : "this program");
  // CHECK-NEXT: by number: this program
  int Fd = open("/proc/self/exe", O_RDONLY);
  unsigned char Header[20];
  read(Fd, Header, 20);
  printf("ELF machine: %d\n", Header[18]);
  // CHECK-NEXT: ELF machine: 183

  size_t N = slurp("/proc/self/cmdline");
  printf("cmdline: %s, '%s', %zu bytes over\n", strcmp(Data, argv[0]) ? Data : "argv[0]",
         Data + strlen(Data) + 1, N - strlen(argv[0]) - 1 - strlen(argv[1]) - 1);
  // CHECK-NEXT: cmdline: argv[0], 'an argument', 0 bytes over
  slurp("/proc/self/comm");
  const char *Base = strrchr(argv[0], '/') + 1;
  printf("comm: %s\n", strncmp(Data, Base, strlen(Data) - 1) ? Data : "argv[0]");
  // CHECK-NEXT: comm: argv[0]
  prctl(PR_SET_NAME, "renamed");
  slurp("/proc/self/comm");
  printf("comm: %s", Data);
  // CHECK-NEXT: comm: renamed

  slurp("/proc/cpuinfo");
  printf("cpuinfo: %s %s %s\n", strstr(Data, "CPU implementer") ? "implementer" : "",
         strstr(Data, " asimd ") ? "asimd" : "", strstr(Data, "GenuineIntel") ? "Intel" : "");
  // CHECK-NEXT: cpuinfo: implementer asimd
  int Cpus = 0;
  for (char *P = Data; (P = strstr(P, "processor\t:")); ++P)
    ++Cpus;
  printf("processors: %s\n", Cpus == sysconf(_SC_NPROCESSORS_ONLN) ? "all" : "?");
  // CHECK-NEXT: processors: all
  unsigned long Caps = getauxval(AT_HWCAP);
  printf("hwcap: %s %s %s %s\n", Caps & HWCAP_FP ? "fp" : "", Caps & HWCAP_ASIMD ? "asimd" : "",
         Caps & HWCAP_ATOMICS ? "atomics" : "", Caps & HWCAP_CPUID ? "cpuid" : "");
  // CHECK-NEXT: hwcap: fp asimd atomics cpuid
  uint64_t Isar0, Midr;
  asm("mrs %0, id_aa64isar0_el1" : "=r"(Isar0));
  asm("mrs %0, midr_el1" : "=r"(Midr));
  printf("isar0 atomics: %s, aes: %s\n", (Isar0 >> 20 & 15) == 2 ? "yes" : "no",
         !(Isar0 >> 4 & 15) == !(Caps & HWCAP_AES) ? "as in hwcap" : "not as in hwcap");
  // CHECK-NEXT: isar0 atomics: yes, aes: as in hwcap
  printf("platform: %s, page size: %lu, secure: %lu\n", (char *)getauxval(AT_PLATFORM),
         getauxval(AT_PAGESZ), getauxval(AT_SECURE));
  // CHECK-NEXT: platform: aarch64, page size: 4096, secure: 0
  const char *Name = (char *)getauxval(AT_EXECFN);
  printf("execfn: %s\n", strcmp(Name, argv[0]) ? Name : "argv[0]");
  // CHECK-NEXT: execfn: argv[0]
  N = slurp("/proc/self/auxv");
  uint64_t *Aux = (uint64_t *)Data;
  while (*Aux && *Aux != AT_ENTRY)
    Aux += 2;
  printf("auxv: entry %s\n", Aux[1] == getauxval(AT_ENTRY) ? "the same" : "differs");
  // CHECK-NEXT: auxv: entry the same

  struct utsname U;
  uname(&U);
  printf("uname: %s %s\n", U.sysname, U.machine);
  // CHECK-NEXT: uname: Linux aarch64

  int Local;
  mapping("code", main);
  // CHECK-NEXT: code: r-xp file
  mapping("data", Data);
  // CHECK-NEXT: data: rw-p
  mapping("stack", &Local);
  // CHECK-NEXT: stack: rw-p [stack]
  mapping("heap", sbrk(0) - 16);
  // CHECK-NEXT: heap: rw-p [heap]
  mapping("vdso", (void *)getauxval(AT_SYSINFO_EHDR));
  // CHECK-NEXT: vdso: r-xp [vdso]
  void *P = mmap(0, 65536, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mapping("anonymous code", P);
  // CHECK-NEXT: anonymous code: r-xp
  munmap(P, 65536);
  mapping("unmapped", P);
  // CHECK-NEXT: unmapped: not mapped
  slurp("/proc/self/maps");
  printf("runtime in maps: %s\n", strstr(Data, "xlate-run") ? Data : "hidden");
  // CHECK-NEXT: runtime in maps: hidden

  slurp("/proc/self/stat");
  int Pid = 0, Ppid = 0;
  char Comm[32], State;
  sscanf(Data, "%d (%31[^)]) %c %d", &Pid, Comm, &State, &Ppid);
  printf("stat: %s %s %c %s\n", Pid == getpid() ? "pid" : "?", Comm, State,
         Ppid == getppid() ? "ppid" : "?");
  // CHECK-NEXT: stat: pid renamed R ppid
  slurp("/proc/self/status");
  char *Threads = strstr(Data, "Threads:");
  printf("threads: %d\n", Threads ? atoi(Threads + 8) : 0);
  // CHECK-NEXT: threads: 1

  // No descriptor but the standard three.
  int Open = 0;
  for (int I = 3; I < 1024; ++I)
    Open += I != Fd && fcntl(I, F_GETFD) >= 0;
  printf("other descriptors: %d\n", Open);
  // CHECK-NEXT: other descriptors: 0

  // /proc/self/exe can be executed.
  fflush(stdout);
  if (fork() == 0) {
    execl("/proc/self/exe", "again", "x", "y", (char *)0);
    _exit(1);
  }
  int Status;
  wait(&Status);
  printf("again: %d\n", WEXITSTATUS(Status));
  // CHECK-NEXT: again: 77
  return 0;
}
