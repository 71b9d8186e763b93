// Is FPSR.UFC set by a product that is tiny before rounding and not after it?
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static double Plain[8], Last[8];
static volatile double Below = 0x0.fffffffffffffp-1022;

// The last product; the first one may be the baseline tier's.
static __attribute__((noinline)) double work(const double *A, double B, long N) {
  double Product = 0;
  for (long I = 0; I < N; ++I) {
    Product = A[I & 7] * B;
    __asm__("" : "+w"(Product));
  }
  return Product;
}

int main(int Argc, char **Argv) {
  for (int I = 0; I < 8; ++I)
    Plain[I] = Last[I] = 1.5;
  Last[7] = 0x1.0000000000001p0;
  printf("%a\n", work(Plain, 1.5, atol(Argv[1])));
  printf("%a\n", work(Last, Below, 8));
  for (int I = 0; I < 2; ++I) {
    uint64_t Fpsr = 0;
    __asm__ volatile("msr fpsr, %0" ::"r"(Fpsr));
    double Product = work(Last, Below, 8);
    __asm__ volatile("mrs %0, fpsr" : "=r"(Fpsr) : "w"(Product));
    printf("%a %lx\n", Product, Fpsr & 0x1f);
  }
  return 0;
}
