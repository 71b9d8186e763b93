//===- Error.h - Recoverable errors -----------------------------*- C++ -*-===//
//
// A result-or-error type for the parts that include no LLVM header.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_SUPPORT_ERROR_H
#define XLATE_SUPPORT_ERROR_H

#include <cassert>
#include <cerrno>
#include <string>
#include <utility>
#include <variant>

namespace xlate {

/// Why an operation failed: an errno value for the guest and a reason, without
/// a file name in front or a full stop behind, for people.
struct Error {
  int Errno = 0;
  std::string Reason;

  /// Exit status of a program that could not start, as shells use it.
  int exitStatus() const { return Errno == ENOENT ? 127 : 126; }
};

/// Error whose reason is the system's text for Errno.
Error systemError(int Errno);

/// A T, or the reason why there is none.
template <typename T> class [[nodiscard]] Expected {
public:
  Expected(T Value) : Storage(std::move(Value)) {}
  Expected(Error E) : Storage(std::move(E)) {}

  explicit operator bool() const { return Storage.index() == 0; }
  T &operator*() { return *std::get_if<0>(&Storage); }
  const T &operator*() const { return *std::get_if<0>(&Storage); }
  T *operator->() { return std::get_if<0>(&Storage); }
  const T *operator->() const { return std::get_if<0>(&Storage); }

  const Error &error() const {
    assert(Storage.index() == 1 && "no error");
    return *std::get_if<1>(&Storage);
  }

private:
  std::variant<T, Error> Storage;
};

/// An owned file descriptor.
class UniqueFd {
public:
  explicit UniqueFd(int Fd = -1) : Fd(Fd) {}
  UniqueFd(UniqueFd &&Other) : Fd(Other.release()) {}
  UniqueFd &operator=(UniqueFd &&Other) {
    reset(Other.release());
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return Fd; }
  explicit operator bool() const { return Fd >= 0; }
  int release() { return std::exchange(Fd, -1); }
  void reset(int NewFd = -1);

private:
  int Fd;
};

} // namespace xlate

#endif // XLATE_SUPPORT_ERROR_H
