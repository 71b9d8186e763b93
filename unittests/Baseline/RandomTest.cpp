//===- RandomTest.cpp - Emitted code against the interpreter --------------===//

#include "Harness.h"
#include <cstdlib>
#include <gtest/gtest.h>

using namespace xlate;
using namespace xlate::test;

static bool checkWords(Harness &H, std::mt19937_64 &Rng,
                       const std::vector<uint32_t> &Words, const char *What) {
  const Block B = H.record(Words);
  for (unsigned N = 0; N != 2; ++N) {
    const State S = H.randomState(Rng);
    const std::string D = H.check(B, S);
    if (D.empty())
      continue;
    ADD_FAILURE() << What << "\n" << D;
    return false;
  }
  return true;
}

/// Interpret B, an instruction at a time, up to where it is left or the first
/// branch backwards.
static Outcome interpretTrace(Harness &H, const Block &B, const State &Start) {
  Outcome R;
  R.S = Start;
  for (bool First = true;; First = false) {
    const uint64_t Pc = R.S.Pc;
    R = H.interpret(recordBlock(Pc, Pc + 4, 1), R.S, First);
    if (R.Faulted || R.S.Exit != ExitReason::Miss || R.S.Pc <= Pc ||
        R.S.Pc >= B.End)
      return R;
  }
}

/// Branches backwards leave: the counter runs out at the first one.
static bool checkTrace(Harness &H, std::mt19937_64 &Rng,
                       const std::vector<uint32_t> &Words) {
  const Block B = H.trace(Words);
  baseline::Options O;
  O.Heat = &H.heat();
  auto Run = [&](const State &S, bool MaskTopByte) {
    O.MaskTopByte = MaskTopByte;
    H.heat() = static_cast<int32_t>(baseline::heatPerEntry(B.NumInsns));
    return H.execute(H.emit(B, O), S);
  };
  for (unsigned N = 0; N != 4; ++N) {
    const State S = H.randomState(Rng);
    const Outcome Want = interpretTrace(H, B, S);
    Outcome Got = Run(S, false);
    if (Got.BadAddress) // a tagged pointer
      Got = Run(S, true);
    if (Got.S.Exit == ExitReason::Poll && Got.S.ExitInfo == 1) {
      Got.S.Exit = Want.S.Exit;
      Got.S.ExitInfo = Want.S.ExitInfo;
    }
    const std::string D = H.difference(B, Want, Got);
    if (D.empty())
      continue;
    ADD_FAILURE() << "trace\n" << toString(B) << D;
    return false;
  }
  return true;
}

/// B.cond, CBZ or TBZ by Words instructions, on one of a few registers.
static uint32_t randomBranch(std::mt19937_64 &Rng, int32_t Words) {
  auto Bit = [&](unsigned At) {
    return static_cast<uint32_t>(Rng() & 1) << At;
  };
  const auto Offset = static_cast<uint32_t>(Words & 0x3fff) << 5,
             Reg = static_cast<uint32_t>(Rng() % 10);
  switch (Rng() % 4) {
  case 0:
    return 0x34000000 | Bit(31) | Bit(24) | Offset | Reg; // CBZ, CBNZ
  case 1:
    return 0x36000000 | Bit(31) | Bit(24) | Bit(19) | Bit(22) | Offset | Reg;
  default:
    return 0x54000000 | Offset | static_cast<uint32_t>(Rng() % 14);
  }
}

static void everyRow(const baseline::Features &F, unsigned PerRow) {
  Harness H(F);
  std::mt19937_64 Rng(12345);
  unsigned Failures = 0;
  for (unsigned Row = 1; Row != NumA64 && Failures < 20; ++Row) {
    for (unsigned N = 0; N != PerRow; ++N) {
      const uint32_t W = randomWord(Rng, static_cast<A64>(Row));
      if (!W)
        break;
      if (!checkWords(H, Rng, {W}, info(static_cast<A64>(Row)).Name)) {
        ++Failures;
        break;
      }
    }
  }
  if (std::getenv("XLATE_TEST_FALLBACKS"))
    for (unsigned I = 0; I != NumOps; ++I)
      if (H.FallbackCounts[I])
        std::printf("calls %-12s %u\n", opName(static_cast<Op>(I)),
                    H.FallbackCounts[I]);
}

TEST(Random, EveryRow) {
  everyRow(baseline::Features::detect(), 100 * scale());
}

TEST(Random, EveryRowWithoutExtensions) {
  everyRow(baseline::Features{}, 20 * scale());
}

TEST(Random, EveryRowWithAvxAlone) {
  baseline::Features F;
  F.Avx = baseline::Features::detect().Avx;
  everyRow(F, 20 * scale());
}

// Register numbers biased to collide, so that values, caches and flags
// interact.
TEST(Random, Blocks) {
  Harness H;
  std::mt19937_64 Rng(777);
  std::vector<A64> Rows, Flags, Memory;
  for (unsigned Row = 1; Row != NumA64; ++Row) {
    const A64 Code = static_cast<A64>(Row);
    if (!randomWord(Rng, Code))
      continue;
    Rows.push_back(Code);
    const std::string Mn = info(Code).Mnemonic;
    if (std::string(info(Code).Class).starts_with("dp") || Mn.starts_with("f"))
      Flags.push_back(Code);
    if (std::string(info(Code).Class).starts_with("ld"))
      Memory.push_back(Code);
  }
  ASSERT_FALSE(Rows.empty());
  for (unsigned N = 0; N != 20000 * scale(); ++N) {
    std::vector<uint32_t> Words;
    const unsigned Count = 1 + Rng() % 12;
    while (Words.size() != Count) {
      const auto &From = Rng() % 2 && !Flags.empty()         ? Flags
                         : Rng() % 3 == 0 && !Memory.empty() ? Memory
                                                             : Rows;
      uint32_t W = randomWord(Rng, From[Rng() % From.size()]);
      if (!W)
        continue;
      // Few registers: half of the words get fields from a small set.
      if (Rng() % 2) {
        static constexpr uint32_t Small[] = {0, 1, 2, 4, 5, 9, 30, 31};
        uint32_t V = (W & ~0x1f03ffu) | Small[Rng() % 8] |
                     Small[Rng() % 8] << 5 | Small[Rng() % 8] << 16;
        const A64 Code = decode(W).Code;
        if (decode(V).Code == Code)
          W = V;
      }
      Words.push_back(W);
    }
    if (!checkWords(H, Rng, Words, "block"))
      break;
    // The same with branches.
    if (N % 4)
      continue;
    const auto Size = static_cast<int32_t>(Words.size());
    for (int32_t I = 0; I != Size; ++I)
      if (Rng() % 3 == 0)
        Words[static_cast<size_t>(I)] =
            randomBranch(Rng, static_cast<int32_t>(Rng() % (Size + 2)) - I +
                                  (Rng() % 8 == 0));
    if (!checkTrace(H, Rng, Words))
      break;
  }
}
