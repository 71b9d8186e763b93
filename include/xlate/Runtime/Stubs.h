//===- Stubs.h - Entering and leaving translated code -----------*- C++ -*-===//
#ifndef XLATE_RUNTIME_STUBS_H
#define XLATE_RUNTIME_STUBS_H

#include "xlate/Guest/CpuState.h"

extern "C" {
/// Run the unit at Unit for guest address S->Pc until translated code leaves
/// through an exit; then S is complete and S->Exit tells why. S is part of a
/// UnitFrame. %gs must point to S already (ARCH_SET_GS) and MXCSR must match
/// S->Fpcr; both are left alone. Returns only through the exit stub: a caller
/// that abandons the unit (longjmp out of a fault handler) needs no clean-up.
void xlate_enter(xlate::CpuState *S, void *Unit);

// Not callable from C++: jumped to or called by generated code, see CpuState.
void xlate_exit_stub();
void xlate_miss_stub();
void xlate_indirect_stub();
void xlate_eval_stub_sse();
void xlate_eval_stub_avx();
void xlate_mops_slow();
// MopsStubs.S, in programs with the runtime.
void xlate_mops_copy_sse();
void xlate_mops_copy_avx();
void xlate_mops_copy_forward_sse();
void xlate_mops_copy_forward_avx();
void xlate_mops_set_sse();
void xlate_mops_set_avx();
extern const char xlate_mops_start[], xlate_mops_end[];
}

namespace xlate {

/// Set the stub pointers, EvalTable and Self of S. The jump cache is the
/// caller's.
void initStubs(CpuState &S);

} // namespace xlate

#endif // XLATE_RUNTIME_STUBS_H
