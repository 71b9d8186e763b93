//===- Sanitizers.h - Which sanitizer this is built with --------*- C++ -*-===//
//
// XLATE_ASAN and XLATE_TSAN are defined under AddressSanitizer and
// ThreadSanitizer, whichever compiler it is.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_SUPPORT_SANITIZERS_H
#define XLATE_SUPPORT_SANITIZERS_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define XLATE_ASAN
#endif
#if __has_feature(thread_sanitizer)
#define XLATE_TSAN
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define XLATE_ASAN
#endif
#ifdef __SANITIZE_THREAD__
#define XLATE_TSAN
#endif

/// For functions of which a guest's fault may leave calls without a return:
/// ThreadSanitizer would note that each began, and run out of room for that.
#if defined(XLATE_TSAN) && defined(__clang__)
#define XLATE_MAY_BE_LEFT [[clang::disable_sanitizer_instrumentation]]
#else
#define XLATE_MAY_BE_LEFT
#endif

#endif // XLATE_SUPPORT_SANITIZERS_H
