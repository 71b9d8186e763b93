//===- EvalVecWide.cpp - Widening, narrowing, reduction, dot evaluators ---===//

#include "EvalVec.h"
#include <algorithm>

using namespace xlate;
using namespace xlate::vec;

//--- Widen and narrow
//------------------------------------------------------------

template <class T> static void widen(Value *R, const Value *A, bool High) {
  using W = Wider<T>;
  Lanes<T> X = get<T>(A);
  Lanes<W> Out;
  constexpr unsigned N = Lanes<W>::Count;
  for (unsigned I = 0; I != N; ++I)
    Out.E[I] = X.E[I + (High ? N : 0)];
  put(R, Out);
}

XLATE_EVAL(vWidenS) {
  Param P{ParamWord};
  forNarrowLane(P.lane(), [&]<class T>() { widen<Signed<T>>(R, A, P.imm()); });
}
XLATE_EVAL(vWidenU) {
  Param P{ParamWord};
  forNarrowLane(P.lane(), [&]<class T>() { widen<T>(R, A, P.imm()); });
}

XLATE_EVAL(vNarrow) {
  forNarrowLane(Param{ParamWord}.lane(), [&]<class T>() {
    Lanes<Wider<T>> X = get<Wider<T>>(A);
    Lanes<T> Out = {};
    for (unsigned I = 0; I != Lanes<Wider<T>>::Count; ++I)
      Out.E[I] = static_cast<T>(X.E[I]);
    put(R, Out);
  });
}

//--- Reductions
//------------------------------------------------------------------

template <bool IsSigned, class Fn>
static void reduce(Value *R, const Value *A, uint64_t ParamWord, Fn F) {
  Param P{ParamWord};
  unsigned N = static_cast<unsigned>(P.imm());
  forLane(P.lane(), [&]<class U>() {
    using T = std::conditional_t<IsSigned, Signed<U>, U>;
    Lanes<T> X = get<T>(A);
    T Out = X.E[0];
    for (unsigned I = 1; I < N; ++I)
      Out = static_cast<T>(F(Out, X.E[I]));
    R->X = static_cast<U>(Out);
  });
}

XLATE_EVAL(vAddv) {
  reduce<false>(R, A, ParamWord, []<class T>(T X, T Y) { return X + Y; });
}
XLATE_EVAL(vMaxvS) {
  reduce<true>(R, A, ParamWord,
               []<class T>(T X, T Y) { return std::max(X, Y); });
}
XLATE_EVAL(vMaxvU) {
  reduce<false>(R, A, ParamWord,
                []<class T>(T X, T Y) { return std::max(X, Y); });
}
XLATE_EVAL(vMinvS) {
  reduce<true>(R, A, ParamWord,
               []<class T>(T X, T Y) { return std::min(X, Y); });
}
XLATE_EVAL(vMinvU) {
  reduce<false>(R, A, ParamWord,
                []<class T>(T X, T Y) { return std::min(X, Y); });
}

//--- Dot products and matrix multiply
//----------------------------------------------

/// Sum of N byte products, wrapping.
template <class TX, class TY>
static uint32_t dot(const TX *X, const TY *Y, unsigned N) {
  int32_t Sum = 0;
  for (unsigned I = 0; I != N; ++I)
    Sum += static_cast<int32_t>(X[I]) * Y[I];
  return static_cast<uint32_t>(Sum);
}

template <class TX, class TY>
static void dotProduct(Value *R, const Value *A, const Value *B,
                       const Value *C) {
  Lanes<uint32_t> Acc = get<uint32_t>(A);
  Lanes<TX> X = get<TX>(B);
  Lanes<TY> Y = get<TY>(C);
  for (unsigned I = 0; I != 4; ++I)
    Acc.E[I] += dot(X.E + 4 * I, Y.E + 4 * I, 4);
  put(R, Acc);
}
XLATE_EVAL(vSdot) { dotProduct<int8_t, int8_t>(R, A, B, C); }
XLATE_EVAL(vUdot) { dotProduct<uint8_t, uint8_t>(R, A, B, C); }
XLATE_EVAL(vUsdot) { dotProduct<uint8_t, int8_t>(R, A, B, C); }

/// 2x2 accumulator, row-major, plus the 2x8 matrix B times the transpose of the
/// 2x8 matrix C.
template <class TX, class TY>
static void matMul(Value *R, const Value *A, const Value *B, const Value *C) {
  Lanes<uint32_t> Acc = get<uint32_t>(A);
  Lanes<TX> X = get<TX>(B);
  Lanes<TY> Y = get<TY>(C);
  for (unsigned Row = 0; Row != 2; ++Row)
    for (unsigned Col = 0; Col != 2; ++Col)
      Acc.E[2 * Row + Col] += dot(X.E + 8 * Row, Y.E + 8 * Col, 8);
  put(R, Acc);
}
XLATE_EVAL(vSmmla) { matMul<int8_t, int8_t>(R, A, B, C); }
XLATE_EVAL(vUmmla) { matMul<uint8_t, uint8_t>(R, A, B, C); }
XLATE_EVAL(vUsmmla) { matMul<uint8_t, int8_t>(R, A, B, C); }
