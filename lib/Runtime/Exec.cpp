//===- Exec.cpp - Programs that a guest executes --------------------------===//
//
// What to execute is decided here, by the file's kind, so that it works without
// binfmt_misc:
//   arm64 ELF   xlate-run starts itself again, by descriptor
//   script      its interpreter, looked up as the guest sees it
//   all else    the host kernel decides: x86-64 programs, binfmt_misc, errors.
//               It would run without the guest's seccomp filters: where there
//               are any, other programs can't be executed, as on arm64
// Every error is found before the point of no return, as in the kernel.
//
// xlate-run hands itself settings and the program by its command line,
//   xlate-run --exec-fds=PROGRAM,SELF [--exec-cpu=FACTS] --exec-fn=PATH
//   [OPTION]... -- PATH ARGV...
// of which the guest sees ARGV only. The environment is the guest's, untouched;
// xlate-run reads no variable of it in that case.
//
// A set-user-ID bit of an arm64 program has no effect: the kernel honours those
// of xlate-run's own file only. With binfmt_misc's C flag it does for programs
// that are not executed by a guest.
//
//===----------------------------------------------------------------------===//
#include "xlate/Runtime/Exec.h"
#include "xlate/Syscall/SafeCopy.h"
#include "xlate/Syscall/Syscall.h"
#include <climits>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace xlate::runtime {

using image::FileKind;

/// More pointers than this are too many for any stack limit: the kernel allows
/// arguments and environment 6 MiB.
static constexpr size_t MaxPointers = (6 << 20) / sizeof(char *);

namespace {
/// Memory that execve needs until the kernel has taken over. Per thread and
/// reused: the child of a vfork, whose memory is its parent's, can't free it.
struct Scratch {
  std::string Path;
  std::vector<char *> GuestArgv, Argv, Envp;
  std::vector<std::string> Strings;
};
} // namespace

static Scratch &scratch() {
  static thread_local Scratch S;
  return S;
}

void initExec(RunOptions &Options) {
  if (Options.SelfFd < 0)
    Options.SelfFd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
  if (Options.SelfFd < 0)
    if (auto *Name = reinterpret_cast<const char *>(getauxval(AT_EXECFN)))
      Options.SelfFd = open(Name, O_PATH | O_CLOEXEC);
  if (Options.SelfFd >= 0)
    Options.SelfFd = sys::protectFd(Options.SelfFd);
}

/// Copy a null-terminated array of guest pointers. 0 or -errno.
static int64_t copyPointers(std::vector<char *> &Out, char *const *Array) {
  Out.clear();
  if (!Array)
    return 0;
  for (;; ++Array) {
    char *P;
    if (!sys::copyFrom(P, reinterpret_cast<uint64_t>(Array)))
      return -EFAULT;
    if (!P)
      return 0;
    if (Out.size() == MaxPointers)
      return -E2BIG;
    Out.push_back(P);
  }
}

/// The kernel's execveat; returns only on failure, or to be restarted: a signal
/// that we have caught already would be lost with this program.
static int64_t hostExec(int DirFd, const char *Path, Scratch &S, int Flags) {
  return xlate_safe_syscall(SYS_execveat, static_cast<uint64_t>(DirFd),
                            reinterpret_cast<uint64_t>(Path),
                            reinterpret_cast<uint64_t>(S.Argv.data()),
                            reinterpret_cast<uint64_t>(S.Envp.data()),
                            static_cast<uint64_t>(Flags), 0);
}

/// S.Argv = Front, then the guest's arguments from First on.
static void buildArgv(Scratch &S, size_t First) {
  S.Argv.clear();
  for (std::string &A : S.Strings)
    S.Argv.push_back(A.data());
  for (size_t I = First; I < S.GuestArgv.size(); ++I)
    S.Argv.push_back(S.GuestArgv[I]);
  S.Argv.push_back(nullptr);
}

static void setCloseOnExec(int Fd, bool On) {
  fcntl(Fd, F_SETFD, On ? FD_CLOEXEC : 0);
}

