//===- Fields.h - Predicates on instruction fields --------------*- C++ -*-===//
//
// What the constraint column of the encoding table needs beyond comparisons.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_DECODER_FIELDS_H
#define XLATE_DECODER_FIELDS_H

#include <bit>
#include <cstdint>

namespace xlate {

/// True if N:imms names a bitmask immediate (DecodeBitMasks() with immediate =
/// TRUE does not reject it).
constexpr bool isLogicalImm(unsigned Sf, unsigned N, unsigned Imms) {
  if (N && !Sf)
    return false;
  const unsigned Size = N << 6 | (~Imms & 0x3f);
  if (Size < 2)
    return false;
  const unsigned Levels = std::bit_floor(Size) - 1;
  return (Imms & Levels) != Levels;
}

/// Sign-extend the low Bits bits of V.
constexpr int64_t signExtend(uint64_t V, unsigned Bits) {
  return static_cast<int64_t>(V << (64 - Bits)) >> (64 - Bits);
}

/// The value of a bitmask immediate, DecodeBitMasks() C. isLogicalImm() holds.
constexpr uint64_t logicalImm(unsigned Sf, unsigned N, unsigned Imms,
                              unsigned Immr) {
  const unsigned Esize = std::bit_floor(N << 6 | (~Imms & 0x3f));
  const unsigned Levels = Esize - 1;
  const unsigned S = Imms & Levels, R = Immr & Levels;
  const uint64_t EMask = ~uint64_t(0) >> (64 - Esize);
  uint64_t V = ~uint64_t(0) >> (63 - S);
  if (R)
    V = (V >> R | V << (Esize - R)) & EMask;
  for (unsigned W = Esize; W < 64; W *= 2)
    V |= V << W;
  return Sf ? V : static_cast<uint32_t>(V);
}

/// Fields that MSR (immediate) can name: UAO, PAN, SPSel, ALLINT, SSBS, DIT,
/// DAIFSet and DAIFClr.
constexpr bool isPstateField(unsigned Op1, unsigned Op2, unsigned CRm) {
  if (Op1 == 0)
    return Op2 == 3 || Op2 == 4 || Op2 == 5;
  if (Op1 == 1)
    return Op2 == 0 && CRm < 2;
  return Op1 == 3 && (Op2 == 1 || Op2 == 2 || Op2 == 6 || Op2 == 7);
}

/// Registers of a memory copy or set: destination, source, size.
constexpr bool isMops(unsigned Rd, unsigned Rs, unsigned Rn) {
  return Rd != Rs && Rs != Rn && Rd != Rn && Rd != 31 && Rn != 31;
}

} // namespace xlate

#endif // XLATE_DECODER_FIELDS_H
