//===- Fs.cpp - Files by name ---------------------------------------------===//
#include "Abi.h"
#include "Call.h"
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/mount.h>

namespace xlate::sys {

/// Opens the guest's own version of a /proc file, else returns -ENOENT.
static Result openVirtual(Call &C, uint64_t PathAddr, uint64_t GuestFlags) {
  char Head[6] = {};
  xlate_safe_copy(Head, toPtr(PathAddr), sizeof Head);
  std::string Path;
  if (std::memcmp(Head, "/proc/", 6) != 0 ||
      copyString(Path, PathAddr, PATH_MAX) < 0)
    return -ENOENT;
  ProcFile F = procFile(Path.c_str());
  if (F == ProcFile::None || F == ProcFile::Exe)
    return -ENOENT;
  return openProcFile(C.K, F, GuestFlags);
}

Last lastOf(uint64_t GuestFlags) {
  if ((GuestFlags & arm64::ONoFollow) ||
      (GuestFlags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
    return Last::NoFollow;
  return Last::Follow;
}

Result handle::openat(Call &C) {
  const uint64_t Flags = C.A[2];
  if (Result R = openVirtual(C, C.A[1], Flags); R != -ENOENT)
    return R;
  std::string Storage;
  return xlate_safe_syscall(SYS_openat, C.A[0],
                            redirect(C.K, C.A[1], lastOf(Flags), Storage),
                            swapOpenFlags(Flags), C.A[3], 0, 0);
}

bool readOpenHow(uint64_t Addr, uint64_t Size, open_how &How,
                 std::string &Bytes) {
  constexpr uint64_t PageSize = 4096;
  if (Size < sizeof How || Size > PageSize)
    return false;
  // Whatever a later kernel appends is passed on as it is.
  Bytes.resize(Size);
  if (!safeCopy(Bytes.data(), toPtr(Addr), Size))
    return false;
  std::memcpy(&How, Bytes.data(), sizeof How);
  open_how Host = How;
  Host.flags = swapOpenFlags(How.flags);
  std::memcpy(Bytes.data(), &Host, sizeof Host);
  return true;
}

Result handle::openat2(Call &C) {
  open_how How;
  std::string Bytes, Storage;
  if (!readOpenHow(C.A[2], C.A[3], How, Bytes))
    return hostPass(C);
  uint64_t Path = C.A[1];
  if (!How.resolve) {
    if (Result R = openVirtual(C, Path, How.flags); R != -ENOENT)
      return R;
    Path = redirect(C.K, Path, lastOf(How.flags), Storage);
  }
  return xlate_safe_syscall(SYS_openat2, C.A[0], Path, toAddr(Bytes.data()),
                            Bytes.size(), 0, 0);
}

Result handle::open_by_handle_at(Call &C) {
  C.A[2] = swapOpenFlags(C.A[2]);
  return hostPass(C);
}

static Result statResult(uint64_t Addr, const struct stat &St) {
  return copyTo(Addr, toArm64(St)) ? 0 : -EFAULT;
}

Result handle::newfstatat(Call &C) {
  PathArgs P(C);
  struct stat St;
  if (Result R = hostCall(SYS_newfstatat, C.A[0], C.A[1], toAddr(&St), C.A[3]))
    return R;
  return statResult(C.A[2], St);
}

Result handle::fstat(Call &C) {
  struct stat St;
  if (Result R = hostCall(SYS_fstat, C.A[0], toAddr(&St)))
    return R;
  return statResult(C.A[1], St);
}

/// Length of Text without the sysroot in front; moves it to the front.
static Result stripSysroot(char *Text, Result Len) {
  const std::string &Root = config().Sysroot;
  const size_t N = Root.size();
  if (!N || Len < static_cast<Result>(N) ||
      std::memcmp(Text, Root.data(), N) != 0)
    return Len;
  const size_t Rest = static_cast<size_t>(Len) - N;
  if (Rest && Text[N] != '/')
    return Len;
  std::memmove(Text, Text + N, Rest);
  if (Rest)
    return static_cast<Result>(Rest);
  Text[0] = '/';
  return 1;
}

Result handle::readlinkat(Call &C) {
  std::string Path;
  const bool IsProc =
      copyString(Path, C.A[1], PATH_MAX) == 0 && Path.rfind("/proc/", 0) == 0;
  if (!IsProc) {
    PathArgs P(C);
    return hostPass(C);
  }
  const int Size = static_cast<int>(C.A[3]);
  if (Size <= 0)
    return -EINVAL;
  char Buf[PATH_MAX];
  Result N;
  if (procFile(Path.c_str()) == ProcFile::Exe) {
    const std::string &Exe = C.K.exeGuestPath();
    N = static_cast<Result>(std::min(Exe.size(), sizeof Buf));
    std::memcpy(Buf, Exe.data(), static_cast<size_t>(N));
  } else {
    const std::string Exe = otherExe(Path.c_str());
    N = static_cast<Result>(std::min(Exe.size(), sizeof Buf));
    std::memcpy(Buf, Exe.data(), static_cast<size_t>(N));
    // cwd, root and fd links may lead into the sysroot.
    if (!N)
      N = hostCall(SYS_readlinkat, C.A[0], C.A[1], toAddr(Buf), sizeof Buf);
    if (N < 0)
      return N;
    N = stripSysroot(Buf, N);
  }
  N = std::min<Result>(N, Size);
  return safeCopy(toPtr(C.A[2]), Buf, static_cast<size_t>(N)) ? N : -EFAULT;
}

Result handle::getcwd(Call &C) {
  if (config().Sysroot.empty())
    return hostPass(C);
  char Buf[PATH_MAX];
  Result N = hostCall(SYS_getcwd, toAddr(Buf), sizeof Buf);
  if (N < 0)
    return N;
  N = stripSysroot(Buf, N - 1);
  Buf[N++] = 0;
  if (static_cast<uint64_t>(N) > C.A[1])
    return -ERANGE;
  return safeCopy(toPtr(C.A[0]), Buf, static_cast<size_t>(N)) ? N : -EFAULT;
}

/// The host directory that a path argument names, nothing if there's none.
static std::optional<std::string> realDirectory(uint64_t Addr) {
  std::string Path;
  char Real[PATH_MAX];
  if (copyString(Path, Addr, PATH_MAX) != 0 || !realpath(Path.c_str(), Real))
    return std::nullopt;
  return Real;
}

/// How mounts propagate is a matter of mounts: a sysroot is in most cases part
/// of the root's.
static bool changesPropagationOfRoot(const Call &C) {
  constexpr uint64_t Kinds = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;
  std::string Target;
  return C.A[3] & Kinds && copyString(Target, C.A[1], PATH_MAX) >= 0 &&
         Target == "/";
}

Result handle::mount(Call &C) {
  if (changesPropagationOfRoot(C))
    return hostPass(C);
  PathArgs P(C);
  return hostPass(C);
}

Result handle::chroot(Call &C) {
  PathArgs P(C);
  const auto Root = realDirectory(C.A[0]);
  const Result R = hostPass(C);
  if (R == 0 && Root)
    moveSysroot(*Root);
  return R;
}

Result handle::pivot_root(Call &C) {
  PathArgs P(C);
  const auto Root = realDirectory(C.A[0]), Put = realDirectory(C.A[1]);
  const Result R = hostPass(C);
  if (R == 0 && Root)
    moveSysroot(*Root, Put && Put->starts_with(*Root + '/')
                           ? Put->substr(Root->size())
                           : "");
  return R;
}

Result handle::fanotify_init(Call &C) {
  C.A[1] = swapOpenFlags(C.A[1]);
  return hostPass(C);
}

Result handle::mq_open(Call &C) {
  C.A[1] = swapOpenFlags(C.A[1]);
  return hostPass(C);
}

} // namespace xlate::sys
