// What a function is translated to, by name and by address.
// REQUIRES: llvm-tier
// RUN: %aarch64-cc -O2 -static -Wl,--section-start=.sum=0x700000 %s -o %t
// RUN: %xlate-run --explain=sum %t > %t.sum
// RUN: %filecheck %s < %t.sum
// RUN: %xlate-run --explain=0x700004 %t | %filecheck --check-prefix=AT %s
// RUN: not %xlate-run --explain=nothing %t 2>&1 | %filecheck --check-prefix=NONE %s

// CHECK: sum at [[#%x,PC:]]
// CHECK: == guest code | baseline tier ==
// CHECK: unit at [[#PC]]: {{[0-9]+}} instructions
// CHECK: {{^ *}}[[#PC]] {{.*}} | {{[a-z]+}}
// CHECK: add x0, x0, x2 {{.*}}| add rdx, rsi
// CHECK: == lifted IR ==
// CHECK: define {{.*}}x86_regcallcc void @
// CHECK: == optimised IR ==
// CHECK: define {{.*}}x86_regcallcc void @
// CHECK: == guest code | LLVM tier ==
// CHECK: unit at [[#PC]]
// CHECK: {{.*}} | {{[a-z]+}}

// AT: sum+4 at 700004
// AT: == guest code | baseline tier ==
// AT: {{^}}  700004 {{.*}} | {{[a-z]+}}

// NONE: xlate-run: {{.*}}: no function 'nothing' in the program

#include <stdio.h>

__attribute__((noinline, section(".sum"))) long sum(long A, long N, long Step) {
  while (N-- > 0) {
    A += Step;
    __asm__ volatile("" : "+r"(A));
  }
  return A;
}

int main(void) {
  printf("%ld\n", sum(1, 10, 3));
  return 0;
}
