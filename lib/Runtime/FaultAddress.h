//===- FaultAddress.h - Addresses that the host doesn't tell ----*- C++ -*-===//
#ifndef XLATE_LIB_RUNTIME_FAULTADDRESS_H
#define XLATE_LIB_RUNTIME_FAULTADDRESS_H

#include "xlate/Guest/CpuState.h"

namespace xlate::runtime {

/// The address outside of the host's address space that the instruction at S.Pc
/// accesses, as the kernel reports it; 0 if there is none. S has the exact
/// registers.
uint64_t nonCanonicalAddress(const CpuState &S);

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_FAULTADDRESS_H
