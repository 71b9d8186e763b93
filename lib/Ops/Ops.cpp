//===- Ops.cpp - Recording builder ----------------------------------------===//

#include "xlate/Ops/Ops.h"

using namespace xlate;

void Ops::startInsn(uint64_t InsnPc, uint32_t InsnWord) {
  Pc = InsnPc;
  Word = InsnWord;
  Uop U{Op::insn};
  U.Imm = static_cast<int64_t>(InsnPc);
  U.A[0] = static_cast<uint16_t>(InsnWord);
  U.A[1] = static_cast<uint16_t>(InsnWord >> 16);
  B.Uops.push_back(U);
  ++B.NumInsns;
}

Val Ops::rec(Op O, Ty T, unsigned L, unsigned N, Val A, Val B_, Val C,
             int64_t I) {
  assert(!Terminated && "recording past a block end");
  Uop U{O,
        T,
        static_cast<uint8_t>(L),
        static_cast<uint8_t>(N),
        {A.Id, B_.Id, C.Id},
        I};
  B.Uops.push_back(U);
  assert(B.Uops.size() < NoVal && "block too long");
  return {static_cast<uint16_t>(B.Uops.size() - 1), T};
}

Val Ops::imm(Ty T, uint64_t V) {
  if (T == Ty::W)
    V = static_cast<uint32_t>(V);
  else if (T == Ty::B)
    V = V != 0;
  return rec(Op::constant, T, 0, 0, {}, {}, {}, static_cast<int64_t>(V));
}

Val Ops::vimm(uint64_t V) {
  return rec(Op::vconstant, Ty::V, 0, 0, {}, {}, {}, static_cast<int64_t>(V));
}

bool Ops::isConst(Val V, uint64_t &Out) const {
  if (!V.valid() || B.Uops[V.Id].Code != Op::constant)
    return false;
  Out = static_cast<uint64_t>(B.Uops[V.Id].Imm);
  return true;
}

// Folds only the identities that every instruction alias produces (MOV, LSL
// #0, CMP with XZR...); the optimising tiers do the rest.
Val Ops::bin(Op O, Val A, Val B_, Ty T) {
  assert(A.T == B_.T && "operand types differ");
  uint64_t K;
  if (isConst(B_, K) && K == 0)
    switch (O) {
    case Op::add:
    case Op::sub:
    case Op::or_:
    case Op::xor_:
    case Op::shl:
    case Op::lshr:
    case Op::ashr:
    case Op::ror:
    case Op::andNot:
      return A;
    default:
      break;
    }
  if (isConst(A, K) && K == 0)
    switch (O) {
    case Op::add:
    case Op::or_:
    case Op::xor_:
      return B_;
    case Op::sub:
      return neg(B_);
    case Op::orNot:
      return not_(B_);
    default:
      break;
    }
  // Comparisons record their operands' width, which their type doesn't tell.
  const unsigned L = T != Ty::B ? 0 : A.T == Ty::X ? L64 : L32;
  return rec(O, T, L, 0, A, B_);
}

Val Ops::reg(bool Sf, unsigned R) {
  if (R == 31)
    return sfImm(Sf, 0);
  return rec(Op::getReg, Sf ? Ty::X : Ty::W, 0, 0, {}, {}, {}, R);
}

Val Ops::regSp(bool Sf, unsigned R) {
  return rec(Op::getReg, Sf ? Ty::X : Ty::W, 0, 0, {}, {}, {}, R);
}

void Ops::setReg(unsigned R, Val V) {
  if (R != 31)
    setRegSp(R, V);
}

void Ops::setRegSp(unsigned R, Val V) {
  assert(V.T == Ty::X || V.T == Ty::W);
  rec(Op::setReg, Ty::None, 0, 0, V, {}, {}, R);
}

Val Ops::vreg(unsigned R) {
  return rec(Op::getVec, Ty::V, 0, 0, {}, {}, {}, R);
}

void Ops::setVreg(unsigned R, Val V) {
  assert(V.T == Ty::V);
  rec(Op::setVec, Ty::None, 0, 0, V, {}, {}, R);
}

Val Ops::readSys(SysReg R) {
  return rec(Op::readSys, Ty::X, 0, 0, {}, {}, {}, static_cast<int64_t>(R));
}

void Ops::writeSys(SysReg R, Val V) {
  assert(V.T == Ty::X);
  rec(Op::writeSys, Ty::None, 0, 0, V, {}, {}, static_cast<int64_t>(R));
}

void Ops::stateHelper(StateHelper H, Val Arg) {
  rec(Op::stateHelper, Ty::None, 0, 1, Arg, {}, {}, static_cast<int64_t>(H));
}

