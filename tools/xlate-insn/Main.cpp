//===- Main.cpp - xlate-insn: run per-instruction cases -------------------===//

#include "Tier.h"
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>

using namespace xlate::insn;

static const char Usage[] =
    "usage: xlate-insn [options] FILE...\n"
    "Runs per-instruction cases (docs/testing.md) and compares final states.\n"
    "  --tier=NAME[,NAME...]  tiers to run; default: all (see --list-tiers)\n"
    "  --runner=COMMAND       also run the cases as an arm64 program under "
    "COMMAND\n"
    "  --update               fill in the outputs of cases without `=>`, from "
    "qemu\n"
    "  --update-all           replace all outputs\n"
    "  --max-errors=N         failing cases shown per file and tier (default "
    "20)\n"
    "  --list-tiers\n";

namespace {

struct Options {
  std::vector<std::string> Tiers;
  std::string Runner;
  bool Update = false, UpdateAll = false;
  unsigned MaxErrors = 20;
};

bool contains(const std::vector<std::string> &V, const std::string &S) {
  return std::find(V.begin(), V.end(), S) != V.end();
}

/// Runs the cases of F that Name can run; returns the number of failures.
unsigned runTier(const CaseFile &F, const std::string &Name, Tier &T,
                 const Options &Opts) {
  std::vector<const Case *> Cases;
  for (const Case &C : F.Cases)
    if (!contains(C.SkipTiers, Name))
      Cases.push_back(&C);
  if (Cases.empty())
    return 0;
  std::vector<State> Final(Cases.size());
  if (!T.run(F, Cases, Final))
    return 1;
  unsigned Failed = 0;
  for (size_t I = 0; I != Cases.size(); ++I) {
    const Case &C = *Cases[I];
    std::string Diff;
    if (!C.HasOutputs)
      Diff = "  has no expected outputs; run xlate-insn --update\n";
    else
      Diff = compare(C, Final[I]);
    if (Diff.empty())
      continue;
    if (++Failed <= Opts.MaxErrors)
      std::printf("%s:%u: [%s] %s ; %s\n%s", F.Path.c_str(), C.Line,
                  Name.c_str(), C.Asm.c_str(), C.Inputs.c_str(), Diff.c_str());
  }
  std::printf("%s: [%s] %zu cases, %u failed\n", F.Path.c_str(), Name.c_str(),
              Cases.size(), Failed);
  return Failed;
}

/// Writes qemu's outputs into the file.
bool update(CaseFile &F, bool All) {
  std::vector<const Case *> Cases;
  for (const Case &C : F.Cases)
    if ((All || !C.HasOutputs) && !contains(C.SkipTiers, "qemu"))
      Cases.push_back(&C);
  std::vector<State> Final(Cases.size());
  if (Cases.empty())
    return true;
  if (!makeExecTier("qemu-aarch64")->run(F, Cases, Final))
    return false;
  for (size_t I = 0; I != Cases.size(); ++I) {
    std::string &Line = F.Lines[Cases[I]->Line - 1];
    if (size_t Arrow = Line.find("=>"); Arrow != Line.npos)
      Line.resize(Arrow);
    while (!Line.empty() && Line.back() == ' ')
      Line.pop_back();
    Line += " => " + describe(*Cases[I], Final[I]);
  }
  std::ofstream Out(F.Path);
  for (const std::string &L : F.Lines)
    Out << L << '\n';
  std::printf("%s: %zu cases updated\n", F.Path.c_str(), Cases.size());
  return Out.good();
}

bool parse(int Argc, char **Argv, Options &Opts,
           std::vector<std::string> &Files) {
  for (int I = 1; I != Argc; ++I) {
    std::string A = Argv[I];
    if (A.starts_with("--tier=")) {
      for (size_t B = 7; B < A.size();) {
        size_t E = std::min(A.find(',', B), A.size());
        Opts.Tiers.push_back(A.substr(B, E - B));
        B = E + 1;
      }
    } else if (A.starts_with("--runner=")) {
      Opts.Runner = A.substr(9);
    } else if (A.starts_with("--max-errors=")) {
      Opts.MaxErrors = static_cast<unsigned>(std::stoul(A.substr(13)));
    } else if (A == "--update") {
      Opts.Update = true;
    } else if (A == "--update-all") {
      Opts.Update = Opts.UpdateAll = true;
    } else if (A == "--list-tiers") {
      for (const TierEntry &E : tiers())
        std::printf("%s\n", E.Name.c_str());
      std::exit(0);
    } else if (A[0] == '-') {
      return false;
    } else {
      Files.push_back(A);
    }
  }
  return !Files.empty();
}

} // namespace

int main(int Argc, char **Argv) {
  Options Opts;
  std::vector<std::string> Files;
  if (!parse(Argc, Argv, Opts, Files)) {
    std::fputs(Usage, stderr);
    return 2;
  }
  for (const std::string &T : Opts.Tiers)
    if (std::none_of(tiers().begin(), tiers().end(),
                     [&](const TierEntry &E) { return E.Name == T; })) {
      std::fprintf(stderr, "xlate-insn: no tier '%s'\n", T.c_str());
      return 2;
    }
  unsigned Failed = 0;
  for (const std::string &Path : Files) {
    CaseFile F;
    if (!readCases(Path, F) || !assemble(F) || !resolve(F))
      return 2;
    if (Opts.Update) {
      Failed += !update(F, Opts.UpdateAll);
      continue;
    }
    for (const TierEntry &E : tiers())
      if (Opts.Tiers.empty() ? Opts.Runner.empty()
                             : contains(Opts.Tiers, E.Name))
        Failed += runTier(F, E.Name, *E.Make(), Opts);
    if (!Opts.Runner.empty())
      Failed += runTier(F, "runner", *makeExecTier(Opts.Runner), Opts);
  }
  return Failed ? 1 : 0;
}
