//===- EvalCrypto.cpp - AES and SHA evaluators ----------------------------===//
//
// Arm ARM J1 shared pseudocode: AESSubBytes() and relatives, SHAchoose(),
// SHA256hash(), and the operations of the SHA1, SHA256 and SHA512 instruction
// pages (C7.2). FIPS 197 and FIPS 180-4 define the underlying functions.
//
//===----------------------------------------------------------------------===//

#include "EvalVec.h"
#include <array>

using namespace xlate;
using namespace xlate::vec;
using std::rotl;
using std::rotr;

//--- AES
//-------------------------------------------------------------------------

namespace {

/// Product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1.
constexpr uint8_t gfMul(unsigned X, unsigned Y) {
  unsigned Out = 0;
  for (; Y; Y >>= 1, X = X << 1 ^ (X & 0x80 ? 0x11b : 0))
    if (Y & 1)
      Out ^= X;
  return static_cast<uint8_t>(Out);
}

struct AesTables {
  std::array<uint8_t, 256> SBox{}, Inverse{};
  constexpr AesTables() {
    // Walk the field by powers of the generator 3; 0xf6 is its inverse, so P
    // and Q stay inverses of each other.
    uint8_t P = 1, Q = 1;
    do {
      set(P, Q);
      P = gfMul(P, 3);
      Q = gfMul(Q, 0xf6);
    } while (P != 1);
    set(0, 0);
  }
  constexpr void set(uint8_t X, uint8_t Inv) {
    uint8_t Y = static_cast<uint8_t>(Inv ^ rotl(Inv, 1) ^ rotl(Inv, 2) ^
                                     rotl(Inv, 3) ^ rotl(Inv, 4) ^ 0x63);
    SBox[X] = Y;
    Inverse[Y] = X;
  }
};
constexpr AesTables Aes;

} // namespace

/// Byte r + 4c of the state is row r, column c. ShiftRows takes row r from the
/// column r further right (left when inverse).
XLATE_EVAL(aesE) {
  Lanes<uint8_t> X = get<uint8_t>(A), K = get<uint8_t>(B), Out;
  for (unsigned I = 0; I != 16; ++I) {
    unsigned From = (I + 4 * (I & 3)) & 15;
    Out.E[I] = Aes.SBox[X.E[From] ^ K.E[From]];
  }
  put(R, Out);
}
XLATE_EVAL(aesD) {
  Lanes<uint8_t> X = get<uint8_t>(A), K = get<uint8_t>(B), Out;
  for (unsigned I = 0; I != 16; ++I) {
    unsigned From = (I - 4 * (I & 3)) & 15;
    Out.E[I] = Aes.Inverse[X.E[From] ^ K.E[From]];
  }
  put(R, Out);
}

/// Each column times the circulant matrix with first row M.
static void mixColumns(Value *R, const Value *A, const uint8_t (&M)[4]) {
  Lanes<uint8_t> X = get<uint8_t>(A), Out;
  for (unsigned I = 0; I != 16; ++I) {
    uint8_t Sum = 0;
    for (unsigned J = 0; J != 4; ++J)
      Sum ^= gfMul(X.E[(I & 12) + ((I + J) & 3)], M[J]);
    Out.E[I] = Sum;
  }
  put(R, Out);
}
XLATE_EVAL(aesMc) { mixColumns(R, A, {2, 3, 1, 1}); }
XLATE_EVAL(aesImc) { mixColumns(R, A, {14, 11, 13, 9}); }

//--- SHA-1
//-------------------------------------------------------------------------

template <class T> static T choose(T X, T Y, T Z) { return ((Y ^ Z) & X) ^ Z; }
template <class T> static T majority(T X, T Y, T Z) {
  return (X & Y) | ((X | Y) & Z);
}

/// Four rounds with round function F; A = hash value, B = fifth word, C = words
/// with the constant added.
template <class Fn>
static void sha1Rounds(Value *R, const Value *A, const Value *B, const Value *C,
                       Fn F) {
  V128 X = A->V, W = C->V;
  uint32_t Y = B->V.S[0];
  for (unsigned I = 0; I != 4; ++I) {
    Y += rotl(X.S[0], 5) + F(X.S[1], X.S[2], X.S[3]) + W.S[I];
    uint32_t Fifth = X.S[3];
    X.S[3] = X.S[2];
    X.S[2] = rotl(X.S[1], 30);
    X.S[1] = X.S[0];
    X.S[0] = Y;
    Y = Fifth;
  }
  R->V = X;
}
XLATE_EVAL(sha1C) { sha1Rounds(R, A, B, C, choose<uint32_t>); }
XLATE_EVAL(sha1M) { sha1Rounds(R, A, B, C, majority<uint32_t>); }
XLATE_EVAL(sha1P) {
  sha1Rounds(R, A, B, C,
             [](uint32_t X, uint32_t Y, uint32_t Z) { return X ^ Y ^ Z; });
}

