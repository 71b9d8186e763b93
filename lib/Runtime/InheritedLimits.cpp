//===- InheritedLimits.cpp - Limits of memory from outside ----------------===//
#include "InheritedLimits.h"
#include "GuestRanges.h"
#include <cstdio>
#include <sys/resource.h>

using namespace xlate::runtime;

/// What the runtime may need on top of what it has at the start: translating
/// takes memory.
constexpr uint64_t MostForRuntime = 256 << 20;

static uint64_t limitOf(int Resource) {
  rlimit L;
  if (getrlimit(Resource, &L) != 0)
    return RLIM_INFINITY;
  // The kernel takes this for "no heap at the break", and looks at the other.
  if (Resource == RLIMIT_DATA && L.rlim_cur == 0)
    return L.rlim_max;
  return L.rlim_cur;
}

uint64_t xlate::runtime::inheritedLimit() {
  return std::min(limitOf(RLIMIT_AS), limitOf(RLIMIT_DATA));
}

uint64_t xlate::runtime::inProportion(uint64_t Wanted) {
  return std::min(Wanted, pageDown(inheritedLimit() / 8));
}

static uint64_t left(uint64_t Limit, uint64_t UsedPages) {
  if (Limit == RLIM_INFINITY)
    return Limit;
  const uint64_t Runtime =
      UsedPages * PageSize + std::min(Limit / 4, MostForRuntime);
  return Limit - std::min(Limit, Runtime);
}

xlate::sys::MemoryLimits xlate::runtime::leftForGuest() {
  sys::MemoryLimits L;
  if (inheritedLimit() == RLIM_INFINITY)
    return L;
  uint64_t Size = 0, Data = 0;
  if (FILE *F = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(F, "%lu %*u %*u %*u %*u %lu", &Size, &Data) != 2)
      Size = Data = 0;
    std::fclose(F);
  }
  L.Size = left(limitOf(RLIMIT_AS), Size);
  L.Data = left(limitOf(RLIMIT_DATA), Data);
  return L;
}
