//===- Tracee.h - A thread that another process traces ----------*- C++ -*-===//
#ifndef XLATE_LIB_RUNTIME_TRACEE_H
#define XLATE_LIB_RUNTIME_TRACEE_H

#include "xlate/Syscall/Trace.h"

namespace xlate::runtime {

struct Tracee {
  sys::TraceArea Area = {};
  /// Stop at system calls; behind the next instruction.
  bool Syscalls = false, Step = false;
  uint32_t Options = 0; ///< PTRACE_O_*
  /// Signals that the host deals with once, on the tracer's demand; at the next
  /// safepoint we catch them again.
  uint64_t Uncaught = 0;
  /// X8 of a system call that the tracer has replaced by another.
  uint64_t OwnNr = 0;
};

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_TRACEE_H
