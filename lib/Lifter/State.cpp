//===- State.cpp - Guest locations, CpuState and evaluator calls ----------===//

#include "UnitLifter.h"
#include "xlate/Guest/UnitAbi.h"
#include "llvm/IR/InlineAsm.h"

using namespace llvm;

namespace xlate::lift {

Type *UnitLifter::typeOf(Ty T) {
  switch (T) {
  case Ty::B:
    return B.getInt1Ty();
  case Ty::W:
    return B.getInt32Ty();
  case Ty::X:
    return B.getInt64Ty();
  case Ty::V:
    return VecTy;
  default:
    return B.getVoidTy();
  }
}

Type *UnitLifter::locType(unsigned L) {
  return L < LocV   ? B.getInt64Ty()
         : L < LocN ? static_cast<Type *>(VecTy)
                    : B.getInt1Ty();
}

static size_t locOffset(unsigned L) {
  if (L < LocV)
    return offsetof(CpuState, X) + 8 * L;
  if (L < LocN)
    return offsetof(CpuState, V) + 16 * (L - LocV);
  return offsetof(CpuState, N) + (L - LocN);
}
static_assert(offsetof(CpuState, V_) == offsetof(CpuState, N) + (LocVf - LocN));

Value *UnitLifter::statePtr(size_t Offset) {
  // Found once in the entry block; codegen makes it the blocks' own.
  if (!StateBase) {
    IRBuilder<> At(Entry, Entry->begin());
    Value *Frame = At.CreateIntrinsic(Intrinsic::addressofreturnaddress,
                                      {At.getPtrTy()}, {}, nullptr, "frame");
    StateBase = At.CreateConstGEP1_64(At.getInt8Ty(), Frame, abi::StateFromRsp,
                                      "state");
  }
  return B.CreateConstGEP1_64(B.getInt8Ty(), StateBase, Offset);
}

Value *UnitLifter::loadState(Type *T, size_t Offset) {
  LoadInst *Load =
      B.CreateAlignedLoad(T, statePtr(Offset), Align(T->isVectorTy() ? 16 : 1));
  apartFromGuest(Load);
  return Load;
}

LoadInst *UnitLifter::loadOurs(Type *T, Value *Ptr, bool Volatile) {
  LoadInst *Load = B.CreateLoad(T, Ptr, Volatile);
  apartFromGuest(Load);
  return Load;
}

StoreInst *UnitLifter::storeState(Value *V, size_t Offset) {
  StoreInst *Store = B.CreateAlignedStore(
      V, statePtr(Offset), Align(V->getType()->isVectorTy() ? 16 : 1));
  apartFromGuest(Store);
  return Store;
}

// Guest accesses never reach CpuState. With write-through the two must stay in
// order all the same: a guest access may fault.
void UnitLifter::apartFromGuest(Instruction *Access) {
  if (Options.WriteThrough)
    return;
  Access->setMetadata(LLVMContext::MD_alias_scope, StateScope);
  Access->setMetadata(LLVMContext::MD_noalias, GuestScope);
}

Value *UnitLifter::loadLocFromState(unsigned L) {
  if (L < LocN)
    return loadState(locType(L), locOffset(L));
  return B.CreateICmpNE(loadState(B.getInt8Ty(), locOffset(L)), B.getInt8(0));
}

void UnitLifter::storeLocToState(unsigned L, Value *V) {
  storeState(L < LocN ? V : B.CreateZExt(V, B.getInt8Ty()), locOffset(L));
}

Value *UnitLifter::pinnedArg(unsigned L) {
  if (L < LocV)
    return F->getArg(1 + static_cast<unsigned>(abi::pinnedIndex(L)));
  return F->getArg(1 + abi::NumPinnedGpr + (L - LocV));
}

AllocaInst *UnitLifter::slotOf(unsigned L) {
  AllocaInst *&Slot = Slots[L];
  if (!Slot) {
    IRBuilder<> At(Entry, Entry->begin());
    Slot = At.CreateAlloca(locType(L));
    if (isPinned(L))
      At.CreateStore(pinnedArg(L), Slot);
  }
  return Slot;
}

Value *UnitLifter::readLoc(unsigned L) {
  if (Now[L])
    return Now[L];
  Value *V;
  if (Avail[L]) {
    if (isPinned(L) && !Written[L])
      return pinnedArg(L);
    V = B.CreateLoad(locType(L), slotOf(L));
  } else {
    V = loadLocFromState(L);
    B.CreateStore(V, slotOf(L));
    Avail.set(L);
  }
  return Now[L] = V;
}

void UnitLifter::writeLoc(unsigned L, Value *V) {
  B.CreateStore(V, slotOf(L));
  Now[L] = V;
  Avail.set(L);
  trackFrame(L, V);
  if (!isPinned(L) || Options.WriteThrough)
    Dirty.set(L);
}

// The code of a block doesn't say whether flags must be exact where an access
// faults: a handler may return to the access. They matter if they are read
// later on.
void UnitLifter::flushForFault() {
  if (!Options.WriteThrough || Dirty.none())
    return;
  const bool WithFlags = FlagsLive[Index_];
  storeDirty(WithFlags);
  LocSet Kept;
  if (!WithFlags)
    for (unsigned L = LocN; L != NumLocs; ++L)
      Kept[L] = Dirty[L];
  Dirty = Kept;
}

// The frame at each access, for whoever looks at its fault. That it is tracked
// doesn't keep a value alive. SP does live nearly everywhere, and the others
// where nothing but they leads to the caller. LLVM doesn't keep the order of a
// variable's values and accesses, so each value says where it came to be.
void UnitLifter::trackFrame(unsigned L, Value *V) {
  if (!Sp || Options.WriteThrough)
    return;
  for (unsigned I = 0; I != NumFrameRegs; ++I) {
    if (L != FrameVariables[I].Loc)
      continue;
    DIBuilder Di(M, false, Sp->getUnit());
    DILocalVariable *&Var = FrameVars[I];
    if (!Var)
      Var = Di.createAutoVariable(
          Sp, FrameVariables[I].Name, Sp->getFile(), 1,
          Di.createBasicType("x", 64, dwarf::DW_ATE_unsigned));
    const uint64_t After[] = {dwarf::DW_OP_LLVM_tag_offset, InsnNumber,
                              dwarf::DW_OP_stack_value};
    Di.insertDbgValueIntrinsic(V, Var, Di.createExpression(After),
                               DILocation::get(Ctx, 1, 0, Sp),
                               B.GetInsertBlock());
  }
}

// Where a fault's PC isn't in the unit the frame isn't tracked.
void UnitLifter::showFrame() {
  if (Options.WriteThrough)
    return;
  storeLocToState(LocSp, readLoc(LocSp));
  for (unsigned L : {LocLr, LocFp})
    if (!Written[L])
      storeLocToState(L, pinnedArg(L));
}

//===----------------------------------------------------------------------===//
// Evaluators
//===----------------------------------------------------------------------===//

Value *UnitLifter::callEval(const Uop &U, Value *A, Value *Bv, Value *C) {
  if (opAttr(U.Code) == OpAttr::Mem) {
    storeState(B.getInt64(Pc), offsetof(CpuState, Pc));
    showFrame();
  }
  Value *Args[] = {A, Bv, C};
  for (unsigned I = 0; I != 3; ++I)
    if (Args[I]) {
      Value *V = Args[I];
      if (!V->getType()->isVectorTy())
        V = B.CreateZExt(V, B.getInt64Ty());
      storeState(V, offsetof(CpuState, Tmp) + sizeof(xlate::Value) * (1 + I));
    }
  // In halves: x86 stores no 64-bit immediates.
  const size_t What = offsetof(CpuState, Tmp[4]);
  const uint64_t Param = packParam(U);
  storeState(B.getInt32(static_cast<uint32_t>(U.Code)), What);
  storeState(B.getInt32(static_cast<uint32_t>(Param)), What + 8);
  storeState(B.getInt32(static_cast<uint32_t>(Param >> 32)), What + 12);
  FunctionType *StubTy = FunctionType::get(B.getVoidTy(), false);
  Value *Stub =
      loadOurs(B.getPtrTy(), statePtr(offsetof(CpuState, EvalStub)), false);
  CallInst *Call = B.CreateCall(StubTy, Stub);
  Call->setCallingConv(CallingConv::PreserveAll);
  Call->addFnAttr(Attribute::NoUnwind);
  Call->addFnAttr(Attribute::Cold);
  Call->addFnAttr(Attribute::StrictFP);
  if (U.Type == Ty::None)
    return nullptr;
  const size_t Result = offsetof(CpuState, Tmp);
  if (U.Type == Ty::B)
    return B.CreateICmpNE(loadState(B.getInt64Ty(), Result), B.getInt64(0));
  return loadState(typeOf(U.Type), Result);
}

Value *UnitLifter::callEval(const Uop &U) {
  Value *Args[3] = {};
  for (unsigned I = 0; I != 3; ++I)
    if (U.A[I] != NoVal)
      Args[I] = arg(U, I);
  switch (U.Code) {
  case Op::load:
  case Op::store:
  case Op::vload:
  case Op::vstore:
    Args[0] = address(U);
    Args[1] = nullptr;
    break;
  default:
    break;
  }
  return callEval(U, Args[0], Args[1], Args[2]);
}

Value *UnitLifter::callEvalFlags(const Uop &U) {
  callEval(U);
  return loadState(B.getInt32Ty(), offsetof(CpuState, Tmp));
}

Value *UnitLifter::withColdEval(const Uop &U, Value *Fast, Value *IsCold) {
  BasicBlock *From = B.GetInsertBlock();
  BasicBlock *Cold = coldIf(IsCold), *Next = B.GetInsertBlock();
  B.SetInsertPoint(Cold);
  Value *Slow = callEval(U);
  if (Fast->getType()->isFloatingPointTy())
    Slow = B.CreateExtractElement(B.CreateBitCast(Slow, fpLanesTy(U.Lane)),
                                  uint64_t(0));
  BasicBlock *ColdEnd = B.GetInsertBlock();
  B.CreateBr(Next);
  B.SetInsertPoint(Next);
  PHINode *Phi = B.CreatePHI(Fast->getType(), 2);
  Phi->addIncoming(Fast, From);
  Phi->addIncoming(Slow, ColdEnd);
  return Phi;
}

Value *UnitLifter::guarded(const Uop &U, Value *IsCold, bool &Done,
                           function_ref<Value *()> Inline) {
  BasicBlock *Cold = coldIf(IsCold);
  Value *Fast = Inline();
  BasicBlock *FastEnd = B.GetInsertBlock(), *Next = newBlock("on");
  B.CreateBr(Next);
  B.SetInsertPoint(Cold);
  Value *Slow = callEval(U);
  BasicBlock *SlowEnd = B.GetInsertBlock();
  B.CreateBr(Next);
  B.SetInsertPoint(Next);
  if (!Fast) {
    Done = true;
    return nullptr;
  }
  PHINode *Phi = B.CreatePHI(Fast->getType(), 2);
  Phi->addIncoming(Fast, FastEnd);
  Phi->addIncoming(Slow, SlowEnd);
  return Phi;
}

void UnitLifter::callWithState(const Uop &U) {
  storeDirty(true);
  for (unsigned L = 0; L != LocN; ++L)
    if (isPinned(L) && !Options.WriteThrough)
      storeLocToState(L, readLoc(L));
  storeState(B.getInt64(Pc), offsetof(CpuState, Pc));
  callEval(U);
}

// The function sees and may change everything: the block ends after it (see
// Region.cpp), so only the pinned registers have to be read back.
void UnitLifter::liftStateHelper(const Uop &U) {
  if (const auto P = mopsPrologue(Cur->Code, Index_))
    return liftMops(U, *P);
  callWithState(U);
  Dirty.reset();
  for (unsigned L = 0; L != LocN; ++L)
    if (isPinned(L))
      Now[L] = loadLocFromState(L);
}

// Small copies and sets are done by a stub (MopsStubs.S), which isn't called
// the C way and keeps nearly everything; only where it gives up is the state
// laid open.
void UnitLifter::liftMops(const Uop &U, const MopsPrologue &P) {
  Value *D = readLoc(LocX + P.Rd), *N = readLoc(LocX + P.Rn);
  Value *S = P.IsSet && P.Rs == 31 ? B.getInt64(0) : readLoc(LocX + P.Rs);
  Value *Stub =
      loadOurs(B.getPtrTy(),
               statePtr(P.IsSet     ? offsetof(CpuState, SetStub)
                        : P.Forward ? offsetof(CpuState, CopyForwardStub)
                                    : offsetof(CpuState, CopyStub)),
               false);
  Type *I64 = B.getInt64Ty();
  auto *CallTy = FunctionType::get(StructType::get(I64, I64, I64, I64),
                                   {I64, B.getPtrTy(), I64, I64}, false);
  Value *Lost = B.CreateCall(
      InlineAsm::get(CallTy, "call *%rbx",
                     "={rax},={rbx},={r10},={r11},0,1,2,3,~{xmm8},~{xmm9},"
                     "~{xmm10},~{xmm11},~{memory},~{dirflag},~{fpsr},~{flags}",
                     true),
      {N, Stub, D, S});
  Value *IsSlow = B.CreateICmpNE(B.CreateExtractValue(Lost, 0), B.getInt64(0));
  BasicBlock *Slow = coldIf(IsSlow), *Fast = B.GetInsertBlock(),
             *Next = newBlock("on");
  {
    SidePath Side(*this);
    B.SetInsertPoint(Slow);
    callWithState(U);
    for (unsigned R : {P.Rd, P.Rn, P.Rs})
      if (R != 31)
        B.CreateStore(loadLocFromState(LocX + R), slotOf(LocX + R));
    B.CreateBr(Next);
  }
  B.SetInsertPoint(Fast);
  writeLoc(LocX + P.Rd, B.CreateAdd(D, N));
  if (!P.IsSet)
    writeLoc(LocX + P.Rs, B.CreateAdd(S, N));
  writeLoc(LocX + P.Rn, B.getInt64(0));
  B.CreateBr(Next);
  B.SetInsertPoint(Next);
  for (unsigned R : {P.Rd, P.Rn, P.Rs})
    if (R != 31)
      Now[LocX + R] = B.CreateLoad(I64, slotOf(LocX + R)); // from either side
}

} // namespace xlate::lift
