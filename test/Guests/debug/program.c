#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

int factorial(int N) { return N < 2 ? 1 : N * factorial(N - 1); }

static void *work(void *P) {
  printf("thread %ld\n", (long)P);
  return P;
}

int main(int Argc, char **Argv) {
  printf("%d\n", factorial(Argc + 4));
  pthread_t T;
  pthread_create(&T, NULL, work, (void *)1);
  pthread_join(T, NULL);
  if (Argc > 1)
    *(volatile int *)8 = 1;
  return 3;
}
