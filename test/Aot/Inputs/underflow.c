// Is FPSR.UFC set by a product that is tiny before rounding and not after it?
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static volatile double Large = 1.5, Above = 0x1.0000000000001p0, Below = 0x0.fffffffffffffp-1022;

static __attribute__((noinline)) double work(double A, double B, long N) {
  double Sum = 0;
  for (long I = 0; I < N; ++I) {
    __asm__("" : "+w"(A)); // one product each round
    Sum = Sum * 0.5 + A * B;
  }
  return Sum;
}

int main(int Argc, char **Argv) {
  printf("%a\n", work(Large, Large, atol(Argv[1])));
  printf("%a\n", work(Above, Below, 1));
  for (int I = 0; I < 2; ++I) {
    uint64_t Fpsr = 0;
    __asm__ volatile("msr fpsr, %0" ::"r"(Fpsr));
    double Product = work(Above, Below, 1);
    __asm__ volatile("mrs %0, fpsr" : "=r"(Fpsr) : "w"(Product));
    printf("%a %lx\n", Product, Fpsr & 0x1f);
  }
  return 0;
}
