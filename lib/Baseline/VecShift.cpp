//===- VecShift.cpp - Vector shifts, widening and narrowing ---------------===//

#include "VecTables.h"

using namespace xlate;
using namespace xlate::baseline;

static uint64_t everyByte(unsigned V) {
  return 0x0101010101010101u * (V & 0xff);
}

/// Shift by immediate: 0F opcode / Ext; the destination is in vvvv.
void Emitter::vexShift(uint8_t Code, unsigned Ext, unsigned D, unsigned S,
                       unsigned Count) {
  vexImm(m1(Code), Ext, D, S, static_cast<uint8_t>(Count));
}

static constexpr uint8_t ShiftCode[4] = {0, 0x71, 0x72, 0x73};

/// D = S << N, 0 <= N < width. May use xmm15.
void Emitter::shiftLeft(unsigned D, unsigned S, unsigned L, unsigned N) {
  if (N == 0)
    return vmov(D, S);
  if (L == L8) {
    vecConst(15, everyByte(0xff << N));
    vexShift(0x71, 6, D, S, N);
    return vex(And, D, D, 15);
  }
  vexShift(ShiftCode[L], 6, D, S, N);
}

/// D = S >> N, 0 <= N <= width. May use xmm15; D and S may not be xmm15.
void Emitter::shiftRight(unsigned D, unsigned S, unsigned L, unsigned N,
                         bool Signed) {
  const unsigned Width = 8u << L;
  if (N == 0)
    return vmov(D, S);
  if (Signed && N == Width)
    N = Width - 1;
  if (L == L8) {
    if (N == 8)
      return zeroVec(D);
    vecConst(15, everyByte(0xff >> N));
    vexShift(0x71, 2, D, S, N);
    vex(And, D, D, 15);
    if (Signed) { // sign-extend from bit 7 - N
      vecConst(15, everyByte(0x80 >> N));
      vex(Xor, D, D, 15);
      vex(Sub[L8], D, D, 15);
    }
    return;
  }
  if (Signed && L == L64) {
    zeroVec(15);
    vex(CmpGt[L64], 15, 15, S);
    if (N != 63)
      vexShift(0x73, 6, 15, 15, 64 - N);
    else
      return vmov(D, 15);
    vexShift(0x73, 2, D, S, N);
    return vex(Or, D, D, 15);
  }
  vexShift(ShiftCode[L], Signed ? 4 : 2, D, S, N);
}

/// vUshl and vSshl for 32- and 64-bit lanes.
bool Emitter::emitShiftByVector(unsigned I) {
  const Uop &U = uop(I);
  const unsigned L = U.Lane;
  const bool Signed = U.Code == Op::vSshl;
  if (!F.Avx2 || L < L32 || (Signed && L == L64))
    return false;
  const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
  const unsigned T = allocVec();
  const unsigned Low = 8 * ((1u << L) - 1);
  if (Signed) {
    // Right by the negated count where it is negative, else left.
    zeroVec(15);
    vexShift(0x72, 6, 14, B, Low);
    vexShift(0x72, 4, 14, 14, Low); // counts, sign-extended
    vex(Sub[L], 15, 15, 14);
    vex(m2(0x46), 15, A, 15); // vpsravd
    vex(Sllv[L], T, A, 14);
    const unsigned D = vecOut(I);
    vblendvps(Xmm(static_cast<int>(D)), Xmm(static_cast<int>(T)), xmm15, xmm14);
    return true;
  }
  // Counts modulo 256: those out of range give zero on x86, so one of the two
  // shifts does, or both have count zero.
  vexShift(ShiftCode[L], 6, 14, B, Low);
  vexShift(ShiftCode[L], 2, 14, 14, Low);
  zeroVec(15);
  vex(Sub[L], 15, 15, 14);
  vexShift(ShiftCode[L], 6, 15, 15, Low);
  vexShift(ShiftCode[L], 2, 15, 15, Low);
  vex(Sllv[L], 14, A, 14);
  vex(Srlv[L], 15, A, 15);
  vex(Or, vecOut(I), 14, 15);
  return true;
}

