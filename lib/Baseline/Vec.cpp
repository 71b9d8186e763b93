//===- Vec.cpp - Vector primitives: arithmetic and bitwise ----------------===//
//
// xmm14 and xmm15 are free in every lowering. Those that write the result
// before they have read all operands ask defV() to keep the registers apart.
//
//===----------------------------------------------------------------------===//

#include "VecTables.h"

using namespace xlate;
using namespace xlate::baseline;

static unsigned num(const Xbyak::Reg &R) {
  return static_cast<unsigned>(R.getIdx());
}

unsigned Emitter::vecIn(unsigned V) { return num(useV(V)); }
unsigned Emitter::vecOut(unsigned I, uint32_t Avoid) {
  return num(defV(I, Avoid));
}

void Emitter::allOnes(unsigned R) { vex(CmpEq[L32], R, R, R); }

/// D = ~S.
void Emitter::vecNot(unsigned D, unsigned S) {
  allOnes(15);
  vex(Xor, D, S, 15);
}

/// The only instruction that I needs.
bool Emitter::emitOneVec(unsigned I, VexOp O) {
  const Uop &U = uop(I);
  if (!O.valid())
    return false;
  const unsigned A = vecIn(U.A[0]);
  if (U.A[1] == NoVal) {
    vex(O, vecOut(I), 0, A);
  } else {
    const unsigned B = vecIn(U.A[1]);
    vex(O, vecOut(I), A, B);
  }
  return true;
}

/// FPSR.QC if any lane of A and B differ.
void Emitter::setQcIfDifferent(unsigned A, unsigned B) {
  vex(Xor, 15, A, B);
  vex(Ptest, 15, 0, 15);
  const uint32_t Same = jumpShort(CE);
  or_(state32(offsetof(CpuState, Fpsr)), 1u << 27);
  bindShort(Same);
}

/// Saturating addition or subtraction: compare with the wrapping one.
bool Emitter::emitSaturating(unsigned I, VexOp Sat, VexOp Wrap) {
  const Uop &U = uop(I);
  if (!Sat.valid())
    return false;
  clobberFlags();
  const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
  vex(Wrap, 14, A, B);
  const unsigned D = vecOut(I);
  vex(Sat, D, A, B);
  setQcIfDifferent(D, 14);
  return true;
}

/// a >= b by way of max, or not (b > a).
bool Emitter::emitCompareGe(unsigned I, VexOp Max) {
  const Uop &U = uop(I);
  const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
  if (Max.valid()) {
    vex(Max, 15, A, B);
    vex(CmpEq[U.Lane], vecOut(I), A, 15);
  } else {
    vex(CmpGt[U.Lane], 14, B, A);
    vecNot(vecOut(I), 14);
  }
  return true;
}

/// Unsigned 64-bit comparison: flip the sign bits of copies. D = 14 > 15 then.
void Emitter::flipSigns64(unsigned A, unsigned B) {
  moveImm(RAX, 1ull << 63);
  vmovq(xmm14, rax);
  vex(UnpackLo[L64], 14, 14, 14);
  vex(Xor, 15, B, 14);
  vex(Xor, 14, A, 14);
}

void Emitter::emitMul64(unsigned I) {
  const Uop &U = uop(I);
  const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
  vexShift(0x73, 2, 14, A, 32); // high halves of A
  vex(Muludq, 14, 14, B);
  vexShift(0x73, 2, 15, B, 32);
  vex(Muludq, 15, A, 15);
  vex(Add[L64], 14, 14, 15);
  vexShift(0x73, 6, 14, 14, 32);
  vex(Muludq, 15, A, B);
  vex(Add[L64], vecOut(I), 15, 14);
}

void Emitter::emitMul8(unsigned I) {
  const Uop &U = uop(I);
  const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
  vexShift(0x71, 2, 14, A, 8); // odd bytes
  vexShift(0x71, 2, 15, B, 8);
  vex(Mul[L16], 14, 14, 15);
  vexShift(0x71, 6, 14, 14, 8);
  vex(Mul[L16], 15, A, B); // even bytes
  const unsigned D = vecOut(I);
  vexShift(0x71, 6, D, 15, 8);
  vexShift(0x71, 2, D, D, 8);
  vex(Or, D, D, 14);
}

