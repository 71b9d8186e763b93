//===- Sanitizer.cpp - Options of sanitizers in sanitized builds ----------===//
//
// The guest owns the signals and its threads' alternate stacks, and the process
// ends without tidying up, so AddressSanitizer must leave all of that alone.
// Its limits are the guest's too: sanitizers allow no core files.
//
//===----------------------------------------------------------------------===//

#include "xlate/Support/Sanitizers.h"

#ifdef XLATE_ASAN
/// Asked by AddressSanitizer at start; ASAN_OPTIONS override it.
extern "C" __attribute__((visibility("default"), used)) const char *
__asan_default_options() {
  return "detect_leaks=0:use_sigaltstack=0:handle_segv=0:handle_sigbus=0:"
         "handle_sigill=0:handle_sigfpe=0:handle_abort=0:disable_coredump=0";
}
#endif

#ifdef XLATE_TSAN
/// The same of ThreadSanitizer, and TSAN_OPTIONS. The process ends by system
/// calls of its own, which would hide that there was a report. What is ignored
/// when the program starts stays so: no handlers. Its own thread begins with
/// the program: a tracer of the guest would take it for the guest's first.
extern "C" __attribute__((visibility("default"), used)) const char *
__tsan_default_options() {
  return "handle_segv=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:"
         "handle_abort=0:disable_coredump=0:halt_on_error=1:"
         "force_background_thread=1";
}
#endif
