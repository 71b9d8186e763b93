// mmap, mprotect, mremap, madvise, brk, shared memory.
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>

static sigjmp_buf Jump;
static void handler(int S) { siglongjmp(Jump, S); }
static const char *access_(volatile char *P, int Write) {
  int S = sigsetjmp(Jump, 1);
  if (S)
    return S == SIGSEGV ? "SIGSEGV" : S == SIGBUS ? "SIGBUS" : "?";
  char C = *P;
  if (Write)
    *P = C;
  return "fine";
}

int main(void) {
  signal(SIGSEGV, handler);
  signal(SIGBUS, handler);
  char *P = mmap(0, 16 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(P, 1, 16 * 4096);
  munmap(P + 4 * 4096, 4096);
  mprotect(P + 8 * 4096, 4096, PROT_READ);
  mprotect(P + 9 * 4096, 4096, PROT_NONE);
  printf("%s %s %s %s %s\n", access_(P + 3 * 4096 + 4095, 1), access_(P + 4 * 4096, 0),
         access_(P + 8 * 4096, 0), access_(P + 8 * 4096, 1), access_(P + 9 * 4096, 0));
  // CHECK: fine SIGSEGV fine SIGSEGV SIGSEGV

  void *Hint = P + 4 * 4096;
  void *Got = mmap(Hint, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  printf("hole: %s\n", Got == Hint ? "taken" : "not taken");
  // CHECK-NEXT: hole: taken
  Got = mmap(Hint, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  printf("again: %s\n", Got == MAP_FAILED ? strerror(errno) : "mapped");
  // CHECK-NEXT: again: File exists
  Got = mmap((void *)0x10001, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  printf("odd address: %s\n", Got == MAP_FAILED ? strerror(errno) : "mapped");
  // CHECK-NEXT: odd address: Invalid argument
  Got = mmap(0, 4096, PROT_READ, MAP_PRIVATE, 999, 0);
  printf("bad descriptor: %s\n", Got == MAP_FAILED ? strerror(errno) : "mapped");
  // CHECK-NEXT: bad descriptor: Bad file descriptor

  char *Q = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  strcpy(Q, "moves along");
  char *R = mremap(Q, 4096, 1 << 20, MREMAP_MAYMOVE);
  R[(1 << 20) - 1] = 1;
  printf("mremap: %s\n", R);
  // CHECK-NEXT: mremap: moves along
  madvise(R, 4096, MADV_DONTNEED);
  printf("madvise: %d\n", R[0]);
  // CHECK-NEXT: madvise: 0
  unsigned char Vec[256];
  printf("mincore: %d %d\n", mincore(R, 1 << 20, Vec), Vec[255] & 1);
  // CHECK-NEXT: mincore: 0 1
  munmap(R, 1 << 20);
  printf("mincore: %s\n", mincore(R, 4096, Vec) ? strerror(errno) : "mapped");
  // CHECK-NEXT: mincore: Cannot allocate memory

  char *Break = sbrk(0);
  printf("brk: %d\n", brk(Break + (4 << 20)));
  // CHECK-NEXT: brk: 0
  memset(Break, 7, 4 << 20);
  brk(Break);
  printf("after brk: %s\n", access_(Break + (2 << 20), 0));
  // CHECK-NEXT: after brk: SIGSEGV

  FILE *F = tmpfile();
  fwrite("0123456789", 1, 10, F);
  fflush(F);
  char *M = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(F), 0);
  M[0] = 'X';
  char Buffer[16] = "";
  pread(fileno(F), Buffer, 10, 0);
  printf("shared file: %s, behind the end %d, next page %s\n", Buffer, M[100],
         access_(M + 4096, 0));
  // CHECK-NEXT: shared file: X123456789, behind the end 0, next page SIGBUS
  char *C = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fileno(F), 0);
  C[1] = 'Y';
  printf("private file: %.3s %.3s\n", C, M);
  // CHECK-NEXT: private file: XY2 X12

  int Id = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);
  char *S = shmat(Id, 0, 0);
  fflush(stdout);
  if (fork() == 0) {
    strcpy(S, "from the child");
    _exit(0);
  }
  wait(0);
  printf("shm: %s\n", S);
  // CHECK-NEXT: shm: from the child
  printf("shmdt: %d, then %s\n", shmdt(S), access_(S, 0));
  // CHECK-NEXT: shmdt: 0, then SIGSEGV
  shmctl(Id, IPC_RMID, 0);

  // Memory of 48-bit addresses only.
  printf("high address: %s\n", access_((char *)0x0001000000000000, 0));
  // CHECK-NEXT: high address: SIGSEGV
  printf("kernel address: %s\n", access_((char *)0xffff800000001000, 0));
  // CHECK-NEXT: kernel address: SIGSEGV
  return 0;
}
