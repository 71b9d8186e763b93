//===- Region.h - Guest blocks that are compiled together -------*- C++ -*-===//
//
// A region is an entry address plus the blocks that direct branches reach from
// it. Guest calls, indirect branches and branches to other units' entries
// leave it. Free of LLVM.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIFTER_REGION_H
#define XLATE_LIFTER_REGION_H

#include "xlate/Ops/Uop.h"
#include <bitset>
#include <functional>

namespace xlate::lift {

/// Guest state that a unit keeps in SSA values: X0..X30 and SP, V0..V31, then
/// the four flags.
enum Loc : unsigned {
  LocX = 0,
  LocV = 32,
  LocN = 64,
  LocZ,
  LocC,
  LocVf,
  NumLocs
};
using LocSet = std::bitset<NumLocs>;

/// True if the unit ABI passes the location in a register.
bool isPinned(unsigned L);

struct RegionLimits {
  unsigned MaxBlocks = 64;
  unsigned MaxInsns = 1000;
  /// End of the readable, executable guest bytes that begin at an address; 0
  /// if it isn't guest code.
  std::function<uint64_t(uint64_t Pc)> CodeEnd;
  /// True for addresses that get a unit of their own and aren't absorbed.
  std::function<bool(uint64_t Pc)> IsEntry;
};

constexpr unsigned NoBlock = ~0u;

struct RegionBlock {
  Block Code;
  /// Successors inside the region; NoBlock = leaves it. Taken is the target of
  /// br and brCond, Fall the other side of brCond.
  unsigned Taken = NoBlock, Fall = NoBlock;
  /// Where that side leaves the region: NZCV must be in CpuState there.
  /// TakenNeedsFlags also stands for indirect branches.
  bool TakenNeedsFlags = true, FallNeedsFlags = true;
  std::vector<unsigned> Preds;
  bool InCycle = false;

  LocSet Use;     ///< Read before any write.
  LocSet Def;     ///< Written.
  LocSet AvailIn; ///< In an SSA value on every path to the block.
  LocSet DirtyIn; ///< Newer than CpuState on some path to the block.
  /// Flags may be read after the block's entry (end), by guest code or by an
  /// exit that stores them.
  bool FlagsLiveIn = false, FlagsLiveOut = false;
};

struct Region {
  uint64_t Entry = 0;
  uint64_t Lo = 0, Hi = 0; ///< Spans all blocks.
  unsigned NumInsns = 0;
  std::vector<RegionBlock> Blocks; ///< Reverse post order; first = entry.
  /// Unpinned locations to load from CpuState at the region's entry. Others
  /// are loaded where they are first read.
  LocSet EntryLoads;
  /// Guest code outside [Lo, Hi) that the region relies on.
  std::vector<std::pair<uint64_t, uint64_t>> Depends;
};

/// Find the region of Entry, or one with no blocks if there's no code.
Region discoverRegion(uint64_t Entry, const RegionLimits &Limits);

/// Locations that one uop reads and writes.
void locsOf(const Uop &U, LocSet &Reads, LocSet &Writes);

} // namespace xlate::lift

#endif // XLATE_LIFTER_REGION_H
