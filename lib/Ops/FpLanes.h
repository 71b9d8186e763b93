//===- FpLanes.h - Applying scalar FP functions to lanes --------*- C++ -*-===//

#ifndef XLATE_LIB_OPS_FPLANES_H
#define XLATE_LIB_OPS_FPLANES_H

#include "SoftFloat.h"
#include "xlate/Ops/Eval.h"
#include <cstring>
#include <type_traits>

namespace xlate::fp {

template <class F>
constexpr bool HasHost = std::is_same_v<F, Single> || std::is_same_v<F, Double>;

/// Lane I of a vector as bits of format F.
template <class F> BitsOf<F> lane(const Value *V, unsigned I) {
  BitsOf<F> R;
  std::memcpy(&R, V->V.B + I * sizeof R, sizeof R);
  return R;
}
template <class F> void setLane(V128 &V, unsigned I, BitsOf<F> Bits) {
  std::memcpy(V.B + I * sizeof Bits, &Bits, sizeof Bits);
}

/// Call Fn with a value of the format that P.lane() names.
template <class Fn> void withFormat(Param P, Fn &&Call) {
  switch (P.lane()) {
  case L16:
    return Call(Half{});
  case L32:
    return Call(Single{});
  default:
    return Call(Double{});
  }
}

/// R = Fn(format, env, lane number) in the first P.n() lanes, the others zero.
/// R may be an operand of Fn. Flags go to FPSR.
template <class Fn> void mapLanes(CpuState *S, Value *R, Param P, Fn &&Lane) {
  Env E(S->Fpcr);
  V128 Out{};
  withFormat(P, [&]<class F>(F Format) {
    for (unsigned I = 0; I != P.n(); ++I)
      setLane<F>(Out, I, Lane(Format, E, I));
  });
  S->Fpsr |= E.Flags;
  R->V = Out;
}

} // namespace xlate::fp

#endif // XLATE_LIB_OPS_FPLANES_H
