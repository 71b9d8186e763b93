//===- FrameValues.cpp - What debug variables leave unsaid ----------------===//
//
// The lifter says what SP, X29 and X30 become where an instruction writes them.
// Two things more help FrameTracker to find them in host code:
//
// * Where code generation folds "SP - 64" into addresses or computes it later,
//   what it has is the value less 64: a second variable says the same in terms
//   of that.
// * Where paths meet, the register has the value of a phi: a third one says so.
//
//===----------------------------------------------------------------------===//

#include "FrameTracker.h"
#include "Pipeline.h"
#include "xlate/Guest/UnitAbi.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/PatternMatch.h"

using namespace llvm;
using namespace llvm::PatternMatch;
namespace codegen = xlate::codegen;
namespace lift = xlate::lift;

namespace {

class FrameValues : public FunctionPass {
public:
  static char ID;
  explicit FrameValues(codegen::FrameTables *Tables)
      : FunctionPass(ID), Tables(Tables) {}
  StringRef getPassName() const override { return "Values of the frame"; }
  void getAnalysisUsage(AnalysisUsage &Usage) const override {
    Usage.setPreservesAll();
  }
  bool runOnFunction(Function &F) override;

private:
  static void addBase(DbgVariableRecord &Record);
  void addStarts(Function &F, DILocalVariable &Var, unsigned Index);
  codegen::FrameTables *Tables; ///< May be null.
};

char FrameValues::ID;

} // namespace

/// A variable like Var with another name.
static DILocalVariable *variant(const DILocalVariable &Var, const Twine &Name) {
  return DILocalVariable::get(Var.getContext(), Var.getScope(), Name.str(),
                              Var.getFile(), Var.getLine(), Var.getType(),
                              /*Arg=*/0, Var.getFlags(), 0, nullptr);
}

/// Repeat what Record says in terms of what its value comes from.
void FrameValues::addBase(DbgVariableRecord &Record) {
  DbgVariableRecord *Second = Record.clone();
  Second->setVariable(variant(*Record.getVariable(), lift::FrameBaseName));
  Second->insertAfter(&Record);
  if (Record.getNumVariableLocationOps() != 1)
    return;
  Value *V = Record.getVariableLocationOp(0);
  int64_t Offset = 0;
  const APInt *By;
  Value *From;
  while (V && match(V, m_Add(m_Value(From), m_APInt(By)))) {
    Offset += By->getSExtValue();
    V = From;
  }
  if (!Offset)
    return;
  Second->replaceVariableLocationOp(0u, V);
  Second->setExpression(DIExpression::prepend(
      Record.getExpression(), DIExpression::StackValue, Offset));
}

namespace {
/// What a guest register has, and the number of the instruction that wrote it.
struct Content {
  Value *V = nullptr; ///< Null: unknown.
  unsigned Writer = 0;
  bool operator==(const Content &) const = default;
};
} // namespace

/// The content of Var at the end of B, which begins with Start.
static Content contentAtEnd(BasicBlock &B, const DILocalVariable &Var,
                            Content Start) {
  for (Instruction &I : B)
    for (DbgVariableRecord &Record : filterDbgVars(I.getDbgRecordRange()))
      if (Record.getVariable() == &Var)
        Start = {Record.getNumVariableLocationOps() == 1
                     ? Record.getVariableLocationOp(0)
                     : nullptr,
                 codegen::writerIn(*Record.getExpression())};
  return Start;
}

/// The content at the start of B of what its predecessors end with. Those that
/// aren't in AtEnd aren't known yet.
static Content contentAtStart(BasicBlock &B,
                              const DenseMap<BasicBlock *, Content> &AtEnd) {
  auto agrees = [&](auto ValueFrom) {
    return all_of(predecessors(&B), [&](BasicBlock *P) {
      const auto It = AtEnd.find(P);
      return It == AtEnd.end() ||
             (It->second.V && It->second.V == ValueFrom(P));
    });
  };
  Content Start;
  bool First = true;
  for (BasicBlock *P : predecessors(&B))
    if (const auto It = AtEnd.find(P); It != AtEnd.end()) {
      if (std::exchange(First, false))
        Start = It->second;
      else if (It->second.Writer != Start.Writer)
        Start.Writer = codegen::SeveralWriters;
    }
  for (PHINode &Phi : B.phis())
    if (agrees([&](BasicBlock *P) { return Phi.getIncomingValueForBlock(P); }))
      return {&Phi, Start.Writer};
  if (!agrees([&](BasicBlock *) { return Start.V; }))
    Start.V = nullptr;
  return Start;
}

/// Say where Var, the register of that index, begins a block as a phi, and note
/// what each block begins with.
void FrameValues::addStarts(Function &F, DILocalVariable &Var, unsigned Index) {
  const auto Reg = static_cast<unsigned>(
      xlate::abi::pinnedIndex(lift::FrameVariables[Index].Loc));
  DenseMap<BasicBlock *, Content> AtStart, AtEnd;
  const ReversePostOrderTraversal<Function *> Order(&F);
  bool Changed = true;
  // What begins as a phi by a guess at a value that isn't known yet may turn
  // out to be none.
  constexpr unsigned MaxRounds = 16;
  for (unsigned Round = 0; Changed; ++Round) {
    if (Round == MaxRounds)
      return;
    Changed = false;
    for (BasicBlock *B : Order) {
      const Content Start = B->isEntryBlock() ? Content{F.getArg(1 + Reg), 0}
                                              : contentAtStart(*B, AtEnd);
      AtStart[B] = Start;
      const Content End = contentAtEnd(*B, Var, Start);
      const auto [It, IsNew] = AtEnd.try_emplace(B, End);
      Changed |= IsNew || It->second != End;
      It->second = End;
    }
  }
  if (codegen::FunctionFrames *Frames =
          codegen::framesOf(Tables, F.getName())) {
    auto &Blocks = Frames->Blocks;
    for (const auto &[B, Start] : AtStart) {
      Blocks[B].Start[Index] = Start.Writer;
      Blocks[B].End[Index] = AtEnd[B].Writer;
    }
  }
  DILocalVariable *StartVar =
      variant(Var, Var.getName() + lift::FrameStartSuffix);
  const DILocation *At =
      DILocation::get(F.getContext(), 1, 0, F.getSubprogram());
  for (const auto &[B, Start] : AtStart)
    if (const auto *Phi = dyn_cast_or_null<PHINode>(Start.V);
        Phi && Phi->getParent() == B)
      B->insertDbgRecordBefore(
          DbgVariableRecord::createDbgVariableRecord(
              Start.V, StartVar, DIExpression::get(F.getContext(), {}), At),
          B->getFirstInsertionPt());
}

bool FrameValues::runOnFunction(Function &F) {
  SmallVector<DbgVariableRecord *, 16> Records;
  for (BasicBlock &B : F)
    for (Instruction &I : B)
      for (DbgVariableRecord &Record : filterDbgVars(I.getDbgRecordRange()))
        if (Record.isDbgValue())
          Records.push_back(&Record);
  for (unsigned I = 0; I != xlate::NumFrameRegs; ++I)
    for (DbgVariableRecord *Record : Records)
      if (Record->getVariable()->getName() == lift::FrameVariables[I].Name) {
        addStarts(F, *Record->getVariable(), I);
        break;
      }
  for (DbgVariableRecord *Record : Records)
    if (Record->getVariable()->getName() == lift::FrameVariables[0].Name)
      addBase(*Record);
  return !Records.empty();
}

FunctionPass *codegen::createFrameValuesPass(FrameTables *Tables) {
  return new FrameValues(Tables);
}
