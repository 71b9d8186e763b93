//===- EvalInt.cpp - Evaluators of integer primitives ---------------------===//
//
// W values are kept zero-extended in Value::X. The type of a primitive is that
// of its result; comparisons carry their operands' width as the lane.
//
//===----------------------------------------------------------------------===//

#include "xlate/Ops/Eval.h"
#include <bit>

using namespace xlate;

namespace {

bool isW(uint64_t ParamWord) { return Param{ParamWord}.type() == Ty::W; }

using U128 = unsigned __int128;
using I128 = __int128;

} // namespace

/// Defines a two-operand primitive from its meaning on uint32_t/uint64_t (T)
/// and int32_t/int64_t (ST) values a and b.
#define INT2(Name, Expr)                                                       \
  XLATE_EVAL(Name) {                                                           \
    auto F = []<typename T>([[maybe_unused]] T a, [[maybe_unused]] T b) -> T { \
      [[maybe_unused]] constexpr unsigned Bits = sizeof(T) * 8;                \
      using ST [[maybe_unused]] = std::make_signed_t<T>;                       \
      return static_cast<T>(Expr);                                             \
    };                                                                         \
    R->X = isW(ParamWord) ? F(A->W, B->W) : F(A->X, B->X);                     \
  }

#define INT1(Name, Expr)                                                       \
  XLATE_EVAL(Name) {                                                           \
    auto F = []<typename T>(T a) -> T {                                        \
      [[maybe_unused]] constexpr unsigned Bits = sizeof(T) * 8;                \
      return static_cast<T>(Expr);                                             \
    };                                                                         \
    R->X = isW(ParamWord) ? F(A->W) : F(A->X);                                 \
  }

//===----------------------------------------------------------------------===//
// Arithmetic and logic
//===----------------------------------------------------------------------===//

template <typename T> static T divideSigned(T A, T B) {
  using ST = std::make_signed_t<T>;
  if (B == 0)
    return 0;
  if (B == static_cast<T>(-1))
    return -A;
  return static_cast<T>(static_cast<ST>(A) / static_cast<ST>(B));
}

INT2(add, a + b)
INT2(sub, a - b)
INT2(mul, a *b)
INT2(udiv, b ? a / b : 0)
INT2(sdiv, divideSigned(a, b))
INT2(umulh, U128(a) * b >> Bits)
INT2(smulh, I128(ST(a)) * ST(b) >> Bits)
INT2(shl, a << (b % Bits))
INT2(lshr, a >> (b % Bits))
INT2(ashr, ST(a) >> (b % Bits))
INT2(ror, std::rotr(a, static_cast<int>(b % Bits)))
INT1(neg, -a)

XLATE_EVAL(adc) {
  const uint64_t Sum = A->X + B->X + (C->X & 1);
  R->X = isW(ParamWord) ? static_cast<uint32_t>(Sum) : Sum;
}

XLATE_EVAL(sbc) {
  const uint64_t Sum = A->X + ~B->X + (C->X & 1);
  R->X = isW(ParamWord) ? static_cast<uint32_t>(Sum) : Sum;
}

XLATE_EVAL(extr) {
  const unsigned Lsb = static_cast<unsigned>(Param{ParamWord}.imm());
  if (isW(ParamWord))
    R->X = static_cast<uint32_t>((A->X << 32 | B->W) >> Lsb);
  else
    R->X = static_cast<uint64_t>((U128(A->X) << 64 | B->X) >> Lsb);
}

// The bitwise primitives also work on B, of which only bit 0 exists.
static uint64_t ones(uint64_t ParamWord) {
  switch (Param{ParamWord}.type()) {
  case Ty::B:
    return 1;
  case Ty::W:
    return 0xffffffff;
  default:
    return ~uint64_t(0);
  }
}

XLATE_EVAL(and_) { R->X = A->X & B->X; }
XLATE_EVAL(or_) { R->X = A->X | B->X; }
XLATE_EVAL(xor_) { R->X = A->X ^ B->X; }
XLATE_EVAL(andNot) { R->X = A->X & ~B->X; }
XLATE_EVAL(orNot) { R->X = (A->X | ~B->X) & ones(ParamWord); }
XLATE_EVAL(xorNot) { R->X = (A->X ^ ~B->X) & ones(ParamWord); }
XLATE_EVAL(not_) { R->X = ~A->X & ones(ParamWord); }

