// Clocks: through the C library, through the vDSO's own symbols, and by system call.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s
// Its 20,000 questions for the time are not system calls.
// RUN: %xlate-run --stats=json %t 2>&1 | %filecheck --check-prefix=CALLS %s
// CALLS: "syscalls":{{[0-9]?[0-9]?[0-9]}},

#define _GNU_SOURCE
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void *symbol(const char *Name) {
  char *Base = (char *)getauxval(AT_SYSINFO_EHDR);
  if (!Base)
    return 0;
  Elf64_Ehdr *E = (void *)Base;
  Elf64_Phdr *Ph = (void *)(Base + E->e_phoff);
  Elf64_Dyn *Dyn = 0;
  intptr_t Bias = 0;
  for (int I = 0; I < E->e_phnum; ++I) {
    if (Ph[I].p_type == PT_LOAD && !Ph[I].p_offset)
      Bias = (intptr_t)Base - Ph[I].p_vaddr;
    if (Ph[I].p_type == PT_DYNAMIC)
      Dyn = (void *)(Base + Ph[I].p_offset);
  }
  Elf64_Sym *Symbols = 0;
  char *Strings = 0;
  uint32_t *Hash = 0;
  for (; Dyn && Dyn->d_tag; ++Dyn) {
    if (Dyn->d_tag == DT_SYMTAB)
      Symbols = (void *)(Bias + Dyn->d_un.d_ptr);
    if (Dyn->d_tag == DT_STRTAB)
      Strings = (void *)(Bias + Dyn->d_un.d_ptr);
    if (Dyn->d_tag == DT_HASH)
      Hash = (void *)(Bias + Dyn->d_un.d_ptr);
  }
  for (uint32_t I = 0; Hash && I < Hash[1]; ++I)
    if (Symbols[I].st_shndx && !strcmp(Strings + Symbols[I].st_name, Name))
      return (void *)(Bias + Symbols[I].st_value);
  return 0;
}

static int64_t nanoseconds(struct timespec T) { return T.tv_sec * 1000000000ll + T.tv_nsec; }

int main(void) {
  int (*Gettime)(clockid_t, struct timespec *) = symbol("__kernel_clock_gettime");
  int (*Getres)(clockid_t, struct timespec *) = symbol("__kernel_clock_getres");
  int (*Timeofday)(struct timeval *, void *) = symbol("__kernel_gettimeofday");
  printf("symbols:%s%s%s%s\n", Gettime ? " gettime" : "", Getres ? " getres" : "",
         Timeofday ? " gettimeofday" : "", symbol("__kernel_rt_sigreturn") ? " sigreturn" : "");
  // CHECK: symbols: gettime getres gettimeofday sigreturn
  const clockid_t Clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
                              CLOCK_BOOTTIME, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE,
                              CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID};
  int Close = 0, Monotonic = 1;
  for (int I = 0; I < 8; ++I) {
    struct timespec A, B, C;
    if (syscall(SYS_clock_gettime, Clocks[I], &A) || Gettime(Clocks[I], &B) ||
        clock_gettime(Clocks[I], &C))
      printf("clock %d fails\n", Clocks[I]);
    int64_t Span = nanoseconds(C) - nanoseconds(A);
    Close += Span >= -10000000 && Span < 5000000000;
    Monotonic &= nanoseconds(C) >= nanoseconds(B) - 10000000;
  }
  printf("clocks that agree: %d\n", Close);
  // CHECK-NEXT: clocks that agree: 8
  struct timespec Before, After;
  clock_gettime(CLOCK_MONOTONIC, &Before);
  for (int I = 0; I < 20000; ++I) {
    clock_gettime(CLOCK_MONOTONIC, &After);
    Monotonic &= nanoseconds(After) >= nanoseconds(Before);
    Before = After;
  }
  printf("monotonic: %d\n", Monotonic);
  // CHECK-NEXT: monotonic: 1
  struct timespec Res;
  printf("resolution: %d %ld\n", Getres(CLOCK_MONOTONIC, &Res), Res.tv_nsec);
  // CHECK-NEXT: resolution: 0 1
  printf("bad clock: %d\n", Gettime(1234, &Res));
  // CHECK-NEXT: bad clock: -22
  struct timeval Tv;
  Timeofday(&Tv, 0);
  long Apart = time(0) - Tv.tv_sec;
  printf("gettimeofday: %s\n", Apart >= 0 && Apart < 5 ? "now" : "not now");
  // CHECK-NEXT: gettimeofday: now
  // The counter runs at the frequency it claims.
  uint64_t Frequency, C0, C1;
  asm volatile("mrs %0, cntfrq_el0" : "=r"(Frequency));
  asm volatile("isb\nmrs %0, cntvct_el0" : "=r"(C0));
  clock_gettime(CLOCK_MONOTONIC, &Before);
  usleep(50000);
  asm volatile("isb\nmrs %0, cntvct_el0" : "=r"(C1));
  clock_gettime(CLOCK_MONOTONIC, &After);
  double Ratio = (double)(C1 - C0) / Frequency * 1e9 / (nanoseconds(After) - nanoseconds(Before));
  printf("counter: %s\n", Ratio > 0.8 && Ratio < 1.2 ? "right frequency" : "wrong frequency");
  // CHECK-NEXT: counter: right frequency
  unsigned Cpu = ~0u, Node;
  getcpu(&Cpu, &Node);
  printf("cpu: %s\n", Cpu < (unsigned)sysconf(_SC_NPROCESSORS_CONF) ? "valid" : "invalid");
  // CHECK-NEXT: cpu: valid
  return 0;
}
