//===- GuestLocks.cpp - The guest's locked memory -------------------------===//
//
// mlockall() is for the guest's mappings only: RLIMIT_MEMLOCK bounds what the
// process has locked, and a runtime that ran into that could not go on. So the
// host never gets to know MCL_FUTURE; new mappings are locked one by one.
//
//===----------------------------------------------------------------------===//
#include "GuestRanges.h"
#include "xlate/Runtime/GuestMemory.h"
#include <algorithm>
#include <mutex>
#include <sys/resource.h>

using namespace xlate::runtime;

constexpr int AllFlags = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;

/// May the process lock so much more?
static bool mayLockMore(uint64_t Size) {
  // Nothing can be read from these pages, so there are none.
  const int64_t R =
      host(SYS_mmap, 0L, Size, PROT_NONE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_LOCKED, -1, 0L);
  if (R >= 0)
    host(SYS_munmap, R, Size);
  return R >= 0;
}

/// How much of the stack has ever been used, about.
uint64_t GuestMemory::usedStack() const {
  constexpr uint64_t Pages = 1024;
  unsigned char There[Pages];
  uint64_t At = StackHi, Lowest = StackHi;
  while (At > StackLo) {
    const uint64_t Lo = At - std::min(At - StackLo, Pages * PageSize);
    if (host(SYS_mincore, Lo, At - Lo, There) != 0)
      break;
    unsigned char *End = There + (At - Lo) / PageSize;
    const unsigned char *I =
        std::find_if(&There[0], End, [](unsigned char C) { return C & 1; });
    if (I == End)
      break;
    Lowest = Lo + static_cast<uint64_t>(I - There) * PageSize;
    At = Lo;
  }
  return StackHi - Lowest;
}

GuestMemory::Result GuestMemory::mlockall(int Flags) {
  if (!Flags || Flags & ~AllFlags || Flags == MCL_ONFAULT)
    return -EINVAL;
  if (host(SYS_mlock, 0L, 0L) == -EPERM)
    return -EPERM;
  const bool OnFault = Flags & MCL_ONFAULT;
  std::vector<std::pair<uint64_t, uint64_t>> Current;
  {
    std::unique_lock G(Lock);
    if (Flags & MCL_CURRENT) {
      const uint64_t Stack = StackHi - usedStack();
      uint64_t Size = 0;
      for (const auto &[Lo, R] : Guest) {
        const bool IsStack = Lo >= StackLo && R.Hi <= StackHi;
        const uint64_t From = IsStack ? std::max(Lo, Stack) : Lo;
        if (From >= R.Hi)
          continue;
        Current.emplace_back(From, R.Hi);
        Size += R.Hi - From;
      }
      rlimit L = {};
      getrlimit(RLIMIT_MEMLOCK, &L);
      if (Size > L.rlim_cur && !mayLockMore(L.rlim_cur + PageSize))
        return -ENOMEM;
    }
    LockNew = !(Flags & MCL_FUTURE) ? LockMode::No
              : OnFault             ? LockMode::OnFault
                                    : LockMode::AtOnce;
  }
  // Without the lock: a thread of the guest may have to provide the pages. That
  // some can't be had is no failure.
  for (auto [Lo, Hi] : Current)
    host(SYS_mlock2, Lo, Hi - Lo, OnFault ? MLOCK_ONFAULT : 0);
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

/// May a mapping be made? ByFlag: with lockFlag(), so that mmap will tell.
bool GuestMemory::mayLock(uint64_t Size, bool ByFlag) const {
  switch (LockNew) {
  case LockMode::No:
    return true;
  case LockMode::AtOnce:
    // Where nothing at all may be locked mmap would say EPERM.
    return ByFlag ? host(SYS_mlock, 0L, 0L) != -EPERM : mayLockMore(Size);
  case LockMode::OnFault:
    return mayLockMore(Size);
  }
  return true;
}

/// Lock what has been mapped, if it hasn't been by flag.
void GuestMemory::lockMapped(uint64_t Lo, uint64_t Size, bool ByFlag) const {
  if (LockNew == LockMode::OnFault)
    host(SYS_mlock2, Lo, Size, MLOCK_ONFAULT);
  else if (LockNew == LockMode::AtOnce && !ByFlag)
    host(SYS_mlock2, Lo, Size, 0);
}
