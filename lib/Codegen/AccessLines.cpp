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

/// The line that a scope list names, or 0.
static unsigned lineOf(const MDNode *Scopes) {
  if (!Scopes)
    return 0;
  for (const MDOperand &Operand : Scopes->operands()) {
    const auto *Scope = cast<MDNode>(Operand);
    const auto *Domain = cast<MDNode>(Scope->getOperand(1));
    unsigned Line;
    if (nameOf(Domain) == lift::LineDomainName &&
        !nameOf(Scope).getAsInteger(10, Line))
      return Line;
  }
  return 0;
}

/// The line of the guest instruction for which Instr accesses memory; 0 if it
/// doesn't access the guest's, and NoLine if it may but no one can tell.
constexpr unsigned NoLine = ~0u;
static unsigned accessLine(const MachineInstr &Instr) {
  if (!Instr.mayLoadOrStore())
    return 0;
  for (const MachineMemOperand *Access : Instr.memoperands()) {
    if (const unsigned Line = lineOf(Access->getAAInfo().Scope))
      return Line;
    if (Access->getPseudoValue() || Access->getAAInfo().Scope)
      return 0; // the host's stack or constants, CpuState
  }
  // Atomic operations have lost their scopes.
  const unsigned Line = Instr.getDebugLoc() ? Instr.getDebugLoc().getLine() : 0;
  return Line ? Line : NoLine;
}

bool AccessLines::runOnMachineFunction(MachineFunction &Mf) {
  DISubprogram *Sp = Mf.getFunction().getSubprogram();
  if (!Sp)
    return false;
  FunctionFrames *Frames = nullptr;
  if (Tables)
    if (const auto It = Tables->find(Mf.getName()); It != Tables->end())
      Frames = &It->second;
  std::optional<FrameTracker> Tracker;
  if (Frames)
    Tracker.emplace(Mf, *Frames->Region);
  std::map<FrameLocations, unsigned> Columns;
  // What a debug location has room for.
  constexpr unsigned MaxColumn = 0xffff;
  for (MachineBasicBlock &Block : Mf) {
    if (Tracker)
      Tracker->enterBlock(Block);
    for (MachineInstr &Instr : make_early_inc_range(Block)) {
      if (const unsigned Line = accessLine(Instr)) {
        unsigned Column = 0;
        if (Tracker)
          Column = Columns
                       .try_emplace(Line == NoLine ? FrameLocations()
                                                   : Tracker->locations(Line),
                                    static_cast<unsigned>(Columns.size()) + 1)
                       .first->second;
        if (Line != NoLine)
          Instr.setDebugLoc(DILocation::get(
              Sp->getContext(), Line, Column <= MaxColumn ? Column : 0, Sp));
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
