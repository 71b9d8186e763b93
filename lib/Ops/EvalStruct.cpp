//===- EvalStruct.cpp - Three-way (de-)interleaving of LD3 and ST3 --------===//

#include "xlate/Ops/Eval.h"
#include <cstring>

using namespace xlate;

XLATE_EVAL(vDeint3) {
  Param P{ParamWord};
  const unsigned Bytes = 1u << P.lane(), Lanes = laneCount(P.lane());
  uint8_t In[48];
  std::memcpy(In, &A->V, 16);
  std::memcpy(In + 16, &B->V, 16);
  std::memcpy(In + 32, &C->V, 16);
  for (unsigned I = 0; I != Lanes; ++I)
    std::memcpy(R->V.B + I * Bytes, In + (3 * I + P.imm()) * Bytes, Bytes);
}

XLATE_EVAL(vInt3) {
  Param P{ParamWord};
  const unsigned Bytes = 1u << P.lane(), Lanes = laneCount(P.lane());
  const V128 In[3] = {A->V, B->V, C->V};
  for (unsigned I = 0; I != Lanes; ++I) {
    unsigned Pos = P.imm() * Lanes + I;
    std::memcpy(R->V.B + I * Bytes, In[Pos % 3].B + Pos / 3 * Bytes, Bytes);
  }
}
