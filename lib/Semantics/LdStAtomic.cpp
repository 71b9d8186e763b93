//===- LdStAtomic.cpp - Exclusive, ordered and atomic accesses ------------===//
//
// Arm ARM B2.12 (exclusives), B2.3.12 (acquire and release), C3.2.12 (LSE).
//
//===----------------------------------------------------------------------===//

#include "LdSt.h"

namespace xlate::sem {
namespace {

constexpr Order orderOf(unsigned Acquire, unsigned Release) {
  return static_cast<Order>(Acquire | Release << 1);
}

void loadExclusive(Ops &O, unsigned Size, unsigned Rn, unsigned Rt, Order Ord) {
  O.setReg(Rt, O.ldx(gprType(Size), Size, O.xregSp(Rn), Ord));
}

void storeExclusive(Ops &O, unsigned Size, unsigned Rs, unsigned Rn,
                    unsigned Rt, Order Ord) {
  O.setReg(Rs, O.stx(Size, O.xregSp(Rn), O.reg(Size == 3, Rt), Ord));
}

/// Two registers as the low lanes of a vector, as the pair primitives want.
Val pack(Ops &O, bool Sf, unsigned Lo, unsigned Hi) {
  Lane L = Sf ? L64 : L32;
  Val Low = O.vFromX(L, O.reg(Sf, Lo));
  return O.vInsert(L, Low, O.reg(Sf, Hi), 1);
}

void unpack(Ops &O, bool Sf, Val V, unsigned Lo, unsigned Hi) {
  Lane L = Sf ? L64 : L32;
  Val A = O.vExtract(L, V, 0), B = O.vExtract(L, V, 1);
  O.setReg(Lo, A);
  O.setReg(Hi, B);
}

void loadExclusivePair(Ops &O, unsigned Sf, unsigned Rt2, unsigned Rn,
                       unsigned Rt, Order Ord) {
  unpack(O, Sf, O.ldxPair(2 + Sf, O.xregSp(Rn), Ord), Rt, Rt2);
}

void storeExclusivePair(Ops &O, unsigned Sf, unsigned Rs, unsigned Rt2,
                        unsigned Rn, unsigned Rt, Order Ord) {
  Val Data = pack(O, Sf, Rt, Rt2);
  O.setReg(Rs, O.stxPair(2 + Sf, O.xregSp(Rn), Data, Ord));
}

void loadOrdered(Ops &O, unsigned Size, unsigned Rn, unsigned Rt) {
  O.setReg(Rt,
           O.load(gprType(Size), Size, {O.xregSp(Rn)}, false, Order::Acquire));
}

void storeOrdered(Ops &O, unsigned Size, unsigned Rn, unsigned Rt) {
  O.store(Size, {O.xregSp(Rn)}, O.reg(Size == 3, Rt), Order::Release);
}

void readModifyWrite(Ops &O, RmwKind K, unsigned Size, unsigned A, unsigned R,
                     unsigned Rs, unsigned Rn, unsigned Rt) {
  Val Operand = O.reg(Size == 3, Rs);
  O.setReg(Rt, O.atomicRmw(K, gprType(Size), Size, O.xregSp(Rn), Operand,
                           orderOf(A, R)));
}

} // namespace

void LDXR(Ops &O, unsigned size, unsigned Rn, unsigned Rt) {
  loadExclusive(O, size, Rn, Rt, Order::Plain);
}
void LDAXR(Ops &O, unsigned size, unsigned Rn, unsigned Rt) {
  loadExclusive(O, size, Rn, Rt, Order::Acquire);
}
void STXR(Ops &O, unsigned size, unsigned Rs, unsigned Rn, unsigned Rt) {
  storeExclusive(O, size, Rs, Rn, Rt, Order::Plain);
}
void STLXR(Ops &O, unsigned size, unsigned Rs, unsigned Rn, unsigned Rt) {
  storeExclusive(O, size, Rs, Rn, Rt, Order::Release);
}
void LDXP(Ops &O, unsigned sf, unsigned Rt2, unsigned Rn, unsigned Rt) {
  loadExclusivePair(O, sf, Rt2, Rn, Rt, Order::Plain);
}
void LDAXP(Ops &O, unsigned sf, unsigned Rt2, unsigned Rn, unsigned Rt) {
  loadExclusivePair(O, sf, Rt2, Rn, Rt, Order::Acquire);
}
void STXP(Ops &O, unsigned sf, unsigned Rs, unsigned Rt2, unsigned Rn,
          unsigned Rt) {
  storeExclusivePair(O, sf, Rs, Rt2, Rn, Rt, Order::Plain);
}
void STLXP(Ops &O, unsigned sf, unsigned Rs, unsigned Rt2, unsigned Rn,
           unsigned Rt) {
  storeExclusivePair(O, sf, Rs, Rt2, Rn, Rt, Order::Release);
}

void LDAR(Ops &O, unsigned size, unsigned Rn, unsigned Rt) {
  loadOrdered(O, size, Rn, Rt);
}
void LDLAR(Ops &O, unsigned size, unsigned Rn, unsigned Rt) {
  loadOrdered(O, size, Rn, Rt);
}
void LDAPR(Ops &O, unsigned size, unsigned Rn, unsigned Rt) {
  loadOrdered(O, size, Rn, Rt);
}
void STLR(Ops &O, unsigned size, unsigned Rn, unsigned Rt) {
  storeOrdered(O, size, Rn, Rt);
}
void STLLR(Ops &O, unsigned size, unsigned Rn, unsigned Rt) {
  storeOrdered(O, size, Rn, Rt);
}

void LDAPUR(Ops &O, unsigned size, unsigned imm9, unsigned Rn, unsigned Rt) {
  ImmAddress M(O, Rn, signExtend(imm9, 9));
  O.setReg(Rt, O.load(gprType(size), size, M.Where, false, Order::Acquire));
}
void LDAPURS(Ops &O, unsigned size, unsigned w32, unsigned imm9, unsigned Rn,
             unsigned Rt) {
  ImmAddress M(O, Rn, signExtend(imm9, 9));
  O.setReg(Rt,
           O.load(w32 ? Ty::W : Ty::X, size, M.Where, true, Order::Acquire));
}
void STLUR(Ops &O, unsigned size, unsigned imm9, unsigned Rn, unsigned Rt) {
  ImmAddress M(O, Rn, signExtend(imm9, 9));
  O.store(size, M.Where, O.reg(size == 3, Rt), Order::Release);
}

void CAS(Ops &O, unsigned size, unsigned A, unsigned Rs, unsigned R,
         unsigned Rn, unsigned Rt) {
  bool Sf = size == 3;
  Val Expected = O.reg(Sf, Rs), New = O.reg(Sf, Rt);
  O.setReg(Rs, O.cas(gprType(size), size, O.xregSp(Rn), Expected, New,
                     orderOf(A, R)));
}
void CASP(Ops &O, unsigned sf, unsigned A, unsigned Rs, unsigned R, unsigned Rn,
          unsigned Rt) {
  Val Expected = pack(O, sf, Rs, Rs + 1), New = pack(O, sf, Rt, Rt + 1);
  unpack(O, sf, O.casPair(2 + sf, O.xregSp(Rn), Expected, New, orderOf(A, R)),
         Rs, Rs + 1);
}

#define RMW(Name, Kind)                                                        \
  void Name(Ops &O, unsigned size, unsigned A, unsigned R, unsigned Rs,        \
            unsigned Rn, unsigned Rt) {                                        \
    readModifyWrite(O, RmwKind::Kind, size, A, R, Rs, Rn, Rt);                 \
  }
RMW(LDADD, Add)
RMW(LDCLR, Clr)
RMW(LDEOR, Eor)
RMW(LDSET, Set)
RMW(LDSMAX, Smax)
RMW(LDSMIN, Smin)
RMW(LDUMAX, Umax)
RMW(LDUMIN, Umin)
RMW(SWP, Swap)

} // namespace xlate::sem
