//===- ProgramFile.cpp - Which file executing a path runs -----------------===//
#include "xlate/Runtime/Loader.h"
#include "xlate/Support/Files.h"
#include "xlate/Syscall/Syscall.h"
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef AT_EACCESS
#define AT_EACCESS 0x200
#endif

namespace xlate::runtime {

using image::FileKind;

/// Scripts may name scripts as interpreters; the kernel follows that many.
static constexpr unsigned MaxScripts = 5;

std::string hostPath(const std::string &GuestPath) {
  std::string Out;
  return sys::resolvePath(GuestPath.c_str(), Out);
}

/// "/proc/self/exe" and its other names, which mean the guest's program.
static bool isOwnExe(const char *Path) {
  if (strncmp(Path, "/proc/", 6) != 0)
    return false;
  Path += 6;
  if (strcmp(Path, "self/exe") == 0 || strcmp(Path, "thread-self/exe") == 0)
    return true;
  return std::to_string(getpid()) + "/exe" == Path;
}

/// May the caller execute the open file? Also refuses noexec mounts.
static bool mayExecute(int Fd) {
#ifdef SYS_faccessat2
  if (syscall(SYS_faccessat2, Fd, "", X_OK, AT_EMPTY_PATH | AT_EACCESS) == 0)
    return true;
  if (errno == EACCES)
    return false;
#endif
  struct stat St;
  return fstat(Fd, &St) == 0 && (St.st_mode & 0111);
}

/// Open a file for reading, without the side effects that opening a device has.
static Expected<UniqueFd> openAt(int DirFd, const char *Path, int Flags) {
  struct stat St;
  if (fstatat(DirFd, Path, &St,
              Flags & (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
    return systemError(errno);
  if (S_ISLNK(St.st_mode))
    return systemError(ELOOP);
  if (S_ISDIR(St.st_mode))
    return Error{EACCES, "is a directory"};
  if (!S_ISREG(St.st_mode))
    return Error{EACCES, "is not a regular file"};
  constexpr int Mode = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  if (*Path) {
    UniqueFd Fd(openat(DirFd, Path,
                       Mode | (Flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0)));
    if (!Fd)
      return systemError(errno);
    return Fd;
  }
  // The descriptor may have been opened with O_PATH or for writing: open the
  // file anew; without /proc it has to do as it is.
  UniqueFd Fd(open(linkOfFd(DirFd).c_str(), Mode));
  if (!Fd && errno == ENOENT)
    Fd.reset(fcntl(DirFd, F_DUPFD_CLOEXEC, 3));
  if (!Fd)
    return systemError(errno);
  return Fd;
}

Expected<ProgramFile> findProgram(int DirFd, const char *Path, int Flags,
                                  int ExeFd) {
  const bool CheckExec = !(Flags & FindFromCommandLine);
  Flags &= ~FindFromCommandLine;
  if (!*Path && !(Flags & AT_EMPTY_PATH))
    return systemError(ENOENT);

  ProgramFile F;
  // The name that scripts and AT_EXECFN see.
  if (*Path == '/' || DirFd == AT_FDCWD)
    F.Path = Path;
  else
    F.Path = "/dev/fd/" + std::to_string(DirFd) + (*Path ? "/" : "") + Path;
  F.ExecFn = F.Path;

  std::string Storage;
  const char *HostPath = sys::resolvePath(Path, Storage);
  Expected<UniqueFd> Fd = ExeFd >= 0 && isOwnExe(Path)
                              ? openAt(ExeFd, "", AT_EMPTY_PATH)
                              : openAt(DirFd, HostPath, Flags);
  F.SameOnHost = HostPath == Path;
  for (unsigned Depth = 0;; ++Depth) {
    std::string Blame = Depth
                            ? "its interpreter " + F.Path + " cannot be used: "
                            : std::string();
    if (!Fd)
      return Error{Fd.error().Errno, Blame + Fd.error().Reason};
    if (CheckExec && !mayExecute(Fd->get()))
      return Error{EACCES, Blame + systemError(EACCES).Reason};
    F.Fd = std::move(*Fd);
    F.HostPath = HostPath;
    image::FdSource Source(F.Fd.get());
    F.Id = image::identify(Source);
    if (F.Id.Kind != FileKind::Script)
      return F;
    if (Depth == MaxScripts)
      return Error{ELOOP, "too many scripts that are interpreters of scripts"};
    Expected<image::ScriptLine> Line = image::readScriptLine(Source);
    if (!Line)
      return Error{Line.error().Errno, Blame + Line.error().Reason};
    // The interpreter opens the script by name: a name that exec closes is
    // no use.
    if (Depth == 0 && F.Path != Path && (fcntl(DirFd, F_GETFD) & FD_CLOEXEC))
      return systemError(ENOENT);

    std::vector<std::string> Prefix = {Line->Interp};
    if (Line->HasArg)
      Prefix.push_back(Line->Arg);
    Prefix.push_back(F.Path);
    for (size_t I = 1; I < F.ArgPrefix.size(); ++I)
      Prefix.push_back(std::move(F.ArgPrefix[I]));
    F.ArgPrefix = std::move(Prefix);
    F.Path = Line->Interp;
    HostPath = sys::resolvePath(F.Path.c_str(), Storage);
    F.SameOnHost &= HostPath == F.Path.c_str();
    Fd = openAt(AT_FDCWD, HostPath, 0);
  }
}

} // namespace xlate::runtime
