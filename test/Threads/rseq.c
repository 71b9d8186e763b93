// There are no restartable sequences: the C library must do without them, and a
// program that asks is told so.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  static struct rseq Area __attribute__((aligned(32)));
  printf("%ld %d\n", syscall(SYS_rseq, &Area, sizeof Area, 0, RSEQ_SIG), errno == ENOSYS);
  // CHECK: -1 1
  printf("library: %s\n", __rseq_size == 0 ? "does without" : "registered");
  // CHECK-NEXT: library: does without
  printf("kernel says: %lu\n", getauxval(27 /*AT_RSEQ_FEATURE_SIZE*/));
  // CHECK-NEXT: kernel says: 0
  printf("cpu: %d\n", sched_getcpu() >= 0);
  // CHECK-NEXT: cpu: 1
  return 0;
}
