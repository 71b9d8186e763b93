//===- FpEnv.h - FPCR and FPSR on top of MXCSR ------------------*- C++ -*-===//
//
// While guest code runs, the host's MXCSR holds the guest's rounding and
// flush modes (CpuState::HostMxcsr), and its sticky bits are exception flags
// that have not reached CpuState::Fpsr yet.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_OPS_FPENV_H
#define XLATE_OPS_FPENV_H

#include "xlate/Guest/CpuState.h"

namespace xlate::fpenv {

/// FPCR bits that can be set: AHP, DN, FZ, RMode, FZ16. Trap enables read as
/// zero: no FP exception traps.
constexpr uint32_t FpcrMask = 0x07c80000;
constexpr uint32_t FpcrFz = 1u << 24;
/// FPSR bits that can be set: NZCV, QC, IDC, IXC, UFC, OFC, DZC, IOC.
constexpr uint32_t FpsrMask = 0xf800009f;
constexpr uint32_t FpcrDn = 1u << 25;
constexpr uint32_t MxcsrSticky = 0x3f, MxcsrInvalidMask = 0x80;

/// MXCSR with the modes of Fpcr, every exception masked, no sticky bit set.
uint32_t mxcsrFor(uint32_t Fpcr);

/// FPSR flags that MXCSR's sticky bits stand for under Fpcr.
uint32_t fpsrFrom(uint32_t Mxcsr, uint32_t Fpcr);

/// Sticky bits of MXCSR that stand for these FPSR flags.
uint32_t mxcsrFrom(uint32_t Fpsr);

/// Prepare the live MXCSR and S.HostMxcsr for guest code under S.Fpcr, sticky
/// bits clear and the exceptions in S.Unmasked unmasked.
void enter(CpuState &S);

/// Move the sticky bits of the live MXCSR into S.Fpsr.
void collectFlags(CpuState &S);

/// MSR FPCR: also loads the live MXCSR and CpuState::HostMxcsr.
void writeFpcr(CpuState &S, uint32_t V);

/// MRS FPSR, MSR FPSR.
uint32_t readFpsr(CpuState &S);
void writeFpsr(CpuState &S, uint32_t V);

/// While it lives, the calling thread has the host's modes, and no exception of
/// its arithmetic is the guest's.
class HostModes {
public:
  HostModes() : Guest(__builtin_ia32_stmxcsr()) {
    __builtin_ia32_ldmxcsr(0x1f80);
  }
  ~HostModes() { __builtin_ia32_ldmxcsr(Guest); }
  HostModes(const HostModes &) = delete;

private:
  unsigned Guest;
};

} // namespace xlate::fpenv

#endif // XLATE_OPS_FPENV_H
