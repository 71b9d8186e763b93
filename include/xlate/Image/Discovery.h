//===- Discovery.h - Where code begins in an ELF file -----------*- C++ -*-===//
#ifndef XLATE_IMAGE_DISCOVERY_H
#define XLATE_IMAGE_DISCOVERY_H

#include "xlate/Image/Elf.h"

namespace xlate::image {

/// What the headers and tables of an ELF file say of its code. Addresses are
/// those in the file, without a load bias; the file isn't trusted.
struct CodeHints {
  /// Starts of functions: symbols, FDEs, init and fini arrays, relative
  /// relocations into code. Sorted.
  std::vector<uint64_t> Functions;
  /// Where relative relocations lead into the middle of a function that has an
  /// FDE: targets of an interpreter's jumps, as a rule. Sorted.
  std::vector<uint64_t> Labels;
  /// Executable sections as [first, second); empty when there are no section
  /// headers. Sorted.
  std::vector<std::pair<uint64_t, uint64_t>> Sections;
};

/// Collect what File says about its code; what is malformed is left out.
CodeHints findCode(const ByteSource &File, const ElfImage &Image);

/// Address of the function with this name, 0 if no symbol table has it.
uint64_t functionNamed(const ByteSource &File, const std::string &Name);

} // namespace xlate::image

#endif // XLATE_IMAGE_DISCOVERY_H
