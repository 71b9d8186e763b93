//===- VecLanes.cpp - Single lanes, broadcasts and reductions -------------===//

#include "VecTables.h"

using namespace xlate;
using namespace xlate::baseline;

static Xbyak::Xmm xmm(unsigned R) { return Xbyak::Xmm(static_cast<int>(R)); }

/// Replicate lane 0 of S.
bool Emitter::broadcast(unsigned D, unsigned S, unsigned L) {
  if (L == L64)
    vex(UnpackLo[L64], D, S, S);
  else if (L == L32)
    vexImm(Shufd, D, 0, S, 0);
  else if (F.Avx2)
    vex(Broadcast[L], D, 0, S);
  else
    return false;
  return true;
}

/// Lane Index of S into the low bits of rax, upper bits zero.
void Emitter::extractRax(unsigned S, unsigned L, unsigned Index) {
  const uint8_t N = static_cast<uint8_t>(Index);
  switch (L) {
  case L8:
    return vpextrb(eax, xmm(S), N);
  case L16:
    return vpextrw(eax, xmm(S), N);
  case L32:
    return Index ? vpextrd(eax, xmm(S), N) : vmovd(eax, xmm(S));
  default:
    return Index ? vpextrq(rax, xmm(S), N) : vmovq(rax, xmm(S));
  }
}

void Emitter::insertGpr(unsigned D, unsigned V, unsigned L, unsigned Index,
                        unsigned R) {
  const uint8_t N = static_cast<uint8_t>(Index);
  const Reg32 R32(static_cast<int>(R));
  switch (L) {
  case L8:
    return vpinsrb(xmm(D), xmm(V), R32, N);
  case L16:
    return vpinsrw(xmm(D), xmm(V), R32, N);
  case L32:
    return vpinsrd(xmm(D), xmm(V), R32, N);
  default:
    return vpinsrq(xmm(D), xmm(V), Reg64(static_cast<int>(R)), N);
  }
}

/// Fold the low Count lanes of A with O; the result is lane 0 of xmm14.
void Emitter::reduce(unsigned A, VexOp O, unsigned L, unsigned Count) {
  unsigned From = A;
  for (unsigned Bytes = Count << L >> 1; Bytes >> L; Bytes >>= 1) {
    if (Bytes == 8)
      vexImm(Shufd, 15, 0, From, 0xee);
    else
      vexShift(0x73, 3, 15, From, Bytes);
    vex(O, 14, From, 15);
    From = 14;
  }
  if (From != 14)
    vmov(14, From);
}

bool Emitter::emitReduction(unsigned I) {
  const Uop &U = uop(I);
  const unsigned L = U.Lane, Count = static_cast<unsigned>(U.Imm);
  VexOp O = None;
  switch (U.Code) {
  case Op::vAddv:
    O = Add[L];
    break;
  case Op::vMaxvS:
    O = MaxS[L];
    break;
  case Op::vMaxvU:
    O = MaxU[L];
    break;
  case Op::vMinvS:
    O = MinS[L];
    break;
  default:
    O = MinU[L];
    break;
  }
  if (!O.valid())
    return false;
  const unsigned A = vecIn(U.A[0]);
  if (U.Code == Op::vAddv && L == L8 && (Count == 8 || Count == 16)) {
    zeroVec(15);
    vex(Sadbw, 14, A, 15);
    if (Count == 16) {
      vexImm(Shufd, 15, 0, 14, 0xee);
      vex(Add[L64], 14, 14, 15);
    }
  } else {
    reduce(A, O, L, Count);
  }
  const Reg64 D = def(I);
  extractRax(14, L, 0);
  mov(D, rax);
  return true;
}

