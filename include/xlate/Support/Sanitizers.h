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

#endif // XLATE_SUPPORT_SANITIZERS_H
