//===- Emitter.h - State of one emission ------------------------*- C++ -*-===//
//
// Where things live while a block is emitted:
//  * pinned guest registers: in their host registers, always;
//  * other guest registers: in CpuState, always; scratch registers may hold
//    copies (Slot::Cache), which can be dropped at any time;
//  * uop values: see Loc. They live within one guest instruction. Reads of
//    guest registers, constants, conditions and a few cheap operations are not
//    emitted where they are recorded but folded into their consumer;
//  * NZCV: in CpuState or, while FlagsIn isn't Mem, in the host's flags.
//
// Scratch: rax, xmm14 and xmm15 are temporaries of a single lowering; rbx, rbp,
// r10, r11 and xmm8..xmm13 are allocated.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_BASELINE_EMITTER_H
#define XLATE_LIB_BASELINE_EMITTER_H

#include "Assembler.h"
#include "xlate/Baseline/Baseline.h"
#include "xlate/Guest/UnitAbi.h"
#include <array>
#include <optional>

namespace xlate::baseline {

/// Host register of a guest register (31 = SP), or -1.
constexpr int8_t HostOf[32] = {RDX, RDI, RSI, R8, -1, -1, -1, -1,  R9,  -1,  -1,
                               -1,  -1,  -1,  -1, -1, -1, -1, -1,  R12, R13, -1,
                               -1,  -1,  -1,  -1, -1, -1, -1, R14, R15, RCX};
constexpr bool isPinnedVec(unsigned R) { return R < abi::NumPinnedVec; }

constexpr size_t offX(unsigned R) { return offsetof(CpuState, X) + 8 * R; }
constexpr size_t offV(unsigned R) { return offsetof(CpuState, V) + 16 * R; }
constexpr size_t offTmp(unsigned I) { return offsetof(CpuState, Tmp) + 16 * I; }
constexpr size_t offSpill(unsigned I) {
  return offsetof(CpuState, SaveGpr) + 8 * I;
}
constexpr size_t offSpillV(unsigned I) {
  return offsetof(CpuState, SaveVec) + 16 * I;
}

/// opAttr() without the call.
constexpr OpAttr attrOf(Op O) {
  constexpr OpAttr Attrs[] = {
#define XOP(name, Shape, Attr) OpAttr::Attr,
#include "xlate/Ops/Ops.def"
  };
  return Attrs[static_cast<unsigned>(O)];
}

/// A condition in the host's flags. FP comparisons may need PF as well.
struct HostCond {
  Cc Code;
  enum Extra : uint8_t {
    Plain,
    AndNoParity, ///< Code and not PF
    OrParity     ///< Code or PF
  } X = Plain;
};

/// A VEX.128 opcode: map (1 = 0F, 2 = 0F38, 3 = 0F3A), prefix (0, 1 = 66, 2 =
/// F3, 3 = F2), W and opcode byte.
struct VexOp {
  uint8_t Map, Pp, W, Code;
  constexpr bool valid() const { return Map != 0; }
};

class Emitter : public Assembler {
public:
  explicit Emitter(const Features &F);
  size_t emitThunks(uint8_t *At, size_t Space);
  size_t emitCharge(uint8_t *At, size_t Space, uint8_t *Jump,
                    const std::atomic<int32_t> *Heat);
  EmitResult emit(const Block &Blk, uint8_t *At, size_t Space, UnitContext &C,
                  const Options &O);

private:
  //--- Cold code
  //----------------------------------------------------------------------------
  /// Code moved behind the unit's hot part.
  struct Cold {
    enum Kind : uint8_t {
      CcmpElse,
      Divide,
      EvalInt,      ///< R: general registers of A, B, C and the result
      EvalVec,      ///< the same, vector registers
      EvalVecToGpr, ///< result: lane 0, to a general register
      CallHelper,   ///< a stateHelper
      SideExit      ///< R[0]: FlagsKind, R[1]: whether NZCV are needed
    } K;
    uint32_t From; ///< near jump to patch
    uint32_t Back; ///< where to continue
    uint16_t I;    ///< uop
    uint8_t R[5];  ///< registers, by kind
    uint64_t Pc;
  };

