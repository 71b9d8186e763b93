//===- Interp.h - Interpreter over recorded blocks --------------*- C++ -*-===//
#ifndef XLATE_INTERP_INTERP_H
#define XLATE_INTERP_INTERP_H

#include "xlate/Ops/Uop.h"

namespace xlate::interp {

/// Execute one block against S (S.Pc must be B.Pc). On return S.Pc is the next
/// guest address. Returns true if the block left through an `exit` primitive,
/// with S.Exit and S.ExitInfo set. S.Pc is the current instruction's address
/// during every memory access, so a fault handler sees precise state.
bool run(CpuState &S, const Block &B);

} // namespace xlate::interp

#endif // XLATE_INTERP_INTERP_H
