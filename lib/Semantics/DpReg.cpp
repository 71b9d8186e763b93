//===- DpReg.cpp - Data processing, register ------------------------------===//

#include "DpCommon.h"
#include "xlate/Semantics/Semantics.h"

namespace xlate::sem {

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// ShiftReg(): register Rm shifted by a constant.
static Val shifted(Ops &O, bool Sf, unsigned Rm, unsigned Shift,
                   unsigned Amount) {
  const Val V = O.reg(Sf, Rm);
  switch (Shift) {
  case 0:
    return O.shlI(V, Amount);
  case 1:
    return O.lshrI(V, Amount);
  case 2:
    return O.ashrI(V, Amount);
  default:
    return O.rorI(V, Amount);
  }
}

/// ExtendReg(): low part of Rm, extended to the operation's width and shifted
/// left.
static Val extended(Ops &O, bool Sf, unsigned Rm, unsigned Option,
                    unsigned Shift) {
  Val V = O.reg(Sf, Rm);
  switch (Option) {
  case 0:
    V = O.zext8(V);
    break;
  case 1:
    V = O.zext16(V);
    break;
  case 2:
    if (Sf)
      V = O.zextW(O.truncX(V));
    break;
  case 4:
    V = O.sext8(V);
    break;
  case 5:
    V = O.sext16(V);
    break;
  case 6:
    if (Sf)
      V = O.sextW(O.truncX(V));
    break;
  default: // UXTX and SXTX take the whole register
    break;
  }
  return O.shlI(V, Shift);
}

//===----------------------------------------------------------------------===//
// Data processing (2 source)
//===----------------------------------------------------------------------===//

// UDIV, C6.2
void UDIV(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.udiv(O.reg(sf, Rn), O.reg(sf, Rm)));
}

// SDIV, C6.2
void SDIV(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.sdiv(O.reg(sf, Rn), O.reg(sf, Rm)));
}

// LSLV, C6.2
void LSLV(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.shl(O.reg(sf, Rn), O.reg(sf, Rm)));
}

// LSRV, C6.2
void LSRV(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.lshr(O.reg(sf, Rn), O.reg(sf, Rm)));
}

// ASRV, C6.2
void ASRV(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.ashr(O.reg(sf, Rn), O.reg(sf, Rm)));
}

// RORV, C6.2
void RORV(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.ror(O.reg(sf, Rn), O.reg(sf, Rm)));
}

/// CRC32B/H/W/X and the Castagnoli forms; Sz is log2 of the data's bytes.
static void crc(Ops &O, bool Castagnoli, bool Sf, unsigned Rm, unsigned Sz,
                unsigned Rn, unsigned Rd) {
  const Val Acc = O.wreg(Rn);
  const Val Data = Sf ? O.xreg(Rm) : O.zextW(O.wreg(Rm));
  O.setReg(Rd, O.crc32(Castagnoli, Sz, Acc, Data));
}

// CRC32B, CRC32H, CRC32W, CRC32X, C6.2
void CRC32(Ops &O, unsigned sf, unsigned Rm, unsigned sz, unsigned Rn,
           unsigned Rd) {
  crc(O, false, sf, Rm, sz, Rn, Rd);
}

// CRC32CB, CRC32CH, CRC32CW, CRC32CX, C6.2
void CRC32C(Ops &O, unsigned sf, unsigned Rm, unsigned sz, unsigned Rn,
            unsigned Rd) {
  crc(O, true, sf, Rm, sz, Rn, Rd);
}

// SMAX (register), FEAT_CSSC
void SMAX_reg(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn), B = O.reg(sf, Rm);
  O.setReg(Rd, O.select(O.cmpSlt(B, A), A, B));
}

// UMAX (register), FEAT_CSSC
void UMAX_reg(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn), B = O.reg(sf, Rm);
  O.setReg(Rd, O.select(O.cmpUlt(B, A), A, B));
}

// SMIN (register), FEAT_CSSC
void SMIN_reg(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn), B = O.reg(sf, Rm);
  O.setReg(Rd, O.select(O.cmpSlt(A, B), A, B));
}

// UMIN (register), FEAT_CSSC
void UMIN_reg(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn), B = O.reg(sf, Rm);
  O.setReg(Rd, O.select(O.cmpUlt(A, B), A, B));
}

