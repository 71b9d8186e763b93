//===- Helpers.h - The functions behind stateHelper -------------*- C++ -*-===//
#ifndef XLATE_LIB_OPS_HELPERS_H
#define XLATE_LIB_OPS_HELPERS_H

#include "xlate/Ops/Uop.h"

namespace xlate::helper {

void mopsCopy(CpuState &S, uint32_t Word);
void mopsSet(CpuState &S, uint32_t Word);
void vdsoClock(CpuState &S, VdsoSvc Which);

} // namespace xlate::helper

#endif // XLATE_LIB_OPS_HELPERS_H
