//===- Mops.cpp - Memory copy and set -------------------------------------===//
//
// The prologue does the whole job and leaves a size of zero, so that the main
// and epilogue instructions find nothing to do; they still work alone. See
// lib/Ops/EvalMops.cpp.
//
//===----------------------------------------------------------------------===//

#include "xlate/Semantics/Semantics.h"

namespace xlate::sem {

static void helper(Ops &O, StateHelper H) { O.stateHelper(H, O.x(O.word())); }

/// NZCV = 0000 after the prologue tells that it works the option A way.
static void prologue(Ops &O, StateHelper H) {
  helper(O, H);
  O.setNzcv(O.w(0));
}

// CPYFP, CPYFM, CPYFE, C6.2
void CPYFP(Ops &O, unsigned Rs, unsigned Rn, unsigned Rd) {
  prologue(O, StateHelper::MopsCpy);
}
void CPYFM(Ops &O, unsigned Rs, unsigned Rn, unsigned Rd) {
  helper(O, StateHelper::MopsCpy);
}
void CPYFE(Ops &O, unsigned Rs, unsigned Rn, unsigned Rd) {
  helper(O, StateHelper::MopsCpy);
}

// CPYP, CPYM, CPYE, C6.2
void CPYP(Ops &O, unsigned Rs, unsigned Rn, unsigned Rd) {
  prologue(O, StateHelper::MopsCpy);
}
void CPYM(Ops &O, unsigned Rs, unsigned Rn, unsigned Rd) {
  helper(O, StateHelper::MopsCpy);
}
void CPYE(Ops &O, unsigned Rs, unsigned Rn, unsigned Rd) {
  helper(O, StateHelper::MopsCpy);
}

// SETP, SETM, SETE, C6.2
void SETP(Ops &O, unsigned Rs, unsigned Rn, unsigned Rd) {
  prologue(O, StateHelper::MopsSet);
}
void SETM(Ops &O, unsigned Rs, unsigned Rn, unsigned Rd) {
  helper(O, StateHelper::MopsSet);
}
void SETE(Ops &O, unsigned Rs, unsigned Rn, unsigned Rd) {
  helper(O, StateHelper::MopsSet);
}

} // namespace xlate::sem