bool Emitter::emitInsLane(unsigned I) {
  const Uop &U = uop(I);
  const unsigned L = U.Lane, Dst = U.Imm & 0xff, Src = U.Imm >> 8 & 0xff;
  const unsigned Dv = vecIn(U.A[0]), S = vecIn(U.A[1]);
  if (L == L64) {
    const unsigned D = vecOut(I);
    if (Dst == Src)
      vexImm(Blendw, D, Dv, S, Dst ? 0xf0 : 0x0f);
    else if (Dst)
      vex(UnpackLo[L64], D, Dv, S);
    else
      vex(UnpackHi[L64], D, S, Dv);
  } else if (L == L32) {
    vexImm(Insertps, vecOut(I), Dv, S,
           static_cast<uint8_t>(Src << 6 | Dst << 4));
  } else {
    extractRax(S, L, Src);
    insertGpr(vecOut(I), Dv, L, Dst, RAX);
  }
  return true;
}

bool Emitter::emitVecLanes(unsigned I) {
  const Uop &U = uop(I);
  const unsigned L = U.Lane;
  switch (U.Code) {
  case Op::vDup: {
    if (L < L32 && !F.Avx2)
      return false;
    if (isConst(U.A[0])) {
      uint64_t K = constOf(U.A[0]);
      for (unsigned W = 8u << L; W < 64; W *= 2)
        K = (K & ((1ull << W) - 1)) | K << W;
      vecConst(vecOut(I), K);
      return true;
    }
    const Reg64 R = use(U.A[0]);
    L == L64 ? vmovq(xmm15, R) : vmovd(xmm15, Reg32(R.getIdx()));
    return broadcast(vecOut(I), 15, L);
  }
  case Op::vDupLane: {
    if (L < L32 && !F.Avx2)
      return false;
    const unsigned A = vecIn(U.A[0]), N = static_cast<unsigned>(U.Imm);
    const unsigned D = vecOut(I);
    if (L == L64)
      vex(N ? UnpackHi[L64] : UnpackLo[L64], D, A, A);
    else if (L == L32)
      vexImm(Shufd, D, 0, A, static_cast<uint8_t>(N * 0x55));
    else if (N) {
      vexShift(0x73, 3, 15, A, N << L);
      broadcast(D, 15, L);
    } else {
      broadcast(D, A, L);
    }
    return true;
  }
  case Op::vFromX: {
    if (defer(I))
      return true;
    if (isConst(U.A[0])) {
      uint64_t K = constOf(U.A[0]);
      if (L != L64)
        K &= (1ull << (8u << L)) - 1;
      const unsigned D = vecOut(I);
      if (!K) {
        zeroVec(D);
      } else {
        moveImm(RAX, K);
        vmovq(xmm(D), rax);
        noteZero(D, 1u << L);
      }
      return true;
    }
    const Reg64 R = use(U.A[0]);
    const unsigned D = vecOut(I);
    noteZero(D, 1u << L);
    if (L == L64) {
      vmovq(xmm(D), R);
    } else if (L == L32) {
      vmovd(xmm(D), Reg32(R.getIdx()));
    } else {
      if (L == L8)
        movzx(eax, low8(static_cast<unsigned>(R.getIdx())));
      else
        movzx(eax, Xbyak::Reg16(R.getIdx()));
      vmovd(xmm(D), eax);
    }
    return true;
  }
  case Op::vInsert: {
    const unsigned V = vecIn(U.A[0]);
    const Reg64 R = use(U.A[1]);
    insertGpr(vecOut(I), V, L, static_cast<unsigned>(U.Imm),
              static_cast<unsigned>(R.getIdx()));
    return true;
  }
  case Op::vExtract: {
    const unsigned A = vecIn(U.A[0]);
    const Reg64 D = def(I);
    const Reg32 D32(D.getIdx());
    const uint8_t N = static_cast<uint8_t>(U.Imm);
    switch (L) {
    case L8:
      vpextrb(D32, xmm(A), N);
      break;
    case L16:
      vpextrw(D32, xmm(A), N);
      break;
    case L32:
      N ? vpextrd(D32, xmm(A), N) : vmovd(D32, xmm(A));
      break;
    default:
      N ? vpextrq(D, xmm(A), N) : vmovq(D, xmm(A));
      break;
    }
    return true;
  }
  case Op::vInsLane:
    return emitInsLane(I);
  case Op::vAddv:
  case Op::vMaxvS:
  case Op::vMaxvU:
  case Op::vMinvS:
  case Op::vMinvU:
    return emitReduction(I);
  default:
    return false;
  }
}
