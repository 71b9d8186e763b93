//===- SimdFp.cpp - Advanced SIMD floating point, three registers ---------===//
//
// Suffixes of the row names: v vector of single or double, vh vector of half,
// s scalar single or double, sh scalar half.
//
//===----------------------------------------------------------------------===//

#include "SimdFp.h"

namespace xlate::sem {

static void three(Ops &O, Lane L, unsigned Count, unsigned Rm, unsigned Rn,
                  unsigned Rd, Fp2 F) {
  Val N = O.vreg(Rn), M = O.vreg(Rm);
  O.setVreg(Rd, (O.*F)(L, Count, N, M));
}

#define VECTOR(NAME, OP)                                                       \
  void NAME##_v(Ops &O, unsigned q, unsigned sz, unsigned Rm, unsigned Rn,     \
                unsigned Rd) {                                                 \
    three(O, szLane(sz), lanes(q, szLane(sz)), Rm, Rn, Rd, OP);                \
  }                                                                            \
  void NAME##_vh(Ops &O, unsigned q, unsigned Rm, unsigned Rn, unsigned Rd) {  \
    three(O, L16, lanes(q, L16), Rm, Rn, Rd, OP);                              \
  }
#define SCALAR(NAME, OP)                                                       \
  void NAME##_s(Ops &O, unsigned sz, unsigned Rm, unsigned Rn, unsigned Rd) {  \
    three(O, szLane(sz), 1, Rm, Rn, Rd, OP);                                   \
  }                                                                            \
  void NAME##_sh(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {              \
    three(O, L16, 1, Rm, Rn, Rd, OP);                                          \
  }

VECTOR(FADD, &Ops::fAdd)
VECTOR(FSUB, &Ops::fSub)
VECTOR(FMUL, &Ops::fMul)
VECTOR(FDIV, &Ops::fDiv)
VECTOR(FMAX, &Ops::fMax)
VECTOR(FMIN, &Ops::fMin)
VECTOR(FMAXNM, &Ops::fMaxNm)
VECTOR(FMINNM, &Ops::fMinNm)
VECTOR(FMULX, &Ops::fMulX)
SCALAR(FMULX, &Ops::fMulX)
VECTOR(FRECPS, &Ops::fRecps)
SCALAR(FRECPS, &Ops::fRecps)
VECTOR(FRSQRTS, &Ops::fRsqrts)
SCALAR(FRSQRTS, &Ops::fRsqrts)
VECTOR(FCMEQ, &Ops::fCmpEq)
SCALAR(FCMEQ, &Ops::fCmpEq)
VECTOR(FCMGE, &Ops::fCmpGe)
SCALAR(FCMGE, &Ops::fCmpGe)
VECTOR(FCMGT, &Ops::fCmpGt)
SCALAR(FCMGT, &Ops::fCmpGt)
#undef VECTOR
#undef SCALAR

// FABD, C7.2.46; FACGE, C7.2.48; FACGT, C7.2.49
static void absDiff(Ops &O, Lane L, unsigned Count, unsigned Rm, unsigned Rn,
                    unsigned Rd) {
  Val N = O.vreg(Rn), M = O.vreg(Rm);
  O.setVreg(Rd, O.fAbs(L, Count, O.fSub(L, Count, N, M)));
}
static void absCompare(Ops &O, Lane L, unsigned Count, unsigned Rm, unsigned Rn,
                       unsigned Rd, Fp2 F) {
  Val N = O.vreg(Rn), M = O.vreg(Rm);
  O.setVreg(Rd, (O.*F)(L, Count, O.fAbs(L, Count, N), O.fAbs(L, Count, M)));
}
#define EACH_FORM(NAME, FN, ...)                                               \
  void NAME##_v(Ops &O, unsigned q, unsigned sz, unsigned Rm, unsigned Rn,     \
                unsigned Rd) {                                                 \
    FN(O, szLane(sz), lanes(q, szLane(sz)), Rm, Rn,                            \
       Rd __VA_OPT__(, ) __VA_ARGS__);                                         \
  }                                                                            \
  void NAME##_vh(Ops &O, unsigned q, unsigned Rm, unsigned Rn, unsigned Rd) {  \
    FN(O, L16, lanes(q, L16), Rm, Rn, Rd __VA_OPT__(, ) __VA_ARGS__);          \
  }                                                                            \
  void NAME##_s(Ops &O, unsigned sz, unsigned Rm, unsigned Rn, unsigned Rd) {  \
    FN(O, szLane(sz), 1, Rm, Rn, Rd __VA_OPT__(, ) __VA_ARGS__);               \
  }                                                                            \
  void NAME##_sh(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {              \
    FN(O, L16, 1, Rm, Rn, Rd __VA_OPT__(, ) __VA_ARGS__);                      \
  }
