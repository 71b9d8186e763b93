//===- Generator.cpp - Random blocks from the encoding table --------------===//

#include "Generator.h"
#include "xlate/Semantics/Semantics.h"
#include <cstdio>
#include <cstring>
#include <fnmatch.h>
#include <sstream>

using namespace xlate;
using namespace xlate::fuzz;

static bool anyGlob(const std::string &Globs, const char *Text) {
  std::stringstream S(Globs);
  for (std::string G; std::getline(S, G, ',');)
    if (fnmatch(G.c_str(), Text, 0) == 0)
      return true;
  return false;
}

std::vector<A64> xlate::fuzz::selectRows(const std::string &Classes,
                                         const std::string &Names,
                                         bool Verbose) {
  std::vector<A64> Rows;
  for (unsigned I = 1; I != NumA64; ++I) {
    A64 Code = static_cast<A64>(I);
    const A64Info &Row = info(Code);
    if (!anyGlob(Classes, Row.Class) || !anyGlob(Names, Row.Name))
      continue;
    const char *Why = hasSemantics(Code) ? skipReason(Row) : "no semantics yet";
    if (!Why)
      Rows.push_back(Code);
    else if (Verbose)
      std::printf("skipped: %-12s %-14s %s\n", Row.Class, Row.Name, Why);
  }
  return Rows;
}

void Generator::drop(A64 Row) { std::erase(Rows, Row); }

/// A word of a random row; with some chance the register fields repeat.
bool Generator::randomWord(uint32_t &Word, A64 &Row) {
  Row = Rows[R.below(static_cast<unsigned>(Rows.size()))];
  const A64Info &I = info(Row);
  bool WantUnallocated = R.below(100) < Unallocated;
  for (unsigned Try = 0; Try != 200; ++Try) {
    uint32_t W = R.word();
    if (R.oneIn(8))
      W = (W & ~0x3e0u) | (W & 31) << 5; // Rn = Rd
    if (R.oneIn(8))
      W = (W & ~0x1f0000u) | (W & 31) << 16; // Rm = Rd
    W = (W & ~I.Mask) | I.Bits;
    A64 Got = decode(W).Code;
    A64 Want = WantUnallocated ? A64::Unallocated : Row;
    if (Got == Want && !skipWord(W)) {
      Word = W;
      return true;
    }
    if (WantUnallocated && Try == 100)
      WantUnallocated = false; // every word of the row is allocated
  }
  return false;
}

static bool isCall(uint32_t W) { return (W & 0xfc000000) == 0x94000000; } // BL

/// General registers that an instruction may write, generously.
static uint32_t writtenRegisters(uint32_t W) {
  auto field = [&](unsigned Lsb) { return 1u << (W >> Lsb & 31); };
  if (isCall(W))
    return 1u << 30;
  if (!memOperand(W).IsMem)
    return field(0);
  if (W >> 26 & 1) // vectors: the writeback only
    return field(5);
  uint32_t Out = field(0) | field(5) | field(10) | field(16);
  return Out | Out << 1 | Out >> 31; // CASP writes pairs
}

/// Loads and stores that the architecture leaves unpredictable: a base that is
/// also transferred and written back, a register loaded twice, a status
/// register that is also used.
static bool unpredictable(uint32_t W) {
  if (W >> 26 & 1)
    return (W & 0x3a400000) == 0x28400000 && (W & 31) == (W >> 10 & 31);
  unsigned T = W & 31, N = W >> 5 & 31, T2 = W >> 10 & 31, S = W >> 16 & 31;
  bool Load = W >> 22 & 1;
  if ((W & 0x3a000000) == 0x28000000) // pairs
    return (Load && T == T2) ||
           ((W >> 23 & 1) && (T == N || T2 == N) && N != 31);
  if ((W & 0x3b200400) == 0x38000400) // pre- and post-indexed
    return T == N && N != 31;
  if ((W & 0x3fa00000) == 0x08000000 && !Load) // STXR
    return S == T || (S == N && N != 31);
  if ((W & 0xbfa00000) == 0x88200000) // LDXP, STXP
    return Load ? T == T2 : S == T || S == T2 || (S == N && N != 31);
  return false;
}

void Generator::makeBlock(unsigned NumInsns, uint64_t Start,
                          std::vector<uint32_t> &Words, State &In) {
  Words.clear();
  In = randomState(R);
  Written = Reserved = LoadExclusive = 0;
  unsigned Failures = 0;
  while (Words.size() != NumInsns) {
    uint32_t Word;
    A64 Row;
    if (!randomWord(Word, Row)) {
      std::fprintf(stderr, "no allocated word found for %s\n", info(Row).Name);
      drop(Row);
      if (Rows.empty())
        return;
      continue;
    }
    // The tiers rely on NZCV being undefined after a call (AAPCS64 6.1.1):
    // there has to be something behind it that sets them.
    const bool IsLast = Words.size() + 1 == NumInsns;
    if ((isCall(Word) && IsLast) ||
        !place(Word, Start + 4 * Words.size(), In)) {
      if (++Failures > 100) { // no register left for an address
        Word = NopWord;
        Words.push_back(Word);
      }
      continue;
    }
    Written |= writtenRegisters(Word);
    Words.push_back(Word);
    if (isCall(Word))
      Words.push_back(0xeb00001f | R.below(31) << 5 | R.below(31) << 16); // CMP
  }
}

State Generator::moreState(const State &First) {
  State In = randomState(R);
  for (unsigned I = 0; I != 31; ++I)
    if (Reserved >> I & 1)
      In.X[I] = First.X[I];
  In.Sp = First.Sp;
  return In;
}

