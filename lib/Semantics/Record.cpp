//===- Record.cpp - Guest code to uops ------------------------------------===//

#include "xlate/Semantics/Semantics.h"
#include <cstring>

using namespace xlate;

static bool plainFetch(void *Dst, const void *Src, size_t N) {
  std::memcpy(Dst, Src, N);
  return true;
}

bool (*xlate::FetchGuestCode)(void *, const void *, size_t) = plainFetch;

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
  }
  B.End = B.Pc + 4 * uint64_t(B.NumInsns);
  if (!O.terminated())
    O.br(B.End);
  return B;
}
