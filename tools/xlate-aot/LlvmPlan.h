//===- LlvmPlan.h - What goes through LLVM ----------------------*- C++ -*-===//
#ifndef XLATE_TOOLS_XLATE_AOT_LLVMPLAN_H
#define XLATE_TOOLS_XLATE_AOT_LLVMPLAN_H

#include "GuestText.h"
#include "Translate.h"
#include "xlate/Codegen/Compiler.h"
#include <set>

namespace xlate::aot {

/// Units of the optimising tier: at most one for each function, of those of its
/// blocks that are worth it. The rest of the function runs in the baseline
/// tier's units, and so does the whole of other functions.
class LlvmPlan {
public:
  /// The addresses that units are named by.
  std::vector<uint64_t> units() const;
  /// For the compiler. Refers to this, Text and E.
  codegen::GuestCode guestCode(const GuestText &Text, const Entries &E) const;
  static codegen::UnitOptions options(const Entries &E);
  /// The blocks that are part of a unit.
  const std::set<uint64_t> &blocks() const { return Wanted; }
  /// One unit of these blocks of a function that begins at Start, which may be
  /// one of them.
  void add(uint64_t Start, const std::vector<uint64_t> &Blocks);

private:
  /// Other blocks of a unit, by its name.
  std::map<uint64_t, std::vector<uint64_t>> Roots;
  std::set<uint64_t> Wanted;
};

/// What a profile says is hot, and what S asks for.
LlvmPlan planLlvm(const Entries &E, const Settings &S);
/// The whole of the functions at these addresses.
LlvmPlan planFunctions(const Entries &E, const std::vector<uint64_t> &Starts);

} // namespace xlate::aot

#endif // XLATE_TOOLS_XLATE_AOT_LLVMPLAN_H
