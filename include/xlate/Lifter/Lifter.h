//===- Lifter.h - Regions to LLVM IR ----------------------------*- C++ -*-===//
//
// Turns a region into one LLVM function `unit_<entry in hex>` with the unit ABI
// (xlate/Guest/UnitAbi.h). External symbols of the result: `slot_<hex>`, the
// 8-byte slots of guest entries. Everything else is reached through CpuState.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIFTER_LIFTER_H
#define XLATE_LIFTER_LIFTER_H

#include "xlate/Guest/FrameLocation.h"
#include "xlate/Lifter/Region.h"

namespace llvm {
class Function;
class Module;
} // namespace llvm

namespace xlate::lift {

/// Host instructions that lowerings may use beyond what LLVM picks itself.
struct HostFeatures {
  bool Sse41 = false, Ssse3 = false, Sse42 = false, Avx = false, Avx2 = false,
       Fma = false;
  bool F16c = false, Aes = false, Pclmul = false, Sha = false, Gfni = false,
       Avx512Vl = false;
};

struct LiftOptions {
  HostFeatures Host;
  /// Keep CpuState exact at every access that can fault: register writes are
  /// stored at once.
  bool WriteThrough = false;
  /// With WriteThrough: also store the pinned registers at unit entry, for
  /// callers that don't write through.
  bool StorePinnedAtEntry = true;
  /// The unit is right under FPCR.FZ, too: every operation tests for it and
  /// then calls its evaluator. Without it, a thread with FZ set must not run
  /// the unit.
  bool FlushToZero = false;
  /// FPSR.UFC is exact even for a result that the host rounds up to the
  /// smallest normal number. For guests that write FPSR, and under FlushToZero.
  bool ExactUnderflow = false;
  /// The unit runs with the host's exception for invalid operations unmasked,
  /// and with FPCR.DN clear: whoever catches it gives the instructions that
  /// UnitLifter::trappingFp() emits the guest's result. Needs Host.Avx; without
  /// effect if ExactUnderflow or FlushToZero asks for checks.
  bool TrapsInvalid = false;
  /// Take the tag off every data address: the unit has faulted on one.
  bool MaskTopByte = false;
  /// Attach a location to every instruction; see lineOf().
  bool DebugLines = true;
};

/// Debug line of a guest address in R's unit, and back.
inline unsigned lineOf(const Region &R, uint64_t Pc) {
  return static_cast<unsigned>((Pc - R.LowestPc) / 4 + 1);
}
inline uint64_t pcOfLine(const Region &R, unsigned Line) {
  return R.LowestPc + 4 * uint64_t(Line - 1);
}

/// Every guest access has, in its alias.scope list, one scope of the domain
/// with this name; that scope's name is the access's debug line and the number
/// of its instruction, in decimal: "12.34". Instructions of a region are
/// numbered from 1 in the order of its blocks (one may be in several).
constexpr const char *LineDomainName = "xlate line";

/// Debug variables that hold the guest's frame: SP, X29, X30. Code generation
/// finds out where they are at each access (Codegen/FrameTracker.h). Their
/// values are those after an instruction, whose number the expressions have as
/// a DW_OP_LLVM_tag_offset (which means nothing for a value).
struct FrameVariable {
  unsigned Loc;
  const char *Name;
};
constexpr FrameVariable FrameVariables[NumFrameRegs] = {
    {LocSp, "sp"}, {LocFp, "fp"}, {LocLr, "lr"}};
/// What code generation adds (Codegen/FrameValues.cpp): another one for SP; and
/// for each of them one that is its value at the start of a block, as in
/// "lr.start".
constexpr const char *FrameBaseName = "sp.base";
constexpr const char *FrameStartSuffix = ".start";

/// Names of a unit's function and of a guest entry's slot.
std::string unitName(uint64_t Pc);
std::string slotName(uint64_t Pc);

/// Of a unit with several entries, the name of a table of 32-bit offsets from
/// the unit's start to each of them, in the order of the region's blocks; and
/// the section of all these tables, which nothing loads.
std::string entriesName(uint64_t Pc);
constexpr const char *EntriesSection = ".xlate.entries";

/// Add R's unit to M.
llvm::Function *liftRegion(llvm::Module &M, const Region &R,
                           const LiftOptions &Options);

/// Module flags that units rely on; once per module.
void prepareModule(llvm::Module &M);

} // namespace xlate::lift

#endif // XLATE_LIFTER_LIFTER_H