XLATE_EVAL(select) {
  // Copies all 16 bytes: the type may be V.
  const Value V = A->B ? *B : *C;
  *R = V;
}

//===----------------------------------------------------------------------===//
// Bit counts and reversals
//===----------------------------------------------------------------------===//

template <typename T> static T reverseBits(T V) {
  const T Pairs = static_cast<T>(0x5555555555555555),
          Nibbles = static_cast<T>(0x3333333333333333),
          Bytes = static_cast<T>(0x0f0f0f0f0f0f0f0f);
  V = (V >> 1 & Pairs) | (V & Pairs) << 1;
  V = (V >> 2 & Nibbles) | (V & Nibbles) << 2;
  V = (V >> 4 & Bytes) | (V & Bytes) << 4;
  return sizeof(T) == 8 ? __builtin_bswap64(V)
                        : __builtin_bswap32(static_cast<uint32_t>(V));
}

INT1(clz, std::countl_zero(a))
INT1(cls, std::countl_zero(static_cast<T>((a ^ a << 1) | 1)))
INT1(ctz, std::countr_zero(a))
INT1(popcnt, std::popcount(a))
INT1(rbit, reverseBits(a))
INT1(bswap, sizeof(T) == 8 ? __builtin_bswap64(a)
                           : __builtin_bswap32(static_cast<uint32_t>(a)))
INT1(bswap16, (a >> 8 & static_cast<T>(0x00ff00ff00ff00ff)) |
                  (a & static_cast<T>(0x00ff00ff00ff00ff)) << 8)
XLATE_EVAL(bswap32) { R->X = std::rotr(__builtin_bswap64(A->X), 32); }

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

INT1(sext8, static_cast<int8_t>(a))
INT1(sext16, static_cast<int16_t>(a))
INT1(zext8, static_cast<uint8_t>(a))
INT1(zext16, static_cast<uint16_t>(a))
XLATE_EVAL(sextW) { R->X = static_cast<uint64_t>(static_cast<int32_t>(A->W)); }
XLATE_EVAL(zextW) { R->X = A->W; }
XLATE_EVAL(truncX) { R->X = A->W; }
XLATE_EVAL(boolToW) { R->X = A->B; }
XLATE_EVAL(boolToX) { R->X = A->B; }

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

static int64_t signedOperand(const Value *V, uint64_t ParamWord) {
  return Param{ParamWord}.lane() == L64 ? static_cast<int64_t>(V->X)
                                        : static_cast<int32_t>(V->W);
}

XLATE_EVAL(cmpEq) { R->X = A->X == B->X; }
XLATE_EVAL(cmpNe) { R->X = A->X != B->X; }
XLATE_EVAL(cmpUlt) { R->X = A->X < B->X; }
XLATE_EVAL(cmpUle) { R->X = A->X <= B->X; }
XLATE_EVAL(cmpSlt) {
  R->X = signedOperand(A, ParamWord) < signedOperand(B, ParamWord);
}
XLATE_EVAL(cmpSle) {
  R->X = signedOperand(A, ParamWord) <= signedOperand(B, ParamWord);
}

//===----------------------------------------------------------------------===//
// CRC32
//===----------------------------------------------------------------------===//

namespace {

/// One step of a byte-wise CRC over a bit-reversed polynomial.
struct CrcTable {
  uint32_t Of[256];
  constexpr explicit CrcTable(uint32_t Poly) : Of() {
    for (uint32_t I = 0; I != 256; ++I) {
      uint32_t V = I;
      for (unsigned Bit = 0; Bit != 8; ++Bit)
        V = V >> 1 ^ (V & 1 ? Poly : 0);
      Of[I] = V;
    }
  }
};

constexpr CrcTable Ieee(0xedb88320), Castagnoli(0x82f63b78);

} // namespace

XLATE_EVAL(crc32) {
  const Param P{ParamWord};
  const CrcTable &T = P.n() ? Castagnoli : Ieee;
  uint32_t Crc = A->W;
  uint64_t Data = B->X;
  for (unsigned I = 0; I != 1u << P.lane(); ++I, Data >>= 8)
    Crc = Crc >> 8 ^ T.Of[(Crc ^ Data) & 0xff];
  R->X = Crc;
}
