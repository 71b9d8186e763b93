// RLIMIT_AS bounds what the guest maps, also in programs that it executes; the
// runtime's own mappings don't count.
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-run %t | %filecheck %s
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define MiB (1ul << 20)

static const char *attempt(size_t Size) {
  void *P = mmap(0, Size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (P == MAP_FAILED)
    return errno == ENOMEM ? "ENOMEM" : "other error";
  munmap(P, Size);
  return "mapped";
}

int main(int Argc, char **Argv) {
  struct rlimit L;
  if (Argc > 1) {
    getrlimit(RLIMIT_AS, &L);
    printf("executed: %lu, 20 MiB %s, 200 MiB %s\n", L.rlim_cur / MiB, attempt(20 * MiB),
           attempt(200 * MiB));
    return 0;
  }
  getrlimit(RLIMIT_AS, &L);
  const struct rlimit Old = L;
  L.rlim_cur = 100 * MiB;
  setrlimit(RLIMIT_AS, &L);
  printf("20 MiB %s, 200 MiB %s\n", attempt(20 * MiB), attempt(200 * MiB));
  // CHECK: {{^}}20 MiB mapped, 200 MiB ENOMEM
  printf("malloc: %d\n", malloc(200 * MiB) == 0);
  // CHECK-NEXT: malloc: 1
  printf("sbrk: %d\n", sbrk(200 * MiB) == (void *)-1);
  // CHECK-NEXT: sbrk: 1
  char *P = mmap(0, MiB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("mremap: %d %d\n", mremap(P, MiB, 200 * MiB, 1 /*MAYMOVE*/) == MAP_FAILED, errno == ENOMEM);
  // CHECK-NEXT: mremap: 1 1
  // What is replaced doesn't count twice.
  char *Q = mmap(0, 60 * MiB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("over it: %d\n",
         mmap(Q, 60 * MiB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == Q);
  // CHECK-NEXT: over it: 1
  munmap(Q, 60 * MiB);
  L.rlim_cur = Old.rlim_cur;
  setrlimit(RLIMIT_AS, &L);
  printf("without: %s\n", attempt(200 * MiB));
  // CHECK-NEXT: without: mapped
  L.rlim_cur = 100 * MiB;
  setrlimit(RLIMIT_AS, &L);
  fflush(stdout);
  execl(Argv[0], Argv[0], "again", (char *)0);
  return 1;
}
// CHECK-NEXT: executed: 100, 20 MiB mapped, 200 MiB ENOMEM
