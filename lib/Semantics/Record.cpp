//===- Record.cpp - Guest code to uops ------------------------------------===//

#include "xlate/Semantics/Semantics.h"
#include <algorithm>
#include <cstring>

using namespace xlate;

static bool plainFetch(void *Dst, const void *Src, size_t N) {
  std::memcpy(Dst, Src, N);
  return true;
}

uint64_t xlate::GuestVdso = 0;

bool (*xlate::FetchGuestCode)(void *, const void *, size_t) = plainFetch;

/// True if Word is the prologue of a memory copy or set, and the main and
/// epilogue instructions follow at Pc + 4: the prologue leaves them nothing to
/// do (see Mops.cpp).
static bool isWholeMops(uint32_t Word, uint64_t Pc) {
  uint32_t Step;
  if ((Word & 0xfbe00c00) == 0x19000400) // CPYFP, CPYP
    Step = 1u << 22;
  else if ((Word & 0xffe0cc00) == 0x19c00400) // SETP
    Step = 1u << 14;
  else
    return false;
  uint32_t Next[2];
  return FetchGuestCode(Next, reinterpret_cast<const void *>(Pc + 4),
                        sizeof Next) &&
         Next[0] == Word + Step && Next[1] == Word + 2 * Step;
}

std::optional<MopsPrologue> xlate::mopsPrologue(const Block &B, unsigned I) {
  const Uop &U = B.Uops[I];
  const auto H = static_cast<StateHelper>(U.Imm);
  if (U.Code != Op::stateHelper || B.Uops[U.A[0]].Code != Op::constant ||
      (H != StateHelper::MopsCpy && H != StateHelper::MopsSet))
    return std::nullopt;
  const auto Word = static_cast<uint32_t>(B.Uops[U.A[0]].Imm);
  const bool IsSet = H == StateHelper::MopsSet;
  if (IsSet ? Word >> 14 & 3 : Word >> 22 & 3)
    return std::nullopt; // main or epilogue
  return MopsPrologue{Word & 31, Word >> 16 & 31, Word >> 5 & 31, IsSet,
                      !(Word >> 26 & 1)};
}

bool CodeReader::fill(uint64_t Pc, uint64_t Limit) {
  uint64_t N = std::min<uint64_t>(sizeof Buffer, Limit - Pc);
  // One word at a time where the page goes away meanwhile.
  for (uint64_t Try : {N & ~uint64_t(3), uint64_t(4)})
    if (FetchGuestCode(Buffer, reinterpret_cast<const void *>(Pc), Try)) {
      Lo = Pc;
      Hi = Pc + Try;
      return true;
    }
  return false;
}

Block xlate::recordBlock(uint64_t Pc, uint64_t Limit, unsigned MaxInsns) {
  Block B;
  B.Uops.reserve(MaxInsns * 6);
  recordBlock(B, Pc, Limit, MaxInsns);
  return B;
}

void xlate::recordBlock(Block &B, uint64_t Pc, uint64_t Limit,
                        unsigned MaxInsns) {
  recordTrace(B, Pc, Limit, MaxInsns, 0, nullptr);
}

void xlate::recordTrace(Block &B, uint64_t Pc, uint64_t Limit,
                        unsigned MaxInsns, unsigned MaxBranches,
                        const std::function<bool(uint64_t Pc)> &Continue) {
  B.Pc = Pc;
  B.NumInsns = 0;
  B.Uops.clear();
  Ops O(B);
  CodeReader Code;
  for (; B.NumInsns != MaxInsns && Pc + 4 <= Limit; Pc += 4) {
    uint32_t Word = 0; // UDF if the page went away meanwhile
    if (!Code.word(Pc, Limit, Word) && B.NumInsns != 0)
      break;
    O.startInsn(Pc, Word);
    record(O, decode(Word));
    if (!O.terminated()) {
      if (B.NumInsns + 2 <= MaxInsns && Pc + 12 <= Limit &&
          isWholeMops(Word, Pc)) {
        std::find_if(B.Uops.rbegin(), B.Uops.rend(), [](const Uop &U) {
          return U.Code == Op::stateHelper;
        })->N = 3;
        B.NumInsns += 2;
        Pc += 8;
      }
      continue;
    }
    if (!MaxBranches || B.terminator().Code != Op::brCond ||
        B.NumInsns == MaxInsns || Pc + 8 > Limit || !Continue(Pc + 4))
      break;
    --MaxBranches;
    O.resume();
  }
  B.End = B.Pc + 4 * uint64_t(B.NumInsns);
  B.IsCut = !O.terminated();
  if (B.IsCut)
    O.br(B.End);
}
