//===- Crypto.cpp - Cryptographic primitives ------------------------------===//

#include "VecTables.h"

using namespace xlate;
using namespace xlate::baseline;

bool Emitter::emitCrypto(unsigned I) {
  const Uop &U = uop(I);
  constexpr VexOp Enc = m2(0xdc), EncLast = m2(0xdd), DecLast = m2(0xdf),
                  Imc = m2(0xdb);
  switch (U.Code) {
  case Op::aesE:
  case Op::aesD: {
    if (!F.Aes)
      return false;
    const unsigned A = vecIn(U.A[0]), B = vecIn(U.A[1]);
    vex(Xor, 14, A, B);
    zeroVec(15); // no round key
    vex(U.Code == Op::aesE ? EncLast : DecLast, vecOut(I), 14, 15);
    return true;
  }
  case Op::aesMc: {
    if (!F.Aes)
      return false;
    const unsigned A = vecIn(U.A[0]);
    zeroVec(15); // undo what a round does besides MixColumns
    vex(DecLast, 14, A, 15);
    vex(Enc, vecOut(I), 14, 15);
    return true;
  }
  case Op::aesImc: {
    if (!F.Aes)
      return false;
    const unsigned A = vecIn(U.A[0]);
    vex(Imc, vecOut(I), 0, A);
    return true;
  }
  default:
    return false;
  }
}
