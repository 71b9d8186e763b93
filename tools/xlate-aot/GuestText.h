//===- GuestText.h - The code of a file and the entries in it ---*- C++ -*-===//
#ifndef XLATE_TOOLS_XLATE_AOT_GUESTTEXT_H
#define XLATE_TOOLS_XLATE_AOT_GUESTTEXT_H

#include "xlate/Cache/Profile.h"
#include "xlate/Image/Discovery.h"
#include "xlate/Semantics/FlagLiveness.h"
#include "xlate/Support/Error.h"
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace xlate::aot {

/// Instructions of a baseline block at most, as in the runtime.
constexpr unsigned MaxBlockInsns = 64;

/// A guest file's executable segment, mapped where its translation wants it.
/// One per process.
class GuestText {
public:
  ~GuestText();
  /// Map the segment; file addresses plus Bias are the guest's.
  Expected<bool> map(int Fd, const image::ElfImage &Image, uint64_t Bias);

  uint64_t lo() const { return Lo; }
  uint64_t hi() const { return Hi; }
  uint64_t fileOffset() const { return Offset; }
  /// End of the code around Pc; 0 if it isn't code.
  uint64_t codeEnd(uint64_t Pc) const;
  /// Read bytes of segments that the guest can't write.
  bool readConstant(uint64_t Address, void *To, size_t Size) const;
  /// Size of all executable sections.
  uint64_t sectionBytes() const;
  uint64_t pcOf(uint64_t FileOffset) const { return FileOffset - Offset + Lo; }

private:
  friend class EntryFinder;
  int Fd = -1;
  uint64_t Bias = 0;
  std::vector<image::Segment> Constants;
  uint64_t Lo = 0, Hi = 0, Offset = 0;
  uint64_t MapLo = 0, MapSize = 0;
  /// Executable sections, as guest addresses.
  std::vector<std::pair<uint64_t, uint64_t>> Sections;
};

/// What is known of the places in the code where units begin.
struct Entries {
  struct Info {
    uint64_t End = 0; ///< Of the block, or the next entry within it.
    /// How it goes on at End: not at all, always, or if a branch isn't taken.
    enum class Fall : uint8_t { None, Always, Untaken } Falls = Fall::None;
    /// Reached in another way than from the block before it, or might be.
    bool Needed = false;
    bool LoopHeader = false, ReturnPoint = false, Function = false;
    /// Units of the optimising tier leave before it: see Op::stateHelper.
    bool AfterHelper = false;
    /// Between the start and the end of a short loop.
    bool InLoop = false;
    /// A branch from behind leads here; any branch or call does.
    bool BackTarget = false, Referenced = false;
    /// Left to the runtime: it must see this block before it runs.
    bool Skip = false;
    /// Has a slot of its own: the runtime counts its entries, and may put
    /// other code in its place.
    bool hasSlot() const {
      return Function || LoopHeader || BackTarget || AfterHelper;
    }
    /// countClass() of its executions in recorded runs.
    uint8_t Class = 0;
    /// Was compiled by the optimising tier in a recorded run.
    bool Hot = false;
  };
  std::map<uint64_t, Info> Blocks;
  /// Targets of indirect jumps, by the jump's address.
  std::map<uint64_t, std::vector<uint64_t>> Jumps;
  /// Likewise, as far as seen, of indirect calls and veneers.
  std::map<uint64_t, std::vector<uint64_t>> Calls;
  /// Kept if any place that an indirect jump might lead to reads NZCV.
  AcrossJumps FlagsAtJumps = AcrossJumps::Dead;
  /// Indirect jumps that aren't veneers.
  uint64_t NumJumps = 0;
  uint64_t NumFunctions = 0, CoveredBytes = 0, UnknownInsns = 0;
};

/// Follow the code from all hints; what Profile names ran.
Entries findEntries(GuestText &Text, const image::CodeHints &Hints,
                    const cache::Profile &Profile, uint64_t Bias);

} // namespace xlate::aot

#endif // XLATE_TOOLS_XLATE_AOT_GUESTTEXT_H
