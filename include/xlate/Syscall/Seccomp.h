//===- Seccomp.h - System call filters of the guest -------------*- C++ -*-===//
//
// A guest's filters are for arm64's numbers and know nothing of what the
// runtime calls for itself, so they aren't the host's: dispatch() asks them,
// thread by thread, before each call. What they keep a program from doing by
// its system calls is what they would on arm64. They are no protection from a
// program that was written to get around the runtime, whose memory is in the
// guest's reach.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_SYSCALL_SECCOMP_H
#define XLATE_SYSCALL_SECCOMP_H

#include <atomic>
#include <string>

namespace xlate::sys {

/// A filter and all that were there before it. Never changed, and kept for the
/// rest of the process: threads and children share them.
struct SeccompFilter;

/// The modes of PR_GET_SECCOMP.
enum class SeccompMode { Off, Strict, Filter };

/// What a thread's system calls are checked against. Filters is changed by the
/// thread itself, or by another that synchronises all of them, under
/// Services::withThreads().
struct SeccompState {
  std::atomic<SeccompMode> Mode{SeccompMode::Off};
  std::atomic<const SeccompFilter *> Filters{nullptr};
  /// The thread is to set no_new_privs: it came with another thread's filter.
  std::atomic<bool> NoNewPrivs{false};

  SeccompState() = default;
  SeccompState &operator=(const SeccompState &From) {
    Mode = From.Mode.load();
    Filters = From.Filters.load();
    NoNewPrivs = From.NoNewPrivs.load();
    return *this;
  }
};

/// S's filters as text for the program that takes this one's place; empty if
/// there are none.
std::string seccompText(const SeccompState &S);
/// Take over what seccompText() gave. False: it isn't that.
bool adoptSeccomp(const std::string &Text, SeccompState &S);

} // namespace xlate::sys

#endif // XLATE_SYSCALL_SECCOMP_H
