//===- FastStart.h - Start without asking the processor again ---*- C++ -*-===//
#ifndef XLATE_RUN_FASTSTART_H
#define XLATE_RUN_FASTSTART_H

#include <string>

namespace xlate {

/// What this process's C library found out about the processor, as text for the
/// option --exec-cpu of an xlate-run that it executes; empty if there is no use
/// for it. It has to be the second argument there.
std::string processorFacts();

/// True if this process itself was started with them, so that nothing was
/// asked.
bool inheritedFacts();

} // namespace xlate

#endif // XLATE_RUN_FASTSTART_H
