//===- SimdCopy.cpp - Copy, permute, table lookup, modified immediate -----===//
//
// Arm ARM C4.1: Advanced SIMD copy, scalar copy, extract, permute, table
// lookup, modified immediate. Instruction pages C7.2.
//
//===----------------------------------------------------------------------===//

#include "SimdCommon.h"

namespace xlate::sem {

using namespace simd;

/// The element size that the lowest set bit of imm5 selects.
static Lane immLane(unsigned Imm5) {
  return lane(static_cast<unsigned>(__builtin_ctz(Imm5)));
}
static unsigned immIndex(unsigned Imm5) { return Imm5 >> (immLane(Imm5) + 1); }

// DUP (element), DUP (general), SMOV, UMOV, INS (general), INS (element)
void DUP_elem(Ops &O, unsigned Q, unsigned imm5, unsigned Rn, unsigned Rd) {
  O.setVregQ(Q, Rd, O.vDupLane(immLane(imm5), O.vreg(Rn), immIndex(imm5)));
}

void DUP_s(Ops &O, unsigned imm5, unsigned Rn, unsigned Rd) {
  Lane L = immLane(imm5);
  Val V = O.vreg(Rn);
  if (unsigned Index = immIndex(imm5))
    V = O.vDupLane(L, V, Index);
  O.setVreg(Rd, O.vLane0(L, V));
}

void DUP_gen(Ops &O, unsigned Q, unsigned imm5, unsigned Rn, unsigned Rd) {
  Lane L = immLane(imm5);
  O.setVregQ(Q, Rd, O.vDup(L, O.reg(L == L64, Rn)));
}

void SMOV(Ops &O, unsigned Q, unsigned imm5, unsigned Rn, unsigned Rd) {
  Lane L = immLane(imm5);
  Val V = O.vExtract(L, O.vreg(Rn), immIndex(imm5));
  if (L == L32)
    V = O.sextW(O.truncX(V));
  else {
    V = Q ? V : O.truncX(V);
    V = L == L8 ? O.sext8(V) : O.sext16(V);
  }
  O.setReg(Rd, V);
}

void UMOV(Ops &O, unsigned Q, unsigned imm5, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.vExtract(immLane(imm5), O.vreg(Rn), immIndex(imm5)));
}

void INS_gen(Ops &O, unsigned imm5, unsigned Rn, unsigned Rd) {
  Lane L = immLane(imm5);
  O.setVreg(Rd, O.vInsert(L, O.vreg(Rd), O.reg(L == L64, Rn), immIndex(imm5)));
}

void INS_elem(Ops &O, unsigned imm5, unsigned imm4, unsigned Rn, unsigned Rd) {
  Lane L = immLane(imm5);
  O.setVreg(Rd,
            O.vInsLane(L, O.vreg(Rd), immIndex(imm5), O.vreg(Rn), imm4 >> L));
}

// EXT
void EXT_v(Ops &O, unsigned Q, unsigned Rm, unsigned imm4, unsigned Rn,
           unsigned Rd) {
  Val N = O.vreg(Rn), M = O.vreg(Rm);
  if (Q)
    return O.setVreg(Rd, O.vExt(L8, N, M, imm4));
  Val Both = O.vZip1(L64, N, M);
  O.setVregQ(false, Rd, O.vExt(L8, Both, Both, imm4));
}

/// ZIP1, TRN1 and TRN2: the low half of the result depends only on the low
/// halves of the operands, so the D form is the masked Q form.
static void lowPermute(Ops &O, bool Q, unsigned Size, unsigned Rm, unsigned Rn,
                       unsigned Rd, Vec2 F) {
  O.setVregQ(Q, Rd, (O.*F)(lane(Size), O.vreg(Rn), O.vreg(Rm)));
}

