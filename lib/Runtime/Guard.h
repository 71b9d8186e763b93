//===- Guard.h - Calling C++ that may raise a guest fault -------*- C++ -*-===//
#ifndef XLATE_LIB_RUNTIME_GUARD_H
#define XLATE_LIB_RUNTIME_GUARD_H

#include "xlate/Guest/CpuState.h"

extern "C" {
/// Fn(S, Arg) such that a guest fault inside it returns from this call.
void xlate_guarded_call(xlate::CpuState *S,
                        void (*Fn)(xlate::CpuState *, void *), void *Arg);
/// Where a guest fault resumes: returns from the innermost xlate_guarded_call
/// or xlate_enter.
[[noreturn]] void xlate_unwind();
/// SA_RESTORER of the runtime's handlers.
void xlate_sigreturn();
}

#endif // XLATE_LIB_RUNTIME_GUARD_H
