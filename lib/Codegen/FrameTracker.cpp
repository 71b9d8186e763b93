//===- FrameTracker.cpp - Guest frame registers in host code --------------===//

#include "FrameTracker.h"
#include "xlate/Guest/UnitAbi.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/CodeGen/PseudoSourceValue.h"
#include "llvm/CodeGen/TargetFrameLowering.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/IR/DebugInfoMetadata.h"

using namespace llvm;
using namespace xlate;
using namespace xlate::codegen;

/// The host's names for what the target keeps to itself.
namespace {
struct Opcodes {
  unsigned Lea = 0, Add = 0, Sub = 0, Load = 0, Store = 0;
  explicit Opcodes(const TargetInstrInfo &Tii) {
    for (unsigned I = 0; I != Tii.getNumOpcodes(); ++I) {
      const StringRef Name = Tii.getName(I);
      for (const auto &[Wanted, Op] :
           {std::pair("LEA64r", &Lea), std::pair("ADD64ri32", &Add),
            std::pair("SUB64ri32", &Sub), std::pair("MOV64rm", &Load),
            std::pair("MOV64mr", &Store)})
        if (Name == Wanted)
          *Op = I;
    }
  }
};
} // namespace

static const Opcodes &opcodes(const TargetInstrInfo &Tii) {
  static const Opcodes Ops(Tii);
  return Ops;
}

FrameTracker::FrameTracker(const MachineFunction &Mf, const FunctionFrames &F)
    : F(F), Tri(*Mf.getSubtarget().getRegisterInfo()),
      Tii(*Mf.getSubtarget().getInstrInfo()), UnitPc(F.Region->Entry) {
  constexpr unsigned HostRsp = 4;
  Rsp = hostRegister(HostRsp);
  number();
  findWriters();
  solve(Mf);
}

/// The 64-bit general register with that number in encodings.
Register FrameTracker::hostRegister(unsigned Number) const {
  // DWARF has an order of its own for those of old.
  static constexpr uint8_t Dwarf[] = {0, 2, 1, 3, 7, 6, 4, 5};
  return *Tri.getLLVMRegNum(Number < std::size(Dwarf) ? Dwarf[Number] : Number,
                            false);
}

void FrameTracker::number() {
  Writes.push_back(0);
  for (const lift::RegionBlock &Block : F.Region->Blocks) {
    FirstOf.push_back(static_cast<unsigned>(Writes.size()));
    for (const Uop &U : Block.Code.Uops) {
      if (U.Code == Op::insn) {
        const unsigned Line =
            lift::lineOf(*F.Region, static_cast<uint64_t>(U.Imm));
        const auto [It, IsNew] =
            Numbers.try_emplace(Line, static_cast<unsigned>(Writes.size()));
        if (!IsNew)
          It->second = 0;
        Writes.push_back(0);
        continue;
      }
      lift::LocSet Read, Written;
      lift::locsOf(U, Read, Written);
      for (unsigned I = 0; I != NumFrameRegs; ++I)
        if (Written[lift::FrameVariables[I].Loc])
          Writes.back() |= 1u << I;
    }
  }
  FirstOf.push_back(static_cast<unsigned>(Writes.size()));
}

void FrameTracker::findWriters() {
  const auto &Blocks = F.Region->Blocks;
  constexpr unsigned Unknown = ~0u; // yet
  std::vector<std::array<unsigned, NumFrameRegs>> AtEnd(Blocks.size());
  for (auto &End : AtEnd)
    End.fill(Unknown);
  Writers.resize(Writes.size());
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (unsigned B = 0; B != Blocks.size(); ++B) {
      std::array<unsigned, NumFrameRegs> Now;
      Now.fill(Blocks[B].IsEntry ? 0 : Unknown);
      for (unsigned P : Blocks[B].Preds)
        for (unsigned I = 0; I != NumFrameRegs; ++I)
          if (const unsigned End = AtEnd[P][I]; End != Unknown)
            Now[I] = Now[I] == Unknown || Now[I] == End ? End : SeveralWriters;
      for (unsigned N = FirstOf[B]; N != FirstOf[B + 1]; ++N) {
        Writers[N] = Now;
        for (unsigned I = 0; I != NumFrameRegs; ++I)
          if (Writes[N] >> I & 1)
            Now[I] = N;
      }
      Changed |= Now != AtEnd[B];
      AtEnd[B] = Now;
    }
  }
}

