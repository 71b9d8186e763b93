//===- FlagM.cpp - Flag manipulation --------------------------------------===//

#include "xlate/Semantics/Semantics.h"

namespace xlate::sem {

namespace {

constexpr unsigned NBit = 31, ZBit = 30, CBit = 29, VBit = 28;

/// One flag as a W of 0 or 1, out of getNzcv().
Val flag(Ops &O, Val Nzcv, unsigned Bit) {
  return O.and_(O.lshrI(Nzcv, Bit), O.w(1));
}

Val invert(Ops &O, Val Flag) { return O.xor_(Flag, O.w(1)); }

void setFlags(Ops &O, Val N, Val Z, Val C, Val V) {
  const Val NZ = O.or_(O.shlI(N, NBit), O.shlI(Z, ZBit));
  const Val CV = O.or_(O.shlI(C, CBit), O.shlI(V, VBit));
  O.setNzcv(O.or_(NZ, CV));
}

} // namespace

// CFINV, C6.2
void CFINV(Ops &O) {
  O.setNzcv(O.xor_(O.truncX(O.getNzcv()), O.w(1u << CBit)));
}

// AXFLAG, C6.2: from Arm's result of a floating-point comparison to the other
// format, where unordered is "equal and carry clear"
void AXFLAG(Ops &O) {
  const Val F = O.truncX(O.getNzcv());
  const Val Z = flag(O, F, ZBit), C = flag(O, F, CBit), V = flag(O, F, VBit);
  setFlags(O, O.w(0), O.or_(Z, V), O.and_(C, invert(O, V)), O.w(0));
}

// XAFLAG, C6.2
void XAFLAG(Ops &O) {
  const Val F = O.truncX(O.getNzcv());
  const Val Z = flag(O, F, ZBit), C = flag(O, F, CBit);
  const Val NotZ = invert(O, Z), NotC = invert(O, C);
  setFlags(O, O.and_(NotC, NotZ), O.and_(Z, C), O.or_(C, Z), O.and_(NotC, Z));
}

// RMIF, C6.2
void RMIF(Ops &O, unsigned imm6, unsigned Rn, unsigned mask) {
  const Val Rotated = O.truncX(O.rorI(O.xreg(Rn), imm6));
  const uint32_t Taken = mask << VBit;
  const Val Kept = O.and_(O.truncX(O.getNzcv()), O.w(~Taken));
  O.setNzcv(O.or_(Kept, O.and_(O.shlI(Rotated, VBit), O.w(Taken))));
}

/// N, Z and V of the low Bits bits of Rn, as an addition of that width sets
/// them when bit Bits is its carry; C stays.
static void setf(Ops &O, unsigned Bits, unsigned Rn) {
  const Val A = O.wreg(Rn);
  const Val C = flag(O, O.truncX(O.getNzcv()), CBit);
  const Val N = flag(O, A, Bits - 1);
  const Val Z =
      O.boolToW(O.cmpEq(Bits == 8 ? O.zext8(A) : O.zext16(A), O.w(0)));
  setFlags(O, N, Z, C, O.xor_(flag(O, A, Bits), N));
}

// SETF8, SETF16, C6.2
void SETF8(Ops &O, unsigned Rn) { setf(O, 8, Rn); }
void SETF16(Ops &O, unsigned Rn) { setf(O, 16, Rn); }

} // namespace xlate::sem
