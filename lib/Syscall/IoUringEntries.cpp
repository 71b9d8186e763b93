//===- IoUringEntries.cpp - Submission entries of io_uring ----------------===//
//
// What is in an entry is the same for both architectures, but for open flags,
// struct epoll_event, and paths that go through the sysroot. Some operations
// concern memory that the runtime keeps watch over.
//
//===----------------------------------------------------------------------===//
#include "IoUringEntries.h"
#include "Abi.h"
#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace xlate::sys {

/// No operation: the kernel completes it with EINVAL.
constexpr uint8_t NoOp = 0xff;
constexpr size_t SqeBytes = sizeof(io_uring_sqe);

//--- The operations that are special ------------------------------------------

struct Submission::Operation {
  enum Need : uint8_t {
    Never,       ///< The entry stays as it is.
    WithSysroot, ///< It holds paths.
    Always,
  };
  uint8_t Code;
  Need Converted;
  void (*Prepare)(Submission &S, io_uring_sqe &E);
};

static Last lastFor(uint64_t AtFlags) {
  return AtFlags & AT_SYMLINK_NOFOLLOW ? Last::NoFollow : Last::Follow;
}

static void hideRuntimeFd(int32_t &Fd) {
  if (isRuntimeFd(Fd))
    Fd = -1;
}

/// The file that a splice takes from, unless it is a registered one.
static void hideRuntimeSource(Submission &, io_uring_sqe &E) {
  if (!(E.splice_flags & SPLICE_F_FD_IN_FIXED))
    hideRuntimeFd(E.splice_fd_in);
}

const Submission::Operation Submission::Special[] = {
    {IORING_OP_READV, Operation::Never,
     [](Submission &S, io_uring_sqe &E) { S.allowWrites(E.addr, E.len); }},
    {IORING_OP_READ_FIXED, Operation::Never, allowWritesToBuffer},
    {IORING_OP_READ, Operation::Never, allowWritesToBuffer},
    {IORING_OP_RECV, Operation::Never, allowWritesToBuffer},
    {IORING_OP_RECVMSG, Operation::Never,
     [](Submission &S, io_uring_sqe &E) {
       msghdr M;
       if (copyFrom(M, E.addr))
         S.allowWrites(toAddr(M.msg_iov), M.msg_iovlen);
     }},
    {IORING_OP_SPLICE, Operation::Never, hideRuntimeSource},
    {IORING_OP_TEE, Operation::Never, hideRuntimeSource},
    {IORING_OP_OPENAT, Operation::Always,
     [](Submission &S, io_uring_sqe &E) {
       E.addr = S.path(E.addr, lastOf(E.open_flags));
       E.open_flags = static_cast<uint32_t>(swapOpenFlags(E.open_flags));
     }},
    {IORING_OP_OPENAT2, Operation::Always,
     [](Submission &S, io_uring_sqe &E) { S.openat2(E); }},
    {IORING_OP_EPOLL_CTL, Operation::Always,
     [](Submission &S, io_uring_sqe &E) { S.epollCtl(E); }},
    {IORING_OP_MADVISE, Operation::Always,
     [](Submission &S, io_uring_sqe &E) { S.madvise(E); }},
    {IORING_OP_STATX, Operation::WithSysroot,
     [](Submission &S, io_uring_sqe &E) {
       E.addr = S.path(E.addr, lastFor(E.statx_flags));
     }},
    {IORING_OP_UNLINKAT, Operation::WithSysroot,
     [](Submission &S, io_uring_sqe &E) {
       E.addr = S.path(E.addr, Last::NoFollow);
     }},
    {IORING_OP_MKDIRAT, Operation::WithSysroot,
     [](Submission &S, io_uring_sqe &E) {
       E.addr = S.path(E.addr, Last::Create);
     }},
    {IORING_OP_SYMLINKAT, Operation::WithSysroot,
     [](Submission &S, io_uring_sqe &E) {
       // addr is the contents of the link.
       E.addr2 = S.path(E.addr2, Last::Create);
     }},
    {IORING_OP_LINKAT, Operation::WithSysroot,
     [](Submission &S, io_uring_sqe &E) {
       E.addr = S.path(E.addr, E.hardlink_flags & AT_SYMLINK_FOLLOW
                                   ? Last::Follow
                                   : Last::NoFollow);
       E.addr2 = S.path(E.addr2, Last::Create);
     }},
    {IORING_OP_RENAMEAT, Operation::WithSysroot,
     [](Submission &S, io_uring_sqe &E) {
       E.addr = S.path(E.addr, Last::NoFollow);
       E.addr2 = S.path(E.addr2, Last::Create);
     }},
    {IORING_OP_SETXATTR, Operation::WithSysroot, redirectXattrPath},
    {IORING_OP_GETXATTR, Operation::WithSysroot, redirectXattrPath},
};

const Submission::Operation *Submission::find(uint8_t Op) {
  const auto *I =
      std::find_if(std::begin(Special), std::end(Special),
                   [=](const Operation &O) { return O.Code == Op; });
  return I == std::end(Special) ? nullptr : I;
}

