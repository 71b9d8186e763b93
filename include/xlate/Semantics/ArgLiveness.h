//===- ArgLiveness.h - Which arguments a function looks at ------*- C++ -*-===//
#ifndef XLATE_SEMANTICS_ARGLIVENESS_H
#define XLATE_SEMANTICS_ARGLIVENESS_H

#include "xlate/Semantics/FlagLiveness.h"

namespace xlate {

/// False if the function at Pc, and what it calls in turn before it puts
/// something else there, never reads the argument that register Reg (X0..X7)
/// has. True if it may.
bool readsArgument(uint64_t Pc, unsigned Reg, const CodeEndFn &CodeEnd);

} // namespace xlate

#endif // XLATE_SEMANTICS_ARGLIVENESS_H
