//===- Command.cpp - What xlate-run was asked to do -----------------------===//
#include "Command.h"
#include "Standalone.h"
#include "xlate/Cache/CacheDir.h"
#include <charconv>
#include <climits>
#include <cstring>
#include <sys/auxv.h>
#include <unistd.h>

#ifndef AT_FLAGS_PRESERVE_ARGV0
#define AT_FLAGS_PRESERVE_ARGV0 1
#endif

namespace xlate {

static void removeVariable(std::vector<std::string> &Env,
                           const std::string &Name) {
  std::erase_if(
      Env, [&](const std::string &V) { return V.starts_with(Name + "="); });
}

/// The guest may change the directory.
static std::string absolute(const std::string &Path) {
  char Cwd[PATH_MAX];
  if (Path.empty() || Path[0] == '/' || !getcwd(Cwd, sizeof Cwd))
    return Path;
  return std::string(Cwd) + "/" + Path;
}

static runtime::Tier tierOf(const std::string &Name) {
  if (Name == "interp")
    return runtime::Tier::Interp;
  if (Name == "baseline")
    return runtime::Tier::Baseline;
  if (Name == "llvm")
    return runtime::Tier::Llvm;
  return runtime::Tier::Auto;
}

/// "PROGRAM,SELF" of --exec-fds.
static bool readExecFds(const std::string &Text, runtime::RunOptions &O) {
  const char *End = Text.data() + Text.size();
  auto First = std::from_chars(Text.data(), End, O.ProgramFd);
  if (First.ec != std::errc() || First.ptr == End || *First.ptr != ',')
    return false;
  auto Second = std::from_chars(First.ptr + 1, End, O.SelfFd);
  return Second.ec == std::errc() && Second.ptr == End && O.ProgramFd >= 0 &&
         O.SelfFd >= 0;
}

/// Apply one option. The result is what is wrong, empty = nothing.
static std::string apply(const OptionUse &Use, Command &C, std::string &Argv0) {
  runtime::RunOptions &O = C.Options;
  switch (static_cast<RunOption>(Use.Id)) {
  case RunOption::Sysroot:
    O.Sysroot = absolute(Use.Value);
    break;
  case RunOption::Argv0:
    Argv0 = Use.Value;
    break;
  case RunOption::SetEnv: {
    size_t Equals = Use.Value.find('=');
    if (Equals == 0 || Equals == Use.Value.npos)
      return "'" + Use.Value + "' is not VAR=VALUE";
    removeVariable(C.Env, Use.Value.substr(0, Equals));
    C.Env.push_back(Use.Value);
    break;
  }
  case RunOption::UnsetEnv:
    if (Use.Value.empty() || Use.Value.find('=') != Use.Value.npos)
      return "'" + Use.Value + "' is not the name of a variable";
    removeVariable(C.Env, Use.Value);
    break;
  case RunOption::Uname:
    // struct utsname has room for 64 characters.
    if (Use.Value.size() > 64)
      return "the kernel release is too long";
    O.UnameRelease = Use.Value;
    break;
  case RunOption::Strace:
    O.Strace = true;
    break;
  case RunOption::Tier:
    O.UseTier = tierOf(Use.Value);
    break;
  case RunOption::Stats:
    O.Stats = Use.Value == "json" ? runtime::StatsMode::Json
                                  : runtime::StatsMode::Text;
    break;
  case RunOption::PerfMap:
    O.PerfMap = true;
    break;
  case RunOption::CacheDir:
    O.CacheDir = absolute(Use.Value);
    break;
  case RunOption::CachePath:
    O.CachePath.clear();
    for (const std::string &Dir : cache::splitPath(Use.Value))
      O.CachePath += (O.CachePath.empty() ? "" : ":") + absolute(Dir);
    break;
  case RunOption::NoCache:
    O.CacheDir.clear();
    O.CachePath.clear();
    break;
  case RunOption::RecordProfile:
    O.RecordProfile = absolute(Use.Value);
    break;
  case RunOption::Background:
    O.Background = true;
    break;
  case RunOption::NoRecord:
    O.NoRecord = true;
    break;
  case RunOption::Explain:
    C.Action = CommandAction::Explain;
    C.Explain = Use.Value;
    break;
  case RunOption::Version:
    C.Action = CommandAction::Version;
    break;
  case RunOption::Help:
    C.Action = CommandAction::Help;
    break;
  case RunOption::ExecFds:
    if (!readExecFds(Use.Value, O))
      return "invalid value for --exec-fds";
    O.IsExec = true;
    break;
  case RunOption::ExecCpu:
    O.ProcessorFacts = Use.Value;
    break;
  case RunOption::ExecFn:
    O.ExecFn = Use.Value;
    break;
  case RunOption::ExecLimits:
    O.Limits = Use.Value;
    break;
  case RunOption::ExecSeccomp:
    O.Seccomp += Use.Value;
    break;
  case RunOption::ExecTraced:
    O.ExecTraced = Use.Value;
    break;
  }
  return "";
}

/// How binfmt_misc started us, if it did.
struct BinfmtStart {
  bool IsBinfmt = false;
  bool HasArgv0 = false; ///< Flag P: the program's argv[0] follows its path.
  int Fd = -1;           ///< Flag O: the program, open.
};

static BinfmtStart binfmtStart() {
  BinfmtStart B;
  errno = 0;
  unsigned long Fd = getauxval(AT_EXECFD);
  if (Fd || errno != ENOENT)
    B.Fd = static_cast<int>(Fd);
  B.HasArgv0 = getauxval(AT_FLAGS) & AT_FLAGS_PRESERVE_ARGV0;
  B.IsBinfmt = B.Fd >= 0 || B.HasArgv0;
  return B;
}

std::string readCommand(char *const *Argv, char *const *Envp, Command &C) {
  const bool Secure = getauxval(AT_SECURE);
  const BinfmtStart Binfmt = binfmtStart();
  // Only a command line that a user typed, or that we wrote, has options.
  char *const NoArgs[] = {nullptr};
  const bool IsExec =
      !Binfmt.IsBinfmt && Argv[0] && Argv[1] &&
      strncmp(Argv[1], "--exec-fds=", strlen("--exec-fds=")) == 0;
  const bool Inside = isStandalone() && !IsExec && Argv[0];
  Expected<ParsedCommand> Parsed =
      parseCommand(XlateRunTool, Binfmt.IsBinfmt || Inside ? NoArgs : Argv,
                   !IsExec && !Secure);
  if (!Parsed)
    return Parsed.error().Reason;
  for (; *Envp; ++Envp)
    C.Env.push_back(*Envp);
  std::string Argv0;
  if (!IsExec)
    C.Options.CachePath = cache::SystemCacheDir;
  if (!IsExec && !Secure)
    C.Options.CacheDir = absolute(cache::defaultCacheDir());
  bool HasArgv0 = Parsed->find(static_cast<int>(RunOption::Argv0));
  for (const OptionUse &Use : Parsed->Uses)
    if (std::string Problem = apply(Use, C, Argv0); !Problem.empty())
      return Problem;
  // A program with more rights than its user takes no code from the user, and
  // tells nothing. What it starts may be under the user's influence no longer:
  // like those of the dynamic linker, our variables end here.
  if (Secure) {
    std::erase_if(C.Env, [](const std::string &V) {
      return V.starts_with("XLATE_") || V.starts_with("QEMU_LD_PREFIX=");
    });
    C.Options.CacheOfRoot = C.Options.NoRecord = true;
    C.Options.RecordProfile.clear();
  }
  if (C.Action != CommandAction::Run && C.Action != CommandAction::Explain)
    return "";

  if (Inside) {
    if (const char *Problem = openStandalone(C.Options))
      return Problem;
    C.Options.ExecFn = Argv[0];
    while (*Argv)
      C.Args.push_back(*Argv++);
    if (HasArgv0)
      C.Args[0] = Argv0;
    return "";
  }
  char *const *Operands = Argv + (Binfmt.IsBinfmt ? 1 : Parsed->FirstOperand);
  if (!*Operands)
    return "no program given";
  C.Options.Program = *Operands++;
  C.Options.ProgramFd = Binfmt.IsBinfmt ? Binfmt.Fd : C.Options.ProgramFd;
  if (C.Options.ExecFn.empty())
    C.Options.ExecFn = C.Options.Program;
  if (!C.Options.IsExec && !(Binfmt.HasArgv0 && *Operands))
    C.Args.push_back(HasArgv0 ? Argv0 : C.Options.Program);
  while (*Operands)
    C.Args.push_back(*Operands++);
  return "";
}

} // namespace xlate
