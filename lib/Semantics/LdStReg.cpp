//===- LdStReg.cpp - Loads and stores of one register ---------------------===//
//
// Arm ARM C3.2 and the LDR*, STR*, LDUR*, STUR*, LDTR*, STTR* and PRFM pages of
// C6.2 and C7.2. Every addressing mode computes an Addr, then one of the
// transfer functions accesses it; the rows differ in nothing else.
//
// A load whose destination is also the written-back base is CONSTRAINED
// UNPREDICTABLE; here the write-back wins.
//
//===----------------------------------------------------------------------===//

#include "LdSt.h"

namespace xlate::sem {
namespace {

/// How one mnemonic moves data between memory and Rt.
struct Access {
  enum Kind { Load, LoadSigned, Store, VecLoad, VecStore } K;
  unsigned Size; ///< log2 bytes
  Ty T;          ///< register type of GPR forms
};

constexpr Access loadOf(unsigned Size) {
  return {Access::Load, Size, gprType(Size)};
}
constexpr Access loadSigned(unsigned Size, bool W32) {
  return {Access::LoadSigned, Size, W32 ? Ty::W : Ty::X};
}
constexpr Access storeOf(unsigned Size) {
  return {Access::Store, Size, gprType(Size)};
}
constexpr Access vecLoad(unsigned Size, unsigned Q) {
  return {Access::VecLoad, Size | Q << 2, Ty::V};
}
constexpr Access vecStore(unsigned Size, unsigned Q) {
  return {Access::VecStore, Size | Q << 2, Ty::V};
}

void transfer(Ops &O, Access A, const Addr &Where, unsigned Rt) {
  switch (A.K) {
  case Access::Load:
  case Access::LoadSigned:
    O.setReg(Rt, O.load(A.T, A.Size, Where, A.K == Access::LoadSigned));
    break;
  case Access::Store:
    O.store(A.Size, Where, O.reg(A.T == Ty::X, Rt));
    break;
  case Access::VecLoad:
    O.setVreg(Rt, O.vload(A.Size, Where));
    break;
  case Access::VecStore:
    O.vstore(A.Size, Where, O.vreg(Rt));
    break;
  }
}

void unsignedImm(Ops &O, Access A, unsigned Imm12, unsigned Rn, unsigned Rt) {
  transfer(O, A, ImmAddress(O, Rn, int64_t(Imm12) << A.Size).Where, Rt);
}

void unscaled(Ops &O, Access A, unsigned Imm9, unsigned Rn, unsigned Rt) {
  transfer(O, A, ImmAddress(O, Rn, signExtend(Imm9, 9)).Where, Rt);
}

void indexed(Ops &O, Access A, unsigned Imm9, unsigned Pre, unsigned Rn,
             unsigned Rt) {
  ImmAddress M(O, Rn, signExtend(Imm9, 9), !Pre, Pre);
  transfer(O, A, M.Where, Rt);
  M.writeBack(O);
}

/// Ext is option<2>:option<0>: UXTW, LSL, SXTW, SXTX.
Addr registerOffset(Ops &O, unsigned Rm, unsigned Ext, unsigned Shift,
                    unsigned Rn) {
  Val Base = O.xregSp(Rn);
  if (Rm == 31)
    return {Base};
  Val Index = Ext & 1    ? O.xreg(Rm)
              : Ext == 0 ? O.zextW(O.wreg(Rm))
                         : O.sextW(O.wreg(Rm));
  return {Base, Index, Shift, 0};
}

void regOffset(Ops &O, Access A, unsigned Rm, unsigned Ext, unsigned S,
               unsigned Rn, unsigned Rt) {
  transfer(O, A, registerOffset(O, Rm, Ext, S ? A.Size : 0, Rn), Rt);
}

void literal(Ops &O, Access A, unsigned Imm19, unsigned Rt) {
  transfer(O, A,
           {O.x(O.pc() + static_cast<uint64_t>(signExtend(Imm19, 19) * 4))},
           Rt);
}

/// PLD and PST prefetch data; PLI and the unallocated hints do nothing.
void prefetch(Ops &O, unsigned PrfOp, const Addr &A) {
  if (PrfOp >> 3 & 1)
    return;
  Val Where = O.addI(A.Base, A.Disp);
  if (A.Index.valid())
    Where = O.add(Where, O.shlI(A.Index, A.Scale));
  O.prefetch(Where, PrfOp);
}

} // namespace

// All addressing modes of one mnemonic: Op is LD or ST, Sfx what follows the R,
// then the leading fields of the rows, if any.
#define PARAMS(...) Ops &O __VA_OPT__(, ) __VA_ARGS__
#define ADDRESSING_MODES(Op, Sfx, ACCESS, ...)                                 \
  void Op##R##Sfx##_imm(PARAMS(__VA_ARGS__), unsigned imm12, unsigned Rn,      \
                        unsigned Rt) {                                         \
    unsignedImm(O, ACCESS, imm12, Rn, Rt);                                     \
  }                                                                            \
  void Op##R##Sfx##_idx(PARAMS(__VA_ARGS__), unsigned imm9, unsigned pre,      \
                        unsigned Rn, unsigned Rt) {                            \
    indexed(O, ACCESS, imm9, pre, Rn, Rt);                                     \
  }                                                                            \
  void Op##UR##Sfx(PARAMS(__VA_ARGS__), unsigned imm9, unsigned Rn,            \
                   unsigned Rt) {                                              \
    unscaled(O, ACCESS, imm9, Rn, Rt);                                         \
  }                                                                            \
  void Op##R##Sfx##_reg(PARAMS(__VA_ARGS__), unsigned Rm, unsigned ext,        \
                        unsigned S, unsigned Rn, unsigned Rt) {                \
    regOffset(O, ACCESS, Rm, ext, S, Rn, Rt);                                  \
  }
