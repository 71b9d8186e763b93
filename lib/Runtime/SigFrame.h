//===- SigFrame.h - The arm64 signal frame ----------------------*- C++ -*-===//
//
// Layouts of arch/arm64/include/uapi/asm/sigcontext.h and the kernel's
// struct rt_sigframe_user.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_RUNTIME_SIGFRAME_H
#define XLATE_LIB_RUNTIME_SIGFRAME_H

#include "xlate/Runtime/Thread.h"
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

/// Head of each record in Arm64Sigcontext::Reserved; zero ends the list.
struct Arm64Record {
  uint32_t Magic, Size;
};

constexpr uint32_t FpsimdMagic = 0x46508001;
constexpr uint32_t EsrMagic = 0x45535201;

struct Arm64Fpsimd {
  Arm64Record Head;
  uint32_t Fpsr, Fpcr;
  V128 V[32];
};

struct Arm64Esr {
  Arm64Record Head;
  uint64_t Esr;
};

static_assert(sizeof(Arm64Sigcontext) == 4384);
static_assert(offsetof(Arm64Ucontext, Mc) == 176);
static_assert(sizeof(Arm64SigFrame) == 4688);
static_assert(sizeof(Arm64Fpsimd) == 528);

/// SPSR view of the thread's PSTATE.
uint64_t pstate(const CpuState &S);
void setPstate(CpuState &S, uint64_t P);

/// Push T's state below Sp, for signal P. Sets SP and FP to the frame and
/// returns its address; 0, with nothing changed, if the stack isn't writable.
uint64_t pushSigFrame(GuestThread &T, const PendingSignal &P, uint64_t Sp);

/// Load T's state and alternate stack from the frame at SP. SigMask receives
/// the frame's mask. False, with nothing changed, if it isn't a valid frame.
bool popSigFrame(GuestThread &T, uint64_t &SigMask);

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_SIGFRAME_H