/// The one of FrameRegs that a variable follows.
static unsigned registerOf(unsigned Variable) {
  return Variable == NumFrameRegs ? 0 : Variable;
}

/// The number of a variable; or, with IsStart, of the one whose value it is at
/// the start of the block.
static std::optional<unsigned> indexOf(const DILocalVariable &Var,
                                       bool IsStart) {
  StringRef Name = Var.getName();
  if (Name.consume_back(lift::FrameStartSuffix) != IsStart)
    return std::nullopt;
  for (unsigned I = 0; I != NumFrameRegs; ++I)
    if (Name == lift::FrameVariables[I].Name)
      return I;
  if (Name == lift::FrameBaseName)
    return NumFrameRegs;
  return std::nullopt;
}

/// A register or a word of the stack with what an expression adds to it.
namespace {
struct Operand {
  bool InMemory = false;
  int64_t Offset = 0, Add = 0;

  /// False for what doesn't occur, or can't be told.
  bool apply(const DIExpression &Expr, bool Indirect);
};
} // namespace

bool Operand::apply(const DIExpression &Expr, bool Indirect) {
  const auto Ops = Expr.getElements();
  auto load = [&] {
    if (std::exchange(InMemory, true))
      return false;
    Offset = std::exchange(Add, 0);
    return true;
  };
  for (size_t I = 0; I != Ops.size(); ++I) {
    switch (Ops[I]) {
    case dwarf::DW_OP_LLVM_arg:
      if (Ops[++I] != 0)
        return false;
      break;
    case dwarf::DW_OP_plus_uconst:
      Add += static_cast<int64_t>(Ops[++I]);
      break;
    case dwarf::DW_OP_constu:
    case dwarf::DW_OP_consts: {
      if (I + 2 >= Ops.size())
        return false;
      const auto By = static_cast<int64_t>(Ops[I + 1]);
      I += 2;
      if (Ops[I] != dwarf::DW_OP_plus && Ops[I] != dwarf::DW_OP_minus)
        return false;
      Add += Ops[I] == dwarf::DW_OP_plus ? By : -By;
      break;
    }
    case dwarf::DW_OP_deref:
      if (!load())
        return false;
      break;
    case dwarf::DW_OP_stack_value:
      break;
    case dwarf::DW_OP_LLVM_tag_offset:
      ++I;
      break;
    default:
      return false;
    }
  }
  return !Indirect || load();
}

unsigned codegen::writerIn(const DIExpression &Expr) {
  const auto Ops = Expr.getElements();
  for (size_t I = 0; I + 1 < Ops.size(); ++I)
    if (Ops[I] == dwarf::DW_OP_LLVM_tag_offset)
      return static_cast<unsigned>(Ops[I + 1]);
  return NoNumber;
}

FrameTracker::Places FrameTracker::placesIn(const MachineInstr &Value) const {
  if (Value.getNumDebugOperands() != 1)
    return {};
  const MachineOperand &Where = Value.getDebugOperand(0);
  Operand O;
  if (!O.apply(*Value.getDebugExpression(), Value.isIndirectDebugValue()))
    return {};
  if (Where.isImm() && !O.InMemory)
    return {Place{Register(), NoOffset, Where.getImm() + O.Add}};
  if (!Where.isReg() || !Where.getReg())
    return {};
  if (!O.InMemory)
    return {Place{Where.getReg(), 0, O.Add}};
  if (Where.getReg() != Rsp)
    return {};
  return {Place{Register(), O.Offset, O.Add}};
}

