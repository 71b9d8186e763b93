//===- alloc.c - malloc and free of a binary tree ---===//
#include "bench.h"

typedef struct Tree {
  struct Tree *L, *R;
} Tree;

static Tree *build(int Depth) {
  Tree *T = malloc(sizeof *T);
  T->L = Depth ? build(Depth - 1) : NULL;
  T->R = Depth ? build(Depth - 1) : NULL;
  return T;
}

static unsigned count(const Tree *T) {
  return 1 + (T->L ? count(T->L) + count(T->R) : 0);
}

static void drop(Tree *T) {
  if (T->L) {
    drop(T->L);
    drop(T->R);
  }
  free(T);
}

static uint64_t kernel(long N) {
  uint64_t Sum = 0;
  for (long I = 0; I < N; ++I) {
    Tree *T = build(10 + (int)(I & 3));
    Sum += count(T);
    drop(T);
  }
  return Sum;
}

BENCH_MAIN(1000)
