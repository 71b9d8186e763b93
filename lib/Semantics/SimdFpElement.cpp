//===- SimdFpElement.cpp - SIMD floating point by element, fixed point ----===//

#include "SimdFp.h"
#include <bit>

namespace xlate::sem {

/// The index and register of an element operand, from the H:L:M bits.
struct Element {
  unsigned Rm, Index;
};
static Element element(Lane L, unsigned Hb, unsigned Lb, unsigned Mb,
                       unsigned Rm) {
  switch (L) {
  case L16:
    return {Rm, Hb << 2 | Lb << 1 | Mb};
  case L32:
    return {Mb << 4 | Rm, Hb << 1 | Lb};
  default:
    return {Mb << 4 | Rm, Hb};
  }
}

/// The element in every lane.
static Val dupElement(Ops &O, Lane L, Element E) {
  return O.vDupLane(L, O.vreg(E.Rm), E.Index);
}

enum class Form { Mul, MulX, Mla, Mls };

// FMUL, FMULX, FMLA, FMLS (by element), C7.2.145, C7.2.147, C7.2.107, C7.2.112
static void byElement(Ops &O, Lane L, unsigned Count, Element E, unsigned Rn,
                      unsigned Rd, Form F) {
  Val M = dupElement(O, L, E);
  switch (F) {
  case Form::Mul:
    return O.setVreg(Rd, O.fMul(L, Count, O.vreg(Rn), M));
  case Form::MulX:
    return O.setVreg(Rd, O.fMulX(L, Count, O.vreg(Rn), M));
  case Form::Mla:
  case Form::Mls:
    return mulAddVec(O, L, Count, M, Rn, Rd, F == Form::Mls);
  }
}
#define BY_ELEMENT(NAME, FORM)                                                 \
  void NAME##_ve(Ops &O, unsigned q, unsigned sz, unsigned L, unsigned M,      \
                 unsigned Rm, unsigned H, unsigned Rn, unsigned Rd) {          \
    const Lane T = szLane(sz);                                                 \
    byElement(O, T, lanes(q, T), element(T, H, L, M, Rm), Rn, Rd, Form::FORM); \
  }                                                                            \
  void NAME##_vhe(Ops &O, unsigned q, unsigned L, unsigned M, unsigned Rm,     \
                  unsigned H, unsigned Rn, unsigned Rd) {                      \
    byElement(O, L16, lanes(q, L16), element(L16, H, L, M, Rm), Rn, Rd,        \
              Form::FORM);                                                     \
  }                                                                            \
  void NAME##_se(Ops &O, unsigned sz, unsigned L, unsigned M, unsigned Rm,     \
                 unsigned H, unsigned Rn, unsigned Rd) {                       \
    const Lane T = szLane(sz);                                                 \
    byElement(O, T, 1, element(T, H, L, M, Rm), Rn, Rd, Form::FORM);           \
  }                                                                            \
  void NAME##_she(Ops &O, unsigned L, unsigned M, unsigned Rm, unsigned H,     \
                  unsigned Rn, unsigned Rd) {                                  \
    byElement(O, L16, 1, element(L16, H, L, M, Rm), Rn, Rd, Form::FORM);       \
  }
BY_ELEMENT(FMUL, Mul)
BY_ELEMENT(FMULX, MulX)
BY_ELEMENT(FMLA, Mla)
BY_ELEMENT(FMLS, Mls)
#undef BY_ELEMENT

// FMLAL, FMLSL and FMLAL2, FMLSL2 (by element), C7.2.110
#define LONG(NAME, HIGH, SUB)                                                  \
  void NAME##_ve(Ops &O, unsigned q, unsigned L, unsigned M, unsigned Rm,      \
                 unsigned H, unsigned Rn, unsigned Rd) {                       \
    Val E = dupElement(O, L16, element(L16, H, L, M, Rm));                     \
    mulAddLong(O, q, HIGH, SUB, E, Rn, Rd);                                    \
  }
LONG(FMLAL, false, false)
LONG(FMLSL, false, true)
LONG(FMLAL2, true, false)
LONG(FMLSL2, true, true)
#undef LONG

