//===- Simd3Diff.cpp - Advanced SIMD three different ----------------------===//
//
// Arm ARM C4.1: Advanced SIMD three different (long, wide and narrowing forms)
// and scalar three different. Instruction pages C7.2. Size names the narrow
// lane; Q selects the high half ("2" forms).
//
//===----------------------------------------------------------------------===//

#include "SimdCommon.h"

namespace xlate::sem {

using namespace simd;

#define DIFF_ARGS                                                              \
  Ops &O, unsigned Q, unsigned size, unsigned Rm, unsigned Rn, unsigned Rd

/// F on the widened halves of Rn and Rm.
static Val longOp(Ops &O, bool High, Lane L, unsigned Rm, unsigned Rn,
                  VecImm Widen, Vec2 F) {
  return (O.*F)(wider(L), (O.*Widen)(L, O.vreg(Rn), High),
                (O.*Widen)(L, O.vreg(Rm), High));
}

#define LONG(Name, Widen, Prim)                                                \
  void Name(DIFF_ARGS) {                                                       \
    O.setVreg(Rd, longOp(O, Q, lane(size), Rm, Rn, &Ops::Widen, &Ops::Prim));  \
  }
#define LONG_ACC(Name, Widen, Prim, Acc)                                       \
  void Name(DIFF_ARGS) {                                                       \
    Lane L = lane(size);                                                       \
    O.setVreg(Rd, O.Acc(wider(L), O.vreg(Rd),                                  \
                        longOp(O, Q, L, Rm, Rn, &Ops::Widen, &Ops::Prim)));    \
  }
#define WIDE(Name, Widen, Prim)                                                \
  void Name(DIFF_ARGS) {                                                       \
    Lane L = lane(size);                                                       \
    O.setVreg(Rd, O.Prim(wider(L), O.vreg(Rn), O.Widen(L, O.vreg(Rm), Q)));    \
  }

LONG(SADDL_v, vWidenS, vAdd)
LONG(UADDL_v, vWidenU, vAdd)
LONG(SSUBL_v, vWidenS, vSub)
LONG(USUBL_v, vWidenU, vSub)
LONG(SMULL_v, vWidenS, vMul)
LONG(UMULL_v, vWidenU, vMul)
LONG_ACC(SMLAL_v, vWidenS, vMul, vAdd)
LONG_ACC(UMLAL_v, vWidenU, vMul, vAdd)
LONG_ACC(SMLSL_v, vWidenS, vMul, vSub)
LONG_ACC(UMLSL_v, vWidenU, vMul, vSub)
WIDE(SADDW_v, vWidenS, vAdd)
WIDE(UADDW_v, vWidenU, vAdd)
WIDE(SSUBW_v, vWidenS, vSub)
WIDE(USUBW_v, vWidenU, vSub)

/// Absolute difference, long: the difference fits the narrow lane as an
/// unsigned number, so one widening of the result does.
static Val abdLong(Ops &O, bool High, Lane L, unsigned Rm, unsigned Rn,
                   Vec2 Abd) {
  return O.vWidenU(L, (O.*Abd)(L, O.vreg(Rn), O.vreg(Rm)), High);
}

void SABDL_v(DIFF_ARGS) {
  O.setVreg(Rd, abdLong(O, Q, lane(size), Rm, Rn, &Ops::vAbdS));
}
void UABDL_v(DIFF_ARGS) {
  O.setVreg(Rd, abdLong(O, Q, lane(size), Rm, Rn, &Ops::vAbdU));
}
void SABAL_v(DIFF_ARGS) {
  Lane L = lane(size);
  O.setVreg(
      Rd, O.vAdd(wider(L), O.vreg(Rd), abdLong(O, Q, L, Rm, Rn, &Ops::vAbdS)));
}
void UABAL_v(DIFF_ARGS) {
  Lane L = lane(size);
  O.setVreg(
      Rd, O.vAdd(wider(L), O.vreg(Rd), abdLong(O, Q, L, Rm, Rn, &Ops::vAbdU)));
}

/// High half of sum or difference, narrowed.
static void highNarrow(Ops &O, bool High, unsigned Size, unsigned Rm,
                       unsigned Rn, unsigned Rd, Vec2 F, bool Round) {
  Lane L = lane(Size), W = wider(L);
  unsigned Bits = laneBits(L);
  Val V = (O.*F)(W, O.vreg(Rn), O.vreg(Rm));
  if (Round)
    V = O.vAdd(W, V, splat(O, W, uint64_t(1) << (Bits - 1)));
  setNarrow(O, High, Rd, O.vNarrow(L, O.vShrUI(W, V, Bits)));
}

void ADDHN_v(DIFF_ARGS) {
  highNarrow(O, Q, size, Rm, Rn, Rd, &Ops::vAdd, false);
}
void RADDHN_v(DIFF_ARGS) {
  highNarrow(O, Q, size, Rm, Rn, Rd, &Ops::vAdd, true);
}
void SUBHN_v(DIFF_ARGS) {
  highNarrow(O, Q, size, Rm, Rn, Rd, &Ops::vSub, false);
}
void RSUBHN_v(DIFF_ARGS) {
  highNarrow(O, Q, size, Rm, Rn, Rd, &Ops::vSub, true);
}

// SQDMULL, SQDMLAL, SQDMLSL
static Val sqdmull(Ops &O, bool High, Lane L, unsigned Rm, unsigned Rn) {
  return O.vSqDmull(L, halfOf(O, High, O.vreg(Rn)),
                    halfOf(O, High, O.vreg(Rm)));
}
void SQDMULL_v(DIFF_ARGS) { O.setVreg(Rd, sqdmull(O, Q, lane(size), Rm, Rn)); }
void SQDMLAL_v(DIFF_ARGS) {
  Lane L = lane(size);
  O.setVreg(Rd, O.vSqAdd(wider(L), O.vreg(Rd), sqdmull(O, Q, L, Rm, Rn)));
}
void SQDMLSL_v(DIFF_ARGS) {
  Lane L = lane(size);
  O.setVreg(Rd, O.vSqSub(wider(L), O.vreg(Rd), sqdmull(O, Q, L, Rm, Rn)));
}

// PMULL, PMULL2
static void pmull(Ops &O, bool High, Lane L, unsigned Rm, unsigned Rn,
                  unsigned Rd) {
  O.setVreg(Rd, O.vPmull(L, halfOf(O, High, O.vreg(Rn)),
                         halfOf(O, High, O.vreg(Rm))));
}
void PMULL_8(Ops &O, unsigned Q, unsigned Rm, unsigned Rn, unsigned Rd) {
  pmull(O, Q, L8, Rm, Rn, Rd);
}
void PMULL_64(Ops &O, unsigned Q, unsigned Rm, unsigned Rn, unsigned Rd) {
  pmull(O, Q, L64, Rm, Rn, Rd);
}

//--- Scalar
//--------------------------------------------------------------------

#define SCALAR_ARGS Ops &O, unsigned size, unsigned Rm, unsigned Rn, unsigned Rd

static Val sqdmullScalar(Ops &O, Lane L, unsigned Rm, unsigned Rn) {
  return O.vSqDmull(L, O.vLane0(L, O.vreg(Rn)), O.vLane0(L, O.vreg(Rm)));
}
void SQDMULL_s(SCALAR_ARGS) {
  O.setVreg(Rd, sqdmullScalar(O, lane(size), Rm, Rn));
}
void SQDMLAL_s(SCALAR_ARGS) {
  Lane L = lane(size), W = wider(L);
  O.setVreg(Rd,
            O.vSqAdd(W, O.vLane0(W, O.vreg(Rd)), sqdmullScalar(O, L, Rm, Rn)));
}
void SQDMLSL_s(SCALAR_ARGS) {
  Lane L = lane(size), W = wider(L);
  O.setVreg(Rd,
            O.vSqSub(W, O.vLane0(W, O.vreg(Rd)), sqdmullScalar(O, L, Rm, Rn)));
}

} // namespace xlate::sem
