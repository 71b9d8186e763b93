//===- UnitLifter.h - Lifting of one unit -----------------------*- C++ -*-===//
//
// State of the lift of one region and the lowerings of primitives. A lowering
// returns the value of a uop, or null if it has none for these operands; the
// primitive's evaluator is called then.
//
// Guest registers and flags live in allocas (which SROA turns into SSA values),
// created on first use. Flags are produced lazily: the producer (kind and
// operands) is kept, conditions are computed from it, and N, Z, C, V are only
// materialised where a merge or an exit needs them.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_LIFTER_UNITLIFTER_H
#define XLATE_LIB_LIFTER_UNITLIFTER_H

#include "xlate/Lifter/Lifter.h"
#include "xlate/Semantics/Semantics.h"
#include "llvm/IR/DIBuilder.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include <optional>

namespace xlate::lift {

using llvm::Value; // not xlate::Value

/// FPCR.FZ.
constexpr uint32_t FpcrFz = 1u << 24;

/// What the flags currently are. Operands dominate every block that sees it.
struct FlagSource {
  enum Kind : uint8_t {
    InLocs,
    Add,
    Sub,
    Adc,
    Sbc,
    Logic,
    Fcmp,
    Nzcv,
    CcSub,
    CcAdd,
    CcFcmp
  } K = InLocs;
  llvm::Value *A = nullptr, *B = nullptr; ///< Operands.
  llvm::Value *Carry = nullptr;           ///< Adc, Sbc: i1.
  llvm::Value *Cond = nullptr;            ///< Cc*: i1.
  unsigned Imm = 0;                       ///< Cc*: nzcv if Cond is false.
};

class UnitLifter {
public:
  UnitLifter(llvm::Module &M, const Region &R, const LiftOptions &Options);
  llvm::Function *run();

private:
  //--- Unit.cpp: frame, control flow
  //-------------------------------------------
  void createFunction();
  void liftBlock(unsigned Index);
  void liftEntries();
  void
  switchOnPc(Value *TargetPc, llvm::BasicBlock *Otherwise,
             llvm::ArrayRef<std::pair<uint64_t, llvm::BasicBlock *>> Cases);
  void liftUop(const Uop &U);
  void liftTerminator(const Uop &U);
  void poll(Value *Target, bool WithFlags);
  /// To the block Succ, or out of the unit to guest address Target.
  void branchTo(unsigned Succ, uint64_t Target, bool WithFlags);
  void leaveToStub(size_t StubOffset, Value *TargetPc);
  void leaveIndirect(llvm::Value *TargetPc);
  void pollBeforeJump(llvm::Value *TargetPc);
  void jumpToTargets(llvm::Value *TargetPc);
  void callIf(Value *TargetPc, uint64_t Callee);
  void jumpToShared(llvm::Value *TargetPc);
  void liftSharedJump();
  void leaveWith(ExitReason Reason, Value *Info, Value *NextPc);
  void tailCall(Value *Callee, Value *TargetPc);
  /// Store what CpuState doesn't have yet.
  void storeDirty(bool WithFlags);
  /// Store the registers that the block's loop doesn't keep in values.
  void flushRegisters();
  /// On the way to Succ: store and load what its loop wants.
  void crossTo(unsigned Succ);
  llvm::BasicBlock *wayTo(unsigned Succ);
  llvm::BasicBlock *newBlock(const char *Name);
  /// Branch to a new block if Cond, expected not to happen; the builder then
  /// continues in another new block. Returns the cold one.
  llvm::BasicBlock *coldIf(Value *Cond);

  /// Restores what is known about the current path, and the insertion point.
  struct SidePath {
    explicit SidePath(UnitLifter &L) : L(L), Guard(L.B), Avail(L.Avail) {
      std::copy(std::begin(L.Now), std::end(L.Now), Now);
    }
    ~SidePath() {
      L.Avail = Avail;
      std::copy(std::begin(Now), std::end(Now), L.Now);
    }
    UnitLifter &L;
    llvm::IRBuilderBase::InsertPointGuard Guard;
    LocSet Avail;
    Value *Now[NumLocs];
  };