/// The spill slot that Instr reads or writes: its offset from rsp and size.
static std::optional<std::pair<int64_t, int64_t>>
slotOf(const MachineInstr &Instr, bool Written) {
  const MachineFunction &Mf = *Instr.getMF();
  for (const MachineMemOperand *Access : Instr.memoperands()) {
    const auto *Fixed =
        dyn_cast_or_null<FixedStackPseudoSourceValue>(Access->getPseudoValue());
    if (!Fixed || !(Written ? Access->isStore() : Access->isLoad()))
      continue;
    Register Base;
    const StackOffset Offset =
        Mf.getSubtarget().getFrameLowering()->getFrameIndexReference(
            Mf, Fixed->getFrameIndex(), Base);
    const LocationSize Size = Access->getSize();
    return std::pair(Offset.getFixed() + Access->getOffset(),
                     Size.hasValue()
                         ? static_cast<int64_t>(Size.getValue().getFixedValue())
                         : 64);
  }
  return std::nullopt;
}

/// What Instr makes of the places that there are before it.
void FrameTracker::copy(const MachineInstr &Instr,
                        SmallVectorImpl<std::pair<Version *, Place>> &New) {
  const Opcodes &Ops = opcodes(Tii);
  const unsigned Op = Instr.getOpcode();
  auto each = [&](auto Fn) {
    for (auto &Versions : Now)
      for (Version &V : Versions)
        for (const Place &P : V.Of)
          Fn(V, P);
  };
  auto fromReg = [&](Register From, const Place &To, int64_t Less) {
    each([&](Version &V, const Place &P) {
      if (From.isValid() && P.Reg == From)
        New.emplace_back(&V, Place{To.Reg, To.Offset, P.Add - Less});
    });
  };
  if (Op == Ops.Lea) {
    if (!Instr.getOperand(3).getReg() && Instr.getOperand(4).isImm())
      fromReg(Instr.getOperand(1).getReg(), {Instr.getOperand(0).getReg()},
              Instr.getOperand(4).getImm());
  } else if (Op == Ops.Add || Op == Ops.Sub) {
    const MachineOperand &By = Instr.getOperand(2);
    if (By.isImm())
      fromReg(Instr.getOperand(1).getReg(), {Instr.getOperand(0).getReg()},
              Op == Ops.Add ? By.getImm() : -By.getImm());
  } else if (Op == Ops.Store) {
    if (const auto Slot = slotOf(Instr, true); Slot && Slot->second == 8)
      fromReg(Instr.getOperand(5).getReg(), {Register(), Slot->first}, 0);
  } else if (Op == Ops.Load) {
    if (const auto Slot = slotOf(Instr, false))
      each([&](Version &V, const Place &P) {
        if (!P.Reg && P.Offset == Slot->first)
          New.emplace_back(&V, Place{Instr.getOperand(0).getReg(), 0, P.Add});
      });
  } else if (const auto Copy = Tii.isCopyInstr(Instr)) {
    fromReg(Copy->Source->getReg(), {Copy->Destination->getReg()}, 0);
  }
}

/// Forget the places that Instr overwrites.
void FrameTracker::forget(const MachineInstr &Instr) {
  const auto Slot = Instr.mayStore() ? slotOf(Instr, true) : std::nullopt;
  for (auto &Versions : Now)
    for (Version &V : Versions)
      erase_if(V.Of, [&](const Place &P) {
        if (P.Reg)
          return Instr.modifiesRegister(P.Reg, &Tri);
        return Slot && P.Offset != NoOffset &&
               P.Offset < Slot->first + Slot->second &&
               Slot->first < P.Offset + 8;
      });
}

void FrameTracker::enterBlock(const MachineBasicBlock &Block) {
  const State &Start = AtStart[&Block];
  const auto It = F.Blocks.find(Block.getBasicBlock());
  for (unsigned I = 0; I != NumVariables; ++I) {
    unsigned Number = 0;
    if (!Block.pred_empty() && !F.Blocks.empty())
      Number =
          It == F.Blocks.end() ? NoNumber : It->second.Start[registerOf(I)];
    Now[I].assign(1, Version{Number, Start.Of[I]});
  }
}

FrameTracker::Places FrameTracker::placesAtEnd(const MachineBasicBlock &Block,
                                               unsigned Variable) const {
  unsigned Number = 0;
  if (const auto It = F.Blocks.find(Block.getBasicBlock());
      It != F.Blocks.end())
    Number = It->second.End[registerOf(Variable)];
  for (const Version &V : reverse(Now[Variable]))
    if (V.Number == Number && Number != NoNumber)
      return V.Of;
  return {};
}

