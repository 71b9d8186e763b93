//===- Main.cpp - Differential instruction fuzzer -------------------------===//
//
// Runs random instruction blocks under an emulator that serves as the oracle
// and in the interpreter (or through another command), and compares complete
// register states and memory. See docs/testing.md.
//
//===----------------------------------------------------------------------===//

#include "Generator.h"
#include "Report.h"
#include "Runners.h"
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>

using namespace xlate;
using namespace xlate::fuzz;

namespace {

struct Options {
  std::string Classes = "*", Rows = "*";
  std::string Oracle = "qemu-aarch64", Run, Keep;
  std::vector<uint32_t> Words; ///< Fixed block instead of random ones.
  uint64_t Seed = 1;
  uint64_t Count = 1000000; ///< Instruction instances.
  unsigned Insns = 6, Blocks = 12000, MaxReports = 10, Unallocated = 0;
  unsigned States = 1; ///< Runs of each random block.
  bool List = false;
};

constexpr const char *Usage =
    "usage: xlate-fuzz [option...]\n"
    "  --class=GLOB,...    classes (table files) to draw from, e.g. "
    "'simd-*,crypto'\n"
    "  --row=GLOB,...      rows to draw from, e.g. 'SQ*_v'\n"
    "  --seed=N            same seed, same run\n"
    "  --count=N           instruction instances to run (default 1000000)\n"
    "  --insns=N           instructions per block (default 6)\n"
    "  --blocks=N          blocks per program (default 12000, as space "
    "allows)\n"
    "  --states=N          random states that each block runs on (default 1)\n"
    "  --unallocated=P     percentage of unallocated words next to a row\n"
    "  --max-reports=N     differing rows to report before stopping (default "
    "10)\n"
    "  --oracle=CMD        emulator to compare with (default qemu-aarch64)\n"
    "  --run=CMD           compare with CMD PROGRAM instead of the "
    "interpreter\n"
    "  --words=HEX,...     this block on random states\n"
    "  --keep=FILE         leave the last program in FILE\n"
    "  --list              print the selected and the skipped rows\n";

bool parse(int Argc, char **Argv, Options &O) {
  for (int I = 1; I != Argc; ++I) {
    std::string A = Argv[I];
    size_t Eq = A.find('=');
    std::string Key = A.substr(0, Eq),
                V = Eq == std::string::npos ? "" : A.substr(Eq + 1);
    auto number = [&] { return std::strtoull(V.c_str(), nullptr, 0); };
    if (Key == "--class")
      O.Classes = V;
    else if (Key == "--row")
      O.Rows = V;
    else if (Key == "--seed")
      O.Seed = number();
    else if (Key == "--count")
      O.Count = number();
    else if (Key == "--insns")
      O.Insns = static_cast<unsigned>(number());
    else if (Key == "--blocks")
      O.Blocks = static_cast<unsigned>(number());
    else if (Key == "--states")
      O.States = static_cast<unsigned>(number());
    else if (Key == "--unallocated")
      O.Unallocated = static_cast<unsigned>(number());
    else if (Key == "--max-reports")
      O.MaxReports = static_cast<unsigned>(number());
    else if (Key == "--oracle")
      O.Oracle = V;
    else if (Key == "--run")
      O.Run = V;
    else if (Key == "--keep")
      O.Keep = V;
    else if (Key == "--list")
      O.List = true;
    else if (Key == "--words") {
      std::stringstream S(V);
      for (std::string W; std::getline(S, W, ',');)
        O.Words.push_back(
            static_cast<uint32_t>(std::strtoul(W.c_str(), nullptr, 16)));
    } else {
      return false;
    }
  }
  return O.Insns != 0 && O.Insns <= 1000 && O.Blocks != 0 && O.States != 0;
}

class Fuzzer {
public:
  Fuzzer(const Options &O, std::vector<A64> Rows)
      : O(O), G(std::move(Rows), O.Seed) {
    G.Unallocated = O.Unallocated;
  }
  int run();

private:
  Batch makeBatch();
  bool runBoth(const Batch &B, Outcome &Expected, Outcome &Actual);
  void examine(const Batch &B, const Outcome &Expected, const Outcome &Actual);
  void examineArena(const Batch &B);
  bool done() const { return Reports >= O.MaxReports || G.empty(); }

