//===- Ops.h - Builder that instruction semantics are written in -*- C++ -*-==//
//
// Rules for semantics, which make faults precise in every tier:
//  * within one instruction, do all memory accesses before the first write of
//    a register or flag (loads before any setReg; writeback last);
//  * read all operands before writing any register;
//  * no value lives past its instruction.
// Register number 31 means XZR in reg()/setReg() and SP in regSp()/setRegSp().
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_OPS_OPS_H
#define XLATE_OPS_OPS_H

#include "xlate/Ops/Uop.h"
#include <cassert>

namespace xlate {

/// Handle of a recorded value.
struct Val {
  uint16_t Id = NoVal;
  Ty T = Ty::None;
  bool valid() const { return Id != NoVal; }
};

/// A guest address: Base + (Index << Scale) + Disp.
struct Addr {
  Val Base;           ///< X
  Val Index = {};     ///< X, optional
  unsigned Scale = 0; ///< 0..4
  int32_t Disp = 0;
};

class Ops {
public:
  explicit Ops(Block &B) : B(B) {}

  //--- Recording frame (used by the block recorder, not by semantics) -------
  void startInsn(uint64_t InsnPc, uint32_t Word);
  bool terminated() const { return Terminated; }
  /// Record the instruction that the brCond recorded last falls through to.
  void resume() { Terminated = false; }

  /// Guest address of the instruction being recorded, and of the next one.
  uint64_t pc() const { return Pc; }
  uint64_t nextPc() const { return Pc + 4; }
  /// Its instruction word.
  uint32_t word() const { return Word; }

  //--- Constants -------------------------------------------------------------
  Val imm(Ty T, uint64_t V);
  Val x(uint64_t V) { return imm(Ty::X, V); }
  Val w(uint32_t V) { return imm(Ty::W, V); }
  Val b(bool V) { return imm(Ty::B, V); }
  /// 32- or 64-bit constant by the sf bit.
  Val sfImm(bool Sf, uint64_t V) { return imm(Sf ? Ty::X : Ty::W, V); }
  Val vzero() { return vimm(0); }
  /// Both halves = V.
  Val vimm(uint64_t V);
  /// Value of a constant, if V is one.
  bool isConst(Val V, uint64_t &Out) const;

  //--- Registers
  //---------------------------------------------------------------
  Val reg(bool Sf, unsigned R);   ///< W or X; 31 = zero
  Val regSp(bool Sf, unsigned R); ///< W or X; 31 = SP
  Val xreg(unsigned R) { return reg(true, R); }
  Val wreg(unsigned R) { return reg(false, R); }
  Val xregSp(unsigned R) { return regSp(true, R); }
  void setReg(unsigned R, Val V);   ///< 31 discards; W zero-extends
  void setRegSp(unsigned R, Val V); ///< 31 = SP
  Val vreg(unsigned R);
  void setVreg(unsigned R, Val V);
  /// Write V, zeroing the upper half when Q is false (D form).
  void setVregQ(bool Q, unsigned R, Val V) {
    setVreg(R, Q ? V : vLow64(L64, V));
  }
  /// Read a vector register, upper half masked off when Q is false.
  Val vregQ(bool Q, unsigned R) { return Q ? vreg(R) : vLow64(L64, vreg(R)); }
  Val readSys(SysReg R);
  void writeSys(SysReg R, Val V);
  void stateHelper(StateHelper H, Val Arg);