void FrameTracker::add(Places &To, const Place &P) {
  constexpr size_t Enough = 4;
  if (To.size() < Enough && !is_contained(To, P))
    To.push_back(P);
}

void FrameTracker::pass(const MachineInstr &Instr) {
  if (Instr.isDebugValue()) {
    const DILocalVariable &Var = *Instr.getDebugVariable();
    if (const auto I = indexOf(Var, false))
      Now[*I].push_back(
          {writerIn(*Instr.getDebugExpression()), placesIn(Instr)});
    else if (const auto Of = indexOf(Var, true))
      for (const Place &P : placesIn(Instr))
        add(Now[*Of].front().Of, P);
    return;
  }
  if (Instr.isDebugInstr())
    return;
  SmallVector<std::pair<Version *, Place>, 4> New;
  copy(Instr, New);
  forget(Instr);
  for (const auto &[V, P] : New)
    add(V->Of, P);
}

/// What holds in both. True if Into has changed.
bool FrameTracker::join(State &Into, const State &From) {
  if (!std::exchange(Into.Reached, true)) {
    Into.Of = From.Of;
    return true;
  }
  bool Changed = false;
  for (unsigned I = 0; I != NumVariables; ++I) {
    const size_t Before = Into.Of[I].size();
    erase_if(Into.Of[I],
             [&](const Place &P) { return !is_contained(From.Of[I], P); });
    Changed |= Into.Of[I].size() != Before;
  }
  return Changed;
}

void FrameTracker::solve(const MachineFunction &Mf) {
  SetVector<const MachineBasicBlock *> Todo;
  State Abi;
  Abi.Reached = true;
  for (unsigned I = 0; I != NumFrameRegs; ++I)
    Abi.Of[I].push_back(Place{hostRegister(
        abi::PinnedHost[static_cast<size_t>(abi::pinnedIndex(FrameRegs[I]))])});
  for (const MachineBasicBlock &Block : Mf)
    if (Block.pred_empty()) {
      AtStart[&Block] = Abi;
      Todo.insert(&Block);
    }
  while (!Todo.empty()) {
    const MachineBasicBlock *Block = Todo.pop_back_val();
    enterBlock(*Block);
    for (const MachineInstr &Instr : *Block)
      pass(Instr);
    State End;
    for (unsigned I = 0; I != NumVariables; ++I)
      End.Of[I] = placesAtEnd(*Block, I);
    for (const MachineBasicBlock *To : Block->successors())
      if (join(AtStart[To], End))
        Todo.insert(To);
  }
}

FrameLocation FrameTracker::toLocation(const Place &P) const {
  std::optional<FrameLocation> L;
  if (P.Reg)
    L = FrameLocation::inRegister(Tri.getEncodingValue(P.Reg), P.Add);
  else if (P.Offset == NoOffset)
    L = FrameLocation::ofPc(P.Add - static_cast<int64_t>(UnitPc));
  else
    L = FrameLocation::onStack(P.Offset, P.Add);
  return L.value_or(FrameLocation());
}

const FrameTracker::Places *FrameTracker::versionFor(unsigned Variable,
                                                     unsigned Number) const {
  const unsigned Writer = Writers[Number][registerOf(Variable)];
  for (const Version &V : reverse(Now[Variable]))
    if (V.Number == Writer)
      return &V.Of;
  return nullptr;
}

FrameLocations FrameTracker::locations(const Access &A) const {
  FrameLocations Out;
  const unsigned Number =
      A.Number || !A.Line ? A.Number : Numbers.lookup(A.Line);
  if (!Number)
    return Out;
  auto find = [&](unsigned Variable, FrameLocation &To) {
    if (const Places *Of = versionFor(Variable, Number))
      for (const Place &P : *Of)
        if (!To.known())
          To = toLocation(P);
  };
  for (unsigned I = 0; I != NumFrameRegs; ++I)
    find(I, Out[I]);
  find(NumFrameRegs, Out[0]);
  return Out;
}
