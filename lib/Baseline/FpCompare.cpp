//===- FpCompare.cpp - Floating-point comparisons that set NZCV -----------===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

// flagsFcmp and flagsFccmp through the evaluator.
void Emitter::callFlagsFcmp(unsigned I) {
  const Uop &U = uop(I);
  beginFlagsWrite();
  for (unsigned N = 0; N != 3; ++N)
    if (U.A[N] != NoVal)
      storeArgument(N + 1, U.A[N]);
  FlagsIn = FlagsKind::Mem;
  callEval(I);
  mov(eax, state32(offTmp(0)));
  storeNzcvNibble();
}

void Emitter::emitFlagsFcmp(unsigned I) {
  const Uop &U = uop(I);
  if (!InlineFp || !F.Avx || U.Lane < L32)
    return callFlagsFcmp(I);
  const bool Cond = U.Code == Op::flagsFccmp;
  const unsigned A = U.A[Cond ? 1 : 0], Bv = U.A[Cond ? 2 : 1];
  const bool Signalling = U.Imm & (Cond ? 16 : 1);
  beginFlagsWrite();
  const unsigned Ra = vecIn(A);
  unsigned Rb = 15;
  if (isConst(Bv) && constOf(Bv) == 0)
    zeroVec(15);
  else
    Rb = vecIn(Bv);
  const VexOp Compare = {1, static_cast<uint8_t>(U.Lane == L64), 0,
                         static_cast<uint8_t>(Signalling ? 0x2f : 0x2e)};
  if (!Cond) {
    FlagsIn = FlagsKind::Mem;
    vex(Compare, Ra, 0, Rb);
    return setHostFlags(FlagsKind::Fp);
  }
  // Either outcome goes to memory.
  const HostCond C = hostCond(U.A[0]);
  uint32_t Else[2] = {0, 0}, Do = 0;
  if (C.X == HostCond::OrParity)
    Do = jumpShort(CP);
  Else[0] = jumpShort(negate(C.Code));
  if (C.X == HostCond::AndNoParity)
    Else[1] = jumpShort(CP);
  if (Do)
    bindShort(Do);
  vex(Compare, Ra, 0, Rb);
  FlagsIn = FlagsKind::Fp;
  saveFlags(15);
  const uint32_t End = jumpShort();
  for (uint32_t At : Else)
    if (At)
      bindShort(At);
  const unsigned Nz = U.Imm & 15;
  mov(state32(offsetof(CpuState, N)), (Nz >> 3 & 1) | (Nz >> 2 & 1) << 8 |
                                          (Nz >> 1 & 1) << 16 | (Nz & 1) << 24);
  bindShort(End);
  FlagsIn = FlagsKind::Mem;
}