  //--- Values (Values.cpp) ----------------------------------------------------
  struct Loc {
    enum Kind : uint8_t {
      None,
      Const,    ///< the uop's constant
      Guest,    ///< same as guest register R
      GuestV,   ///< same as guest vector register R
      Gpr,      ///< owns scratch register R
      Vec,      ///< owns scratch register xmm R
      Spill,    ///< SaveGpr[R]
      SpillV,   ///< SaveVec[R]
      Cond,     ///< Arm condition R on the current NZCV
      Deferred, ///< not computed yet; its operands are still held
    } K = None;
    uint8_t R = 0;
    bool Wide = false; ///< of a W in Guest: upper half is known to be zero
  };
  struct Slot {
    enum Kind : uint8_t { Free, Val, Cache } K = Free;
    uint16_t Id = 0; ///< uop or guest register
  };

  const Uop &uop(unsigned I) const { return B->Uops[I]; }
  bool isX(unsigned V) const { return uop(V).Type == Ty::X; }
  bool isConst(unsigned V) const { return Locs[V].K == Loc::Const; }
  uint64_t constOf(unsigned V) const { return Consts[V]; }
  /// V's value, if it is a constant or what a register is known to hold.
  std::optional<uint64_t> known(unsigned V) const;
  /// Compute I now, if its operands are known.
  bool fold(unsigned I);
  /// Constant that fits a sign-extended 32-bit immediate of its type.
  bool fitsImm(unsigned V) const;
  /// True if uop I is the last user of V.
  bool dies(unsigned V) const { return Uses[V] == usesByCurrent(V); }
  unsigned usesByCurrent(unsigned V) const;

  static constexpr uint8_t Pool[] = {R10, R11, RBX, RBP};
  static constexpr unsigned PoolSize = sizeof Pool;
  unsigned allocGpr();
  unsigned allocVec();
  void bindGpr(unsigned V, unsigned R);
  void bindVec(unsigned V, unsigned R);
  void spillGpr(unsigned R);
  void spillVec(unsigned R);
  /// V in a host register that must not be changed. The upper half of a W is
  /// unspecified with Any, else zero.
  Reg64 use(unsigned V, bool Any = true);
  Xmm useV(unsigned V);
  Opnd opnd(unsigned V, bool Mem = true, bool Imm = true);
  /// Copy V into register R.
  void loadInto(unsigned R, unsigned V, bool Any = true);
  /// Store V to a field of CpuState as 8 (16) bytes.
  void storeState(size_t Off, unsigned V);
  /// Result register of uop I, not among the host registers Avoid; may be a
  /// pinned guest register.
  Reg64 def(unsigned I, uint32_t Avoid = 0);
  Xmm defV(unsigned I, uint32_t Avoid = 0);
  /// As def, but takes over the register of V if it dies here.
  void takeCopy(unsigned V);
  Reg64 defReuse(unsigned I, unsigned V, uint32_t Avoid = 0);
  /// Make V own a scratch register.
  void own(unsigned V);
  /// Emit a deferred value.
  void force(unsigned V);
  /// Guest register R is about to change: save pending values that refer to it.
  void clobberGuest(unsigned R, bool Vector);
  void dropCache(unsigned R);
  void dropCacheV(unsigned R);
  void dropAllCaches();
  void release(unsigned V);
  void releaseOperands(unsigned I);
  void emitSetReg(const Uop &U);
  void emitSetVec(const Uop &U);
  void moveState(size_t Off, unsigned R, bool Store);
  void zeroVec(unsigned R);
  void vecConst(unsigned R, uint64_t V);

