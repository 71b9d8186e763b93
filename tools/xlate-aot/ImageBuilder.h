//===- ImageBuilder.h - The image of one guest file -------------*- C++ -*-===//
//
// The same translators as at run time, writing to an arena in place of the
// runtime's code region. Nothing in the arena but the slots depends on where it
// lies, so it is the file. Slots are made on demand and grow downwards from the
// code: where the first one ends up is where the image begins.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_TOOLS_XLATE_AOT_IMAGEBUILDER_H
#define XLATE_TOOLS_XLATE_AOT_IMAGEBUILDER_H

#include "GuestText.h"
#include "TracePlan.h"
#include "Translate.h"
#include "xlate/Baseline/Baseline.h"
#include "xlate/Codegen/Compiler.h"
#include <span>

namespace xlate::aot {

class ImageBuilder final : public baseline::UnitContext {
public:
  ImageBuilder(const GuestText &Text, const Entries &E) : Text(Text), E(E) {}
  ~ImageBuilder();
  bool reserve();
  /// Units of the baseline tier for everything, after emitLlvm() for all
  /// LlvmBlocks. False = they need too much space.
  bool emitBaseline(const std::string &Cpu,
                    const std::set<uint64_t> &LlvmBlocks);
  /// Units of the optimising tier for Batch, together.
  void emitLlvm(codegen::Compiler &C, const std::vector<uint64_t> &Batch,
                const codegen::GuestCode &Guest,
                const codegen::UnitOptions &Options);
  /// Complete the image: its bytes behind the header, as two pieces, and the
  /// header's fields for them.
  void finish(cache::ImageHeader &H, std::pair<const char *, size_t> &Arena,
              std::string &Tables);
  size_t numLlvmUnits() const { return LlvmUnits.size(); }
  /// Bytes of code so far.
  uint64_t codeBytes() const { return static_cast<uint64_t>(Cursor - Code); }
  /// Instructions that the baseline units were made from.
  uint64_t numInsns() const { return NumInsns; }

  std::atomic<void *> *slotFor(uint64_t Pc) override {
    return &slots().target(slotNumber(Pc));
  }
  bool isDirect(uint64_t Pc, bool Backwards) override;
  std::atomic<int32_t> *heatFor(uint64_t Pc) override;
  uint64_t codeEnd(uint64_t Pc) override {
    return std::max(Pc, Text.codeEnd(Pc));
  }

private:
  /// Index of an entry, NumEntries if Pc isn't one.
  size_t indexOf(uint64_t Pc) const;
  uint32_t slotNumber(uint64_t Pc);
  cache::SlotTable slots() const { return cache::SlotTable(Code); }
  uint32_t offsetOf(const void *P) const {
    return static_cast<uint32_t>(static_cast<const char *>(P) - Base);
  }
  void emitEdge(size_t I);
  /// Whether an entry's edge stands in front of its unit. Functions that are
  /// only called through pointers need none; if it turns out that one does, it
  /// stands behind all units.
  bool hasEdge(size_t I) const {
    return Infos[I]->hasSlot() && (Infos[I]->Referenced || !Infos[I]->Function);
  }
  uint32_t addPcMap(uint64_t Pc,
                    std::span<const std::pair<uint32_t, uint64_t>> Map);

  const GuestText &Text;
  const Entries &E;
  char *Map = nullptr;
  size_t MapSize = 0;
  /// Start of the image once finished; of the arena before.
  char *Base = nullptr;
  char *Code = nullptr, *Cursor = nullptr, *End = nullptr;
  char *Miss = nullptr;
  uint64_t NumInsns = 0;

  std::vector<uint64_t> Pcs;
  std::vector<const Entries::Info *> Infos;
  std::vector<cache::EntryRec> Recs;
  /// For entries with slots, what other units jump to: see emitEdge().
  std::vector<char *> Edges;
  std::map<uint64_t, uint32_t> Slots;
  std::vector<cache::LlvmEntry> LlvmEntries;
  std::vector<cache::LlvmUnit> LlvmUnits;
  std::string PcMaps;
};

} // namespace xlate::aot

#endif // XLATE_TOOLS_XLATE_AOT_IMAGEBUILDER_H
