//===- System.cpp - Hints, barriers, system instructions and registers ----===//

#include "xlate/Guest/CpuModel.h"
#include "xlate/Semantics/Semantics.h"

namespace xlate::sem {

//===----------------------------------------------------------------------===//
// Hints and barriers
//===----------------------------------------------------------------------===//

// HINT and its aliases, C6.2: NOP, YIELD, WFE, WFI, SEV, BTI, CSDB, the pointer
// authentication hints... Without authentication, PAC* insert nothing, AUT* and
// XPACLRI find nothing to remove, and every landing pad is valid.
void HINT(Ops &O, unsigned CRm, unsigned op2) {}

// WFET, WFIT, C6.2: may complete at once
void WFET(Ops &O, unsigned Rt) {}
void WFIT(Ops &O, unsigned Rt) {}

// CLREX, C6.2
void CLREX(Ops &O) { O.clrex(); }

static void dataBarrier(Ops &O, unsigned CRm) {
  switch (CRm & 3) {
  case 1:
    return O.barrier(BarrierKind::Load);
  case 2:
    return O.barrier(BarrierKind::Store);
  default: // the reserved types act as a full barrier
    return O.barrier(BarrierKind::Full);
  }
}

// DMB, C6.2
void DMB(Ops &O, unsigned CRm) { dataBarrier(O, CRm); }

// DSB, C6.2. SSBB and PSSBB are its types 0 and 4.
void DSB(Ops &O, unsigned CRm) {
  if (CRm == 0 || CRm == 4)
    return O.barrier(BarrierKind::Sb);
  dataBarrier(O, CRm);
}
void DSB_nXS(Ops &O) { O.barrier(BarrierKind::Full); }

// ISB, C6.2
void ISB(Ops &O) { O.exitNext(ExitReason::Barrier, uint64_t(0)); }

// SB, C6.2
void SB(Ops &O) { O.barrier(BarrierKind::Sb); }

//===----------------------------------------------------------------------===//
// System instructions
//===----------------------------------------------------------------------===//

/// Identity of a system register or instruction.
static constexpr unsigned sysId(unsigned Op0, unsigned Op1, unsigned CRn,
                                unsigned CRm, unsigned Op2) {
  return Op0 << 14 | Op1 << 11 | CRn << 7 | CRm << 3 | Op2;
}

// SYS, C6.2: cache maintenance
void SYS(Ops &O, unsigned op1, unsigned CRn, unsigned CRm, unsigned op2,
         unsigned Rt) {
  switch (sysId(1, op1, CRn, CRm, op2)) {
  case sysId(1, 3, 7, 5, 1): // IC IVAU
    return O.exitNext(ExitReason::ICacheFlush, O.xreg(Rt));
  case sysId(1, 3, 7, 4, 1): // DC ZVA
    return O.dcZva(O.xreg(Rt));
  case sysId(1, 3, 7, 10, 1): // DC CVAC
  case sysId(1, 3, 7, 11, 1): // DC CVAU
  case sysId(1, 3, 7, 12, 1): // DC CVAP
  case sysId(1, 3, 7, 13, 1): // DC CVADP
  case sysId(1, 3, 7, 14, 1): // DC CIVAC
    return;                   // the host's caches are coherent
  default:
    return O.undefined();
  }
}

// SYSL, C6.2: nothing is accessible at EL0
void SYSL(Ops &O, unsigned op1, unsigned CRn, unsigned CRm, unsigned op2,
          unsigned Rt) {
  O.undefined();
}

//===----------------------------------------------------------------------===//
// System registers
//===----------------------------------------------------------------------===//

static constexpr unsigned Nzcv = sysId(3, 3, 4, 2, 0);
static constexpr unsigned Fpcr = sysId(3, 3, 4, 4, 0);
static constexpr unsigned Fpsr = sysId(3, 3, 4, 4, 1);
static constexpr unsigned Tpidr = sysId(3, 3, 13, 0, 2);
static constexpr unsigned Tpidrro = sysId(3, 3, 13, 0, 3);
static constexpr unsigned Ctr = sysId(3, 3, 0, 0, 1);
static constexpr unsigned Dczid = sysId(3, 3, 0, 0, 7);
static constexpr unsigned Cntfrq = sysId(3, 3, 14, 0, 0);
static constexpr unsigned Cntvct = sysId(3, 3, 14, 0, 2);
static constexpr unsigned Rndr = sysId(3, 3, 2, 4, 0);
static constexpr unsigned Rndrrs = sysId(3, 3, 2, 4, 1);
static constexpr unsigned Dit = sysId(3, 3, 4, 2, 5);
static constexpr unsigned Ssbs = sysId(3, 3, 4, 2, 6);

/// RNDR, RNDRRS: a random number never fails to arrive, so NZCV = 0000.
static void randomNumber(Ops &O, SysReg R, unsigned Rt) {
  const Val V = O.readSys(R);
  O.setNzcv(O.w(0));
  O.setReg(Rt, V);
}

// MRS, C6.2
void MRS(Ops &O, unsigned o0, unsigned op1, unsigned CRn, unsigned CRm,
         unsigned op2, unsigned Rt) {
  switch (sysId(2 + o0, op1, CRn, CRm, op2)) {
  case Nzcv:
    return O.setReg(Rt, O.getNzcv());
  case Fpcr:
    return O.setReg(Rt, O.readSys(SysReg::Fpcr));
  case Fpsr:
    O.setReg(Rt, O.readSys(SysReg::Fpsr));
    return O.br(O.nextPc()); // optimising tiers keep FP flags within a block
  case Tpidr:
    return O.setReg(Rt, O.readSys(SysReg::TpidrEl0));
  case Tpidrro:
    return O.setReg(Rt, O.readSys(SysReg::TpidrroEl0));
  case Ctr:
    return O.setReg(Rt, O.x(cpu::Ctr));
  case Dczid:
    return O.setReg(Rt, O.x(cpu::Dczid));
  case Cntfrq:
    return O.setReg(Rt, O.x(cpu::CounterHz));
  case Cntvct:
    return O.setReg(Rt, O.readSys(SysReg::Cntvct));
  case Rndr:
    return randomNumber(O, SysReg::Rndr, Rt);
  case Rndrrs:
    return randomNumber(O, SysReg::Rndrrs, Rt);
  case Dit:
    return O.setReg(Rt, O.readSys(SysReg::Dit));
  case Ssbs:
    return O.setReg(Rt, O.readSys(SysReg::Ssbs));
  default:
    break;
  }
  if (const auto Id = cpu::idRegister(2 + o0, op1, CRn, CRm, op2))
    return O.setReg(Rt, O.x(*Id));
  O.undefined();
}

// MSR (register), C6.2
void MSR_reg(Ops &O, unsigned o0, unsigned op1, unsigned CRn, unsigned CRm,
             unsigned op2, unsigned Rt) {
  switch (sysId(2 + o0, op1, CRn, CRm, op2)) {
  case Nzcv:
    return O.setNzcv(O.wreg(Rt));
  case Fpcr:
    O.writeSys(SysReg::Fpcr, O.xreg(Rt));
    // FPCR is constant within a unit; the runtime looks at the new value.
    return O.exitNext(ExitReason::Barrier, uint64_t(0));
  case Fpsr:
    O.writeSys(SysReg::Fpsr, O.xreg(Rt));
    // The runtime learns that the guest looks at the flags.
    return O.exitNext(ExitReason::Barrier, uint64_t(1));
  case Tpidr:
    return O.writeSys(SysReg::TpidrEl0, O.xreg(Rt));
  case Dit:
    return O.writeSys(SysReg::Dit, O.xreg(Rt));
  case Ssbs:
    return O.writeSys(SysReg::Ssbs, O.xreg(Rt));
  default:
    return O.undefined();
  }
}

// MSR (immediate), C6.2. UAO, PAN, SPSel, ALLINT and DAIF belong to EL1.
void MSR_pstate(Ops &O, unsigned op1, unsigned CRm, unsigned op2) {
  const Val All = O.x((CRm & 1) ? ~uint64_t(0) : 0);
  if (op1 == 3 && op2 == 1)
    O.writeSys(SysReg::Ssbs, All);
  else if (op1 == 3 && op2 == 2)
    O.writeSys(SysReg::Dit, All);
  else
    O.undefined();
}

} // namespace xlate::sem
