//===- LdSt.h - Shared parts of the load/store semantics --------*- C++ -*-===//
#ifndef XLATE_LIB_SEMANTICS_LDST_H
#define XLATE_LIB_SEMANTICS_LDST_H

#include "xlate/Semantics/Semantics.h"

namespace xlate::sem {

/// Sign-extend the low Bits bits of V.
constexpr int64_t signExtend(uint64_t V, unsigned Bits) {
  return static_cast<int64_t>(V << (64 - Bits)) >> (64 - Bits);
}

/// Type of a general register that holds 1 << Size bytes.
constexpr Ty gprType(unsigned Size) { return Size == 3 ? Ty::X : Ty::W; }

/// Base register plus immediate. Indexed forms write Base + Disp back; the
/// post-indexed ones access Base itself.
struct ImmAddress {
  Addr Where;
  Val Base;
  int64_t Disp;
  unsigned Rn;
  bool WriteBack;

  ImmAddress(Ops &O, unsigned Rn, int64_t Disp, bool Post = false,
             bool Pre = false)
      : Base(O.xregSp(Rn)), Disp(Disp), Rn(Rn), WriteBack(Post || Pre) {
    Where = {Base, {}, 0, Post ? 0 : static_cast<int32_t>(Disp)};
  }

  /// To be called after all accesses and register writes of the instruction.
  void writeBack(Ops &O) const {
    if (WriteBack)
      O.setRegSp(Rn, O.addI(Base, Disp));
  }
};

} // namespace xlate::sem

#endif // XLATE_LIB_SEMANTICS_LDST_H