  //--- Analysis (Analysis.cpp)
  //-------------------------------------------------
  void analyse();
  void findReads(); ///< NextRead and ReadAfter.
  /// NZCV bits that may be read after the terminator before they are written.
  uint8_t liveOut();
  /// The same for the taken side of the brCond I, given those of what follows.
  uint8_t liveTaken(unsigned I);
  /// Starts: the instructions so far, a bit each.
  void noteLabel(unsigned I, uint64_t At, uint64_t Starts);

  //--- Flags (Flags.cpp)
  //--------------------------------------------------------
  enum class FlagsKind : uint8_t {
    Mem, ///< in CpuState
    Add, ///< C = CF
    Sub, ///< C = !CF
    Fp,  ///< as (v)ucomis left
  };
  void emitFlags(unsigned I);
  void emitAddSubFlags(unsigned I, unsigned Result);
  void carryIn(unsigned C, bool IsAdd);
  void emitCarryFlags(unsigned I);
  void emitWithCarry(unsigned I);
  unsigned matchingResult(unsigned I) const;
  unsigned matchingFlags(unsigned I) const;
  void emitSetNzcv(unsigned I);
  void emitGetNzcv(unsigned I);
  void storeNzcvNibble();
  void compareOperands(bool Is64, Opnd A, Opnd B);
  void emitCcmp(unsigned I);
  void emitFlagsFcmp(unsigned I);
  void callFlagsFcmp(unsigned I);
  /// Call before emitting anything that changes the host's flags.
  void clobberFlags();
  /// Call before NZCV gets a new meaning.
  void beginFlagsWrite();
  void saveFlags(uint8_t Mask);
  void setHostFlags(FlagsKind K) { FlagsIn = K; }
  bool flagsBusy() const;
  /// Bring B value V (or condition Arm) into the host's flags.
  HostCond hostCond(unsigned V);
  HostCond armCond(unsigned Arm);
  HostCond compare(unsigned V);
  /// Value of a condition as 0 or 1 in R; leaves the host's flags alone.
  void setBool(unsigned R, HostCond C);
  void emitSelect(unsigned I);
  void emitSelectVec(unsigned I, HostCond C);
  void setcc(Cc C, const Xbyak::Operand &D);
  void cmov(Cc C, bool Is64, unsigned D, Opnd S);
  static Xbyak::Reg8 low8(unsigned R) {
    return Xbyak::Reg8(static_cast<int>(R), R >= 4 && R < 8);
  }

  //--- Integer lowerings (Int.cpp, IntMul.cpp)
  //------------------------------------
  bool emitInt(unsigned I);
  void emitAlu(unsigned I);
  void emitAdd(unsigned I);
  void emitShift(unsigned I);
  bool emitUnary(unsigned I);
  void emitDivide(unsigned I);
  void emitMulHigh(unsigned I);
  void emitMulKeepingFlags(unsigned I);
  void emitExtr(unsigned I);
  void emitRbit(unsigned I);
  void emitNotForm(unsigned I);
  void move(unsigned D, unsigned S, bool Is64);
  /// Try to leave I to be folded by its consumer.
  bool defer(unsigned I);

  //--- Memory (Mem.cpp, Atomic.cpp)
  //--------------------------------------------------
  RegExp address(const Uop &U);
  Reg64 addressReg(const Uop &U);
  void loadSized(unsigned D, unsigned Size, const RegExp &E, bool Sext,
                 bool Is64);
  void storeSized(unsigned Size, const RegExp &E, unsigned R);
  bool emitMem(unsigned I);
  void emitLoad(unsigned I);
  void emitStore(unsigned I);
  void emitVecLoad(unsigned I);
  void emitVecStore(unsigned I);
  static constexpr unsigned NoReg = 0xff;
  /// Leave for the evaluator if Where isn't a multiple of 1 << Size; B and C
  /// are the registers of its further operands. finishAligned(), with the
  /// result's register, marks where it comes back.
  void checkAligned(unsigned I, Reg64 Where, unsigned Size, unsigned B = NoReg,
                    unsigned C = NoReg);
  void finishAligned(unsigned I, unsigned D);
  void exchange(unsigned Size, Reg64 Where);
  void compareExchange(unsigned Size, Reg64 Where, unsigned New);
  void takeRax(unsigned D, unsigned Size);
  void emitRmwLoop(RmwKind K, unsigned Size, Reg64 Where, Reg64 V, unsigned T);
  void emitRmw(unsigned I);
  void emitStx(unsigned I);
  bool emitAtomic(unsigned I);

