// The top byte of an address is ignored (TBI), by every kind of access and by
// branches; with PR_SET_TAGGED_ADDR_CTRL by system calls too. Hot code that was made
// for plain pointers meets tagged ones.
// RUN: %aarch64-cc -O2 -static -march=armv8.1-a %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void *tag(void *P, uint64_t T) {
  P = (void *)((uint64_t)P | T << 56);
  asm("" : "+r"(P));
  return P;
}

__attribute__((noinline)) static long sum(const volatile long *P, int N) {
  long S = 0;
  for (int I = 0; I < N; ++I)
    S += P[I];
  return S;
}

static long Data[64] __attribute__((aligned(64)));
static long Zeros[64] __attribute__((aligned(64)));

static sigjmp_buf Back;
static void leave(int Signal) { siglongjmp(Back, Signal); }

int main(void) {
  for (int I = 0; I < 64; ++I)
    Data[I] = I;

  // A loop that is hot before it sees a tag.
  long S = 0;
  for (int I = 0; I < 100000; ++I)
    S += sum(Data, 64);
  for (int I = 0; I < 1000; ++I)
    S += sum(tag(Data, I & 255), 64);
  printf("sum %ld\n", S / 2016);
  // CHECK: sum 101000

  // Every form of access.
  long *T = tag(Data, 0xa5), R = 0, X = 1, Y = 2, W;
  asm volatile("ldp %0, %1, [%2, #16]" : "=r"(X), "=r"(Y) : "r"(T));
  R = X * 10 + Y;
  asm volatile("stp %0, %1, [%2]" ::"r"(5l), "r"(6l), "r"(T) : "memory");
  R = R * 100 + Data[0] * 10 + Data[1];
  asm volatile("ldr q0, [%0]\n str q0, [%0, #32]" ::"r"(T) : "v0", "memory");
  R = R * 100 + Data[4] * 10 + Data[5];
  asm volatile("ld2 {v0.2d, v1.2d}, [%0]\n st1 {v0.2d}, [%1]" ::"r"(T), "r"(T + 8)
               : "v0", "v1", "memory");
  R = R * 10 + Data[8];
  asm volatile("ldaddal %1, %0, [%2]" : "=&r"(X) : "r"(3l), "r"(T) : "memory");
  R = R * 100 + X * 10 + Data[0];
  asm volatile("1: ldaxr %0, [%3]\n add %0, %0, #1\n stlxr %w1, %0, [%3]\n cbnz %w1, 1b"
               : "=&r"(X), "=&r"(W), "+m"(Data) : "r"(T));
  R = R * 10 + Data[0];
  asm volatile("1: ldxp %0, %1, [%3]\n stxp %w2, %1, %0, [%3]\n cbnz %w2, 1b"
               : "=&r"(X), "=&r"(Y), "=&r"(W) : "r"(T) : "memory");
  R = R * 100 + Data[0] * 10 + Data[1];
  asm volatile("ldar %0, [%1]\n stlr %0, [%2]" : "=&r"(X) : "r"(T), "r"(T + 2) : "memory");
  R = R * 10 + Data[2];
  asm volatile("ldr %0, [%1, %2, lsl #3]" : "=r"(X) : "r"(T), "r"(9l));
  R = R * 10 + X;
  memset(Zeros, 1, sizeof Zeros);
  asm volatile("dc zva, %0\n prfm pldl1keep, [%0]" ::"r"(tag(Zeros, 1)) : "memory");
  printf("%ld, zeros %d\n", R, Zeros[0] == 0 && Zeros[7] == 0);
  // CHECK-NEXT: 23565655896962, zeros 1

  // Writeback and comparison keep the tag.
  long *P = T;
  asm volatile("ldr %0, [%1], #8" : "=r"(X), "+r"(P));
  printf("kept %d\n", P == T + 1 && (uint64_t)P >> 56 == 0xa5);
  // CHECK-NEXT: kept 1

  // Branches take the tag off; the stack pointer may have one.
  long (*F)(const volatile long *, int) = tag(sum, 0x12);
  long *Sp = tag(Zeros + 32, 0x34);
  asm volatile("mov x9, sp\n mov sp, %1\n stp %0, %0, [sp, #-16]!\n mov sp, x9" ::"r"(7l), "r"(Sp)
               : "x9", "memory");
  printf("called %ld, pushed %ld\n", F(Zeros, 8), Zeros[30] + Zeros[31]);
  // CHECK-NEXT: called 0, pushed 14

  // What is wrong beside the tag is a fault.
  signal(SIGSEGV, leave);
  int Signal = sigsetjmp(Back, 1);
  if (!Signal)
    sum(tag((void *)0x0055000000000000, 0x11), 1);
  printf("signal %d\n", Signal);
  // CHECK-NEXT: signal 11

  char *Text = tag("tagged text\n", 0x77);
  fflush(stdout);
  errno = 0;
  int Before = write(1, Text, 12), Error = errno;
  int On = prctl(PR_SET_TAGGED_ADDR_CTRL, PR_TAGGED_ADDR_ENABLE, 0, 0, 0);
  int Is = prctl(PR_GET_TAGGED_ADDR_CTRL, 0, 0, 0, 0);
  int After = write(1, Text, 12);
  printf("before %d %s; on %d, is %d; after %d\n", Before, strerror(Error), On, Is, After);
  // CHECK-NEXT: tagged text
  // CHECK-NEXT: before -1 Bad address; on 0, is 1; after 12
}
