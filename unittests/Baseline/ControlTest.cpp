//===- ControlTest.cpp - Branches, exits and options ----------------------===//

#include "Harness.h"
#include <gtest/gtest.h>

using namespace xlate;
using namespace xlate::test;

namespace {

class Control : public testing::Test {
protected:
  Harness H;
  State S;

  void SetUp() override {
    S.Pc = H.codePc();
    S.JumpCache = H.jumpCache();
    for (unsigned I = 0; I != 32; ++I)
      S.X[I] = 0x1000 + I;
  }
};

constexpr uint32_t CmpX0X1 = 0xeb01001f, AddX2X2X3 = 0x8b030042,
                   Ret = 0xd65f03c0;
constexpr uint32_t branch(int32_t Words) {
  return 0x14000000 | (Words & 0x3ffffff);
}
constexpr uint32_t branchCond(unsigned Cond, int32_t Words) {
  return 0x54000000 | static_cast<uint32_t>(Words & 0x7ffff) << 5 | Cond;
}

} // namespace

TEST_F(Control, LoopStaysInTheUnit) {
  // add x1, x1, #2; subs x0, x0, #1; b.ne
  const Block B = H.record({0x91000821, 0xf1000400, branchCond(1, -2)});
  S.X[0] = 1000;
  S.X[1] = 5;
  const Outcome R = H.execute(H.emit(B), S);
  EXPECT_EQ(R.S.X[0], 0u);
  EXPECT_EQ(R.S.X[1], 2005u);
  EXPECT_EQ(R.S.Exit, ExitReason::Miss);
  EXPECT_EQ(R.S.Pc, B.End);
}

TEST_F(Control, BackEdgesPoll) {
  const Block B = H.record({0x91000821, 0xf1000400, branchCond(1, -2)});
  S.X[0] = 1000;
  S.PollFlag = 1;
  const Outcome R = H.execute(H.emit(B), S);
  EXPECT_EQ(R.S.X[0], 999u);
  EXPECT_EQ(R.S.Exit, ExitReason::Poll);
  EXPECT_EQ(R.S.ExitInfo, 0u);
  EXPECT_EQ(R.S.Pc, B.Pc);
}

TEST_F(Control, HeatRunsOut) {
  const Block B = H.record({AddX2X2X3, branch(4)});
  baseline::Options O;
  O.Heat = &H.heat();
  H.heat() = 1;
  const baseline::EmitResult R = H.emit(B, O);
  Outcome Out = H.execute(R, S);
  EXPECT_EQ(Out.S.Exit, ExitReason::Miss);
  EXPECT_EQ(Out.S.X[2], 0x2005u);
  Out = H.execute(R, S);
  EXPECT_EQ(Out.S.Exit, ExitReason::Poll);
  EXPECT_EQ(Out.S.ExitInfo, 1u);
  EXPECT_EQ(Out.S.Pc, B.Pc);
  EXPECT_EQ(Out.S.X[2], 0x1002u) << "nothing of the unit has run";
  Out = H.execute(R, S); // asked once
  EXPECT_EQ(Out.S.Exit, ExitReason::Miss);
}

TEST_F(Control, RoundsOfALoopCountAsEntries) {
  // add x1, x1, #2; subs x0, x0, #1; b.ne
  const Block B = H.record({0x91000821, 0xf1000400, branchCond(1, -2)});
  S.X[0] = 1000;
  S.X[1] = 5;
  baseline::Options O;
  O.Heat = &H.heat();
  H.heat() = 10;
  const baseline::EmitResult R = H.emit(B, O);
  Outcome Out = H.execute(R, S);
  EXPECT_EQ(Out.S.Exit, ExitReason::Poll);
  EXPECT_EQ(Out.S.ExitInfo, 1u);
  EXPECT_EQ(Out.S.Pc, B.Pc);
  EXPECT_EQ(Out.S.X[0], 990u);
  EXPECT_EQ(Out.S.X[1], 25u);
  Out = H.execute(R, Out.S); // asked once
  EXPECT_EQ(Out.S.Exit, ExitReason::Miss);
  EXPECT_EQ(Out.S.X[0], 0u);
  EXPECT_EQ(Out.S.X[1], 2005u);
}

