//===- SimdShift.cpp - Advanced SIMD shift by immediate, integer ----------===//
//
// Arm ARM C4.1: Advanced SIMD shift by immediate and scalar shift by immediate.
// Instruction pages C7.2. The highest set bit of immh gives the lane size;
// immh:immb then encodes 2 * bits - shift (right) or bits + shift (left).
//
//===----------------------------------------------------------------------===//

#include "SimdCommon.h"

namespace xlate::sem {

using namespace simd;

#define SHIFT_ARGS                                                             \
  Ops &O, unsigned Q, unsigned immh, unsigned immb, unsigned Rn, unsigned Rd
#define SCALAR_ARGS                                                            \
  Ops &O, unsigned immh, unsigned immb, unsigned Rn, unsigned Rd

namespace {
struct Shift {
  Lane L;
  unsigned Right, Left;
  Shift(unsigned Immh, unsigned Immb)
      : L(lane(31 - unsigned(__builtin_clz(Immh)))) {
    unsigned Imm = Immh << 3 | Immb;
    Right = 2 * laneBits(L) - Imm;
    Left = Imm - laneBits(L);
  }
};
} // namespace

//--- Right, and right with accumulate
//--------------------------------------------

static void shiftRight(Ops &O, bool Q, Shift S, unsigned Rn, unsigned Rd,
                       VecImm F, bool Acc) {
  Val V = (O.*F)(S.L, O.vreg(Rn), S.Right);
  O.setVregQ(Q, Rd, Acc ? O.vAdd(S.L, O.vreg(Rd), V) : V);
}

// Scalar forms exist for D registers only, which makes them the D vector form.
#define SHIFT_RIGHT(Name, Prim, Acc)                                           \
  void Name##_v(SHIFT_ARGS) {                                                  \
    shiftRight(O, Q, {immh, immb}, Rn, Rd, &Ops::Prim, Acc);                   \
  }                                                                            \
  void Name##_s(SCALAR_ARGS) {                                                 \
    shiftRight(O, false, {immh, immb}, Rn, Rd, &Ops::Prim, Acc);               \
  }

SHIFT_RIGHT(SSHR, vShrSI, false)
SHIFT_RIGHT(USHR, vShrUI, false)
SHIFT_RIGHT(SRSHR, vRshrSI, false)
SHIFT_RIGHT(URSHR, vRshrUI, false)
SHIFT_RIGHT(SSRA, vShrSI, true)
SHIFT_RIGHT(USRA, vShrUI, true)
SHIFT_RIGHT(SRSRA, vRshrSI, true)
SHIFT_RIGHT(URSRA, vRshrUI, true)

//--- Left, and inserts
//-----------------------------------------------------------

static void shiftLeft(Ops &O, bool Q, Shift S, unsigned Rn, unsigned Rd) {
  O.setVregQ(Q, Rd, O.vShlI(S.L, O.vreg(Rn), S.Left));
}
void SHL_v(SHIFT_ARGS) { shiftLeft(O, Q, {immh, immb}, Rn, Rd); }
void SHL_s(SCALAR_ARGS) { shiftLeft(O, false, {immh, immb}, Rn, Rd); }

static uint64_t lowBits(unsigned N) {
  return N >= 64 ? ~uint64_t(0) : (uint64_t(1) << N) - 1;
}

// SLI keeps the low Left bits of Rd, SRI the high Right bits.
static void insertLeft(Ops &O, bool Q, Shift S, unsigned Rn, unsigned Rd) {
  Val Keep = O.vAnd(S.L, O.vreg(Rd), splat(O, S.L, lowBits(S.Left)));
  O.setVregQ(Q, Rd, O.vOr(S.L, Keep, O.vShlI(S.L, O.vreg(Rn), S.Left)));
}
static void insertRight(Ops &O, bool Q, Shift S, unsigned Rn, unsigned Rd) {
  Val Keep =
      O.vAnd(S.L, O.vreg(Rd), splat(O, S.L, ~lowBits(laneBits(S.L) - S.Right)));
  O.setVregQ(Q, Rd, O.vOr(S.L, Keep, O.vShrUI(S.L, O.vreg(Rn), S.Right)));
}
void SLI_v(SHIFT_ARGS) { insertLeft(O, Q, {immh, immb}, Rn, Rd); }
void SLI_s(SCALAR_ARGS) { insertLeft(O, false, {immh, immb}, Rn, Rd); }
void SRI_v(SHIFT_ARGS) { insertRight(O, Q, {immh, immb}, Rn, Rd); }
void SRI_s(SCALAR_ARGS) { insertRight(O, false, {immh, immb}, Rn, Rd); }

