//===- main.cpp - xlate-aot: translate ahead of time ----------------------===//
#include "Batch.h"
#include "xlate/Cache/CacheDir.h"
#include "xlate/Support/Options.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <unistd.h>

using namespace xlate;

static constexpr int UsageError = 125;

namespace {
enum Option {
  CacheDir,
  CacheSize,
  Cpu,
  OptLevel,
  AllLlvm,
  Force,
  Rootfs,
  Jobs,
  Timeout,
  Ninja,
  Report,
  Emit,
  Output,
  Runtime,
  ProfileFile,
  NoRecorded,
  Function,
  Quiet,
  Version,
  Help
};
} // namespace

static constexpr OptionSpec Table[] = {
    {CacheDir, 0, "cache-dir", OptionKind::Value, "DIR", "XLATE_CACHE_DIR",
     "Put translations in DIR ($XDG_CACHE_HOME/xlate)"},
    {CacheSize, 0, "cache-size", OptionKind::Value, "MIB", "XLATE_CACHE_SIZE",
     "Afterwards, remove what was not used for longest until the cache is no "
     "larger (16384; 0: no limit)"},
    {Cpu, 0, "cpu", OptionKind::Value, "native|x86-64-v2|x86-64-v3|x86-64-v4",
     "", "Translate for these host processors (native)"},
    {OptLevel, 'O', "opt-level", OptionKind::Value, "0|1|2|3", "",
     "0: quick translation only; 1 to 3: loops go through LLVM too (default: "
     "what a profile says is hot does)"},
    {AllLlvm, 0, "all-llvm", OptionKind::Flag, "", "",
     "All functions go through LLVM, not only loops"},
    {Force, 'f', "force", OptionKind::Flag, "", "",
     "Translate files whose translation is up to date too"},
    {Rootfs, 0, "rootfs", OptionKind::Value, "DIR", "",
     "Translate every arm64 program and library below DIR"},
    {Jobs, 'j', "jobs", OptionKind::Value, "N", "",
     "Translate N files at a time (number of processors)"},
    {Timeout, 0, "timeout", OptionKind::Value, "SECONDS", "",
     "Give a file up after SECONDS (3600)"},
    {Ninja, 0, "emit-ninja", OptionKind::Value, "FILE", "",
     "Translate nothing, but write the plan to FILE, for ninja -f FILE"},
    {Report, 0, "report", OptionKind::Value, "FILE", "",
     "Write what was found and made as JSON to FILE"},
    {ProfileFile, 0, "profile", OptionKind::List, "FILE", "",
     "Use what xlate-run --record-profile noted in FILE, beside what is in the "
     "cache"},
    {NoRecorded, 0, "no-recorded", OptionKind::Flag, "", "",
     "Don't use the profiles in the cache"},
    {Function, 0, "function", OptionKind::List, "NAME", "",
     "With --emit of another form: this function only (or the one at 0x...)"},
    {Emit, 0, "emit", OptionKind::Value, "exe|image|llvm-ir|asm|obj", "",
     "With --output: what to write (exe: a program that runs by itself)"},
    {Output, 'o', "output", OptionKind::Value, "FILE", "",
     "Write the translation of the one program to FILE, not to the cache"},
    {Runtime, 0, "runtime", OptionKind::Value, "FILE", "",
     "The xlate-run that becomes part of such a program (the one beside "
     "xlate-aot)"},
    {Quiet, 'q', "quiet", OptionKind::Flag, "", "", "Print problems only"},
    {Version, 0, "version", OptionKind::Flag, "", "",
     "Print the version and exit"},
    {Help, 'h', "help", OptionKind::Flag, "", "", "Print this help and exit"},
};

static const ToolSpec Tool = {
    "xlate-aot", "FILE... | cache ls|verify|gc [MIB]|pack DIR|path",
    "translate ARM64 Linux programs ahead of time", Table};