  //--- Vector lowerings
  //---------------------------------------------------------------
  bool emitVec(unsigned I);
  bool emitVecArith(unsigned I);
  bool emitVecShift(unsigned I);
  bool emitVecMove(unsigned I);
  bool emitVecLanes(unsigned I);
  bool emitCrypto(unsigned I);
  bool emitSha(unsigned I);
  struct Sigma {
    uint8_t X, Y, Z;
    bool Shift;
  };
  void addSigma(Reg64 D, Reg64 S, Reg64 T, Sigma Of);
  void lane64(Reg64 D, unsigned V, unsigned K);
  void addLane64(Reg64 D, unsigned V, unsigned K);
  bool emitSha512(unsigned I);
  void emitSha256Rounds(unsigned I);
  void emitSha1Rounds(unsigned I);
  void emitAesRound(unsigned I);
  unsigned mixColumnsAfter(unsigned I) const;
  bool emitFp(unsigned I);
  void zeroAbove(unsigned D, unsigned S, unsigned Bytes, bool Already = false);
  /// Register R is zero from Bytes on (16: nothing known).
  void noteZero(unsigned R, unsigned Bytes);
  bool isZeroAbove(unsigned R, unsigned Bytes) const {
    return Bytes >= 16 || (Bytes == 8   ? Zero8
                           : Bytes == 4 ? Zero4
                                        : 0) >>
                                  R &
                              1;
  }
  unsigned fpOperand(unsigned V, unsigned T, bool Half);
  void checkFpResult(unsigned I, unsigned R, uint32_t &From);
  void coldEval(unsigned I, uint32_t From, Cold::Kind K, unsigned Result);
  bool emitFpChecked(unsigned I, uint8_t Code);
  bool emitFpMinMax(unsigned I, bool Max);
  bool emitFpCompareMask(unsigned I, uint8_t Predicate, bool Swap);
  bool emitFpMulAdd(unsigned I);
  bool emitFpSign(unsigned I, bool Clear);
  bool emitFpRound(unsigned I);
  bool emitFpConvert(unsigned I);
  bool emitFpWidth(unsigned I);
  bool extractFollows(unsigned I, unsigned L) const;
  bool emitFpToIntVec(unsigned I);
  bool emitIntToFpVec(unsigned I);
  bool emitFpRoundAway(unsigned I);
  bool emitFpToInt(unsigned I);
  bool emitIntToFp(unsigned I);
  unsigned vecIn(unsigned V);
  unsigned vecOut(unsigned I, uint32_t Avoid = 0);
  bool emitOneVec(unsigned I, VexOp O);
  void allOnes(unsigned R);
  void vecNot(unsigned D, unsigned S);
  void vecConst2(unsigned R, uint64_t Lo, uint64_t Hi);
  void setQcIfDifferent(unsigned A, unsigned B);
  bool emitSaturating(unsigned I, VexOp Sat, VexOp Wrap);
  bool emitSaturatingNarrow(unsigned I);
  bool emitCompareGe(unsigned I, VexOp Max);
  void flipSigns64(unsigned A, unsigned B);
  void emitMul64(unsigned I);
  void emitMul8(unsigned I);
  void shiftLeft(unsigned D, unsigned S, unsigned L, unsigned N);
  void shiftRight(unsigned D, unsigned S, unsigned L, unsigned N, bool Signed);
  bool emitShiftByVector(unsigned I);
  void narrow(unsigned D, unsigned S, unsigned L);
  void emitUnzip(unsigned I, bool Odd);
  void emitTranspose(unsigned I, bool Odd);
  bool emitReverse(unsigned I);
  void emitTable(unsigned I, unsigned Base);
  bool broadcast(unsigned D, unsigned S, unsigned L);
  void extractRax(unsigned S, unsigned L, unsigned Index);
  void insertGpr(unsigned D, unsigned V, unsigned L, unsigned Index,
                 unsigned R);
  void reduce(unsigned A, VexOp O, unsigned L, unsigned Count);
  bool emitReduction(unsigned I);
  bool emitInsLane(unsigned I);