  //--- State.cpp: locations and CpuState
  //----------------------------------------
  Value *readLoc(unsigned L);
  void writeLoc(unsigned L, Value *V);
  llvm::AllocaInst *slotOf(unsigned L);
  Value *pinnedArg(unsigned L);
  /// With WriteThrough, store what changed before an access that may fault.
  void flushForFault();
  /// Have a debug variable follow L if that is of the frame: see
  /// FrameVariables.
  void trackFrame(unsigned L, Value *V);
  void showFrame();
  llvm::Type *locType(unsigned L);
  Value *statePtr(size_t Offset);
  Value *loadState(llvm::Type *T, size_t Offset);
  /// Load what the guest has no access to. Volatile: others write it.
  llvm::LoadInst *loadOurs(llvm::Type *T, Value *Ptr, bool Volatile = true);
  llvm::StoreInst *storeState(Value *V, size_t Offset);
  void apartFromGuest(llvm::Instruction *Access);
  Value *loadLocFromState(unsigned L);
  void storeLocToState(unsigned L, Value *V);
  /// Evaluate U by its evaluator. Operands as given (null = absent).
  Value *callEval(const Uop &U, Value *A, Value *B, Value *C);
  Value *callEval(const Uop &U);
  /// For the evaluators that return NZCV: the nibble.
  Value *callEvalFlags(const Uop &U);
  /// Call U's evaluator with all that is newer than CpuState stored there.
  void callWithState(const Uop &U);
  void liftStateHelper(const Uop &U);
  void liftMops(const Uop &U, const MopsPrologue &P);
  /// Run Fast; where its second result (i1, null = never) holds, take the
  /// evaluator's result instead.
  Value *withColdEval(const Uop &U, Value *Fast, Value *IsCold);

  //--- Flags.cpp
  //------------------------------------------------------------------
  void liftFlags(const Uop &U);
  void raiseFcmp();
  Value *strictFcmp(llvm::CmpInst::Predicate P, Value *A, Value *Bv,
                    bool Signalling);
  void liftFcmp(const Uop &U, FlagSource S);
  Value *condition(unsigned Cc);
  Value *conditionOf(const FlagSource &F, unsigned Cc);
  Value *flagFrom(const FlagSource &F, unsigned L);
  Value *readFlag(unsigned L);
  void materialiseFlags();
  void settleFcmp();
  void setFlags(FlagSource F);
  void scanFlagLiveness();

  //--- Lowerings, by file
  //-----------------------------------------------------------
  Value *lowerPure(const Uop &U);
  Value *lowerSys(const Uop &U, bool &Done);
  Value *lowerInt(const Uop &U);
  std::pair<Value *, Value *> withCarry(bool IsSub, Value *A, Value *Bv,
                                        Value *Carry);
  Value *lowerMem(const Uop &U, bool &Done);
  Value *lowerOrdered(const Uop &U, bool &Done);
  Value *lowerAtomic(const Uop &U, bool &Done);
  Value *atomicInline(const Uop &U, Value *Where);
  /// Inline's value, but the evaluator's if IsCold. Done is set if there is
  /// none.
  Value *guarded(const Uop &U, Value *IsCold, bool &Done,
                 llvm::function_ref<Value *()> Inline);
  /// Inline's value if Where is aligned to U's access, else the evaluator's.
  Value *whenAligned(const Uop &U, Value *Where, bool &Done,
                     llvm::function_ref<Value *()> Inline);
  Value *lowerVec(const Uop &U);
  Value *lowerVecArith(const Uop &U);
  Value *lowerVecShift(const Uop &U);
  Value *lowerVecWide(const Uop &U);
  Value *lowerFp(const Uop &U);
  Value *lowerFpFast(const Uop &U);
  bool trapsInvalid() const;
  bool joinsPending(const Uop &U);
  Value *trappingFp(const Uop &U);
  Value *lowerFpConvert(const Uop &U);
  Value *lowerCrypto(const Uop &U);

