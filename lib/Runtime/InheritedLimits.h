//===- InheritedLimits.h - Limits of memory from outside --------*- C++ -*-===//
//
// RLIMIT_AS and RLIMIT_DATA of who started xlate-run bound guest and runtime
// together. What the guest sets itself is another matter: see GuestLimits.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_RUNTIME_INHERITEDLIMITS_H
#define XLATE_LIB_RUNTIME_INHERITEDLIMITS_H

#include "xlate/Syscall/Syscall.h"

namespace xlate::runtime {

/// The lower of both; ~0 = there is none.
uint64_t inheritedLimit();

/// Bytes of address space to set aside: as many as wanted where there is no
/// limit, else at most an eighth of that.
uint64_t inProportion(uint64_t Wanted);

/// What is left for the guest of both, when all that is mapped by now is the
/// runtime's.
sys::MemoryLimits leftForGuest();

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_INHERITEDLIMITS_H
