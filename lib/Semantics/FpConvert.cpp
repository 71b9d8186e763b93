//===- FpConvert.cpp - Scalar floating-point conversions and moves --------===//

#include "FpCommon.h"

namespace xlate::sem {

// FCVT, C7.2.69; BFCVT, C7.2.19
void FCVT_s(Ops &O, unsigned ftype, unsigned opc, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.fCvt(fpLane(opc), 1, O.vreg(Rn), fpLane(ftype)));
}
void BFCVT_s(Ops &O, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.bfCvt(L32, 1, O.vreg(Rn)));
}

// FCVT*S, FCVT*U (scalar, to general register), C7.2.71 and on
static void toGpr(Ops &O, unsigned sf, unsigned ftype, unsigned Rn, unsigned Rd,
                  bool Signed, FpRound R, unsigned FBits = 0) {
  const Lane Int = sf ? L64 : L32;
  Val V = O.fToInt(fpLane(ftype), 1, O.vreg(Rn),
                   FpToInt::pack(Signed, R, FBits, Int));
  O.setReg(Rd, O.vExtract(Int, V, 0));
}
#define TO_GPR(NAME, SIGNED, MODE)                                             \
  void NAME##_g(Ops &O, unsigned sf, unsigned ftype, unsigned Rn,              \
                unsigned Rd) {                                                 \
    toGpr(O, sf, ftype, Rn, Rd, SIGNED, FpRound::MODE);                        \
  }
TO_GPR(FCVTNS, true, Even)
TO_GPR(FCVTNU, false, Even)
TO_GPR(FCVTAS, true, Away)
TO_GPR(FCVTAU, false, Away)
TO_GPR(FCVTPS, true, Up)
TO_GPR(FCVTPU, false, Up)
TO_GPR(FCVTMS, true, Down)
TO_GPR(FCVTMU, false, Down)
TO_GPR(FCVTZS, true, Zero)
TO_GPR(FCVTZU, false, Zero)
#undef TO_GPR
void FCVTZS_fix(Ops &O, unsigned sf, unsigned ftype, unsigned scale,
                unsigned Rn, unsigned Rd) {
  toGpr(O, sf, ftype, Rn, Rd, true, FpRound::Zero, 64 - scale);
}
void FCVTZU_fix(Ops &O, unsigned sf, unsigned ftype, unsigned scale,
                unsigned Rn, unsigned Rd) {
  toGpr(O, sf, ftype, Rn, Rd, false, FpRound::Zero, 64 - scale);
}

// SCVTF, UCVTF (scalar, from general register), C7.2.236, C7.2.390
static void fromGpr(Ops &O, unsigned sf, unsigned ftype, unsigned Rn,
                    unsigned Rd, bool Signed, unsigned FBits = 0) {
  const Lane Int = sf ? L64 : L32;
  Val V = O.vFromX(Int, O.reg(sf, Rn));
  O.setVreg(Rd,
            O.intToF(fpLane(ftype), 1, V, IntToFp::pack(Signed, FBits, Int)));
}
void SCVTF_g(Ops &O, unsigned sf, unsigned ftype, unsigned Rn, unsigned Rd) {
  fromGpr(O, sf, ftype, Rn, Rd, true);
}
void UCVTF_g(Ops &O, unsigned sf, unsigned ftype, unsigned Rn, unsigned Rd) {
  fromGpr(O, sf, ftype, Rn, Rd, false);
}
void SCVTF_fix(Ops &O, unsigned sf, unsigned ftype, unsigned scale, unsigned Rn,
               unsigned Rd) {
  fromGpr(O, sf, ftype, Rn, Rd, true, 64 - scale);
}
void UCVTF_fix(Ops &O, unsigned sf, unsigned ftype, unsigned scale, unsigned Rn,
               unsigned Rd) {
  fromGpr(O, sf, ftype, Rn, Rd, false, 64 - scale);
}

// FMOV (general), C7.2.143
void FMOV_tog(Ops &O, unsigned, unsigned ftype, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.vExtract(fpLane(ftype), O.vreg(Rn), 0));
}
void FMOV_fromg(Ops &O, unsigned sf, unsigned ftype, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.vFromX(fpLane(ftype), O.reg(sf, Rn)));
}
void FMOV_togtop(Ops &O, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.vExtract(L64, O.vreg(Rn), 1));
}
void FMOV_fromgtop(Ops &O, unsigned Rn, unsigned Rd) {
  Val D = O.vreg(Rd);
  O.setVreg(Rd, O.vInsert(L64, D, O.xreg(Rn), 1));
}

// FJCVTZS, C7.2.105: Z = the conversion was exact, other flags clear
void FJCVTZS(Ops &O, unsigned Rn, unsigned Rd) {
  Val R = O.fJcvt(O.vreg(Rn));
  O.setReg(Rd, O.truncX(R));
  Val Z = O.and_(O.truncX(O.lshrI(R, 2)), O.w(1u << 30));
  O.setNzcv(Z);
}

} // namespace xlate::sem
