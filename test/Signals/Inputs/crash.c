// Dies in a function, with a second thread beside it.
#include <pthread.h>
#include <unistd.h>

char Global[] = "hello core";

static void *sleeper(void *Arg) {
  for (;;)
    pause();
}

__attribute__((noinline)) int inner(volatile int *P) { return *P; }
__attribute__((noinline)) int outer(int N) {
  return N ? outer(N - 1) + 1 : inner((int *)16);
}

int main(void) {
  pthread_t T;
  pthread_create(&T, 0, sleeper, 0);
  usleep(100000);
  return outer(3);
}
