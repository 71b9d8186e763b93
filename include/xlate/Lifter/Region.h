//===- Region.h - Guest blocks that are compiled together -------*- C++ -*-===//
//
// A region is what one unit is made of: the blocks that direct branches, jumps
// with known targets and returns from calls reach from an entry address, which
// comes to a guest function or the hot part of one. Guest calls, returns and
// branches to other units leave it.
//
// A region has many entries. A call leaves it, and the callee returns to the
// block after the call; a loop that runs in another tier moves over at its
// header; code that was left out comes back to a block that isn't. All of these
// are places in the unit's host code. Free of LLVM.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIFTER_REGION_H
#define XLATE_LIFTER_REGION_H

#include "xlate/Ops/Uop.h"
#include "xlate/Semantics/FlagLiveness.h"
#include <bitset>
#include <functional>

namespace xlate::lift {

/// Guest state that a unit keeps in SSA values: X0..X30 and SP, V0..V31, then
/// the four flags.
enum Loc : unsigned {
  LocX = 0,
  LocFp = LocX + 29,
  LocLr,
  LocSp,
  LocV,
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
  /// Functions of at most so many instructions become part of the regions that
  /// call them. 0 = none do, and calls of the region's own entry leave it, too.
  unsigned MaxCalleeInsns = 0;
  /// False for functions that don't run often enough for that. May be null.
  std::function<bool(uint64_t Pc)> MayInline;
  /// More addresses to start from than the entry: blocks that nothing known
  /// leads to.
  std::vector<uint64_t> Roots;
  /// Blocks further from the entry than this are left out: what changes in
  /// [Lo, Hi) of a region makes it void.
  uint64_t MaxDistance = 1 << 17;
  /// End of the readable, executable guest bytes that begin at an address; 0
  /// if it isn't guest code.
  std::function<uint64_t(uint64_t Pc)> CodeEnd;
  /// True for addresses that get a unit of their own and aren't absorbed.
  std::function<bool(uint64_t Pc)> IsEntry;
  /// False for addresses that are known not to run, or hardly ever: they are
  /// left out, and so is what only they lead to. Null: everything is wanted.
  std::function<bool(uint64_t Pc)> IsWanted;
  /// Targets seen or found of the indirect jump or call at an address. Null:
  /// none are known. Hints: the unit compares the address that it jumps to.
  std::function<std::vector<uint64_t>(uint64_t Pc)> JumpTargets;
  AcrossJumps FlagsAtJumps = AcrossJumps::Kept;
};

/// Functions with more indirect jumps than this are interpreters: all of their
/// jumps share the targets of each.
constexpr unsigned MaxOwnJumps = 3;

/// Indirect calls with more targets than this are left to the jump cache.
constexpr unsigned MaxKnownCallees = 4;

constexpr unsigned NoBlock = ~0u;

struct RegionBlock {
  Block Code;
  /// Successors inside the region; NoBlock = leaves it. Taken is the target of
  /// br, brCond and call, Fall the other side of brCond.
  unsigned Taken = NoBlock, Fall = NoBlock;
  /// Where that side leaves the region: NZCV must be in CpuState there.
  /// TakenNeedsFlags also stands for indirect branches.
  bool TakenNeedsFlags = true, FallNeedsFlags = true;
  /// Successors of an indirect jump or call whose targets are known, or of a
  /// return: what follows the calls inside of the region.
  std::vector<unsigned> Targets;
  /// Targets of an indirect call that are units of their own.
  std::vector<uint64_t> Callees;
  std::vector<unsigned> Preds;
  bool IsEntry = false; ///< May be entered from outside.
  unsigned Copy = 0;    ///< Number of it, of a block in an unrolled loop.
  /// The highest entry that leads here without a visit to the safepoint. See
  /// Region::returnsTo().
  uint64_t HighestEntry = 0;
  /// The loop that it is in, NoBlock = none. See Region::LoopLocs.
  unsigned Loop = NoBlock;

  LocSet Use;     ///< Read before any write.
  LocSet Def;     ///< Written.
  LocSet AvailIn; ///< In an SSA value on every path to the block.
  LocSet DirtyIn; ///< Newer than CpuState on some path to the block.
  LocSet LiveIn;  ///< Read on some path from the block, or stored at an exit.
  /// Flags may be read after the block's entry (end), by guest code or by an
  /// exit that stores them.
  bool FlagsLiveIn = false, FlagsLiveOut = false;
};

struct Region {
  uint64_t Entry = 0;
  /// Spans all blocks but those of callees, which are among Depends.
  uint64_t Lo = 0, Hi = 0;
  uint64_t LowestPc = 0; ///< Of all blocks.
  unsigned NumInsns = 0;
  std::vector<RegionBlock> Blocks; ///< Reverse post order; first = Entry.
  /// Calls F with the index of each successor of B.
  template <typename Fn> void forEachSucc(const RegionBlock &B, Fn F) const {
    if (B.Taken != NoBlock)
      F(B.Taken);
    if (B.Fall != NoBlock)
      F(B.Fall);
    for (unsigned T : B.Targets)
      F(T);
  }
  /// Which ways visit the safepoint, so that no cycle of guest code does
  /// without: inside of the region, those to a block that isn't further on in
  /// Blocks; to other units, those to an address that isn't above HighestEntry.
  /// What visits none climbs from unit to unit. (Lookups of indirect targets
  /// fail while a thread is wanted at its safepoint.)
  bool returnsTo(const RegionBlock &From, unsigned Succ) const {
    return Succ <= static_cast<size_t>(&From - Blocks.data());
  }
  /// Flags to load from CpuState at entries, where they are live.
  LocSet EntryLoads;
  /// Unpinned registers that loops keep in values: loaded on the way into the
  /// loop where they are live, stored on the way out. Other registers are
  /// loaded where they are first read and stored at the end of the block.
  std::vector<LocSet> LoopLocs;
  LocSet loopLocs(const RegionBlock &B) const {
    return B.Loop == NoBlock ? LocSet() : LoopLocs[B.Loop];
  }
  /// What has to be loaded on the way to B from outside of its loop.
  LocSet loadsInto(const RegionBlock &B) const {
    return loopLocs(B) & B.LiveIn;
  }
  /// All indirect jumps have the same Targets and go to them from one place.
  bool SharedJumps = false;
  /// Guest code outside [Lo, Hi) that the region relies on.
  std::vector<std::pair<uint64_t, uint64_t>> Depends;
};

/// True if the block ends in an indirect jump, but not in a veneer's, and not
/// in a call or a return.
bool endsInJump(const Block &B);

/// Find the region of Entry, or one with no blocks if there's no code.
Region discoverRegion(uint64_t Entry, const RegionLimits &Limits);

/// Locations that one uop reads and writes.
void locsOf(const Uop &U, LocSet &Reads, LocSet &Writes);

} // namespace xlate::lift

#endif // XLATE_LIFTER_REGION_H