  //--- Helpers of the lowerings
  //------------------------------------------------------
  Value *arg(const Uop &U, unsigned I) { return Vals[U.A[I]]; }
  llvm::Type *typeOf(Ty T);
  llvm::IntegerType *intTy(unsigned Bits) { return B.getIntNTy(Bits); }
  Value *address(const Uop &U);
  Value *guestPtr(Value *Address);
  llvm::MDNode *accessScope();
  Value *guestLoad(llvm::Type *T, Value *Address);
  void guestStore(Value *V, Value *Address);
  /// <16 >> L x i(8 << L)>, or the same with FP elements.
  llvm::FixedVectorType *lanesTy(unsigned L);
  llvm::FixedVectorType *fpLanesTy(unsigned L);
  Value *lanes(Value *V, unsigned L) { return B.CreateBitCast(V, lanesTy(L)); }
  Value *fromLanes(Value *V) { return B.CreateBitCast(V, VecTy); }
  Value *call(llvm::Intrinsic::ID Id, llvm::ArrayRef<llvm::Type *> Types,
              llvm::ArrayRef<Value *> Args) {
    return B.CreateIntrinsic(Id, Types, Args);
  }
  Value *shuffle(Value *A, Value *Bv, llvm::ArrayRef<int> Mask) {
    return B.CreateShuffleVector(A, Bv, Mask);
  }

  // Vectors. Operands and results are lanes unless they are whole uops.
  Value *permute(const Uop &U,
                 llvm::function_ref<unsigned(unsigned I, unsigned N)> Source);
  Value *permute3(const Uop &U,
                  llvm::function_ref<unsigned(unsigned I)> Source);
  Value *lookup(Value *Acc, Value *Table, Value *Index, unsigned Base);
  Value *anyBit(Value *V);
  void raiseQcIfAny(Value *V);
  Value *saturating(llvm::Intrinsic::ID Id,
                    llvm::Instruction::BinaryOps Wrapping, const Uop &U);
  Value *wrapMinToMax(Value *R);
  Value *mulHigh(const Uop &U, bool Round);
  Value *mulHighAcc(const Uop &U, bool Subtract);
  Value *carrylessMul(Value *A, Value *Bv);
  Value *clampSigned(Value *V, unsigned Bits);
  Value *shiftRight(Value *V, unsigned N, bool Signed);
  Value *roundRight(Value *V, unsigned N, bool Signed);
  Value *shiftByLanes(const Uop &U, bool Signed, bool Round);
  Value *satShiftLeft(const Uop &U, bool FromSigned, bool ToSigned);
  Value *slice(Value *V, unsigned First, unsigned Count);
  Value *widenPart(Value *V, bool High, bool Signed);
  Value *narrowLanes(Value *V);
  Value *satNarrow(const Uop &U, bool FromSigned, bool ToSigned);
  Value *addBytes(Value *V, bool All);
  Value *reduce(const Uop &U, llvm::Intrinsic::ID Id);
  Value *dot(Value *Acc, Value *X, Value *Y, bool XSigned, bool YSigned);
  Value *matMul(const Uop &U, bool XSigned, bool YSigned);

