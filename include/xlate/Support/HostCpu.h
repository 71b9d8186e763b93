//===- HostCpu.h - What the host's processor can do -------------*- C++ -*-===//
//
// CPU_FEATURE_ACTIVE(NAME) of the C library, which has looked at start: CPUID
// takes several microseconds in a virtual machine.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_SUPPORT_HOSTCPU_H
#define XLATE_SUPPORT_HOSTCPU_H

// The header is written for C.
#define _Bool bool // NOLINT(bugprone-reserved-identifier)
#include <sys/platform/x86.h>
#undef _Bool

#endif // XLATE_SUPPORT_HOSTCPU_H
