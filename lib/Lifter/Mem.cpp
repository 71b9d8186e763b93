//===- Mem.cpp - Loads, stores, barriers ----------------------------------===//
//
// Guest accesses are volatile: LLVM keeps their number and order, so that
// x86-TSO gives all the ordering Arm asks for but store-release before
// load-acquire, and spin loops read memory every time.
//
//===----------------------------------------------------------------------===//

#include "UnitLifter.h"
#include "xlate/Guest/CpuModel.h"
#include "llvm/IR/IntrinsicsX86.h"

using namespace llvm;

namespace xlate::lift {

Value *UnitLifter::address(const Uop &U) {
  Value *A = arg(U, 0);
  if (U.A[1] != NoVal)
    A = B.CreateAdd(A, B.CreateShl(arg(U, 1), MemFlags::scale(U.N)));
  return U.Imm ? B.CreateAdd(A, B.getInt64(static_cast<uint64_t>(U.Imm))) : A;
}

Value *UnitLifter::guestPtr(Value *Address) {
  if (Options.MaskTopByte)
    Address = B.CreateAShr(B.CreateShl(Address, 8), 8);
  return B.CreateIntToPtr(Address, B.getPtrTy());
}

/// Scope list of the current instruction's accesses. Beside the scope that
/// separates guest memory from CpuState it holds one that names the debug line:
/// unlike locations it stays with an access that is folded into an instruction
/// made from another one, see Codegen/AccessLines.cpp.
MDNode *UnitLifter::accessScope() {
  if (!Options.DebugLines)
    return GuestScope;
  if (AccessScopeNumber != InsnNumber) {
    MDBuilder Md(Ctx);
    const std::string Line =
        std::to_string(lineOf(R, Pc)) + "." + std::to_string(InsnNumber);
    AccessScope = MDNode::get(Ctx, {GuestScope->getOperand(0),
                                    Md.createAliasScope(Line, LineDomain)});
    AccessScopeNumber = InsnNumber;
  }
  return AccessScope;
}

Value *UnitLifter::guestLoad(Type *T, Value *Address) {
  LoadInst *Load = B.CreateAlignedLoad(T, guestPtr(Address), Align(1), true);
  Load->setMetadata(LLVMContext::MD_alias_scope, accessScope());
  if (!Options.WriteThrough)
    Load->setMetadata(LLVMContext::MD_noalias, StateScope);
  return Load;
}

void UnitLifter::guestStore(Value *V, Value *Address) {
  StoreInst *Store = B.CreateAlignedStore(V, guestPtr(Address), Align(1), true);
  Store->setMetadata(LLVMContext::MD_alias_scope, accessScope());
  if (!Options.WriteThrough)
    Store->setMetadata(LLVMContext::MD_noalias, StateScope);
}

Value *UnitLifter::lowerMem(const Uop &U, bool &Done) {
  const bool Ordered = MemFlags::order(U.N) != Order::Plain;
  switch (U.Code) {
  case Op::load: {
    if (Ordered)
      return lowerOrdered(U, Done);
    Value *V =
        guestLoad(intTy(laneBits(static_cast<Lane>(U.Lane))), address(U));
    Type *T = typeOf(U.Type);
    return MemFlags::sext(U.N) ? B.CreateSExt(V, T) : B.CreateZExt(V, T);
  }
  case Op::store:
    if (Ordered)
      return lowerOrdered(U, Done);
    guestStore(
        B.CreateTrunc(arg(U, 2), intTy(laneBits(static_cast<Lane>(U.Lane)))),
        address(U));
    Done = true;
    return nullptr;
  case Op::vload: {
    if (U.Lane == 4)
      return guestLoad(VecTy, address(U));
    // Most words and doublewords are numbers: as such they go to a vector
    // register, or into the operation on them, right away.
    FixedVectorType *T =
        U.Lane == L32 || U.Lane == L64
            ? fpLanesTy(U.Lane)
            : FixedVectorType::get(intTy(8u << U.Lane), 16u >> U.Lane);
    return fromLanes(B.CreateInsertElement(
        Constant::getNullValue(T), guestLoad(T->getElementType(), address(U)),
        uint64_t(0)));
  }
  case Op::vstore:
    if (U.Lane == 4)
      guestStore(arg(U, 2), address(U));
    else
      guestStore(B.CreateExtractElement(lanes(arg(U, 2), U.Lane), uint64_t(0)),
                 address(U));
    Done = true;
    return nullptr;
  case Op::barrier:
    Done = true;
    switch (static_cast<BarrierKind>(U.Imm)) {
    case BarrierKind::Load:
    case BarrierKind::Store:
      B.CreateFence(AtomicOrdering::SequentiallyConsistent,
                    SyncScope::SingleThread);
      return nullptr;
    case BarrierKind::Full:
      // X86 turns this into a locked operation on the stack: cheaper than
      // mfence, and it orders all but non-temporal accesses.
      B.CreateAtomicRMW(AtomicRMWInst::Or,
                        statePtr(offsetof(CpuState, PollFlag)), B.getInt32(0),
                        Align(4), AtomicOrdering::SequentiallyConsistent);
      return nullptr;
    case BarrierKind::Sb:
      call(Intrinsic::x86_sse2_lfence, {}, {});
      return nullptr;
    }
    return nullptr;
  case Op::dcZva: {
    const uint64_t Bytes = uint64_t(4) << cpu::Dczid;
    Value *Block = B.CreateAnd(arg(U, 0), ~(Bytes - 1));
    for (uint64_t At = 0; At != Bytes; At += 16)
      guestStore(Constant::getNullValue(VecTy),
                 B.CreateAdd(Block, B.getInt64(At)));
    Done = true;
    return nullptr;
  }
  case Op::prefetch: {
    // prfop: type<4:3> (00 load, 10 store), target<2:1>, policy<0>.
    const unsigned Prf = static_cast<unsigned>(U.Imm), Type = Prf >> 3 & 3;
    Done = true;
    if (Type != 1)
      B.CreateIntrinsic(Intrinsic::prefetch, {B.getPtrTy()},
                        {guestPtr(arg(U, 0)), B.getInt32(Type == 2),
                         B.getInt32(3 - std::min(Prf >> 1 & 3, 2u)),
                         B.getInt32(1)});
    return nullptr;
  }
  default:
    return lowerAtomic(U, Done);
  }
}

} // namespace xlate::lift
