//===- Strace.cpp - Log of system calls -----------------------------------===//
#include "Call.h"

namespace xlate::sys {

Result traceCall(Call &C) { return C.D.Handle(C); }

} // namespace xlate::sys
