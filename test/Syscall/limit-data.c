// RLIMIT_DATA bounds what is private and writable, wherever it comes from, also in
// programs that are executed. Shared, read-only and growing mappings don't count.
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-run %t | %filecheck %s
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MiB (1ul << 20)
#define RW (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)

static void *map(size_t Size, int Prot, int Flags) { return mmap(0, Size, Prot, Flags, -1, 0); }

static const char *result(int Failed) {
  return !Failed ? "mapped" : errno == ENOMEM ? "ENOMEM" : "other error";
}

static const char *attempt(size_t Size, int Prot, int Flags) {
  void *P = map(Size, Prot, Flags);
  const char *Text = result(P == MAP_FAILED);
  if (P != MAP_FAILED)
    munmap(P, Size);
  return Text;
}

static void limit(rlim_t Cur, rlim_t Max) {
  struct rlimit L = {Cur, Max};
  if (setrlimit(RLIMIT_DATA, &L))
    perror("setrlimit");
}

int main(int Argc, char **Argv) {
  setvbuf(stdout, 0, _IONBF, 0);
  struct rlimit Old;
  getrlimit(RLIMIT_DATA, &Old);
  if (Argc > 1) {
    printf("executed: %lu, 20 MiB %s, 200 MiB %s\n", Old.rlim_cur / MiB,
           attempt(20 * MiB, RW, PRIVATE), attempt(200 * MiB, RW, PRIVATE));
    return 0;
  }
  limit(100 * MiB, Old.rlim_max);
  printf("private: %s %s\n", attempt(20 * MiB, RW, PRIVATE), attempt(200 * MiB, RW, PRIVATE));
  // CHECK: private: mapped ENOMEM
  printf("others: %s %s %s %s\n", attempt(200 * MiB, PROT_READ, PRIVATE),
         attempt(200 * MiB, PROT_NONE, PRIVATE | MAP_NORESERVE),
         attempt(200 * MiB, RW, MAP_SHARED | MAP_ANONYMOUS),
         attempt(200 * MiB, RW, PRIVATE | MAP_GROWSDOWN | MAP_NORESERVE));
  // CHECK-NEXT: others: mapped mapped mapped mapped
  int Fd = memfd_create("file", 0);
  ftruncate(Fd, 200 * MiB);
  printf("file: %s", result(mmap(0, 200 * MiB, RW, MAP_SHARED, Fd, 0) == MAP_FAILED));
  printf(" %s\n", result(mmap(0, 200 * MiB, RW, MAP_PRIVATE, Fd, 0) == MAP_FAILED));
  // CHECK-NEXT: file: mapped ENOMEM

  // What becomes writable counts from then on.
  char *P = map(200 * MiB, PROT_READ, PRIVATE);
  printf("mprotect: %s", result(mprotect(P, 200 * MiB, RW)));
  printf(" %s", result(mprotect(P, 60 * MiB, RW)));
  printf(" %s", result(mprotect(P + 60 * MiB, 60 * MiB, RW)));
  // No more than there already is.
  printf(" %s", result(mprotect(P, 60 * MiB, RW | PROT_EXEC)));
  printf(" %s", attempt(60 * MiB, RW, PRIVATE));
  mprotect(P, 60 * MiB, PROT_READ);
  printf(" %s\n", attempt(60 * MiB, RW, PRIVATE));
  // CHECK-NEXT: mprotect: ENOMEM mapped ENOMEM mapped ENOMEM mapped
  munmap(P, 200 * MiB);

  P = map(60 * MiB, RW, PRIVATE);
  char *R = map(60 * MiB, PROT_READ, PRIVATE);
  printf("mremap: %s", result(mremap(P, 60 * MiB, 120 * MiB, MREMAP_MAYMOVE) == MAP_FAILED));
  printf(" %s", result(mremap(R, 60 * MiB, 120 * MiB, MREMAP_MAYMOVE) == MAP_FAILED));
  // The old place stays mapped.
  printf(" %s\n", result(mremap(P, 60 * MiB, 60 * MiB, MREMAP_MAYMOVE | 4 /*DONTUNMAP*/, 0) == MAP_FAILED));
  // CHECK-NEXT: mremap: ENOMEM mapped ENOMEM
  // What is replaced doesn't count twice.
  printf("over it: %s\n",
         result(mmap(P, 60 * MiB, RW, PRIVATE | MAP_FIXED, -1, 0) == MAP_FAILED));
  // CHECK-NEXT: over it: mapped
  munmap(P, 60 * MiB);

  char *Break = sbrk(0);
  printf("brk: %d %d\n", sbrk(200 * MiB) == (void *)-1, sbrk(20 * MiB) == Break);
  // CHECK-NEXT: brk: 1 1
  // The heap alone, whatever else is mapped: a limit of 0 leaves mmap to the hard one.
  limit(0, Old.rlim_max);
  printf("zero: %d %s\n", sbrk(4096) == (void *)-1, attempt(200 * MiB, RW, PRIVATE));
  // CHECK-NEXT: zero: 1 mapped
  limit(Old.rlim_cur, Old.rlim_max);
  printf("without: %s\n", attempt(200 * MiB, RW, PRIVATE));
  // CHECK-NEXT: without: mapped
  limit(100 * MiB, Old.rlim_max);
  execl(Argv[0], Argv[0], "again", (char *)0);
  return 1;
}
// CHECK-NEXT: executed: 100, 20 MiB mapped, 200 MiB ENOMEM
