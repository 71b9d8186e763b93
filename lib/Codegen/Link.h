//===- Link.h - Object file to runnable code --------------------*- C++ -*-===//
#ifndef XLATE_LIB_CODEGEN_LINK_H
#define XLATE_LIB_CODEGEN_LINK_H

#include "xlate/Codegen/Compiler.h"
#include "xlate/Lifter/Lifter.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Object/ELFObjectFile.h"

namespace xlate::codegen {

struct LinkedObject {
  char *Base = nullptr; ///< Of the text section.
  struct Symbol {
    uint64_t Offset, Size;
  };
  llvm::StringMap<Symbol> Functions;
  /// Offsets from a function's start, by lift::entriesName().
  llvm::StringMap<std::vector<uint32_t>> Entries;
};

/// Lay out the code and constants of Object in Memory and resolve its
/// relocations. False with Error set if it needs anything but slots.
bool linkObject(const llvm::object::ELF64LEObjectFile &Object,
                const JitMemory &Memory, LinkedObject &Out, std::string &Error);

/// A row of a line table. What is compared first is the offset in the text.
struct LineRow {
  uint64_t Offset;
  unsigned Line, Column;
  auto operator<=>(const LineRow &) const = default;
};

/// Line rows of Object's text, sorted, line 0 left out.
std::vector<LineRow> lineRows(const llvm::object::ObjectFile &Object);

} // namespace xlate::codegen

#endif // XLATE_LIB_CODEGEN_LINK_H
