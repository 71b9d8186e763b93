//===- SigFrame.h - The arm64 signal frame ----------------------*- C++ -*-===//
//
// Layouts of arch/arm64/include/uapi/asm/sigcontext.h and the kernel's
// struct rt_sigframe_user.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_RUNTIME_SIGFRAME_H
#define XLATE_LIB_RUNTIME_SIGFRAME_H

#include "xlate/Guest/CpuState.h"
#include <csignal>
#include <cstdint>

namespace xlate::runtime {

struct Arm64Stack {
  uint64_t Sp;
  int32_t Flags;
  int32_t Pad;
  uint64_t Size;
};

struct Arm64Sigcontext {
  uint64_t FaultAddress;
  uint64_t Regs[31];
  uint64_t Sp, Pc, Pstate;
  alignas(16) uint8_t Reserved[4096];
};

struct Arm64Ucontext {
  uint64_t Flags;
  uint64_t Link;
  Arm64Stack Stack;
  uint64_t Sigmask;
  uint8_t Unused[120];
  alignas(16) Arm64Sigcontext Mc;
};

struct Arm64SigFrame {
  uint8_t Info[128];
  Arm64Ucontext Uc;
};

/// What stands above the frame, so that unwinders see a normal frame record.
struct Arm64FrameRecord {
  uint64_t Fp, Lr;
};

constexpr uint32_t FpsimdMagic = 0x46508001;
constexpr uint32_t EsrMagic = 0x45535201;

struct Arm64Fpsimd {
  uint32_t Magic, Size;
  uint32_t Fpsr, Fpcr;
  V128 V[32];
};

struct Arm64Esr {
  uint32_t Magic, Size;
  uint64_t Esr;
};

static_assert(sizeof(Arm64Sigcontext) == 4384);
static_assert(offsetof(Arm64Ucontext, Mc) == 176);
static_assert(sizeof(Arm64SigFrame) == 4688);
static_assert(sizeof(Arm64Fpsimd) == 528);

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_SIGFRAME_H
