//===- Standalone.h - Programs that carry their translation -----*- C++ -*-===//
//
// xlate-aot -o makes a copy of xlate-run with the guest file and its image
// behind it, and says in this structure, which it finds by its magic, where
// they are. Both begin on page boundaries.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_CACHE_STANDALONE_H
#define XLATE_CACHE_STANDALONE_H

#include <cstdint>

namespace xlate::cache {

struct Standalone {
  char Magic[24];
  uint64_t GuestOffset, GuestSize; ///< Size 0: nothing is there.
  uint64_t ImageOffset, ImageSize;
};

/// Only the structure itself may contain it in one piece.
#define XLATE_STANDALONE_MAGIC "xlate standalone slot 1"

} // namespace xlate::cache

#endif // XLATE_CACHE_STANDALONE_H
