//===- Harness.h - Run a block emitted and interpreted ----------*- C++ -*-===//
//
// Both runs start from the same state and memory and may end in a fault; the
// outcomes must then be equal, faults included.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_UNITTESTS_BASELINE_HARNESS_H
#define XLATE_UNITTESTS_BASELINE_HARNESS_H

#include "../RandomState.h"
#include "xlate/Baseline/Baseline.h"
#include "xlate/Semantics/Semantics.h"
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>

namespace xlate::test {

/// How a run ended.
struct Outcome {
  State S;
  bool Faulted = false;
  bool BadAddress = false; ///< A non-canonical one: it may be tagged.
  uint64_t FaultInfo = 0;  ///< ExitInfo of a RaiseFault.
  std::vector<uint8_t> Data;
};

class Harness : baseline::UnitContext {
public:
  explicit Harness(const baseline::Features &F = baseline::Features::detect());
  ~Harness();

  static constexpr size_t DataSize = 8192;
  /// Writable guest memory between unmapped pages.
  uint8_t *data() const { return Data; }
  /// Where guest code goes; readable memory surrounds it.
  uint64_t codePc() const { return reinterpret_cast<uint64_t>(Code); }

  Block record(const std::vector<uint32_t> &Words);
  /// The same, going on behind conditional branches.
  Block trace(const std::vector<uint32_t> &Words);
  baseline::EmitResult emit(const Block &B, const baseline::Options &O = {});
  /// Without Fresh, memory stays as the last run left it.
  Outcome interpret(const Block &B, const CpuState &Start, bool Fresh = true);
  Outcome execute(const baseline::EmitResult &R, const CpuState &Start,
                  bool Fresh = true);
  /// Emit and execute. As in the runtime, code that meets a tagged pointer is
  /// made anew with masked addresses.
  Outcome translate(const Block &B, const CpuState &Start, bool Fresh = true,
                    baseline::Options O = {});
  /// Write Words to the code area without recording.
  void place(const std::vector<uint32_t> &Words);
  /// Empty if the outcomes agree.
  std::string difference(const Block &B, const Outcome &Want,
                         const Outcome &Got);
  /// Emit, run both ways, compare.
  std::string check(const Block &B, const CpuState &Start,
                    const baseline::Options &O = {});

  std::vector<uint32_t> FallbackCounts;
  /// How much of the code area the emitter may look ahead into.
  uint64_t LookAheadEnd = 0;
  std::atomic<int32_t> &heat() {
    return *reinterpret_cast<std::atomic<int32_t> *>(Slots);
  }
  size_t Space = SIZE_MAX; ///< Limit of code space.

  JumpCacheEntry *jumpCache() { return Cache; }
  /// With pointers into data().
  State randomState(std::mt19937_64 &Rng);

private:
  std::atomic<void *> *slotFor(uint64_t GuestPc) override;
  uint64_t codeEnd(uint64_t GuestPc) override;
  std::atomic<int32_t> *heatFor(uint64_t GuestPc) override { return &heat(); }

  baseline::Baseline Tier;
  uint8_t *Region, *Slots, *CodeAt, *Data, *DataMap;
  size_t ThunkSize;
  uint32_t *Code;
  uint8_t *CodeMap, *CodeAlias;
  std::unique_ptr<UnitFrame> Frame;
  CpuState *Live; ///< What %gs points at.
  std::vector<uint8_t> InitialData;
  JumpCacheEntry Cache[JumpCacheSize];
  std::unordered_map<uint64_t, unsigned> SlotIndex;
};

} // namespace xlate::test

#endif // XLATE_UNITTESTS_BASELINE_HARNESS_H