// A thread charges counters in steps, which double with the number of them.
TEST_F(Control, HeatIsChargedInSteps) {
  // subs x0, x0, #1; b.ne
  const Block B = H.record({0xf1000400, branchCond(1, -1)});
  constexpr int32_t Plenty = 1 << 20, Rounds = 100000;
  S.X[0] = Rounds;
  S.HeatMask = FirstHeatMask;
  baseline::Options O;
  O.Heat = &H.heat();
  H.heat() = Plenty;
  const Outcome Out = H.execute(H.emit(B, O), S);
  EXPECT_EQ(Out.S.Exit, ExitReason::Miss);
  const int32_t Used = Plenty - H.heat();
  EXPECT_EQ(Used % (FirstHeatMask + 1), 0u);
  EXPECT_NEAR(Used, Rounds, Rounds / 100);
  // 256 steps of 128 and 256 of twice that.
  EXPECT_EQ(Out.S.HeatMask, 511u);
  H.heat() = 1;
  S.HeatMask = LastHeatMask;
  const Outcome Last = H.execute(H.emit(B, O), S);
  EXPECT_EQ(Last.S.Exit, ExitReason::Poll);
  EXPECT_EQ(Last.S.HeatMask, LastHeatMask);
}

// A loop inside a unit, entered by falling into it, with registers that aren't
// pinned, and a way out of its middle.
TEST_F(Control, LoopInsideATrace) {
  const std::vector<uint32_t> Words = {0xd2800004,              // mov x4, #0
                                       0xb4000000 | 6 << 5 | 0, // cbz x0, out
                                       0x91000884,       // head: add x4, x4, #2
                                       0xeb05009f,       // cmp x4, x5
                                       branchCond(0, 3), // b.eq out
                                       0xf1000400,       // subs x0, x0, #1
                                       branchCond(1, -4), // b.ne head
                                       0xaa0403e1,        // out: mov x1, x4
                                       branch(4)};
  const Block B = H.trace(Words);
  ASSERT_EQ(B.End, B.Pc + 4 * Words.size());
  H.heat() = 1000;
  struct {
    uint64_t Count, Stop, Want;
  } static constexpr Cases[] = {{0, 0, 0}, {10, 0, 20}, {10, 8, 8}, {1, 2, 2}};
  for (const auto &C : Cases) {
    S.X[0] = C.Count;
    S.X[5] = C.Stop;
    const Outcome R = H.execute(H.emit(B), S);
    EXPECT_EQ(R.S.Exit, ExitReason::Miss);
    EXPECT_EQ(R.S.Pc, B.End + 12);
    EXPECT_EQ(R.S.X[1], C.Want);
    EXPECT_EQ(R.S.X[4], C.Want);
  }
  baseline::Options O;
  O.Heat = &H.heat();
  H.heat() = 4; // the entry of nine instructions takes two, a round one
  S.X[0] = 10;
  S.X[5] = 0;
  Outcome R = H.execute(H.emit(B, O), S);
  EXPECT_EQ(R.S.Exit, ExitReason::Poll);
  EXPECT_EQ(R.S.ExitInfo, 1u);
  EXPECT_EQ(R.S.Pc, B.Pc + 8) << "the loop's head";
  EXPECT_EQ(R.S.X[4], 6u);
  S.PollFlag = 1;
  R = H.execute(H.emit(B), S);
  EXPECT_EQ(R.S.Exit, ExitReason::Poll);
  EXPECT_EQ(R.S.ExitInfo, 0u);
  EXPECT_EQ(R.S.Pc, B.Pc + 8);
  EXPECT_EQ(R.S.X[4], 2u);
}

TEST_F(Control, IndirectBranchHitsTheJumpCache) {
  const Block Target = H.record({AddX2X2X3, branch(4)});
  const baseline::EmitResult T = H.emit(Target);
  std::vector<uint8_t> Saved(T.Entry, T.Entry + T.Size);
  const uint64_t Pc = H.codePc();
  const Block B = H.record({Ret, AddX2X2X3, branch(4)});
  S.X[30] = Pc + 4;
  Outcome R = H.execute(H.emit(B), S);
  EXPECT_EQ(R.S.Exit, ExitReason::Miss) << "empty cache";
  EXPECT_EQ(R.S.Pc, Pc + 4);
  H.jumpCache()[(Pc + 4) >> 2 & (JumpCacheSize - 1)] = {Pc + 4, S.MissStub};
  // Any code will do as the target: the exit stub, which sets no reason.
  S.Exit = ExitReason::Step;
  const baseline::EmitResult E = H.emit(B);
  State Probe = S;
  Outcome First = H.execute(E, Probe);
  H.jumpCache()[(Pc + 4) >> 2 & (JumpCacheSize - 1)] = {Pc + 4,
                                                        First.S.ExitStub};
  R = H.execute(E, S);
  EXPECT_EQ(R.S.Exit, ExitReason::Step) << "came by way of the cache";
  EXPECT_EQ(R.S.Pc, Pc + 4);
}

