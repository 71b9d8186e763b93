//===- Operands.cpp - Random states and memory operand forms --------------===//

#include "Generator.h"
#include <cstring>

using namespace xlate;
using namespace xlate::fuzz;

// Load/store group: bits 28..25 = x1x0. Forms by the Arm ARM's C4.1 index.
MemOperand xlate::fuzz::memOperand(uint32_t W) {
  MemOperand M;
  if ((W & 0x0a000000) != 0x08000000)
    return M;
  M.IsMem = true;
  if ((W & 0x3b000000) == 0x18000000) { // load literal
    M.Literal = true;
    return M;
  }
  if ((W & 0x3f000000) == 0x08000000) // exclusive, ordered, CAS
    M.Aligned = true;
  if ((W & 0x3b200c00) == 0x38200000) // atomic memory operations
    M.Aligned = true;
  if ((W & 0x3f000000) == 0x19000000) // LDAPUR, STLUR
    M.Aligned = true;
  if ((W & 0x3b200c00) == 0x38200800) // register offset
    M.HasIndex = true;
  // Structures, post-indexed by a register unless Rm = 31.
  if ((W & 0xbe800000) == 0x0c800000 && (W >> 16 & 31) != 31)
    M.HasIndex = true;
  return M;
}

namespace {

uint64_t replicate(uint64_t V, unsigned Bits) {
  if (Bits == 64)
    return V;
  V &= (uint64_t(1) << Bits) - 1;
  for (; Bits != 64; Bits *= 2)
    V |= V << Bits;
  return V;
}

/// An integer of the given width that tends to break arithmetic.
uint64_t edgeInt(Random &R, unsigned Bits) {
  uint64_t Min = uint64_t(1) << (Bits - 1);
  switch (R.below(10)) {
  case 0:
    return 0;
  case 1:
    return 1;
  case 2:
    return ~uint64_t(0);
  case 3:
    return Min;
  case 4:
    return Min - 1;
  case 5:
    return Min + 1;
  case 6:
    return ~uint64_t(1);
  case 7:
    return R.below(2 * Bits + 8) - uint64_t(Bits + 4); // shift counts
  case 8:
    return uint64_t(1) << R.below(Bits);
  default:
    return R.next();
  }
}

/// A floating-point number with an interesting exponent and fraction.
uint64_t edgeFloat(Random &R, unsigned Bits) {
  unsigned Frac = Bits == 16 ? 10 : Bits == 32 ? 23 : 52;
  unsigned ExpBits = Bits - 1 - Frac;
  uint64_t Max = (uint64_t(1) << ExpBits) - 1, Bias = Max >> 1, Exp, F;
  switch (R.below(8)) {
  case 0:
    Exp = 0;
    break;
  case 1:
    Exp = Max;
    break;
  case 2:
    Exp = 1 + R.below(3);
    break;
  case 3:
    Exp = Max - 1 - R.below(3);
    break;
  case 4:
    Exp = Bias + R.below(8) - 4;
    break;
  case 5:
    Exp = Bias + R.below(2 * Frac + 4) - Frac;
    break;
  default:
    Exp = R.next() & Max;
    break;
  }
  uint64_t FracMask = (uint64_t(1) << Frac) - 1;
  switch (R.below(8)) {
  case 0:
    F = 0;
    break;
  case 1:
    F = 1;
    break;
  case 2:
    F = FracMask;
    break;
  case 3:
    F = uint64_t(1) << (Frac - 1);
    break;
  case 4:
    F = uint64_t(1) << R.below(Frac);
    break;
  case 5:
    F = R.next() << R.below(Frac);
    break; // few significant bits
  default:
    F = R.next();
    break;
  }
  return (R.next() & 1) << (Bits - 1) | Exp << Frac | (F & FracMask);
}

uint64_t randomHalf(Random &R) {
  unsigned Kind = R.below(12);
  if (Kind < 4)
    return R.next();
  unsigned Bits = Kind < 9 ? 8u << R.below(4) : 16u << R.below(3);
  uint64_t Out = 0;
  for (unsigned At = 0; At != 64; At += Bits) {
    uint64_t V = Kind < 9 ? edgeInt(R, Bits) : edgeFloat(R, Bits);
    if (Bits != 64)
      V &= (uint64_t(1) << Bits) - 1;
    Out |= V << At;
    if (R.oneIn(8))
      return replicate(V, Bits);
  }
  return Out;
}

} // namespace

State xlate::fuzz::randomState(Random &R) {
  State S;
  for (uint64_t &X : S.X) {
    X = R.oneIn(2) ? R.next() : edgeInt(R, R.oneIn(2) ? 64 : 32);
    if (R.oneIn(8))
      X = static_cast<uint32_t>(X);
  }
  S.Sp = ArenaBase + ArenaSize / 2 + R.below(0x1000) * 16;
  S.Nzcv = static_cast<uint64_t>(R.below(16)) << 28;
  // AHP, DN, FZ, RMode, FZ16; the default as often as not.
  S.Fpcr = R.oneIn(2) ? 0 : R.next() & 0x07c80000;
  S.Fpsr = R.oneIn(2) ? 0 : R.next() & 0x0800009f;
  S.Extra = 0;
  for (V128 &V : S.V) {
    V.D[0] = randomHalf(R);
    V.D[1] = R.oneIn(6) ? V.D[0] : randomHalf(R);
  }
  // Related operands: equal registers, and equal but for one bit.
  if (R.oneIn(2))
    S.V[R.below(32)] = S.V[R.below(32)];
  if (R.oneIn(2)) {
    V128 &V = S.V[R.below(32)] = S.V[R.below(32)];
    V.D[R.below(2)] ^= uint64_t(1) << R.below(64);
  }
  return S;
}
