//===- EvalVec.h - Lane-wise application of functions -----------*- C++ -*-===//
//
// Frames for the evaluators of vector primitives: a generic lambda is applied
// to every lane of the type that Param::lane() names. Operands are copied
// first, because the result may alias them.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_OPS_EVALVEC_H
#define XLATE_LIB_OPS_EVALVEC_H

#include "xlate/Ops/Eval.h"
#include <bit>
#include <concepts>
#include <limits>
#include <type_traits>

namespace xlate::vec {

template <class T> struct Lanes {
  static constexpr unsigned Count = 16 / sizeof(T);
  T E[Count];
};
template <class T> Lanes<T> get(const Value *V) {
  return std::bit_cast<Lanes<T>>(V->V);
}
template <class T> void put(Value *V, const Lanes<T> &L) {
  V->V = std::bit_cast<V128>(L);
}

template <class T> using Signed = std::make_signed_t<T>;
template <class T> using Unsigned = std::make_unsigned_t<T>;
template <class T> constexpr unsigned Bits = 8 * sizeof(T);

template <unsigned Size> struct UIntOf;
template <> struct UIntOf<1> {
  using T = uint8_t;
};
template <> struct UIntOf<2> {
  using T = uint16_t;
};
template <> struct UIntOf<4> {
  using T = uint32_t;
};
template <> struct UIntOf<8> {
  using T = uint64_t;
};
template <> struct UIntOf<16> {
  using T = unsigned __int128;
};
/// The type of twice the size, of the same signedness.
template <class T>
using Wider = std::conditional_t<
    (sizeof(T) == 8),
    std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>,
    std::conditional_t<std::is_signed_v<T>,
                       std::make_signed_t<typename UIntOf<
                           sizeof(T) == 8 ? 8 : 2 * sizeof(T)>::T>,
                       typename UIntOf<sizeof(T) == 8 ? 8 : 2 * sizeof(T)>::T>>;

/// Calls F<T>() with the unsigned type of lane L.
template <class Fn> void forLane(Lane L, Fn F) {
  switch (L) {
  case L8:
    return F.template operator()<uint8_t>();
  case L16:
    return F.template operator()<uint16_t>();
  case L32:
    return F.template operator()<uint32_t>();
  case L64:
    return F.template operator()<uint64_t>();
  }
}
/// As forLane, for primitives whose lanes are narrow (no L64).
template <class Fn> void forNarrowLane(Lane L, Fn F) {
  switch (L) {
  case L8:
    return F.template operator()<uint8_t>();
  case L16:
    return F.template operator()<uint16_t>();
  default:
    return F.template operator()<uint32_t>();
  }
}

template <class T, class Fn> void map1(Value *R, const Value *A, Fn F) {
  Lanes<T> X = get<T>(A), Out;
  for (unsigned I = 0; I != Lanes<T>::Count; ++I)
    Out.E[I] = static_cast<T>(F(X.E[I]));
  put(R, Out);
}
template <class T, class Fn>
void map2(Value *R, const Value *A, const Value *B, Fn F) {
  Lanes<T> X = get<T>(A), Y = get<T>(B), Out;
  for (unsigned I = 0; I != Lanes<T>::Count; ++I)
    Out.E[I] = static_cast<T>(F(X.E[I], Y.E[I]));
  put(R, Out);
}
template <class T, class Fn>
void map3(Value *R, const Value *A, const Value *B, const Value *C, Fn F) {
  Lanes<T> X = get<T>(A), Y = get<T>(B), Z = get<T>(C), Out;
  for (unsigned I = 0; I != Lanes<T>::Count; ++I)
    Out.E[I] = static_cast<T>(F(X.E[I], Y.E[I], Z.E[I]));
  put(R, Out);
}

/// FPSR.QC.
constexpr uint32_t QcBit = 1u << 27;

/// X, of a signed type wider than T, clamped to T; sets Sat if that changed it.
template <class T, class W> T saturate(W X, bool &Sat) {
  static_assert(sizeof(W) > sizeof(T));
  constexpr W Min = std::numeric_limits<T>::min(),
              Max = std::numeric_limits<T>::max();
  Sat |= X < Min || X > Max;
  return static_cast<T>(X < Min ? Min : X > Max ? Max : X);
}

} // namespace xlate::vec

/// Evaluator bodies: expressions over the unsigned lanes X, Y, Z (SX, SY, SZ
/// their signed values) of type T (ST).
#define XLATE_VEC1(name, Expr)                                                 \
  XLATE_EVAL(name) {                                                           \
    xlate::vec::forLane(xlate::Param{ParamWord}.lane(), [&]<class T>() {       \
      using ST [[maybe_unused]] = xlate::vec::Signed<T>;                       \
      xlate::vec::map1<T>(R, A, [](T X) {                                      \
        [[maybe_unused]] ST SX = static_cast<ST>(X);                           \
        return Expr;                                                           \
      });                                                                      \
    });                                                                        \
  }
#define XLATE_VEC2(name, Expr)                                                 \
  XLATE_EVAL(name) {                                                           \
    xlate::vec::forLane(xlate::Param{ParamWord}.lane(), [&]<class T>() {       \
      using ST [[maybe_unused]] = xlate::vec::Signed<T>;                       \
      xlate::vec::map2<T>(R, A, B, [](T X, T Y) {                              \
        [[maybe_unused]] ST SX = static_cast<ST>(X), SY = static_cast<ST>(Y);  \
        return Expr;                                                           \
      });                                                                      \
    });                                                                        \
  }

#endif // XLATE_LIB_OPS_EVALVEC_H
