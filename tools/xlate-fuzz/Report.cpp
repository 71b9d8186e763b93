//===- Report.cpp - Showing differences -----------------------------------===//

#include "Report.h"
#include "xlate/Decoder/Decoder.h"
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string>
#include <unistd.h>

using namespace xlate;
using namespace xlate::fuzz;

bool xlate::fuzz::sameState(const State &A, const State &B) {
  return std::memcmp(&A, &B, sizeof A) == 0;
}

long xlate::fuzz::firstDifference(const Outcome &Expected,
                                  const Outcome &Actual, size_t From) {
  for (size_t I = From; I < Expected.Out.size(); ++I)
    if (!sameState(Expected.Out[I], Actual.Out[I]))
      return static_cast<long>(I);
  return -1;
}

static std::vector<uint32_t> wordsOf(const Batch &B, const TestBlock &T) {
  std::vector<uint32_t> Words;
  for (uint64_t A = T.Start; A + 4 < T.End; A += 4)
    Words.push_back(B.word(A));
  return Words;
}

/// The block at its own address, alone: a fresh arena, and no other block runs.
static bool differsAlone(const Batch &B, size_t Index,
                         const std::vector<uint32_t> &Words,
                         const RunBoth &Run) {
  Batch One = B;
  const TestBlock &T = B.Blocks[Index];
  One.Blocks = {T};
  One.In = {B.In[Index]};
  for (size_t I = 0; I != Words.size(); ++I)
    One.word(T.Start + 4 * I) = Words[I];
  Outcome Expected, Actual;
  return Run(One, Expected, Actual) &&
         (firstDifference(Expected, Actual) >= 0 ||
          Expected.Arena != Actual.Arena);
}

std::vector<uint32_t> xlate::fuzz::minimise(const Batch &B, size_t Index,
                                            const RunBoth &Run) {
  std::vector<uint32_t> Words = wordsOf(B, B.Blocks[Index]);
  if (!differsAlone(B, Index, Words, Run))
    return {};
  for (uint32_t &W : Words) {
    uint32_t Old = W;
    W = NopWord;
    if (!differsAlone(B, Index, Words, Run))
      W = Old;
  }
  return Words;
}

/// Text of one instruction from llvm-mc, if there is one.
static std::string disassemble(uint32_t W) {
  char Cmd[256];
  std::snprintf(Cmd, sizeof Cmd,
                "echo '0x%02x 0x%02x 0x%02x 0x%02x' | "
                "llvm-mc-19 -triple=aarch64 -mattr=+all -disassemble "
                "2>/dev/null | tail -1",
                W & 0xff, W >> 8 & 0xff, W >> 16 & 0xff, W >> 24);
  std::string Out;
  if (FILE *P = popen(Cmd, "r")) {
    char Line[256];
    if (std::fgets(Line, sizeof Line, P))
      Out = Line;
    pclose(P);
  }
  for (char &C : Out)
    if (C == '\t' || C == '\n')
      C = ' ';
  return Out;
}

static void printDifference(const char *Name, uint64_t Expected,
                            uint64_t Actual) {
  if (Expected != Actual)
    std::printf("    %-5s expected %016" PRIx64 "  got %016" PRIx64 "\n", Name,
                Expected, Actual);
}

void xlate::fuzz::report(const std::vector<uint32_t> &Words, const State &In,
                         const State &Expected, const State &Actual,
                         uint64_t Start) {
  uint32_t Named = 0;
  for (size_t I = 0; I != Words.size(); ++I) {
    uint32_t W = Words[I];
    if (W == NopWord)
      continue;
    std::printf("  %#" PRIx64 ": %08x  %-10s %s\n", Start + 4 * I, W,
                info(decode(W).Code).Name, disassemble(W).c_str());
    for (unsigned Lsb : {0, 5, 10, 16})
      Named |= 1u << (W >> Lsb & 31);
  }
  std::printf("  before: nzcv %08" PRIx64 " fpcr %08" PRIx64 " fpsr %08" PRIx64
              "\n",
              In.Nzcv, In.Fpcr, In.Fpsr);
  for (unsigned I = 0; I != 32; ++I)
    if (Named >> I & 1)
      std::printf("    x%-2u %016" PRIx64 "  v%-2u %016" PRIx64 ":%016" PRIx64
                  "\n",
                  I, I == 31 ? In.Sp : In.X[I], I, In.V[I].D[1], In.V[I].D[0]);
  std::printf("  after:\n");
  for (unsigned I = 0; I != 31; ++I)
    printDifference(("x" + std::to_string(I)).c_str(), Expected.X[I],
                    Actual.X[I]);
  printDifference("sp", Expected.Sp, Actual.Sp);
  printDifference("nzcv", Expected.Nzcv, Actual.Nzcv);
  printDifference("fpcr", Expected.Fpcr, Actual.Fpcr);
  printDifference("fpsr", Expected.Fpsr, Actual.Fpsr);
  printDifference("sig", Expected.Extra, Actual.Extra);
  for (unsigned I = 0; I != 32; ++I)
    if (std::memcmp(&Expected.V[I], &Actual.V[I], 16) != 0)
      std::printf("    v%-4u expected %016" PRIx64 ":%016" PRIx64
                  "  got %016" PRIx64 ":%016" PRIx64 "\n",
                  I, Expected.V[I].D[1], Expected.V[I].D[0], Actual.V[I].D[1],
                  Actual.V[I].D[0]);
}

void xlate::fuzz::reportArena(const Outcome &Expected, const Outcome &Actual) {
  unsigned Shown = 0;
  for (size_t I = 0; I + 8 <= ArenaSize && Shown != 8; I += 8) {
    uint64_t E, A;
    std::memcpy(&E, &Expected.Arena[I], 8);
    std::memcpy(&A, &Actual.Arena[I], 8);
    if (E == A)
      continue;
    std::printf("    [%#" PRIx64 "] expected %016" PRIx64 "  got %016" PRIx64
                "\n",
                ArenaBase + I, E, A);
    ++Shown;
  }
}