  //--- Calls and control (Calls.cpp, Control.cpp)
  //----------------------------------------
  void emitCall(unsigned I);
  bool emitMops(unsigned I);
  uint8_t *emitCommonThunk(bool State);
  void emitChargeThunk(const Reg64 &Counter);
  void storeArgument(unsigned Slot, unsigned V);
  void callEval(unsigned I);
  void bindResult(unsigned I);
  void jumpState(size_t Off);
  void emitControl(unsigned I);
  void emitEdge(uint64_t Target, bool FlagsNeeded, bool Cold = false);
  bool isDirect(uint64_t Target);
  /// The displacement at At leads to another unit.
  void noteDirect(uint32_t At, uint64_t Target) {
    Res->Direct.emplace_back(At, Target);
  }
  void emitBranchCond(unsigned I);
  void emitSideExit(unsigned I, HostCond C);
  void emitLoopBranch(unsigned I, Cc C);
  void emitIndirect(unsigned I);
  void emitExit(unsigned I);
  void takeHeat(unsigned Insns);
  void loadCounter(unsigned Reg, const std::atomic<int32_t> *Heat);
  /// Guest addresses of the block that branches of it reach without leaving.
  bool isLabel(uint64_t Target) const {
    return Target - B->Pc < 4 * uint64_t(B->NumInsns) &&
           Labels >> (Target - B->Pc) / 4 & 1;
  }
  void bindLabel();
  void beginLoop(unsigned Word);
  /// Cold: from behind the unit, where it isn't known what registers hold.
  void jumpLabel(uint64_t Target, bool Cold);
  void restoreHeld(unsigned Word, bool Cold);
  std::atomic<int32_t> *heatOf(uint64_t Target) const {
    return Target == B->Pc ? Opts->Heat : Ctx->heatFor(Target);
  }
  void emitBody();
  void emitUops();
  void emitUop(unsigned I);
  void emitCold();
  bool emitSys(unsigned I);
  void startAt(uint8_t *At, size_t Space);
  void markPc(uint32_t At);

  //--- Encoding helpers
  //-----------------------------------------------------------------
  Xbyak::Address state64(size_t Off);
  Xbyak::Address state32(size_t Off);
  Xbyak::Address state8(size_t Off);
  /// Forward jumps: the returned position is patched by bind().
  uint32_t jumpNear(Cc C);
  uint32_t jumpNear();
  uint32_t jumpShort(Cc C);
  uint32_t jumpShort();
  void bindNear(uint32_t At);
  void bindShort(uint32_t At);
  void callTo(const uint8_t *Target);
  void jumpTo(const uint8_t *Target);
  void jumpTo(Cc C, const uint8_t *Target);
  void vex(VexOp Op, unsigned D, unsigned A, unsigned S);
  /// The same on the 16 bytes at From, which are near the code.
  void vexMem(VexOp Op, unsigned D, unsigned A, const uint8_t *From,
              unsigned ImmBytes = 0);
  void vexImm(VexOp Op, unsigned D, unsigned A, unsigned S, uint8_t Imm);
  void vexShift(uint8_t Code, unsigned Ext, unsigned D, unsigned S,
                unsigned Count);
  void vmov(unsigned D, unsigned S);

  void coldCall(const Cold &C);

