//===- SimdFpMisc.cpp - Advanced SIMD floating point, two registers -------===//

#include "FpCommon.h"

namespace xlate::sem {

/// Defines the vector forms NAME_v and NAME_vh, or the scalar forms NAME_s and
/// NAME_sh, of FN(O, L, Count, Rn, ...) -> Val.
#define VECTOR(NAME, FN, ...)                                                  \
  void NAME##_v(Ops &O, unsigned q, unsigned sz, unsigned Rn, unsigned Rd) {   \
    O.setVreg(Rd, FN(O, szLane(sz), lanes(q, szLane(sz)), Rn, __VA_ARGS__));   \
  }                                                                            \
  void NAME##_vh(Ops &O, unsigned q, unsigned Rn, unsigned Rd) {               \
    O.setVreg(Rd, FN(O, L16, lanes(q, L16), Rn, __VA_ARGS__));                 \
  }
#define SCALAR(NAME, FN, ...)                                                  \
  void NAME##_s(Ops &O, unsigned sz, unsigned Rn, unsigned Rd) {               \
    O.setVreg(Rd, FN(O, szLane(sz), 1, Rn, __VA_ARGS__));                      \
  }                                                                            \
  void NAME##_sh(Ops &O, unsigned Rn, unsigned Rd) {                           \
    O.setVreg(Rd, FN(O, L16, 1, Rn, __VA_ARGS__));                             \
  }
#define BOTH(NAME, FN, ...)                                                    \
  VECTOR(NAME, FN, __VA_ARGS__)                                                \
  SCALAR(NAME, FN, __VA_ARGS__)

static Val unary(Ops &O, Lane L, unsigned Count, unsigned Rn, Fp1 F) {
  return (O.*F)(L, Count, O.vreg(Rn));
}
VECTOR(FABS, unary, &Ops::fAbs)
VECTOR(FNEG, unary, &Ops::fNeg)
VECTOR(FSQRT, unary, &Ops::fSqrt)
BOTH(FRECPE, unary, &Ops::fRecpe)
BOTH(FRSQRTE, unary, &Ops::fRsqrte)
SCALAR(FRECPX, unary, &Ops::fRecpx)

// FRINT* (vector), C7.2.165 and on
static Val rint(Ops &O, Lane L, unsigned Count, unsigned Rn, FpRound R) {
  return O.fRint(L, Count, O.vreg(Rn), static_cast<int64_t>(R));
}
VECTOR(FRINTN, rint, FpRound::Even)
VECTOR(FRINTP, rint, FpRound::Up)
VECTOR(FRINTM, rint, FpRound::Down)
VECTOR(FRINTZ, rint, FpRound::Zero)
VECTOR(FRINTA, rint, FpRound::Away)
VECTOR(FRINTX, rint, FpRound::CurrentExact)
VECTOR(FRINTI, rint, FpRound::Current)

#define RINTTS(NAME, KIND)                                                     \
  void NAME##_v(Ops &O, unsigned q, unsigned sz, unsigned Rn, unsigned Rd) {   \
    const Lane L = szLane(sz);                                                 \
    O.setVreg(Rd, O.fRintTs(L, lanes(q, L), O.vreg(Rn), KIND));                \
  }
RINTTS(FRINT32Z, 0)
RINTTS(FRINT32X, 1)
RINTTS(FRINT64Z, 2)
RINTTS(FRINT64X, 3)
#undef RINTTS

// Comparisons with zero, FCMEQ (zero), C7.2.58; LE and LT exchange operands
static Val compareZero(Ops &O, Lane L, unsigned Count, unsigned Rn, Fp2 F,
                       bool ZeroFirst) {
  Val N = O.vreg(Rn), Z = O.vzero();
  return ZeroFirst ? (O.*F)(L, Count, Z, N) : (O.*F)(L, Count, N, Z);
}
BOTH(FCMEQZ, compareZero, &Ops::fCmpEq, false)
BOTH(FCMGEZ, compareZero, &Ops::fCmpGe, false)
BOTH(FCMGTZ, compareZero, &Ops::fCmpGt, false)
BOTH(FCMLEZ, compareZero, &Ops::fCmpGe, true)
BOTH(FCMLTZ, compareZero, &Ops::fCmpGt, true)

// Integer conversions, FCVTNS (vector), C7.2.83 and on; fixed point in
// SimdFpElement.cpp
static Val toInt(Ops &O, Lane L, unsigned Count, unsigned Rn, bool Signed,
                 FpRound R) {
  return O.fToInt(L, Count, O.vreg(Rn), FpToInt::pack(Signed, R, 0, L));
}
BOTH(FCVTNS, toInt, true, FpRound::Even)
BOTH(FCVTNU, toInt, false, FpRound::Even)
BOTH(FCVTAS, toInt, true, FpRound::Away)
BOTH(FCVTAU, toInt, false, FpRound::Away)
BOTH(FCVTPS, toInt, true, FpRound::Up)
BOTH(FCVTPU, toInt, false, FpRound::Up)
BOTH(FCVTMS, toInt, true, FpRound::Down)
BOTH(FCVTMU, toInt, false, FpRound::Down)
BOTH(FCVTZS, toInt, true, FpRound::Zero)
BOTH(FCVTZU, toInt, false, FpRound::Zero)

static Val fromInt(Ops &O, Lane L, unsigned Count, unsigned Rn, bool Signed) {
  return O.intToF(L, Count, O.vreg(Rn), IntToFp::pack(Signed, 0, L));
}
BOTH(SCVTF, fromInt, true)
BOTH(UCVTF, fromInt, false)

// FCVTL, FCVTL2, C7.2.76
void FCVTL_v(Ops &O, unsigned q, unsigned sz, unsigned Rn, unsigned Rd) {
  const Lane L = szLane(sz);
  Val N = O.vreg(Rn);
  if (q)
    N = O.vDupLane(L64, N, 1);
  O.setVreg(Rd, O.fCvt(L, laneCount(L), N, L - 1));
}

/// The low half of V as the low half of Vd, or with Q as its high half.
static void setNarrow(Ops &O, bool Q, unsigned Rd, Val V) {
  O.setVreg(Rd, Q ? O.vInsLane(L64, O.vreg(Rd), 1, V, 0) : V);
}

// FCVTN, FCVTN2, C7.2.81; FCVTXN, C7.2.97; BFCVTN, BFCVTN2, C7.2.20
void FCVTN_v(Ops &O, unsigned q, unsigned sz, unsigned Rn, unsigned Rd) {
  const Lane From = szLane(sz), To = static_cast<Lane>(From - 1);
  setNarrow(O, q, Rd, O.fCvt(To, laneCount(From), O.vreg(Rn), From));
}
void FCVTXN_v(Ops &O, unsigned q, unsigned Rn, unsigned Rd) {
  setNarrow(O, q, Rd, O.fCvtXn(L32, 2, O.vreg(Rn)));
}
void FCVTXN_s(Ops &O, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.fCvtXn(L32, 1, O.vreg(Rn)));
}
void BFCVTN_v(Ops &O, unsigned q, unsigned Rn, unsigned Rd) {
  setNarrow(O, q, Rd, O.bfCvt(L32, 4, O.vreg(Rn)));
}

} // namespace xlate::sem
