//===- DpImm.cpp - Data processing, immediate -----------------------------===//

#include "DpCommon.h"
#include "xlate/Decoder/Fields.h"
#include "xlate/Semantics/Semantics.h"

namespace xlate::sem {

static uint64_t lowMask(unsigned Bits) { return ~uint64_t(0) >> (64 - Bits); }

//===----------------------------------------------------------------------===//
// PC-relative addressing
//===----------------------------------------------------------------------===//

// ADR, C6.2
void ADR(Ops &O, unsigned immlo, unsigned immhi, unsigned Rd) {
  O.setReg(Rd, O.x(O.pc() + signExtend(immhi << 2 | immlo, 21)));
}

// ADRP, C6.2
void ADRP(Ops &O, unsigned immlo, unsigned immhi, unsigned Rd) {
  const uint64_t Offset =
      static_cast<uint64_t>(signExtend(immhi << 2 | immlo, 21)) << 12;
  O.setReg(Rd, O.x((O.pc() & ~uint64_t(0xfff)) + Offset));
}

//===----------------------------------------------------------------------===//
// Add/subtract (immediate)
//===----------------------------------------------------------------------===//

static Val addImm(Ops &O, bool Sf, unsigned Sh, unsigned Imm12) {
  return O.sfImm(Sf, uint64_t(Imm12) << (Sh ? 12 : 0));
}

// ADD (immediate), C6.2
void ADD_imm(Ops &O, unsigned sf, unsigned sh, unsigned imm12, unsigned Rn,
             unsigned Rd) {
  const Val A = O.regSp(sf, Rn);
  O.setRegSp(Rd, O.add(A, addImm(O, sf, sh, imm12)));
}

// ADDS (immediate), C6.2
void ADDS_imm(Ops &O, unsigned sf, unsigned sh, unsigned imm12, unsigned Rn,
              unsigned Rd) {
  const Val A = O.regSp(sf, Rn);
  adds(O, A, addImm(O, sf, sh, imm12), Rd);
}

// SUB (immediate), C6.2
void SUB_imm(Ops &O, unsigned sf, unsigned sh, unsigned imm12, unsigned Rn,
             unsigned Rd) {
  const Val A = O.regSp(sf, Rn);
  O.setRegSp(Rd, O.sub(A, addImm(O, sf, sh, imm12)));
}

// SUBS (immediate), C6.2
void SUBS_imm(Ops &O, unsigned sf, unsigned sh, unsigned imm12, unsigned Rn,
              unsigned Rd) {
  const Val A = O.regSp(sf, Rn);
  subs(O, A, addImm(O, sf, sh, imm12), Rd);
}

//===----------------------------------------------------------------------===//
// Min/max (immediate)
//===----------------------------------------------------------------------===//

// SMAX (immediate), FEAT_CSSC
void SMAX_imm(Ops &O, unsigned sf, unsigned imm8, unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn), B = O.sfImm(sf, signExtend(imm8, 8));
  O.setReg(Rd, O.select(O.cmpSlt(B, A), A, B));
}

// UMAX (immediate), FEAT_CSSC
void UMAX_imm(Ops &O, unsigned sf, unsigned imm8, unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn), B = O.sfImm(sf, imm8);
  O.setReg(Rd, O.select(O.cmpUlt(B, A), A, B));
}

// SMIN (immediate), FEAT_CSSC
void SMIN_imm(Ops &O, unsigned sf, unsigned imm8, unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn), B = O.sfImm(sf, signExtend(imm8, 8));
  O.setReg(Rd, O.select(O.cmpSlt(A, B), A, B));
}

// UMIN (immediate), FEAT_CSSC
void UMIN_imm(Ops &O, unsigned sf, unsigned imm8, unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn), B = O.sfImm(sf, imm8);
  O.setReg(Rd, O.select(O.cmpUlt(A, B), A, B));
}

//===----------------------------------------------------------------------===//
// Logical (immediate)
//===----------------------------------------------------------------------===//

// AND (immediate), C6.2
void AND_imm(Ops &O, unsigned sf, unsigned N, unsigned immr, unsigned imms,
             unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn);
  O.setRegSp(Rd, O.and_(A, O.sfImm(sf, logicalImm(sf, N, imms, immr))));
}

// ORR (immediate), C6.2
void ORR_imm(Ops &O, unsigned sf, unsigned N, unsigned immr, unsigned imms,
             unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn);
  O.setRegSp(Rd, O.or_(A, O.sfImm(sf, logicalImm(sf, N, imms, immr))));
}

// EOR (immediate), C6.2
void EOR_imm(Ops &O, unsigned sf, unsigned N, unsigned immr, unsigned imms,
             unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn);
  O.setRegSp(Rd, O.xor_(A, O.sfImm(sf, logicalImm(sf, N, imms, immr))));
}

