// Arguments, environment, exit status; static, static PIE and dynamic.
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-quick-tiers -E GREETING=hello %t one 'two words' '' | %filecheck %s
// RUN: %aarch64-cc -O2 -static-pie -fPIE %s -o %t
// RUN: %xlate-quick-tiers -E GREETING=hello %t one 'two words' '' | %filecheck %s
// RUN: %aarch64-cc -O2 %s -o %t
// RUN: %xlate-quick-tiers -L %sysroot -E GREETING=hello %t one 'two words' '' | %filecheck %s

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((constructor)) static void before(void) { puts("constructor"); }
__attribute__((destructor)) static void after(void) { puts("destructor"); }

// CHECK: constructor
int main(int argc, char **argv) {
  const char *Base = strrchr(argv[0], '/');
  printf("argv[0]: %s\n", Base ? "a path" : argv[0]);
  // CHECK-NEXT: argv[0]: a path
  for (int I = 1; I < argc; ++I)
    printf("argument %d: '%s'\n", I, argv[I]);
  // CHECK-NEXT: argument 1: 'one'
  // CHECK-NEXT: argument 2: 'two words'
  // CHECK-NEXT: argument 3: ''
  printf("environment: %s\n", getenv("GREETING"));
  // CHECK-NEXT: environment: hello
  printf("double: %.3f %g %a\n", 3.14159, 1e100, 0.1);
  // CHECK-NEXT: double: 3.142 1e+100 0x1.999999999999ap-4
  return 42;
  // CHECK-NEXT: destructor
  // CHECK-NEXT: exit status 42
}
