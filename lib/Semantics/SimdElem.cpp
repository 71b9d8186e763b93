//===- SimdElem.cpp - Vector by indexed element, integer ------------------===//
//
// Arm ARM C4.1: Advanced SIMD vector x indexed element and scalar x indexed
// element. Instruction pages C7.2, "by element".
//
//===----------------------------------------------------------------------===//

#include "SimdCommon.h"

namespace xlate::sem {

using namespace simd;

#define ELEM_ARGS                                                              \
  Ops &O, unsigned Q, unsigned size, unsigned L, unsigned M, unsigned Rm,      \
      unsigned H, unsigned Rn, unsigned Rd
#define SCALAR_ARGS                                                            \
  Ops &O, unsigned size, unsigned L, unsigned M, unsigned Rm, unsigned H,      \
      unsigned Rn, unsigned Rd
#define ELEM {size, L, M, Rm, H}

namespace {
/// The indexed element: halfwords come from V0..V15 with index H:L:M, words
/// from any register (M is its top bit) with index H:L.
struct Element {
  Lane Size;
  unsigned Reg, Index;
  Element(unsigned Size, unsigned L, unsigned M, unsigned Rm, unsigned H)
      : Size(lane(Size)), Reg(Size == 1 ? Rm : M << 4 | Rm),
        Index(Size == 1 ? H << 2 | L << 1 | M : H << 1 | L) {}
  Val dup(Ops &O) const { return O.vDupLane(Size, O.vreg(Reg), Index); }
};
} // namespace

//--- Same size
//-------------------------------------------------------------------

void MUL_e(ELEM_ARGS) {
  Element E ELEM;
  O.setVregQ(Q, Rd, O.vMul(E.Size, O.vreg(Rn), E.dup(O)));
}
void MLA_e(ELEM_ARGS) {
  Element E ELEM;
  O.setVregQ(Q, Rd,
             O.vAdd(E.Size, O.vreg(Rd), O.vMul(E.Size, O.vreg(Rn), E.dup(O))));
}
void MLS_e(ELEM_ARGS) {
  Element E ELEM;
  O.setVregQ(Q, Rd,
             O.vSub(E.Size, O.vreg(Rd), O.vMul(E.Size, O.vreg(Rn), E.dup(O))));
}

/// The other factor is masked; its zeros make unused products zero.
static void mulHigh(Ops &O, bool Q, Element E, unsigned Rn, unsigned Rd,
                    Vec2 F) {
  O.setVreg(Rd, (O.*F)(E.Size, O.vregQ(Q, Rn), E.dup(O)));
}
static void mulHighScalar(Ops &O, Element E, unsigned Rn, unsigned Rd, Vec2 F) {
  O.setVreg(Rd, (O.*F)(E.Size, O.vLane0(E.Size, O.vreg(Rn)), E.dup(O)));
}
static void mulHighAcc(Ops &O, bool Q, Element E, unsigned Rn, unsigned Rd,
                       Vec3 F) {
  O.setVreg(Rd, (O.*F)(E.Size, O.vregQ(Q, Rd), O.vregQ(Q, Rn), E.dup(O)));
}
static void mulHighAccScalar(Ops &O, Element E, unsigned Rn, unsigned Rd,
                             Vec3 F) {
  O.setVreg(Rd, (O.*F)(E.Size, O.vLane0(E.Size, O.vreg(Rd)),
                       O.vLane0(E.Size, O.vreg(Rn)), E.dup(O)));
}
void SQDMULH_e(ELEM_ARGS) { mulHigh(O, Q, ELEM, Rn, Rd, &Ops::vSqDmulh); }
void SQRDMULH_e(ELEM_ARGS) { mulHigh(O, Q, ELEM, Rn, Rd, &Ops::vSqRdmulh); }
void SQRDMLAH_e(ELEM_ARGS) { mulHighAcc(O, Q, ELEM, Rn, Rd, &Ops::vSqRdmlah); }
void SQRDMLSH_e(ELEM_ARGS) { mulHighAcc(O, Q, ELEM, Rn, Rd, &Ops::vSqRdmlsh); }
void SQDMULH_se(SCALAR_ARGS) { mulHighScalar(O, ELEM, Rn, Rd, &Ops::vSqDmulh); }
void SQRDMULH_se(SCALAR_ARGS) {
  mulHighScalar(O, ELEM, Rn, Rd, &Ops::vSqRdmulh);
}
void SQRDMLAH_se(SCALAR_ARGS) {
  mulHighAccScalar(O, ELEM, Rn, Rd, &Ops::vSqRdmlah);
}
void SQRDMLSH_se(SCALAR_ARGS) {
  mulHighAccScalar(O, ELEM, Rn, Rd, &Ops::vSqRdmlsh);
}

//--- Long
//------------------------------------------------------------------------

static Val mulLong(Ops &O, bool High, Element E, unsigned Rn, VecImm Widen) {
  return O.vMul(wider(E.Size), (O.*Widen)(E.Size, O.vreg(Rn), High),
                (O.*Widen)(E.Size, E.dup(O), 0));
}

#define MUL_LONG(Prefix, Widen)                                                \
  void Prefix##MULL_e(ELEM_ARGS) {                                             \
    O.setVreg(Rd, mulLong(O, Q, ELEM, Rn, &Ops::Widen));                       \
  }                                                                            \
  void Prefix##MLAL_e(ELEM_ARGS) {                                             \
    O.setVreg(Rd, O.vAdd(wider(lane(size)), O.vreg(Rd),                        \
                         mulLong(O, Q, ELEM, Rn, &Ops::Widen)));               \
  }                                                                            \
  void Prefix##MLSL_e(ELEM_ARGS) {                                             \
    O.setVreg(Rd, O.vSub(wider(lane(size)), O.vreg(Rd),                        \
                         mulLong(O, Q, ELEM, Rn, &Ops::Widen)));               \
  }
