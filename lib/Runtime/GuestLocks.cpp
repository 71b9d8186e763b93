//===- GuestLocks.cpp - The guest's locked memory -------------------------===//
//
// mlockall() is for the guest's mappings only: RLIMIT_MEMLOCK bounds what the
// process has locked, and a runtime that ran into that could not go on. So the
// host never gets to know MCL_FUTURE; new mappings are locked one by one, which
// the kernel refuses when it would have refused the mapping.
//
//===----------------------------------------------------------------------===//
#include "GuestRanges.h"
#include "xlate/Runtime/GuestMemory.h"
#include <mutex>
#include <sys/resource.h>
#include <sys/shm.h>

using namespace xlate::runtime;

constexpr int AllFlags = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;

/// May the process lock more than RLIMIT_MEMLOCK, of Bytes, has it?
static bool isAboveLimit(uint64_t Bytes) {
  // Nothing can be read from these pages, so there are none.
  const uint64_t More = Bytes + PageSize;
  const int64_t R =
      host(SYS_mmap, 0L, More, PROT_NONE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_LOCKED, -1, 0L);
  if (R >= 0)
    host(SYS_munmap, R, More);
  return R >= 0;
}

GuestMemory::Result GuestMemory::mlockall(int Flags) {
  if (!Flags || Flags & ~AllFlags || Flags == MCL_ONFAULT)
    return -EINVAL;
  if (int64_t E = host(SYS_mlock, 0L, 0L))
    return E; // EPERM
  const bool OnFault = Flags & MCL_ONFAULT;
  std::unique_lock G(Lock);
  if (Flags & MCL_CURRENT) {
    uint64_t Size = 0;
    for (const auto &[Lo, R] : Guest)
      Size += R.Hi - Lo;
    rlimit L = {};
    getrlimit(RLIMIT_MEMLOCK, &L);
    if (Size > L.rlim_cur && !isAboveLimit(L.rlim_cur))
      return -ENOMEM;
    // That some of the pages can't be had is no failure.
    forRuns(Guest, 0, AddressLimit, [&](uint64_t Lo, uint64_t Hi) {
      host(SYS_mlock2, Lo, Hi - Lo, OnFault ? MLOCK_ONFAULT : 0);
    });
  }
  LockNew = !(Flags & MCL_FUTURE) ? LockMode::No
            : OnFault             ? LockMode::OnFault
                                  : LockMode::AtOnce;
  return 0;
}

GuestMemory::Result GuestMemory::munlockall() {
  std::unique_lock G(Lock);
  LockNew = LockMode::No;
  return host(SYS_munlockall);
}

/// MCL_FUTURE in a flag of mmap, as far as there is one.
int GuestMemory::lockFlag() const {
  return LockNew == LockMode::AtOnce ? MAP_LOCKED : 0;
}

/// Lock a new mapping that was made without lockFlag(), or if Flagged with it.
/// False: there would be too much.
bool GuestMemory::lockMapped(uint64_t Lo, uint64_t Size, bool Flagged) const {
  switch (LockNew) {
  case LockMode::No:
    return true;
  case LockMode::AtOnce:
    return Flagged || host(SYS_mlock2, Lo, Size, 0) == 0;
  case LockMode::OnFault:
    return host(SYS_mlock2, Lo, Size, MLOCK_ONFAULT) == 0;
  }
  return true;
}