  const Options &O;
  Generator G;
  uint64_t Instances = 0, Differing = 0, Signalled = 0;
  unsigned Reports = 0;
};

Batch Fuzzer::makeBatch() {
  Batch B = newBatch(G.seed());
  std::vector<uint32_t> Words = O.Words;
  Random Fixed(G.seed());
  for (unsigned I = 0; I != O.Blocks && !G.empty(); ++I) {
    State In = randomState(Fixed);
    if (O.Words.empty())
      G.makeBlock(O.Insns, nextStart(B), Words, In);
    if (!addBlock(B, Words, In))
      break;
    Instances += Words.size();
    for (unsigned S = 1; S < O.States && O.Words.empty(); ++S) {
      addState(B, G.moreState(In));
      Instances += Words.size();
    }
  }
  return B;
}

bool Fuzzer::runBoth(const Batch &B, Outcome &Expected, Outcome &Actual) {
  return runCommand(O.Oracle, B, Expected, O.Keep) &&
         (O.Run.empty() ? runInterpreter(B, Actual)
                        : runCommand(O.Run, B, Actual, ""));
}

/// Reports the first differing blocks; one report per row.
void Fuzzer::examine(const Batch &B, const Outcome &Expected,
                     const Outcome &Actual) {
  auto Run = [this](const Batch &Small, Outcome &E, Outcome &A) {
    return runBoth(Small, E, A);
  };
  std::vector<A64> Seen;
  for (long I = -1; (I = firstDifference(Expected, Actual,
                                         static_cast<size_t>(I + 1))) >= 0;) {
    ++Differing;
    size_t At = static_cast<size_t>(I);
    const TestBlock &T = B.Blocks[At];
    bool Known = false;
    for (uint64_t A = T.Start; A != T.End; A += 4)
      for (A64 Row : Seen)
        Known |= decode(B.word(A)).Code == Row;
    if (Known || done())
      continue;
    std::printf("block %ld differs:\n", I);
    std::vector<uint32_t> Words = minimise(B, At, Run);
    bool Alone = !Words.empty();
    if (!Alone) {
      std::printf(
          "  (not on its own: an earlier block left different memory)\n");
      for (uint64_t A = T.Start; A + 4 < T.End; A += 4)
        Words.push_back(B.word(A));
    }
    Outcome E, A;
    if (Alone) {
      Batch One = B;
      One.Blocks = {T};
      One.In = {B.In[At]};
      for (size_t W = 0; W != Words.size(); ++W)
        One.word(T.Start + 4 * W) = Words[W];
      runBoth(One, E, A);
      report(Words, B.In[At], E.Out[0], A.Out[0], T.Start);
      if (E.Arena != A.Arena)
        reportArena(E, A);
    } else {
      report(Words, B.In[At], Expected.Out[At], Actual.Out[At], T.Start);
    }
    std::fflush(stdout);
    ++Reports;
    if (!Alone)
      break;
    for (uint32_t W : Words)
      if (W != NopWord) {
        Seen.push_back(decode(W).Code);
        if (O.Words.empty())
          G.drop(decode(W).Code);
      }
  }
}

/// All registers agree but memory does not: find the block by halving.
void Fuzzer::examineArena(const Batch &B) {
  size_t Good = 0, Bad = B.Blocks.size();
  Outcome E, A;
  auto differs = [&](size_t N) {
    Batch Part = B;
    Part.Blocks.resize(N);
    Part.In.resize(N);
    return runBoth(Part, E, A) && E.Arena != A.Arena;
  };
  while (Bad - Good > 1) {
    size_t Mid = (Good + Bad) / 2;
    (differs(Mid) ? Bad : Good) = Mid;
  }
  differs(Bad);
  const TestBlock &T = B.Blocks[Bad - 1];
  std::vector<uint32_t> Words;
  for (uint64_t P = T.Start; P + 4 < T.End; P += 4)
    Words.push_back(B.word(P));
  std::printf("block %zu leaves different memory:\n", Bad - 1);
  report(Words, B.In[Bad - 1], E.Out.back(), A.Out.back(), T.Start);
  reportArena(E, A);
  ++Reports;
}

int Fuzzer::run() {
  auto Start = std::chrono::steady_clock::now();
  while (Instances < O.Count && !done()) {
    Batch B = makeBatch();
    Outcome Expected, Actual;
    if (!runBoth(B, Expected, Actual))
      return 2;
    for (const State &S : Expected.Out)
      Signalled += S.Extra != 0;
    if (firstDifference(Expected, Actual) >= 0)
      examine(B, Expected, Actual);
    else if (Expected.Arena != Actual.Arena)
      examineArena(B);
  }
  double Seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - Start)
          .count();
  std::printf("%llu instructions in %.1f s (%.1f million per minute), %llu "
              "blocks raised signals, "
              "%llu differ, %u reported\n",
              static_cast<unsigned long long>(Instances), Seconds,
              static_cast<double>(Instances) / Seconds * 60e-6,
              static_cast<unsigned long long>(Signalled),
              static_cast<unsigned long long>(Differing), Reports);
  return Reports ? 1 : 0;
}

} // namespace

int main(int Argc, char **Argv) {
  Options O;
  if (!parse(Argc, Argv, O)) {
    std::fputs(Usage, stderr);
    return 2;
  }
  std::vector<A64> Rows = selectRows(O.Classes, O.Rows, O.List);
  if (O.List) {
    for (A64 Row : Rows)
      std::printf("%-12s %-14s %s\n", info(Row).Class, info(Row).Name,
                  info(Row).Mnemonic);
    std::printf("%zu rows\n", Rows.size());
    return 0;
  }
  if (Rows.empty()) {
    std::fprintf(stderr, "xlate-fuzz: no row selected (--list shows why)\n");
    return 2;
  }
  return Fuzzer(O, std::move(Rows)).run();
}