EACH_FORM(FABD, absDiff)
EACH_FORM(FACGE, absCompare, &Ops::fCmpGe)
EACH_FORM(FACGT, absCompare, &Ops::fCmpGt)
#undef EACH_FORM

// FMLA, FMLS (vector), C7.2.109, C7.2.113
#define MULADD(NAME, NEG)                                                      \
  void NAME##_v(Ops &O, unsigned q, unsigned sz, unsigned Rm, unsigned Rn,     \
                unsigned Rd) {                                                 \
    Val M = O.vreg(Rm);                                                        \
    mulAddVec(O, szLane(sz), lanes(q, szLane(sz)), M, Rn, Rd, NEG);            \
  }                                                                            \
  void NAME##_vh(Ops &O, unsigned q, unsigned Rm, unsigned Rn, unsigned Rd) {  \
    Val M = O.vreg(Rm);                                                        \
    mulAddVec(O, L16, lanes(q, L16), M, Rn, Rd, NEG);                          \
  }
MULADD(FMLA, false)
MULADD(FMLS, true)
#undef MULADD

// Pairwise: even and odd elements of Vm:Vn, FADDP (vector), C7.2.52
static void pairwise(Ops &O, bool Q, Lane L, unsigned Rm, unsigned Rn,
                     unsigned Rd, Fp2 F) {
  Val N = O.vreg(Rn), M = O.vreg(Rm);
  if (!Q) // the 128 bits of both low halves
    N = M = O.vInsLane(L64, N, 1, M, 0);
  O.setVreg(Rd, (O.*F)(L, lanes(Q, L), O.vUzp1(L, N, M), O.vUzp2(L, N, M)));
}
#define PAIRWISE(NAME, OP)                                                     \
  void NAME##_v(Ops &O, unsigned q, unsigned sz, unsigned Rm, unsigned Rn,     \
                unsigned Rd) {                                                 \
    pairwise(O, q, szLane(sz), Rm, Rn, Rd, OP);                                \
  }                                                                            \
  void NAME##_vh(Ops &O, unsigned q, unsigned Rm, unsigned Rn, unsigned Rd) {  \
    pairwise(O, q, L16, Rm, Rn, Rd, OP);                                       \
  }
PAIRWISE(FADDP, &Ops::fAdd)
PAIRWISE(FMAXP, &Ops::fMax)
PAIRWISE(FMINP, &Ops::fMin)
PAIRWISE(FMAXNMP, &Ops::fMaxNm)
PAIRWISE(FMINNMP, &Ops::fMinNm)
#undef PAIRWISE

// Scalar pairwise: FADDP (scalar), C7.2.51
static void pairScalar(Ops &O, Lane L, unsigned Rn, unsigned Rd, Fp2 F) {
  Val N = O.vreg(Rn);
  O.setVreg(Rd, (O.*F)(L, 1, N, O.vDupLane(L, N, 1)));
}
#define PAIR_SCALAR(NAME, OP)                                                  \
  void NAME##_s(Ops &O, unsigned sz, unsigned Rn, unsigned Rd) {               \
    pairScalar(O, szLane(sz), Rn, Rd, OP);                                     \
  }                                                                            \
  void NAME##_sh(Ops &O, unsigned Rn, unsigned Rd) {                           \
    pairScalar(O, L16, Rn, Rd, OP);                                            \
  }
