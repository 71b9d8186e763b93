// Mapping calls, the heap, shared memory and semaphores.
// REQUIRES: xlate-run, aarch64-cc, host-cc
// RUN: %host-cc -O1 -w %s -o %t.host
// RUN: %aarch64-cc -O1 -w -static %s -o %t.guest
// RUN: %t.host > %t.want
// RUN: %xlate-run %t.guest > %t.got
// RUN: diff %t.want %t.got

#include "Inputs/report.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)
enum { Page = 4096 };

static char *map(size_t N, int Prot) { return mmap(0, N, Prot, ANON, -1, 0); }

/// The permissions that /proc/self/maps shows for Addr.
static const char *perms(void *Addr) {
  static char Buffers[2][8];
  static unsigned Next;
  char *Out = Buffers[Next++ % 2];
  char Line[512];
  unsigned long Lo, Hi;
  strcpy(Out, "none");
  FILE *F = fopen("/proc/self/maps", "r");
  while (fgets(Line, sizeof Line, F)) {
    char Perms[8];
    sscanf(Line, "%lx-%lx %7s", &Lo, &Hi, Perms);
    if (Lo <= (unsigned long)Addr && (unsigned long)Addr < Hi)
      strcpy(Out, Perms);
  }
  fclose(F);
  return Out;
}

static void mappings(void) {
  char *P = map(16 * Page, RW);
  strcpy(P + Page, "text");
  SHOW("%s", perms(P));
  R(mprotect(P, Page, PROT_READ | PROT_EXEC));
  SHOW("%s %s", perms(P), perms(P + Page));
  R(mprotect(P, Page, RW | PROT_EXEC));
  SHOW("%s", perms(P));
  R(mprotect(P + 2 * Page, Page, PROT_NONE));
  SHOW("%s", perms(P + 2 * Page));
  // A bad buffer inside a good one.
  int Pipe[2];
  pipe(Pipe);
  R(write(Pipe[1], P + 2 * Page, 10));
  R(write(Pipe[1], P + Page, 4));
  R(read(Pipe[0], P + 2 * Page, 4));
  R(munmap(P + 4 * Page, 2 * Page));
  SHOW("%s %s", perms(P + 3 * Page), perms(P + 4 * Page));
  R(mprotect(P + 3 * Page, 3 * Page, PROT_READ));
  SHOW("%s %s", perms(P + 3 * Page), perms(P + 6 * Page));
  R(mmap(P + 4 * Page, Page, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) ==
    P + 4 * Page);
  R(mmap(P + 4 * Page, Page, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0));
  R(mmap(P + 5 * Page, 3 * Page, RW, ANON | MAP_FIXED, -1, 0) == P + 5 * Page);
  char *Q = mremap(P + Page, Page, 64 * Page, MREMAP_MAYMOVE);
  SHOW("%s %d", Q, Q[63 * Page]);
  SHOW("%s", perms(P + Page));
  R(mremap(P + Page, Page, Page, MREMAP_MAYMOVE));
  R(mremap(Q, 64 * Page, Page, 0) == Q);
  SHOW("%s", perms(Q + Page));
  R(madvise(Q, Page, MADV_DONTNEED));
  SHOW("'%s'", Q);
  char *Shared = mmap(0, Page, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  SHOW("%s", perms(Shared));
  if (fork() == 0) {
    strcpy(Shared, "from the child");
    _exit(0);
  }
  wait(0);
  SHOW("%s", Shared);
  R(msync(Shared, Page, MS_SYNC));
  R(mincore(Shared, Page, (unsigned char *)P));
  R(mlock(Shared, Page));
  int Fd = memfd_create("x", 0);
  R(ftruncate(Fd, Page));
  char *A = mmap(0, Page, RW, MAP_SHARED, Fd, 0);
  char *B = mmap(0, Page, PROT_READ | PROT_EXEC, MAP_SHARED, Fd, 0);
  strcpy(A, "both");
  SHOW("%s %s", B, perms(B));
  char *Huge = mmap(0, 1l << 40, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
  R(mprotect(Huge + (1l << 39), Page, RW));
  Huge[1l << 39] = 1;
  R(munmap(Huge, 1l << 40));
  struct iovec L = {P + 5 * Page, 4}, Rem = {A, 4};
  R(process_vm_readv(getpid(), &L, 1, &Rem, 1, 0));
  SHOW("%.4s", P + 5 * Page);
}

static void heap(void) {
  char *Start = sbrk(0);
  R(sbrk(100 * Page) == Start);
  memset(Start, 1, 100 * Page);
  SHOW("%s", perms(Start + 99 * Page));
  R(brk(Start + Page));
  R(sbrk(Page) == Start + Page);
  SHOW("%d", Start[2 * Page - 1]);
  R(brk(Start));
  R(brk((void *)(1l << 62)));
}

static void systemV(void) {
  int Shm = shmget(IPC_PRIVATE, 10000, 0600);
  char *A = shmat(Shm, 0, 0), *B = shmat(Shm, 0, SHM_RDONLY);
  strcpy(A + 9000, "shared");
  SHOW("%s %s", B + 9000, perms(B));
  struct shmid_ds Ds;
  R(shmctl(Shm, IPC_STAT, &Ds));
  SHOW("%ld %ld", (long)Ds.shm_segsz, (long)Ds.shm_nattch);
  R(shmdt(A));
  R(shmdt(A));
  R(shmdt(B));
  R(shmctl(Shm, IPC_RMID, 0));

  int Sem = semget(IPC_PRIVATE, 2, 0600);
  struct semid_ds Sd;
  R(semctl(Sem, 0, IPC_STAT, &Sd));
  SHOW("%ld %d", (long)Sd.sem_nsems, Sd.sem_ctime != 0);
  struct sembuf Up = {1, 3, 0}, Down = {1, -4, IPC_NOWAIT};
  R(semop(Sem, &Up, 1));
  R(semop(Sem, &Down, 1));
  R(semctl(Sem, 1, GETVAL));
  R(semctl(Sem, 0, IPC_STAT, &Sd));
  SHOW("%d", Sd.sem_otime != 0);
  Sd.sem_perm.mode = 0640;
  R(semctl(Sem, 0, IPC_SET, &Sd));
  R(semctl(Sem, 0, IPC_STAT, &Sd));
  SHOW("%o", Sd.sem_perm.mode);
  R(semctl(Sem, 0, IPC_RMID));
}

int main(void) {
  mappings();
  heap();
  systemV();
}
