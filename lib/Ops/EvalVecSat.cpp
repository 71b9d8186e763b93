//===- EvalVecSat.cpp - Saturating vector evaluators ----------------------===//
//
// Results clamp to the lane type; a clamped lane sets FPSR.QC.
//
//===----------------------------------------------------------------------===//

#include "EvalVec.h"

using namespace xlate;
using namespace xlate::vec;

namespace {

/// Collects whether any lane saturated and raises QC at the end.
class Saturation {
public:
  explicit Saturation(CpuState *S) : S(S) {}
  Saturation(const Saturation &) = delete;
  ~Saturation() {
    if (Any)
      S->Fpsr |= QcBit;
  }
  bool Any = false;

private:
  CpuState *S;
};

} // namespace

/// XLATE_SAT2(name, To, Expr): Expr is an exact result in a wider type W over
/// X, Y (unsigned) and SX, SY (signed), all of type W; To is T or ST.
#define XLATE_SAT2(name, To, Expr)                                             \
  XLATE_EVAL(name) {                                                           \
    Saturation Sat(S);                                                         \
    forLane(Param{ParamWord}.lane(), [&]<class T>() {                          \
      using ST = Signed<T>;                                                    \
      using W = Wider<ST>;                                                     \
      map2<T>(R, A, B, [&](T X0, T Y0) {                                       \
        [[maybe_unused]] W X = X0, Y = Y0, SX = ST(X0), SY = ST(Y0);           \
        return static_cast<T>(saturate<To>(static_cast<W>(Expr), Sat.Any));    \
      });                                                                      \
    });                                                                        \
  }
#define XLATE_SAT1(name, To, Expr)                                             \
  XLATE_EVAL(name) {                                                           \
    Saturation Sat(S);                                                         \
    forLane(Param{ParamWord}.lane(), [&]<class T>() {                          \
      using ST = Signed<T>;                                                    \
      using W = Wider<ST>;                                                     \
      map1<T>(R, A, [&](T X0) {                                                \
        [[maybe_unused]] W X = X0, SX = ST(X0);                                \
        return static_cast<T>(saturate<To>(static_cast<W>(Expr), Sat.Any));    \
      });                                                                      \
    });                                                                        \
  }

XLATE_SAT2(vSqAdd, ST, SX + SY)
XLATE_SAT2(vUqAdd, T, X + Y)
XLATE_SAT2(vSqSub, ST, SX - SY)
XLATE_SAT2(vUqSub, T, X - Y)
XLATE_SAT2(vSuqAdd, ST, SX + Y)
XLATE_SAT2(vUsqAdd, T, X + SY)
XLATE_SAT1(vSqAbs, ST, SX < 0 ? -SX : SX)
XLATE_SAT1(vSqNeg, ST, -SX)

//--- Doubling multiplies
//-------------------------------------------------------
// Lanes of 16 and 32 bits only; intermediate results exceed 64 bits.

/// (Acc << bits) + 2 * X * Y (+ rounding constant), shifted right by the lane
/// width, for signed lanes.
template <class ST>
static __int128 doubledHigh(ST Acc, ST X, ST Y, bool Negate, bool Round) {
  __int128 Product = 2 * static_cast<__int128>(X) * Y;
  __int128 Sum =
      static_cast<__int128>(Acc) *
      (static_cast<__int128>(1) << Bits<ST>)+(Negate ? -Product : Product);
  if (Round)
    Sum += static_cast<__int128>(1) << (Bits<ST> - 1);
  return Sum >> Bits<ST>;
}

static void mulHigh(CpuState *S, Value *R, const Value *Acc, const Value *A,
                    const Value *B, uint64_t ParamWord, bool Negate,
                    bool Round) {
  Saturation Sat(S);
  forNarrowLane(Param{ParamWord}.lane(), [&]<class T>() {
    using ST = Signed<T>;
    auto F = [&](T D, T X, T Y) {
      return static_cast<T>(saturate<ST>(
          doubledHigh<ST>(ST(D), ST(X), ST(Y), Negate, Round), Sat.Any));
    };
    if (Acc)
      map3<T>(R, Acc, A, B, F);
    else
      map2<T>(R, A, B, [&](T X, T Y) { return F(0, X, Y); });
  });
}

XLATE_EVAL(vSqDmulh) { mulHigh(S, R, nullptr, A, B, ParamWord, false, false); }
XLATE_EVAL(vSqRdmulh) { mulHigh(S, R, nullptr, A, B, ParamWord, false, true); }
XLATE_EVAL(vSqRdmlah) { mulHigh(S, R, A, B, C, ParamWord, false, true); }
XLATE_EVAL(vSqRdmlsh) { mulHigh(S, R, A, B, C, ParamWord, true, true); }

XLATE_EVAL(vSqDmull) {
  Saturation Sat(S);
  forNarrowLane(Param{ParamWord}.lane(), [&]<class T>() {
    using W = Wider<Signed<T>>;
    Lanes<Signed<T>> X = get<Signed<T>>(A), Y = get<Signed<T>>(B);
    Lanes<W> Out;
    for (unsigned I = 0; I != Lanes<W>::Count; ++I)
      Out.E[I] =
          saturate<W>(2 * static_cast<__int128>(X.E[I]) * Y.E[I], Sat.Any);
    put(R, Out);
  });
}

//--- Narrowing
//-----------------------------------------------------------------

/// Lanes of type From, clamped to type To in the low half of R.
template <class To, class From>
static void narrow(CpuState *S, Value *R, const Value *A) {
  Saturation Sat(S);
  Lanes<From> X = get<From>(A);
  Lanes<To> Out = {};
  for (unsigned I = 0; I != Lanes<From>::Count; ++I)
    Out.E[I] = saturate<To>(static_cast<__int128>(X.E[I]), Sat.Any);
  put(R, Out);
}

XLATE_EVAL(vSqXtn) {
  forNarrowLane(Param{ParamWord}.lane(), [&]<class T>() {
    narrow<Signed<T>, Wider<Signed<T>>>(S, R, A);
  });
}
XLATE_EVAL(vUqXtn) {
  forNarrowLane(Param{ParamWord}.lane(),
                [&]<class T>() { narrow<T, Wider<T>>(S, R, A); });
}
XLATE_EVAL(vSqXtun) {
  forNarrowLane(Param{ParamWord}.lane(),
                [&]<class T>() { narrow<T, Wider<Signed<T>>>(S, R, A); });
}
