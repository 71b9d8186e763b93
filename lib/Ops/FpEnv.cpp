//===- FpEnv.cpp - FPCR and FPSR on top of MXCSR --------------------------===//

#include "xlate/Ops/FpEnv.h"
#include <xmmintrin.h>

using namespace xlate;

uint32_t fpenv::mxcsrFor(uint32_t Fpcr) {
  constexpr uint32_t Masks = 0x1f80, FlushToZero = 0x8000,
                     DenormalsAreZero = 0x40;
  // RMode is N, P, M, Z; RC is nearest, down, up, zero.
  const uint32_t RMode = Fpcr >> 22 & 3;
  const uint32_t Rc = (RMode & 1) << 1 | RMode >> 1;
  return Masks | Rc << 13 |
         (Fpcr & FpcrFz ? FlushToZero | DenormalsAreZero : 0);
}

uint32_t fpenv::fpsrFrom(uint32_t Mxcsr, uint32_t Fpcr) {
  // IE ZE OE UE PE are IOC DZC OFC UFC IXC; DE sits in between.
  uint32_t Flags = (Mxcsr & 1) | (Mxcsr >> 1 & 0x1e);
  // Arm has no flag for using a denormal, only for flushing one.
  if (Mxcsr & 2 && Fpcr & FpcrFz)
    Flags |= 0x80;
  return Flags;
}

uint32_t fpenv::mxcsrFrom(uint32_t Fpsr) {
  return (Fpsr & 1) | (Fpsr & 0x1e) << 1 | (Fpsr >> 6 & 2);
}

void fpenv::enter(CpuState &S) {
  S.HostMxcsr = mxcsrFor(S.Fpcr) & ~S.Unmasked;
  _mm_setcsr(S.HostMxcsr);
}

void fpenv::collectFlags(CpuState &S) {
  const uint32_t Mxcsr = _mm_getcsr();
  if (!(Mxcsr & MxcsrSticky))
    return;
  S.Fpsr |= fpsrFrom(Mxcsr, S.Fpcr);
  _mm_setcsr(Mxcsr & ~MxcsrSticky);
}

void fpenv::writeFpcr(CpuState &S, uint32_t V) {
  collectFlags(S);
  S.Fpcr = V & FpcrMask;
  enter(S);
}

uint32_t fpenv::readFpsr(CpuState &S) {
  collectFlags(S);
  return S.Fpsr;
}

void fpenv::writeFpsr(CpuState &S, uint32_t V) {
  collectFlags(S);
  S.Fpsr = V & FpsrMask;
}
