//===- HostStack.h - Telling sanitizers of borrowed TLS ---------*- C++ -*-===//
#ifndef XLATE_LIB_RUNTIME_HOSTSTACK_H
#define XLATE_LIB_RUNTIME_HOSTSTACK_H

#include "xlate/Support/Sanitizers.h"
#include <cstddef>

#ifdef XLATE_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef XLATE_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace xlate::runtime {

/// A process that borrows TLS runs on a stack of its own. But what sanitizers
/// know of a thread is in TLS: AddressSanitizer the bounds of its stack,
/// ThreadSanitizer what has been called. To them, the borrower is a fiber.
class BorrowedStack {
public:
#if defined(XLATE_ASAN)
  /// In the borrower, first of all.
  void enter(const void *Bottom, size_t Size) {
    __sanitizer_start_switch_fiber(&Fake, Bottom, Size);
    __sanitizer_finish_switch_fiber(nullptr, &OldBottom, &OldSize);
  }
  /// In the owner of TLS, which was suspended.
  void leave() {
    if (!OldSize) // there was no borrower
      return;
    __sanitizer_start_switch_fiber(nullptr, OldBottom, OldSize);
    __sanitizer_finish_switch_fiber(Fake, nullptr, nullptr);
  }

private:
  void *Fake = nullptr;
  const void *OldBottom = nullptr;
  size_t OldSize = 0;
#elif defined(XLATE_TSAN)
  void enter(const void *, size_t) {
    Owner = __tsan_get_current_fiber();
    Borrower = __tsan_create_fiber(0);
    __tsan_switch_to_fiber(Borrower, 0);
  }
  void leave() {
    if (!Borrower)
      return;
    __tsan_switch_to_fiber(Owner, 0);
    __tsan_destroy_fiber(Borrower);
  }

private:
  void *Owner = nullptr, *Borrower = nullptr;
#else
  void enter(const void *, size_t) {}
  void leave() {}
#endif
};

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_HOSTSTACK_H
