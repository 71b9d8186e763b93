//===- FrameTracker.h - Guest frame registers in host code ------*- C++ -*-===//
#ifndef XLATE_LIB_CODEGEN_FRAMETRACKER_H
#define XLATE_LIB_CODEGEN_FRAMETRACKER_H

#include "xlate/Lifter/Lifter.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/CodeGen/MachineFunction.h"
#include <array>
#include <limits>
#include <vector>

namespace xlate::codegen {

/// In the order of FrameRegs.
using FrameLocations = std::array<FrameLocation, NumFrameRegs>;

/// A function of the module that is being compiled.
struct FunctionFrames {
  const lift::Region *Region = nullptr;
  /// By FrameRegs, the numbers of the instructions whose values a block begins
  /// and ends with.
  struct Writers {
    std::array<unsigned, NumFrameRegs> Start, End;
  };
  llvm::DenseMap<const llvm::BasicBlock *, Writers> Blocks; ///< By FrameValues.
  /// What code generation finds out: the column of an access's debug location
  /// is one more than its index in here, or 0.
  std::vector<FrameLocations> Found;
};
using FrameTables = llvm::StringMap<FunctionFrames>;
/// Null if the function's frame needn't be known. Tables may be null.
inline FunctionFrames *framesOf(FrameTables *Tables, llvm::StringRef Function) {
  if (!Tables)
    return nullptr;
  const auto It = Tables->find(Function);
  return It != Tables->end() ? &It->second : nullptr;
}

/// Of values that got lost, and of those that several instructions may have
/// written. (Those that a function begins with have the number 0.)
constexpr unsigned NoNumber = ~0u, SeveralWriters = NoNumber - 1;
/// The number of the instruction after which Expr's variable has its value, or
/// NoNumber.
unsigned writerIn(const llvm::DIExpression &Expr);

/// The guest instruction that a host instruction accesses memory for.
struct Access {
  unsigned Line = 0;   ///< 0: none that is known.
  unsigned Number = 0; ///< 0: may be one of several with that line.
};

/// Where the variables of lift::FrameVariables are at each instruction of a
/// function. At its entries, where the unit ABI has them; from there on what
/// debug values say, and where instructions copy, spill and reload that. LLVM's
/// LiveDebugValues follows hardly any copy in functions that preserve no
/// registers, or, in its other form, numbers every value of a function.
class FrameTracker {
public:
  FrameTracker(const llvm::MachineFunction &Mf, const FunctionFrames &F);
  void enterBlock(const llvm::MachineBasicBlock &Block);
  /// Where they are for the access that the next instruction makes.
  FrameLocations locations(const Access &A) const;
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
  /// A value that a variable has got in the block, or had at its start, by the
  /// guest instruction with that number. Accesses may come later than the next
  /// value, or earlier than their own, and values may have been lost: which one
  /// holds for an access, the guest's code tells.
  struct Version {
    unsigned Number;
    Places Of;
  };

  llvm::Register hostRegister(unsigned Number) const;
  void number();
  void findWriters();
  void solve(const llvm::MachineFunction &Mf);
  static bool join(State &Into, const State &From);
  static void add(Places &To, const Place &P);
  Places placesIn(const llvm::MachineInstr &Value) const;
  /// The places that a variable has at the end of the block.
  Places placesAtEnd(const llvm::MachineBasicBlock &Block,
                     unsigned Variable) const;
  void copy(const llvm::MachineInstr &Instr,
            llvm::SmallVectorImpl<std::pair<Version *, Place>> &New);
  void forget(const llvm::MachineInstr &Instr);
  const Places *versionFor(unsigned Variable, unsigned Number) const;
  FrameLocation toLocation(const Place &P) const;

  const FunctionFrames &F;
  /// By number of a guest instruction (they count from 1, in the order of the
  /// region's blocks) and FrameRegs: the instruction whose value it finds.
  std::vector<std::array<unsigned, NumFrameRegs>> Writers;
  std::vector<unsigned> Writes;  ///< Registers as bits, by number.
  std::vector<unsigned> FirstOf; ///< Number, by block.
  /// By line; 0 if there are several.
  llvm::DenseMap<unsigned, unsigned> Numbers;

  const llvm::TargetRegisterInfo &Tri;
  const llvm::TargetInstrInfo &Tii;
  uint64_t UnitPc;
  llvm::Register Rsp;
  llvm::DenseMap<const llvm::MachineBasicBlock *, State> AtStart;
  std::array<llvm::SmallVector<Version, 2>, NumVariables> Now;
};

} // namespace xlate::codegen

#endif // XLATE_LIB_CODEGEN_FRAMETRACKER_H