static int usage(const std::string &Problem) {
  std::fprintf(stderr,
               "xlate-aot: %s\nTry 'xlate-aot --help' for more information.\n",
               Problem.c_str());
  return UsageError;
}

/// A program in the folder that this one is in.
static std::string besideUs(const char *Name) {
  char Self[4096];
  const ssize_t N = readlink("/proc/self/exe", Self, sizeof Self);
  const std::string Path(Self, N > 0 ? static_cast<size_t>(N) : 0);
  return Path.substr(0, Path.rfind('/') + 1) + Name;
}

static std::string absolute(const std::string &Path) {
  return std::filesystem::absolute(Path).string();
}

/// Write a file; the result is an exit status.
static int writeText(const std::string &Path, const std::string &Text) {
  FILE *Out = std::fopen(Path.c_str(), "w");
  if (Out && std::fputs(Text.c_str(), Out) >= 0 && std::fclose(Out) == 0)
    return 0;
  std::perror(Path.c_str());
  return 1;
}

/// Options that decide what a translation is like.
static bool isPassedOn(Option O) {
  return O == Cpu || O == OptLevel || O == AllLlvm || O == ProfileFile ||
         O == NoRecorded || O == Force;
}

static unsigned number(const std::string &Text, unsigned Least) {
  char *End;
  const unsigned long V = std::strtoul(Text.c_str(), &End, 10);
  return *End || Text.empty() || V < Least || V > 1000000
             ? 0
             : static_cast<unsigned>(V);
}

/// Options may follow operands, as in "xlate-aot prog -o prog.x86".
static std::string readArguments(char **Argv, std::vector<OptionUse> &Uses,
                                 std::vector<char *> &Operands) {
  bool First = true;
  for (char **At = Argv;; First = false) {
    Expected<ParsedCommand> Parsed = parseCommand(Tool, At, First);
    if (!Parsed)
      return Parsed.error().Reason;
    Uses.insert(Uses.end(), Parsed->Uses.begin(), Parsed->Uses.end());
    At += Parsed->FirstOperand;
    const bool All = !std::strcmp(At[-1], "--") ||
                     (First && *At && !std::strcmp(*At, "cache"));
    if (!*At)
      break;
    Operands.push_back(*At);
    for (; All && At[1]; ++At)
      Operands.push_back(At[1]);
    if (All)
      break;
  }
  Operands.push_back(nullptr);
  return "";
}

