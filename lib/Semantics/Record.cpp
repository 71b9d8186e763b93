//===- Record.cpp - Guest code to uops ------------------------------------===//

#include "xlate/Semantics/Semantics.h"
#include <algorithm>
#include <cstring>

using namespace xlate;

static bool plainFetch(void *Dst, const void *Src, size_t N) {
  std::memcpy(Dst, Src, N);
  return true;
}

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

Block xlate::recordBlock(uint64_t Pc, uint64_t Limit, unsigned MaxInsns) {
  Block B;
  B.Pc = Pc;
  B.Uops.reserve(MaxInsns * 6);
  Ops O(B);
  for (unsigned I = 0; I != MaxInsns && Pc + 4 <= Limit; ++I, Pc += 4) {
    uint32_t Word = 0; // UDF if the page went away meanwhile
    if (!FetchGuestCode(&Word, reinterpret_cast<const void *>(Pc),
                        sizeof Word) &&
        I != 0)
      break;
    O.startInsn(Pc, Word);
    record(O, decode(Word));
    if (O.terminated())
      break;
    if (Pc + 12 <= Limit && isWholeMops(Word, Pc)) {
      std::find_if(B.Uops.rbegin(), B.Uops.rend(), [](const Uop &U) {
        return U.Code == Op::stateHelper;
      })->N = 3;
      B.NumInsns += 2;
      Pc += 8;
    }
  }
  B.End = B.Pc + 4 * uint64_t(B.NumInsns);
  if (!O.terminated())
    O.br(B.End);
  return B;
}
