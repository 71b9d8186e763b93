//===- AccessLines.cpp - Debug locations of guest accesses ----------------===//
//
// A fault's host PC must lead to the guest instruction that accessed memory,
// and to the guest's frame: the line stands for one, the column for the other.
// An access can end up in a machine instruction with another location, for
// example when a load is folded into the addition that uses it. The access
// itself still carries its line, in a scope that the lifter attached.
//
//===----------------------------------------------------------------------===//

#include "FrameTracker.h"
#include "Pipeline.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include <map>
#include <optional>

using namespace llvm;
using namespace xlate;
using namespace xlate::codegen;

namespace {

class AccessLines : public MachineFunctionPass {
public:
  static char ID;
  explicit AccessLines(FrameTables *Tables)
      : MachineFunctionPass(ID), Tables(Tables) {}
  StringRef getPassName() const override { return "Lines of guest accesses"; }
  void getAnalysisUsage(AnalysisUsage &Usage) const override {
    Usage.setPreservesAll();
    MachineFunctionPass::getAnalysisUsage(Usage);
  }
  bool runOnMachineFunction(MachineFunction &Mf) override;

private:
  FrameTables *Tables; ///< May be null.
};

char AccessLines::ID;

} // namespace

static StringRef nameOf(const MDNode *Node) {
  const auto *Name = dyn_cast_or_null<MDString>(Node->getOperand(0));
  return Name ? Name->getString() : StringRef();
}

/// What a scope list names.
static Access accessIn(const MDNode *Scopes) {
  if (!Scopes)
    return {};
  for (const MDOperand &Operand : Scopes->operands()) {
    const auto *Scope = cast<MDNode>(Operand);
    if (nameOf(cast<MDNode>(Scope->getOperand(1))) != lift::LineDomainName)
      continue;
    const auto [Line, Number] = nameOf(Scope).split('.');
    Access A;
    if (!Line.getAsInteger(10, A.Line) && !Number.getAsInteger(10, A.Number))
      return A;
  }
  return {};
}

/// The guest instruction for which Instr accesses memory; none if it doesn't
/// access the guest's.
static std::optional<Access> accessOf(const MachineInstr &Instr) {
  if (!Instr.mayLoadOrStore())
    return std::nullopt;
  bool IsOurs = false; // on the host's stack or in CpuState, or a constant
  for (const MachineMemOperand *Operand : Instr.memoperands()) {
    if (const Access A = accessIn(Operand->getAAInfo().Scope); A.Line)
      return A;
    IsOurs |= Operand->getPseudoValue() || Operand->getAAInfo().Scope;
  }
  if (IsOurs)
    return std::nullopt;
  // Atomic operations have lost their scopes.
  Access A;
  if (Instr.getDebugLoc())
    A.Line = Instr.getDebugLoc().getLine();
  return A;
}

bool AccessLines::runOnMachineFunction(MachineFunction &Mf) {
  DISubprogram *Sp = Mf.getFunction().getSubprogram();
  if (!Sp)
    return false;
  FunctionFrames *Frames = framesOf(Tables, Mf.getName());
  std::optional<FrameTracker> Tracker;
  if (Frames)
    Tracker.emplace(Mf, *Frames);
  std::map<FrameLocations, unsigned> Columns;
  // What a debug location has room for.
  constexpr unsigned MaxColumn = 0xffff;
  for (MachineBasicBlock &Block : Mf) {
    if (Tracker)
      Tracker->enterBlock(Block);
    for (MachineInstr &Instr : make_early_inc_range(Block)) {
      if (const std::optional<Access> A = accessOf(Instr)) {
        unsigned Column = 0;
        if (Tracker)
          Column = Columns
                       .try_emplace(Tracker->locations(*A),
                                    static_cast<unsigned>(Columns.size()) + 1)
                       .first->second;
        if (A->Line)
          Instr.setDebugLoc(DILocation::get(
              Sp->getContext(), A->Line, Column <= MaxColumn ? Column : 0, Sp));
      }
      if (Tracker)
        Tracker->pass(Instr);
      if (Instr.isDebugInstr())
        Instr.eraseFromParent(); // of no further use
    }
  }
  if (!Frames)
    return true;
  Frames->Found.resize(Columns.size());
  for (const auto &[Where, Column] : Columns)
    Frames->Found[Column - 1] = Where;
  return true;
}

FunctionPass *codegen::createAccessLinesPass(FrameTables *Tables) {
  return new AccessLines(Tables);
}
