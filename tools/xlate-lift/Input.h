//===- Input.h - Guest code to lift -----------------------------*- C++ -*-===//
#ifndef XLATE_TOOLS_LIFT_INPUT_H
#define XLATE_TOOLS_LIFT_INPUT_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace xlate::tool {

/// Guest code, mapped in this process at the guest address it is lifted for.
struct Input {
  uint64_t Base = 0, End = 0;
  std::map<std::string, uint64_t> Symbols; ///< Guest addresses.
};

/// Read an AArch64 ELF object or executable (its .text section), or, if it
/// isn't ELF, text with one instruction word in hex per line; map it at Base,
/// or where it was linked to run if that is 0.
bool readInput(const std::string &Path, uint64_t Base, Input &Out,
               std::string &Error);

} // namespace xlate::tool

#endif // XLATE_TOOLS_LIFT_INPUT_H
