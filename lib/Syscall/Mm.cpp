//===- Mm.cpp - Address space ---------------------------------------------===//
#include "Call.h"
#include <sys/mman.h>

namespace xlate::sys {

/// personality(READ_IMPLIES_EXEC) makes everything readable executable.
static int effectiveProt(uint64_t Prot) {
  int P = static_cast<int>(Prot);
  return readImpliesExec() && (P & PROT_READ) ? P | PROT_EXEC : P;
}

/// PR_SET_MDWE: nothing may become writable and executable at once.
static bool denied(int Prot) {
  constexpr int Wx = PROT_WRITE | PROT_EXEC;
  return denyWriteExec() && (Prot & Wx) == Wx;
}

Result handle::mmap(Call &C) {
  int Prot = effectiveProt(C.A[2]);
  if (denied(Prot))
    return -EACCES;
  const int Flags = static_cast<int>(C.A[3]), Fd = static_cast<int>(C.A[4]);
  const Result R = C.K.mmap(C.S, C.A[0], C.A[1], Prot, Flags, Fd, C.A[5]);
  if (R > 0 && (Flags & MAP_TYPE) != MAP_PRIVATE && !(Flags & MAP_ANONYMOUS))
    noteRingMapping(Fd, C.A[5], static_cast<uint64_t>(R));
  return R;
}

Result handle::munmap(Call &C) { return C.K.munmap(C.S, C.A[0], C.A[1]); }

Result handle::mprotect(Call &C) {
  int Prot = effectiveProt(C.A[2]);
  if (denied(Prot))
    return -EACCES;
  return C.K.mprotect(C.S, C.A[0], C.A[1], Prot);
}

Result handle::pkey_mprotect(Call &C) {
  return static_cast<int>(C.A[3]) == -1 ? mprotect(C) : -EINVAL;
}

Result handle::mremap(Call &C) {
  return C.K.mremap(C.S, C.A[0], C.A[1], C.A[2], static_cast<int>(C.A[3]),
                    C.A[4]);
}

Result handle::madvise(Call &C) {
  return C.K.madvise(C.S, C.A[0], C.A[1], static_cast<int>(C.A[2]));
}

Result handle::brk(Call &C) { return C.K.brk(C.S, C.A[0]); }

Result handle::shmat(Call &C) {
  return C.K.shmat(C.S, static_cast<int>(C.A[0]), C.A[1],
                   static_cast<int>(C.A[2]));
}

Result handle::shmdt(Call &C) { return C.K.shmdt(C.S, C.A[0]); }

Result handle::mlockall(Call &C) {
  return C.K.mlockall(C.S, static_cast<int>(C.A[0]));
}

Result handle::munlockall(Call &C) { return C.K.munlockall(C.S); }

/// mlock and others that make the range they are for mappings of its own.
Result handle::divides(Call &C) {
  return C.K.mayDivide(C.A[0], C.A[0] + C.A[1]) ? hostPass(C) : -ENOMEM;
}

Result handle::remap_file_pages(Call &C) {
  if (!C.K.mayDivide(C.A[0], C.A[0] + C.A[1]))
    return -ENOMEM;
  Result R = hostPass(C);
  if (R == 0)
    C.K.memoryChanged(C.A[0], C.A[0] + C.A[1]);
  return R;
}

} // namespace xlate::sys
