//===- TracePlan.h - Which blocks a baseline unit is made of ----*- C++ -*-===//
//
// As at run time, a unit of the baseline tier is best a trace: it goes on where
// a branch isn't taken. What nothing else leads to is part of the one unit
// before it. What ran often in recorded runs is part of the traces through it
// too, even where other units jump to it and need a unit that begins there:
// more code, for the part of a program that is worth it.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_TOOLS_XLATE_AOT_TRACEPLAN_H
#define XLATE_TOOLS_XLATE_AOT_TRACEPLAN_H

#include "GuestText.h"
#include <functional>
#include <set>
#include <vector>

namespace xlate::aot {

/// A unit: from the block of that index up to the guest address End.
struct Trace {
  size_t Start;
  uint64_t End;
};

/// Traces in ascending order that cover all blocks. Each block that is needed,
/// and each that a trace falls into at its end, starts one. Traces don't run
/// into blocks that are InLlvm: the optimising tier's units. HasReference says
/// what those units jump to.
std::vector<Trace>
planTraces(const std::vector<uint64_t> &Pcs,
           const std::vector<const Entries::Info *> &Infos,
           const std::set<uint64_t> &InLlvm,
           const std::function<bool(uint64_t)> &HasReference);

} // namespace xlate::aot

#endif // XLATE_TOOLS_XLATE_AOT_TRACEPLAN_H
