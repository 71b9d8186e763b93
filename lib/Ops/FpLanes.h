//===- FpLanes.h - Applying scalar FP functions to lanes --------*- C++ -*-===//

#ifndef XLATE_LIB_OPS_FPLANES_H
#define XLATE_LIB_OPS_FPLANES_H

#include "SoftFloat.h"
#include "xlate/Ops/Eval.h"
#include <cstring>
#include <emmintrin.h>
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

/// Collects lanes, highest first, in registers: storing them one by one and
/// loading the vector would stall on store forwarding.
class LaneStack {
public:
  template <unsigned Bits> void push(uint64_t Lane) {
    if constexpr (Bits == 64) {
      Hi = Lo;
      Lo = Lane;
    } else {
      Hi = Hi << Bits | Lo >> (64 - Bits);
      Lo = Lo << Bits | Lane;
    }
  }
  void store(Value *R) const {
    _mm_store_si128(
        reinterpret_cast<__m128i *>(R),
        _mm_set_epi64x(static_cast<int64_t>(Hi), static_cast<int64_t>(Lo)));
  }

private:
  uint64_t Lo = 0, Hi = 0;
};

/// R = Fn(format, env, lane number) in the first P.n() lanes, the others zero.
/// R may be an operand of Fn. Flags go to FPSR.
template <class Fn> void mapLanes(CpuState *S, Value *R, Param P, Fn &&Lane) {
  Env E(S->Fpcr);
  LaneStack Out;
  withFormat(P, [&]<class F>(F Format) {
    for (unsigned I = P.n(); I-- != 0;)
      Out.push<Width<F>>(Lane(Format, E, I));
  });
  S->Fpsr |= E.Flags;
  Out.store(R);
}

} // namespace xlate::fp

#endif // XLATE_LIB_OPS_FPLANES_H
