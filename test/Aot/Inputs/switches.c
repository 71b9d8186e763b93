// Switches that compile to jump tables of bytes, halves and words, none of whose
// cases is called or branched to directly.
#include <stdio.h>

#define CASE(N) case N: X = X * 3 + (N ^ 21); if (X & 64) X -= N; break;
#define CASES4(N) CASE(N) CASE(N + 1) CASE(N + 2) CASE(N + 3)
#define CASES16(N) CASES4(N) CASES4(N + 4) CASES4(N + 8) CASES4(N + 12)

__attribute__((noinline)) unsigned small(unsigned I, unsigned X) {
  switch (I) {
    CASES4(0)
    CASES4(4)
  }
  return X;
}

#define FAR(N) case N: X = X * 5 + N; puts(X & 1 ? "odd " #N : "even " #N); \
  if (X % 7 == N) puts("seven"); if (X % 11 == 3) puts("eleven"); break;
#define FARS(N) FAR(N) FAR(N + 1) FAR(N + 2) FAR(N + 3)
__attribute__((noinline)) unsigned large(unsigned I, unsigned X) {
  switch (I) {
    FARS(0) FARS(4) FARS(8) FARS(12) FARS(16) FARS(20)
  default:
    X = 1;
  }
  return X;
}

__attribute__((noinline)) unsigned medium(unsigned char I, unsigned X) {
  switch (I) {
    CASES16(1)
    CASES16(17)
    CASES16(33)
  default:
    return X + 1;
  }
  return X;
}

int main(void) {
  unsigned X = 1;
  for (unsigned I = 0; I != 30; ++I)
    X = large(I, medium(I * 7, small(I & 15, X)));
  printf("%u\n", X);
  return 0;
}