  //--- Regular shapes, one method per line of Ops.def
  //---------------------------
#define XOP_I1(name)                                                           \
  Val name(Val A) { return un(Op::name, A, A.T); }
#define XOP_I2(name)                                                           \
  Val name(Val A, Val B_) { return bin(Op::name, A, B_, A.T); }
#define XOP_C2(name)                                                           \
  Val name(Val A, Val B_) { return bin(Op::name, A, B_, Ty::B); }
#define XOP_ToW(name)                                                          \
  Val name(Val A) { return un(Op::name, A, Ty::W); }
#define XOP_ToX(name)                                                          \
  Val name(Val A) { return un(Op::name, A, Ty::X); }
#define XOP_ToB(name)                                                          \
  Val name(Val A) { return un(Op::name, A, Ty::B); }
#define XOP_V1(name)                                                           \
  Val name(Lane L, Val A) { return rec(Op::name, Ty::V, L, 0, A); }
#define XOP_V2(name)                                                           \
  Val name(Lane L, Val A, Val B_) { return rec(Op::name, Ty::V, L, 0, A, B_); }
#define XOP_V3(name)                                                           \
  Val name(Lane L, Val A, Val B_, Val C) {                                     \
    return rec(Op::name, Ty::V, L, 0, A, B_, C);                               \
  }
#define XOP_V1I(name)                                                          \
  Val name(Lane L, Val A, int64_t I) {                                         \
    return rec(Op::name, Ty::V, L, 0, A, {}, {}, I);                           \
  }
#define XOP_V2I(name)                                                          \
  Val name(Lane L, Val A, Val B_, int64_t I) {                                 \
    return rec(Op::name, Ty::V, L, 0, A, B_, {}, I);                           \
  }
#define XOP_VX(name)                                                           \
  Val name(Lane L, Val A, int64_t I) {                                         \
    return rec(Op::name, Ty::X, L, 0, A, {}, {}, I);                           \
  }
#define XOP_F1(name)                                                           \
  Val name(Lane L, unsigned N, Val A) { return rec(Op::name, Ty::V, L, N, A); }
#define XOP_F2(name)                                                           \
  Val name(Lane L, unsigned N, Val A, Val B_) {                                \
    return rec(Op::name, Ty::V, L, N, A, B_);                                  \
  }
#define XOP_F3(name)                                                           \
  Val name(Lane L, unsigned N, Val A, Val B_, Val C) {                         \
    return rec(Op::name, Ty::V, L, N, A, B_, C);                               \
  }
#define XOP_F1I(name)                                                          \
  Val name(Lane L, unsigned N, Val A, int64_t I) {                             \
    return rec(Op::name, Ty::V, L, N, A, {}, {}, I);                           \
  }
#define XOP_F2I(name)                                                          \
  Val name(Lane L, unsigned N, Val A, Val B_, int64_t I) {                     \
    return rec(Op::name, Ty::V, L, N, A, B_, {}, I);                           \
  }
#define XOP_F3I(name)                                                          \
  Val name(Lane L, unsigned N, Val A, Val B_, Val C, int64_t I) {              \
    return rec(Op::name, Ty::V, L, N, A, B_, C, I);                            \
  }
#define XOP_Special(name)
#define XOP(name, Shape, Attr) XOP_##Shape(name)
#include "xlate/Ops/Ops.def"
#undef XOP_I1
#undef XOP_I2
#undef XOP_C2
#undef XOP_ToW
#undef XOP_ToX
#undef XOP_ToB
#undef XOP_V1
#undef XOP_V2
#undef XOP_V3
#undef XOP_V1I
#undef XOP_V2I
#undef XOP_VX
#undef XOP_F1
#undef XOP_F2
#undef XOP_F3
#undef XOP_F1I
#undef XOP_F2I
#undef XOP_F3I
#undef XOP_Special

  //--- Irregular integer
  //---------------------------------------------------------
  Val adc(Val A, Val B_, Val C) { return rec(Op::adc, A.T, 0, 0, A, B_, C); }
  Val sbc(Val A, Val B_, Val C) { return rec(Op::sbc, A.T, 0, 0, A, B_, C); }
  Val extr(Val Hi, Val Lo, unsigned Lsb) {
    return rec(Op::extr, Hi.T, 0, 0, Hi, Lo, {}, Lsb);
  }
  Val select(Val Cond, Val A, Val B_);
  Val crc32(bool Castagnoli, unsigned Log2Bytes, Val Crc, Val Data) {
    return rec(Op::crc32, Ty::W, Log2Bytes, Castagnoli, Crc, Data);
  }
  Val shlI(Val A, unsigned N) { return N ? shl(A, imm(A.T, N)) : A; }
  Val lshrI(Val A, unsigned N) { return N ? lshr(A, imm(A.T, N)) : A; }
  Val ashrI(Val A, unsigned N) { return N ? ashr(A, imm(A.T, N)) : A; }
  Val rorI(Val A, unsigned N) { return N ? ror(A, imm(A.T, N)) : A; }
  Val addI(Val A, int64_t N) {
    return N ? add(A, imm(A.T, static_cast<uint64_t>(N))) : A;
  }

  //--- Flags
  //---------------------------------------------------------------------
  void flagsAdd(Val A, Val B_) { rec(Op::flagsAdd, Ty::None, 0, 0, A, B_); }
  void flagsSub(Val A, Val B_) { rec(Op::flagsSub, Ty::None, 0, 0, A, B_); }
  void flagsAdc(Val A, Val B_, Val C) {
    rec(Op::flagsAdc, Ty::None, 0, 0, A, B_, C);
  }
  void flagsSbc(Val A, Val B_, Val C) {
    rec(Op::flagsSbc, Ty::None, 0, 0, A, B_, C);
  }
  void flagsLogic(Val A) { rec(Op::flagsLogic, Ty::None, 0, 0, A); }
  void flagsCcmp(Val Cond, Val A, Val B_, unsigned Nzcv) {
    rec(Op::flagsCcmp, Ty::None, 0, 0, Cond, A, B_, Nzcv);
  }
  void flagsCcmn(Val Cond, Val A, Val B_, unsigned Nzcv) {
    rec(Op::flagsCcmn, Ty::None, 0, 0, Cond, A, B_, Nzcv);
  }
  void flagsFcmp(Lane L, Val A, Val B_, bool Signalling) {
    rec(Op::flagsFcmp, Ty::None, L, 0, A, B_, {}, Signalling);
  }
  void flagsFccmp(Lane L, Val Cond, Val A, Val B_, bool Signalling,
                  unsigned Nzcv) {
    rec(Op::flagsFccmp, Ty::None, L, 0, Cond, A, B_,
        (Signalling ? 16 : 0) | Nzcv);
  }
  void setNzcv(Val W) { rec(Op::setNzcv, Ty::None, 0, 0, W); }
  Val getNzcv() { return rec(Op::getNzcv, Ty::X, 0, 0); }
  /// Condition code 0..15; 14 and 15 give constant true.
  Val cond(unsigned Cc);
  Val carry() { return cond(2); }

