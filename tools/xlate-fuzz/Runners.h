//===- Runners.h - Ways to run a batch --------------------------*- C++ -*-===//
#ifndef XLATE_FUZZ_RUNNERS_H
#define XLATE_FUZZ_RUNNERS_H

#include "Batch.h"
#include <string>

namespace xlate::fuzz {

/// Run the batch as an executable under Command (words separated by spaces; the
/// program's path is appended). Keep, if set, is where the executable stays.
bool runCommand(const std::string &Command, const Batch &B, Outcome &O,
                const std::string &Keep);

/// Run the batch in this process with the interpreter.
bool runInterpreter(const Batch &B, Outcome &O);

} // namespace xlate::fuzz

#endif // XLATE_FUZZ_RUNNERS_H
