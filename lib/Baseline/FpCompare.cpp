//===- FpCompare.cpp - Floating-point comparisons that set NZCV -----------===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

// flagsFcmp and flagsFccmp through the evaluator.
void Emitter::callFlagsFcmp(unsigned I) {
  const Uop &U = uop(I);
  beginFlagsWrite();
  for (unsigned N = 0; N != 3; ++N)
    if (U.A[N] != NoVal)
      storeArgument(N + 1, U.A[N]);
  FlagsIn = FlagsKind::Mem;
  callEval(I);
  seg();
  mov(eax, gs32(offTmp(0)));
  storeNzcvNibble();
}

void Emitter::emitFlagsFcmp(unsigned I) { callFlagsFcmp(I); }
