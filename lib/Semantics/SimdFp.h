//===- SimdFp.h - Multiply-add shared by SIMD FP semantics ------*- C++ -*-===//

#ifndef XLATE_LIB_SEMANTICS_SIMDFP_H
#define XLATE_LIB_SEMANTICS_SIMDFP_H

#include "FpCommon.h"

namespace xlate::sem {

/// Vd + (+-Vn) * M in Count lanes; Vn is negated before NaN processing.
inline void mulAddVec(Ops &O, Lane L, unsigned Count, Val M, unsigned Rn,
                      unsigned Rd, bool Neg) {
  Val D = O.vreg(Rd), N = O.vreg(Rn);
  if (Neg)
    N = O.fNeg(L, Count, N);
  O.setVreg(Rd, O.fMulAdd(L, Count, D, N, M));
}

/// FMLAL and its relatives: half lanes of the low or high part.
inline void mulAddLong(Ops &O, bool Q, bool High, bool Sub, Val M, unsigned Rn,
                       unsigned Rd) {
  Val D = O.vreg(Rd), N = O.vreg(Rn);
  if (Sub)
    N = O.fNeg(L16, 8, N);
  O.setVreg(Rd, O.fMlal(L32, lanes(Q, L32), D, N, M, High));
}

} // namespace xlate::sem

#endif // XLATE_LIB_SEMANTICS_SIMDFP_H