// ANDS (immediate), C6.2
void ANDS_imm(Ops &O, unsigned sf, unsigned N, unsigned immr, unsigned imms,
              unsigned Rn, unsigned Rd) {
  const Val A = O.reg(sf, Rn);
  const Val R = O.and_(A, O.sfImm(sf, logicalImm(sf, N, imms, immr)));
  O.flagsLogic(R);
  O.setReg(Rd, R);
}

//===----------------------------------------------------------------------===//
// Move wide (immediate)
//===----------------------------------------------------------------------===//

// MOVN, C6.2
void MOVN(Ops &O, unsigned sf, unsigned hw, unsigned imm16, unsigned Rd) {
  O.setReg(Rd, O.sfImm(sf, ~(uint64_t(imm16) << (16 * hw))));
}

// MOVZ, C6.2
void MOVZ(Ops &O, unsigned sf, unsigned hw, unsigned imm16, unsigned Rd) {
  O.setReg(Rd, O.sfImm(sf, uint64_t(imm16) << (16 * hw)));
}

// MOVK, C6.2
void MOVK(Ops &O, unsigned sf, unsigned hw, unsigned imm16, unsigned Rd) {
  const Val Kept =
      O.and_(O.reg(sf, Rd), O.sfImm(sf, ~(uint64_t(0xffff) << (16 * hw))));
  O.setReg(Rd, O.or_(Kept, O.sfImm(sf, uint64_t(imm16) << (16 * hw))));
}

//===----------------------------------------------------------------------===//
// Bitfield and extract
//===----------------------------------------------------------------------===//

/// The zero-extended field that UBFM and BFM move, in its final place, where
/// it occupies the bits FieldMask.
static Val moveField(Ops &O, bool Sf, Val Src, unsigned Immr, unsigned Imms,
                     uint64_t &FieldMask) {
  const unsigned Width = Sf ? 64 : 32;
  if (Imms >= Immr) {
    const unsigned Len = Imms - Immr + 1;
    FieldMask = lowMask(Len);
    if (Imms == Width - 1)
      return O.lshrI(Src, Immr);
    const Val V = O.lshrI(Src, Immr);
    if (Len == 8)
      return O.zext8(V);
    if (Len == 16)
      return O.zext16(V);
    return O.and_(V, O.sfImm(Sf, FieldMask));
  }
  const unsigned Len = Imms + 1, Lsb = Width - Immr;
  FieldMask = lowMask(Len) << Lsb;
  if (Len == Immr)
    return O.shlI(Src, Lsb);
  return O.shlI(O.and_(Src, O.sfImm(Sf, lowMask(Len))), Lsb);
}

// SBFM, C6.2
void SBFM(Ops &O, unsigned sf, unsigned N, unsigned immr, unsigned imms,
          unsigned Rn, unsigned Rd) {
  const unsigned Width = sf ? 64 : 32;
  const Val Src = O.reg(sf, Rn);
  if (imms < immr) {
    O.setReg(Rd, O.ashrI(O.shlI(Src, Width - 1 - imms), immr - imms - 1));
    return;
  }
  const unsigned Len = imms - immr + 1;
  Val R;
  if (imms == Width - 1)
    R = O.ashrI(Src, immr);
  else if (Len == 8)
    R = O.sext8(O.lshrI(Src, immr));
  else if (Len == 16)
    R = O.sext16(O.lshrI(Src, immr));
  else if (Len == 32)
    R = O.sextW(O.truncX(O.lshrI(Src, immr)));
  else
    R = O.ashrI(O.shlI(Src, Width - 1 - imms), Width - Len);
  O.setReg(Rd, R);
}

// BFM, C6.2
void BFM(Ops &O, unsigned sf, unsigned N, unsigned immr, unsigned imms,
         unsigned Rn, unsigned Rd) {
  const Val Src = O.reg(sf, Rn), Dst = O.reg(sf, Rd);
  uint64_t FieldMask;
  const Val Field = moveField(O, sf, Src, immr, imms, FieldMask);
  O.setReg(Rd, O.or_(O.and_(Dst, O.sfImm(sf, ~FieldMask)), Field));
}

// UBFM, C6.2
void UBFM(Ops &O, unsigned sf, unsigned N, unsigned immr, unsigned imms,
          unsigned Rn, unsigned Rd) {
  uint64_t FieldMask;
  O.setReg(Rd, moveField(O, sf, O.reg(sf, Rn), immr, imms, FieldMask));
}

// EXTR, C6.2
void EXTR(Ops &O, unsigned sf, unsigned N, unsigned Rm, unsigned imms,
          unsigned Rn, unsigned Rd) {
  const Val Hi = O.reg(sf, Rn), Lo = O.reg(sf, Rm);
  if (imms == 0)
    O.setReg(Rd, Lo);
  else if (Rn == Rm)
    O.setReg(Rd, O.rorI(Lo, imms));
  else
    O.setReg(Rd, O.extr(Hi, Lo, imms));
}

} // namespace xlate::sem