/// Low half of lanes 2L of S, cut to lanes L, upper half zero.
void Emitter::narrow(unsigned D, unsigned S, unsigned L) {
  if (L == L32) {
    vexImm(Shufd, D, 0, S, 0x08);
  } else {
    moveImm(RAX, L == L8 ? 0x0e0c0a0806040200 : 0x0d0c090805040100);
    vmovq(xmm15, rax);
    vex(Shufb, D, S, 15);
  }
  vex(Movq, D, 0, D);
}

/// Saturating narrowing: sets QC if widening the result doesn't give the
/// operand again.
bool Emitter::emitSaturatingNarrow(unsigned I) {
  const Uop &U = uop(I);
  const unsigned L = U.Lane;
  if (L > L16)
    return false;
  clobberFlags();
  const unsigned A = vecIn(U.A[0]);
  zeroVec(15);
  const bool ToSigned = U.Code == Op::vSqXtn;
  unsigned From = A;
  if (U.Code == Op::vUqXtn) { // the packs take signed operands
    vecConst(14, L == L8 ? 0x00ff00ff00ff00ff : 0x0000ffff0000ffff);
    vex(MinU[L + 1], 14, A, 14);
    From = 14;
  }
  const VexOp Pack = ToSigned ? (L == L8 ? Packsswb : Packssdw)
                              : (L == L8 ? Packuswb : Packusdw);
  vex(Pack, 14, From, 15);
  const unsigned D = vecOut(I, 1u << A);
  vmov(D, 14);
  vex(ToSigned ? WidenS[L] : WidenU[L], 14, 0, 14);
  setQcIfDifferent(14, A);
  return true;
}

bool Emitter::emitVecShift(unsigned I) {
  const Uop &U = uop(I);
  const unsigned L = U.Lane, N = static_cast<unsigned>(U.Imm);
  switch (U.Code) {
  case Op::vShlI: {
    const unsigned A = vecIn(U.A[0]);
    shiftLeft(vecOut(I), A, L, N);
    return true;
  }
  case Op::vShrSI:
  case Op::vShrUI: {
    const unsigned A = vecIn(U.A[0]);
    shiftRight(vecOut(I), A, L, N, U.Code == Op::vShrSI);
    return true;
  }
  case Op::vRshrUI:
  case Op::vRshrSI: { // (a >> N) + (bit N - 1 of a)
    const bool Signed = U.Code == Op::vRshrSI;
    if (L == L8)
      return false;
    const unsigned A = vecIn(U.A[0]);
    const unsigned Width = 8u << L;
    shiftLeft(14, A, L, Width - N);
    vexShift(ShiftCode[L], 2, 14, 14, Width - 1);
    const unsigned D = vecOut(I);
    if (!Signed && N == Width) {
      vmov(D, 14);
      return true;
    }
    shiftRight(D, A, L, N, Signed);
    vex(Add[L], D, D, 14);
    return true;
  }
  case Op::vSshl:
  case Op::vUshl:
    return emitShiftByVector(I);
  case Op::vWidenS:
  case Op::vWidenU: {
    const unsigned A = vecIn(U.A[0]);
    const bool Signed = U.Code == Op::vWidenS;
    if (!U.Imm) {
      vex(Signed ? WidenS[L] : WidenU[L], vecOut(I), 0, A);
    } else if (Signed) {
      vexImm(Shufd, 15, 0, A, 0xee);
      vex(WidenS[L], vecOut(I), 0, 15);
    } else {
      zeroVec(15);
      vex(UnpackHi[L], vecOut(I), A, 15);
    }
    return true;
  }
  case Op::vNarrow: {
    const unsigned A = vecIn(U.A[0]);
    narrow(vecOut(I), A, L);
    return true;
  }
  case Op::vSqXtn:
  case Op::vUqXtn:
  case Op::vSqXtun:
    return emitSaturatingNarrow(I);
  default:
    return false;
  }
}
