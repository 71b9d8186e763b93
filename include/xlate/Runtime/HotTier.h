//===- HotTier.h - The optimising tier as the runtime sees it ---*- C++ -*-===//
//
// Runtime includes no LLVM header and runs without an optimising tier; the
// tools that have one install it here.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_RUNTIME_HOTTIER_H
#define XLATE_RUNTIME_HOTTIER_H

#include "xlate/Runtime/CodeMap.h"
#include <functional>
#include <memory>

namespace xlate::runtime {

class HotTier {
public:
  struct Request {
    uint64_t Pc;
    /// Precise registers at every fault (write-through form).
    bool Precise;
    /// End of the contiguous executable guest range around Pc.
    uint64_t Limit;
  };
  virtual ~HotTier() = default;

  /// Translate the region entered at R.Pc. Runs on a compiler thread without
  /// locks held. AllocCode(Size, Align) and SlotFor(Pc) take the code map's
  /// lock themselves. Returns null if the region can't be compiled; the
  /// baseline tier keeps it.
  virtual std::unique_ptr<Unit>
  compile(const Request &R,
          const std::function<char *(size_t, size_t)> &AllocCode,
          const std::function<void *(uint64_t)> &SlotFor) = 0;
};

/// Install a maker of the optimising tier: called once, on a compiler thread,
/// when the first unit is hot.
void setHotTierFactory(std::unique_ptr<HotTier> (*Make)());

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_HOTTIER_H
