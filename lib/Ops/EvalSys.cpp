//===- EvalSys.cpp - Evaluators of system primitives ----------------------===//

#include "Helpers.h"
#include "xlate/Ops/Eval.h"
#include "xlate/Ops/FpEnv.h"
#include <atomic>
#include <cerrno>
#include <ctime>
#include <sys/random.h>

using namespace xlate;

// Positions in SPSR, MRS DIT and MRS SSBS alike.
static constexpr uint32_t DitBit = 1u << 24, SsbsBit = 1u << 12;

/// CNTVCT_EL0 in nanoseconds, which cpu::CounterHz promises.
static uint64_t counter() {
  timespec T;
  clock_gettime(CLOCK_MONOTONIC, &T);
  return static_cast<uint64_t>(T.tv_sec) * 1000000000 +
         static_cast<uint64_t>(T.tv_nsec);
}

static uint64_t randomNumber() {
  uint64_t V = 0;
  const int Saved = errno;
  while (getrandom(&V, sizeof V, 0) != sizeof V)
    ;
  errno = Saved;
  return V;
}

XLATE_EVAL(readSys) {
  switch (static_cast<SysReg>(Param{ParamWord}.imm())) {
  case SysReg::Fpcr:
    R->X = S->Fpcr;
    break;
  case SysReg::Fpsr:
    R->X = fpenv::readFpsr(*S);
    break;
  case SysReg::TpidrEl0:
    R->X = S->TpidrEl0;
    break;
  case SysReg::TpidrroEl0:
    R->X = S->TpidrroEl0;
    break;
  case SysReg::Cntvct:
    R->X = counter();
    break;
  case SysReg::Rndr:
  case SysReg::Rndrrs:
    R->X = randomNumber();
    break;
  case SysReg::Dit:
    R->X = S->PstateHints & DitBit;
    break;
  case SysReg::Ssbs:
    R->X = S->PstateHints & SsbsBit;
    break;
  }
}

XLATE_EVAL(writeSys) {
  switch (static_cast<SysReg>(Param{ParamWord}.imm())) {
  case SysReg::Fpcr:
    fpenv::writeFpcr(*S, A->W);
    break;
  case SysReg::Fpsr:
    fpenv::writeFpsr(*S, A->W);
    break;
  case SysReg::TpidrEl0:
    S->TpidrEl0 = A->X;
    break;
  case SysReg::Dit:
    S->PstateHints = (S->PstateHints & ~DitBit) | (A->W & DitBit);
    break;
  case SysReg::Ssbs:
    S->PstateHints = (S->PstateHints & ~SsbsBit) | (A->W & SsbsBit);
    break;
  default: // the others are read-only, which the semantics know
    break;
  }
}

XLATE_EVAL(clrex) { S->ExclSize = 0; }

XLATE_EVAL(barrier) {
  // Loads are ordered with loads and stores with stores on x86 anyway.
  switch (static_cast<BarrierKind>(Param{ParamWord}.imm())) {
  case BarrierKind::Load:
  case BarrierKind::Store:
    std::atomic_signal_fence(std::memory_order_seq_cst);
    break;
  case BarrierKind::Full:
    std::atomic_thread_fence(std::memory_order_seq_cst);
    break;
  case BarrierKind::Sb:
    __builtin_ia32_lfence();
    break;
  }
}

// Prefetching nothing is a correct answer to the hint.
XLATE_EVAL(prefetch) {}

XLATE_EVAL(stateHelper) {
  switch (static_cast<StateHelper>(Param{ParamWord}.imm())) {
  case StateHelper::MopsCpy:
    return helper::mopsCopy(*S, A->W);
  case StateHelper::MopsSet:
    return helper::mopsSet(*S, A->W);
  case StateHelper::VdsoClock:
    return helper::vdsoClock(*S, static_cast<VdsoSvc>(A->X));
  case StateHelper::Count:
    break;
  }
}
