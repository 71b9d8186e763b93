//===- Pauth.cpp - Pointer authentication without authentication ----------===//
//
// The CPU model does not advertise FEAT_PAuth, yet code built for it by fiat
// runs: signing leaves pointers alone, and authenticating accepts them.
// Authenticating branches are in Branch.cpp.
//
//===----------------------------------------------------------------------===//

#include "xlate/Decoder/Fields.h"
#include "xlate/Semantics/Semantics.h"

namespace xlate::sem {

// PACIA, PACIB, PACDA, PACDB, C6.2
void PACIA(Ops &O, unsigned key, unsigned Rn, unsigned Rd) {}
void PACIZA(Ops &O, unsigned key, unsigned Rd) {}

// AUTIA, AUTIB, AUTDA, AUTDB, C6.2
void AUTIA(Ops &O, unsigned key, unsigned Rn, unsigned Rd) {}
void AUTIZA(Ops &O, unsigned key, unsigned Rd) {}

// XPACI, XPACD, C6.2: Strip() of a 48-bit address whose top byte is ignored
void XPAC(Ops &O, unsigned D, unsigned Rd) {
  const uint64_t Pac = uint64_t(0x7f) << 48;
  const Val V = O.xreg(Rd);
  const Val Upper = O.cmpNe(O.and_(V, O.x(uint64_t(1) << 55)), O.x(0));
  O.setReg(Rd, O.select(Upper, O.or_(V, O.x(Pac)), O.and_(V, O.x(~Pac))));
}

// PACGA, C6.2: the code is 0
void PACGA(Ops &O, unsigned Rm, unsigned Rn, unsigned Rd) {
  O.setReg(Rd, O.x(0));
}

// LDRAA, LDRAB, C6.2
void LDRA(Ops &O, unsigned M, unsigned S, unsigned imm9, unsigned W,
          unsigned Rn, unsigned Rt) {
  const int64_t Offset = signExtend(S << 9 | imm9, 10) * 8;
  const Val Base = O.xregSp(Rn);
  const Val V =
      O.load(Ty::X, 3, {.Base = Base, .Disp = static_cast<int32_t>(Offset)});
  if (W)
    O.setRegSp(Rn, O.addI(Base, Offset));
  O.setReg(Rt, V);
}

} // namespace xlate::sem
