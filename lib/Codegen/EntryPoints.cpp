//===- EntryPoints.cpp - Host addresses of a unit's entries ---------------===//
//
// LLVM knows functions with one entry. The lifter writes a unit with several as
// one whose first block, the head, jumps to any of the others through a pointer
// (UnitLifter::liftEntries()). The head holds nothing but what every entry has
// to do first: move the stack pointer and put the arguments where the function
// keeps them. Here each of the others gets a copy of that in place of the jump,
// and can be entered at its own address.
//
//===----------------------------------------------------------------------===//

#include "Pipeline.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineJumpTableInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

using namespace llvm;
using namespace xlate;

namespace {

class EntryPoints : public MachineFunctionPass {
public:
  static char ID;
  EntryPoints() : MachineFunctionPass(ID) {}
  StringRef getPassName() const override { return "Entry points of units"; }
  bool runOnMachineFunction(MachineFunction &Mf) override;

private:
  static void separate(MachineBasicBlock &Entry, MachineBasicBlock &Head);
};

char EntryPoints::ID;

} // namespace

/// Leave Head as the only predecessor of Entry: what else leads there skips
/// what Entry is about to get.
void EntryPoints::separate(MachineBasicBlock &Entry, MachineBasicBlock &Head) {
  if (Entry.pred_size() == 1)
    return;
  MachineFunction &Mf = *Entry.getParent();
  MachineBasicBlock *Rest = Mf.CreateMachineBasicBlock(Entry.getBasicBlock());
  Mf.insert(std::next(Entry.getIterator()), Rest);
  Rest->splice(Rest->end(), &Entry, Entry.begin(), Entry.end());
  Rest->transferSuccessors(&Entry);
  for (const auto &LiveIn : Entry.liveins())
    Rest->addLiveIn(LiveIn);
  // What fell through to Entry must not run into the copy.
  const TargetInstrInfo &Tii = *Mf.getSubtarget().getInstrInfo();
  const SmallVector<MachineBasicBlock *, 4> Preds(Entry.predecessors());
  for (MachineBasicBlock *Pred : Preds) {
    if (Pred == &Head)
      continue;
    const bool FellThrough = Pred->getFallThrough() == &Entry;
    Pred->ReplaceUsesOfBlockWith(&Entry, Rest);
    if (FellThrough)
      Tii.insertUnconditionalBranch(*Pred, Rest, DebugLoc());
  }
  if (MachineJumpTableInfo *Tables = Mf.getJumpTableInfo())
    Tables->ReplaceMBBInJumpTables(&Entry, Rest);
  Entry.addSuccessor(Rest);
}

bool EntryPoints::runOnMachineFunction(MachineFunction &Mf) {
  MachineBasicBlock &Head = Mf.front();
  // Of a unit with one entry nothing is; and entries that begin alike may have
  // become one block, to which the head doesn't need a jump.
  if (Head.succ_empty() || !(*Head.succ_begin())->isIRBlockAddressTaken())
    return false;
  const auto Jump = Head.getFirstTerminator();
  const SmallVector<MachineBasicBlock *, 16> Entries(Head.successors());
  for (MachineBasicBlock *Entry : Entries) {
    separate(*Entry, Head);
    const auto At = Entry->begin();
    for (const MachineInstr &Instr : make_range(Head.begin(), Jump))
      if (!Instr.isDebugInstr() && !Instr.isCFIInstruction())
        Entry->insert(At, Mf.CloneMachineInstr(&Instr));
    Entry->clearLiveIns();
    for (const auto &LiveIn : Head.liveins())
      Entry->addLiveIn(LiveIn);
    Head.removeSuccessor(Entry);
  }
  Head.erase(Head.begin(), Head.end());
  return true;
}

FunctionPass *codegen::createEntryPointsPass() { return new EntryPoints; }