bool Emitter::emitVecArith(unsigned I) {
  const Uop &U = uop(I);
  const unsigned L = U.Lane;
  switch (U.Code) {
  case Op::vAnd:
    return emitOneVec(I, And);
  case Op::vOr:
    return emitOneVec(I, Or);
  case Op::vXor:
    return emitOneVec(I, Xor);
  case Op::vAdd:
    return emitOneVec(I, Add[L]);
  case Op::vSub:
    return emitOneVec(I, Sub[L]);
  case Op::vMinS:
    return emitOneVec(I, MinS[L]);
  case Op::vMaxS:
    return emitOneVec(I, MaxS[L]);
  case Op::vMinU:
    return emitOneVec(I, MinU[L]);
  case Op::vMaxU:
    return emitOneVec(I, MaxU[L]);
  case Op::vCmpEq:
    return emitOneVec(I, CmpEq[L]);
  case Op::vCmpGtS:
    return emitOneVec(I, CmpGt[L]);
  case Op::vRhaddU:
    return emitOneVec(I, Avg[L]);
  case Op::vSqAdd:
    return emitSaturating(I, AddSatS[L], Add[L]);
  case Op::vUqAdd:
    return emitSaturating(I, AddSatU[L], Add[L]);
  case Op::vSqSub:
    return emitSaturating(I, SubSatS[L], Sub[L]);
  case Op::vUqSub:
    return emitSaturating(I, SubSatU[L], Sub[L]);
  case Op::vMul:
    if (L == L64) {
      emitMul64(I);
      return true;
    }
    if (L == L8) {
      emitMul8(I);
      return true;
    }
    return emitOneVec(I, Mul[L]);
  case Op::vAndNot: {
    const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
    vex(AndN, vecOut(I), B, A);
    return true;
  }
  case Op::vOrNot: {
    const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
    vecNot(15, B);
    vex(Or, vecOut(I), A, 15);
    return true;
  }
  case Op::vNot: {
    const unsigned A = vecIn(U.A[0]);
    vecNot(vecOut(I), A);
    return true;
  }
  case Op::vBsl: {
    const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]), C = vecIn(U.A[2]);
    vex(And, 15, A, B);
    vex(AndN, 14, A, C);
    vex(Or, vecOut(I), 15, 14);
    return true;
  }
  case Op::vNeg: {
    const unsigned A = vecIn(U.A[0]);
    zeroVec(15);
    vex(Sub[L], vecOut(I), 15, A);
    return true;
  }
  case Op::vAbs: {
    if (L != L64)
      return emitOneVec(I, Abs[L]);
    const unsigned A = vecIn(U.A[0]);
    zeroVec(15);
    vex(CmpGt[L64], 15, 15, A); // all ones if negative
    vex(Xor, 14, A, 15);
    vex(Sub[L64], vecOut(I), 14, 15);
    return true;
  }
  case Op::vAbdS:
  case Op::vAbdU: {
    const bool S = U.Code == Op::vAbdS;
    if (L == L64)
      return false;
    const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
    vex(S ? MaxS[L] : MaxU[L], 14, A, B);
    vex(S ? MinS[L] : MinU[L], 15, A, B);
    vex(Sub[L], vecOut(I), 14, 15);
    return true;
  }
  case Op::vCmpTst: {
    const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
    vex(And, 14, A, B);
    zeroVec(15);
    vex(CmpEq[L], 14, 14, 15);
    vecNot(vecOut(I), 14);
    return true;
  }
  case Op::vCmpGeS:
    return emitCompareGe(I, MaxS[L]);
  case Op::vCmpGeU:
    if (L != L64)
      return emitCompareGe(I, MaxU[L]);
    flipSigns64(vecIn(U.A[0]), vecIn(U.A[1]));
    vex(CmpGt[L64], 14, 15, 14);
    vecNot(vecOut(I), 14);
    return true;
  case Op::vCmpGtU: {
    const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
    if (L == L64) {
      flipSigns64(A, B);
      vex(CmpGt[L64], vecOut(I), 14, 15);
    } else { // not (max(a, b) == b)
      vex(MaxU[L], 14, A, B);
      vex(CmpEq[L], 14, 14, B);
      vecNot(vecOut(I), 14);
    }
    return true;
  }
  case Op::vHaddU:
  case Op::vHaddS: { // (a & b) + ((a ^ b) >> 1)
    const bool S = U.Code == Op::vHaddS;
    if (L == L8 || (S && L == L64))
      return false;
    const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
    vex(Xor, 14, A, B);
    shiftRight(14, 14, L, 1, S);
    vex(And, 15, A, B);
    vex(Add[L], vecOut(I), 14, 15);
    return true;
  }
  case Op::vRhaddS: { // (a | b) - ((a ^ b) >> 1)
    if (L == L8 || L == L64)
      return false;
    const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
    vex(Xor, 14, A, B);
    shiftRight(14, 14, L, 1, true);
    vex(Or, 15, A, B);
    vex(Sub[L], vecOut(I), 15, 14);
    return true;
  }
  case Op::vCnt: {
    const unsigned A = vecIn(U.A[0]);
    vecConst2(14, 0x0302020102010100, 0x0403030203020201); // bits of a nibble
    vecConst(15, 0x0f0f0f0f0f0f0f0f);
    const unsigned D = vecOut(I, 1u << A);
    vex(And, D, A, 15);
    vex(AndN, 15, 15, A);
    vexShift(0x71, 2, 15, 15, 4);
    vex(Shufb, D, 14, D);
    vex(Shufb, 15, 14, 15);
    vex(Add[L8], D, D, 15);
    return true;
  }
  case Op::vRbit: {
    if (!F.Gfni)
      return false;
    const unsigned A = vecIn(U.A[0]);
    vecConst(15, 0x8040201008040201);
    vgf2p8affineqb(Xmm(static_cast<int>(vecOut(I))), Xmm(static_cast<int>(A)),
                   xmm15, 0);
    return true;
  }
  case Op::vPmull: {
    if (!F.Pclmul || L != L64)
      return false;
    const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
    vexImm(m3(0x44), vecOut(I), A, B, 0);
    return true;
  }
  default:
    return false;
  }
}

bool Emitter::emitVec(unsigned I) {
  if (!F.Avx)
    return false;
  return emitVecArith(I) || emitVecShift(I) || emitVecMove(I) ||
         emitVecLanes(I) || emitCrypto(I) || emitFp(I);
}
