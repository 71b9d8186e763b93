//===- Flow.h - Data flow over the locations of a region --------*- C++ -*-===//
#ifndef XLATE_LIB_LIFTER_FLOW_H
#define XLATE_LIB_LIFTER_FLOW_H

#include "xlate/Lifter/Region.h"

namespace xlate::lift {

/// Fill in the sets of R's blocks and R.EntryLoads.
void analyzeFlow(Region &R);

} // namespace xlate::lift

#endif // XLATE_LIB_LIFTER_FLOW_H
