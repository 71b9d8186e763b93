//===- VecValues.cpp - Where uop values live, vector side -----------------===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

static constexpr unsigned FirstVec = 8, LastVec = 13;

void Emitter::noteZero(unsigned R, unsigned Bytes) {
  const uint32_t Bit = R < 14 ? 1u << R : 0;
  Zero8 = Bytes <= 8 ? Zero8 | Bit : Zero8 & ~Bit;
  Zero4 = Bytes <= 4 ? Zero4 | Bit : Zero4 & ~Bit;
}

void Emitter::vmov(unsigned D, unsigned S) {
  if (D == S)
    return;
  noteZero(D, isZeroAbove(S, 4) ? 4 : isZeroAbove(S, 8) ? 8 : 16);
  if (F.Avx)
    vmovaps(Xmm(D), Xmm(S));
  else
    movaps(Xmm(D), Xmm(S));
}

unsigned Emitter::allocVec() {
  for (unsigned R = FirstVec; R <= LastVec; ++R)
    if (Vecs[R].K == Slot::Free && !(LockedV >> R & 1)) {
      LockedV |= 1u << R;
      return R;
    }
  for (auto Kind : {Slot::Cache, Slot::Val})
    for (unsigned N = FirstVec; N <= LastVec; ++N) {
      NextV = (NextV + 1) % (LastVec - FirstVec + 1);
      unsigned R = FirstVec + NextV;
      if (Vecs[R].K != Kind || LockedV >> R & 1)
        continue;
      if (Kind == Slot::Cache)
        dropCacheV(Vecs[R].Id);
      else
        spillVec(R);
      LockedV |= 1u << R;
      return R;
    }
  assert(false && "out of scratch vector registers");
  return 15;
}

void Emitter::bindVec(unsigned V, unsigned R) {
  Vecs[R] = {Slot::Val, static_cast<uint16_t>(V)};
  Locs[V] = {Loc::Vec, static_cast<uint8_t>(R)};
}

void Emitter::moveState(size_t Off, unsigned R, bool Store) {
  if (!Store)
    noteZero(R, 16);
  const auto M = ptr[place(Off)];
  if (Store)
    F.Avx ? vmovaps(M, Xmm(R)) : movaps(M, Xmm(R));
  else
    F.Avx ? vmovaps(Xmm(R), M) : movaps(Xmm(R), M);
}

void Emitter::spillVec(unsigned R) {
  unsigned V = Vecs[R].Id;
  unsigned At = static_cast<unsigned>(__builtin_ctz(~SpillsV));
  assert(At < 16 && "out of vector spill slots");
  SpillsV |= 1u << At;
  moveState(offSpillV(At), R, true);
  Locs[V] = {Loc::SpillV, static_cast<uint8_t>(At)};
  Vecs[R].K = Slot::Free;
}

void Emitter::dropCacheV(unsigned R) {
  if (CachedInV[R] < 0)
    return;
  Vecs[CachedInV[R]].K = Slot::Free;
  CachedInV[R] = -1;
}

void Emitter::zeroVec(unsigned R) {
  noteZero(R, 0);
  if (F.Avx)
    vpxor(Xmm(R), Xmm(R), Xmm(R));
  else
    pxor(Xmm(R), Xmm(R));
}

void Emitter::vecConst(unsigned R, uint64_t V) {
  if (V == 0)
    return zeroVec(R);
  noteZero(R, 16);
  moveImm(RAX, V);
  if (F.Avx) {
    vmovq(Xmm(R), rax);
    vpunpcklqdq(Xmm(R), Xmm(R), Xmm(R));
  } else {
    movq(Xmm(R), rax);
    punpcklqdq(Xmm(R), Xmm(R));
  }
}

Emitter::Xmm Emitter::useV(unsigned V) {
  Loc &L = Locs[V];
  switch (L.K) {
  case Loc::Vec:
    break;
  case Loc::GuestV: {
    if (isPinnedVec(L.R))
      return Xmm(L.R);
    int R = CachedInV[L.R];
    if (R < 0) {
      R = static_cast<int>(allocVec());
      moveState(offV(L.R), static_cast<unsigned>(R), false);
      Vecs[R] = {Slot::Cache, L.R};
      CachedInV[L.R] = static_cast<int8_t>(R);
    }
    LockedV |= 1u << R;
    return Xmm(R);
  }
  case Loc::Deferred:
    force(V);
    break;
  case Loc::Const: {
    unsigned R = allocVec();
    vecConst(R, constOf(V));
    bindVec(V, R);
    break;
  }
  default: {
    assert(L.K == Loc::SpillV);
    unsigned R = allocVec();
    moveState(offSpillV(L.R), R, false);
    SpillsV &= ~(1u << L.R);
    bindVec(V, R);
    break;
  }
  }
  LockedV |= 1u << L.R;
  return Xmm(L.R);
}

Emitter::Xmm Emitter::defV(unsigned I, uint32_t Avoid) {
  int H = Hint[I];
  if (H >= 0 && !(Avoid >> H & 1)) {
    clobberGuest(static_cast<unsigned>(H), true);
    noteZero(static_cast<unsigned>(H), 16);
    Locs[I] = {Loc::GuestV, static_cast<uint8_t>(H)};
    return Xmm(H);
  }
  Hint[I] = -1;
  unsigned R = allocVec();
  noteZero(R, 16);
  bindVec(I, R);
  return Xmm(static_cast<int>(R));
}

void Emitter::emitSetVec(const Uop &U) {
  const unsigned V = U.A[0], R = static_cast<unsigned>(U.Imm);
  if (Locs[V].K == Loc::GuestV && Locs[V].R == R)
    return;
  clobberGuest(R, true);
  if (isPinnedVec(R)) {
    if (isConst(V))
      return vecConst(R, constOf(V));
    return vmov(R, static_cast<unsigned>(useV(V).getIdx()));
  }
  const unsigned S = static_cast<unsigned>(useV(V).getIdx());
  if (CachedInV[R] != static_cast<int8_t>(S))
    dropCacheV(R);
  moveState(offV(R), S, true);
  if (Locs[V].K == Loc::Vec && dies(V)) {
    Locs[V].K = Loc::None;
    Vecs[S] = {Slot::Cache, static_cast<uint16_t>(R)};
    CachedInV[R] = static_cast<int8_t>(S);
  }
}