XLATE_EVAL(sha1H) {
  uint32_t X = rotl(A->V.S[0], 30);
  R->V.D[0] = X;
  R->V.D[1] = 0;
}
XLATE_EVAL(sha1Su0) {
  uint64_t Lo = A->V.D[1] ^ A->V.D[0] ^ C->V.D[0],
           Hi = B->V.D[0] ^ A->V.D[1] ^ C->V.D[1];
  R->V.D[0] = Lo;
  R->V.D[1] = Hi;
}
XLATE_EVAL(sha1Su1) {
  V128 X = A->V, Y = B->V;
  for (unsigned I = 0; I != 4; ++I)
    X.S[I] = rotl(X.S[I] ^ (I == 3 ? 0 : Y.S[I + 1]), 1);
  X.S[3] ^= rotl(X.S[0], 1);
  R->V = X;
}

//--- SHA-256
//-----------------------------------------------------------------------

/// Four rounds on the state X (a b c d) and Y (e f g h).
static void sha256Rounds(V128 &X, V128 &Y, const V128 &W) {
  for (unsigned I = 0; I != 4; ++I) {
    uint32_t Sigma1 = rotr(Y.S[0], 6) ^ rotr(Y.S[0], 11) ^ rotr(Y.S[0], 25);
    uint32_t Sigma0 = rotr(X.S[0], 2) ^ rotr(X.S[0], 13) ^ rotr(X.S[0], 22);
    uint32_t T = Y.S[3] + Sigma1 + choose(Y.S[0], Y.S[1], Y.S[2]) + W.S[I];
    uint32_t NewE = X.S[3] + T,
             NewA = T + Sigma0 + majority(X.S[0], X.S[1], X.S[2]);
    for (unsigned J = 3; J != 0; --J) {
      X.S[J] = X.S[J - 1];
      Y.S[J] = Y.S[J - 1];
    }
    X.S[0] = NewA;
    Y.S[0] = NewE;
  }
}
XLATE_EVAL(sha256H) {
  V128 X = A->V, Y = B->V;
  sha256Rounds(X, Y, C->V);
  R->V = X;
}
XLATE_EVAL(sha256H2) {
  V128 X = B->V, Y = A->V;
  sha256Rounds(X, Y, C->V);
  R->V = Y;
}
XLATE_EVAL(sha256Su0) {
  V128 X = A->V;
  uint32_t Next[4] = {X.S[1], X.S[2], X.S[3], B->V.S[0]};
  for (unsigned I = 0; I != 4; ++I)
    X.S[I] += rotr(Next[I], 7) ^ rotr(Next[I], 18) ^ Next[I] >> 3;
  R->V = X;
}
XLATE_EVAL(sha256Su1) {
  V128 X = A->V, Y = B->V, Z = C->V;
  uint32_t Add[4] = {Y.S[1], Y.S[2], Y.S[3], Z.S[0]};
  for (unsigned I = 0; I != 4; ++I) {
    uint32_t E = I < 2 ? Z.S[I + 2] : X.S[I - 2];
    X.S[I] += (rotr(E, 17) ^ rotr(E, 19) ^ E >> 10) + Add[I];
  }
  R->V = X;
}

//--- SHA-512
//-----------------------------------------------------------------------

XLATE_EVAL(sha512H) {
  V128 W = A->V, X = B->V, Y = C->V;
  auto Sigma1 = [](uint64_t E) {
    return rotr(E, 14) ^ rotr(E, 18) ^ rotr(E, 41);
  };
  uint64_t Hi = choose(Y.D[1], X.D[0], X.D[1]) + Sigma1(Y.D[1]) + W.D[1];
  uint64_t E = Hi + Y.D[0];
  uint64_t Lo = choose(E, Y.D[1], X.D[0]) + Sigma1(E) + W.D[0];
  R->V.D[0] = Lo;
  R->V.D[1] = Hi;
}
XLATE_EVAL(sha512H2) {
  V128 W = A->V, X = B->V, Y = C->V;
  auto Sigma0 = [](uint64_t E) {
    return rotr(E, 28) ^ rotr(E, 34) ^ rotr(E, 39);
  };
  uint64_t Hi = majority(X.D[0], Y.D[1], Y.D[0]) + Sigma0(Y.D[0]) + W.D[1];
  uint64_t Lo = majority(Hi, Y.D[0], Y.D[1]) + Sigma0(Hi) + W.D[0];
  R->V.D[0] = Lo;
  R->V.D[1] = Hi;
}
XLATE_EVAL(sha512Su0) {
  V128 W = A->V, X = B->V;
  auto Sigma0 = [](uint64_t E) { return rotr(E, 1) ^ rotr(E, 8) ^ E >> 7; };
  R->V.D[0] = W.D[0] + Sigma0(W.D[1]);
  R->V.D[1] = W.D[1] + Sigma0(X.D[0]);
}
XLATE_EVAL(sha512Su1) {
  V128 W = A->V, X = B->V, Y = C->V;
  auto Sigma1 = [](uint64_t E) { return rotr(E, 19) ^ rotr(E, 61) ^ E >> 6; };
  for (unsigned I = 0; I != 2; ++I)
    W.D[I] += Sigma1(X.D[I]) + Y.D[I];
  R->V = W;
}
