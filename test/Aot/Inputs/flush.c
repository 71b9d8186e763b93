// Arithmetic under FPCR.FZ, for which images have no code.
#include <stdint.h>
#include <stdio.h>

static volatile double Tiny = 1e-310, One = 1.0;
static volatile float TinyF = 1e-40f;

static double work(int N) {
  double Sum = 0;
  for (int I = 0; I < N; ++I)
    Sum = (Sum + Tiny * One * I) * 0.5 + One;
  return Sum;
}

int main(void) {
  for (int Round = 0; Round < 3; ++Round) {
    uint64_t Fpcr = Round & 1 ? 1u << 24 : 0;
    __asm__ volatile("msr fpcr, %0" ::"r"(Fpcr));
    double A = Tiny * One, C = work(1000);
    float B = TinyF * 1.0f;
    __asm__ volatile("msr fpcr, %0" ::"r"(0ul));
    printf("%d %a %a %a\n", Round, A, B, C);
  }
  return 0;
}
