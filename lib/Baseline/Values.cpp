//===- Values.cpp - Where uop values live, scalar side --------------------===//

#include "Emitter.h"
#include <algorithm>

using namespace xlate;
using namespace xlate::baseline;

unsigned Emitter::usesByCurrent(unsigned V) const {
  unsigned N = 0;
  for (uint16_t A : uop(Cur).A)
    N += A == V;
  if (Fused)
    for (uint16_t A : uop(Fused).A)
      N += A == V;
  return N;
}

bool Emitter::fitsImm(unsigned V) const {
  if (!isConst(V))
    return false;
  return !isX(V) ||
         static_cast<int64_t>(constOf(V)) == static_cast<int32_t>(constOf(V));
}

void Emitter::move(unsigned D, unsigned S, bool Is64) {
  encode(Is64, 0x89, S, D);
}

//===----------------------------------------------------------------------===//
// Scratch registers
//===----------------------------------------------------------------------===//

unsigned Emitter::allocGpr() {
  for (uint8_t R : Pool)
    if (Gprs[R].K == Slot::Free && !(LockedG >> R & 1)) {
      LockedG |= 1u << R;
      return R;
    }
  // The copy that is read last, if at all.
  unsigned Best = RAX, When = 0;
  for (uint8_t R : Pool) {
    if (Gprs[R].K != Slot::Cache || LockedG >> R & 1)
      continue;
    const unsigned Next = NextRead[Gprs[R].Id];
    const unsigned At = Next > Cur ? Next : NoUop; // a loop that is done
    if (At > When) {
      When = At;
      Best = R;
    }
  }
  if (Best != RAX) {
    dropCache(Gprs[Best].Id);
    LockedG |= 1u << Best;
    return Best;
  }
  for (unsigned N = 0; N != PoolSize; ++N) {
    NextG = (NextG + 1) % PoolSize;
    const unsigned R = Pool[NextG];
    if (Gprs[R].K != Slot::Val || LockedG >> R & 1)
      continue;
    spillGpr(R);
    LockedG |= 1u << R;
    return R;
  }
  assert(false && "out of scratch registers");
  return RAX;
}

void Emitter::bindGpr(unsigned V, unsigned R) {
  Gprs[R] = {Slot::Val, static_cast<uint16_t>(V)};
  Locs[V] = {Loc::Gpr, static_cast<uint8_t>(R)};
}

void Emitter::spillGpr(unsigned R) {
  unsigned V = Gprs[R].Id;
  unsigned At = static_cast<unsigned>(__builtin_ctz(~SpillsG));
  assert(At < 16 && "out of spill slots");
  SpillsG |= 1u << At;
  storeField(offSpill(At), R);
  Locs[V] = {Loc::Spill, static_cast<uint8_t>(At)};
  Gprs[R].K = Slot::Free;
}

void Emitter::dropCache(unsigned R) {
  if (CachedIn[R] < 0)
    return;
  Gprs[CachedIn[R]].K = Slot::Free;
  CachedIn[R] = -1;
}

void Emitter::dropAllCaches() {
  Known = 0;
  for (uint8_t R : Pool)
    if (Gprs[R].K == Slot::Cache)
      dropCache(Gprs[R].Id);
  for (unsigned R = 8; R != 14; ++R)
    if (Vecs[R].K == Slot::Cache)
      dropCacheV(Vecs[R].Id);
}

void Emitter::release(unsigned V) {
  assert(Uses[V] && "value released too often");
  if (--Uses[V])
    return;
  Loc &L = Locs[V];
  switch (L.K) {
  case Loc::Gpr:
    Gprs[L.R].K = Slot::Free;
    break;
  case Loc::Vec:
    Vecs[L.R].K = Slot::Free;
    break;
  case Loc::Spill:
    SpillsG &= ~(1u << L.R);
    break;
  case Loc::SpillV:
    SpillsV &= ~(1u << L.R);
    break;
  case Loc::Cond:
    --NumConds;
    break;
  case Loc::Deferred:
    releaseOperands(V);
    break;
  default:
    break;
  }
  L.K = Loc::None;
}

void Emitter::releaseOperands(unsigned I) {
  for (uint16_t A : uop(I).A)
    if (A != NoVal)
      release(A);
}

//===----------------------------------------------------------------------===//
// Reading values
//===----------------------------------------------------------------------===//

