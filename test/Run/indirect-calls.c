// Indirect calls whose targets the optimising tier has seen, small ones inside of the
// caller's unit and large ones in units of their own, and then others: new ones, one that
// doesn't return, one that calls the caller.
// REQUIRES: llvm-tier, xlate-aot
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-run --no-cache --tier=baseline %t | %filecheck %s
// RUN: %xlate-run --no-cache --stats %t 2>%t.stats | %filecheck %s
// RUN: %filecheck --check-prefix=LLVM %s < %t.stats
// LLVM: llvm units {{[1-9]}}
// RUN: rm -rf %t.cache %t.profile
// RUN: %xlate-run --no-cache --record-profile %t.profile %t | %filecheck %s
// RUN: %xlate-aot -q --cache-dir %t.cache --profile %t.profile %t
// RUN: %xlate-run --cache-dir %t.cache --no-record --stats %t 2>%t.stats \
// RUN:   | %filecheck %s
// RUN: %filecheck --check-prefix=IMAGE %s < %t.stats
// IMAGE: llvm units 0

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>

typedef uint64_t Fn(uint64_t);
#define NOINLINE __attribute__((noinline))

static uint64_t one(uint64_t X) { return X + 1; }
static uint64_t mix(uint64_t X) { return X & 1 ? X * 3 : X ^ 5; }
static uint64_t large(uint64_t X) {
  for (int I = 0; I < 3; ++I) {
#define STEP(K) X = (X ^ X >> K) * 0x9e3779b97f4a7c15 + (X >> (K + 1) & K);
    STEP(7) STEP(11) STEP(13) STEP(17) STEP(19) STEP(23) STEP(29) STEP(31)
    STEP(5) STEP(9) STEP(15) STEP(21) STEP(25) STEP(27) STEP(33) STEP(35)
  }
  return X;
}
static uint64_t other(uint64_t X) { return X ^ 0xff; }

static jmp_buf Out;
static uint64_t leave(uint64_t X) { longjmp(Out, 1); }

static NOINLINE uint64_t loop(Fn *const *Fns, unsigned Mask, int Rounds,
                              uint64_t X) {
  for (int I = 0; I < Rounds; ++I)
    X = Fns[I & Mask](X) + (X >> 60);
  return X;
}
static uint64_t again(uint64_t X) {
  static Fn *const Inner[] = {one, other};
  return X > 1000 ? X : loop(Inner, 1, 10, X + 1000);
}

int main(void) {
  Fn *Fns[4] = {one, mix, one, large};
  printf("seen: %lx\n", loop(Fns, 3, 12000000, 1));
  Fns[1] = other;
  printf("new: %lx\n", loop(Fns, 3, 1000, 1));
  Fns[2] = again;
  printf("again: %lx\n", loop(Fns, 3, 1000, 1));
  printf("inside: %lx\n", loop(Fns, 3, 3, 5));
  Fns[3] = leave;
  if (setjmp(Out) == 0)
    printf("not left: %lx\n", loop(Fns, 3, 1000, 1));
  else
    printf("left\n");
  Fns[3] = large;
  Fns[1] = mix;
  Fns[2] = one;
  printf("back: %lx\n", loop(Fns, 3, 1000000, 7));
  return 0;
}

// As natively on x86-64:
// CHECK: seen: f302f3e5777609d
// CHECK-NEXT: new: d87469771c6b882
// CHECK-NEXT: again: f9d790de027ececd
// CHECK-NEXT: inside: 41d
// CHECK-NEXT: left
// CHECK-NEXT: back: 5ff7c8bd11a0821d
