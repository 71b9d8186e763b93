// Invalid floating-point operations in hot code: in the optimising tier and in images
// they are host exceptions, until there have been so many that results are checked
// instead. Either way the results, and the flags, are those of the tier that checks
// each of them.
// REQUIRES: llvm-tier, xlate-aot
// RUN: %aarch64-cc -O2 -static -ffp-contract=off %s -o %t
// RUN: %xlate-run --no-cache --tier=baseline %t 40 > %t.expected
// RUN: %filecheck %s < %t.expected
// RUN: %xlate-run --no-cache --tier=interp %t 40 --cold | diff %t.expected -
// RUN: %xlate-run --no-cache --stats %t 40 2> %t.stats | diff %t.expected -
// RUN: %filecheck --check-prefix=TRAPS %s < %t.stats
// TRAPS: llvm units {{[1-9]}}
// TRAPS: runtime invalid-ops {{[1-4][0-9][0-9]$}}

// RUN: %xlate-run --no-cache --tier=baseline %t 400 > %t.expected
// RUN: %xlate-run --no-cache --stats %t 400 2> %t.stats | diff %t.expected -
// RUN: %filecheck --check-prefix=MANY %s < %t.stats
// MANY: runtime invalid-ops {{[5-9][0-9][0-9]$}}

// RUN: rm -rf %t.cache %t.profile
// RUN: %xlate-run --no-cache --record-profile %t.profile %t 0
// RUN: %xlate-aot -q --cache-dir %t.cache --profile %t.profile %t
// RUN: %xlate-run --cache-dir %t.cache --no-record --stats %t 400 2> %t.stats \
// RUN:   | diff %t.expected -
// RUN: %filecheck --check-prefix=MANY %s < %t.stats
// RUN: %xlate-run --cache-dir %t.cache --no-record --stats %t 40 2>&1 >%t.out \
// RUN:   | %filecheck --check-prefix=IMAGE %s
// IMAGE: llvm units 0
// IMAGE: runtime invalid-ops {{[1-4][0-9][0-9]$}}

// FPCR.DN changes results that are no exceptions.
// RUN: %xlate-run --no-cache --tier=baseline %t 40 --dn > %t.expected
// RUN: %filecheck --check-prefix=DN %s < %t.expected
// RUN: %xlate-run --no-cache %t 40 --dn | diff %t.expected -
// RUN: %xlate-run --cache-dir %t.cache --no-record %t 40 --dn | diff %t.expected -

#include <arm_neon.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NumResults = 16, HotRounds = 30000000 };

static double real(uint64_t Bits) {
  double V;
  memcpy(&V, &Bits, 8);
  return V;
}
static float single(uint32_t Bits) {
  float V;
  memcpy(&V, &Bits, 4);
  return V;
}
static uint64_t bits(double V) {
  uint64_t Bits;
  memcpy(&Bits, &V, 8);
  return Bits;
}
static uint32_t bits32(float V) {
  uint32_t Bits;
  memcpy(&Bits, &V, 4);
  return Bits;
}

// One instruction, whatever the compiler thinks of NaNs.
#define BINARY(T, INSN, A, B)                                                  \
  ({                                                                           \
    T R_;                                                                      \
    __asm__ volatile(INSN : "=w"(R_) : "w"(A), "w"(B));                                 \
    R_;                                                                        \
  })

static __attribute__((noinline)) void all(uint64_t Xb, uint64_t Yb,
                                          uint32_t Xs, uint32_t Ys,
                                          uint64_t *R) {
  const double X = real(Xb), Y = real(Yb);
  const float U = single(Xs), V = single(Ys);
  const float32x4_t P = {U, 1, V, 2}, Q = {V, 3, U, 4};
  const float64x2_t C = {X, Y}, D = {Y, 1};
  R[0] = bits(BINARY(double, "fadd %d0, %d1, %d2", X, Y));
  R[1] = bits(BINARY(double, "fsub %d0, %d1, %d2", X, Y));
  R[2] = bits(BINARY(double, "fmul %d0, %d1, %d2", X, Y));
  R[3] = bits(BINARY(double, "fdiv %d0, %d1, %d2", X, Y));
  R[4] = bits(BINARY(double, "fsqrt %d0, %d1", X, Y));
  R[5] = bits(BINARY(double, "frintn %d0, %d1", X, Y));
  R[6] = bits32(BINARY(float, "fcvt %s0, %d1", X, Y));
  R[7] = bits32(BINARY(float, "fmul %s0, %s1, %s2", U, V));
  R[8] = bits(BINARY(double, "fcvt %d0, %s1", U, V));
  float32x4_t W = BINARY(float32x4_t, "fadd %0.4s, %1.4s, %2.4s", P, Q);
  memcpy(R + 9, &W, 16);
  W = BINARY(float32x4_t, "fdiv %0.2s, %1.2s, %2.2s", P, Q);
  R[11] = vgetq_lane_u64(vreinterpretq_u64_f32(W), 0);
  float64x2_t Z = BINARY(float64x2_t, "fmul %0.2d, %1.2d, %2.2d", C, D);
  memcpy(R + 12, &Z, 16);
  // Operations that take results of a multiply-add.
  double M;
  __asm__ volatile("fmadd %d0, %d1, %d2, %d1" : "=w"(M) : "w"(X), "w"(Y));
  R[14] = bits(BINARY(double, "fsub %d0, %d1, %d2", M, Y));
  R[15] = bits(BINARY(double, "fmaxnm %d0, %d1, %d2", X, Y));
}

static unsigned fpsr(void) {
  uint64_t V;
  __asm__ volatile("mrs %0, fpsr" : "=r"(V));
  return V & 0x9f;
}

// clang-format off
static const uint64_t Values[] = {
    0x3ff0000000000000, 0x8000000000000000, 0x7ff0000000000000,
    0xfff0000000000000, 0x7ff8000000001111, 0xfff8000000002222,
    0x7ff0000000003333, 0xfff0000000004444, 0xbff8000000000000,
};
static const uint32_t Singles[] = {
    0x3f800000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc01111,
    0xffc02222, 0x7f803333, 0xff804444, 0xbfc00000,
};
// clang-format on
enum { Num = sizeof Values / sizeof *Values };

int main(int Argc, char **Argv) {
  uint64_t R[NumResults];
  const int Pairs = atoi(Argv[1]);
  const char *How = Argc > 2 ? Argv[2] : "";
  if (strcmp(How, "--cold"))
    for (int I = 0; I < HotRounds; I++)
      all(Values[0], Values[8], Singles[0], Singles[8], R);
  if (!strcmp(How, "--dn"))
    __asm__ volatile("msr fpcr, %0" ::"r"(UINT64_C(1) << 25));
  // A step that leads to all pairs.
  for (int I = 0, K = 0; I < Pairs; I++, K = (K + 31) % (Num * Num)) {
    const int X = K / Num, Y = K % Num;
    all(Values[X], Values[Y], Singles[X], Singles[Y], R);
    if (I >= Num * Num)
      continue;
    printf("%016lx %016lx:", Values[X], Values[Y]);
    for (int J = 0; J < NumResults; J++)
      printf(" %lx", R[J]);
    printf(" %02x\n", fpsr());
  }
  return 0;
}

// The default NaN is positive, and a signalling NaN goes before a quiet one:
// Arm ARM, FPProcessNaNs().
// CHECK: 7ff8000000001111 fff0000000004444: fff8000000004444 fff8000000004444
// CHECK: 8000000000000000 8000000000000000: 8000000000000000 0 0 7ff8000000000000
// DN: 7ff8000000001111 fff0000000004444: 7ff8000000000000 7ff8000000000000
