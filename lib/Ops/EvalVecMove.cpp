//===- EvalVecMove.cpp - Vector moves, permutes and bitwise evaluators ----===//

#include "EvalVec.h"

using namespace xlate;
using namespace xlate::vec;

XLATE_EVAL(vDup) {
  uint64_t X = A->X;
  forLane(Param{ParamWord}.lane(), [&]<class T>() {
    Lanes<T> Out;
    for (T &E : Out.E)
      E = static_cast<T>(X);
    put(R, Out);
  });
}

XLATE_EVAL(vFromX) {
  Lane L = Param{ParamWord}.lane();
  uint64_t X = A->X;
  if (L != L64)
    X &= (uint64_t(1) << laneBits(L)) - 1;
  R->V.D[0] = X;
  R->V.D[1] = 0;
}

XLATE_EVAL(vInsert) {
  Param P{ParamWord};
  uint64_t X = B->X;
  forLane(P.lane(), [&]<class T>() {
    Lanes<T> Out = get<T>(A);
    Out.E[P.imm()] = static_cast<T>(X);
    put(R, Out);
  });
}

XLATE_EVAL(vExtract) {
  Param P{ParamWord};
  forLane(P.lane(), [&]<class T>() { R->X = get<T>(A).E[P.imm()]; });
}

XLATE_EVAL(vDupLane) {
  Param P{ParamWord};
  forLane(P.lane(), [&]<class T>() {
    T X = get<T>(A).E[P.imm()];
    Lanes<T> Out;
    for (T &E : Out.E)
      E = X;
    put(R, Out);
  });
}

XLATE_EVAL(vInsLane) {
  Param P{ParamWord};
  forLane(P.lane(), [&]<class T>() {
    Lanes<T> Out = get<T>(A);
    Out.E[P.imm() & 0xff] = get<T>(B).E[P.imm() >> 8];
    put(R, Out);
  });
}

XLATE_EVAL(vLow64) {
  R->V.D[0] = A->V.D[0];
  R->V.D[1] = 0;
}

XLATE_EVAL(vLane0) { eval_vFromX(S, R, A, B, C, ParamWord); }

XLATE_EVAL(vExt) {
  unsigned Imm = static_cast<unsigned>(Param{ParamWord}.imm());
  Lanes<uint8_t> Lo = get<uint8_t>(A), Hi = get<uint8_t>(B), Out;
  for (unsigned I = 0; I != 16; ++I)
    Out.E[I] = I + Imm < 16 ? Lo.E[I + Imm] : Hi.E[I + Imm - 16];
  put(R, Out);
}

/// Element I of a permutation is element Source(I, Count) of B:A.
template <class Fn>
static void permute(Value *R, const Value *A, const Value *B,
                    uint64_t ParamWord, Fn Source) {
  forLane(Param{ParamWord}.lane(), [&]<class T>() {
    constexpr unsigned N = Lanes<T>::Count;
    Lanes<T> X = get<T>(A), Y = get<T>(B), Out;
    for (unsigned I = 0; I != N; ++I) {
      unsigned From = Source(I, N);
      Out.E[I] = From < N ? X.E[From] : Y.E[From - N];
    }
    put(R, Out);
  });
}

XLATE_EVAL(vZip1) {
  permute(R, A, B, ParamWord,
          [](unsigned I, unsigned N) { return I / 2 + (I & 1 ? N : 0); });
}
XLATE_EVAL(vZip2) {
  permute(R, A, B, ParamWord, [](unsigned I, unsigned N) {
    return N / 2 + I / 2 + (I & 1 ? N : 0);
  });
}
XLATE_EVAL(vUzp1) {
  permute(R, A, B, ParamWord, [](unsigned I, unsigned) { return 2 * I; });
}
XLATE_EVAL(vUzp2) {
  permute(R, A, B, ParamWord, [](unsigned I, unsigned) { return 2 * I + 1; });
}
XLATE_EVAL(vTrn1) {
  permute(R, A, B, ParamWord,
          [](unsigned I, unsigned N) { return (I & ~1u) + (I & 1 ? N : 0); });
}
XLATE_EVAL(vTrn2) {
  permute(R, A, B, ParamWord,
          [](unsigned I, unsigned N) { return (I | 1) + (I & 1 ? N : 0); });
}

XLATE_EVAL(vRev) {
  unsigned Container = 1u << Param{ParamWord}.imm(); // in bytes
  permute(R, A, A, ParamWord,
          [=](unsigned I, unsigned N) { return I ^ (Container * N / 16 - 1); });
}

static void lookup(Value *R, const Value *A, const Value *B, const Value *C,
                   unsigned Base) {
  Lanes<uint8_t> Acc = get<uint8_t>(A), Table = get<uint8_t>(B),
                 Index = get<uint8_t>(C);
  for (unsigned I = 0; I != 16; ++I)
    if (unsigned At = Index.E[I] - Base; At < 16)
      Acc.E[I] = Table.E[At];
  put(R, Acc);
}
XLATE_EVAL(vTbl) { lookup(R, A, B, C, 0); }
XLATE_EVAL(vTblAt) {
  lookup(R, A, B, C, static_cast<unsigned>(Param{ParamWord}.imm()));
}

//--- Bitwise
//-------------------------------------------------------------------

XLATE_EVAL(vAnd) {
  map2<uint64_t>(R, A, B, [](uint64_t X, uint64_t Y) { return X & Y; });
}
XLATE_EVAL(vOr) {
  map2<uint64_t>(R, A, B, [](uint64_t X, uint64_t Y) { return X | Y; });
}
XLATE_EVAL(vXor) {
  map2<uint64_t>(R, A, B, [](uint64_t X, uint64_t Y) { return X ^ Y; });
}
XLATE_EVAL(vAndNot) {
  map2<uint64_t>(R, A, B, [](uint64_t X, uint64_t Y) { return X & ~Y; });
}
XLATE_EVAL(vOrNot) {
  map2<uint64_t>(R, A, B, [](uint64_t X, uint64_t Y) { return X | ~Y; });
}
XLATE_EVAL(vNot) {
  map1<uint64_t>(R, A, [](uint64_t X) { return ~X; });
}
XLATE_EVAL(vBsl) {
  map3<uint64_t>(R, A, B, C, [](uint64_t X, uint64_t Y, uint64_t Z) {
    return (X & Y) | (~X & Z);
  });
}
