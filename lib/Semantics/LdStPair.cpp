//===- LdStPair.cpp - Loads and stores of register pairs ------------------===//
//
// Arm ARM C3.2.3; LDP, STP, LDPSW, LDNP, STNP in C6.2 and C7.2. Both accesses
// precede the first register write, so that a fault in the second one leaves
// the registers alone. Where the architecture leaves overlapping registers
// CONSTRAINED UNPREDICTABLE, Rt2 wins over Rt and the write-back over both.
//
//===----------------------------------------------------------------------===//

#include "LdSt.h"

namespace xlate::sem {
namespace {

enum Mode { Offset, Post, Pre };

struct PairAddress : ImmAddress {
  Addr Second;
  PairAddress(Ops &O, unsigned Rn, unsigned Imm7, unsigned Size, Mode M)
      : ImmAddress(O, Rn, signExtend(Imm7, 7) * (1 << Size), M == Post,
                   M == Pre) {
    Second = Where;
    Second.Disp += 1 << Size;
  }
};

void loadPair(Ops &O, unsigned Size, bool Signed, Mode M, unsigned Imm7,
              unsigned Rt2, unsigned Rn, unsigned Rt) {
  PairAddress A(O, Rn, Imm7, Size, M);
  Ty T = Signed ? Ty::X : gprType(Size);
  Val First = O.load(T, Size, A.Where, Signed);
  Val Second = O.load(T, Size, A.Second, Signed);
  O.setReg(Rt, First);
  O.setReg(Rt2, Second);
  A.writeBack(O);
}

void storePair(Ops &O, unsigned Size, Mode M, unsigned Imm7, unsigned Rt2,
               unsigned Rn, unsigned Rt) {
  PairAddress A(O, Rn, Imm7, Size, M);
  Val First = O.reg(Size == 3, Rt), Second = O.reg(Size == 3, Rt2);
  O.store(Size, A.Where, First);
  O.store(Size, A.Second, Second);
  A.writeBack(O);
}

void loadVecPair(Ops &O, unsigned Opc, Mode M, unsigned Imm7, unsigned Rt2,
                 unsigned Rn, unsigned Rt) {
  unsigned Size = 2 + Opc;
  PairAddress A(O, Rn, Imm7, Size, M);
  Val First = O.vload(Size, A.Where);
  Val Second = O.vload(Size, A.Second);
  O.setVreg(Rt, First);
  O.setVreg(Rt2, Second);
  A.writeBack(O);
}

void storeVecPair(Ops &O, unsigned Opc, Mode M, unsigned Imm7, unsigned Rt2,
                  unsigned Rn, unsigned Rt) {
  unsigned Size = 2 + Opc;
  PairAddress A(O, Rn, Imm7, Size, M);
  Val First = O.vreg(Rt), Second = O.vreg(Rt2);
  O.vstore(Size, A.Where, First);
  O.vstore(Size, A.Second, Second);
  A.writeBack(O);
}

Mode indexMode(unsigned Pre) { return Pre ? Mode::Pre : Mode::Post; }

} // namespace

void STP_off(Ops &O, unsigned sf, unsigned imm7, unsigned Rt2, unsigned Rn,
             unsigned Rt) {
  storePair(O, 2 + sf, Offset, imm7, Rt2, Rn, Rt);
}
void STP_idx(Ops &O, unsigned sf, unsigned pre, unsigned imm7, unsigned Rt2,
             unsigned Rn, unsigned Rt) {
  storePair(O, 2 + sf, indexMode(pre), imm7, Rt2, Rn, Rt);
}
void LDP_off(Ops &O, unsigned sf, unsigned imm7, unsigned Rt2, unsigned Rn,
             unsigned Rt) {
  loadPair(O, 2 + sf, false, Offset, imm7, Rt2, Rn, Rt);
}
void LDP_idx(Ops &O, unsigned sf, unsigned pre, unsigned imm7, unsigned Rt2,
             unsigned Rn, unsigned Rt) {
  loadPair(O, 2 + sf, false, indexMode(pre), imm7, Rt2, Rn, Rt);
}
void LDPSW_off(Ops &O, unsigned imm7, unsigned Rt2, unsigned Rn, unsigned Rt) {
  loadPair(O, 2, true, Offset, imm7, Rt2, Rn, Rt);
}
void LDPSW_idx(Ops &O, unsigned pre, unsigned imm7, unsigned Rt2, unsigned Rn,
               unsigned Rt) {
  loadPair(O, 2, true, indexMode(pre), imm7, Rt2, Rn, Rt);
}

void STP_v_off(Ops &O, unsigned opc, unsigned imm7, unsigned Rt2, unsigned Rn,
               unsigned Rt) {
  storeVecPair(O, opc, Offset, imm7, Rt2, Rn, Rt);
}
void STP_v_idx(Ops &O, unsigned opc, unsigned pre, unsigned imm7, unsigned Rt2,
               unsigned Rn, unsigned Rt) {
  storeVecPair(O, opc, indexMode(pre), imm7, Rt2, Rn, Rt);
}
void LDP_v_off(Ops &O, unsigned opc, unsigned imm7, unsigned Rt2, unsigned Rn,
               unsigned Rt) {
  loadVecPair(O, opc, Offset, imm7, Rt2, Rn, Rt);
}
void LDP_v_idx(Ops &O, unsigned opc, unsigned pre, unsigned imm7, unsigned Rt2,
               unsigned Rn, unsigned Rt) {
  loadVecPair(O, opc, indexMode(pre), imm7, Rt2, Rn, Rt);
}

// The non-temporal hint relaxes ordering that we need not use.
void STNP(Ops &O, unsigned sf, unsigned imm7, unsigned Rt2, unsigned Rn,
          unsigned Rt) {
  storePair(O, 2 + sf, Offset, imm7, Rt2, Rn, Rt);
}
void LDNP(Ops &O, unsigned sf, unsigned imm7, unsigned Rt2, unsigned Rn,
          unsigned Rt) {
  loadPair(O, 2 + sf, false, Offset, imm7, Rt2, Rn, Rt);
}
void STNP_v(Ops &O, unsigned opc, unsigned imm7, unsigned Rt2, unsigned Rn,
            unsigned Rt) {
  storeVecPair(O, opc, Offset, imm7, Rt2, Rn, Rt);
}
void LDNP_v(Ops &O, unsigned opc, unsigned imm7, unsigned Rt2, unsigned Rn,
            unsigned Rt) {
  loadVecPair(O, opc, Offset, imm7, Rt2, Rn, Rt);
}

} // namespace xlate::sem
