//===- Crypto.cpp - Cryptographic primitives ------------------------------===//
//
// The host's AES and SHA instructions. x86 keeps the SHA state in the opposite
// lane order and divides it differently between registers.
//
//===----------------------------------------------------------------------===//

#include "VecTables.h"

using namespace xlate;
using namespace xlate::baseline;

static Xbyak::Xmm xmm(unsigned R) { return Xbyak::Xmm(static_cast<int>(R)); }

constexpr VexOp AesEnc = m2(0xdc), AesEncLast = m2(0xdd), AesDecLast = m2(0xdf),
                AesImc = m2(0xdb);

/// The MixColumns that follows uop I's AESE on the same register, else 0.
unsigned Emitter::mixColumnsAfter(unsigned I) const {
  const size_t N = B->Uops.size();
  if (I + 5 >= N || Uses[I] != 1)
    return 0;
  const Uop &Set = uop(I + 1), &Get = uop(I + 3), &Mix = uop(I + 4),
            &Set2 = uop(I + 5);
  const bool Matches = Set.Code == Op::setVec && Set.A[0] == I &&
                       uop(I + 2).Code == Op::insn && Get.Code == Op::getVec &&
                       Get.Imm == Set.Imm && Mix.Code == Op::aesMc &&
                       Mix.A[0] == I + 3 && Set2.Code == Op::setVec &&
                       Set2.A[0] == I + 4 && Set2.Imm == Set.Imm;
  return Matches ? I + 4 : 0;
}

void Emitter::emitAesRound(unsigned I) {
  const Uop &U = uop(I);
  const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
  vex(Xor, 14, A, B);
  zeroVec(15); // no round key
  if (U.Code == Op::aesE)
    if (const unsigned Mix = mixColumnsAfter(I)) { // one round of the host's
      Done[I + 1] = Done[Mix] = 1;
      Fused = Mix;
      vex(AesEnc, vecOut(Mix), 14, 15);
      Fused = 0;
      return;
    }
  vex(U.Code == Op::aesE ? AesEncLast : AesDecLast, vecOut(I), 14, 15);
}

/// SHA256H and SHA256H2: four rounds, of which they return a half each.
void Emitter::emitSha256Rounds(unsigned I) {
  const Uop &U = uop(I);
  const bool Second = U.Code == Op::sha256H2;
  const unsigned Abcd = vecIn(U.A[Second ? 1 : 0]),
                 Efgh = vecIn(U.A[Second ? 0 : 1]), Wk = vecIn(U.A[2]);
  const unsigned Saved = allocVec();
  vexImm(Shufps, 14, Efgh, Abcd, 0xbb); // CDGH
  vexImm(Shufps, 15, Efgh, Abcd, 0x11); // ABEF
  vmov(Saved, 0);
  vmov(0, Wk);
  sha256rnds2(xmm14, xmm15); // now ABEF; the old one is CDGH
  vexImm(Shufd, 0, 0, 0, 0xee);
  sha256rnds2(xmm15, xmm14);
  vmov(0, Saved);
  vexImm(Shufps, vecOut(I), 15, 14, Second ? 0x11 : 0xbb);
}

/// SHA1C, SHA1P, SHA1M. The host adds the round constant that is in Vm already.
void Emitter::emitSha1Rounds(unsigned I) {
  const Uop &U = uop(I);
  const unsigned Kind = U.Code == Op::sha1C ? 0 : U.Code == Op::sha1P ? 1 : 2;
  static constexpr uint32_t Constants[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc};
  const unsigned Abcd = vecIn(U.A[0]), E = vecIn(U.A[1]), Wk = vecIn(U.A[2]);
  vexImm(Insertps, 14, E, E, 0x0e);
  vex(Add[L32], 14, 14, Wk);
  vecConst(15, Constants[Kind] * 0x100000001ull);
  vex(Sub[L32], 14, 14, 15);
  vexImm(Shufd, 14, 0, 14, 0x1b);
  vexImm(Shufd, 15, 0, Abcd, 0x1b);
  sha1rnds4(xmm15, xmm14, static_cast<uint8_t>(Kind));
  vexImm(Shufd, vecOut(I), 0, 15, 0x1b);
}

bool Emitter::emitSha(unsigned I) {
  const Uop &U = uop(I);
  switch (U.Code) {
  case Op::sha256H:
  case Op::sha256H2:
    emitSha256Rounds(I);
    return true;
  case Op::sha256Su0: {
    const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
    vmov(14, A);
    sha256msg1(xmm14, xmm(B));
    vmov(vecOut(I), 14);
    return true;
  }
  case Op::sha256Su1: {
    const unsigned D = vecIn(U.A[0]), N = vecIn(U.A[1]), M = vecIn(U.A[2]);
    vexImm(Alignr, 14, M, N, 4);
    vex(Add[L32], 14, 14, D);
    sha256msg2(xmm14, xmm(M));
    vmov(vecOut(I), 14);
    return true;
  }
  case Op::sha1C:
  case Op::sha1P:
  case Op::sha1M:
    emitSha1Rounds(I);
    return true;
  case Op::sha1H: {
    clobberFlags();
    const unsigned A = vecIn(U.A[0]);
    vmovd(eax, xmm(A));
    rol(eax, 30);
    vmovd(xmm(vecOut(I)), eax);
    return true;
  }
  case Op::sha1Su0: {
    const unsigned D = vecIn(U.A[0]), N = vecIn(U.A[1]), M = vecIn(U.A[2]);
    vexImm(Alignr, 14, N, D, 8);
    vex(Xor, 14, 14, D);
    vex(Xor, vecOut(I), 14, M);
    return true;
  }
  case Op::sha1Su1: {
    const unsigned D = vecIn(U.A[0]), N = vecIn(U.A[1]);
    vexShift(0x73, 3, 14, N, 4);
    vex(Xor, 14, D, 14);
    vexShift(0x73, 7, 15, 14, 12); // lane 0 in lane 3
    const unsigned Out = vecOut(I);
    const unsigned T = allocVec();
    vexShift(0x72, 6, T, 14, 1);
    vexShift(0x72, 2, 14, 14, 31);
    vex(Or, 14, 14, T);
    vexShift(0x72, 6, T, 15, 2);
    vexShift(0x72, 2, 15, 15, 30);
    vex(Or, 15, 15, T);
    vex(Xor, Out, 14, 15);
    return true;
  }
  default:
    return false;
  }
}

bool Emitter::emitCrypto(unsigned I) {
  const Uop &U = uop(I);
  if ((F.Sha && emitSha(I)) || emitSha512(I))
    return true;
  if (!F.Aes)
    return false;
  switch (U.Code) {
  case Op::aesE:
  case Op::aesD:
    emitAesRound(I);
    return true;
  case Op::aesMc: {
    const unsigned A = vecIn(U.A[0]);
    zeroVec(15); // undo what a round does besides MixColumns
    vex(AesDecLast, 14, A, 15);
    vex(AesEnc, vecOut(I), 14, 15);
    return true;
  }
  case Op::aesImc: {
    const unsigned A = vecIn(U.A[0]);
    vex(AesImc, vecOut(I), 0, A);
    return true;
  }
  default:
    return false;
  }
}
