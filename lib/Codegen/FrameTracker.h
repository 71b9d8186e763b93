//===- FrameTracker.h - Guest frame registers in host code ------*- C++ -*-===//
#ifndef XLATE_LIB_CODEGEN_FRAMETRACKER_H
#define XLATE_LIB_CODEGEN_FRAMETRACKER_H

#include "xlate/Lifter/Lifter.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/CodeGen/MachineFunction.h"
#include <array>
#include <bitset>
#include <limits>
#include <vector>

namespace xlate::codegen {

/// In the order of FrameRegs.
using FrameLocations = std::array<FrameLocation, NumFrameRegs>;

/// A function of the module that is being compiled.
struct FunctionFrames {
  const lift::Region *Region = nullptr;
  /// What code generation finds out: the column of an access's debug location
  /// is one more than its index in here, or 0.
  std::vector<FrameLocations> Found;
};
using FrameTables = llvm::StringMap<FunctionFrames>;

/// Where the variables of lift::FrameVariables are at each instruction of a
/// function. At its entries, where the unit ABI has them; from there on what
/// debug values say, and where instructions copy, spill and reload that. LLVM's
/// LiveDebugValues follows hardly any copy in functions that preserve no
/// registers, or, in its other form, costs a tenth of a compilation.
class FrameTracker {
public:
  FrameTracker(const llvm::MachineFunction &Mf, const lift::Region &R);
  void enterBlock(const llvm::MachineBasicBlock &Block);
  /// Where they are for the access that the next instruction makes for the
  /// guest instruction with this line.
  FrameLocations locations(unsigned Line) const;
  void pass(const llvm::MachineInstr &Instr);

private:
  /// A register's value, or that of the 8 bytes at rsp + Offset, + Add.
  struct Place {
    llvm::Register Reg; ///< None: it is on the stack.
    int64_t Offset = 0, Add = 0;
    bool operator==(const Place &) const = default;
  };
  /// Offset of a constant: Add is the value.
  static constexpr int64_t NoOffset = std::numeric_limits<int64_t>::max();
  using Places = llvm::SmallVector<Place, 4>; ///< All have the same value.
  /// By variable; the last one is lift::FrameBaseName.
  static constexpr unsigned NumVariables = NumFrameRegs + 1;
  struct State {
    bool Reached = false;
    std::array<Places, NumVariables> Of;
  };
  /// A value that a variable has got in the block, by the guest instruction
  /// with that number, or had at its start (0). Accesses may come later than
  /// the next one, or earlier than their own, and of values without host code
  /// between them only the last one is left: which one holds, the guest's code
  /// tells.
  struct Version {
    unsigned Number;
    Places Of;
  };

  static void add(Places &To, const Place &P);
  static bool join(State &Into, const State &From);
  const Places *versionFor(unsigned Variable, unsigned Number) const;
  bool isWrittenHere(unsigned Variable, unsigned Before) const;
  unsigned lastWrite(unsigned Variable, unsigned Before) const;
  void number(const lift::Region &R);
  void solve(const llvm::MachineFunction &Mf);
  Places placesIn(const llvm::MachineInstr &Value) const;
  void copy(const llvm::MachineInstr &Instr,
            llvm::SmallVectorImpl<std::pair<Version *, Place>> &New);
  void forget(const llvm::MachineInstr &Instr);
  FrameLocation toLocation(const Place &P) const;

  unsigned numberOf(const llvm::MachineInstr &Value) const;

  const lift::Region &R;
  /// A guest instruction. Numbers count from 1 in the order of R.Blocks.
  struct Insn {
    unsigned Block = 0;
    unsigned Writes = 0; ///< Variables, as bits.
  };
  std::vector<Insn> Insns;                    ///< By number.
  std::vector<unsigned> FirstOf;              ///< Number, by block.
  llvm::DenseMap<unsigned, unsigned> Numbers; ///< By line.
  const llvm::TargetRegisterInfo &Tri;
  const llvm::TargetInstrInfo &Tii;
  uint64_t UnitPc;
  llvm::Register Rsp;
  llvm::DenseMap<const llvm::MachineBasicBlock *, State> AtStart;
  std::array<llvm::SmallVector<Version, 2>, NumVariables> Now;
  llvm::DenseSet<unsigned> BlocksHere; ///< Of R, in this block of the host.
  /// Variables that get values in it.
  std::bitset<NumVariables> MayHaveLost;
};

} // namespace xlate::codegen

#endif // XLATE_LIB_CODEGEN_FRAMETRACKER_H