// Flags that both successors overwrite aren't stored, and the unit says what it
// relies on.
TEST_F(Control, DeadFlagsAreNotStored) {
  const std::vector<uint32_t> Words = {CmpX0X1, branchCond(0, 3), AddX2X2X3,
                                       CmpX0X1, CmpX0X1,          Ret};
  H.LookAheadEnd = H.codePc() + 4 * Words.size();
  H.place(Words);
  const Block B = recordBlock(H.codePc(), H.LookAheadEnd, 64);
  const baseline::EmitResult Dead = H.emit(B);
  ASSERT_FALSE(Dead.Depends.empty());
  uint64_t Lo = ~uint64_t(0), Hi = 0;
  for (auto [First, Second] : Dead.Depends) {
    Lo = std::min(Lo, First);
    Hi = std::max(Hi, Second);
  }
  EXPECT_EQ(Lo, B.End);
  EXPECT_EQ(Hi, B.Pc + 20);
  H.LookAheadEnd = 0;
  const baseline::EmitResult Live = H.emit(B);
  EXPECT_TRUE(Live.Depends.empty());
  EXPECT_LT(Dead.Size, Live.Size);
}

// What a register is known to hold is forgotten when it is computed in place,
// loaded, or met again at a label.
TEST_F(Control, Constants) {
  const std::vector<uint32_t> Words = {0xd2800540, // mov x0, #42
                                       0x91000400, // add x0, x0, #1
                                       0x8b010000, // add x0, x0, x1: in place
                                       0x91000400, // add x0, x0, #1
                                       0xd2824684, // mov x4, #0x1234
                                       0xf2aacf04, // movk x4, #0x5678, lsl #16
                                       0x32000086, // orr w6, w4, #1
                                       0x8b010084, // add x4, x4, x1
                                       0x91000485, // add x5, x4, #1
                                       0xd2800062, // mov x2, #3
                                       0x91000442, // head: add x2, x2, #1
                                       0xf1000463, // subs x3, x3, #1
                                       branchCond(1, -2), // b.ne head
                                       branch(4)};
  const Block B = H.trace(Words);
  H.heat() = 1000;
  S.X[1] = 100;
  S.X[3] = 5;
  const Outcome R = H.execute(H.emit(B), S);
  EXPECT_EQ(R.S.X[0], 144u);
  EXPECT_EQ(R.S.X[4], 0x56781234u + 100);
  EXPECT_EQ(R.S.X[5], 0x56781234u + 101);
  EXPECT_EQ(R.S.X[6], 0x56781235u);
  EXPECT_EQ(R.S.X[2], 8u);
}

TEST_F(Control, NoSpace) {
  const Block B = H.record({AddX2X2X3, branch(4)});
  const size_t Needed = H.emit(B).Size;
  for (size_t Space = 0; Space != Needed; ++Space) {
    H.Space = Space;
    EXPECT_EQ(H.emit(B).Entry, nullptr);
  }
  H.Space = Needed;
  EXPECT_NE(H.emit(B).Entry, nullptr);
}

TEST_F(Control, PcMapNamesTheFaultingInstruction) {
  // mov x1, #1; ldr x2, [x4]; ldr x3, [x5]; add x2, x2, x3
  const Block B = H.record({0xd2800021, 0xf9400082, 0xf94000a3, AddX2X2X3});
  S.X[4] = reinterpret_cast<uint64_t>(H.data());
  S.X[5] = 0x10;
  const Outcome R = H.execute(H.emit(B), S);
  ASSERT_TRUE(R.Faulted);
  EXPECT_EQ(R.S.Pc, B.Pc + 8);
  EXPECT_EQ(R.S.X[1], 1u);
  EXPECT_EQ(R.S.X[3], 0x1003u);
}

// Flags in the host's register at a fault are part of the state.
TEST_F(Control, FlagsAtAFault) {
  const Block B =
      H.record({CmpX0X1, 0xf94000a3 /* ldr x3, [x5] */, branchCond(0, 4)});
  S.X[5] = 0x10;
  for (uint64_t X0 : {0x1000ull, 0x1001ull, 0x1002ull, 0x8000000000000000ull}) {
    S.X[0] = X0;
    const std::string D = H.check(B, S);
    EXPECT_EQ(D, "");
  }
}

TEST_F(Control, TaggedAddresses) {
  // ldr, str, ldr q, ldadd, ldxr, stxr, ldar, dc zva, stp
  const std::vector<uint32_t> Words = {0xf9400082, 0xf9000482, 0x3dc00881,
                                       0xf8210082, 0xc85f7c83, 0xc8067c82,
                                       0xc8dffc87, 0xd50b7424, 0xa9010881};
  baseline::Options O;
  O.MaskTopByte = true;
  const Block B = H.record(Words);
  S.X[4] = reinterpret_cast<uint64_t>(H.data()) + 0x400;
  State Tagged = S;
  Tagged.X[4] |= 0xab00000000000000;
  const Outcome Want = H.interpret(B, S), Got = H.execute(H.emit(B, O), Tagged);
  EXPECT_FALSE(Got.Faulted);
  EXPECT_EQ(Got.S.X[4], Tagged.X[4]);
  EXPECT_EQ(Want.Data, Got.Data);
  for (unsigned I : {2, 3, 6, 7})
    EXPECT_EQ(Want.S.X[I], Got.S.X[I]) << I;
}

