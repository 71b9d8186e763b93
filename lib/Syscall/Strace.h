//===- Strace.h - Text of system calls --------------------------*- C++ -*-===//
#ifndef XLATE_LIB_SYSCALL_STRACE_H
#define XLATE_LIB_SYSCALL_STRACE_H

#include "Call.h"
#include <cstdint>

namespace xlate::sys {

/// Arguments of a call, comma-separated. Result: of the call, for what the
/// kernel has written; Entry means that it hasn't been made yet.
constexpr Result Entry = INT64_MIN;
std::string formatArgs(const Desc &D, const uint64_t *A, Result R);

/// " = 3" or " = -1 errno=2 (No such file or directory)".
std::string formatResult(const Desc &D, Result R);

} // namespace xlate::sys

#endif // XLATE_LIB_SYSCALL_STRACE_H
