// What --stats reports, as JSON and as text.
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-run --no-cache --stats=json %t 2> %t.json
// RUN: %{python} %S/Inputs/stats.py %t.json
// RUN: %xlate-run --no-cache --stats %t 2>&1 | %filecheck %s
// RUN: %xlate-run --no-cache --tier=interp --stats=json %t 2>&1 | %filecheck --check-prefix=INTERP %s

// CHECK: xlate-run: baseline  units {{ *[1-9]}}
// CHECK: xlate-run: baseline  instructions {{ *[1-9]}}
// CHECK: xlate-run: baseline  bytes {{ *[1-9]}}
// CHECK: xlate-run: llvm      units
// CHECK: xlate-run: aot       units
// CHECK: xlate-run: runtime   syscalls {{ *[1-9]}}
// CHECK: xlate-run: fallback  vUrecpe {{ *[1-9]}}

// INTERP: "baseline":{"units":0,

#include <stdio.h>

int main(void) {
  // A primitive that the baseline tier has no code for.
  float F = 3;
  __asm__ volatile("urecpe %0.2s, %0.2s" : "+w"(F));
  printf("%f\n", F);
  return 0;
}
