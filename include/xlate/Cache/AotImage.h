//===- AotImage.h - Form of a translated file -------------------*- C++ -*-===//
//
// A translation of one guest ELF file, made by xlate-aot and mapped by
// xlate-run:
//
//   header   one page
//   slots    for entries that are jumped to through memory; number 0, whose
//            target never changes, is the last one, the others stand before it
//   code     call thunks, the miss jump, units
//   tables   GroupRec[], EntryPc[], EntryRec[], SlotRec[], LlvmEntry[],
//            LlvmUnit[], PcMap bytes
//
// Units of the baseline tier that belong together jump to each other directly
// and forwards. Backwards, to functions and to loops, they go through slots.
//
// Everything within the file refers to everything else pc-relatively, but for
// the targets in the slots, which are right when the file lies at HostBase.
// Guest addresses in the code are those of a guest file at GuestBase.
//
// An image is used when all of its header and the guest's bytes agree with what
// is there; see docs/cache.md.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_CACHE_AOTIMAGE_H
#define XLATE_CACHE_AOTIMAGE_H

#include "xlate/Cache/Hash.h"
#include <atomic>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace xlate::cache {

constexpr uint64_t ImageMagic = 0x31474d4954414c58; // "XLATIMG1"
constexpr uint32_t ImageVersion = 10;

/// Guest entries as translated code jumps to them. Counters are written all
/// the time, targets hardly ever: in pages of their own, few of which a process
/// has to copy.
struct SlotGroup {
  static constexpr unsigned Size = 1024;
  std::atomic<int32_t> Heat[Size]; ///< Count down in the baseline units.
  std::atomic<void *> Target[Size];
};
static_assert(sizeof(SlotGroup) == 3 * 4096);

/// The slots of an image lie below its code. The first ones are next to it:
/// how many there are is known only when the code is complete.
class SlotTable {
public:
  explicit SlotTable(char *CodeStart)
      : End(reinterpret_cast<SlotGroup *>(CodeStart)) {}
  std::atomic<int32_t> &heat(uint64_t Number) const {
    return groupOf(Number).Heat[Number % SlotGroup::Size];
  }
  std::atomic<void *> &target(uint64_t Number) const {
    return groupOf(Number).Target[Number % SlotGroup::Size];
  }
  static constexpr uint64_t bytes(uint64_t NumSlots) {
    return (NumSlots + SlotGroup::Size - 1) / SlotGroup::Size *
           sizeof(SlotGroup);
  }

private:
  SlotGroup &groupOf(uint64_t Number) const {
    return *(End - 1 - Number / SlotGroup::Size);
  }
  SlotGroup *End;
};

/// Which of 64 instructions are entries, a bit each, and the numbers of the
/// first ones: an entry is found without a search, which would touch memory in
/// each step.
struct GroupRec {
  uint64_t Entries, LlvmEntries;
  uint32_t FirstEntry, FirstLlvmEntry;
};
constexpr uint64_t GroupBits = 8; ///< Of guest address.
constexpr uint64_t numGroupRecs(uint64_t TextSize) {
  return ((TextSize - 1) >> GroupBits) + 1;
}

/// The baseline unit of an entry. The next one's begins where it ends.
struct EntryRec {
  uint32_t Host;  ///< Offset in the image; 0 = no unit.
  uint32_t PcMap; ///< Offset in the bytes of PC maps.
};

/// The slot of an entry.
struct SlotRec {
  uint32_t Pc; ///< Less TextLo.
  uint32_t Number : 31;
  uint32_t IsFunction : 1; ///< A guest function begins here.
};

/// An entry of a unit of the optimising tier, which goes before the baseline
/// unit unless registers have to be exact at faults.
struct LlvmEntry {
  uint32_t Pc; ///< Less TextLo.
  uint32_t Unit : 31;
  uint32_t KnowsSp : 1; ///< At each access of the unit.
  uint32_t Host;        ///< Where it is, an offset in the image.
};
struct LlvmUnit {
  uint32_t Pc; ///< What PC map entries are relative to, less TextLo.
  uint32_t Host, Size, PcMap;
};

struct ImageHeader {
  uint64_t Magic;
  uint32_t Version;
  uint32_t HeaderSize;
  Hash128 Build;           ///< buildKey() of the translator.
  Hash128 Cpu;             ///< hostCpuKey() it was made for.
  Hash128 File;            ///< fileKey() of the guest file.
  Hash128 Text;            ///< Of the guest bytes [TextLo, TextHi).
  Hash128 Made;            ///< Of the settings and the profile it's from.
  Hash128 Payload;         ///< Of everything behind the header.
  Hash128 Self;            ///< Of the header, with this field zero.
  uint64_t GuestBase;      ///< Address of the file's lowest segment.
  uint64_t GuestSpan;      ///< Page-rounded size of all segments.
  uint64_t TextLo, TextHi; ///< Guest addresses of the translated segment.
  uint64_t TextOffset;     ///< Of TextLo in the guest file.
  uint64_t HostBase;
  uint64_t FileSize;
  uint64_t SlotsOff, NumSlots;
  uint64_t CodeOff, CodeSize; ///< Whole pages.
  uint64_t MissOff;           ///< Jump to CpuState::MissStub.
  uint64_t TablesOff;
  /// Tables. There is one SlotRec less than slots.
  uint64_t NumEntries, NumLlvmEntries, NumLlvmUnits, PcMapSize;
  int32_t Heat; ///< Initial value of SlotGroup::Heat.
  uint32_t Pad;
};
static_assert(sizeof(ImageHeader) <= 4096);

/// Identity of the translator: every source file that influences translations.
Hash128 buildKey();

/// Identity of the instruction set of the host's CPU. Level: "native",
/// "x86-64-v2", "x86-64-v3" or "x86-64-v4"; the result for a level that the
/// host lacks is that of another CPU.
Hash128 hostCpuKey(const std::string &Level);
/// Whether the host's CPU has all of Level.
bool hostHasLevel(const std::string &Level);

/// Identity of a guest file for looking it up: of its first page and its size.
/// The content is compared later. False if it can't be read.
bool fileKey(int Fd, Hash128 &Key);

/// Hash of file bytes [Offset, Offset + Size). False if they aren't there.
bool hashFile(int Fd, uint64_t Offset, uint64_t Size, Hash128 &Result);

/// Where a guest file that can be anywhere is put to run its translation.
uint64_t preferredGuestBase(const Hash128 &File);
/// Where an image is put.
uint64_t preferredHostBase(const Hash128 &File);

/// Check the header's own fields and sizes, and that it belongs to this
/// translator. The result is what is wrong, null = nothing.
const char *checkHeader(const ImageHeader &H, uint64_t FileSize);
/// Self for H.
Hash128 headerHash(const ImageHeader &H);

/// The delta form of a unit's PC map. Pairs of host offset and guest PC
/// relative to the unit's.
void appendPcMap(std::string &Out,
                 const std::vector<std::pair<uint32_t, int32_t>> &Map);
/// The value of the last of Map's entries whose first is at most Offset; false
/// if there is none. Map may have anything in it, and more behind its end.
bool findInPcMap(std::span<const unsigned char> Map, uint32_t Offset,
                 int32_t &Value);
/// What follows the map that Maps begins with.
std::span<const unsigned char> skipPcMap(std::span<const unsigned char> Maps);

} // namespace xlate::cache

#endif // XLATE_CACHE_AOTIMAGE_H