//===----------------------------------------------------------------------===//
// Data processing (1 source)
//===----------------------------------------------------------------------===//

// RBIT, C6.2
void RBIT(Ops &O, unsigned sf, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.rbit(O.reg(sf, Rn)));
}

// REV16, C6.2
void REV16(Ops &O, unsigned sf, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.bswap16(O.reg(sf, Rn)));
}

// REV, C6.2
void REV_w(Ops &O, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.bswap(O.wreg(Rn)));
}
void REV_x(Ops &O, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.bswap(O.xreg(Rn)));
}

// REV32, C6.2
void REV32(Ops &O, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.bswap32(O.xreg(Rn)));
}

// CLZ, C6.2
void CLZ(Ops &O, unsigned sf, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.clz(O.reg(sf, Rn)));
}

// CLS, C6.2
void CLS(Ops &O, unsigned sf, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.cls(O.reg(sf, Rn)));
}

// CTZ, FEAT_CSSC
void CTZ(Ops &O, unsigned sf, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.ctz(O.reg(sf, Rn)));
}

// CNT, FEAT_CSSC
void CNT(Ops &O, unsigned sf, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.popcnt(O.reg(sf, Rn)));
}

// ABS, FEAT_CSSC
void ABS(Ops &O, unsigned sf, unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn);
  O.setReg(Rd, O.select(O.cmpSlt(A, O.sfImm(sf, 0)), O.neg(A), A));
}

//===----------------------------------------------------------------------===//
// Logical (shifted register)
//===----------------------------------------------------------------------===//

// AND (shifted register), C6.2
void AND_shift(Ops &O, unsigned sf, unsigned shift, unsigned Rm, unsigned imm6,
               unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.and_(O.reg(sf, Rn), shifted(O, sf, Rm, shift, imm6)));
}

// BIC (shifted register), C6.2
void BIC_shift(Ops &O, unsigned sf, unsigned shift, unsigned Rm, unsigned imm6,
               unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.andNot(O.reg(sf, Rn), shifted(O, sf, Rm, shift, imm6)));
}

// ORR (shifted register), C6.2
void ORR_shift(Ops &O, unsigned sf, unsigned shift, unsigned Rm, unsigned imm6,
               unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.or_(O.reg(sf, Rn), shifted(O, sf, Rm, shift, imm6)));
}

// ORN (shifted register), C6.2
void ORN_shift(Ops &O, unsigned sf, unsigned shift, unsigned Rm, unsigned imm6,
               unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.orNot(O.reg(sf, Rn), shifted(O, sf, Rm, shift, imm6)));
}

// EOR (shifted register), C6.2
void EOR_shift(Ops &O, unsigned sf, unsigned shift, unsigned Rm, unsigned imm6,
               unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.xor_(O.reg(sf, Rn), shifted(O, sf, Rm, shift, imm6)));
}

// EON (shifted register), C6.2
void EON_shift(Ops &O, unsigned sf, unsigned shift, unsigned Rm, unsigned imm6,
               unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.xorNot(O.reg(sf, Rn), shifted(O, sf, Rm, shift, imm6)));
}

// ANDS (shifted register), C6.2
void ANDS_shift(Ops &O, unsigned sf, unsigned shift, unsigned Rm, unsigned imm6,
                unsigned Rn, unsigned Rd) {
  const Val R = O.and_(O.reg(sf, Rn), shifted(O, sf, Rm, shift, imm6));
  O.flagsLogic(R);
  O.setReg(Rd, R);
}

// BICS (shifted register), C6.2
void BICS_shift(Ops &O, unsigned sf, unsigned shift, unsigned Rm, unsigned imm6,
                unsigned Rn, unsigned Rd) {
  const Val R = O.andNot(O.reg(sf, Rn), shifted(O, sf, Rm, shift, imm6));
  O.flagsLogic(R);
  O.setReg(Rd, R);
}

//===----------------------------------------------------------------------===//
// Add/subtract
//===----------------------------------------------------------------------===//

// ADD (shifted register), C6.2
void ADD_shift(Ops &O, unsigned sf, unsigned shift, unsigned Rm, unsigned imm6,
               unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.add(O.reg(sf, Rn), shifted(O, sf, Rm, shift, imm6)));
}

// ADDS (shifted register), C6.2
void ADDS_shift(Ops &O, unsigned sf, unsigned shift, unsigned Rm, unsigned imm6,
                unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn);
  adds(O, A, shifted(O, sf, Rm, shift, imm6), Rd);
}

