//===- EvalVecShift.cpp - Vector shift evaluators -------------------------===//
//
// Arm ARM: SSHL and its relatives shift by the signed low byte of each lane of
// the second operand; a negative count shifts right.
//
//===----------------------------------------------------------------------===//

#include "EvalVec.h"

using namespace xlate;
using namespace xlate::vec;

//--- By immediate
//----------------------------------------------------------------

/// Applies F(lane value, count).
template <bool IsSigned, class Fn>
static void shiftImm(Value *R, const Value *A, uint64_t ParamWord, Fn F) {
  Param P{ParamWord};
  unsigned N = static_cast<unsigned>(P.imm());
  forLane(P.lane(), [&]<class U>() {
    using T = std::conditional_t<IsSigned, Signed<U>, U>;
    map1<T>(R, A, [&](T X) { return F(X, N); });
  });
}

/// X >> N for N up to the width.
static constexpr auto ShiftRight = []<class T>(T X, unsigned N) -> T {
  if (N >= Bits<T>)
    return X < 0 ? static_cast<T>(-1) : T(0);
  return static_cast<T>(X >> N);
};
/// Rounded X >> N: the bit below the result is added.
static constexpr auto RoundRight = []<class T>(T X, unsigned N) -> T {
  if (N == 0)
    return X;
  T Carry = ShiftRight(X, N - 1) & 1;
  return static_cast<T>(ShiftRight(X, N) + Carry);
};

XLATE_EVAL(vShlI) {
  shiftImm<false>(R, A, ParamWord,
                  []<class T>(T X, unsigned N) { return uint64_t(X) << N; });
}
XLATE_EVAL(vShrSI) { shiftImm<true>(R, A, ParamWord, ShiftRight); }
XLATE_EVAL(vShrUI) { shiftImm<false>(R, A, ParamWord, ShiftRight); }
XLATE_EVAL(vRshrSI) { shiftImm<true>(R, A, ParamWord, RoundRight); }
XLATE_EVAL(vRshrUI) { shiftImm<false>(R, A, ParamWord, RoundRight); }

/// X << N clamped to To.
template <class To, class T> static To satLeft(T X, unsigned N, bool &Sat) {
  if (X == 0)
    return 0;
  if (N < Bits<T>)
    return saturate<To>(
        static_cast<__int128>(X) * (static_cast<__int128>(1) << N), Sat);
  Sat = true;
  return X < 0 ? std::numeric_limits<To>::min()
               : std::numeric_limits<To>::max();
}

template <bool FromSigned, bool ToSigned>
static void satShiftImm(CpuState *S, Value *R, const Value *A,
                        uint64_t ParamWord) {
  bool Sat = false;
  shiftImm<FromSigned>(R, A, ParamWord, [&]<class T>(T X, unsigned N) {
    using To = std::conditional_t<ToSigned, Signed<T>, Unsigned<T>>;
    return static_cast<T>(satLeft<To>(X, N, Sat));
  });
  if (Sat)
    S->Fpsr |= QcBit;
}

XLATE_EVAL(vSqShlI) { satShiftImm<true, true>(S, R, A, ParamWord); }
XLATE_EVAL(vUqShlI) { satShiftImm<false, false>(S, R, A, ParamWord); }
XLATE_EVAL(vSqShluI) { satShiftImm<true, false>(S, R, A, ParamWord); }

//--- By register
//-----------------------------------------------------------------

/// Shift count of a lane of the second operand.
template <class T> static int count(T Y) { return static_cast<int8_t>(Y); }

/// Right by up to 128.
template <bool Round, class T> static T right(T X, unsigned N) {
  if (N > Bits<T>) // rounding adds nothing: the result is the sign for both
    return Round || X >= 0 ? T(0) : static_cast<T>(-1);
  return Round ? RoundRight(X, N) : ShiftRight(X, N);
}

template <bool IsSigned, bool Round>
static void shift(Value *R, const Value *A, const Value *B,
                  uint64_t ParamWord) {
  forLane(Param{ParamWord}.lane(), [&]<class U>() {
    using T = std::conditional_t<IsSigned, Signed<U>, U>;
    map2<T>(R, A, B, [](T X, T Y) -> T {
      int N = count(Y);
      if (N < 0)
        return right<Round>(X, static_cast<unsigned>(-N));
      return static_cast<unsigned>(N) < Bits<T>
                 ? static_cast<T>(uint64_t(X) << N)
                 : T(0);
    });
  });
}

XLATE_EVAL(vSshl) { shift<true, false>(R, A, B, ParamWord); }
XLATE_EVAL(vUshl) { shift<false, false>(R, A, B, ParamWord); }
XLATE_EVAL(vSrshl) { shift<true, true>(R, A, B, ParamWord); }
XLATE_EVAL(vUrshl) { shift<false, true>(R, A, B, ParamWord); }

template <bool IsSigned, bool Round>
static void satShift(CpuState *S, Value *R, const Value *A, const Value *B,
                     uint64_t ParamWord) {
  bool Sat = false;
  forLane(Param{ParamWord}.lane(), [&]<class U>() {
    using T = std::conditional_t<IsSigned, Signed<U>, U>;
    map2<T>(R, A, B, [&](T X, T Y) -> T {
      int N = count(Y);
      if (N < 0)
        return right<Round>(X, static_cast<unsigned>(-N));
      return satLeft<T>(X, static_cast<unsigned>(N), Sat);
    });
  });
  if (Sat)
    S->Fpsr |= QcBit;
}

XLATE_EVAL(vSqShl) { satShift<true, false>(S, R, A, B, ParamWord); }
XLATE_EVAL(vUqShl) { satShift<false, false>(S, R, A, B, ParamWord); }
XLATE_EVAL(vSqRshl) { satShift<true, true>(S, R, A, B, ParamWord); }
XLATE_EVAL(vUqRshl) { satShift<false, true>(S, R, A, B, ParamWord); }