MUL_LONG(S, vWidenS)
MUL_LONG(U, vWidenU)

static Val sqdmull(Ops &O, bool High, Element E, unsigned Rn) {
  return O.vSqDmull(E.Size, halfOf(O, High, O.vreg(Rn)), E.dup(O));
}
void SQDMULL_e(ELEM_ARGS) { O.setVreg(Rd, sqdmull(O, Q, ELEM, Rn)); }
void SQDMLAL_e(ELEM_ARGS) {
  O.setVreg(Rd,
            O.vSqAdd(wider(lane(size)), O.vreg(Rd), sqdmull(O, Q, ELEM, Rn)));
}
void SQDMLSL_e(ELEM_ARGS) {
  O.setVreg(Rd,
            O.vSqSub(wider(lane(size)), O.vreg(Rd), sqdmull(O, Q, ELEM, Rn)));
}

static Val sqdmullScalar(Ops &O, Element E, unsigned Rn) {
  return O.vSqDmull(E.Size, O.vLane0(E.Size, O.vreg(Rn)), E.dup(O));
}
void SQDMULL_se(SCALAR_ARGS) { O.setVreg(Rd, sqdmullScalar(O, ELEM, Rn)); }
void SQDMLAL_se(SCALAR_ARGS) {
  Lane W = wider(lane(size));
  O.setVreg(Rd,
            O.vSqAdd(W, O.vLane0(W, O.vreg(Rd)), sqdmullScalar(O, ELEM, Rn)));
}
void SQDMLSL_se(SCALAR_ARGS) {
  Lane W = wider(lane(size));
  O.setVreg(Rd,
            O.vSqSub(W, O.vLane0(W, O.vreg(Rd)), sqdmullScalar(O, ELEM, Rn)));
}

//--- Dot products: the element is a group of four bytes
//----------------------------

#define DOT_ARGS                                                               \
  Ops &O, unsigned Q, unsigned L, unsigned Rm, unsigned H, unsigned Rn,        \
      unsigned Rd

static Val group(Ops &O, unsigned Rm, unsigned H, unsigned L) {
  return O.vDupLane(L32, O.vreg(Rm), H << 1 | L);
}
void SDOT_e(DOT_ARGS) {
  O.setVregQ(Q, Rd, O.vSdot(L32, O.vreg(Rd), O.vreg(Rn), group(O, Rm, H, L)));
}
void UDOT_e(DOT_ARGS) {
  O.setVregQ(Q, Rd, O.vUdot(L32, O.vreg(Rd), O.vreg(Rn), group(O, Rm, H, L)));
}
void USDOT_e(DOT_ARGS) {
  O.setVregQ(Q, Rd, O.vUsdot(L32, O.vreg(Rd), O.vreg(Rn), group(O, Rm, H, L)));
}
// SUDOT: Rn is the signed operand.
void SUDOT_e(DOT_ARGS) {
  O.setVregQ(Q, Rd, O.vUsdot(L32, O.vreg(Rd), group(O, Rm, H, L), O.vreg(Rn)));
}

} // namespace xlate::sem
