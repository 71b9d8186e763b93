//===- Unit.cpp - Frame and control flow of a unit ------------------------===//

#include "UnitLifter.h"
#include "xlate/Guest/UnitAbi.h"
#include "llvm/IR/Verifier.h"

using namespace llvm;

namespace xlate::lift {

static std::string hexName(const char *Prefix, uint64_t Pc) {
  char Text[40];
  std::snprintf(Text, sizeof Text, "%s%llx", Prefix,
                static_cast<unsigned long long>(Pc));
  return Text;
}
std::string unitName(uint64_t Pc) { return hexName("unit_", Pc); }
std::string slotName(uint64_t Pc) { return hexName("slot_", Pc); }
std::string entriesName(uint64_t Pc) { return hexName("entries_", Pc); }

void prepareModule(Module &M) {
  // Units keep the stack pointer as they found it (rsp % 16 == 8): nothing to
  // do for a call on a cold path. The evaluator stubs align the stack.
  M.addModuleFlag(Module::Error, "override-stack-alignment", 8);
  M.addModuleFlag(Module::Warning, "Debug Info Version",
                  DEBUG_METADATA_VERSION);
  DIBuilder Di(M, /*AllowUnresolved=*/false);
  Di.createCompileUnit(dwarf::DW_LANG_C, Di.createFile("guest", ""), "xlate",
                       true, "", 0, "", DICompileUnit::LineTablesOnly);
  Di.finalize();
}

Function *liftRegion(Module &M, const Region &R, const LiftOptions &Options) {
  return UnitLifter(M, R, Options).run();
}

UnitLifter::UnitLifter(Module &M, const Region &R, const LiftOptions &Options)
    : M(M), R(R), Options(Options), Ctx(M.getContext()), B(Ctx) {
  VecTy = FixedVectorType::get(B.getInt64Ty(), 2);
  MDBuilder Md(Ctx);
  Unlikely = Md.createBranchWeights(1, 1 << 20);
  MDNode *Domain = Md.createAliasScopeDomain("xlate");
  StateScope = MDNode::get(Ctx, Md.createAliasScope("state", Domain));
  LineDomain = Md.createAliasScopeDomain(LineDomainName);
  GuestScope = MDNode::get(Ctx, Md.createAliasScope("guest", Domain));
  // FP runs in the guest's rounding mode and its exception flags are visible.
  B.setIsFPConstrained(true);
  B.setDefaultConstrainedRounding(RoundingMode::Dynamic);
  B.setDefaultConstrainedExcept(fp::ebStrict);
}

void UnitLifter::createFunction() {
  SmallVector<Type *, 20> Params(1 + abi::NumPinnedGpr, B.getInt64Ty());
  Params.append(abi::NumPinnedVec, VecTy);
  UnitTy = FunctionType::get(B.getVoidTy(), Params, false);
  F = Function::Create(UnitTy, GlobalValue::ExternalLinkage, unitName(R.Entry),
                       M);
  F->setCallingConv(CallingConv::X86_RegCall);
  F->addFnAttr(Attribute::NoUnwind);
  F->addFnAttr(Attribute::StrictFP);
  F->addFnAttr(Attribute::NullPointerIsValid);
  F->addFnAttr("no_callee_saved_registers");
  F->addFnAttr("no-realign-stack");
  F->setDSOLocal(true);

  F->getArg(0)->setName("pc");
  for (unsigned I = 0; I != abi::NumPinnedGpr; ++I) {
    unsigned Reg = abi::PinnedGpr[I];
    F->getArg(1 + I)->setName(Reg == 31 ? "sp" : "x" + Twine(Reg));
  }
  for (unsigned I = 0; I != abi::NumPinnedVec; ++I)
    F->getArg(1 + abi::NumPinnedGpr + I)->setName("v" + Twine(I));

  if (Options.DebugLines) {
    DICompileUnit *Cu = *M.debug_compile_units_begin();
    DIBuilder Di(M, false, Cu);
    Sp = Di.createFunction(Cu->getFile(), F->getName(), "", Cu->getFile(), 1,
                           Di.createSubroutineType(Di.getOrCreateTypeArray({})),
                           1, DINode::FlagZero, DISubprogram::SPFlagDefinition);
    Di.finalizeSubprogram(Sp);
    F->setSubprogram(Sp);
    B.SetCurrentDebugLocation(DILocation::get(Ctx, lineOf(R, R.Entry), 0, Sp));
  }

  Entry = BasicBlock::Create(Ctx, "entry", F);
  B.SetInsertPoint(Entry);
}

Function *UnitLifter::run() {
  createFunction();
  for (const RegionBlock &Rb : R.Blocks) {
    Starts.push_back(BasicBlock::Create(Ctx, hexName("b", Rb.Code.Pc), F));
    Written |= Rb.Def;
  }
  FlagsOut.resize(R.Blocks.size());
  FlagsStoredOut.resize(R.Blocks.size());

  if (Options.WriteThrough && Options.StorePinnedAtEntry)
    for (unsigned L = 0; L != LocN; ++L)
      if (isPinned(L))
        storeLocToState(L, pinnedArg(L));
  for (unsigned I = 0; I != R.Blocks.size(); ++I)
    liftBlock(I);
  if (Shared)
    liftSharedJump();
  liftEntries();
  return F;
}

/// As many cases as are compared with one by one.
constexpr size_t MaxCompared = 8;

// Code addresses are multiples of four: one table for all of a large function.
void UnitLifter::switchOnPc(Value *TargetPc, BasicBlock *Otherwise,
                            ArrayRef<std::pair<uint64_t, BasicBlock *>> Cases) {
  auto *T = cast<IntegerType>(TargetPc->getType());
  const bool HasTable = Cases.size() > MaxCompared;
  if (HasTable) {
    Value *FromLo = B.CreateSub(TargetPc, ConstantInt::get(T, R.LowestPc));
    TargetPc =
        call(Intrinsic::fshr, {T}, {FromLo, FromLo, ConstantInt::get(T, 2)});
  }
  SwitchInst *Switch =
      B.CreateSwitch(TargetPc, Otherwise, unsigned(Cases.size()));
  for (auto [At, To] : Cases)
    Switch->addCase(ConstantInt::get(T, HasTable ? (At - R.LowestPc) / 4 : At),
                    To);
}

// A unit that has several entries begins with a jump to any of them, which code
// generation takes apart (lib/Codegen/EntryPoints.cpp). A table says where they
// are.
void UnitLifter::liftEntries() {
  std::vector<BasicBlock *> Enters;
  for (unsigned I = 0; I != R.Blocks.size(); ++I) {
    if (!R.Blocks[I].IsEntry)
      continue;
    const uint64_t At = R.Blocks[I].Code.Pc;
    BasicBlock *Enter = BasicBlock::Create(Ctx, hexName("enter", At), F);
    B.SetInsertPoint(Enter);
    if (Sp)
      B.SetCurrentDebugLocation(DILocation::get(Ctx, lineOf(R, At), 0, Sp));
    const LocSet Loads =
        (R.EntryLoads & R.Blocks[I].LiveIn) | R.loadsInto(R.Blocks[I]);
    for (unsigned L = 0; L != NumLocs; ++L)
      if (Loads[L])
        B.CreateStore(loadLocFromState(L), slotOf(L));
    B.CreateBr(Starts[I]);
    Enters.push_back(Enter);
  }
  B.SetInsertPoint(Entry);
  if (Enters.size() == 1) {
    B.CreateBr(Enters.front());
    return;
  }
  IndirectBrInst *Jump =
      B.CreateIndirectBr(B.CreateIntToPtr(F->getArg(0), B.getPtrTy()),
                         static_cast<unsigned>(Enters.size()));
  std::vector<Constant *> Offsets;
  Constant *Start = ConstantExpr::getPtrToInt(F, B.getInt64Ty());
  for (BasicBlock *Enter : Enters) {
    Jump->addDestination(Enter);
    Constant *At =
        ConstantExpr::getPtrToInt(BlockAddress::get(F, Enter), B.getInt64Ty());
    Offsets.push_back(ConstantExpr::getTrunc(ConstantExpr::getSub(At, Start),
                                             B.getInt32Ty()));
  }
  auto *Table = ArrayType::get(B.getInt32Ty(), Offsets.size());
  auto *Gv = new GlobalVariable(
      M, Table, /*isConstant=*/true, GlobalValue::ExternalLinkage,
      ConstantArray::get(Table, Offsets), entriesName(R.Entry));
  Gv->setSection(EntriesSection);
}

BasicBlock *UnitLifter::newBlock(const char *Name) {
  return BasicBlock::Create(Ctx, Name, F);
}

BasicBlock *UnitLifter::coldIf(Value *Cond) {
  BasicBlock *Cold = newBlock("cold"), *Next = newBlock("on");
  B.CreateCondBr(Cond, Cold, Next, Unlikely);
  B.SetInsertPoint(Next);
  return Cold;
}

void UnitLifter::liftBlock(unsigned Index) {
  Cur = &R.Blocks[Index];
  const Block &Code = Cur->Code;
  B.SetInsertPoint(Starts[Index]);
  Pc = Code.Pc;
  Avail = Cur->AvailIn;
  Dirty = Options.WriteThrough ? LocSet() : Cur->DirtyIn;
  std::fill(std::begin(Now), std::end(Now), nullptr);
  Flags = FlagSource();
  FlagsStored = true;
  if (!Cur->IsEntry && Cur->Preds.size() == 1) {
    Flags = FlagsOut[Cur->Preds[0]];
    FlagsStored = FlagsStoredOut[Cur->Preds[0]];
  }
  scanFlagLiveness();

  Vals.assign(Code.Uops.size(), nullptr);
  for (Index_ = 0; Index_ + 1 < Code.Uops.size(); ++Index_)
    liftUop(Code.Uops[Index_]);
  settle();
  flushRegisters();
  liftTerminator(Code.terminator());
  FlagsOut[Index] = Flags;
  FlagsStoredOut[Index] = FlagsStored;
}

void UnitLifter::liftUop(const Uop &U) {
  if ((RaiseDue || !Pending.empty()) && mustSettle(U))
    settle();
  if (U.Code == Op::stateHelper || U.Code == Op::writeSys)
    settleFcmp();
  Value *&Result = Vals[Index_];
  switch (U.Code) {
  case Op::insn:
    Pc = static_cast<uint64_t>(U.Imm);
    ++InsnNumber;
    if (Sp)
      B.SetCurrentDebugLocation(DILocation::get(Ctx, lineOf(R, Pc), 0, Sp));
    return;
  case Op::constant:
    Result = ConstantInt::get(typeOf(U.Type), static_cast<uint64_t>(U.Imm));
    return;
  case Op::vconstant:
    Result = ConstantInt::get(VecTy, static_cast<uint64_t>(U.Imm));
    return;
  case Op::getReg: {
    Value *V = readLoc(LocX + static_cast<unsigned>(U.Imm));
    Result = U.Type == Ty::W ? B.CreateTrunc(V, B.getInt32Ty()) : V;
    return;
  }
  case Op::setReg:
    writeLoc(LocX + static_cast<unsigned>(U.Imm),
             B.CreateZExt(arg(U, 0), B.getInt64Ty()));
    return;
  case Op::getVec:
    Result = readLoc(LocV + static_cast<unsigned>(U.Imm));
    return;
  case Op::setVec:
    writeLoc(LocV + static_cast<unsigned>(U.Imm), arg(U, 0));
    return;
  case Op::stateHelper:
    return liftStateHelper(U);
  default:
    break;
  }

  bool Done = false; // lowered, but without a value
  switch (opAttr(U.Code)) {
  case OpAttr::Flags:
    return liftFlags(U);
  case OpAttr::Mem:
    flushForFault();
    Result = lowerMem(U, Done);
    break;
  case OpAttr::State:
    Result = lowerSys(U, Done);
    break;
  default:
    Result = lowerPure(U);
    break;
  }
  if (!Result && !Done)
    Result = callEval(U);
}

Value *UnitLifter::lowerPure(const Uop &U) {
  if (Value *V = lowerInt(U))
    return V;
  if (Value *V = lowerVec(U))
    return V;
  if (Value *V = lowerFp(U))
    return V;
  return lowerCrypto(U);
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

void UnitLifter::poll(Value *Target, bool WithFlags) {
  Value *Flag =
      loadOurs(B.getInt32Ty(), statePtr(offsetof(CpuState, PollFlag)));
  BasicBlock *Cold = coldIf(B.CreateICmpNE(Flag, B.getInt32(0)));
  SidePath Side(*this);
  B.SetInsertPoint(Cold);
  storeDirty(WithFlags);
  leaveWith(ExitReason::Poll, B.getInt64(0), Target);
}

void UnitLifter::branchTo(unsigned Succ, uint64_t Target, bool WithFlags) {
  if (Succ == NoBlock) {
    if (Target <= Cur->HighestEntry)
      poll(B.getInt64(Target), WithFlags);
    storeDirty(WithFlags);
    Value *Slot = M.getOrInsertGlobal(slotName(Target), B.getPtrTy());
    auto *Gv = cast<GlobalVariable>(Slot);
    Gv->setVisibility(GlobalValue::HiddenVisibility);
    Gv->setDSOLocal(true);
    // Volatile: another thread may publish or withdraw the target.
    return tailCall(loadOurs(B.getPtrTy(), Gv), B.getInt64(Target));
  }
  if (R.returnsTo(*Cur, Succ))
    poll(B.getInt64(Target), R.Blocks[Succ].FlagsLiveIn);
  crossTo(Succ);
  B.CreateBr(Starts[Succ]);
}

void UnitLifter::pollBeforeJump(Value *TargetPc) {
  bool Returns = false, FlagsLive = Cur->TakenNeedsFlags;
  for (unsigned T : Cur->Targets) {
    Returns |= R.returnsTo(*Cur, T);
    FlagsLive |= R.Blocks[T].FlagsLiveIn;
  }
  if (Returns)
    poll(TargetPc, FlagsLive);
}

// The block of all indirect jumps (Region::SharedJumps). What is newer than
// CpuState at some of them must be in a value at all of them, so that it can be
// stored where the target isn't a known one; the rest is stored at the jump.
void UnitLifter::jumpToShared(Value *TargetPc) {
  if (!Shared) {
    Shared = newBlock("jump");
    SharedTarget =
        IRBuilder<>(Entry, Entry->begin()).CreateAlloca(B.getInt64Ty());
    for (const RegionBlock &Rb : R.Blocks)
      if (endsInJump(Rb.Code) && !Rb.Targets.empty() &&
          (!SharedFrom || Rb.Loop != NoBlock))
        SharedFrom = &Rb;
    SharedAvail.set();
    for (const RegionBlock &Rb : R.Blocks) {
      if (Rb.Targets.empty() || !endsInJump(Rb.Code))
        continue;
      SharedAvail &=
          Rb.AvailIn | Rb.Use | Rb.Def |
          (Rb.Loop == SharedFrom->Loop ? LocSet() : R.loopLocs(*SharedFrom));
      SharedNeedsFlags |= Rb.TakenNeedsFlags;
    }
  }
  if (Cur->Loop != SharedFrom->Loop) {
    storeDirty(false);
    for (unsigned L = 0; L != LocN; ++L) {
      Dirty.reset(L);
      if (R.loopLocs(*SharedFrom)[L])
        readLoc(L);
    }
  }
  if (SharedNeedsFlags)
    materialiseFlags();
  for (unsigned L = 0; L != LocN; ++L)
    if (Dirty[L] && !SharedAvail[L])
      storeLocToState(L, readLoc(L));
  if (SharedNeedsFlags)
    for (unsigned L = LocN; L != NumLocs; ++L)
      if (Dirty[L] && !SharedAvail[L])
        storeLocToState(L, readFlag(L));
  SharedDirty |= Dirty & SharedAvail;
  B.CreateStore(TargetPc, SharedTarget);
  B.CreateBr(Shared);
}

void UnitLifter::liftSharedJump() {
  B.SetInsertPoint(Shared);
  Avail = SharedAvail;
  Dirty = SharedDirty;
  std::fill(std::begin(Now), std::end(Now), nullptr);
  FlagsStored = true;
  Flags = FlagSource();
  Cur = SharedFrom;
  Value *TargetPc = B.CreateLoad(B.getInt64Ty(), SharedTarget);
  jumpToTargets(TargetPc);
  storeDirty(SharedNeedsFlags);
  leaveIndirect(TargetPc);
}

/// Where a branch to Succ leads that can't do more than branch.
BasicBlock *UnitLifter::wayTo(unsigned Succ) {
  if (R.Blocks[Succ].Loop == Cur->Loop)
    return Starts[Succ];
  BasicBlock *Way = newBlock("way");
  SidePath Side(*this);
  B.SetInsertPoint(Way);
  crossTo(Succ);
  B.CreateBr(Starts[Succ]);
  return Way;
}

// An indirect jump inside the unit. The builder continues where the target is
// none of those known.
void UnitLifter::jumpToTargets(Value *TargetPc) {
  BasicBlock *Elsewhere = newBlock("elsewhere");
  std::vector<std::pair<uint64_t, BasicBlock *>> Cases;
  Cases.reserve(Cur->Targets.size());
  for (unsigned T : Cur->Targets)
    Cases.emplace_back(R.Blocks[T].Code.Pc, wayTo(T));
  switchOnPc(TargetPc, Elsewhere, Cases);
  B.SetInsertPoint(Elsewhere);
}

// To the unit at Callee if that is the target: through its slot, which the host
// predicts better than what the jump cache has for all.
void UnitLifter::callIf(Value *TargetPc, uint64_t Callee) {
  BasicBlock *Is = newBlock("callee"), *Other = newBlock("other");
  B.CreateCondBr(B.CreateICmpEQ(TargetPc, B.getInt64(Callee)), Is, Other);
  {
    SidePath Side(*this);
    B.SetInsertPoint(Is);
    branchTo(NoBlock, Callee, Cur->TakenNeedsFlags);
  }
  B.SetInsertPoint(Other);
}

void UnitLifter::tailCall(Value *Callee, Value *TargetPc) {
  SmallVector<Value *, 20> Args{TargetPc};
  for (unsigned I = 0; I != abi::NumPinnedGpr; ++I)
    Args.push_back(readLoc(LocX + abi::PinnedGpr[I]));
  for (unsigned I = 0; I != abi::NumPinnedVec; ++I)
    Args.push_back(readLoc(LocV + I));
  CallInst *Call = B.CreateCall(UnitTy, Callee, Args);
  Call->setCallingConv(CallingConv::X86_RegCall);
  Call->setTailCallKind(CallInst::TCK_MustTail);
  B.CreateRetVoid();
}

void UnitLifter::leaveToStub(size_t StubOffset, Value *TargetPc) {
  tailCall(loadOurs(B.getPtrTy(), statePtr(StubOffset), false), TargetPc);
}

// Look the target up in the thread's jump cache here, so that each indirect
// branch has its own place in the host's branch predictor. One jump serves hit
// and miss, and a hit takes no branch to it: branches that are always taken
// fill the history from which the target is predicted.
void UnitLifter::leaveIndirect(Value *TargetPc) {
  Value *Cache =
      loadOurs(B.getPtrTy(), statePtr(offsetof(CpuState, JumpCache)));
  Value *Mask =
      loadOurs(B.getInt64Ty(), statePtr(offsetof(CpuState, JumpCacheMask)));
  Value *Offset = B.CreateAnd(B.CreateShl(TargetPc, 2), Mask);
  Value *Entry = B.CreateGEP(B.getInt8Ty(), Cache, Offset);
  Value *Cached = loadOurs(B.getInt64Ty(), Entry, false);
  Value *Host = loadOurs(B.getPtrTy(),
                         B.CreateConstGEP1_64(B.getInt8Ty(), Entry,
                                              offsetof(JumpCacheEntry, Host)));
  BasicBlock *From = B.GetInsertBlock(), *Leave = newBlock("leave"),
             *Miss = newBlock("miss");
  B.CreateCondBr(B.CreateICmpNE(Cached, TargetPc), Miss, Leave, Unlikely);
  B.SetInsertPoint(Miss);
  Value *Stub =
      loadOurs(B.getPtrTy(), statePtr(offsetof(CpuState, IndirectStub)));
  B.CreateBr(Leave);
  B.SetInsertPoint(Leave);
  PHINode *To = B.CreatePHI(B.getPtrTy(), 2);
  To->addIncoming(Host, From);
  To->addIncoming(Stub, Miss);
  tailCall(To, TargetPc);
}

void UnitLifter::leaveWith(ExitReason Reason, Value *Info, Value *NextPc) {
  storeState(B.getInt32(static_cast<uint32_t>(Reason)),
             offsetof(CpuState, Exit));
  storeState(Info, offsetof(CpuState, ExitInfo));
  leaveToStub(offsetof(CpuState, ExitStub), NextPc);
}

void UnitLifter::storeDirty(bool WithFlags) {
  for (unsigned L = 0; L != LocN; ++L)
    if (Dirty[L])
      storeLocToState(L, readLoc(L));
  if (WithFlags)
    for (unsigned L = LocN; L != NumLocs; ++L)
      if (Dirty[L])
        storeLocToState(L, readFlag(L));
}

void UnitLifter::flushRegisters() {
  const LocSet Kept = R.loopLocs(*Cur);
  for (unsigned L = 0; L != LocN; ++L)
    if (Dirty[L] && !Kept[L]) {
      storeLocToState(L, readLoc(L));
      Dirty.reset(L);
    }
}

void UnitLifter::crossTo(unsigned Succ) {
  const RegionBlock &To = R.Blocks[Succ];
  if (To.Loop == Cur->Loop)
    return;
  storeDirty(false);
  const LocSet Loads = R.loadsInto(To);
  for (unsigned L = 0; L != LocN; ++L)
    if (Loads[L])
      readLoc(L);
}

void UnitLifter::liftTerminator(const Uop &U) {
  const uint64_t Target = static_cast<uint64_t>(U.Imm);
  // Flags that a successor with several predecessors expects in the locations.
  auto merges = [&](unsigned S) {
    return (R.Blocks[S].IsEntry || R.Blocks[S].Preds.size() != 1) &&
           R.Blocks[S].FlagsLiveIn;
  };
  Value *Cond = U.Code == Op::brCond ? arg(U, 0) : nullptr;
  bool Merges = false;
  R.forEachSucc(*Cur, [&](unsigned S) { Merges |= merges(S); });
  if (Merges)
    materialiseFlags();
  if (Options.WriteThrough)
    flushForFault();

  switch (U.Code) {
  case Op::br:
  case Op::call:
    return branchTo(Cur->Taken, Target, Cur->TakenNeedsFlags);
  case Op::brCond: {
    BasicBlock *Taken = newBlock("taken"), *Fall = newBlock("fall");
    B.CreateCondBr(Cond, Taken, Fall);
    {
      SidePath Side(*this);
      B.SetInsertPoint(Taken);
      branchTo(Cur->Taken, Target, Cur->TakenNeedsFlags);
    }
    B.SetInsertPoint(Fall);
    return branchTo(Cur->Fall, Cur->Code.End, Cur->FallNeedsFlags);
  }
  case Op::brInd:
    if (!Cur->Targets.empty()) {
      pollBeforeJump(arg(U, 0));
      if (R.SharedJumps && endsInJump(Cur->Code))
        return jumpToShared(arg(U, 0));
      jumpToTargets(arg(U, 0));
    }
    for (uint64_t Callee : Cur->Callees)
      callIf(arg(U, 0), Callee);
    storeDirty(Cur->TakenNeedsFlags);
    return leaveIndirect(arg(U, 0));
  default: {
    assert(U.Code == Op::exit && "block without terminator");
    storeDirty(true);
    Value *Info =
        U.A[0] == NoVal ? B.getInt64(static_cast<uint64_t>(U.Imm)) : arg(U, 0);
    return leaveWith(static_cast<ExitReason>(U.N), Info,
                     B.getInt64(U.Lane ? Pc + 4 : Pc));
  }
  }
}

} // namespace xlate::lift
