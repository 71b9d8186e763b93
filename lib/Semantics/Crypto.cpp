//===- Crypto.cpp - Cryptographic extension -------------------------------===//
//
// Arm ARM C4.1: Cryptographic AES, SHA two- and three-register, SHA512, four
// register, XAR, SM3 and SM4. Instruction pages C7.2. The functions themselves
// (Arm ARM J1, crypto pseudocode) are the primitives of OpsCrypto.def.
//
//===----------------------------------------------------------------------===//

#include "SimdCommon.h"

namespace xlate::sem {

using namespace simd;

// AESE, AESD, AESMC, AESIMC
void AESE(Ops &O, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.aesE(L8, O.vreg(Rd), O.vreg(Rn)));
}
void AESD(Ops &O, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.aesD(L8, O.vreg(Rd), O.vreg(Rn)));
}
void AESMC(Ops &O, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.aesMc(L8, O.vreg(Rn)));
}
void AESIMC(Ops &O, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.aesImc(L8, O.vreg(Rn)));
}

// Hash instructions that update Rd from (Rd, Rn) or (Rd, Rn, Rm).
#define HASH2(Name, Prim, L)                                                   \
  void Name(Ops &O, unsigned Rn, unsigned Rd) {                                \
    O.setVreg(Rd, O.Prim(L, O.vreg(Rd), O.vreg(Rn)));                          \
  }
#define HASH3(Name, Prim, L)                                                   \
  void Name(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {                   \
    O.setVreg(Rd, O.Prim(L, O.vreg(Rd), O.vreg(Rn), O.vreg(Rm)));              \
  }

HASH3(SHA1C, sha1C, L32)
HASH3(SHA1P, sha1P, L32)
HASH3(SHA1M, sha1M, L32)
HASH3(SHA1SU0, sha1Su0, L32)
HASH2(SHA1SU1, sha1Su1, L32)
HASH3(SHA256H, sha256H, L32)
HASH3(SHA256H2, sha256H2, L32)
HASH2(SHA256SU0, sha256Su0, L32)
HASH3(SHA256SU1, sha256Su1, L32)
HASH3(SHA512H, sha512H, L64)
HASH3(SHA512H2, sha512H2, L64)
HASH2(SHA512SU0, sha512Su0, L64)
HASH3(SHA512SU1, sha512Su1, L64)
HASH3(SM3PARTW1, sm3Partw1, L32)
HASH3(SM3PARTW2, sm3Partw2, L32)
HASH2(SM4E, sm4E, L32)

void SHA1H(Ops &O, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.sha1H(L32, O.vreg(Rn)));
}

void SM4EKEY(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.sm4EKey(L32, O.vreg(Rn), O.vreg(Rm)));
}

// SM3SS1
void SM3SS1(Ops &O, unsigned Rm, unsigned Ra, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.sm3Ss1(L32, O.vreg(Rn), O.vreg(Rm), O.vreg(Ra)));
}

// SM3TT1A, SM3TT1B, SM3TT2A, SM3TT2B
static void sm3Tt(Ops &O, unsigned Rm, unsigned Imm2, unsigned Rn, unsigned Rd,
                  unsigned Kind) {
  O.setVreg(Rd, O.sm3Tt(O.vreg(Rd), O.vreg(Rn), O.vreg(Rm), Imm2, Kind));
}
void SM3TT1A(Ops &O, unsigned Rm, unsigned imm2, unsigned Rn, unsigned Rd) {
  sm3Tt(O, Rm, imm2, Rn, Rd, 0);
}
void SM3TT1B(Ops &O, unsigned Rm, unsigned imm2, unsigned Rn, unsigned Rd) {
  sm3Tt(O, Rm, imm2, Rn, Rd, 1);
}
void SM3TT2A(Ops &O, unsigned Rm, unsigned imm2, unsigned Rn, unsigned Rd) {
  sm3Tt(O, Rm, imm2, Rn, Rd, 2);
}
void SM3TT2B(Ops &O, unsigned Rm, unsigned imm2, unsigned Rn, unsigned Rd) {
  sm3Tt(O, Rm, imm2, Rn, Rd, 3);
}

//--- SHA3: plain vector operations
//-----------------------------------------------

void EOR3(Ops &O, unsigned Rm, unsigned Ra, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.vXor(L64, O.vXor(L64, O.vreg(Rn), O.vreg(Rm)), O.vreg(Ra)));
}
void BCAX(Ops &O, unsigned Rm, unsigned Ra, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd,
            O.vXor(L64, O.vreg(Rn), O.vAndNot(L64, O.vreg(Rm), O.vreg(Ra))));
}

/// 64-bit lanes rotated right by N.
static Val rotateRight(Ops &O, Val V, unsigned N) {
  if (N == 0)
    return V;
  return O.vOr(L64, O.vShrUI(L64, V, N), O.vShlI(L64, V, 64 - N));
}
void RAX1(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, O.vXor(L64, O.vreg(Rn), rotateRight(O, O.vreg(Rm), 63)));
}
void XAR(Ops &O, unsigned Rm, unsigned imm6, unsigned Rn, unsigned Rd) {
  O.setVreg(Rd, rotateRight(O, O.vXor(L64, O.vreg(Rn), O.vreg(Rm)), imm6));
}

} // namespace xlate::sem
