//===- RandomTest.cpp - Compiled units against the interpreter ------------===//

#include "Harness.h"
#include <array>
#include <gtest/gtest.h>

using namespace xlate;
using namespace xlate::test;

static codegen::UnitOptions exact() {
  codegen::UnitOptions O;
  O.WriteThrough = O.FlushToZero = true;
  return O;
}

static unsigned check(Harness &H, std::mt19937_64 &Rng,
                      const std::vector<std::vector<uint32_t>> &Snippets,
                      unsigned States) {
  unsigned Failures = 0;
  const std::vector<uint64_t> Entries = H.compile(Snippets);
  for (size_t I = 0; I != Entries.size(); ++I)
    for (unsigned N = 0; N != States; ++N) {
      const State S = H.randomState(Rng);
      const std::string D =
          H.difference(H.interpret(Entries[I], S), H.execute(Entries[I], S));
      if (D.empty())
        continue;
      std::string Words;
      for (uint32_t W : Snippets[I]) {
        char Text[80];
        std::snprintf(Text, sizeof Text, "  %08x %s\n", W,
                      info(decode(W).Code).Name);
        Words += Text;
      }
      ADD_FAILURE() << Words << D;
      ++Failures;
      break;
    }
  return Failures;
}

static void everyRow(const codegen::CompilerOptions &C,
                     const codegen::UnitOptions &U, unsigned PerRow) {
  Harness H(C, U);
  std::mt19937_64 Rng(4711);
  std::vector<std::vector<uint32_t>> Batch;
  unsigned Failures = 0;
  for (unsigned Row = 1; Row != NumA64 && Failures < 20; ++Row) {
    for (unsigned N = 0; N != PerRow; ++N)
      if (uint32_t W = randomWord(Rng, static_cast<A64>(Row)))
        Batch.push_back({W});
    if (Batch.size() < 64 && Row + 1 != NumA64)
      continue;
    Failures += check(H, Rng, Batch, 12);
    Batch.clear();
  }
}

TEST(Lifter, EveryRow) { everyRow({}, exact(), 3 * scale()); }

TEST(Lifter, EveryRowPlainForm) { everyRow({}, {}, 2 * scale()); }

static codegen::UnitOptions trapping() {
  codegen::UnitOptions O;
  O.TrapsInvalid = true;
  return O;
}
TEST(Lifter, EveryRowThatTraps) { everyRow({}, trapping(), 3 * scale()); }

// Without AVX, FMA, crypto...: other lowerings and more evaluators.
TEST(Lifter, EveryRowOnOldHost) {
  everyRow({"x86-64-v2", 1}, exact(), 1 * scale());
}

// Instructions that share few registers, with forward branches among them: data
// flow between blocks, lazy flags, loads and stores of unpinned registers.
static void blocks(const codegen::CompilerOptions &C,
                   const codegen::UnitOptions &U, unsigned Count,
                   const std::array<uint32_t, 4> &Regs = {0, 1, 9, 10}) {
  Harness H(C, U);
  std::mt19937_64 Rng(815);
  std::vector<A64> Rows;
  for (unsigned Row = 1; Row != NumA64; ++Row) {
    const A64 Code = static_cast<A64>(Row);
    const std::string Class = info(Code).Class;
    const bool Integer = Class.starts_with("dp");
    // Integer rows thrice: they make and use the flags.
    if (randomWord(Rng, Code) && Class != "branch" && Class != "system")
      Rows.insert(Rows.end(), Integer ? 3 : 1, Code);
  }
  auto narrowed = [&](uint32_t W, A64 Row) {
    // Regs in the usual fields, where these are not fixed.
    for (unsigned Shift : {0, 5, 16}) {
      const uint32_t Field = 31u << Shift;
      const uint32_t New = (W & ~Field) | Regs[Rng() % 4] << Shift;
      if (!(info(Row).Mask & Field) && decode(New).Code == Row)
        W = New;
    }
    return W;
  };
  unsigned Failures = 0;
  for (unsigned Round = 0; Round != Count && Failures < 10; ++Round) {
    std::vector<std::vector<uint32_t>> Batch;
    for (unsigned N = 0; N != 32; ++N) {
      std::vector<uint32_t> Words;
      const unsigned Length = 6 + Rng() % 14;
      for (unsigned I = 0; I != Length; ++I) {
        const uint32_t Ahead = 1 + Rng() % (Length - I);
        switch (Rng() % 6) {
        case 0: // b.cond
          Words.push_back(0x54000000 | Ahead << 5 | Rng() % 14);
          break;
        case 1: // cbz, cbnz
          if (Rng() % 4 == 0) {
            Words.push_back(0x34000000 | Ahead << 5 | (Rng() % 2) << 24 |
                            (Rng() % 2) << 31 | Rng() % 2 * 9);
            break;
          }
          [[fallthrough]];
        default: {
          const A64 Row = Rows[Rng() % Rows.size()];
          uint32_t Word = narrowed(randomWord(Rng, Row), Row);
          if (Row == A64::TBZ || Row == A64::TBNZ)
            Word = (Word & ~(0x3fffu << 5)) | Ahead << 5;
          Words.push_back(Word);
        }
        }
      }
      Batch.push_back(std::move(Words));
    }
    Failures += check(H, Rng, Batch, 12);
  }
}

TEST(Lifter, Blocks) { blocks({}, exact(), 12 * scale()); }
TEST(Lifter, BlocksPlainForm) { blocks({}, {}, 8 * scale()); }
TEST(Lifter, BlocksOptimised) { blocks({"host", 2}, {}, 4 * scale()); }
TEST(Lifter, BlocksThatTrap) { blocks({"host", 2}, trapping(), 8 * scale()); }

// Where the frame is at a fault, however code moves it about.
TEST(Lifter, BlocksMoveFrame) {
  codegen::UnitOptions O;
  O.ExactUnderflow = true;
  blocks({}, O, 12 * scale(), {31, 29, 30, 0});
}
