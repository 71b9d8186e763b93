//===- Simd3Same.cpp - Advanced SIMD three same, integer ------------------===//
//
// Arm ARM C4.1: Advanced SIMD three same, three same extra and their scalar
// forms. Instruction pages C7.2.
//
//===----------------------------------------------------------------------===//

#include "SimdCommon.h"

namespace xlate::sem {

using namespace simd;

//--- Lane-wise, vector
//---------------------------------------------------------

static void same(Ops &O, bool Q, unsigned Size, unsigned Rm, unsigned Rn,
                 unsigned Rd, Vec2 F) {
  O.setVregQ(Q, Rd, (O.*F)(lane(Size), O.vreg(Rn), O.vreg(Rm)));
}

/// As same(), for operations that may raise QC.
static void sameQc(Ops &O, bool Q, unsigned Size, unsigned Rm, unsigned Rn,
                   unsigned Rd, Vec2 F) {
  O.setVreg(Rd, (O.*F)(lane(Size), O.vregQ(Q, Rn), O.vregQ(Q, Rm)));
}

/// Rd = Acc(Rd, F(Rn, Rm)).
static void sameAcc(Ops &O, bool Q, unsigned Size, unsigned Rm, unsigned Rn,
                    unsigned Rd, Vec2 F, Vec2 Acc) {
  Lane L = lane(Size);
  O.setVregQ(Q, Rd, (O.*Acc)(L, O.vreg(Rd), (O.*F)(L, O.vreg(Rn), O.vreg(Rm))));
}

static void pairwise(Ops &O, bool Q, unsigned Size, unsigned Rm, unsigned Rn,
                     unsigned Rd, Vec2 F) {
  Pairs P = pairs(O, Q, lane(Size), Rn, Rm);
  O.setVregQ(Q, Rd, (O.*F)(lane(Size), P.Even, P.Odd));
}

#define SAME_ARGS                                                              \
  Ops &O, unsigned Q, unsigned size, unsigned Rm, unsigned Rn, unsigned Rd
#define SAME(Name, Prim)                                                       \
  void Name(SAME_ARGS) { same(O, Q, size, Rm, Rn, Rd, &Ops::Prim); }
#define SAME_QC(Name, Prim)                                                    \
  void Name(SAME_ARGS) { sameQc(O, Q, size, Rm, Rn, Rd, &Ops::Prim); }
#define SAME_ACC(Name, Prim, Acc)                                              \
  void Name(SAME_ARGS) {                                                       \
    sameAcc(O, Q, size, Rm, Rn, Rd, &Ops::Prim, &Ops::Acc);                    \
  }
#define PAIRWISE(Name, Prim)                                                   \
  void Name(SAME_ARGS) { pairwise(O, Q, size, Rm, Rn, Rd, &Ops::Prim); }

SAME(ADD_v, vAdd)
SAME(SUB_v, vSub)
SAME(MUL_v, vMul)
SAME(PMUL_v, vPmul)
SAME(SMAX_v, vMaxS)
SAME(SMIN_v, vMinS)
SAME(UMAX_v, vMaxU)
SAME(UMIN_v, vMinU)
SAME(SHADD_v, vHaddS)
SAME(UHADD_v, vHaddU)
SAME(SHSUB_v, vHsubS)
SAME(UHSUB_v, vHsubU)
SAME(SRHADD_v, vRhaddS)
SAME(URHADD_v, vRhaddU)
SAME(SABD_v, vAbdS)
SAME(UABD_v, vAbdU)
SAME(CMEQ_v, vCmpEq)
SAME(CMGT_v, vCmpGtS)
SAME(CMGE_v, vCmpGeS)
SAME(CMHI_v, vCmpGtU)
SAME(CMHS_v, vCmpGeU)
SAME(CMTST_v, vCmpTst)
SAME(SSHL_v, vSshl)
SAME(USHL_v, vUshl)
SAME(SRSHL_v, vSrshl)
SAME(URSHL_v, vUrshl)

SAME_QC(SQADD_v, vSqAdd)
SAME_QC(UQADD_v, vUqAdd)
SAME_QC(SQSUB_v, vSqSub)
SAME_QC(UQSUB_v, vUqSub)
SAME_QC(SQSHL_v, vSqShl)
SAME_QC(UQSHL_v, vUqShl)
SAME_QC(SQRSHL_v, vSqRshl)
SAME_QC(UQRSHL_v, vUqRshl)
SAME_QC(SQDMULH_v, vSqDmulh)
SAME_QC(SQRDMULH_v, vSqRdmulh)

SAME_ACC(MLA_v, vMul, vAdd)
SAME_ACC(MLS_v, vMul, vSub)
SAME_ACC(SABA_v, vAbdS, vAdd)
SAME_ACC(UABA_v, vAbdU, vAdd)

PAIRWISE(ADDP_v, vAdd)
PAIRWISE(SMAXP_v, vMaxS)
PAIRWISE(SMINP_v, vMinS)
PAIRWISE(UMAXP_v, vMaxU)
PAIRWISE(UMINP_v, vMinU)

//--- Bitwise
//-------------------------------------------------------------------

#define BITWISE(Name, Prim)                                                    \
  void Name(Ops &O, unsigned Q, unsigned Rm, unsigned Rn, unsigned Rd) {       \
    same(O, Q, 0, Rm, Rn, Rd, &Ops::Prim);                                     \
  }

BITWISE(AND_v, vAnd)
BITWISE(BIC_v, vAndNot)
BITWISE(ORN_v, vOrNot)
BITWISE(EOR_v, vXor)

// ORR (vector, register); with equal operands MOV (vector).
void ORR_v(Ops &O, unsigned Q, unsigned Rm, unsigned Rn, unsigned Rd) {
  Val N = O.vreg(Rn);
  O.setVregQ(Q, Rd, Rn == Rm ? N : O.vOr(L8, N, O.vreg(Rm)));
}

// BSL, BIT, BIF: the selecting mask is Rd, Rm and NOT Rm.
void BSL_v(Ops &O, unsigned Q, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setVregQ(Q, Rd, O.vBsl(L8, O.vreg(Rd), O.vreg(Rn), O.vreg(Rm)));
}
void BIT_v(Ops &O, unsigned Q, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setVregQ(Q, Rd, O.vBsl(L8, O.vreg(Rm), O.vreg(Rn), O.vreg(Rd)));
}
void BIF_v(Ops &O, unsigned Q, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setVregQ(Q, Rd, O.vBsl(L8, O.vreg(Rm), O.vreg(Rd), O.vreg(Rn)));
}

//--- Scalar
//--------------------------------------------------------------------

/// Operands are masked to lane 0; the primitives map zero lanes to zero.
static void sameScalar(Ops &O, unsigned Size, unsigned Rm, unsigned Rn,
                       unsigned Rd, Vec2 F) {
  Lane L = lane(Size);
  O.setVreg(Rd, (O.*F)(L, O.vLane0(L, O.vreg(Rn)), O.vLane0(L, O.vreg(Rm))));
}

/// D registers only, no QC: compute on all lanes, keep the low one.
static void sameD(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd, Vec2 F) {
  O.setVregQ(false, Rd, (O.*F)(L64, O.vreg(Rn), O.vreg(Rm)));
}

#define SCALAR_ARGS Ops &O, unsigned size, unsigned Rm, unsigned Rn, unsigned Rd
#define SCALAR(Name, Prim)                                                     \
  void Name(SCALAR_ARGS) { sameScalar(O, size, Rm, Rn, Rd, &Ops::Prim); }
#define SCALAR_D(Name, Prim)                                                   \
  void Name(SCALAR_ARGS) { sameD(O, Rm, Rn, Rd, &Ops::Prim); }

SCALAR_D(ADD_s, vAdd)
SCALAR_D(SUB_s, vSub)
SCALAR_D(CMEQ_s, vCmpEq)
SCALAR_D(CMGT_s, vCmpGtS)
SCALAR_D(CMGE_s, vCmpGeS)
SCALAR_D(CMHI_s, vCmpGtU)
SCALAR_D(CMHS_s, vCmpGeU)
SCALAR_D(CMTST_s, vCmpTst)
SCALAR_D(SSHL_s, vSshl)
SCALAR_D(USHL_s, vUshl)
SCALAR_D(SRSHL_s, vSrshl)
SCALAR_D(URSHL_s, vUrshl)
SCALAR(SQADD_s, vSqAdd)
SCALAR(UQADD_s, vUqAdd)
SCALAR(SQSUB_s, vSqSub)
SCALAR(UQSUB_s, vUqSub)
SCALAR(SQSHL_s, vSqShl)
SCALAR(UQSHL_s, vUqShl)
SCALAR(SQRSHL_s, vSqRshl)
SCALAR(UQRSHL_s, vUqRshl)
SCALAR(SQDMULH_s, vSqDmulh)
SCALAR(SQRDMULH_s, vSqRdmulh)

//--- Three same extra
//------------------------------------------------------------

static void rdm(Ops &O, bool Q, unsigned Size, unsigned Rm, unsigned Rn,
                unsigned Rd, Vec3 F) {
  O.setVreg(Rd,
            (O.*F)(lane(Size), O.vregQ(Q, Rd), O.vregQ(Q, Rn), O.vregQ(Q, Rm)));
}
static void rdmScalar(Ops &O, unsigned Size, unsigned Rm, unsigned Rn,
                      unsigned Rd, Vec3 F) {
  Lane L = lane(Size);
  O.setVreg(Rd, (O.*F)(L, O.vLane0(L, O.vreg(Rd)), O.vLane0(L, O.vreg(Rn)),
                       O.vLane0(L, O.vreg(Rm))));
}

void SQRDMLAH_v(SAME_ARGS) { rdm(O, Q, size, Rm, Rn, Rd, &Ops::vSqRdmlah); }
void SQRDMLSH_v(SAME_ARGS) { rdm(O, Q, size, Rm, Rn, Rd, &Ops::vSqRdmlsh); }
void SQRDMLAH_s(SCALAR_ARGS) {
  rdmScalar(O, size, Rm, Rn, Rd, &Ops::vSqRdmlah);
}
void SQRDMLSH_s(SCALAR_ARGS) {
  rdmScalar(O, size, Rm, Rn, Rd, &Ops::vSqRdmlsh);
}

/// Dot products and matrix multiplies accumulate into 32-bit lanes of Rd.
static void dot(Ops &O, bool Q, unsigned Rm, unsigned Rn, unsigned Rd, Vec3 F) {
  O.setVregQ(Q, Rd, (O.*F)(L32, O.vreg(Rd), O.vreg(Rn), O.vreg(Rm)));
}

void SDOT_v(Ops &O, unsigned Q, unsigned Rm, unsigned Rn, unsigned Rd) {
  dot(O, Q, Rm, Rn, Rd, &Ops::vSdot);
}
void UDOT_v(Ops &O, unsigned Q, unsigned Rm, unsigned Rn, unsigned Rd) {
  dot(O, Q, Rm, Rn, Rd, &Ops::vUdot);
}
void USDOT_v(Ops &O, unsigned Q, unsigned Rm, unsigned Rn, unsigned Rd) {
  dot(O, Q, Rm, Rn, Rd, &Ops::vUsdot);
}
void SMMLA_v(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {
  dot(O, true, Rm, Rn, Rd, &Ops::vSmmla);
}
void UMMLA_v(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {
  dot(O, true, Rm, Rn, Rd, &Ops::vUmmla);
}
void USMMLA_v(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {
  dot(O, true, Rm, Rn, Rd, &Ops::vUsmmla);
}

} // namespace xlate::sem
