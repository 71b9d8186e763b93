//===- Standalone.h - A guest program inside this file ----------*- C++ -*-===//
#ifndef XLATE_TOOLS_XLATE_RUN_STANDALONE_H
#define XLATE_TOOLS_XLATE_RUN_STANDALONE_H

#include "xlate/Runtime/Run.h"

namespace xlate {

/// Whether xlate-aot has put a guest program into this file.
bool isStandalone();
/// Let Options name that program. The result is what is wrong, null = nothing.
const char *openStandalone(runtime::RunOptions &Options);

} // namespace xlate

#endif // XLATE_TOOLS_XLATE_RUN_STANDALONE_H