  //--- Memory
  //----------------------------------------------------------------------
  /// Load 1 << Size bytes, extended to T (W or X).
  Val load(Ty T, unsigned Size, Addr A, bool Sext = false,
           Order O = Order::Plain);
  void store(unsigned Size, Addr A, Val V, Order O = Order::Plain);
  Val vload(unsigned Size, Addr A, Order O = Order::Plain);
  void vstore(unsigned Size, Addr A, Val V, Order O = Order::Plain);
  Val atomicRmw(RmwKind K, Ty T, unsigned Size, Val Address, Val V, Order O);
  Val cas(Ty T, unsigned Size, Val Address, Val Expected, Val New, Order O);
  /// Size = log2 of one element (2 or 3); pairs travel in a V, low element
  /// first.
  Val casPair(unsigned Size, Val Address, Val Expected, Val New, Order O);
  Val ldx(Ty T, unsigned Size, Val Address, Order O);
  Val ldxPair(unsigned Size, Val Address, Order O);
  Val stx(unsigned Size, Val Address, Val V, Order O);
  Val stxPair(unsigned Size, Val Address, Val V, Order O);
  void clrex() { rec(Op::clrex, Ty::None, 0, 0); }
  void barrier(BarrierKind K) {
    rec(Op::barrier, Ty::None, 0, 0, {}, {}, {}, static_cast<int64_t>(K));
  }
  void prefetch(Val Address, unsigned PrfOp) {
    rec(Op::prefetch, Ty::None, 0, 0, Address, {}, {}, PrfOp);
  }
  void dcZva(Val Address) { rec(Op::dcZva, Ty::None, 0, 0, Address); }

  //--- Irregular vector
  //-----------------------------------------------------------
  Val vDup(Lane L, Val Gpr) { return rec(Op::vDup, Ty::V, L, 0, Gpr); }
  Val vFromX(Lane L, Val Gpr) { return rec(Op::vFromX, Ty::V, L, 0, Gpr); }
  Val vInsert(Lane L, Val V, Val Gpr, unsigned Index) {
    return rec(Op::vInsert, Ty::V, L, 0, V, Gpr, {}, Index);
  }
  Val vInsLane(Lane L, Val D, unsigned DIdx, Val S, unsigned SIdx) {
    return rec(Op::vInsLane, Ty::V, L, 0, D, S, {}, DIdx | SIdx << 8);
  }
  Val vTblAt(Val Acc, Val Table, Val Index, unsigned Base) {
    return rec(Op::vTblAt, Ty::V, L8, 0, Acc, Table, Index, Base);
  }
  Val vDeint3(Lane L, Val A, Val B_, Val C, unsigned K) {
    return rec(Op::vDeint3, Ty::V, L, 0, A, B_, C, K);
  }
  Val vInt3(Lane L, Val A, Val B_, Val C, unsigned K) {
    return rec(Op::vInt3, Ty::V, L, 0, A, B_, C, K);
  }
  Val fJcvt(Val A) { return rec(Op::fJcvt, Ty::X, L64, 1, A); }
  Val sm3Tt(Val D, Val N, Val M, unsigned Index, unsigned Kind) {
    return rec(Op::sm3Tt, Ty::V, L32, 0, D, N, M, Index | Kind << 2);
  }

  //--- Control: each ends the block
  //-------------------------------------------------
  void br(uint64_t Target);
  void brCond(Val Cond, uint64_t Taken);
  void brInd(Val Target, BranchKind K);
  /// Direct call; sets X30.
  void callTo(uint64_t Target);
  /// Leave for the dispatcher at this instruction (faults) or the next one.
  void exitHere(ExitReason R, uint64_t Info);
  void exitNext(ExitReason R, uint64_t Info);
  void exitNext(ExitReason R, Val Info);
  /// Unallocated or unsupported: guest SIGILL.
  void undefined();

private:
  Val rec(Op O, Ty T, unsigned L, unsigned N, Val A = {}, Val B_ = {},
          Val C = {}, int64_t I = 0);
  Val un(Op O, Val A, Ty T) { return rec(O, T, 0, 0, A); }
  Val bin(Op O, Val A, Val B_, Ty T);
  void end() { Terminated = true; }

  Block &B;
  uint64_t Pc = 0;
  uint32_t Word = 0;
  bool Terminated = false;
};

} // namespace xlate

#endif // XLATE_OPS_OPS_H