// SUB (shifted register), C6.2
void SUB_shift(Ops &O, unsigned sf, unsigned shift, unsigned Rm, unsigned imm6,
               unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn);
  O.setReg(Rd, O.sub(A, shifted(O, sf, Rm, shift, imm6)));
}

// SUBS (shifted register), C6.2
void SUBS_shift(Ops &O, unsigned sf, unsigned shift, unsigned Rm, unsigned imm6,
                unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn);
  subs(O, A, shifted(O, sf, Rm, shift, imm6), Rd);
}

// ADD (extended register), C6.2
void ADD_ext(Ops &O, unsigned sf, unsigned Rm, unsigned option, unsigned imm3,
             unsigned Rn, unsigned Rd) {
  O.setRegSp(Rd, O.add(O.regSp(sf, Rn), extended(O, sf, Rm, option, imm3)));
}

// ADDS (extended register), C6.2
void ADDS_ext(Ops &O, unsigned sf, unsigned Rm, unsigned option, unsigned imm3,
              unsigned Rn, unsigned Rd) {
  const Val A = O.regSp(sf, Rn);
  adds(O, A, extended(O, sf, Rm, option, imm3), Rd);
}

// SUB (extended register), C6.2
void SUB_ext(Ops &O, unsigned sf, unsigned Rm, unsigned option, unsigned imm3,
             unsigned Rn, unsigned Rd) {
  const Val A = O.regSp(sf, Rn);
  O.setRegSp(Rd, O.sub(A, extended(O, sf, Rm, option, imm3)));
}

// SUBS (extended register), C6.2
void SUBS_ext(Ops &O, unsigned sf, unsigned Rm, unsigned option, unsigned imm3,
              unsigned Rn, unsigned Rd) {
  const Val A = O.regSp(sf, Rn);
  subs(O, A, extended(O, sf, Rm, option, imm3), Rd);
}

// ADC, C6.2
void ADC(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.adc(O.reg(sf, Rn), O.reg(sf, Rm), O.carry()));
}

// ADCS, C6.2
void ADCS(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn), B = O.reg(sf, Rm), C = O.carry();
  const Val R = O.adc(A, B, C);
  O.flagsAdc(A, B, C);
  O.setReg(Rd, R);
}

// SBC, C6.2
void SBC(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.sbc(O.reg(sf, Rn), O.reg(sf, Rm), O.carry()));
}

// SBCS, C6.2
void SBCS(Ops &O, unsigned sf, unsigned Rm, unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn), B = O.reg(sf, Rm), C = O.carry();
  const Val R = O.sbc(A, B, C);
  O.flagsSbc(A, B, C);
  O.setReg(Rd, R);
}

//===----------------------------------------------------------------------===//
// Conditional compare and select
//===----------------------------------------------------------------------===//

// CCMN (register), C6.2
void CCMN_reg(Ops &O, unsigned sf, unsigned Rm, unsigned cond, unsigned Rn,
              unsigned nzcv) {
  const Val A = O.reg(sf, Rn), B = O.reg(sf, Rm);
  O.flagsCcmn(O.cond(cond), A, B, nzcv);
}

// CCMP (register), C6.2
void CCMP_reg(Ops &O, unsigned sf, unsigned Rm, unsigned cond, unsigned Rn,
              unsigned nzcv) {
  const Val A = O.reg(sf, Rn), B = O.reg(sf, Rm);
  O.flagsCcmp(O.cond(cond), A, B, nzcv);
}

// CCMN (immediate), C6.2
void CCMN_imm(Ops &O, unsigned sf, unsigned imm5, unsigned cond, unsigned Rn,
              unsigned nzcv) {
  const Val A = O.reg(sf, Rn);
  O.flagsCcmn(O.cond(cond), A, O.sfImm(sf, imm5), nzcv);
}

// CCMP (immediate), C6.2
void CCMP_imm(Ops &O, unsigned sf, unsigned imm5, unsigned cond, unsigned Rn,
              unsigned nzcv) {
  const Val A = O.reg(sf, Rn);
  O.flagsCcmp(O.cond(cond), A, O.sfImm(sf, imm5), nzcv);
}

