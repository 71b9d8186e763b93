//===- HotTier.h - The optimising tier as the runtime sees it ---*- C++ -*-===//
//
// Runtime includes no LLVM header and runs without an optimising tier; the
// tools that have one install it here.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_RUNTIME_HOTTIER_H
#define XLATE_RUNTIME_HOTTIER_H

#include "xlate/Runtime/CodeMap.h"
#include "xlate/Semantics/FlagLiveness.h"
#include <functional>
#include <memory>

namespace xlate::runtime {

/// Heat of a unit of an image before the optimising tier compiles it, and of
/// the hottest class of a profile. A million is two milliseconds or so.
constexpr int32_t HotThreshold = 32000000;

/// A baseline unit asks for promotion each time that it has used up this much.
/// Promotion::putOff() decides.
constexpr int32_t HeatStep = HotThreshold / 8;

class HotTier {
public:
  struct Request {
    uint64_t Pc; ///< The hot block.
    /// Entry of the function that it belongs to, Pc if that isn't known.
    uint64_t Function;
    /// More blocks of the function that run often.
    std::vector<uint64_t> Roots;
    /// Precise registers at every fault (write-through form).
    bool Precise;
    /// SP must be known at each access: fail if it can't be.
    bool NeedsSp = false;
    /// An image has the function: of most of its blocks nobody knows whether
    /// they run.
    bool IsInImage = false;
    /// For a guest that sets FPCR.FZ.
    bool FlushToZero = false;
    /// For a guest that writes FPSR or has more to do with NaNs: see
    /// Process::ExactFp.
    bool ExactFp = false;
    /// Dead once the baseline tier has run the function's jumps for long.
    AcrossJumps FlagsAtJumps = AcrossJumps::Kept;
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
    /// Worth being in a unit: it has run often enough. Null: everything is.
    std::function<bool(uint64_t Pc)> IsWanted;
    /// A function begins there: it gets a unit of its own.
    std::function<bool(uint64_t Pc)> IsFunction;
    /// Targets seen of the indirect jump or call at Pc.
    std::function<std::vector<uint64_t>(uint64_t Pc)> JumpTargets;
  };
  virtual ~HotTier() = default;

  struct Result {
    std::unique_ptr<Unit> Code;   ///< Null: the baseline tier keeps it.
    std::vector<uint64_t> Blocks; ///< Where the blocks of the unit begin.
  };
  /// Translate the part of R.Function that runs, or what R.Pc leads to if that
  /// isn't part of it. Runs on a compiler thread without locks held.
  virtual Result compile(const Request &R, const Services &S) = 0;
};

/// Install a maker of the optimising tier: called once, on a compiler thread,
/// when the first unit is hot.
void setHotTierFactory(std::unique_ptr<HotTier> (*Make)());

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_HOTTIER_H
