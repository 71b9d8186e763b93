//===- IoUringEntries.h - Submission entries of io_uring --------*- C++ -*-===//
#ifndef XLATE_LIB_SYSCALL_IOURINGENTRIES_H
#define XLATE_LIB_SYSCALL_IOURINGENTRIES_H

#include "Call.h"
#include <deque>
#include <linux/io_uring.h>
#include <sys/epoll.h>

namespace xlate::sys {

/// The last operation that the guest has.
constexpr uint8_t LastRingOp = 57; // IORING_OP_LISTEN

/// Is the operation the same on the host whatever is in its entry?
bool needsNoConversion(uint8_t Op);

/// Entries in a form for the host, until they are taken.
class Submission {
public:
  explicit Submission(Call &C) : C(C) {}
  /// Put back what the guest had written.
  ~Submission() { restore(); }
  Submission(const Submission &) = delete;

  /// The entry at the guest address At is about to be taken.
  void convert(uint64_t At);
  bool changedAny() const { return !Changes.empty(); }
  void restore();

private:
  struct Operation;
  static const Operation Special[];
  static const Operation *find(uint8_t Op);
  friend bool needsNoConversion(uint8_t Op);

  void convert(io_uring_sqe &E);
  void openat2(io_uring_sqe &E);
  void epollCtl(io_uring_sqe &E);
  void madvise(io_uring_sqe &E);
  static void redirectXattrPath(Submission &S, io_uring_sqe &E);
  static void allowWritesToBuffer(Submission &S, io_uring_sqe &E);
  void allowWrites(uint64_t Iovecs, uint64_t N);
  uint64_t path(uint64_t Addr, Last Mode) {
    return redirect(C.K, Addr, Mode, Strings.emplace_back());
  }

  struct Change {
    uint64_t At;
    io_uring_sqe Guests, Hosts;
  };
  Call &C;
  std::vector<Change> Changes;
  // What the entries point to.
  std::deque<std::string> Strings;
  std::deque<epoll_event> Events;
};

} // namespace xlate::sys

#endif // XLATE_LIB_SYSCALL_IOURINGENTRIES_H