Val Ops::select(Val Cond, Val A, Val B_) {
  assert(Cond.T == Ty::B && A.T == B_.T);
  uint64_t K;
  if (isConst(Cond, K))
    return K ? A : B_;
  return rec(Op::select, A.T, 0, 0, Cond, A, B_);
}

Val Ops::cond(unsigned Cc) {
  if (Cc >= 14)
    return b(true);
  return rec(Op::cond, Ty::B, 0, 0, {}, {}, {}, Cc);
}

Val Ops::load(Ty T, unsigned Size, Addr A, bool Sext, Order O) {
  return rec(Op::load, T, Size, MemFlags::pack(Sext, O, A.Scale), A.Base,
             A.Index, {}, A.Disp);
}

void Ops::store(unsigned Size, Addr A, Val V, Order O) {
  rec(Op::store, Ty::None, Size, MemFlags::pack(false, O, A.Scale), A.Base,
      A.Index, V, A.Disp);
}

Val Ops::vload(unsigned Size, Addr A, Order O) {
  return rec(Op::vload, Ty::V, Size, MemFlags::pack(false, O, A.Scale), A.Base,
             A.Index, {}, A.Disp);
}

void Ops::vstore(unsigned Size, Addr A, Val V, Order O) {
  assert(V.T == Ty::V);
  rec(Op::vstore, Ty::None, Size, MemFlags::pack(false, O, A.Scale), A.Base,
      A.Index, V, A.Disp);
}

Val Ops::atomicRmw(RmwKind K, Ty T, unsigned Size, Val Address, Val V,
                   Order O) {
  return rec(Op::atomicRmw, T, Size, MemFlags::pack(false, O, 0), Address, {},
             V, static_cast<int64_t>(K));
}

Val Ops::cas(Ty T, unsigned Size, Val Address, Val Expected, Val New, Order O) {
  return rec(Op::cas, T, Size, MemFlags::pack(false, O, 0), Address, Expected,
             New);
}

Val Ops::casPair(unsigned Size, Val Address, Val Expected, Val New, Order O) {
  return rec(Op::casPair, Ty::V, Size, MemFlags::pack(false, O, 0), Address,
             Expected, New);
}

Val Ops::ldx(Ty T, unsigned Size, Val Address, Order O) {
  return rec(Op::ldx, T, Size, MemFlags::pack(false, O, 0), Address);
}

Val Ops::ldxPair(unsigned Size, Val Address, Order O) {
  return rec(Op::ldxPair, Ty::V, Size, MemFlags::pack(false, O, 0), Address);
}

Val Ops::stx(unsigned Size, Val Address, Val V, Order O) {
  return rec(Op::stx, Ty::W, Size, MemFlags::pack(false, O, 0), Address, {}, V);
}

Val Ops::stxPair(unsigned Size, Val Address, Val V, Order O) {
  return rec(Op::stxPair, Ty::W, Size, MemFlags::pack(false, O, 0), Address, {},
             V);
}

void Ops::br(uint64_t Target) {
  rec(Op::br, Ty::None, 0, 0, {}, {}, {}, static_cast<int64_t>(Target));
  end();
}

void Ops::brCond(Val Cond, uint64_t Taken) {
  uint64_t K;
  if (isConst(Cond, K))
    return br(K ? Taken : nextPc());
  rec(Op::brCond, Ty::None, 0, 0, Cond, {}, {}, static_cast<int64_t>(Taken));
  end();
}

void Ops::brInd(Val Target, BranchKind K) {
  rec(Op::brInd, Ty::None, 0, static_cast<unsigned>(K), Target);
  end();
}

void Ops::callTo(uint64_t Target) {
  setReg(30, x(nextPc()));
  rec(Op::call, Ty::None, 0, 0, {}, {}, {}, static_cast<int64_t>(Target));
  end();
}

// Lane tells whether State.Pc becomes this instruction (0) or the next (1).
void Ops::exitHere(ExitReason R, uint64_t Info) {
  rec(Op::exit, Ty::None, 0, static_cast<unsigned>(R), {}, {}, {},
      static_cast<int64_t>(Info));
  end();
}

void Ops::exitNext(ExitReason R, uint64_t Info) {
  rec(Op::exit, Ty::None, 1, static_cast<unsigned>(R), {}, {}, {},
      static_cast<int64_t>(Info));
  end();
}

void Ops::exitNext(ExitReason R, Val Info) {
  rec(Op::exit, Ty::None, 1, static_cast<unsigned>(R), Info);
  end();
}

void Ops::undefined() { exitHere(ExitReason::Undefined, Word); }
