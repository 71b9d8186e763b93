//===- Simd2Misc.cpp - Two-register miscellaneous, across lanes -----------===//
//
// Arm ARM C4.1: Advanced SIMD two-register miscellaneous, across lanes, scalar
// pairwise and scalar two-register miscellaneous, the integer part.
// Instruction pages C7.2.
//
//===----------------------------------------------------------------------===//

#include "SimdCommon.h"

namespace xlate::sem {

using namespace simd;

#define MISC_ARGS Ops &O, unsigned Q, unsigned size, unsigned Rn, unsigned Rd
#define SCALAR_ARGS Ops &O, unsigned size, unsigned Rn, unsigned Rd

#define UNARY(Name, Prim)                                                      \
  void Name(MISC_ARGS) { O.setVregQ(Q, Rd, O.Prim(lane(size), O.vreg(Rn))); }
#define UNARY_QC(Name, Prim)                                                   \
  void Name(MISC_ARGS) { O.setVreg(Rd, O.Prim(lane(size), O.vregQ(Q, Rn))); }
#define UNARY_B(Name, Prim)                                                    \
  void Name(Ops &O, unsigned Q, unsigned Rn, unsigned Rd) {                    \
    O.setVregQ(Q, Rd, O.Prim(L8, O.vreg(Rn)));                                 \
  }
#define UNARY_D(Name, Prim)                                                    \
  void Name(SCALAR_ARGS) { O.setVregQ(false, Rd, O.Prim(L64, O.vreg(Rn))); }
#define SCALAR_QC(Name, Prim)                                                  \
  void Name(SCALAR_ARGS) {                                                     \
    Lane L = lane(size);                                                       \
    O.setVreg(Rd, O.Prim(L, O.vLane0(L, O.vreg(Rn))));                         \
  }

UNARY(ABS_v, vAbs)
UNARY(NEG_v, vNeg)
UNARY(CLS_v, vCls)
UNARY(CLZ_v, vClz)
UNARY_B(CNT_v, vCnt)
UNARY_B(NOT_v, vNot)
UNARY_B(RBIT_v, vRbit)
UNARY_QC(SQABS_v, vSqAbs)
UNARY_QC(SQNEG_v, vSqNeg)
UNARY_D(ABS_s, vAbs)
UNARY_D(NEG_s, vNeg)
SCALAR_QC(SQABS_s, vSqAbs)
SCALAR_QC(SQNEG_s, vSqNeg)

void URECPE_v(Ops &O, unsigned Q, unsigned Rn, unsigned Rd) {
  O.setVregQ(Q, Rd, O.vUrecpe(L32, O.vreg(Rn)));
}
void URSQRTE_v(Ops &O, unsigned Q, unsigned Rn, unsigned Rd) {
  O.setVregQ(Q, Rd, O.vUrsqrte(L32, O.vreg(Rn)));
}

// REV64, REV32, REV16
void REV64_v(MISC_ARGS) {
  O.setVregQ(Q, Rd, O.vRev(lane(size), O.vreg(Rn), 3));
}
void REV32_v(MISC_ARGS) {
  O.setVregQ(Q, Rd, O.vRev(lane(size), O.vreg(Rn), 2));
}
void REV16_v(MISC_ARGS) {
  O.setVregQ(Q, Rd, O.vRev(lane(size), O.vreg(Rn), 1));
}

//--- Compare with zero
//-----------------------------------------------------------

/// Swapped: 0 F x instead of x F 0.
static Val compareZero(Ops &O, Lane L, unsigned Rn, Vec2 F, bool Swapped) {
  Val N = O.vreg(Rn), Zero = O.vzero();
  return Swapped ? (O.*F)(L, Zero, N) : (O.*F)(L, N, Zero);
}

#define COMPARE_ZERO(Name, Prim, Swapped)                                      \
  void Name##_zv(MISC_ARGS) {                                                  \
    O.setVregQ(Q, Rd, compareZero(O, lane(size), Rn, &Ops::Prim, Swapped));    \
  }                                                                            \
  void Name##_zs(SCALAR_ARGS) {                                                \
    O.setVregQ(false, Rd, compareZero(O, L64, Rn, &Ops::Prim, Swapped));       \
  }

COMPARE_ZERO(CMGT, vCmpGtS, false)
COMPARE_ZERO(CMGE, vCmpGeS, false)
COMPARE_ZERO(CMEQ, vCmpEq, false)
COMPARE_ZERO(CMLE, vCmpGeS, true)
COMPARE_ZERO(CMLT, vCmpGtS, true)

//--- Saturating accumulate
//-------------------------------------------------------

static void satAcc(Ops &O, bool Q, unsigned Size, unsigned Rn, unsigned Rd,
                   Vec2 F) {
  O.setVreg(Rd, (O.*F)(lane(Size), O.vregQ(Q, Rd), O.vregQ(Q, Rn)));
}
static void satAccScalar(Ops &O, unsigned Size, unsigned Rn, unsigned Rd,
                         Vec2 F) {
  Lane L = lane(Size);
  O.setVreg(Rd, (O.*F)(L, O.vLane0(L, O.vreg(Rd)), O.vLane0(L, O.vreg(Rn))));
}

