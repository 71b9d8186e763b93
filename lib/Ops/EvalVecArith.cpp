//===- EvalVecArith.cpp - Vector lane arithmetic evaluators ---------------===//

#include "EvalVec.h"
#include <algorithm>

using namespace xlate;
using namespace xlate::vec;

// Products of uint16_t would be computed in int and may overflow it.
XLATE_VEC2(vAdd, X + Y)
XLATE_VEC2(vSub, X - Y)
XLATE_VEC2(vMul, uint64_t(X) * Y)
XLATE_VEC1(vNeg, T(0) - X)
XLATE_VEC1(vAbs, SX < 0 ? T(0) - X : X)
XLATE_VEC2(vMinS, std::min(SX, SY))
XLATE_VEC2(vMaxS, std::max(SX, SY))
XLATE_VEC2(vMinU, std::min(X, Y))
XLATE_VEC2(vMaxU, std::max(X, Y))

XLATE_VEC2(vHaddS, (SX & SY) + ((SX ^ SY) >> 1))
XLATE_VEC2(vHaddU, (X & Y) + ((X ^ Y) >> 1))
XLATE_VEC2(vRhaddS, (SX | SY) - ((SX ^ SY) >> 1))
XLATE_VEC2(vRhaddU, (X | Y) - ((X ^ Y) >> 1))
// (x - y) >> 1 = (x >> 1) - (y >> 1) - (borrow of the low bits)
XLATE_VEC2(vHsubS, T(SX >> 1) - T(SY >> 1) - T(~X & Y & 1))
XLATE_VEC2(vHsubU, (X >> 1) - (Y >> 1) - T(~X & Y & 1))

XLATE_VEC2(vAbdS, SX > SY ? X - Y : Y - X)
XLATE_VEC2(vAbdU, X > Y ? X - Y : Y - X)

XLATE_VEC2(vCmpEq, X == Y ? ~T(0) : T(0))
XLATE_VEC2(vCmpGtS, SX > SY ? ~T(0) : T(0))
XLATE_VEC2(vCmpGeS, SX >= SY ? ~T(0) : T(0))
XLATE_VEC2(vCmpGtU, X > Y ? ~T(0) : T(0))
XLATE_VEC2(vCmpGeU, X >= Y ? ~T(0) : T(0))
XLATE_VEC2(vCmpTst, (X & Y) != 0 ? ~T(0) : T(0))

XLATE_VEC1(vClz, std::countl_zero(X))
XLATE_VEC1(vCls, std::countl_zero(T(X ^ T(SX >> 1))) - 1)

XLATE_EVAL(vCnt) {
  map1<uint8_t>(R, A, [](uint8_t X) { return std::popcount(X); });
}

XLATE_EVAL(vRbit) {
  map1<uint64_t>(R, A, [](uint64_t X) {
    X = (X >> 1 & 0x5555555555555555) | (X & 0x5555555555555555) << 1;
    X = (X >> 2 & 0x3333333333333333) | (X & 0x3333333333333333) << 2;
    return (X >> 4 & 0x0f0f0f0f0f0f0f0f) | (X & 0x0f0f0f0f0f0f0f0f) << 4;
  });
}

/// Carry-less product of the low N bits of X with Y.
template <class W> static W polyMul(W X, W Y, unsigned N) {
  W Out = 0;
  for (unsigned I = 0; I != N; ++I)
    if (X >> I & 1)
      Out ^= Y << I;
  return Out;
}

XLATE_EVAL(vPmul) {
  map2<uint8_t>(
      R, A, B, [](uint8_t X, uint8_t Y) { return polyMul<uint32_t>(X, Y, 8); });
}

XLATE_EVAL(vPmull) {
  if (Param{ParamWord}.lane() == L64) {
    auto Out = polyMul<unsigned __int128>(A->V.D[0], B->V.D[0], 64);
    R->V.D[0] = static_cast<uint64_t>(Out);
    R->V.D[1] = static_cast<uint64_t>(Out >> 64);
    return;
  }
  Lanes<uint8_t> X = get<uint8_t>(A), Y = get<uint8_t>(B);
  Lanes<uint16_t> Out;
  for (unsigned I = 0; I != 8; ++I)
    Out.E[I] = static_cast<uint16_t>(polyMul<uint32_t>(X.E[I], Y.E[I], 8));
  put(R, Out);
}

//--- Estimates, Arm ARM UnsignedRecipEstimate() and UnsignedRSqrtEstimate()
//----

/// 1 / A for A = 256..511 in units of 1/512, as 256..511 in units of 1/256.
static uint32_t recipEstimate(uint32_t A) {
  uint32_t B = (1u << 19) / (2 * A + 1);
  return (B + 1) / 2;
}

/// 1 / sqrt(A) for A = 128..511 in units of 1/512.
static uint32_t rsqrtEstimate(uint32_t A) {
  A = A < 256 ? 2 * A + 1 : ((A >> 1 << 1) + 1) * 2;
  uint32_t B = 512;
  while (A * (B + 1) * (B + 1) < 1u << 28)
    ++B;
  return (B + 1) / 2;
}

XLATE_EVAL(vUrecpe) {
  map1<uint32_t>(R, A, [](uint32_t X) {
    return X >> 31 ? recipEstimate(X >> 23) << 23 : ~uint32_t(0);
  });
}
XLATE_EVAL(vUrsqrte) {
  map1<uint32_t>(R, A, [](uint32_t X) {
    return X >> 30 ? rsqrtEstimate(X >> 23) << 23 : ~uint32_t(0);
  });
}