PAIR_SCALAR(FADDP, &Ops::fAdd)
PAIR_SCALAR(FMAXP, &Ops::fMax)
PAIR_SCALAR(FMINP, &Ops::fMin)
PAIR_SCALAR(FMAXNMP, &Ops::fMaxNm)
PAIR_SCALAR(FMINNMP, &Ops::fMinNm)
#undef PAIR_SCALAR

// Across lanes: the pseudocode's Reduce() splits in halves, which pairs
// neighbours first. FMAXV, C7.2.119
static void across(Ops &O, Lane L, unsigned Count, unsigned Rn, unsigned Rd,
                   Fp2 F) {
  Val V = O.vreg(Rn);
  while (Count > 1) {
    Count /= 2;
    V = (O.*F)(L, Count, O.vUzp1(L, V, V), O.vUzp2(L, V, V));
  }
  O.setVreg(Rd, V);
}
#define ACROSS(NAME, OP)                                                       \
  void NAME##_v(Ops &O, unsigned Rn, unsigned Rd) {                            \
    across(O, L32, 4, Rn, Rd, OP);                                             \
  }                                                                            \
  void NAME##_vh(Ops &O, unsigned q, unsigned Rn, unsigned Rd) {               \
    across(O, L16, lanes(q, L16), Rn, Rd, OP);                                 \
  }
ACROSS(FMAXV, &Ops::fMax)
ACROSS(FMINV, &Ops::fMin)
ACROSS(FMAXNMV, &Ops::fMaxNm)
ACROSS(FMINNMV, &Ops::fMinNm)
#undef ACROSS

// FMLAL, FMLSL and FMLAL2, FMLSL2 (vector), C7.2.111
#define LONG(NAME, HIGH, SUB)                                                  \
  void NAME##_v(Ops &O, unsigned q, unsigned Rm, unsigned Rn, unsigned Rd) {   \
    Val M = O.vreg(Rm);                                                        \
    mulAddLong(O, q, HIGH, SUB, M, Rn, Rd);                                    \
  }
LONG(FMLAL, false, false)
LONG(FMLSL, false, true)
LONG(FMLAL2, true, false)
LONG(FMLSL2, true, true)
#undef LONG

// FCADD, C7.2.56; FCMLA, C7.2.65
void FCADD_v(Ops &O, unsigned q, unsigned size, unsigned Rm, unsigned rot,
             unsigned Rn, unsigned Rd) {
  const Lane L = static_cast<Lane>(size);
  Val N = O.vreg(Rn), M = O.vreg(Rm);
  O.setVreg(Rd, O.fCAdd(L, lanes(q, L), N, M, rot));
}
void FCMLA_v(Ops &O, unsigned q, unsigned size, unsigned Rm, unsigned rot,
             unsigned Rn, unsigned Rd) {
  const Lane L = static_cast<Lane>(size);
  Val D = O.vreg(Rd), N = O.vreg(Rn), M = O.vreg(Rm);
  O.setVreg(Rd, O.fCMla(L, lanes(q, L), D, N, M, rot));
}

// BFDOT (vector), C7.2.18; BFMMLA, C7.2.24; BFMLALB, BFMLALT, C7.2.22
void BFDOT_v(Ops &O, unsigned q, unsigned Rm, unsigned Rn, unsigned Rd) {
  Val D = O.vreg(Rd), N = O.vreg(Rn), M = O.vreg(Rm);
  O.setVreg(Rd, O.bfDot(L32, lanes(q, L32), D, N, M));
}
void BFMMLA_v(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {
  Val D = O.vreg(Rd), N = O.vreg(Rn), M = O.vreg(Rm);
  O.setVreg(Rd, O.bfMmla(L32, 4, D, N, M));
}
static void bfMlal(Ops &O, bool Top, unsigned Rm, unsigned Rn, unsigned Rd) {
  Val D = O.vreg(Rd), N = O.vreg(Rn), M = O.vreg(Rm);
  O.setVreg(Rd, O.bfMlal(L32, 4, D, N, M, Top));
}
void BFMLALB_v(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {
  bfMlal(O, false, Rm, Rn, Rd);
}
void BFMLALT_v(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {
  bfMlal(O, true, Rm, Rn, Rd);
}

} // namespace xlate::sem