// FCMLA (by element), C7.2.64: the index counts complex pairs
static void complexElement(Ops &O, Lane L, bool Q, unsigned Rm, unsigned Index,
                           unsigned rot, unsigned Rn, unsigned Rd) {
  Val D = O.vreg(Rd), N = O.vreg(Rn);
  Val M = O.vDupLane(static_cast<Lane>(L + 1), O.vreg(Rm), Index);
  O.setVreg(Rd, O.fCMla(L, lanes(Q, L), D, N, M, rot));
}
void FCMLA_vhe(Ops &O, unsigned q, unsigned L, unsigned M, unsigned Rm,
               unsigned rot, unsigned H, unsigned Rn, unsigned Rd) {
  complexElement(O, L16, q, M << 4 | Rm, H << 1 | L, rot, Rn, Rd);
}
void FCMLA_vse(Ops &O, unsigned, unsigned M, unsigned Rm, unsigned rot,
               unsigned H, unsigned Rn, unsigned Rd) {
  complexElement(O, L32, true, M << 4 | Rm, H, rot, Rn, Rd);
}

// BFDOT (by element), C7.2.17: the index counts pairs; BFMLALB, BFMLALT (by
// element), C7.2.21
void BFDOT_ve(Ops &O, unsigned q, unsigned L, unsigned M, unsigned Rm,
              unsigned H, unsigned Rn, unsigned Rd) {
  Val D = O.vreg(Rd), N = O.vreg(Rn);
  Val E = dupElement(O, L32, element(L32, H, L, M, Rm));
  O.setVreg(Rd, O.bfDot(L32, lanes(q, L32), D, N, E));
}
static void bfMlalElement(Ops &O, bool Top, Element E, unsigned Rn,
                          unsigned Rd) {
  Val D = O.vreg(Rd), N = O.vreg(Rn), M = dupElement(O, L16, E);
  O.setVreg(Rd, O.bfMlal(L32, 4, D, N, M, Top));
}
void BFMLALB_ve(Ops &O, unsigned L, unsigned M, unsigned Rm, unsigned H,
                unsigned Rn, unsigned Rd) {
  bfMlalElement(O, false, element(L16, H, L, M, Rm), Rn, Rd);
}
void BFMLALT_ve(Ops &O, unsigned L, unsigned M, unsigned Rm, unsigned H,
                unsigned Rn, unsigned Rd) {
  bfMlalElement(O, true, element(L16, H, L, M, Rm), Rn, Rd);
}

// SCVTF, UCVTF, FCVTZS, FCVTZU (vector, fixed-point), C7.2.233, C7.2.387,
// C7.2.99, C7.2.103: immh:immb = 2 * esize - fbits
static Lane fixedLane(unsigned imm) {
  return static_cast<Lane>(std::bit_width(imm >> 3) - 1);
}

static void fromFixed(Ops &O, unsigned Count, unsigned imm, unsigned Rn,
                      unsigned Rd, bool Signed) {
  const Lane L = fixedLane(imm);
  O.setVreg(Rd, O.intToF(L, Count, O.vreg(Rn),
                         IntToFp::pack(Signed, 2 * laneBits(L) - imm, L)));
}
static void toFixed(Ops &O, unsigned Count, unsigned imm, unsigned Rn,
                    unsigned Rd, bool Signed) {
  const Lane L = fixedLane(imm);
  O.setVreg(Rd, O.fToInt(L, Count, O.vreg(Rn),
                         FpToInt::pack(Signed, FpRound::Zero,
                                       2 * laneBits(L) - imm, L)));
}
#define FIXED(NAME, FN, SIGNED)                                                \
  void NAME##_vfix(Ops &O, unsigned q, unsigned imm, unsigned Rn,              \
                   unsigned Rd) {                                              \
    FN(O, lanes(q, fixedLane(imm)), imm, Rn, Rd, SIGNED);                      \
  }                                                                            \
  void NAME##_sfix(Ops &O, unsigned imm, unsigned Rn, unsigned Rd) {           \
    FN(O, 1, imm, Rn, Rd, SIGNED);                                             \
  }
FIXED(SCVTF, fromFixed, true)
FIXED(UCVTF, fromFixed, false)
FIXED(FCVTZS, toFixed, true)
FIXED(FCVTZU, toFixed, false)
#undef FIXED

} // namespace xlate::sem