bool needsNoConversion(uint8_t Op) {
  using Operation = Submission::Operation;
  if (Op > LastRingOp)
    return false;
  const Operation *O = Submission::find(Op);
  return !O || O->Converted == Operation::Never ||
         (O->Converted == Operation::WithSysroot && config().Sysroot.empty());
}

void Submission::redirectXattrPath(Submission &S, io_uring_sqe &E) {
  E.addr3 = S.path(E.addr3, Last::Follow);
}

/// What a read fills may be write-protected, since it is code, too.
void Submission::allowWritesToBuffer(Submission &S, io_uring_sqe &E) {
  S.C.K.allowKernelWrites(E.addr, E.addr + E.len);
}

void Submission::openat2(io_uring_sqe &E) {
  open_how How;
  std::string &Bytes = Strings.emplace_back();
  if (!readOpenHow(E.addr2, E.len, How, Bytes))
    return;
  if (!How.resolve)
    E.addr = path(E.addr, lastOf(How.flags));
  E.addr2 = toAddr(Bytes.data());
}

void Submission::epollCtl(io_uring_sqe &E) {
  if (isRuntimeFd(static_cast<int>(E.off)))
    E.off = ~uint64_t(0);
  Arm64EpollEvent G;
  if (E.len != EPOLL_CTL_DEL && copyFrom(G, E.addr))
    E.addr = toAddr(&Events.emplace_back(toHost(G)));
}

/// For the guest's memory only; where there are holes, none of it. The kernel
/// does it at some time after this, as it does what comes before in a chain:
/// whoever lets go of code like that has to synchronise with those who execute
/// it, and unmaps nothing before.
void Submission::madvise(io_uring_sqe &E) {
  // Linux 6.11 and later look at off first; older ones refuse it.
  const uint64_t Size = E.off ? E.off : E.len, End = E.addr + Size;
  constexpr uint32_t PopulateWrite = 23;
  if (C.K.isGuestMemory(E.addr, End) && C.K.mayDivide(E.addr, End)) {
    if (E.fadvise_advice == PopulateWrite)
      C.K.allowKernelWrites(E.addr, End);
    else
      C.K.memoryChanged(E.addr, End);
    return;
  }
  // Where nothing is ever mapped: ENOMEM, as for a range with holes.
  E.addr = (uint64_t(1) << 47) - 4096;
  E.off = 0;
  E.len = 4096;
}

void Submission::allowWrites(uint64_t Iovecs, uint64_t N) {
  iovec Iov;
  constexpr uint64_t MostIovecs = 1024;
  for (uint64_t I = 0; I != std::min(N, MostIovecs); ++I)
    if (copyFrom(Iov, Iovecs + I * sizeof Iov))
      C.K.allowKernelWrites(toAddr(Iov.iov_base),
                            toAddr(Iov.iov_base) + Iov.iov_len);
}

//--- Entries ------------------------------------------------------------------

/// To the byte: the kernel looks at unions whose use it alone knows.
static bool same(const io_uring_sqe &A, const io_uring_sqe &B) {
  const auto bytes = [](const io_uring_sqe &E) {
    return reinterpret_cast<const char *>(&E);
  };
  return std::equal(bytes(A), bytes(A) + SqeBytes, bytes(B));
}

void Submission::convert(uint64_t At) {
  for (const Change &Ch : Changes)
    if (Ch.At == At)
      return; // twice in the queue
  Change Ch;
  Ch.At = At;
  if (!copyFrom(Ch.Guests, At))
    return;
  Ch.Hosts = Ch.Guests;
  convert(Ch.Hosts);
  if (!same(Ch.Hosts, Ch.Guests) && copyTo(At, Ch.Hosts))
    Changes.push_back(Ch);
}

void Submission::restore() {
  for (const Change &Ch : Changes) {
    // Another thread may have got the entry by now.
    io_uring_sqe Now;
    if (copyFrom(Now, Ch.At) && same(Now, Ch.Hosts))
      (void)copyTo(Ch.At, Ch.Guests);
  }
  Changes.clear();
}

/// Is an entry's fd one? Else it is a number of something.
static bool hasDescriptor(uint8_t Op) {
  constexpr uint8_t OpWaitid = 50, OpFutexWaitv = 53;
  return Op != IORING_OP_PROVIDE_BUFFERS && Op != IORING_OP_REMOVE_BUFFERS &&
         Op != IORING_OP_SOCKET && (Op < OpWaitid || Op > OpFutexWaitv);
}

void Submission::convert(io_uring_sqe &E) {
  if (E.opcode > LastRingOp) {
    E.opcode = NoOp;
    return;
  }
  if (!(E.flags & IOSQE_FIXED_FILE) && hasDescriptor(E.opcode))
    hideRuntimeFd(E.fd);
  if (const Operation *O = find(E.opcode))
    O->Prepare(*this, E);
}

} // namespace xlate::sys
