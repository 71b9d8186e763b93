//===- GuestRanges.h - Helpers of guest memory ------------------*- C++ -*-===//
#ifndef XLATE_LIB_RUNTIME_GUESTRANGES_H
#define XLATE_LIB_RUNTIME_GUESTRANGES_H

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <map>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace xlate::runtime {

constexpr uint64_t PageSize = 4096;
constexpr int ProtMask = PROT_READ | PROT_WRITE | PROT_EXEC;

inline uint64_t pageUp(uint64_t X) {
  return (X + PageSize - 1) & ~(PageSize - 1);
}
inline uint64_t pageDown(uint64_t X) { return X & ~(PageSize - 1); }
inline bool aligned(uint64_t X) { return X == pageDown(X); }

/// Guest code is never executed by the host, but always read by it.
inline int hostProt(int Prot) {
  int P = Prot & (PROT_READ | PROT_WRITE);
  return Prot & PROT_EXEC ? P | PROT_READ : P;
}

/// A host call: its result or -errno.
template <typename... Args> inline int64_t host(long Nr, Args... A) {
  long R = ::syscall(Nr, A...);
  return R == -1 ? -errno : R;
}

/// Set [Lo, Hi) aside. Flag: MAP_FIXED or MAP_FIXED_NOREPLACE.
inline int64_t hostReserve(uint64_t Lo, uint64_t Hi, int Flag) {
  int64_t R = host(SYS_mmap, Lo, Hi - Lo, PROT_NONE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | Flag, -1, 0L);
  if (R >= 0 &&
      static_cast<uint64_t>(R) != Lo) { // flag unknown to an old kernel
    host(SYS_munmap, R, Hi - Lo);
    return -EEXIST;
  }
  return R;
}

/// End of the guest's contiguous ranges from Lo, at most Hi.
inline uint64_t coveredEnd(const auto &Guest, uint64_t Lo, uint64_t Hi) {
  auto I = Guest.upper_bound(Lo);
  if (I == Guest.begin())
    return Lo;
  for (--I; I != Guest.end() && I->first <= Lo && Lo < Hi && Lo < I->second.Hi;
       ++I)
    Lo = I->second.Hi;
  return std::min(Lo, Hi);
}

/// Calls F(Lo, Hi, Range) for the guest's parts of [Lo, Hi).
template <typename Map, typename Fn>
void forParts(Map &M, uint64_t Lo, uint64_t Hi, Fn F) {
  auto I = M.upper_bound(Lo);
  if (I != M.begin())
    --I;
  for (; I != M.end() && I->first < Hi; ++I)
    if (I->second.Hi > Lo)
      F(std::max(Lo, I->first), std::min(Hi, I->second.Hi), I->second);
}

/// As forParts, but with adjacent ranges joined.
template <typename Map, typename Fn>
void forRuns(Map &M, uint64_t Lo, uint64_t Hi, Fn F) {
  uint64_t RunLo = 0, RunHi = 0;
  forParts(M, Lo, Hi, [&](uint64_t A, uint64_t B, const auto &) {
    if (RunHi == A && RunHi) {
      RunHi = B;
      return;
    }
    if (RunHi)
      F(RunLo, RunHi);
    RunLo = A;
    RunHi = B;
  });
  if (RunHi)
    F(RunLo, RunHi);
}

/// Take [Lo, Hi) out of a map of ranges.
inline void cut(std::map<uint64_t, uint64_t> &M, uint64_t Lo, uint64_t Hi) {
  auto I = M.upper_bound(Lo);
  if (I != M.begin())
    --I;
  while (I != M.end() && I->first < Hi) {
    auto [A, B] = *I;
    if (B <= Lo) {
      ++I;
      continue;
    }
    I = M.erase(I);
    if (A < Lo)
      M[A] = Lo;
    if (B > Hi)
      M[Hi] = B;
  }
}

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_GUESTRANGES_H