// General registers also have unprivileged forms; EL0 has no other privilege.
#define GPR_MODES(Op, Sfx, ACCESS, ...)                                        \
  ADDRESSING_MODES(Op, Sfx, ACCESS __VA_OPT__(, ) __VA_ARGS__)                 \
  void Op##TR##Sfx(PARAMS(__VA_ARGS__), unsigned imm9, unsigned Rn,            \
                   unsigned Rt) {                                              \
    unscaled(O, ACCESS, imm9, Rn, Rt);                                         \
  }

GPR_MODES(ST, B, storeOf(0))
GPR_MODES(LD, B, loadOf(0))
GPR_MODES(LD, SB, loadSigned(0, w32), unsigned w32)
GPR_MODES(ST, H, storeOf(1))
GPR_MODES(LD, H, loadOf(1))
GPR_MODES(LD, SH, loadSigned(1, w32), unsigned w32)
GPR_MODES(ST, , storeOf(2 + sf), unsigned sf)
GPR_MODES(LD, , loadOf(2 + sf), unsigned sf)
GPR_MODES(LD, SW, loadSigned(2, false))
ADDRESSING_MODES(ST, _v, vecStore(size, q), unsigned size, unsigned q)
ADDRESSING_MODES(LD, _v, vecLoad(size, q), unsigned size, unsigned q)

void LDR_lit(Ops &O, unsigned sf, unsigned imm19, unsigned Rt) {
  literal(O, loadOf(2 + sf), imm19, Rt);
}
void LDRSW_lit(Ops &O, unsigned imm19, unsigned Rt) {
  literal(O, loadSigned(2, false), imm19, Rt);
}
void LDR_v_lit(Ops &O, unsigned opc, unsigned imm19, unsigned Rt) {
  literal(O, {Access::VecLoad, 2 + opc, Ty::V}, imm19, Rt);
}

// PRFM, C6.2.247 to C6.2.250
void PRFM_imm(Ops &O, unsigned imm12, unsigned Rn, unsigned prfop) {
  prefetch(O, prfop, ImmAddress(O, Rn, int64_t(imm12) << 3).Where);
}
void PRFUM(Ops &O, unsigned imm9, unsigned Rn, unsigned prfop) {
  prefetch(O, prfop, ImmAddress(O, Rn, signExtend(imm9, 9)).Where);
}
void PRFM_reg(Ops &O, unsigned Rm, unsigned ext, unsigned S, unsigned Rn,
              unsigned prfop) {
  prefetch(O, prfop, registerOffset(O, Rm, ext, S ? 3 : 0, Rn));
}
void PRFM_lit(Ops &O, unsigned imm19, unsigned prfop) {
  prefetch(O, prfop,
           {O.x(O.pc() + static_cast<uint64_t>(signExtend(imm19, 19) * 4))});
}

} // namespace xlate::sem
