//===- SimdCommon.h - Shared pieces of the Advanced SIMD semantics -*- C++
//-*-===//
//
// The families of Advanced SIMD instructions differ in little but the lane
// operation, so each family is one function over a pointer to the builder
// method. Conventions: Q = false is the 64-bit (D) form; operands of saturating
// operations are masked to the lanes in use first, so that unused lanes neither
// raise QC nor reach the result.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_SEMANTICS_SIMDCOMMON_H
#define XLATE_LIB_SEMANTICS_SIMDCOMMON_H

#include "xlate/Semantics/Semantics.h"

namespace xlate::simd {

using Vec1 = Val (Ops::*)(Lane, Val);
using Vec2 = Val (Ops::*)(Lane, Val, Val);
using Vec3 = Val (Ops::*)(Lane, Val, Val, Val);
using VecImm = Val (Ops::*)(Lane, Val, int64_t);

inline Lane lane(unsigned Size) { return static_cast<Lane>(Size); }
inline Lane wider(Lane L) { return static_cast<Lane>(L + 1); }

/// The constant whose every L lane is Bits.
inline Val splat(Ops &O, Lane L, uint64_t Bits) {
  if (L == L8)
    Bits = (Bits & 0xff) * 0x0101010101010101u;
  else if (L == L16)
    Bits = (Bits & 0xffff) * 0x0001000100010001u;
  else if (L == L32)
    Bits = (Bits & 0xffffffff) * 0x0000000100000001u;
  return O.vimm(Bits);
}

/// The half of V that a long or wide operation reads ("2" forms: the high one),
/// in the low half of the result.
inline Val halfOf(Ops &O, bool High, Val V) {
  return High ? O.vDupLane(L64, V, 1) : V;
}

/// Write the result of a narrowing operation, which is in the low half of V:
/// the "2" forms write the high half and keep the low one.
inline void setNarrow(Ops &O, bool High, unsigned Rd, Val V) {
  O.setVreg(Rd, High ? O.vInsLane(L64, O.vreg(Rd), 1, V, 0) : V);
}

/// Even and odd elements of the concatenation Vm:Vn, for pairwise operations.
struct Pairs {
  Val Even, Odd;
};
inline Pairs pairs(Ops &O, bool Q, Lane L, unsigned Rn, unsigned Rm) {
  Val N = O.vreg(Rn), M = O.vreg(Rm);
  if (!Q)
    N = M = O.vZip1(L64, N, M);
  return {O.vUzp1(L, N, M), O.vUzp2(L, N, M)};
}

} // namespace xlate::simd

#endif // XLATE_LIB_SEMANTICS_SIMDCOMMON_H
