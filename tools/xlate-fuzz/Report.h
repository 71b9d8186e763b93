//===- Report.h - Showing differences ---------------------------*- C++ -*-===//
#ifndef XLATE_FUZZ_REPORT_H
#define XLATE_FUZZ_REPORT_H

#include "Batch.h"
#include <functional>

namespace xlate::fuzz {

/// Runs a batch both ways. False if either could not run.
using RunBoth =
    std::function<bool(const Batch &, Outcome &Expected, Outcome &Actual)>;

bool sameState(const State &A, const State &B);

/// Index of the first block whose results differ, or -1. The arena's difference
/// is not looked at.
long firstDifference(const Outcome &Expected, const Outcome &Actual,
                     size_t From = 0);

/// The instructions of block Index that are needed for it to differ on its own,
/// the others replaced by NOP. Empty if it does not differ alone.
std::vector<uint32_t> minimise(const Batch &B, size_t Index,
                               const RunBoth &Run);

/// Print the words, the registers they name and the differences.
void report(const std::vector<uint32_t> &Words, const State &In,
            const State &Expected, const State &Actual, uint64_t Start);

/// Print where the arenas differ.
void reportArena(const Outcome &Expected, const Outcome &Actual);

} // namespace xlate::fuzz

#endif // XLATE_FUZZ_REPORT_H
