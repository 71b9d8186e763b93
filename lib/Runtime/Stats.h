//===- Stats.h - What --stats reports ---------------------------*- C++ -*-===//
#ifndef XLATE_LIB_RUNTIME_STATS_H
#define XLATE_LIB_RUNTIME_STATS_H

#include "xlate/Ops/Uop.h"
#include <atomic>
#include <cstdint>
#include <string>

namespace xlate::runtime {

/// Counters of one process. Those of the baseline tier are written under the
/// code map's lock.
struct Stats {
  uint64_t BaselineUnits = 0, BaselineInsns = 0, BaselineBytes = 0,
           BaselineNanos = 0;
  /// Guest instructions that units of the baseline tier made at run time have
  /// executed, roughly: each entry counts as the whole unit, and neither loops
  /// inside of units nor units that were replaced since count.
  uint64_t BaselineExecuted = 0;
  std::atomic<uint64_t> LlvmUnits{0}, LlvmBytes{0}, LlvmMicros{0},
      LlvmFailed{0};
  std::atomic<uint64_t> Dispatches{0}, Syscalls{0}, Signals{0},
      Invalidations{0}, Resets{0};
  /// Host exceptions for invalid floating-point operations.
  std::atomic<uint64_t> InvalidOps{0};
  /// Images in use, entries that the dispatcher found there, files that were of
  /// no use.
  uint64_t AotImages = 0, AotUnits = 0, AotIgnored = 0;
  /// 1 if what is known of the processor came from the program that executed
  /// this one (RunOptions::HasInherited).
  uint64_t Inherited = 0;
  /// Places in baseline code that call the evaluator of a primitive.
  uint32_t Fallbacks[NumOps] = {};

  /// The report, as lines of text or one JSON object.
  std::string text() const;
  std::string json() const;
};

/// A clock for translation times, in nanoseconds.
uint64_t monotonicNanos();

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_STATS_H
