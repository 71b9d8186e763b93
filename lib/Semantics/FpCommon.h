//===- FpCommon.h - Helpers of the floating-point semantics -----*- C++ -*-===//

#ifndef XLATE_LIB_SEMANTICS_FPCOMMON_H
#define XLATE_LIB_SEMANTICS_FPCOMMON_H

#include "xlate/Semantics/Semantics.h"

namespace xlate::sem {

/// Lane of a scalar instruction's ftype field (2 is unallocated).
inline Lane fpLane(unsigned ftype) {
  return ftype == 0 ? L32 : ftype == 1 ? L64 : L16;
}
/// Lane of an Advanced SIMD sz field.
inline Lane szLane(unsigned sz) { return sz ? L64 : L32; }
/// Active lanes of a Q or D form.
inline unsigned lanes(bool Q, Lane L) { return laneCount(L) >> !Q; }

using Fp1 = Val (Ops::*)(Lane, unsigned, Val);
using Fp2 = Val (Ops::*)(Lane, unsigned, Val, Val);

/// VFPExpandImm: the immediate of FMOV as bits of one lane.
inline uint64_t expandFpImm(Lane L, unsigned imm8) {
  const unsigned E = L == L64 ? 11 : L == L32 ? 8 : 5, F = laneBits(L) - 1 - E;
  const uint64_t B = imm8 >> 6 & 1;
  const uint64_t Exp = (B ^ 1) << (E - 1) |
                       (B ? ((1ull << (E - 3)) - 1) << 2 : 0) | (imm8 >> 4 & 3);
  return uint64_t(imm8 >> 7) << (laneBits(L) - 1) | Exp << F |
         uint64_t(imm8 & 15) << (F - 4);
}

} // namespace xlate::sem

#endif // XLATE_LIB_SEMANTICS_FPCOMMON_H