  static inline uint8_t Placeholder; ///< Code space of no emission.
  Features F;
  const uint8_t *OpThunk[NumOps];
  const uint8_t *PollThunk, *HeatThunk, *IndirectThunk;
  /// Called with a counter's address in rax. Sets CF if its heat has just run
  /// out; keeps all registers.
  const uint8_t *ChargeThunk;
  /// The same with the address in r10; goes to HeatThunk instead of returning
  /// if the heat has run out.
  const uint8_t *EntryChargeThunk;
  /// Per single and double: all bits but the signs, the smallest normal number.
  const uint8_t *FpLimits;

  const Block *B = nullptr;
  UnitContext *Ctx = nullptr;
  const Options *Opts = nullptr;
  EmitResult *Res = nullptr;

  /// Targets of branches within the block, a bit per instruction; the first one
  /// stands for the place behind the entry checks.
  uint64_t Labels = 0;
  uint64_t ForwardLabels = 0; ///< Those that branches forwards lead to.
  uint64_t LoopLabels = 0;    ///< Those that branches backwards lead to.
  uint32_t LabelAt[Baseline::MaxInsns];
  uint8_t LiveAt[Baseline::MaxInsns]; ///< NZCV read there before written.
  /// Guest registers that the loops back to a label read, those that they read
  /// and write, and those that are in registers of the Pool at the label (-1:
  /// none).
  uint32_t LoopReads[Baseline::MaxInsns], LoopCarried[Baseline::MaxInsns];
  std::array<int8_t, PoolSize> Held[Baseline::MaxInsns];
  /// Forward jumps to labels: where to patch, instruction.
  std::vector<std::pair<uint32_t, uint8_t>> Forward;

  unsigned Cur = 0;       ///< Uop being emitted.
  unsigned InsnStart = 0; ///< Its `insn` marker.
  unsigned Fused = 0;     ///< Second uop of a fused pair, else 0.
  uint64_t Pc = 0;

  std::vector<std::pair<uint32_t, uint64_t>> PcMap; ///< EmitResult's.
  std::vector<Loc> Locs;
  std::vector<uint64_t> Consts; ///< Values of those in Loc::Const.
  std::vector<uint8_t> Uses, FlagsLive, Done;
  std::vector<uint8_t> TakenLive; ///< Of brConds: NZCV needed when taken.
  std::vector<int8_t> Hint;       ///< Register that a value is destined for.
  /// The uop that reads what the guest register holds next, or is the end of a
  /// loop that does; and what this becomes behind a uop that reads or writes
  /// one. NoUop = none.
  uint16_t NextRead[32];
  std::vector<uint16_t> ReadAfter;
  static constexpr uint16_t NoUop = 0xffff;
  FlagsKind FlagsIn = FlagsKind::Mem;
  bool LiveFallen = true; ///< NZCV after the block's last brCond, not taken.
  bool HasFp = false;     ///< Lowerings that don't hold under FPCR.FZ.
  bool InlineFp = false;  ///< FPCR.FZ is known to be clear.
  unsigned NumConds = 0;  ///< Pending values in Loc::Cond.

  Slot Gprs[16], Vecs[16];
  int8_t CachedIn[32], CachedInV[32];
  uint32_t Known = 0; ///< Guest registers that hold a constant, KnownValue.
  uint64_t KnownValue[32];
  uint32_t LockedG = 0, LockedV = 0;
  /// Vector registers known to be zero above 8 bytes, above 4 bytes. Not kept
  /// for xmm14 and xmm15.
  uint32_t Zero8 = 0, Zero4 = 0;
  uint32_t SpillsG = 0, SpillsV = 0;
  unsigned NextG = 0, NextV = 0;
  std::vector<Cold> Colds;
  uint32_t AlignJump = 0; ///< Between checkAligned and finishAligned.
  std::array<uint8_t, 3> AlignRegs;
};

} // namespace xlate::baseline

#endif // XLATE_LIB_BASELINE_EMITTER_H