/// A register whose initial value is still there when this instruction runs.
int Generator::freeRegister(bool AllowSp) {
  uint32_t Free = ~(Written | Reserved) & (AllowSp ? ~0u : ~(1u << 31));
  if (!Free)
    return -1;
  for (;;) {
    unsigned Reg = R.below(32);
    if (Free >> Reg & 1)
      return static_cast<int>(Reg);
  }
}

/// Make Word safe to execute at Pc. False: try another.
bool Generator::place(uint32_t &Word, uint64_t Pc, State &In) {
  auto setField = [&](unsigned Lsb, unsigned Width, uint32_t V) {
    uint32_t M = ((1u << Width) - 1) << Lsb;
    Word = (Word & ~M) | (V << Lsb & M);
  };
  A64 Code = decode(Word).Code;
  if (MemOperand M = memOperand(Word); M.IsMem)
    return placeMemory(Word, M, Pc, In);
  // Direct branches: to the next instruction or the one behind it.
  const uint32_t Offset = isCall(Word) ? 1 : 1 + R.below(2);
  if ((Word & 0x7c000000) == 0x14000000)
    setField(0, 26, Offset);
  else if ((Word & 0xfe000000) == 0x54000000 ||
           (Word & 0x7e000000) == 0x34000000)
    setField(5, 19, Offset);
  else if ((Word & 0x7e000000) == 0x36000000)
    setField(5, 14, Offset);
  // Should-be-zero fields that QEMU insists on: CFINV, XAFLAG, AXFLAG, SB.
  if ((Word & 0xfffff09f) == 0xd500401f || (Word & 0xfffff0ff) == 0xd50330ff)
    setField(8, 4, 0);
  // System registers: one of those that user programs use.
  const char *Name = info(Code).Name;
  if (!std::strcmp(Name, "MRS") || !std::strcmp(Name, "MSR_reg")) {
    constexpr uint32_t Regs[] = {0xda10, 0xda20, 0xda21, 0xde82};
    setField(5, 16, Regs[R.below(4)]);
    // Trap enable bits and the like are not for random values.
    if (Word >> 21 & 1)
      return true;
    setField(0, 5, 31);
  }
  return true;
}

/// LDXR, LDXP, STXR, STXP and their ordered forms.
static bool isExclusive(uint32_t W) {
  return (W & 0x3f800000) == 0x08000000 && (W & 0x80200000) != 0x00200000;
}

/// Turn a store exclusive into the partner of the block's load exclusive. Other
/// sizes or forms at one address are unpredictable.
bool Generator::pairExclusive(uint32_t &Word) {
  constexpr uint32_t Load = 1u << 22, Form = 0xc0200000, Base = 31u << 5;
  if (!LoadExclusive || (Word & Load) || R.oneIn(3))
    return false;
  uint32_t W = (Word & ~(Form | Base)) | (LoadExclusive & (Form | Base));
  if ((Written >> (W >> 5 & 31) & 1) || unpredictable(W) ||
      decode(W).Code == A64::Unallocated)
    return false;
  Word = W;
  return true;
}

bool Generator::placeMemory(uint32_t &Word, const MemOperand &M, uint64_t Pc,
                            State &In) {
  if (M.Literal) {
    // Anywhere in the arena, at a word.
    int64_t Target =
        static_cast<int64_t>(ArenaBase) + R.below(ArenaSize / 4 - 4) * 4;
    uint32_t Imm =
        static_cast<uint32_t>((Target - static_cast<int64_t>(Pc)) / 4) &
        0x7ffff;
    Word = (Word & ~0xffffe0u) | Imm << 5;
    return true;
  }
  if (isExclusive(Word) && pairExclusive(Word))
    return true;
  A64 Before = decode(Word).Code;
  int Base = freeRegister(true);
  if (Base < 0)
    return false;
  int Index = -1;
  uint32_t W = (Word & ~0x3e0u) | static_cast<uint32_t>(Base) << 5;
  if (M.HasIndex) {
    Reserved |= 1u << Base;
    Index = freeRegister(false);
    if (Index < 0)
      return false;
    W = (W & ~0x1f0000u) | static_cast<uint32_t>(Index) << 16;
  }
  if (decode(W).Code != Before)
    return false;
  if ((W & 0x3f000000) == 0x19000000) // LDAPUR, STLUR: keep the alignment
    W &= ~0xf000u;
  if (unpredictable(W))
    return false;
  Word = W;
  Reserved |= 1u << Base;
  // Scaled offsets reach 64 KiB up, everything else far less.
  uint64_t Pointer = ArenaBase + 0x4000 + R.below(0x8000) * 4 + R.below(4);
  if (M.Aligned || Base == 31)
    Pointer &= ~uint64_t(31);
  if (isExclusive(Word)) {
    // Its own half of the slots, so that only partners meet.
    bool Load = Word >> 22 & 1;
    Pointer = (Pointer & ~uint64_t(63)) | (Load ? 32 : 0);
    if (Load)
      LoadExclusive = Word;
  }
  (Base == 31 ? In.Sp : In.X[Base]) = Pointer;
  if (Index >= 0) {
    Reserved |= 1u << Index;
    uint64_t Small = R.below(1024);
    unsigned Option = Word >> 13 & 7;
    bool Post = (Word & 0x3b000000) != 0x38000000;
    if (!Post &&
        (Option == 2 || Option == 6)) // 32-bit index: the top is ignored
      Small =
          (Option == 6 && R.oneIn(2) ? static_cast<uint32_t>(-Small) : Small) |
          R.next() << 32;
    else if (R.oneIn(2))
      Small = -Small;
    In.X[Index] = Small;
  }
  return true;
}
