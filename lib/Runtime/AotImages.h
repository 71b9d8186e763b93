//===- AotImages.h - Translations made ahead of time ------------*- C++ -*-===//
//
// Finds the image of a file that the guest maps, puts both where they belong,
// and answers the dispatcher for guest addresses that an image translates.
//
// An image's slots hold its own units from the start, without the code map's
// knowledge. Whatever the code map publishes or withdraws for an entry is
// stored to the image's slot too (setSlot). When guest bytes that an image was
// made from change, the whole image goes: its slots miss from then on.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_RUNTIME_AOTIMAGES_H
#define XLATE_LIB_RUNTIME_AOTIMAGES_H

#include "xlate/Cache/CacheDir.h"
#include "xlate/Runtime/CodeMap.h"
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace xlate::runtime {

/// Which of the optimising tier's units may run, by what a handler of faults
/// may see of their registers. Ordered.
enum class LlvmUse : uint8_t { All, KnowingSp, None };

class AotImages {
public:
  /// Use the images below these folders, in this order; nothing happens before
  /// this. RootOnly: only what is root's.
  void init(const std::vector<std::string> &CacheDirs, bool RootOnly);
  /// Use the image in part of an open file, until closeInside().
  void setInside(int Fd, uint64_t Offset, uint64_t Size);
  void closeInside() { Inside.Fd.reset(); }
  bool enabled() const { return !Folders.empty() || HasInside; }
  /// Whether any image may be running.
  bool inUse() const { return NumMapped != 0 && !Disabled; }

  //--- Mapping. No lock held.
  //-----------------------------------------------------

  /// Where to put the guest file in Fd, whose segments span Span bytes, for its
  /// image to be usable; 0 if it has none.
  uint64_t placeFor(int Fd, uint64_t Span);
  /// The same for a reservation of Len bytes that a dynamic linker makes before
  /// it maps the file: the linker rounds the address up itself.
  uint64_t placeForReservation(int Fd, uint64_t Len);
  /// The guest has mapped page Offset of Fd at [Lo, Hi) executable: take its
  /// image into use if there is one for this place.
  void mapped(CodeMap &Code, uint64_t Lo, uint64_t Hi, int Fd, uint64_t Offset);
  /// Told of every range of host memory that an image occupies.
  std::function<void(uint64_t Lo, uint64_t Hi)> OnHostRange;

  //--- Under the code map's lock
  //--------------------------------------------------

  /// For --stats: code of an image was taken into use.
  void noteUse() { NumUsed.fetch_add(1, std::memory_order_relaxed); }
  /// Host code for a guest entry; null if no image has any. Without the lock,
  /// too, for a thread in translated code. (FindUnit.cpp)
  void *find(uint64_t Pc) const;
  /// The same as a unit, for the code map to adopt, and where it is entered.
  std::pair<Unit *, void *> unitFor(uint64_t Pc);
  /// Store a code map entry's host code, or null for none, to the image's slot.
  void setSlot(uint64_t Pc, void *Host);
  /// How much heat the unit of an entry has used up.
  uint32_t heatUsed(uint64_t Pc);
  /// Whether an image has code for Pc that doesn't count how often it runs.
  bool hasUncounted(uint64_t Pc);
  /// The function around Pc, as for CodeMap::functionAround(); none is empty.
  std::pair<uint64_t, uint64_t> functionAround(uint64_t Pc);
  /// Whether a function begins at Pc.
  bool isFunction(uint64_t Pc);
  /// Counted entries in [Lo, Hi).
  std::vector<uint64_t> entriesIn(uint64_t Lo, uint64_t Hi);
  /// Let the unit of an entry run its heat up again.
  void reheat(uint64_t Pc, int32_t Heat);
  /// Guest bytes changed. Withdraw(Lo, Hi) is called for the host ranges of
  /// images that are void now; true if there were any.
  bool invalidate(uint64_t Lo, uint64_t Hi);
  /// Use no other units of the optimising tier from now on, or fewer; true if
  /// any might have run.
  bool restrict(LlvmUse To);
  bool precise() const { return Use == LlvmUse::None; }
  /// Use no image any more.
  void disable();
  /// Slots as they were at first: the code map has forgotten everything.
  void restoreSlots();
  /// The unit that contains a host address.
  const Unit *unitAt(const void *HostPc);

  // For --stats.
  unsigned numMapped() const { return NumMapped; }
  unsigned numUsed() const { return NumUsed; }
  unsigned numIgnored() const { return NumIgnored; }
  const std::string &problem() const { return Problem; }

private:
  struct Image {
    cache::ImageHeader H;
    char *Base = nullptr;
    std::atomic<bool> Alive{false};
    const cache::GroupRec *Groups = nullptr;
    const uint32_t *Pcs = nullptr;
    const cache::EntryRec *Recs = nullptr;
    const cache::SlotRec *SlotRecs = nullptr;
    const cache::LlvmEntry *LlvmEntries = nullptr;
    const cache::LlvmUnit *LlvmUnits = nullptr;
    const unsigned char *PcMaps = nullptr, *PcMapsEnd = nullptr;
    /// Units that faults asked for, by number; LLVM units behind the others.
    std::map<uint32_t, std::unique_ptr<Unit>> Units;
    /// (host offset, number) of units, sorted; made when the first fault asks.
    std::vector<std::pair<uint32_t, uint32_t>> ByHost;

    /// Number of the slot of an entry, 0 if it has none.
    uint32_t slotOf(uint64_t Pc) const;
    const cache::SlotRec *firstSlotFrom(uint64_t Pc) const;
    /// Offset of a unit's code, 0 if it has none.
    uint32_t hostOf(uint32_t Number) const;
    void *missJump() const { return Base + H.MissOff; }
    cache::SlotTable slots() const {
      return cache::SlotTable(Base + H.CodeOff);
    }
    void setAllSlots(LlvmUse Use);
    Unit *unit(uint64_t Pc, uint32_t Number);
    struct Place {
      uint32_t Number, Host; ///< Of the unit; where it is entered, 0 = nowhere.
    };
    /// What runs at Pc. (FindUnit.cpp)
    Place placeOf(uint64_t Pc, LlvmUse Use) const;
  };
  /// An image whose guest file was placed but isn't mapped executable yet.
  struct Found {
    UniqueFd Fd;
    std::string Path;
    cache::ImageHeader H;
    uint64_t Offset = 0;
    bool IsInside = false;
  };

  bool find(int Fd, Found &F);
  void ignore(const std::string &Path, const char *Why);
  Image *imageAt(uint64_t Pc);
  std::unique_ptr<Image> load(const Found &F);

  struct Folder {
    std::string Path;
    cache::Hash128 Cpu;
  };
  std::vector<Folder> Folders;
  bool RootOnly = false;
  /// The image that came with the program.
  Found Inside;
  bool HasInside = false;
  /// Images in use or void, by start of text. Void ones stay mapped: a thread
  /// may still be running them.
  std::map<uint64_t, std::unique_ptr<Image>> Images;
  std::atomic<LlvmUse> Use{LlvmUse::All};
  std::atomic<bool> Disabled{false};
  /// The same for find(): images are only added.
  static constexpr unsigned MaxRanges = 512;
  struct Range {
    uint64_t Lo, Hi;
    const Image *I;
  };
  Range Ranges[MaxRanges];
  std::atomic<unsigned> NumRanges{0};
  std::atomic<unsigned> NumMapped{0}, NumUsed{0};
  unsigned NumIgnored = 0;
  std::string Problem;
};

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_AOTIMAGES_H
