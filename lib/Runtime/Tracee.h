//===- Tracee.h - A thread that another process traces ----------*- C++ -*-===//
#ifndef XLATE_LIB_RUNTIME_TRACEE_H
#define XLATE_LIB_RUNTIME_TRACEE_H

#include "xlate/Guest/CpuState.h"
#include "xlate/Syscall/Trace.h"

namespace xlate::runtime {

struct Tracee {
  sys::TraceArea Area = {};
  /// Stop at system calls; behind the next instruction.
  bool Syscalls = false, Step = false;
  uint32_t Options = 0; ///< PTRACE_O_*
  /// The tracer has seen the system call that the thread is in: at its end X8
  /// is to be OwnNr again.
  bool InCall = false;
  /// Signals that the host deals with once, on the tracer's demand; at the next
  /// safepoint we catch them again.
  uint64_t Uncaught = 0;
  /// X8 of a system call that the tracer has replaced by another.
  uint64_t OwnNr = 0;

  /// The tracer is about to see the system call that S holds.
  void beginCall(const CpuState &S);
};

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_TRACEE_H
