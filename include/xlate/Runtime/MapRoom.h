//===- MapRoom.h - How many more mappings there may be ----------*- C++ -*-===//
//
// The kernel lets a process have vm.max_map_count mappings. A guest that has
// used them all gets ENOMEM and may go on; the runtime could not: memory of its
// own, code and threads need a few. So the guest has to leave some.
//
// The kernel tells how many there are only by listing them, which takes a while
// when there are many. So they are counted only after calls that together could
// have used up what was free at the last count.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_RUNTIME_MAPROOM_H
#define XLATE_RUNTIME_MAPROOM_H

#include <cstddef>

namespace xlate::runtime {

/// Not thread-safe.
class MapRoom {
public:
  /// The guest is about to make a call that adds N mappings at most. False: it
  /// must fail. N = 0: it adds none, and may remove some. Known: how many
  /// mappings there seem to be, for when the kernel can't be asked.
  bool take(unsigned N, size_t Known);
  /// The runtime adds N, or removes some.
  void use(unsigned N);

private:
  void count(size_t Known);

  /// Free as far as we know. At first far below any usual vm.max_map_count.
  unsigned Left = 16384;
  /// Something has happened since the last count.
  bool Changed = true;
};

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_MAPROOM_H