void ZIP1_v(Ops &O, unsigned Q, unsigned size, unsigned Rm, unsigned Rn,
            unsigned Rd) {
  lowPermute(O, Q, size, Rm, Rn, Rd, &Ops::vZip1);
}
void TRN1_v(Ops &O, unsigned Q, unsigned size, unsigned Rm, unsigned Rn,
            unsigned Rd) {
  lowPermute(O, Q, size, Rm, Rn, Rd, &Ops::vTrn1);
}
void TRN2_v(Ops &O, unsigned Q, unsigned size, unsigned Rm, unsigned Rn,
            unsigned Rd) {
  lowPermute(O, Q, size, Rm, Rn, Rd, &Ops::vTrn2);
}

// UZP1, UZP2
void UZP1_v(Ops &O, unsigned Q, unsigned size, unsigned Rm, unsigned Rn,
            unsigned Rd) {
  O.setVregQ(Q, Rd, pairs(O, Q, lane(size), Rn, Rm).Even);
}
void UZP2_v(Ops &O, unsigned Q, unsigned size, unsigned Rm, unsigned Rn,
            unsigned Rd) {
  O.setVregQ(Q, Rd, pairs(O, Q, lane(size), Rn, Rm).Odd);
}

// ZIP2: the D form interleaves the upper halves of the low halves, which is the
// upper half of ZIP1 of the registers.
void ZIP2_v(Ops &O, unsigned Q, unsigned size, unsigned Rm, unsigned Rn,
            unsigned Rd) {
  Lane L = lane(size);
  Val N = O.vreg(Rn), M = O.vreg(Rm);
  if (Q)
    return O.setVreg(Rd, O.vZip2(L, N, M));
  O.setVregQ(false, Rd, O.vDupLane(L64, O.vZip1(L, N, M), 1));
}

/// TBL and TBX: indices outside the table give what Acc has.
static void tableLookup(Ops &O, bool Q, unsigned Len, unsigned Rm, unsigned Rn,
                        unsigned Rd, Val Acc) {
  Val Index = O.vreg(Rm);
  for (unsigned I = 0; I <= Len; ++I) {
    Val Table = O.vreg((Rn + I) & 31);
    Acc =
        I ? O.vTblAt(Acc, Table, Index, 16 * I) : O.vTbl(L8, Acc, Table, Index);
  }
  O.setVregQ(Q, Rd, Acc);
}

void TBL_v(Ops &O, unsigned Q, unsigned Rm, unsigned len, unsigned Rn,
           unsigned Rd) {
  tableLookup(O, Q, len, Rm, Rn, Rd, O.vzero());
}
void TBX_v(Ops &O, unsigned Q, unsigned Rm, unsigned len, unsigned Rn,
           unsigned Rd) {
  tableLookup(O, Q, len, Rm, Rn, Rd, O.vreg(Rd));
}

//--- Modified immediate, AdvSIMDExpandImm() ----------------------------------

static void setImm(Ops &O, bool Q, unsigned Rd, Val V) { O.setVregQ(Q, Rd, V); }

void MOVI_8(Ops &O, unsigned Q, unsigned imm8, unsigned Rd) {
  setImm(O, Q, Rd, splat(O, L8, imm8));
}
void MOVI_16(Ops &O, unsigned Q, unsigned imm8, unsigned shift, unsigned Rd) {
  setImm(O, Q, Rd, splat(O, L16, imm8 << 8 * shift));
}
void MOVI_32(Ops &O, unsigned Q, unsigned imm8, unsigned shift, unsigned Rd) {
  setImm(O, Q, Rd, splat(O, L32, imm8 << 8 * shift));
}
void MVNI_16(Ops &O, unsigned Q, unsigned imm8, unsigned shift, unsigned Rd) {
  setImm(O, Q, Rd, splat(O, L16, ~(imm8 << 8 * shift)));
}
void MVNI_32(Ops &O, unsigned Q, unsigned imm8, unsigned shift, unsigned Rd) {
  setImm(O, Q, Rd, splat(O, L32, ~(imm8 << 8 * shift)));
}

