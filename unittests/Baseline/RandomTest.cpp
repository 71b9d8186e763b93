//===- RandomTest.cpp - Emitted code against the interpreter --------------===//

#include "Harness.h"
#include <cstdlib>
#include <gtest/gtest.h>

using namespace xlate;
using namespace xlate::test;

/// Scale of the random tests: XLATE_TEST_SCALE=20 runs twenty times as many.
static unsigned scale() {
  const char *S = std::getenv("XLATE_TEST_SCALE");
  return S ? static_cast<unsigned>(std::atoi(S)) : 1;
}

static bool checkWords(Harness &H, std::mt19937_64 &Rng,
                       const std::vector<uint32_t> &Words, const char *What) {
  const Block B = H.record(Words);
  for (unsigned N = 0; N != 2; ++N) {
    const State S = randomState(Rng, H);
    const std::string D = H.check(B, S);
    if (D.empty())
      continue;
    ADD_FAILURE() << What << "\n" << D;
    return false;
  }
  return true;
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
  }
}
