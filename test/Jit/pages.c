// Code in every kind of page that a JIT uses: writable and executable at once,
// protected in turn, one file mapped twice, moved by mremap, on the stack. Each is
// written over several times; each time the new code runs.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#include "Inputs/emit.h"

enum { Times = 50, Page = 4096 };

static long call(void *Code, long X) { return ((Function *)Code)(X); }

static void *newPage(int Prot) {
  void *P = mmap(0, Page, Prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(P != MAP_FAILED, "mmap");
  return P;
}

static int rwx(void) {
  uint32_t *P = newPage(PROT_READ | PROT_WRITE | PROT_EXEC);
  int Good = 0;
  for (int I = 0; I < Times; ++I) {
    int N = emitAdd(P, I << 12 | 5);
    codeWritten(P, P + N);
    Good += call(P, 7) == (I << 12 | 5) + 7;
  }
  munmap(P, Page);
  return Good;
}

// Data beside the code in the same page: writes to it are slow, not wrong.
static int dataInPage(void) {
  uint32_t *P = newPage(PROT_READ | PROT_WRITE | PROT_EXEC);
  volatile long *Data = (long *)(P + 512);
  codeWritten(P, P + emitAdd(P, 3));
  int Good = 0;
  for (int I = 0; I < Times; ++I) {
    *Data = I;
    Good += call(P, *Data) == I + 3;
  }
  munmap(P, Page);
  return Good;
}

static int inTurn(void) {
  uint32_t *P = newPage(PROT_READ | PROT_WRITE);
  int Good = 0;
  for (int I = 0; I < Times; ++I) {
    mprotect(P, Page, PROT_READ | PROT_WRITE);
    int N = emitAdd(P, 1000 + I);
    mprotect(P, Page, PROT_READ | PROT_EXEC);
    codeWritten(P, P + N);
    Good += call(P, I) == 1000 + 2 * I;
  }
  munmap(P, Page);
  return Good;
}

static int twice(void) {
  int Fd = memfd_create("code", 0);
  check(ftruncate(Fd, Page) == 0, "ftruncate");
  uint32_t *W = mmap(0, Page, PROT_READ | PROT_WRITE, MAP_SHARED, Fd, 0);
  uint32_t *X = mmap(0, Page, PROT_READ | PROT_EXEC, MAP_SHARED, Fd, 0);
  int Good = 0;
  for (int I = 0; I < Times; ++I) {
    int N = emitAdd(W, 70000 + I);
    codeWritten(W, W + N);
    codeWritten(X, X + N);
    Good += call(X, 1) == 70001 + I;
  }
  munmap(W, Page);
  munmap(X, Page);
  close(Fd);
  return Good;
}

static int moved(void) {
  int Good = 0;
  uint32_t *P = newPage(PROT_READ | PROT_WRITE | PROT_EXEC);
  codeWritten(P, P + emitAdd(P, 9));
  for (int I = 0; I < Times; ++I) {
    uint32_t *To = newPage(PROT_NONE);
    Good += call(P, I) == I + 9;
    uint32_t *Q = mremap(P, Page, Page, MREMAP_MAYMOVE | MREMAP_FIXED, To);
    check(Q == To, "mremap");
    // What the old place holds now is other code.
    uint32_t *Old = mmap(P, Page, PROT_READ | PROT_WRITE | PROT_EXEC,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    codeWritten(Old, Old + emitAdd(Old, 100));
    check(call(Old, I) == I + 100, "code at the old place");
    munmap(Old, Page);
    P = Q;
  }
  munmap(P, Page);
  return Good;
}

static int replaced(void) {
  // The same address, mapped anew each time: no cache maintenance at all, but
  // for the first run of the new code.
  int Good = 0;
  uint32_t *P = newPage(PROT_READ | PROT_WRITE | PROT_EXEC);
  for (int I = 0; I < Times; ++I) {
    mmap(P, Page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    int N = emitAdd(P, I);
    codeWritten(P, P + N);
    mprotect(P, Page, PROT_READ | PROT_EXEC);
    Good += call(P, 2) == I + 2;
  }
  munmap(P, Page);
  return Good;
}

int main(void) {
  printf("rwx: %d\n", rwx());
  // CHECK: rwx: 50
  printf("data in page: %d\n", dataInPage());
  // CHECK-NEXT: data in page: 50
  printf("in turn: %d\n", inTurn());
  // CHECK-NEXT: in turn: 50
  printf("mapped twice: %d\n", twice());
  // CHECK-NEXT: mapped twice: 50
  printf("moved: %d\n", moved());
  // CHECK-NEXT: moved: 50
  printf("replaced: %d\n", replaced());
  // CHECK-NEXT: replaced: 50
}