/// "Shifting ones": imm8 followed by 8 or 16 one bits.
static unsigned mslImm(unsigned Imm8, unsigned Shift) {
  unsigned Bits = 8 * (Shift + 1);
  return Imm8 << Bits | ((1u << Bits) - 1);
}
void MOVI_msl(Ops &O, unsigned Q, unsigned imm8, unsigned shift, unsigned Rd) {
  setImm(O, Q, Rd, splat(O, L32, mslImm(imm8, shift)));
}
void MVNI_msl(Ops &O, unsigned Q, unsigned imm8, unsigned shift, unsigned Rd) {
  setImm(O, Q, Rd, splat(O, L32, ~mslImm(imm8, shift)));
}

/// Each bit of imm8 becomes a byte of ones.
static uint64_t byteMask(unsigned Imm8) {
  uint64_t M = 0;
  for (unsigned I = 0; I != 8; ++I)
    if (Imm8 >> I & 1)
      M |= uint64_t(0xff) << 8 * I;
  return M;
}
void MOVI_d(Ops &O, unsigned imm8, unsigned Rd) {
  setImm(O, false, Rd, O.vimm(byteMask(imm8)));
}
void MOVI_2d(Ops &O, unsigned imm8, unsigned Rd) {
  O.setVreg(Rd, O.vimm(byteMask(imm8)));
}

// ORR (vector, immediate), BIC (vector, immediate)
static void orImm(Ops &O, bool Q, unsigned Rd, Val Imm) {
  O.setVregQ(Q, Rd, O.vOr(L8, O.vreg(Rd), Imm));
}
static void bicImm(Ops &O, bool Q, unsigned Rd, Val Imm) {
  O.setVregQ(Q, Rd, O.vAnd(L8, O.vreg(Rd), Imm));
}
void ORR_imm16(Ops &O, unsigned Q, unsigned imm8, unsigned shift, unsigned Rd) {
  orImm(O, Q, Rd, splat(O, L16, imm8 << 8 * shift));
}
void ORR_imm32(Ops &O, unsigned Q, unsigned imm8, unsigned shift, unsigned Rd) {
  orImm(O, Q, Rd, splat(O, L32, imm8 << 8 * shift));
}
void BIC_imm16(Ops &O, unsigned Q, unsigned imm8, unsigned shift, unsigned Rd) {
  bicImm(O, Q, Rd, splat(O, L16, ~(imm8 << 8 * shift)));
}
void BIC_imm32(Ops &O, unsigned Q, unsigned imm8, unsigned shift, unsigned Rd) {
  bicImm(O, Q, Rd, splat(O, L32, ~(imm8 << 8 * shift)));
}

/// VFPExpandImm(): imm8 = sign : exponent bits : 4 fraction bits.
static uint64_t fpImm(unsigned Imm8, unsigned ExpBits, unsigned FracBits) {
  uint64_t Sign = Imm8 >> 7, B = Imm8 >> 6 & 1;
  uint64_t Exp = (B ^ 1) << (ExpBits - 1) |
                 (B ? (uint64_t(1) << (ExpBits - 3)) - 1 : 0) << 2 |
                 (Imm8 >> 4 & 3);
  return Sign << (ExpBits + FracBits) | Exp << FracBits |
         uint64_t(Imm8 & 15) << (FracBits - 4);
}

// FMOV (vector, immediate)
void FMOV_v16(Ops &O, unsigned Q, unsigned imm8, unsigned Rd) {
  setImm(O, Q, Rd, splat(O, L16, fpImm(imm8, 5, 10)));
}
void FMOV_v32(Ops &O, unsigned Q, unsigned imm8, unsigned Rd) {
  setImm(O, Q, Rd, splat(O, L32, fpImm(imm8, 8, 23)));
}
void FMOV_v64(Ops &O, unsigned imm8, unsigned Rd) {
  O.setVreg(Rd, O.vimm(fpImm(imm8, 11, 52)));
}

} // namespace xlate::sem
