// A JIT that makes 300,000 functions in one buffer, over and over: translations of
// code that is gone don't pile up, and the last functions cost what the first did.
// AddressSanitizer keeps what is freed for a while, and that is measured here.
// UNSUPPORTED: asan
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-run --tier=baseline %t | %filecheck %s
// RUN: %xlate-run %t | %filecheck %s

#include "Inputs/emit.h"
#include <time.h>

enum { Functions = 300000, InBuffer = 1000, Words = 16 };

static long residentKb(void) {
  long Pages = 0, Resident = 0;
  FILE *F = fopen("/proc/self/statm", "r");
  if (fscanf(F, "%ld %ld", &Pages, &Resident) != 2)
    exit(1);
  fclose(F);
  return Resident * 4;
}

static double cpuSeconds(void) {
  struct timespec T;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &T);
  return T.tv_sec + T.tv_nsec * 1e-9;
}

int main(void) {
  const size_t Size = InBuffer * Words * 4;
  uint32_t *Buffer = mmap(0, Size, PROT_READ | PROT_WRITE | PROT_EXEC,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  long Good = 0, Early = 0;
  double Start = cpuSeconds(), Middle = 0;
  for (int I = 0; I < Functions; ++I) {
    uint32_t *P = Buffer + I % InBuffer * Words;
    codeWritten(P, P + emitAdd(P, I));
    Good += ((Function *)P)(1) == I + 1;
    if (I == Functions / 10)
      Early = residentKb();
    if (I == Functions / 2)
      Middle = cpuSeconds();
  }
  double First = Middle - Start, Second = cpuSeconds() - Middle;
  long Grown = residentKb() - Early;
  printf("good: %ld\n", Good);
  // CHECK: good: 300000
  printf("grown by: %s\n", Grown < 40 << 10 ? "little" : "much");
  if (Grown >= 40 << 10)
    printf("%ld KiB\n", Grown);
  // CHECK-NEXT: grown by: little
  printf("second half: %s\n", Second < 2 * First + 0.1 ? "as fast" : "slower");
  if (Second >= 2 * First + 0.1)
    printf("%f s, %f s\n", First, Second);
  // CHECK-NEXT: second half: as fast
}