// CSEL, C6.2
void CSEL(Ops &O, unsigned sf, unsigned Rm, unsigned cond, unsigned Rn,
          unsigned Rd) {
  const Val A = O.reg(sf, Rn), B = O.reg(sf, Rm);
  O.setReg(Rd, O.select(O.cond(cond), A, B));
}

// CSINC, C6.2
void CSINC(Ops &O, unsigned sf, unsigned Rm, unsigned cond, unsigned Rn,
           unsigned Rd) {
  if (Rm == 31 && Rn == 31 && cond < 14) { // CSET
    const Val Set = O.cond(cond ^ 1);
    O.setReg(Rd, sf ? O.boolToX(Set) : O.boolToW(Set));
    return;
  }
  const Val A = O.reg(sf, Rn), B = O.reg(sf, Rm);
  O.setReg(Rd, O.select(O.cond(cond), A, O.addI(B, 1)));
}

// CSINV, C6.2
void CSINV(Ops &O, unsigned sf, unsigned Rm, unsigned cond, unsigned Rn,
           unsigned Rd) {
  if (Rm == 31 && Rn == 31 && cond < 14) { // CSETM
    const Val Set = O.cond(cond ^ 1);
    O.setReg(Rd, O.neg(sf ? O.boolToX(Set) : O.boolToW(Set)));
    return;
  }
  const Val A = O.reg(sf, Rn), B = O.reg(sf, Rm);
  O.setReg(Rd, O.select(O.cond(cond), A, O.not_(B)));
}

// CSNEG, C6.2
void CSNEG(Ops &O, unsigned sf, unsigned Rm, unsigned cond, unsigned Rn,
           unsigned Rd) {
  const Val A = O.reg(sf, Rn), B = O.reg(sf, Rm);
  O.setReg(Rd, O.select(O.cond(cond), A, O.neg(B)));
}

//===----------------------------------------------------------------------===//
// Data processing (3 source)
//===----------------------------------------------------------------------===//

// MADD, C6.2
void MADD(Ops &O, unsigned sf, unsigned Rm, unsigned Ra, unsigned Rn,
          unsigned Rd) {
  const Val Product = O.mul(O.reg(sf, Rn), O.reg(sf, Rm));
  O.setReg(Rd, O.add(O.reg(sf, Ra), Product));
}

// MSUB, C6.2
void MSUB(Ops &O, unsigned sf, unsigned Rm, unsigned Ra, unsigned Rn,
          unsigned Rd) {
  const Val Product = O.mul(O.reg(sf, Rn), O.reg(sf, Rm));
  O.setReg(Rd, O.sub(O.reg(sf, Ra), Product));
}

static Val wideProduct(Ops &O, bool Signed, unsigned Rn, unsigned Rm) {
  const Val A = O.wreg(Rn), B = O.wreg(Rm);
  return Signed ? O.mul(O.sextW(A), O.sextW(B)) : O.mul(O.zextW(A), O.zextW(B));
}

// SMADDL, C6.2
void SMADDL(Ops &O, unsigned Rm, unsigned Ra, unsigned Rn, unsigned Rd) {
  const Val Product = wideProduct(O, true, Rn, Rm);
  O.setReg(Rd, O.add(O.xreg(Ra), Product));
}

// SMSUBL, C6.2
void SMSUBL(Ops &O, unsigned Rm, unsigned Ra, unsigned Rn, unsigned Rd) {
  const Val Product = wideProduct(O, true, Rn, Rm);
  O.setReg(Rd, O.sub(O.xreg(Ra), Product));
}

// UMADDL, C6.2
void UMADDL(Ops &O, unsigned Rm, unsigned Ra, unsigned Rn, unsigned Rd) {
  const Val Product = wideProduct(O, false, Rn, Rm);
  O.setReg(Rd, O.add(O.xreg(Ra), Product));
}

// UMSUBL, C6.2
void UMSUBL(Ops &O, unsigned Rm, unsigned Ra, unsigned Rn, unsigned Rd) {
  const Val Product = wideProduct(O, false, Rn, Rm);
  O.setReg(Rd, O.sub(O.xreg(Ra), Product));
}

// SMULH, C6.2
void SMULH(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.smulh(O.xreg(Rn), O.xreg(Rm)));
}

// UMULH, C6.2
void UMULH(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.umulh(O.xreg(Rn), O.xreg(Rm)));
}

} // namespace xlate::sem
