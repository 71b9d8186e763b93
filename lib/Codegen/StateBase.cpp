//===- StateBase.cpp - CpuState relative to the stack pointer -------------===//
//
// CpuState lies at a constant distance from the stack pointer
// (xlate/Guest/UnitAbi.h). Instruction selection sees one block at a time: it
// makes that distance part of an address only if the block itself asks where
// the frame is. Common subexpression elimination has left one place that asks,
// from which the answer would stay in a register throughout the unit.
//
//===----------------------------------------------------------------------===//

#include "Pipeline.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace xlate;

namespace {

class StateBase : public FunctionPass {
public:
  static char ID;
  StateBase() : FunctionPass(ID) {}
  StringRef getPassName() const override { return "Frame address per block"; }
  void getAnalysisUsage(AnalysisUsage &Usage) const override {
    Usage.setPreservesCFG();
  }
  bool runOnFunction(Function &F) override;
};

char StateBase::ID;

} // namespace

bool StateBase::runOnFunction(Function &F) {
  SmallVector<IntrinsicInst *, 4> Calls;
  for (Instruction &I : F.getEntryBlock())
    if (auto *Call = dyn_cast<IntrinsicInst>(&I);
        Call && Call->getIntrinsicID() == Intrinsic::addressofreturnaddress)
      Calls.push_back(Call);
  bool Changed = false;
  for (IntrinsicInst *Call : Calls) {
    DenseMap<BasicBlock *, Instruction *> InBlock;
    InBlock[Call->getParent()] = Call;
    for (Use &U : make_early_inc_range(Call->uses())) {
      auto *User = cast<Instruction>(U.getUser());
      BasicBlock *Where = isa<PHINode>(User)
                              ? cast<PHINode>(User)->getIncomingBlock(U)
                              : User->getParent();
      Instruction *&Own = InBlock[Where];
      if (Own == Call)
        continue;
      if (!Own) {
        Own = Call->clone();
        Own->insertBefore(&*Where->getFirstInsertionPt());
      }
      U.set(Own);
      Changed = true;
    }
  }
  return Changed;
}

FunctionPass *codegen::createStateBasePass() { return new StateBase; }
