//===- Decoder.h - A64 instruction decoder ----------------------*- C++ -*-===//
//
// Generated from lib/Decoder/a64/*.inst by scripts/gen-decoder.py: one row per
// encoding. See lib/Decoder/a64/README.md for the row format.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_DECODER_DECODER_H
#define XLATE_DECODER_DECODER_H

#include <cstdint>

namespace xlate {

enum class A64 : uint16_t {
  Unallocated,
#define A64_ROW(Name, Mnemonic, Class, Feature) Name,
#include "xlate/Decoder/A64Rows.inc"
  Count
};
constexpr unsigned NumA64 = static_cast<unsigned>(A64::Count);

/// A decoded instruction; fields are extracted from Word on use.
struct Inst {
  uint32_t Word;
  A64 Code;
};

Inst decode(uint32_t Word);

/// Row facts, indexed by A64.
struct A64Info {
  const char *Name;     ///< Row name, e.g. "ADD_imm".
  const char *Mnemonic; ///< e.g. "add".
  const char *Class;    ///< Table file, e.g. "dp-imm".
  const char *Feature;  ///< "base" or a FEAT name.
  uint32_t Mask, Bits;  ///< Fixed bits.
};
const A64Info &info(A64 Code);

/// True if the row's fixed bits and constraint accept Word. The decoder picks
/// the accepting row with most fixed bits.
bool matches(A64 Code, uint32_t Word);

} // namespace xlate

#endif // XLATE_DECODER_DECODER_H
