//===- EvalCryptoSm.cpp - SM3 and SM4 evaluators --------------------------===//
//
// Arm ARM C7.2: SM3PARTW1, SM3PARTW2, SM3SS1, SM3TT*, SM4E, SM4EKEY. GB/T 32905
// (SM3) and GB/T 32907 (SM4) define the underlying functions.
//
//===----------------------------------------------------------------------===//

#include "EvalVec.h"
#include <array>

using namespace xlate;
using namespace xlate::vec;
using std::rotl;

//--- SM3
//-------------------------------------------------------------------------

/// Permutation P1.
static uint32_t p1(uint32_t X) { return X ^ rotl(X, 15) ^ rotl(X, 23); }

XLATE_EVAL(sm3Partw1) {
  V128 X = A->V, Y = B->V, Z = C->V;
  for (unsigned I = 0; I != 3; ++I)
    X.S[I] = p1(X.S[I] ^ Y.S[I] ^ rotl(Z.S[I + 1], 15));
  X.S[3] = p1(X.S[3] ^ Y.S[3] ^ rotl(X.S[0], 15));
  R->V = X;
}

XLATE_EVAL(sm3Partw2) {
  V128 X = A->V, Y = B->V, Z = C->V;
  for (unsigned I = 0; I != 4; ++I) {
    Y.S[I] ^= rotl(Z.S[I], 7);
    X.S[I] ^= Y.S[I];
  }
  X.S[3] ^= p1(rotl(Y.S[0], 15));
  R->V = X;
}

XLATE_EVAL(sm3Ss1) {
  uint32_t X = rotl(rotl(A->V.S[3], 12) + B->V.S[3] + C->V.S[3], 7);
  R->V.D[0] = 0;
  R->V.D[1] = static_cast<uint64_t>(X) << 32;
}

XLATE_EVAL(sm3Tt) {
  unsigned Imm = static_cast<unsigned>(Param{ParamWord}.imm());
  V128 D = A->V, N = B->V;
  uint32_t W = C->V.S[Imm & 3];
  bool Second = Imm & 8, Late = Imm & 4; // TT2, B form
  uint32_t F;
  if (!Late)
    F = D.S[1] ^ D.S[2] ^ D.S[3];
  else if (Second)
    F = (D.S[3] & D.S[2]) | (~D.S[3] & D.S[1]);
  else
    F = (D.S[3] & D.S[1]) | (D.S[3] & D.S[2]) | (D.S[1] & D.S[2]);
  uint32_t T = F + D.S[0] + W + (Second ? N.S[3] : N.S[3] ^ rotl(D.S[3], 12));
  V128 Out;
  Out.S[0] = D.S[1];
  Out.S[1] = rotl(D.S[2], Second ? 19 : 9);
  Out.S[2] = D.S[3];
  Out.S[3] = Second ? T ^ rotl(T, 9) ^ rotl(T, 17) : T;
  R->V = Out;
}

//--- SM4
//-------------------------------------------------------------------------

namespace {

/// Product in GF(2^8) modulo x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1.
constexpr unsigned gfMul(unsigned X, unsigned Y) {
  unsigned Out = 0;
  for (; Y; Y >>= 1, X = X << 1 ^ (X & 0x80 ? 0x1f5 : 0))
    if (Y & 1)
      Out ^= X;
  return Out;
}

/// The affine map of the S-box: a circulant bit matrix, then the constant.
constexpr uint8_t affine(uint8_t X) {
  unsigned Out = 0;
  for (int I = 0; I != 8; ++I)
    Out |= static_cast<unsigned>(
               std::popcount(uint8_t(X & rotl(uint8_t(0xa7), I))) & 1)
           << I;
  return static_cast<uint8_t>(Out ^ 0xd3);
}

/// S(x) = affine(1 / affine(x)), with 1 / 0 = 0.
constexpr std::array<uint8_t, 256> makeSBox() {
  std::array<uint8_t, 256> Inverse{}, Out{};
  for (unsigned X = 1; X != 256; ++X) {
    unsigned P = X; // X^254 by squarings: 254 = 2 + 4 + ... + 128
    unsigned Inv = 1;
    for (int I = 0; I != 7; ++I) {
      P = gfMul(P, P);
      Inv = gfMul(Inv, P);
    }
    Inverse[X] = static_cast<uint8_t>(Inv);
  }
  for (unsigned X = 0; X != 256; ++X)
    Out[X] = affine(Inverse[affine(static_cast<uint8_t>(X))]);
  return Out;
}
constexpr std::array<uint8_t, 256> SBox = makeSBox();
static_assert(SBox[0] == 0xd6 && SBox[1] == 0x90 && SBox[255] == 0x48);

} // namespace

static uint32_t substitute(uint32_t X) {
  return uint32_t(SBox[X & 0xff]) | uint32_t(SBox[X >> 8 & 0xff]) << 8 |
         uint32_t(SBox[X >> 16 & 0xff]) << 16 | uint32_t(SBox[X >> 24]) << 24;
}

/// Four rounds on X with words K and linear transformation L.
template <class Fn> static void sm4Rounds(Value *R, V128 X, V128 K, Fn L) {
  for (unsigned I = 0; I != 4; ++I) {
    uint32_t New = X.S[0] ^ L(substitute(X.S[1] ^ X.S[2] ^ X.S[3] ^ K.S[I]));
    X.S[0] = X.S[1];
    X.S[1] = X.S[2];
    X.S[2] = X.S[3];
    X.S[3] = New;
  }
  R->V = X;
}

XLATE_EVAL(sm4E) {
  sm4Rounds(R, A->V, B->V, [](uint32_t X) {
    return X ^ rotl(X, 2) ^ rotl(X, 10) ^ rotl(X, 18) ^ rotl(X, 24);
  });
}
XLATE_EVAL(sm4EKey) {
  sm4Rounds(R, A->V, B->V,
            [](uint32_t X) { return X ^ rotl(X, 13) ^ rotl(X, 23); });
}
