//===- Explain.h - What a piece of guest code becomes -----------*- C++ -*-===//
#ifndef XLATE_TOOLS_XLATE_RUN_EXPLAIN_H
#define XLATE_TOOLS_XLATE_RUN_EXPLAIN_H

#include "xlate/Support/Error.h"
#include <string>

namespace xlate {

/// The report of --explain: guest code, its translation by both tiers, and the
/// LLVM IR in between. Where is a symbol or an address of the ELF file Path, as
/// in the file.
Expected<std::string> explain(const std::string &Path,
                              const std::string &Where);

} // namespace xlate

#endif // XLATE_TOOLS_XLATE_RUN_EXPLAIN_H
