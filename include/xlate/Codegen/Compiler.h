//===- Compiler.h - Compiling guest code with LLVM --------------*- C++ -*-===//
//
// The optimising tier as the runtime sees it. Free of LLVM.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_CODEGEN_COMPILER_H
#define XLATE_CODEGEN_COMPILER_H

#include "xlate/Guest/FrameLocation.h"
#include "xlate/Semantics/FlagLiveness.h"
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace xlate::codegen {

struct CompilerOptions {
  /// "host", "x86-64-v2", "x86-64-v3" or any LLVM CPU name.
  std::string Cpu = "host";
  /// 0..3. 1 is the JIT's: a cheap mid-end.
  unsigned OptLevel = 1;
};

/// Where guest code may be read and what belongs into units: see
/// lift::RegionLimits.
struct GuestCode {
  /// End of the readable, executable guest bytes that begin at an address; 0
  /// if it isn't guest code. Must stay readable during the compilation.
  std::function<uint64_t(uint64_t Pc)> CodeEnd;
  /// True for addresses whose code isn't copied into other units.
  std::function<bool(uint64_t Pc)> IsEntry;
  /// False for addresses that are left out of units. May be null.
  std::function<bool(uint64_t Pc)> IsWanted;
  /// More blocks of the unit of Pc to start from; see lift::RegionLimits. May
  /// be null.
  std::function<std::vector<uint64_t>(uint64_t Pc)> Roots;
  /// See lift::RegionLimits. May be null.
  std::function<bool(uint64_t Pc)> MayInline;
  /// Known targets of the indirect jump or call at an address. May be null.
  std::function<std::vector<uint64_t>(uint64_t Pc)> JumpTargets;
};

struct UnitOptions {
  bool WriteThrough = false;
  bool StorePinnedAtEntry = true;
  bool FlushToZero = false; ///< These four: see lift::LiftOptions.
  bool ExactUnderflow = false;
  bool TrapsInvalid = false;
  bool MaskTopByte = false;
  unsigned MaxBlocks = 64; ///< These four: see lift::RegionLimits.
  unsigned MaxInsns = 300;
  unsigned MaxCalleeInsns = 0;
  AcrossJumps FlagsAtJumps = AcrossJumps::Kept;
};

/// Placement of code that is to run in this process.
struct JitMemory {
  /// Writable memory that becomes code; null when there's no room. The
  /// compiler writes the linked code there, at the address it will run at.
  std::function<char *(size_t Size, size_t Align)> Allocate;
  /// Address of the 8-byte slot of a guest entry; within 2 GiB of the code.
  std::function<void *(uint64_t Pc)> Slot;
};

struct Unit {
  uint64_t Pc = 0;
  struct EntryPoint {
    uint64_t Pc;
    uint32_t Offset; ///< From Host.
  };
  /// Where the host code may be entered, for Pc first.
  std::vector<EntryPoint> Entries;
  std::vector<uint64_t> Blocks; ///< Where its blocks begin.
  char *Host = nullptr;
  size_t Size = 0;
  void *entry() const { return Host + Entries.front().Offset; }
  uint64_t GuestLo = 0, GuestHi = 0; ///< Spans the guest bytes used.
  /// Guest code elsewhere that the unit relies on.
  std::vector<std::pair<uint64_t, uint64_t>> Depends;
  /// Sorted (offset from Host, guest PC of the code from there on).
  std::vector<std::pair<uint32_t, uint64_t>> PcMap;
  /// For accesses, in the order of FrameRegs: sorted (offset from Host, packed
  /// FrameLocation).
  std::vector<std::pair<uint32_t, int32_t>> FrameMaps[NumFrameRegs];
  bool KnowsSp = false; ///< At each access.
};

/// One per thread that compiles: holds a target machine, no other shared state.
class Compiler {
public:
  explicit Compiler(const CompilerOptions &Options);
  ~Compiler();

  /// Compile units for the given entries, together. Entries without readable
  /// code are left out. On failure returns no unit and sets Error.
  std::vector<Unit> compile(const std::vector<uint64_t> &Entries,
                            const GuestCode &Code, const UnitOptions &Options,
                            const JitMemory &Memory, std::string &Error);

  /// As compile(), up to the given form, for tools and AOT.
  enum class Form { LlvmIr, OptIr, Asm, Object };
  bool emit(const std::vector<uint64_t> &Entries, const GuestCode &Code,
            const UnitOptions &Options, Form What, std::string &Out,
            std::string &Error);

private:
  struct Impl;
  std::unique_ptr<Impl> I;
};

} // namespace xlate::codegen

#endif // XLATE_CODEGEN_COMPILER_H