void SUQADD_v(MISC_ARGS) { satAcc(O, Q, size, Rn, Rd, &Ops::vSuqAdd); }
void USQADD_v(MISC_ARGS) { satAcc(O, Q, size, Rn, Rd, &Ops::vUsqAdd); }
void SUQADD_s(SCALAR_ARGS) { satAccScalar(O, size, Rn, Rd, &Ops::vSuqAdd); }
void USQADD_s(SCALAR_ARGS) { satAccScalar(O, size, Rn, Rd, &Ops::vUsqAdd); }

//--- Narrow and shift long
//-------------------------------------------------------

void XTN_v(MISC_ARGS) {
  setNarrow(O, Q, Rd, O.vNarrow(lane(size), O.vreg(Rn)));
}
void SQXTN_v(MISC_ARGS) {
  setNarrow(O, Q, Rd, O.vSqXtn(lane(size), O.vreg(Rn)));
}
void UQXTN_v(MISC_ARGS) {
  setNarrow(O, Q, Rd, O.vUqXtn(lane(size), O.vreg(Rn)));
}
void SQXTUN_v(MISC_ARGS) {
  setNarrow(O, Q, Rd, O.vSqXtun(lane(size), O.vreg(Rn)));
}

static void narrowScalar(Ops &O, unsigned Size, unsigned Rn, unsigned Rd,
                         Vec1 F) {
  Lane L = lane(Size);
  O.setVreg(Rd, (O.*F)(L, O.vLane0(wider(L), O.vreg(Rn))));
}
void SQXTN_s(SCALAR_ARGS) { narrowScalar(O, size, Rn, Rd, &Ops::vSqXtn); }
void UQXTN_s(SCALAR_ARGS) { narrowScalar(O, size, Rn, Rd, &Ops::vUqXtn); }
void SQXTUN_s(SCALAR_ARGS) { narrowScalar(O, size, Rn, Rd, &Ops::vSqXtun); }

void SHLL_v(MISC_ARGS) {
  Lane L = lane(size);
  O.setVreg(Rd, O.vShlI(wider(L), O.vWidenU(L, O.vreg(Rn), Q), laneBits(L)));
}

//--- Pairwise long and across lanes
//----------------------------------------------

/// Sums of adjacent pairs, in lanes of twice the size.
static Val addPairs(Ops &O, bool Signed, Lane L, Val V) {
  Lane W = wider(L);
  unsigned Bits = laneBits(L);
  if (Signed)
    return O.vAdd(W, O.vShrSI(W, O.vShlI(W, V, Bits), Bits),
                  O.vShrSI(W, V, Bits));
  return O.vAdd(W, O.vAnd(W, V, splat(O, W, (uint64_t(1) << Bits) - 1)),
                O.vShrUI(W, V, Bits));
}

#define ADD_LONG_PAIRS(Name, AccName, Signed)                                  \
  void Name(MISC_ARGS) {                                                       \
    O.setVregQ(Q, Rd, addPairs(O, Signed, lane(size), O.vreg(Rn)));            \
  }                                                                            \
  void AccName(MISC_ARGS) {                                                    \
    Lane L = lane(size);                                                       \
    O.setVregQ(                                                                \
        Q, Rd,                                                                 \
        O.vAdd(wider(L), O.vreg(Rd), addPairs(O, Signed, L, O.vreg(Rn))));     \
  }
ADD_LONG_PAIRS(SADDLP_v, SADALP_v, true)
ADD_LONG_PAIRS(UADDLP_v, UADALP_v, false)

static unsigned lanesOf(bool Q, Lane L) { return laneCount(L) >> (Q ? 0 : 1); }

// SADDLV, UADDLV: the sum of the pair sums can't overflow the wide lane.
static void addLongAcross(Ops &O, bool Signed, bool Q, unsigned Size,
                          unsigned Rn, unsigned Rd) {
  Lane L = lane(Size), W = wider(L);
  O.setVreg(Rd, O.vFromX(W, O.vAddv(W, addPairs(O, Signed, L, O.vreg(Rn)),
                                    lanesOf(Q, W))));
}
void SADDLV_v(MISC_ARGS) { addLongAcross(O, true, Q, size, Rn, Rd); }
void UADDLV_v(MISC_ARGS) { addLongAcross(O, false, Q, size, Rn, Rd); }

#define ACROSS(Name, Prim)                                                     \
  void Name(MISC_ARGS) {                                                       \
    Lane L = lane(size);                                                       \
    O.setVreg(Rd, O.vFromX(L, O.Prim(L, O.vreg(Rn), lanesOf(Q, L))));          \
  }
ACROSS(ADDV_v, vAddv)
ACROSS(SMAXV_v, vMaxvS)
ACROSS(UMAXV_v, vMaxvU)
ACROSS(SMINV_v, vMinvS)
ACROSS(UMINV_v, vMinvU)

// ADDP (scalar)
void ADDP_s(Ops &O, unsigned Rn, unsigned Rd) {
  Val N = O.vreg(Rn);
  O.setVregQ(false, Rd, O.vAdd(L64, N, O.vDupLane(L64, N, 1)));
}

} // namespace xlate::sem
