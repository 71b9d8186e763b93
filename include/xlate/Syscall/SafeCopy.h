//===- SafeCopy.h - Access to guest memory that may not be there -*- C++
//-*-===//
//
// Guest addresses are host addresses, so guest memory is read and written with
// plain copies; a bad pointer raises SIGSEGV or SIGBUS in one known piece of
// code, and the host signal handler makes that copy return early.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_SYSCALL_SAFECOPY_H
#define XLATE_SYSCALL_SAFECOPY_H

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" {
/// Copy N bytes; the result is the number of bytes not copied.
size_t xlate_safe_copy(void *Dst, const void *Src, size_t N);
extern const char xlate_safe_copy_start[], xlate_safe_copy_end[],
    xlate_safe_copy_bytes[], xlate_safe_copy_fault[];
}

namespace xlate::sys {

/// Copy N bytes between guest and host memory. False if part of either isn't
/// accessible; then some of the bytes may have been copied.
inline bool safeCopy(void *Dst, const void *Src, size_t N) {
  return xlate_safe_copy(Dst, Src, N) == 0;
}

/// For the host handler of SIGSEGV and SIGBUS: if the fault lies in a safe
/// copy, let Context (ucontext_t) resume behind it and return true.
bool fixSafeCopyFault(void *Context);

/// Read a T at guest address Addr.
template <typename T> bool copyFrom(T &Out, uint64_t Addr) {
  return safeCopy(static_cast<void *>(&Out),
                  reinterpret_cast<const void *>(Addr), sizeof(T));
}

/// Write a T to guest address Addr.
template <typename T> bool copyTo(uint64_t Addr, const T &In) {
  return safeCopy(reinterpret_cast<void *>(Addr), &In, sizeof(T));
}

/// Read the null-terminated string at Addr. 0, or -EFAULT, or -ENAMETOOLONG if
/// it has more than Max bytes (Out then holds the first Max).
int64_t copyString(std::string &Out, uint64_t Addr, size_t Max);

} // namespace xlate::sys

#endif // XLATE_SYSCALL_SAFECOPY_H
