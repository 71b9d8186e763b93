//===- VecMove.cpp - Vector permutations ----------------------------------===//

#include "VecTables.h"

using namespace xlate;
using namespace xlate::baseline;

void Emitter::vecConst2(unsigned R, uint64_t Lo, uint64_t Hi) {
  if (Lo == Hi)
    return vecConst(R, Lo);
  moveImm(RAX, Lo);
  const Xmm X(static_cast<int>(R));
  vmovq(X, rax);
  moveImm(RAX, Hi);
  vpinsrq(X, X, rax, 1);
}

/// UZP1 or UZP2.
void Emitter::emitUnzip(unsigned I, bool Odd) {
  const Uop &U = uop(I);
  const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
  switch (U.Lane) {
  case L64:
    return vex(Odd ? UnpackHi[L64] : UnpackLo[L64], vecOut(I), A, B);
  case L32:
    return vexImm(Shufps, vecOut(I), A, B, Odd ? 0xdd : 0x88);
  case L16:
    if (Odd) {
      vexShift(0x72, 2, 14, A, 16);
      vexShift(0x72, 2, 15, B, 16);
    } else {
      zeroVec(15);
      vexImm(Blendw, 14, 15, A, 0x55);
      vexImm(Blendw, 15, 15, B, 0x55);
    }
    return vex(Packusdw, vecOut(I), 14, 15);
  default:
    if (Odd) {
      vexShift(0x71, 2, 14, A, 8);
      vexShift(0x71, 2, 15, B, 8);
    } else {
      allOnes(15);
      vexShift(0x71, 2, 15, 15, 8);
      vex(And, 14, A, 15);
      vex(And, 15, B, 15);
    }
    return vex(Packuswb, vecOut(I), 14, 15);
  }
}

/// TRN1 or TRN2.
void Emitter::emitTranspose(unsigned I, bool Odd) {
  const Uop &U = uop(I);
  const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]), L = U.Lane;
  if (L == L64)
    return vex(Odd ? UnpackHi[L64] : UnpackLo[L64], vecOut(I), A, B);
  // Align the lanes of one operand with the other's, then merge.
  static constexpr uint8_t Code[3] = {0x71, 0x72, 0x73};
  const unsigned Shifted = Odd ? A : B;
  vexShift(Code[L], Odd ? 2 : 6, 14, Shifted, 8u << L);
  const unsigned Even = Odd ? 14 : A, Upper = Odd ? B : 14;
  if (L == L8) {
    allOnes(15);
    vexShift(0x71, 2, 15, 15, 8); // low bytes
    if (Odd) {
      vex(AndN, 15, 15, B);
      return vex(Or, vecOut(I), 14, 15);
    }
    vex(And, 15, A, 15);
    return vex(Or, vecOut(I), 14, 15);
  }
  vexImm(Blendw, vecOut(I), Even, Upper, L == L16 ? 0xaa : 0xcc);
}

bool Emitter::emitReverse(unsigned I) {
  const Uop &U = uop(I);
  const unsigned A = vecIn(U.A[0]), L = U.Lane,
                 C = static_cast<unsigned>(U.Imm);
  if (L >= C)
    return false;
  if (L == L32) { // in doublewords
    vexImm(Shufd, vecOut(I), 0, A, 0xb1);
    return true;
  }
  if (L == L16) {
    const uint8_t Sel = C == 2 ? 0xb1 : 0x1b;
    vexImm(Shuflw, 15, 0, A, Sel);
    vexImm(Shufhw, vecOut(I), 0, 15, Sel);
    return true;
  }
  static constexpr uint64_t Bytes[4] = {0, 0x0607040502030001,
                                        0x0405060700010203, 0x0001020304050607};
  vecConst2(15, Bytes[C], Bytes[C] + 0x0808080808080808);
  vex(Shufb, vecOut(I), A, 15);
  return true;
}

/// TBL and TBX of one register; bytes outside [Base, Base + 16) keep A0's.
void Emitter::emitTable(unsigned I, unsigned Base) {
  const Uop &U = uop(I);
  const bool Zero = isConst(U.A[0]) && constOf(U.A[0]) == 0;
  const unsigned Table = vecIn(U.A[1]), Index = vecIn(U.A[2]),
                 Acc = Zero ? 0 : vecIn(U.A[0]);
  unsigned Idx = Index;
  if (Base) {
    vecConst(15, 0x0101010101010101u * Base);
    vex(Sub[L8], 14, Index, 15);
    Idx = 14;
  }
  vecConst(15, 0x7070707070707070); // bit 7 set for what is out of range
  vex(AddSatU[L8], 14, Idx, 15);
  if (Zero)
    return vex(Shufb, vecOut(I), Table, 14);
  vex(Shufb, 15, Table, 14);
  const unsigned D = vecOut(I);
  vpblendvb(Xmm(static_cast<int>(D)), xmm15, Xmm(static_cast<int>(Acc)), xmm14);
}

bool Emitter::emitVecMove(unsigned I) {
  const Uop &U = uop(I);
  const unsigned L = U.Lane, N = static_cast<unsigned>(U.Imm);
  switch (U.Code) {
  case Op::vLow64: {
    const unsigned A = vecIn(U.A[0]);
    const bool Known = isZeroAbove(A, 8);
    zeroAbove(vecOut(I), A, 8, Known);
    return true;
  }
  case Op::vLane0: {
    const unsigned A = vecIn(U.A[0]);
    if (L == L8) {
      vpextrb(eax, Xmm(static_cast<int>(A)), 0);
      vmovd(Xmm(static_cast<int>(vecOut(I))), eax);
    } else {
      const bool Known = isZeroAbove(A, 1u << L);
      zeroAbove(vecOut(I), A, 1u << L, Known);
    }
    return true;
  }
  case Op::vExt: {
    const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
    vexImm(Alignr, vecOut(I), B, A, static_cast<uint8_t>(N));
    return true;
  }
  case Op::vZip1:
    return emitOneVec(I, UnpackLo[L]);
  case Op::vZip2:
    return emitOneVec(I, UnpackHi[L]);
  case Op::vUzp1:
  case Op::vUzp2:
    emitUnzip(I, U.Code == Op::vUzp2);
    return true;
  case Op::vTrn1:
  case Op::vTrn2:
    emitTranspose(I, U.Code == Op::vTrn2);
    return true;
  case Op::vRev:
    return emitReverse(I);
  case Op::vTbl:
    emitTable(I, 0);
    return true;
  case Op::vTblAt:
    emitTable(I, N);
    return true;
  default:
    return false;
  }
}