// AESE and AESMC of one register become one host instruction.
TEST_F(Control, AesPairs) {
  std::mt19937_64 Rng(5);
  const auto Aese = [](unsigned D, unsigned N) {
    return 0x4e284800 | N << 5 | D;
  };
  const auto Aesmc = [](unsigned D, unsigned N) {
    return 0x4e286800 | N << 5 | D;
  };
  const std::vector<std::vector<uint32_t>> Cases = {
      {Aese(0, 1), Aesmc(0, 0), Aese(0, 2), Aesmc(0, 0)},
      {Aese(20, 1), Aesmc(20, 20), Aese(20, 21)},
      {Aese(3, 1), Aesmc(4, 3)},
      {Aese(3, 3), Aesmc(3, 3)},
      {Aese(3, 1), Aesmc(3, 4)},
      {Aese(30, 30), Aesmc(30, 30), Aese(31, 30), Aesmc(31, 31)}};
  for (const auto &Words : Cases)
    for (unsigned N = 0; N != 5; ++N)
      EXPECT_EQ(H.check(H.record(Words), H.randomState(Rng)), "");
}

// Sequences of blocks with look-ahead: flags may cross blocks in memory only
// where something reads them.
TEST(Random, Chains) {
  Harness H;
  std::mt19937_64 Rng(4242);
  static const char *const Names[] = {
      "SUBS_imm",  "ADDS_shift", "ANDS_imm", "CCMP_imm",   "CSEL",
      "ADD_shift", "ADCS",       "CSINC",    "SUBS_shift", "BICS_shift",
      "LDR_imm",   "CCMN_reg",   "SBCS",     "ADD_imm",    "SBC"};
  std::vector<A64> Rows;
  for (unsigned Row = 1; Row != NumA64; ++Row)
    for (const char *Name : Names)
      if (!std::strcmp(info(static_cast<A64>(Row)).Name, Name))
        Rows.push_back(static_cast<A64>(Row));
  ASSERT_EQ(Rows.size(), std::size(Names));
  unsigned Finished = 0;
  for (unsigned N = 0; N != 5000; ++N) {
    constexpr unsigned Count = 24;
    std::vector<uint32_t> Words;
    for (unsigned I = 0; I != Count; ++I) {
      const auto Left = static_cast<int32_t>(Count - I);
      const auto Ahead =
          1 + static_cast<int32_t>(Rng() % static_cast<unsigned>(Left));
      switch (Rng() % 8) {
      case 0:
        Words.push_back(branchCond(Rng() % 14, Ahead));
        break;
      case 1: // cbz, cbnz
        Words.push_back(0x34000000 | (Rng() & 0x81000000) |
                        static_cast<uint32_t>(Ahead) << 5 | Rng() % 8);
        break;
      case 2:
        Words.push_back(branch(Ahead));
        break;
      default:
        Words.push_back(randomWord(Rng, Rows[Rng() % Rows.size()]));
      }
    }
    H.place(Words);
    const uint64_t End = H.codePc() + 4 * Count;
    H.LookAheadEnd = End;
    State Want = H.randomState(Rng), Got = Want;
    Want.PollFlag = Got.PollFlag = 0;
    bool Fresh = true;
    while (Want.Pc >= H.codePc() && Want.Pc < End) {
      const Block B = recordBlock(Want.Pc, End, 64);
      const Outcome W = H.interpret(B, Want, Fresh),
                    G = H.translate(B, Got, Fresh);
      Fresh = false;
      if (!FaultsAreReal && (W.Faulted || G.Faulted))
        break;
      ASSERT_EQ(W.Faulted, G.Faulted);
      ASSERT_EQ(W.S.Pc, G.S.Pc) << toString(B);
      ASSERT_EQ(std::memcmp(W.S.X, G.S.X, sizeof W.S.X), 0) << toString(B);
      if (W.Faulted)
        break;
      Want = W.S;
      Got = G.S;
      if (Want.Pc == End) {
        EXPECT_EQ(std::memcmp(&Want.N, &Got.N, 4), 0) << toString(B);
        ++Finished;
      }
    }
  }
  EXPECT_GT(Finished, 1000u);
}