Emitter::Reg64 Emitter::use(unsigned V, bool Any) {
  Loc &L = Locs[V];
  const bool NeedWide = !Any && uop(V).Type == Ty::W;
  switch (L.K) {
  case Loc::Gpr:
    break;
  case Loc::Guest: {
    if (NeedWide && !L.Wide) {
      own(V);
      break;
    }
    int R = HostOf[L.R];
    if (R < 0)
      R = CachedIn[L.R];
    if (R < 0) {
      R = static_cast<int>(allocGpr());
      loadField(R, offX(L.R));
      Gprs[R] = {Slot::Cache, L.R};
      CachedIn[L.R] = static_cast<int8_t>(R);
    }
    LockedG |= 1u << R;
    return Reg64(R);
  }
  case Loc::Deferred:
  case Loc::Cond:
    force(V);
    break;
  default: {
    unsigned R = allocGpr();
    loadInto(R, V);
    if (L.K == Loc::Spill)
      SpillsG &= ~(1u << L.R);
    bindGpr(V, R);
    break;
  }
  }
  LockedG |= 1u << L.R;
  return Reg64(L.R);
}

void Emitter::own(unsigned V) {
  if (Locs[V].K == Loc::Gpr || Locs[V].K == Loc::Vec)
    return;
  if (uop(V).Type == Ty::V) {
    unsigned R = allocVec();
    vmov(R, useV(V).getIdx());
    bindVec(V, R);
    return;
  }
  if (Locs[V].K == Loc::Deferred || Locs[V].K == Loc::Cond)
    return force(V);
  unsigned R = allocGpr();
  loadInto(R, V, false);
  bindGpr(V, R);
}

void Emitter::loadInto(unsigned R, unsigned V, bool Any) {
  const Loc &L = Locs[V];
  const bool Is64 = isX(V);
  switch (L.K) {
  case Loc::Const:
    return moveImm(R, constOf(V));
  case Loc::Guest: {
    int S = HostOf[L.R] >= 0 ? HostOf[L.R] : CachedIn[L.R];
    if (S >= 0) {
      if (static_cast<unsigned>(S) != R || (!Is64 && !Any && !L.Wide))
        move(R, static_cast<unsigned>(S), Is64 || L.Wide);
      return;
    }
    if (Is64)
      mov(Reg64(R), state64(offX(L.R)));
    else
      mov(Reg32(R), state32(offX(L.R)));
    return;
  }
  case Loc::Gpr:
    if (L.R != R)
      move(R, L.R, Is64);
    return;
  case Loc::Spill:
    loadField(R, offSpill(L.R));
    return;
  default:
    force(V);
    move(R, Locs[V].R, true);
  }
}

Opnd Emitter::opnd(unsigned V, bool AllowMem, bool AllowImm) {
  const Loc &L = Locs[V];
  if (AllowImm && fitsImm(V))
    return {Opnd::Imm, 0, static_cast<int32_t>(constOf(V))};
  if (AllowMem && L.K == Loc::Guest && HostOf[L.R] < 0 && CachedIn[L.R] < 0 &&
      NextRead[L.R] == NoUop)
    return {Opnd::Mem, 0, static_cast<int32_t>(offX(L.R))};
  if (AllowMem && L.K == Loc::Spill)
    return {Opnd::Mem, 0, static_cast<int32_t>(offSpill(L.R))};
  return {Opnd::Reg, static_cast<uint8_t>(use(V).getIdx())};
}

void Emitter::storeState(size_t Off, unsigned V) {
  if (uop(V).Type == Ty::V) {
    Xmm S = useV(V);
    if (F.Avx)
      vmovaps(ptr[place(Off)], S);
    else
      movaps(ptr[place(Off)], S);
    return;
  }
  if (isConst(V) &&
      static_cast<int64_t>(constOf(V)) == static_cast<int32_t>(constOf(V))) {
    mov(state64(Off), constOf(V));
    return;
  }
  unsigned R = RAX;
  const Loc &L = Locs[V];
  if (L.K == Loc::Gpr)
    R = L.R;
  else if (L.K == Loc::Guest && (isX(V) || L.Wide))
    R = static_cast<unsigned>(use(V).getIdx());
  else
    loadInto(RAX, V, false);
  storeField(Off, R);
}