//--- Saturating left
//-------------------------------------------------------------

static void satLeft(Ops &O, bool Q, Shift S, unsigned Rn, unsigned Rd,
                    VecImm F) {
  O.setVreg(Rd, (O.*F)(S.L, O.vregQ(Q, Rn), S.Left));
}
static void satLeftScalar(Ops &O, Shift S, unsigned Rn, unsigned Rd, VecImm F) {
  O.setVreg(Rd, (O.*F)(S.L, O.vLane0(S.L, O.vreg(Rn)), S.Left));
}
void SQSHL_iv(SHIFT_ARGS) {
  satLeft(O, Q, {immh, immb}, Rn, Rd, &Ops::vSqShlI);
}
void UQSHL_iv(SHIFT_ARGS) {
  satLeft(O, Q, {immh, immb}, Rn, Rd, &Ops::vUqShlI);
}
void SQSHLU_v(SHIFT_ARGS) {
  satLeft(O, Q, {immh, immb}, Rn, Rd, &Ops::vSqShluI);
}
void SQSHL_is(SCALAR_ARGS) {
  satLeftScalar(O, {immh, immb}, Rn, Rd, &Ops::vSqShlI);
}
void UQSHL_is(SCALAR_ARGS) {
  satLeftScalar(O, {immh, immb}, Rn, Rd, &Ops::vUqShlI);
}
void SQSHLU_s(SCALAR_ARGS) {
  satLeftScalar(O, {immh, immb}, Rn, Rd, &Ops::vSqShluI);
}

//--- Right and narrow
//------------------------------------------------------------

/// S.L is the narrow lane; the shift is in lanes of twice the size.
static void narrow(Ops &O, bool High, Shift S, unsigned Rn, unsigned Rd,
                   VecImm Shr, Vec1 Xtn) {
  setNarrow(O, High, Rd,
            (O.*Xtn)(S.L, (O.*Shr)(wider(S.L), O.vreg(Rn), S.Right)));
}
static void narrowScalar(Ops &O, Shift S, unsigned Rn, unsigned Rd, VecImm Shr,
                         Vec1 Xtn) {
  Lane W = wider(S.L);
  O.setVreg(Rd, (O.*Xtn)(S.L, (O.*Shr)(W, O.vLane0(W, O.vreg(Rn)), S.Right)));
}

#define NARROW(Name, Shr, Xtn)                                                 \
  void Name##_v(SHIFT_ARGS) {                                                  \
    narrow(O, Q, {immh, immb}, Rn, Rd, &Ops::Shr, &Ops::Xtn);                  \
  }
#define NARROW_S(Name, Shr, Xtn)                                               \
  NARROW(Name, Shr, Xtn)                                                       \
  void Name##_s(SCALAR_ARGS) {                                                 \
    narrowScalar(O, {immh, immb}, Rn, Rd, &Ops::Shr, &Ops::Xtn);               \
  }

NARROW(SHRN, vShrUI, vNarrow)
NARROW(RSHRN, vRshrUI, vNarrow)
NARROW_S(SQSHRN, vShrSI, vSqXtn)
NARROW_S(UQSHRN, vShrUI, vUqXtn)
NARROW_S(SQSHRUN, vShrSI, vSqXtun)
NARROW_S(SQRSHRN, vRshrSI, vSqXtn)
NARROW_S(UQRSHRN, vRshrUI, vUqXtn)
NARROW_S(SQRSHRUN, vRshrSI, vSqXtun)

//--- Left long
//-------------------------------------------------------------------

static void shiftLong(Ops &O, bool High, Shift S, unsigned Rn, unsigned Rd,
                      VecImm Widen) {
  Val V = (O.*Widen)(S.L, O.vreg(Rn), High);
  O.setVreg(Rd, S.Left ? O.vShlI(wider(S.L), V, S.Left) : V);
}
void SSHLL_v(SHIFT_ARGS) {
  shiftLong(O, Q, {immh, immb}, Rn, Rd, &Ops::vWidenS);
}
void USHLL_v(SHIFT_ARGS) {
  shiftLong(O, Q, {immh, immb}, Rn, Rd, &Ops::vWidenU);
}

} // namespace xlate::sem
