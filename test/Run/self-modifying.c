// Code written at run time: patched in place with IC IVAU, mapped twice (writable
// and executable), remapped, in RWX pages, by another thread, over and over.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

typedef long (*Function)(long);

// add x0, x0, #N; ret
static void emit(uint32_t *P, unsigned N) {
  P[0] = 0x91000000 | N << 10;
  P[1] = 0xd65f03c0;
}

static void flush(void *P, size_t N) { __builtin___clear_cache((char *)P, (char *)P + N); }

__attribute__((noinline)) static long call(void *F, long X) { return ((Function)F)(X); }

static uint32_t *Code;
static volatile int Stage;
static void *patcher(void *P) {
  for (int I = 1; I <= 200; ++I) {
    while (Stage != 2 * I - 1)
      ;
    emit(Code, I);
    flush(Code, 8);
    __atomic_store_n(&Stage, 2 * I, __ATOMIC_RELEASE);
  }
  return 0;
}

int main(void) {
  const int Rwx = PROT_READ | PROT_WRITE | PROT_EXEC;
  Code = mmap(0, 65536, Rwx, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  long Sum = 0;
  for (int I = 0; I < 1000; ++I) {
    emit(Code, I);
    flush(Code, 8);
    Sum += call(Code, 1);
  }
  printf("patched: %ld\n", Sum);
  // CHECK: patched: 500500

  // Hot code whose middle is patched.
  Code[0] = 0xd2800001; // mov x1, #0
  Code[1] = 0x91000421; // add x1, x1, #1
  Code[2] = 0xf1000400; // subs x0, x0, #1
  Code[3] = 0x54ffffc1; // b.ne .-8
  Code[4] = 0xaa0103e0; // mov x0, x1
  Code[5] = 0xd65f03c0; // ret
  flush(Code, 24);
  Sum = 0;
  for (int I = 0; I < 50; ++I) {
    Sum += call(Code, 2000);
    Code[1] = 0x91000421 + ((I & 15) << 10); // add x1, x1, #(1 + I % 16)
    flush(Code + 1, 4);
  }
  printf("hot loop: %ld\n", Sum);

  // CHECK-NEXT: hot loop: 820000

  // W^X by mprotect.
  Sum = 0;
  for (int I = 0; I < 100; ++I) {
    mprotect(Code, 4096, PROT_READ | PROT_WRITE);
    emit(Code, I);
    mprotect(Code, 4096, PROT_READ | PROT_EXEC);
    flush(Code, 8);
    Sum += call(Code, 0);
  }
  printf("mprotect: %ld\n", Sum);
  // CHECK-NEXT: mprotect: 4950

  // New mappings at the same place, the old ones unmapped or replaced.
  Sum = 0;
  char *Place = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int I = 0; I < 100; ++I) {
    if (I % 2)
      munmap(Place, 4096);
    uint32_t *P = mmap(Place, 4096, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    emit(P, I);
    mprotect(P, 4096, PROT_READ | PROT_EXEC);
    Sum += call(P, 0);
  }
  printf("remapped: %ld\n", Sum);
  // CHECK-NEXT: remapped: 4950

  // One file mapped twice.
  int Fd = memfd_create("code", 0);
  ftruncate(Fd, 8192);
  uint32_t *Write = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, Fd, 0);
  uint32_t *Exec = mmap(0, 8192, PROT_READ | PROT_EXEC, MAP_SHARED, Fd, 0);
  Sum = 0;
  for (int I = 0; I < 300; ++I) {
    emit(Write, I);
    flush(Exec, 8);
    Sum += call(Exec, 0);
  }
  printf("mapped twice: %ld\n", Sum);
  // CHECK-NEXT: mapped twice: 44850

  // mremap moves code.
  emit(Write, 7);
  flush(Exec, 8);
  Sum = call(Exec, 0);
  uint32_t *Moved = mmap(0, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  Moved = mremap(Exec, 8192, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, Moved);
  Sum += call(Moved, 0);
  printf("moved: %ld\n", Sum);
  // CHECK-NEXT: moved: 14

  // Another thread writes, this one executes.
  Code = mmap(0, 4096, Rwx, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_t T;
  pthread_create(&T, 0, patcher, 0);
  Sum = 0;
  for (int I = 1; I <= 200; ++I) {
    Stage = 2 * I - 1;
    while (__atomic_load_n(&Stage, __ATOMIC_ACQUIRE) != 2 * I)
      ;
    asm volatile("isb");
    Sum += call(Code, 0);
  }
  pthread_join(T, 0);
  printf("by another thread: %ld\n", Sum);
  // CHECK-NEXT: by another thread: 20100

  // Many functions, each thrown away: code memory is not a leak.
  Code = mmap(0, 1 << 20, Rwx, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  Sum = 0;
  for (int Round = 0; Round < 4; ++Round) {
    for (int I = 0; I < 200; ++I)
      emit(Code + 16 * I, (I + Round) & 4095);
    flush(Code, 200 * 64);
    for (int I = 0; I < 200; ++I)
      Sum += call(Code + 16 * I, 0);
  }
  printf("many: %ld\n", Sum);
  // CHECK-NEXT: many: 80800
  return 0;
}
