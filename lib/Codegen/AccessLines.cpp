//===- AccessLines.cpp - Debug locations of guest accesses ----------------===//
//
// A fault's host PC must lead to the guest instruction that accessed memory. An
// access can end up in a machine instruction with another location, for example
// when a load is folded into the addition that uses it. The access itself still
// carries its line, in a scope that the lifter attached.
//
//===----------------------------------------------------------------------===//

#include "Pipeline.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/IR/DebugInfoMetadata.h"

using namespace llvm;
using namespace xlate;

namespace {

class AccessLines : public MachineFunctionPass {
public:
  static char ID;
  AccessLines() : MachineFunctionPass(ID) {}
  StringRef getPassName() const override { return "Lines of guest accesses"; }
  void getAnalysisUsage(AnalysisUsage &Usage) const override {
    Usage.setPreservesAll();
    MachineFunctionPass::getAnalysisUsage(Usage);
  }
  bool runOnMachineFunction(MachineFunction &Mf) override;
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

bool AccessLines::runOnMachineFunction(MachineFunction &Mf) {
  DISubprogram *Sp = Mf.getFunction().getSubprogram();
  if (!Sp)
    return false;
  for (MachineBasicBlock &Block : Mf)
    for (MachineInstr &Instr : Block)
      for (const MachineMemOperand *Access : Instr.memoperands()) {
        const unsigned Line = lineOf(Access->getAAInfo().Scope);
        if (Line &&
            (!Instr.getDebugLoc() || Instr.getDebugLoc().getLine() != Line))
          Instr.setDebugLoc(DILocation::get(Sp->getContext(), Line, 0, Sp));
      }
  return true;
}

FunctionPass *codegen::createAccessLinesPass() { return new AccessLines; }
