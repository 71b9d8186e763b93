// Trampolines on an executable stack, with signals delivered on that stack while
// they are in use.
// RUN: %aarch64-cc -O1 -static -z execstack %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

static volatile sig_atomic_t Ticks;
static void tick(int Signal) { ++Ticks; }

__attribute__((noinline)) static long apply(long (*F)(long), long X) { return F(X); }

__attribute__((noinline)) static long nested(long A) {
  long add(long X) { return X + A; } // its address is a trampoline
  return apply(add, 1) + (A ? nested(A - 1) : 0);
}

__attribute__((noinline)) static int order(const long *Keys, int N, int *Index) {
  int compare(const void *P, const void *Q) {
    long X = Keys[*(const int *)P], Y = Keys[*(const int *)Q];
    return X < Y ? -1 : X > Y;
  }
  for (int I = 0; I < N; ++I)
    Index[I] = I;
  qsort(Index, N, sizeof *Index, compare);
  for (int I = 1; I < N; ++I)
    if (Keys[Index[I - 1]] > Keys[Index[I]])
      return 0;
  return 1;
}

int main(void) {
  signal(SIGALRM, tick);
  struct itimerval Every = {{0, 2000}, {0, 2000}};
  setitimer(ITIMER_REAL, &Every, 0);
  long Sum = 0;
  int Sorted = 0;
  static long Keys[500];
  static int Index[500];
  for (int I = 0; I < 30 || Ticks < 5; ++I) {
    long S = nested(60);
    if (I < 30)
      Sum += S;
    for (int J = 0; J < 500; ++J)
      Keys[J] = rand();
    if (I < 30)
      Sorted += order(Keys, 500, Index);
  }
  printf("sum %ld, sorted %d\n", Sum, Sorted);
  // CHECK: sum 56730, sorted 30
}
