//===- Loader.cpp - Loading a guest program -------------------------------===//
#include "xlate/Runtime/Loader.h"
#include "xlate/Support/Files.h"
#include "xlate/Syscall/Syscall.h"
#include <algorithm>
#include <climits>
#include <cstdlib>
#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

namespace xlate::runtime {

/// Absolute name of an open file; where /proc does not tell, from the path that
/// it was opened by.
static std::string nameOfFd(int Fd, const std::string &Path) {
  char Name[PATH_MAX];
  ssize_t N = readlink(linkOfFd(Fd).c_str(), Name, sizeof Name);
  // The program of a standalone file is nameless: it goes by that file's name.
  if (N > 0 && std::string_view(Name, N).starts_with("/memfd:guest"))
    N = readlink("/proc/self/exe", Name, sizeof Name);
  if (N > 0 && N < static_cast<ssize_t>(sizeof Name))
    return std::string(Name, N);
  if (Path.starts_with("/") || !getcwd(Name, sizeof Name))
    return Path;
  std::string Dir = Name;
  return (Dir == "/" ? "" : Dir) + "/" +
         Path.substr(Path.starts_with("./") ? 2 : 0);
}

/// Path inside the sysroot as the guest sees it.
static std::string guestPath(const std::string &Host) {
  const std::string &Root = sys::config().Sysroot;
  return !Root.empty() && Host.starts_with(Root + "/")
             ? Host.substr(Root.size())
             : Host;
}

Expected<ProgramHeaders> readProgram(int Fd) {
  ProgramHeaders H;
  Expected<image::ElfImage> Exe = image::readElf(image::FdSource(Fd));
  if (!Exe)
    return Exe.error();
  H.Exe = std::move(*Exe);
  if (H.Exe.Interp.empty())
    return H;
  const std::string &Interp = H.Exe.Interp;
  H.InterpHostPath = hostPath(Interp);
  Expected<UniqueFd> File = image::openProgram(H.InterpHostPath.c_str());
  if (!File) {
    const Error &E = File.error();
    if (E.Errno == ENOENT || E.Errno == ENOTDIR)
      return Error{
          E.Errno,
          "needs the interpreter " + Interp +
              ", which does not exist: give the directory of an arm64 system "
              "with -L DIR or XLATE_SYSROOT"};
    return Error{E.Errno,
                 "its interpreter " + Interp + " cannot be used: " + E.Reason};
  }
  Expected<image::ElfImage> Image =
      image::readElf(image::FdSource(File->get()));
  if (!Image)
    return Error{ELIBBAD, "its interpreter " + Interp + " cannot be used: it " +
                              Image.error().Reason};
  H.Interp = std::move(*Image);
  H.InterpFd = std::move(*File);
  return H;
}

static Expected<ProgramFile> openInitial(const RunOptions &Options) {
  if (Options.ProgramFd < 0)
    return findProgram(AT_FDCWD, Options.Program.c_str(), FindFromCommandLine);
  ProgramFile F;
  F.Fd.reset(Options.ProgramFd);
  fcntl(Options.ProgramFd, F_SETFD, FD_CLOEXEC);
  F.Id = image::identify(image::FdSource(Options.ProgramFd));
  // binfmt_misc hands over scripts only if it was registered for them.
  F.Path = F.HostPath = Options.Program;
  return F;
}

static void extend(uint64_t &Lo, uint64_t &Hi, uint64_t SegmentLo,
                   uint64_t SegmentHi) {
  Lo = Hi ? std::min(Lo, SegmentLo) : SegmentLo;
  Hi = std::max(Hi, SegmentHi);
}

static void noteRanges(LoadedProgram &P, const image::ElfImage &Exe) {
  for (const image::Segment &S : Exe.Loads) {
    if (S.Flags & PF_X)
      extend(P.CodeLo, P.CodeHi, S.Vaddr + P.LoadBias,
             S.Vaddr + S.FileSize + P.LoadBias);
    if (S.Flags & PF_W)
      extend(P.DataLo, P.DataHi, S.Vaddr + P.LoadBias,
             S.Vaddr + S.FileSize + P.LoadBias);
  }
  // A program without data: an empty range at a valid address.
  if (!P.DataHi)
    P.DataLo = P.DataHi = P.CodeHi;
}

Expected<LoadedProgram> loadProgram(const RunOptions &Options,
                                    char *const *Argv, char *const *Envp,
                                    MapSink &Sink) {
  Expected<ProgramFile> File = openInitial(Options);
  if (!File)
    return File.error();
  std::string Blame; // Whose fault an error is when a script is involved.
  if (!File->ArgPrefix.empty())
    Blame = "its interpreter " + File->Path + " ";
  if (File->Id.Kind != image::FileKind::Arm64) {
    Error E = whyNotArm64(File->Id);
    return Error{E.Errno, Blame + E.Reason};
  }
  Expected<ProgramHeaders> Headers = readProgram(File->Fd.get());
  if (!Headers)
    return Error{Headers.error().Errno, Blame + Headers.error().Reason};

  LoadedProgram P;
  const image::ElfImage &Exe = Headers->Exe;
  P.ExeHostPath = nameOfFd(File->Fd.get(), File->HostPath);
  P.ExeGuestPath = guestPath(P.ExeHostPath);
  Expected<uint64_t> Bias =
      mapImage(File->Fd.get(), P.ExeHostPath, Exe, false, Sink);
  if (!Bias)
    return Bias.error();
  P.LoadBias = *Bias;
  P.Entry = Exe.Entry + *Bias;
  P.BrkStart = Exe.hi() + *Bias;
  noteRanges(P, Exe);
  if (!Headers->Interp.Loads.empty()) {
    const image::ElfImage &Interp = Headers->Interp;
    std::string Name =
        nameOfFd(Headers->InterpFd.get(), Headers->InterpHostPath);
    Expected<uint64_t> InterpBias =
        mapImage(Headers->InterpFd.get(), Name, Interp, true, Sink);
    if (!InterpBias)
      return Error{InterpBias.error().Errno, "its interpreter " + Exe.Interp +
                                                 ": " +
                                                 InterpBias.error().Reason};
    P.InterpBase = *InterpBias;
    P.Entry = Interp.Entry + *InterpBias;
  }
  if (Expected<bool> Done = mapVdso(P, Sink); !Done)
    return Done.error();

  // A script puts its interpreter in front of the arguments.
  std::vector<char *> Args;
  for (std::string &A : File->ArgPrefix)
    Args.push_back(A.data());
  if (!File->ArgPrefix.empty() && *Argv)
    ++Argv;
  while (*Argv)
    Args.push_back(*Argv++);
  // The kernel never starts a program without an argv[0].
  char Empty[] = "";
  if (Args.empty())
    Args.push_back(Empty);
  Args.push_back(nullptr);
  const std::string &ExecFn =
      Options.ExecFn.empty() ? Options.Program : Options.ExecFn;
  if (Expected<bool> Done = buildStack(P, Exe, ExecFn, Args.data(), Envp, Sink);
      !Done)
    return Done.error();
  P.ExeFd = sys::protectFd(File->Fd.release());
  P.ExeLink = "/proc/thread-self/fd/" + std::to_string(P.ExeFd);
  return P;
}

} // namespace xlate::runtime
