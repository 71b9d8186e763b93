//===- main.cpp - xlate-aot: translate ahead of time ----------------------===//
#include "Batch.h"
#include "Options.h"
#include "xlate/Cache/CacheDir.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <unistd.h>

using namespace xlate;
using namespace xlate::aot;

static constexpr int UsageError = 125;

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

/// Write all of a file or leave none; the result is an exit status.
static int writeText(const std::string &Path, const std::string &Text) {
  FILE *Out = std::fopen(Path.c_str(), "w");
  bool Good = Out && std::fputs(Text.c_str(), Out) >= 0;
  if (Out)
    Good &= std::fclose(Out) == 0;
  if (Good)
    return 0;
  std::fprintf(stderr, "xlate-aot: %s: %s\n", Path.c_str(),
               systemError(errno).Reason.c_str());
  std::error_code Ec;
  if (Out && std::filesystem::is_regular_file(Path, Ec))
    std::filesystem::remove(Path, Ec);
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
    const bool All = !std::strcmp(At[-1], "--");
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
    case Rootfs: {
      HaveRoot = true;
      Expected<std::vector<std::string>> Found = aot::findPrograms(Use.Value);
      if (!Found) {
        std::fprintf(stderr, "xlate-aot: %s: %s\n", Use.Value.c_str(),
                     Found.error().Reason.c_str());
        return 1;
      }
      Files.insert(Files.end(), Found->begin(), Found->end());
      break;
    }
    case Jobs:
      B.Jobs = number(Use.Value, 1);
      if (!B.Jobs)
        return usage("invalid number of jobs");
      break;
    case Timeout:
      B.TimeoutSeconds = number(Use.Value, 1);
      if (!B.TimeoutSeconds)
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
      OutputFile = Use.Value == "-" ? "/dev/stdout" : Use.Value;
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
    aot::limitCache(S.CacheDir, CacheMiB << 20, B.Quiet);
  if (!B.Quiet && Reports.size() > 1)
    std::fputs(aot::summary(Reports).c_str(), stdout);
  if (!ReportFile.empty())
    Status |= writeText(ReportFile, aot::reportJson(Reports));
  return Status;
}
