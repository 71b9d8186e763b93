//===- Fd.cpp - Descriptors -----------------------------------------------===//
#include "Abi.h"
#include "Call.h"
#include <algorithm>
#include <charconv>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/userfaultfd.h>
#include <string_view>
#include <sys/ioctl.h>

namespace xlate::sys {

//--- dup, close_range -------------------------------------------------------

/// The call, of which the result is another descriptor of Fd's file.
static Result duplicate(Call &C, uint64_t Fd) {
  const Result R = hostPass(C);
  if (R >= 0)
    noteRingDuplicate(static_cast<int>(Fd), static_cast<int>(R));
  return R;
}

Result handle::dup(Call &C) { return duplicate(C, C.A[0]); }

Result handle::dup3(Call &C) { return duplicate(C, C.A[0]); }

Result handle::close_range(Call &C) {
  const uint32_t First = static_cast<uint32_t>(C.A[0]),
                 Last = static_cast<uint32_t>(C.A[1]);
  if (First > Last)
    return -EINVAL;
  int Ours[MaxRuntimeFds];
  const int N = listRuntimeFds(Ours);
  uint64_t Lo = First;
  for (int I = 0; I <= N; ++I) {
    const uint64_t Hi = I == N ? uint64_t(Last) + 1 : uint64_t(Ours[I]);
    if (Hi < Lo)
      continue;
    if (Lo < Hi)
      if (Result R = hostCall(SYS_close_range, Lo,
                              std::min<uint64_t>(Hi - 1, Last), C.A[2]))
        return R;
    Lo = Hi + 1;
  }
  return 0;
}

//--- getdents64 ---------------------------------------------------------------

/// Is Fd a directory of descriptors of this process?
static bool listsDescriptors(uint64_t Fd) {
  const std::string Link =
      "/proc/self/fd/" + std::to_string(static_cast<int>(Fd));
  const std::string Own = "/proc/" + std::to_string(hostCall(SYS_getpid)) + '/';
  char Buf[64];
  Result N =
      hostCall(SYS_readlink, toAddr(Link.c_str()), toAddr(Buf), sizeof Buf);
  if (N <= 0)
    return false;
  const std::string_view Path(Buf, static_cast<size_t>(N));
  return Path.substr(0, Own.size()) == Own &&
         (Path.ends_with("/fd") || Path.ends_with("/fdinfo"));
}

/// Drop the entries of /proc/self/fd that are the runtime's from the Len bytes
/// at Addr.
static Result hideEntries(uint64_t Fd, uint64_t Addr, Result Len) {
  constexpr size_t NameAt = offsetof(dirent64, d_name);
  struct {
    char Head[NameAt];
    char Name[12];
  } E;
  int Known = -1; // not asked yet whether this is such a directory
  for (Result At = 0; At < Len;) {
    uint16_t Size;
    if (!copyFrom(Size, Addr + At + offsetof(dirent64, d_reclen)) ||
        Size < NameAt + 1)
      return Len;
    std::memset(&E, 0, sizeof E);
    if (!safeCopy(&E, toPtr(Addr + At), std::min<size_t>(Size, sizeof E - 1)))
      return Len;
    int Number;
    const char *End = E.Name + std::strlen(E.Name);
    auto [Stop, Error] = std::from_chars(E.Name, End, Number);
    if (Error == std::errc() && Stop == End && isRuntimeFd(Number)) {
      if (Known < 0)
        Known = listsDescriptors(Fd);
      if (Known) {
        const uint64_t Next = Addr + At + Size;
        std::vector<char> Rest(static_cast<size_t>(Len - At) - Size);
        if (!safeCopy(Rest.data(), toPtr(Next), Rest.size()) ||
            !safeCopy(toPtr(Addr + At), Rest.data(), Rest.size()))
          return Len;
        Len -= Size;
        continue;
      }
    }
    At += Size;
  }
  return Len;
}

Result handle::getdents64(Call &C) {
  for (;;) {
    Result R = hostPass(C);
    if (R <= 0)
      return R;
    // Nothing left isn't the end of the directory.
    R = hideEntries(C.A[0], C.A[1], R);
    if (R)
      return R;
  }
}

//--- fcntl, pipe2, ioctl ------------------------------------------------------

Result handle::fcntl(Call &C) {
  switch (static_cast<int>(C.A[1])) {
  case F_GETFL: {
    Result R = hostPass(C);
    return R < 0 ? R
                 : static_cast<Result>(swapOpenFlags(static_cast<uint64_t>(R)));
  }
  case F_SETFL:
    C.A[2] = swapOpenFlags(C.A[2]);
    return hostPass(C);
  case F_DUPFD:
  case F_DUPFD_CLOEXEC:
    return duplicate(C, C.A[0]);
  case F_SETLKW:
  case F_OFD_SETLKW:
    return hostWait(C);
  default:
    return hostPass(C);
  }
}

Result handle::pipe2(Call &C) {
  C.A[1] = swapOpenFlags(C.A[1]);
  return hostPass(C);
}

Result handle::ioctl(Call &C) {
  const uint32_t Cmd = static_cast<uint32_t>(C.A[1]);
  constexpr uint32_t KvmType = 0xae;
  if (_IOC_TYPE(Cmd) == KvmType)
    return -ENOTTY; // virtual machines of the wrong kind
  if (Cmd == LOOP_SET_STATUS) {
    Arm64LoopInfo G;
    if (!copyFrom(G, C.A[2]))
      return -EFAULT;
    auto H = convertLoopInfo<HostLoopInfo>(G);
    return hostCall(SYS_ioctl, C.A[0], Cmd, toAddr(&H));
  }
  if (Cmd == LOOP_GET_STATUS) {
    HostLoopInfo H;
    if (Result R = hostCall(SYS_ioctl, C.A[0], Cmd, toAddr(&H)))
      return R;
    return copyTo(C.A[2], convertLoopInfo<Arm64LoopInfo>(H)) ? 0 : -EFAULT;
  }
  if (uffdio_range Range; Cmd == UFFDIO_REGISTER && copyFrom(Range, C.A[2]) &&
                          !C.K.mayDivide(Range.start, Range.start + Range.len))
    return -ENOMEM;
  return hostWait(C);
}

} // namespace xlate::sys