int main(int, char **Argv) {
  std::vector<OptionUse> Uses;
  std::vector<char *> Rest;
  if (std::string Problem = readArguments(Argv, Uses, Rest); !Problem.empty())
    return usage(Problem);
  aot::Settings S;
  S.CacheDir = cache::defaultCacheDir();
  aot::BatchSettings B;
  B.Jobs = static_cast<unsigned>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  std::string OutputFile, ReportFile, NinjaFile;
  std::vector<std::string> Files;
  bool HaveRoot = false, HaveEmit = false;
  uint64_t CacheMiB = 16384;
  for (const OptionUse &Use : Uses) {
    switch (static_cast<Option>(Use.Id)) {
    case CacheDir:
      S.CacheDir = Use.Value;
      break;
    case CacheSize: {
      char *End;
      CacheMiB = std::strtoull(Use.Value.c_str(), &End, 10);
      if (*End || Use.Value.empty())
        return usage("invalid size");
      break;
    }
    case Cpu:
      S.Cpu = Use.Value;
      break;
    case OptLevel:
      S.OptLevel = Use.Value[0] - '0';
      break;
    case AllLlvm:
      S.AllLlvm = true;
      break;
    case Force:
      S.Force = true;
      break;
    case Rootfs:
      HaveRoot = true;
      for (std::string &F : aot::findPrograms(Use.Value))
        Files.push_back(std::move(F));
      break;
    case Jobs:
      if (!(B.Jobs = number(Use.Value, 1)))
        return usage("invalid number of jobs");
      break;
    case Timeout:
      if (!(B.TimeoutSeconds = number(Use.Value, 1)))
        return usage("invalid time");
      break;
    case Ninja:
      NinjaFile = Use.Value;
      break;
    case Report:
      ReportFile = Use.Value;
      break;
    case Emit:
      S.Emit = Use.Value;
      HaveEmit = true;
      break;
    case Runtime:
      S.Runtime = Use.Value;
      break;
    case Output:
      OutputFile = Use.Value;
      break;
    case ProfileFile: {
      auto Set = std::make_shared<cache::ProfileSet>();
      if (S.Profiles)
        *Set = *S.Profiles;
      if (Expected<bool> Read = cache::readProfileFile(Use.Value, *Set); !Read)
        return usage(Use.Value + ": " + Read.error().Reason);
      S.Profiles = std::move(Set);
      break;
    }
    case NoRecorded:
      S.UseRecorded = false;
      break;
    case Function:
      S.Functions.push_back(Use.Value);
      break;
    case Quiet:
      B.Quiet = true;
      break;
    case Version:
      std::puts("xlate-aot " XLATE_VERSION);
      return 0;
    case Help:
      std::fputs(helpText(Tool).c_str(), stdout);
      return 0;
    }
  }
  char **Operands = Rest.data();
  if (*Operands && !std::strcmp(*Operands, "cache"))
    return aot::cacheCommand(S.CacheDir, Operands + 1);
  while (*Operands)
    Files.push_back(*Operands++);
  if (Files.empty() && !HaveRoot)
    return usage("no file given");
  if (OutputFile.empty() && S.CacheDir.empty())
    return usage("no cache directory: give --cache-dir");
  if (!OutputFile.empty() && Files.size() != 1)
    return usage("--output needs one file");
  if (OutputFile.empty() && S.Emit != "image")
    return usage("--emit needs --output");
  if (!OutputFile.empty() && !HaveEmit)
    S.Emit = "exe";
  if (S.Runtime.empty())
    S.Runtime = besideUs("xlate-run");

  if (!NinjaFile.empty()) {
    for (std::string &F : Files)
      F = absolute(F);
    S.CacheDir = absolute(S.CacheDir);
    std::vector<std::string> Options = {"--cache-dir=" + S.CacheDir,
                                        "--cache-size=0", "--jobs=1"};
    for (const OptionUse &Use : Uses)
      for (const OptionSpec &O : Table)
        if (O.Id == Use.Id && isPassedOn(static_cast<Option>(O.Id)))
          Options.push_back(
              "--" + std::string(O.Long) +
              (O.Kind == OptionKind::Flag
                   ? ""
                   : "=" + (O.Id == ProfileFile ? absolute(Use.Value)
                                                : Use.Value)));
    return writeText(NinjaFile,
                     aot::ninjaPlan(Files, besideUs("xlate-aot"), Options, S));
  }

  std::vector<aot::FileReport> Reports;
  if (OutputFile.empty())
    Reports = aot::translateAll(Files, S, B);
  else
    Reports.push_back(aot::translateFile(Files[0], OutputFile, S));
  int Status = 0;
  for (const aot::FileReport &R : Reports) {
    // In a tree there are files that can't be translated; named ones should be.
    const bool Bad =
        R.Status == "failed" || (R.Status == "skipped" && !HaveRoot);
    if (Bad && (B.Quiet || !OutputFile.empty()))
      std::fprintf(stderr, "xlate-aot: %s: %s\n", R.Path.c_str(),
                   R.Reason.c_str());
    Status |= Bad;
  }
  if (OutputFile.empty())
    aot::limitCache(S.CacheDir, CacheMiB << 20);
  if (!B.Quiet && Reports.size() > 1)
    std::fputs(aot::summary(Reports).c_str(), stdout);
  if (!ReportFile.empty())
    Status |= writeText(ReportFile, aot::reportJson(Reports));
  return Status;
}
