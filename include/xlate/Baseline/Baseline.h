//===- Baseline.h - Direct x86-64 emission ----------------------*- C++ -*-===//
//
// The tier that runs nearly everything first: one pass over the uops of a
// block, x86-64 straight into executable memory. Units follow UnitAbi.h. The
// pinned guest registers stay in their host registers throughout a unit and
// every other guest register is written through to CpuState at once, so at any
// faulting access the signal context and CpuState together are the exact guest
// state, and EmitResult::PcMap gives the guest PC.
//
// NZCV may be in the host's flags at that point: recoverFlags(). Flags that are
// overwritten before anything reads them need not be up to date in between
// (EmitResult::Depends tells what was read ahead to know that).
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_BASELINE_BASELINE_H
#define XLATE_BASELINE_BASELINE_H

#include "xlate/Ops/Uop.h"
#include "xlate/Semantics/FlagLiveness.h"
#include <algorithm>
#include <atomic>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace xlate::baseline {

/// Host instruction set extensions that emitted code may use. Vector lowerings
/// need Avx; without it vector primitives call their evaluators.
struct Features {
  bool Avx = false, Avx2 = false, Bmi1 = false, Bmi2 = false, Lzcnt = false;
  bool Fma = false, F16c = false, Aes = false, Pclmul = false, Sha = false;
  bool Gfni = false, Avx512 = false; // F, VL, BW, DQ
  static Features detect();
};

/// What the emitter asks of its user.
class UnitContext {
public:
  /// The slot that direct branches to GuestPc jump through. It must lie within
  /// 2 GiB of the code.
  virtual std::atomic<void *> *slotFor(uint64_t GuestPc) = 0;
  /// True if code may jump to GuestPc by EmitResult::Direct in place of a slot:
  /// what it leads to goes when the asking unit goes, doesn't need rax and, if
  /// Backwards, polls.
  virtual bool isDirect(uint64_t GuestPc, bool Backwards) { return false; }
  /// What counts the rounds of a loop that begins at GuestPc inside a unit; as
  /// Options::Heat.
  virtual std::atomic<int32_t> *heatFor(uint64_t GuestPc) { return nullptr; }
  /// End of the readable guest code that starts at GuestPc, or GuestPc if
  /// unknown. Used to look ahead for flag uses.
  virtual uint64_t codeEnd(uint64_t GuestPc) { return GuestPc; }

protected:
  ~UnitContext() = default;
};

/// What one execution of a block of that many guest instructions takes from its
/// heat: long blocks cost more each time.
constexpr unsigned heatPerEntry(unsigned Insns) {
  return std::min(1 + Insns / 8, 100u);
}

struct Options {
  /// Clear the top byte of every data address (recompilation after a fault on
  /// a tagged pointer).
  bool MaskTopByte = false;
  /// Lowered by heatPerEntry() at each entry of the unit and each round of a
  /// loop, by way of CpuState::HeatTick; when it runs out the unit exits with
  /// ExitReason::Poll and ExitInfo = 1. Within 2 GiB of the code; may be null.
  std::atomic<int32_t> *Heat = nullptr;
  /// Leave as for a missing unit, in place of a second form of the block, when
  /// FPCR.FZ is set. The user then gives another unit.
  bool FlushElsewhere = false;
  AcrossJumps FlagsAtJumps = AcrossJumps::Kept;
  /// Guest address of the unit that will be put right behind this one, 0 =
  /// unknown.
  uint64_t Next = 0;
  /// Calls emitted per primitive, for reports; NumOps elements or null.
  uint32_t *FallbackCounts = nullptr;
};

struct EmitResult {
  uint8_t *Entry = nullptr; ///< Null if the space didn't suffice.
  size_t Size = 0;
  /// Sorted (offset from Entry, guest PC of the code from there on). Bits 1..0
  /// of the PC tell where NZCV are, for recoverFlags(). Valid until the next
  /// emission.
  std::span<const std::pair<uint32_t, uint64_t>> PcMap;
  /// Guest code [first, second) beyond the block that the unit depends on: it
  /// overwrites NZCV before reading them. The unit must go when this changes.
  std::vector<std::pair<uint64_t, uint64_t>> Depends;
  /// Pc-relative 4-byte displacements to fill in: (offset from Entry, guest PC
  /// of a unit for which UnitContext::isDirect()).
  std::vector<std::pair<uint32_t, uint64_t>> Direct;
  /// With Options::Heat: offset from Entry of the displacement of a jump that
  /// is seldom taken, to be filled in by emitCharge().
  uint32_t Charge = 0;
};

/// Complete S.N..V_ after a fault: PcEntry is the PcMap entry's second, Rflags
/// those of the signal context.
void recoverFlags(CpuState &S, uint64_t PcEntry, uint64_t Rflags);

class Emitter;

/// A translator instance; one per translating thread. Code of one instance
/// lives in one region, which also holds its call thunks.
class Baseline {
public:
  explicit Baseline(const Features &F = Features::detect());
  ~Baseline();

  /// Emit the shared thunks at At; returns their size, 0 if Space is too
  /// small. Must come first; all code must lie within 2 GiB of the thunks.
  size_t emitThunks(uint8_t *At, size_t Space);

  /// Instructions that a block may have at most.
  static constexpr unsigned MaxInsns = 64;
  /// Conditional branches that a block had better not go on behind more of: of
  /// the code that they fall through to, four fifths run. More makes hot code
  /// no faster, and translates code that never runs.
  static constexpr unsigned MaxBranches = 4;
  /// Emit the unit for B at At.
  EmitResult emit(const Block &B, uint8_t *At, size_t Space, UnitContext &C,
                  const Options &O = {});
  /// Emit the code that lowers Heat, at At, and let the displacement at Jump
  /// lead there. It belongs to the unit, but hot code is faster without it in
  /// between. Returns its size, at most MaxChargeSize, 0 if Space is too small.
  static constexpr size_t MaxChargeSize = 32;
  size_t emitCharge(uint8_t *At, size_t Space, uint8_t *Jump,
                    const std::atomic<int32_t> *Heat);

private:
  std::unique_ptr<Emitter> E;
};

} // namespace xlate::baseline

#endif // XLATE_BASELINE_BASELINE_H
