//===- InvalidOp.h - Invalid floating-point operations ----------*- C++ -*-===//
#ifndef XLATE_RUNTIME_INVALIDOP_H
#define XLATE_RUNTIME_INVALIDOP_H

#include "xlate/Guest/CpuState.h"
#include "xlate/Runtime/HostStep.h"

namespace xlate::runtime {

/// A host instruction that has raised the exception for invalid operations
/// (CpuState::Unmasked). Arithmetic in the form of the lifter's gets the
/// guest's result; the others look at theirs themselves, and are executed once
/// more with the exception masked.
class InvalidOp {
public:
  /// Uc has stopped at the instruction, in code that works for S. Change it so
  /// that the thread goes on behind it, or does Step first.
  void begin(CpuState &S, ucontext_t &Uc, HostStep &Step);
  /// Is the exception masked for a step?
  bool active() const { return Masked; }
  /// The step has been made, or has faulted.
  void end(ucontext_t &Uc);

private:
  bool Masked = false;
};

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_INVALIDOP_H
