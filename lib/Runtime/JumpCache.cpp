//===- JumpCache.cpp - A thread's indirect branch cache -------------------===//
//
// The cache begins small: most processes end before they have run much, and
// what they touch of it is memory to make and to copy. It grows with the
// entries that have to make room for others.
//
// Called from translated code by way of FindUnit.cpp, so without vector
// registers as well.
//
//===----------------------------------------------------------------------===//

#include "xlate/Runtime/Thread.h"
#include <algorithm>
#include <sys/mman.h>

using namespace xlate;
using namespace xlate::runtime;

void GuestThread::growJumpCache() {
  constexpr uint64_t Last = jumpCacheMask(JumpCacheSize);
  S.JumpCacheMask =
      std::min(Last, (S.JumpCacheMask + sizeof(JumpCacheEntry)) * 4 -
                         sizeof(JumpCacheEntry));
  JumpCacheEvictions = 0;
  // What is in the cache isn't where it is looked up from now on, and comes
  // again. What stays behind can't be mistaken for anything else.
  const auto At = reinterpret_cast<uint64_t>(JumpCache);
  if (S.JumpCacheMask != Last || At % HugePage ||
      At + HugePage != reinterpret_cast<uint64_t>(Mapping) + MappingSize)
    return;
  // All of it is going to be in use. What has pages can't become a huge one.
  madvise(JumpCache, HugePage, MADV_DONTNEED);
  madvise(JumpCache, HugePage, MADV_HUGEPAGE);
  JumpCache[0] = JumpCacheMark;
}

void GuestThread::cacheJump(uint64_t Pc, void *Host) {
  const JumpCacheEntry &Old = jumpCacheEntry(Pc);
  if (Old.GuestPc && Old.GuestPc != Pc &&
      S.JumpCacheMask != jumpCacheMask(JumpCacheSize) &&
      ++JumpCacheEvictions > S.JumpCacheMask / sizeof(JumpCacheEntry) / 4)
    growJumpCache();
  jumpCacheEntry(Pc) = {Pc, Host};
}
