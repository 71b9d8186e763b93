//===- FpScalar.cpp - Scalar floating-point arithmetic --------------------===//

#include "FpCommon.h"

namespace xlate::sem {

static void unary(Ops &O, unsigned ftype, unsigned Rn, unsigned Rd, Fp1 F) {
  O.setVreg(Rd, (O.*F)(fpLane(ftype), 1, O.vreg(Rn)));
}

static void binary(Ops &O, unsigned ftype, unsigned Rm, unsigned Rn,
                   unsigned Rd, Fp2 F) {
  Val N = O.vreg(Rn), M = O.vreg(Rm);
  O.setVreg(Rd, (O.*F)(fpLane(ftype), 1, N, M));
}

static void rint(Ops &O, Lane L, unsigned Rn, unsigned Rd, FpRound R) {
  O.setVreg(Rd, O.fRint(L, 1, O.vreg(Rn), static_cast<int64_t>(R)));
}

// FMOV (register), C7.2.142; FMOV (scalar, immediate), C7.2.144
void FMOV_s(Ops &O, unsigned ftype, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.vLane0(fpLane(ftype), O.vreg(Rn)));
}
void FMOV_simm(Ops &O, unsigned ftype, unsigned imm8, unsigned Rd) {
  const Lane L = fpLane(ftype);
  O.setVreg(Rd, O.vFromX(L, O.x(expandFpImm(L, imm8))));
}

// One source: C7.2.47 FABS, C7.2.150 FNEG, C7.2.184 FSQRT
void FABS_s(Ops &O, unsigned ftype, unsigned Rn, unsigned Rd) {
  unary(O, ftype, Rn, Rd, &Ops::fAbs);
}
void FNEG_s(Ops &O, unsigned ftype, unsigned Rn, unsigned Rd) {
  unary(O, ftype, Rn, Rd, &Ops::fNeg);
}
void FSQRT_s(Ops &O, unsigned ftype, unsigned Rn, unsigned Rd) {
  unary(O, ftype, Rn, Rd, &Ops::fSqrt);
}

// FRINT*, C7.2.164 to C7.2.180
#define RINT(NAME, MODE)                                                       \
  void NAME##_s(Ops &O, unsigned ftype, unsigned Rn, unsigned Rd) {            \
    rint(O, fpLane(ftype), Rn, Rd, FpRound::MODE);                             \
  }
RINT(FRINTN, Even)
RINT(FRINTP, Up)
RINT(FRINTM, Down)
RINT(FRINTZ, Zero)
RINT(FRINTA, Away)
RINT(FRINTX, CurrentExact)
RINT(FRINTI, Current)
#undef RINT

// FRINT32X, FRINT32Z, FRINT64X, FRINT64Z, C7.2.158 to C7.2.165
#define RINTTS(NAME, KIND)                                                     \
  void NAME##_s(Ops &O, unsigned ftype, unsigned Rn, unsigned Rd) {            \
    O.setVreg(Rd, O.fRintTs(fpLane(ftype), 1, O.vreg(Rn), KIND));              \
  }
RINTTS(FRINT32Z, 0)
RINTTS(FRINT32X, 1)
RINTTS(FRINT64Z, 2)
RINTTS(FRINT64X, 3)
#undef RINTTS

// Two sources, C7.2.50 FADD and the like
#define BINARY(NAME, OP)                                                       \
  void NAME##_s(Ops &O, unsigned ftype, unsigned Rm, unsigned Rn,              \
                unsigned Rd) {                                                 \
    binary(O, ftype, Rm, Rn, Rd, &Ops::OP);                                    \
  }
BINARY(FMUL, fMul)
BINARY(FDIV, fDiv)
BINARY(FADD, fAdd)
BINARY(FSUB, fSub)
BINARY(FMAX, fMax)
BINARY(FMIN, fMin)
BINARY(FMAXNM, fMaxNm)
BINARY(FMINNM, fMinNm)
#undef BINARY

// FNMUL (scalar), C7.2.154: the sign of a NaN result changes too
void FNMUL_s(Ops &O, unsigned ftype, unsigned Rm, unsigned Rn, unsigned Rd) {
  const Lane L = fpLane(ftype);
  Val N = O.vreg(Rn), M = O.vreg(Rm);
  O.setVreg(Rd, O.fNeg(L, 1, O.fMul(L, 1, N, M)));
}

// FMADD, FMSUB, FNMADD, FNMSUB, C7.2.106 and on: operands are negated before
// NaN processing
static void mulAdd(Ops &O, unsigned ftype, unsigned Rm, unsigned Ra,
                   unsigned Rn, unsigned Rd, bool NegA, bool NegN) {
  const Lane L = fpLane(ftype);
  Val A = O.vreg(Ra), N = O.vreg(Rn), M = O.vreg(Rm);
  if (NegA)
    A = O.fNeg(L, 1, A);
  if (NegN)
    N = O.fNeg(L, 1, N);
  O.setVreg(Rd, O.fMulAdd(L, 1, A, N, M));
}
void FMADD_s(Ops &O, unsigned ftype, unsigned Rm, unsigned Ra, unsigned Rn,
             unsigned Rd) {
  mulAdd(O, ftype, Rm, Ra, Rn, Rd, false, false);
}
void FMSUB_s(Ops &O, unsigned ftype, unsigned Rm, unsigned Ra, unsigned Rn,
             unsigned Rd) {
  mulAdd(O, ftype, Rm, Ra, Rn, Rd, false, true);
}
void FNMADD_s(Ops &O, unsigned ftype, unsigned Rm, unsigned Ra, unsigned Rn,
              unsigned Rd) {
  mulAdd(O, ftype, Rm, Ra, Rn, Rd, true, true);
}
void FNMSUB_s(Ops &O, unsigned ftype, unsigned Rm, unsigned Ra, unsigned Rn,
              unsigned Rd) {
  mulAdd(O, ftype, Rm, Ra, Rn, Rd, true, false);
}

// FCMP, FCMPE, C7.2.66, C7.2.67; FCCMP, FCCMPE, C7.2.54, C7.2.55
#define COMPARE(NAME, CNAME, SIGNALLING)                                       \
  void NAME##_s(Ops &O, unsigned ftype, unsigned Rm, unsigned Rn) {            \
    Val N = O.vreg(Rn), M = O.vreg(Rm);                                        \
    O.flagsFcmp(fpLane(ftype), N, M, SIGNALLING);                              \
  }                                                                            \
  void NAME##_szero(Ops &O, unsigned ftype, unsigned Rn) {                     \
    O.flagsFcmp(fpLane(ftype), O.vreg(Rn), O.vzero(), SIGNALLING);             \
  }                                                                            \
  void CNAME##_s(Ops &O, unsigned ftype, unsigned Rm, unsigned cond,           \
                 unsigned Rn, unsigned nzcv) {                                 \
    Val N = O.vreg(Rn), M = O.vreg(Rm);                                        \
    O.flagsFccmp(fpLane(ftype), O.cond(cond), N, M, SIGNALLING, nzcv);         \
  }
COMPARE(FCMP, FCCMP, false)
COMPARE(FCMPE, FCCMPE, true)
#undef COMPARE

// FCSEL, C7.2.68
void FCSEL_s(Ops &O, unsigned ftype, unsigned Rm, unsigned cond, unsigned Rn,
             unsigned Rd) {
  Val N = O.vreg(Rn), M = O.vreg(Rm);
  O.setVreg(Rd, O.vLane0(fpLane(ftype), O.select(O.cond(cond), N, M)));
}

} // namespace xlate::sem
