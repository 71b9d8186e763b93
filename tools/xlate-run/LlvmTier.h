//===- LlvmTier.h - The optimising tier of xlate-run ------------*- C++ -*-===//
#ifndef XLATE_TOOLS_XLATE_RUN_LLVMTIER_H
#define XLATE_TOOLS_XLATE_RUN_LLVMTIER_H

namespace xlate {

/// Let the runtime promote hot units to LLVM. Costs nothing until one is hot.
void installLlvmTier();

/// Run LLVM's static constructors, once; before anything else of LLVM is used.
void initLlvm();

} // namespace xlate

#endif // XLATE_TOOLS_XLATE_RUN_LLVMTIER_H
