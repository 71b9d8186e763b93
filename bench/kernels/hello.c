//===- hello.c - the shortest program: start-up ---===//
#include "bench.h"

int main(void) {
  puts("hello");
  return 0;
}
