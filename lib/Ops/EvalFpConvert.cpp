//===- EvalFpConvert.cpp - Evaluators: FP conversion and estimates --------===//

#include "FpLanes.h"
#include "HostFloat.h"
#include "SoftFloatConvert.h"

using namespace xlate;
using namespace xlate::fp;

#define XLATE_FP_SOFT1(NAME, SOFT)                                             \
  XLATE_EVAL(NAME) {                                                           \
    [[maybe_unused]] const int Imm = Param{ParamWord}.imm();                   \
    mapLanes(S, R, {ParamWord}, [&]<class F>(F, Env &E, unsigned I) {          \
      const BitsOf<F> X = lane<F>(A, I);                                       \
      return SOFT;                                                             \
    });                                                                        \
  }

static Mode explicitMode(const Env &E, FpRound R) {
  return R >= FpRound::CurrentExact ? E.mode() : static_cast<Mode>(R);
}

XLATE_FP_SOFT1(fRecpe, recipEstimate<F>(E, X))
XLATE_FP_SOFT1(fRsqrte, rsqrtEstimate<F>(E, X))
XLATE_FP_SOFT1(fRecpx, recipExponent<F>(E, X))
XLATE_FP_SOFT1(fRint,
               roundInt<F>(E, X, explicitMode(E, static_cast<FpRound>(Imm)),
                           static_cast<FpRound>(Imm) == FpRound::CurrentExact))
XLATE_FP_SOFT1(fRintTs, roundIntN<F>(E, X, Imm & 1 ? E.mode() : Mode::Zero,
                                     Imm & 2 ? 64 : 32))
#undef XLATE_FP_SOFT1

static uint64_t loadInt(const V128 &V, Lane L, unsigned I) {
  switch (L) {
  case L16:
    return V.H[I];
  case L32:
    return V.S[I];
  default:
    return V.D[I];
  }
}

static void storeInt(V128 &V, Lane L, unsigned I, uint64_t X) {
  switch (L) {
  case L16:
    V.H[I] = static_cast<uint16_t>(X);
    break;
  case L32:
    V.S[I] = static_cast<uint32_t>(X);
    break;
  default:
    V.D[I] = X;
    break;
  }
}

XLATE_EVAL(fToInt) {
  const Param P{ParamWord};
  const int64_t Imm = P.imm();
  const Lane To = FpToInt::intLane(Imm);
  Env E(S->Fpcr);
  const Mode M = explicitMode(E, FpToInt::round(Imm));
  V128 Out{};
  withFormat(P, [&]<class F>(F) {
    for (unsigned I = 0; I != P.n(); ++I)
      storeInt(Out, To, I,
               toFixed<F>(E, lane<F>(A, I), FpToInt::fbits(Imm),
                          FpToInt::isSigned(Imm), laneBits(To), M));
  });
  S->Fpsr |= E.Flags;
  R->V = Out;
}

XLATE_EVAL(intToF) {
  const Param P{ParamWord};
  const int64_t Imm = P.imm();
  const Lane From = FpToInt::intLane(Imm);
  const unsigned FBits = FpToInt::fbits(Imm), Spare = 64 - laneBits(From);
  mapLanes(S, R, P, [&]<class F>(F Format, Env &E, unsigned I) -> BitsOf<F> {
    uint64_t V = loadInt(A->V, From, I);
    bool Sign = false;
    if (FpToInt::isSigned(Imm)) {
      const int64_t SV = static_cast<int64_t>(V << Spare) >> Spare;
      Sign = SV < 0;
      V = Sign ? -static_cast<uint64_t>(SV) : static_cast<uint64_t>(SV);
    }
    if constexpr (HasHost<F>)
      if (FBits == 0 && !(V >> 63) && E.hostAgrees())
        return host::fromInt(Format, Sign ? -static_cast<int64_t>(V)
                                          : static_cast<int64_t>(V));
    return fromFixed<F>(E, V, Sign, FBits);
  });
}

XLATE_EVAL(fCvt) {
  const Param P{ParamWord};
  const auto From = static_cast<Lane>(P.imm());
  mapLanes(S, R, P, [&]<class F>(F, Env &E, unsigned I) -> BitsOf<F> {
    switch (From) {
    case L16:
      return convert<F, Half>(E, lane<Half>(A, I), E.mode());
    case L32: {
      const uint32_t X = lane<Single>(A, I);
      if constexpr (std::is_same_v<F, Double>)
        if (E.hostAgrees())
          if (uint64_t H = host::widen(X); !host::special<F>(H))
            return H;
      return convert<F, Single>(E, X, E.mode());
    }
    default: {
      const uint64_t X = lane<Double>(A, I);
      if constexpr (std::is_same_v<F, Single>)
        if (E.hostAgrees())
          if (uint32_t H = host::narrow(X); !host::special<F>(H))
            return H;
      return convert<F, Double>(E, X, E.mode());
    }
    }
  });
}

XLATE_EVAL(fCvtXn) {
  const Param P{ParamWord};
  Env E(S->Fpcr);
  V128 Out{};
  for (unsigned I = 0; I != P.n(); ++I)
    Out.S[I] = convert<Single, Double>(E, A->V.D[I], Mode::Odd);
  S->Fpsr |= E.Flags;
  R->V = Out;
}

XLATE_EVAL(fJcvt) {
  Env E(S->Fpcr);
  const uint64_t X = toInt32Js(E, A->V.D[0]);
  S->Fpsr |= E.Flags;
  R->X = X;
}