  // Floating point.
  Value *constrained(llvm::Intrinsic::ID Id, llvm::ArrayRef<llvm::Type *> Types,
                     llvm::ArrayRef<Value *> Args, bool Rounds);
  /// A host intrinsic that raises FP exceptions, which LLVM doesn't know: it
  /// is kept even if the result is unused.
  Value *hostFp(llvm::Intrinsic::ID Id, llvm::ArrayRef<Value *> Args);
  /// A comparison outside the constrained world: nothing depends on its flags.
  /// On vectors, only for predicates that don't order (those signal).
  Value *plainFcmp(llvm::CmpInst::Predicate P, Value *A, Value *Bv);
  Value *fpOperand(const Uop &U, unsigned I, double Fill);
  Value *fpResult(const Uop &U, Value *V);
  Value *onlyLanes(Value *V, unsigned L, unsigned N);
  Value *anyLane(Value *Cmp);
  /// V as U's result, but the evaluator's if a lane is a NaN or may hide an
  /// underflow.
  Value *unlessNaN(const Uop &U, Value *V);
  //--- FpPending.cpp
  struct PendingFp {
    Uop U;
    Value *Args[3];
    Value *Fast;   ///< The host's result: a scalar, or lanes.
    Value *Result; ///< It as a vector register.
    Value *Slow;   ///< The evaluator's result.
    bool Covered;  ///< An operand of another one.
  };
  bool mayPend(const Uop &U) const;
  PendingFp *pendingOf(const Value *V);
  bool mustSettle(const Uop &U);
  Value *pend(const Uop &U, Value *V);
  Value *anyPendingCold();
  /// Make all pending values exact.
  void settle();
  bool mayHideUnderflow(const Uop &U) const;
  Value *tinyOrNaN(Value *V);
  Value *anyNotFinite(llvm::ArrayRef<Value *> Operands);
  Value *magnitudeAtLeast(Value *V, double Limit);
  Value *needsExactModes(uint32_t Bits);
  Value *minMax(const Uop &U, bool Max);
  Value *fpCompare(const Uop &U, llvm::CmpInst::Predicate P, bool Signalling);
  Value *signBits(const Uop &U, Value *X, bool Clear);
  Value *roundAway(const Uop &U);
  Value *roundToIntegral(const Uop &U);
  Value *roundScalar(Value *V, FpRound R, bool Double);
  Value *scalarToInt(const Uop &U);
  Value *vectorToInt(const Uop &U);
  Value *fromInt(const Uop &U);
  Value *coldHalf(Value *Single, Value *Half);
  Value *convertHalf(const Uop &U, bool ToHalf);
  Value *convertPrecision(const Uop &U);
  Value *convertJs(const Uop &U);

  Value *lowerAes(const Uop &U);
  Value *xorVec(Value *A, Value *Bv);
  Value *lowerSha(const Uop &U);
  Value *lowerSha512(const Uop &U);
  Value *sha1Rounds(const Uop &U, unsigned Function, uint32_t K);
  Value *sha256Rounds(Value *Abcd, Value *Efgh, Value *Wk, bool WantEfgh);

  llvm::Module &M;
  const Region &R;
  const LiftOptions &Options;
  llvm::LLVMContext &Ctx;
  llvm::IRBuilder<> B;
  llvm::FixedVectorType *VecTy; ///< <2 x i64>, the type of V values.
  llvm::FunctionType *UnitTy = nullptr;
  llvm::Function *F = nullptr;
  llvm::BasicBlock *Entry = nullptr;
  llvm::DISubprogram *Sp = nullptr;
  llvm::MDNode *Unlikely, *StateScope, *GuestScope, *LineDomain;
  llvm::DILocalVariable *FrameVars[NumFrameRegs] = {};
  unsigned InsnNumber = 0; ///< Of the instruction: see FrameVariables.
  llvm::MDNode *AccessScope = nullptr;
  unsigned AccessScopeNumber = 0;

  std::vector<llvm::BasicBlock *> Starts; ///< Per region block.
  std::vector<FlagSource> FlagsOut;       ///< Producer at each block's end.
  std::vector<bool> FlagsStoredOut;
  llvm::AllocaInst *Slots[NumLocs] = {};
  LocSet Written;                   ///< Anywhere in the region.
  llvm::Value *StateBase = nullptr; ///< See statePtr().

  // Where all indirect jumps meet, if they do.
  llvm::BasicBlock *Shared = nullptr;
  llvm::AllocaInst *SharedTarget = nullptr;
  /// One of the blocks that jump there, in a loop if any is.
  const RegionBlock *SharedFrom = nullptr;
  LocSet SharedAvail, SharedDirty;
  bool SharedNeedsFlags = false;

  // Block being lifted.
  const RegionBlock *Cur = nullptr;
  size_t Index_ = 0; ///< Of the uop.
  std::vector<PendingFp> Pending;
  bool RaiseDue = false, RaiseSignalling = false; ///< See raiseFcmp().
  bool CompareStrictly = false;                   ///< See settleFcmp().
  std::vector<Value *> Vals;
  uint64_t Pc = 0;
  LocSet Avail, Dirty;
  Value *Now[NumLocs] = {}; ///< Current value where known.
  FlagSource Flags;
  /// Flags has been stored to the flag locations.
  bool FlagsStored = true;
  /// Per uop: flags before it may be read later on.
  std::vector<bool> FlagsLive;
};

} // namespace xlate::lift

#endif // XLATE_LIB_LIFTER_UNITLIFTER_H
