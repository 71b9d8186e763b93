//===- DpImm.cpp - Data processing, immediate -----------------------------===//

#include "xlate/Semantics/Semantics.h"

namespace xlate::sem {

// ADD (immediate), C6.2.4
void ADD_imm(Ops &O, unsigned sf, unsigned sh, unsigned imm12, unsigned Rn, unsigned Rd) {
  Val Imm = O.sfImm(sf, uint64_t(imm12) << (sh ? 12 : 0));
  O.setRegSp(Rd, O.add(O.regSp(sf, Rn), Imm));
}

} // namespace xlate::sem