//===----------------------------------------------------------------------===//
// Writing values
//===----------------------------------------------------------------------===//

Emitter::Reg64 Emitter::def(unsigned I, uint32_t Avoid) {
  int H = Hint[I];
  if (H >= 0 && !(Avoid >> HostOf[H] & 1)) {
    clobberGuest(static_cast<unsigned>(H), false);
    Known &= ~(1u << H);
    Locs[I] = {Loc::Guest, static_cast<uint8_t>(H), true};
    return Reg64(HostOf[H]);
  }
  Hint[I] = -1;
  unsigned R = allocGpr();
  bindGpr(I, R);
  return Reg64(R);
}

/// Make V own the copy of the guest register that it is, if nothing else may
/// want it.
void Emitter::takeCopy(unsigned V) {
  const Loc L = Locs[V];
  if (L.K != Loc::Guest || CachedIn[L.R] < 0 || NextRead[L.R] != NoUop ||
      !dies(V))
    return;
  auto IsSame = [&](uint16_t A) {
    return A != NoVal && A != V && Locs[A].K == Loc::Guest && Locs[A].R == L.R;
  };
  if (std::ranges::any_of(uop(Cur).A, IsSame) ||
      (Fused && std::ranges::any_of(uop(Fused).A, IsSame)))
    return;
  const auto R = static_cast<unsigned>(CachedIn[L.R]);
  dropCache(L.R);
  bindGpr(V, R);
}

Emitter::Reg64 Emitter::defReuse(unsigned I, unsigned V, uint32_t Avoid) {
  if (Hint[I] < 0)
    takeCopy(V);
  if ((Hint[I] < 0 || Avoid >> HostOf[Hint[I]] & 1) && Locs[V].K == Loc::Gpr &&
      dies(V) && !(Avoid >> Locs[V].R & 1)) {
    unsigned R = Locs[V].R;
    Hint[I] = -1;
    Locs[V].K = Loc::None;
    bindGpr(I, R);
    LockedG |= 1u << R;
    return Reg64(R);
  }
  return def(I, Avoid);
}

void Emitter::clobberGuest(unsigned R, bool Vector) {
  const auto Kind = Vector ? Loc::GuestV : Loc::Guest;
  for (unsigned V = InsnStart + 1; V < Cur; ++V)
    if (Locs[V].K == Kind && Locs[V].R == R && Uses[V] > usesByCurrent(V))
      own(V);
}

std::optional<uint64_t> Emitter::known(unsigned V) const {
  const Loc &L = Locs[V];
  uint64_t X;
  if (L.K == Loc::Const)
    X = constOf(V);
  else if (L.K == Loc::Guest && Known >> L.R & 1)
    X = KnownValue[L.R];
  else
    return std::nullopt;
  return isX(V) ? X : static_cast<uint32_t>(X);
}

void Emitter::emitSetReg(const Uop &U) {
  const unsigned V = U.A[0], R = static_cast<unsigned>(U.Imm);
  const std::optional<uint64_t> X = known(V);
  Known &= ~(1u << R);
  if (X) {
    Known |= 1u << R;
    KnownValue[R] = *X;
  }
  const Loc L = Locs[V];
  if (L.K == Loc::Guest && L.R == R && (isX(V) || L.Wide))
    return; // computed in place, or a move to itself
  clobberGuest(R, false);
  if (HostOf[R] >= 0)
    return loadInto(static_cast<unsigned>(HostOf[R]), V, false);
  if (isConst(V) && NextRead[R] == NoUop && fitsImm(V) &&
      (isX(V) || static_cast<int32_t>(constOf(V)) >= 0)) {
    dropCache(R);
    mov(state64(offX(R)), constOf(V));
    return;
  }
  if (L.K == Loc::Guest && HostOf[L.R] >= 0 && (isX(V) || L.Wide) &&
      NextRead[R] == NoUop) {
    dropCache(R);
    storeField(offX(R), HostOf[L.R]);
    return;
  }
  own(V);
  const unsigned S = Locs[V].R;
  LockedG |= 1u << S;
  dropCache(R);
  storeField(offX(R), S);
  if (dies(V)) {
    Locs[V].K = Loc::None;
    Gprs[S] = {Slot::Cache, static_cast<uint16_t>(R)};
    CachedIn[R] = static_cast<int8_t>(S);
  }
}
