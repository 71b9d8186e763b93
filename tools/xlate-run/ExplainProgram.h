//===- ExplainProgram.h - A program file as --explain sees it ---*- C++ -*-===//
#ifndef XLATE_TOOLS_XLATE_RUN_EXPLAINPROGRAM_H
#define XLATE_TOOLS_XLATE_RUN_EXPLAINPROGRAM_H

#include "xlate/Image/Elf.h"

namespace xlate {

/// The bytes and symbols of an ELF file, by the addresses in the file. Nothing
/// is mapped: guest code is fetched from the file.
class ExplainProgram {
public:
  struct Symbol {
    std::string Name;
    uint64_t Addr, Size;
  };

  static Expected<ExplainProgram> open(const std::string &Path);
  /// Copy N bytes at a guest address; false if the file doesn't have them.
  bool fetch(void *Dst, uint64_t Addr, size_t N) const;
  /// End of the code around Pc, 0 if it isn't code.
  uint64_t codeEnd(uint64_t Pc) const;
  /// The symbol, or the one around the address, that Where names.
  Expected<Symbol> find(const std::string &Where) const;

private:
  ExplainProgram(UniqueFd Fd, image::ElfImage Image)
      : Fd(std::move(Fd)), Image(std::move(Image)) {}
  void readSymbols();

  UniqueFd Fd;
  image::ElfImage Image;
  std::vector<Symbol> Symbols; ///< Of functions.
};

} // namespace xlate

#endif // XLATE_TOOLS_XLATE_RUN_EXPLAINPROGRAM_H
