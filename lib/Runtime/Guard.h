//===- Guard.h - Calling C++ that may raise a guest fault -------*- C++ -*-===//
#ifndef XLATE_LIB_RUNTIME_GUARD_H
#define XLATE_LIB_RUNTIME_GUARD_H

#include "xlate/Guest/CpuState.h"
#include "xlate/Support/Sanitizers.h"
#include <cstddef>

extern "C" {
/// Fn(S, Arg) such that a guest fault inside it returns from this call.
void xlate_guarded_call(xlate::CpuState *S,
                        void (*Fn)(xlate::CpuState *, void *), void *Arg);
/// Where a guest fault resumes: returns from the innermost xlate_guarded_call
/// or xlate_enter.
[[noreturn]] void xlate_unwind();
/// Go on where Uc, the ucontext of a host signal frame, was taken: in code that
/// xlate_enter() entered. Returns as that does.
void xlate_resume(xlate::CpuState *S, const void *Uc);
/// SA_RESTORER of the runtime's handlers.
void xlate_sigreturn();
#ifdef XLATE_ASAN
void __asan_unpoison_memory_region(const volatile void *, size_t);
#endif
}

namespace xlate::runtime {

/// For AddressSanitizer: frames below the caller's that xlate_unwind skipped
/// have left their marks on the stack.
#ifdef XLATE_ASAN
[[gnu::noinline]] inline void forgetSkippedFrames() {
  constexpr size_t Deepest = 256 << 10;
  const auto *Here = static_cast<const char *>(__builtin_frame_address(0));
  __asan_unpoison_memory_region(Here - Deepest, Deepest);
}
#else
inline void forgetSkippedFrames() {}
#endif

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_GUARD_H
