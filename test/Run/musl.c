// A static program on musl.
// REQUIRES: debian-arm64
// DEFINE: %{lib} = %debian-arm64/usr/lib/aarch64-linux-musl
// DEFINE: %{include} = %debian-arm64/usr/include/aarch64-linux-musl
// RUN: %aarch64-cc -O2 -static -mno-outline-atomics -nostdinc -nostdlib -isystem %{include} %s -o %t %{lib}/crt1.o %{lib}/crti.o %{lib}/libc.a -lgcc %{lib}/libc.a %{lib}/crtn.o
// RUN: %xlate-quick-tiers -E LANG=C %t | %filecheck %s

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

static void *thread(void *P) {
  *(int *)P += 1;
  return P;
}

static int compare(const void *A, const void *B) {
  return strcmp(*(const char **)A, *(const char **)B);
}

int main(void) {
  const char *Words[] = {"pear", "apple", "fig", "banana", "cherry"};
  qsort(Words, 5, sizeof *Words, compare);
  for (int I = 0; I < 5; ++I)
    printf("%s%c", Words[I], I < 4 ? ' ' : '\n');
  // CHECK: apple banana cherry fig pear
  printf("%.10f %.3e %Lg\n", sqrt(2), exp(10), 1.5L);
  // CHECK-NEXT: 1.4142135624 2.203e+04 1.5

  regex_t R;
  regmatch_t M[3];
  regcomp(&R, "([a-z]+)@([a-z.]+)", REG_EXTENDED);
  const char *Text = "mail to someone@example.org today";
  if (!regexec(&R, Text, 3, M, 0))
    printf("%.*s at %.*s\n", (int)(M[1].rm_eo - M[1].rm_so), Text + M[1].rm_so,
           (int)(M[2].rm_eo - M[2].rm_so), Text + M[2].rm_so);
  // CHECK-NEXT: someone at example.org

  pthread_t T[8];
  int Values[8];
  for (int I = 0; I < 8; ++I) {
    Values[I] = I;
    pthread_create(&T[I], 0, thread, &Values[I]);
  }
  int Sum = 0;
  for (int I = 0; I < 8; ++I) {
    pthread_join(T[I], 0);
    Sum += Values[I];
  }
  printf("threads: %d\n", Sum);
  // CHECK-NEXT: threads: 36

  time_t Day = 86400 * 365;
  char Date[32];
  strftime(Date, sizeof Date, "%F %T", gmtime(&Day));
  puts(Date);
  // CHECK-NEXT: 1971-01-01 00:00:00

  fflush(stdout);
  pid_t Pid = fork();
  if (Pid == 0)
    _exit(9);
  int Status;
  waitpid(Pid, &Status, 0);
  printf("child: %d\n", WEXITSTATUS(Status));
  // CHECK-NEXT: child: 9
  return 0;
}