/// Start ourselves again for an arm64 program.
static int64_t execArm64(const RunOptions &Options, HandedOver &State,
                         ProgramFile &F, Scratch &S) {
  if (Expected<ProgramHeaders> Headers = readProgram(F.Fd.get()); !Headers)
    return -Headers.error().Errno;
  if (Options.SelfFd < 0)
    return -ENOEXEC;
  std::vector<std::string> ArgPrefix = std::move(F.ArgPrefix);
  const int Fd = F.Fd.release();
  S.Strings = {"xlate-run", "--exec-fds=" + std::to_string(Fd) + "," +
                                std::to_string(Options.SelfFd)};
  if (!Options.ProcessorFacts.empty())
    S.Strings.push_back("--exec-cpu=" + Options.ProcessorFacts);
  S.Strings.push_back("--exec-fn=" + F.ExecFn);
  if (std::string Limits = sys::ownLimits(); !Limits.empty())
    S.Strings.push_back("--exec-limits=" + Limits);
  if (!State.Traced.empty())
    S.Strings.push_back("--exec-traced=" + State.Traced);
  // One argument can't be longer than 128 KiB.
  constexpr size_t Part = 100000;
  for (size_t At = 0; At < State.Seccomp.size(); At += Part)
    S.Strings.push_back("--exec-seccomp=" + State.Seccomp.substr(At, Part));
  State = {}; // here and below: what a vfork child would leave behind
  RunOptions Now = Options;
  Now.Sysroot = sys::config().Sysroot; // not what it was if there was a chroot
  for (std::string &A : inheritedArguments(Now))
    S.Strings.push_back(std::move(A));
  S.Strings.push_back("--");
  S.Strings.push_back(F.Path);
  size_t First = 0;
  if (!ArgPrefix.empty()) {
    First = 1;
    for (std::string &A : ArgPrefix)
      S.Strings.push_back(std::move(A));
  } else if (S.GuestArgv.empty()) {
    S.Strings.push_back(""); // There is always an argv[0].
  }
  ArgPrefix = {};
  F = ProgramFile();
  buildArgv(S, First);
  setCloseOnExec(Fd, false);
  setCloseOnExec(Options.SelfFd, false);

  int64_t Result = hostExec(Options.SelfFd, "", S, AT_EMPTY_PATH);
  setCloseOnExec(Options.SelfFd, true);
  close(Fd);
  return Result;
}

int64_t execGuest(const RunOptions &Options, const LoadedProgram &Program,
                  HandedOver State, int DirFd, const char *Path,
                  char *const *Argv, char *const *Envp, int Flags) {
  if (Flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
    return -EINVAL;
  Scratch &S = scratch();
  if (int64_t E =
          sys::copyString(S.Path, reinterpret_cast<uint64_t>(Path), PATH_MAX))
    return E;
  // In the kernel a missing file goes before bad arguments.
  Expected<ProgramFile> F =
      findProgram(DirFd, S.Path.c_str(), Flags, Program.ExeFd);
  bool ForKernel = !F && F.error().Errno == ENOEXEC;
  if (!F && !ForKernel)
    return -F.error().Errno;
  if (int64_t E = copyPointers(S.GuestArgv, Argv))
    return E;
  if (int64_t E = copyPointers(S.Envp, Envp))
    return E;
  S.Envp.push_back(nullptr);

  if (F && F->Id.Kind == FileKind::Arm64)
    return execArm64(Options, State, *F, S);
  if (!State.Seccomp.empty())
    return -ENOEXEC;
  if (F && !F->ArgPrefix.empty() && !F->SameOnHost) {
    S.Strings = std::move(F->ArgPrefix);
    S.Path = F->HostPath;
    buildArgv(S, 1);
    F = systemError(0); // Releases what a vfork child would leave behind.
    return hostExec(AT_FDCWD, S.Path.c_str(), S, 0);
  }
  S.Strings.clear();
  buildArgv(S, 0);
  F = systemError(0);
  std::string Storage;
  S.Path = sys::resolvePath(S.Path.c_str(), Storage);
  Storage = std::string();
  return hostExec(DirFd, S.Path.c_str(), S, Flags);
}

} // namespace xlate::runtime
