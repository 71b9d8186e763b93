//===- Branch.cpp - Branches and exception generation ---------------------===//

#include "xlate/Decoder/Fields.h"
#include "xlate/Semantics/Semantics.h"

namespace xlate::sem {

/// Target of a branch whose word offset has Bits bits.
static uint64_t target(Ops &O, unsigned Imm, unsigned Bits) {
  return O.pc() + (static_cast<uint64_t>(signExtend(Imm, Bits)) << 2);
}

//===----------------------------------------------------------------------===//
// Immediate branches
//===----------------------------------------------------------------------===//

// B, C6.2
void B(Ops &O, unsigned imm26) { O.br(target(O, imm26, 26)); }

// BL, C6.2
void BL(Ops &O, unsigned imm26) { O.callTo(target(O, imm26, 26)); }

// B.cond, C6.2
void B_cond(Ops &O, unsigned imm19, unsigned cond) {
  O.brCond(O.cond(cond), target(O, imm19, 19));
}

// BC.cond, FEAT_HBC: the hint that the branch behaves consistently is ignored.
void BC_cond(Ops &O, unsigned imm19, unsigned cond) { B_cond(O, imm19, cond); }

// CBZ, C6.2
void CBZ(Ops &O, unsigned sf, unsigned imm19, unsigned Rt) {
  O.brCond(O.cmpEq(O.reg(sf, Rt), O.sfImm(sf, 0)), target(O, imm19, 19));
}

// CBNZ, C6.2
void CBNZ(Ops &O, unsigned sf, unsigned imm19, unsigned Rt) {
  O.brCond(O.cmpNe(O.reg(sf, Rt), O.sfImm(sf, 0)), target(O, imm19, 19));
}

static Val testedBit(Ops &O, unsigned B5, unsigned B40, unsigned Rt) {
  return O.and_(O.reg(B5, Rt), O.sfImm(B5, uint64_t(1) << (B5 << 5 | B40)));
}

// TBZ, C6.2
void TBZ(Ops &O, unsigned b5, unsigned b40, unsigned imm14, unsigned Rt) {
  O.brCond(O.cmpEq(testedBit(O, b5, b40, Rt), O.sfImm(b5, 0)),
           target(O, imm14, 14));
}

// TBNZ, C6.2
void TBNZ(Ops &O, unsigned b5, unsigned b40, unsigned imm14, unsigned Rt) {
  O.brCond(O.cmpNe(testedBit(O, b5, b40, Rt), O.sfImm(b5, 0)),
           target(O, imm14, 14));
}

//===----------------------------------------------------------------------===//
// Register branches. The authenticating forms act as the plain ones: no pointer
// here ever carries a code, as PAC* do not insert any.
//===----------------------------------------------------------------------===//

// BR, C6.2
void BR(Ops &O, unsigned Rn) { O.brInd(O.xreg(Rn), BranchKind::Jump); }

// BLR, C6.2
void BLR(Ops &O, unsigned Rn) {
  const Val Target = O.xreg(Rn);
  O.setReg(30, O.x(O.nextPc()));
  O.brInd(Target, BranchKind::Call);
}

// RET, C6.2
void RET(Ops &O, unsigned Rn) { O.brInd(O.xreg(Rn), BranchKind::Ret); }

// BRAAZ, BRABZ, C6.2
void BRAZ(Ops &O, unsigned M, unsigned Rn) { BR(O, Rn); }

// BRAA, BRAB, C6.2
void BRA(Ops &O, unsigned M, unsigned Rn, unsigned Rm) { BR(O, Rn); }

// BLRAAZ, BLRABZ, C6.2
void BLRAZ(Ops &O, unsigned M, unsigned Rn) { BLR(O, Rn); }

// BLRAA, BLRAB, C6.2
void BLRA(Ops &O, unsigned M, unsigned Rn, unsigned Rm) { BLR(O, Rn); }

// RETAA, RETAB, C6.2
void RETA(Ops &O, unsigned M) { RET(O, 30); }

// ERET, ERETAA, ERETAB, DRPS: UNDEFINED at EL0
void ERET(Ops &O) { O.undefined(); }
void ERETA(Ops &O, unsigned M) { O.undefined(); }
void DRPS(Ops &O) { O.undefined(); }

//===----------------------------------------------------------------------===//
// Exception generation
//===----------------------------------------------------------------------===//

// SVC, C6.2
void SVC(Ops &O, unsigned imm16) {
  if (GuestVdso && O.pc() - GuestVdso < 4096 &&
      imm16 >= static_cast<unsigned>(VdsoSvc::ClockGettime) &&
      imm16 <= static_cast<unsigned>(VdsoSvc::Gettimeofday))
    return O.stateHelper(StateHelper::VdsoClock, O.x(imm16));
  O.exitNext(ExitReason::Syscall, imm16);
}

// BRK, C6.2
void BRK(Ops &O, unsigned imm16) { O.exitHere(ExitReason::Breakpoint, imm16); }

// UDF, C6.2
void UDF(Ops &O, unsigned imm16) { O.undefined(); }

// HLT is UNDEFINED while halting debug is disabled; HVC, SMC and DCPS are
// UNDEFINED at EL0.
void HLT(Ops &O, unsigned imm16) { O.undefined(); }
void HVC(Ops &O, unsigned imm16) { O.undefined(); }
void SMC(Ops &O, unsigned imm16) { O.undefined(); }
void DCPS(Ops &O, unsigned imm16, unsigned LL) { O.undefined(); }

} // namespace xlate::sem
