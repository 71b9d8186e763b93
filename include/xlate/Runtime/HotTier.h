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
    /// For a guest that sets FPCR.FZ.
    bool FlushToZero = false;
    /// Take tags off data addresses.
    bool MaskTopByte = false;
  };
  /// What a compilation needs of the runtime. The functions take the locks
  /// that they need themselves.
  struct Services {
    std::function<char *(size_t Size, size_t Align)> AllocCode;
    std::function<void *(uint64_t Pc)> SlotFor;
    /// End of the executable guest bytes that begin at Pc; 0 if there are none.
    std::function<uint64_t(uint64_t Pc)> CodeEnd;
  };
  virtual ~HotTier() = default;

  /// Translate the region entered at R.Pc. Runs on a compiler thread without
  /// locks held. Returns null if the region can't be compiled; the baseline
  /// tier keeps it.
  virtual std::unique_ptr<Unit> compile(const Request &R,
                                        const Services &S) = 0;
};

/// Install a maker of the optimising tier: called once, on a compiler thread,
/// when the first unit is hot.
void setHotTierFactory(std::unique_ptr<HotTier> (*Make)());

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_HOTTIER_H
