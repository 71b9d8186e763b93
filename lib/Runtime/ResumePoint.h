//===- ResumePoint.h - Where a fault's handler returns to -------*- C++ -*-===//
//
// Units of the optimising tier keep guest registers in values: at a fault,
// CpuState has the PC, SP and what hasn't changed lately. A handler without
// SA_SIGINFO isn't given registers, but when it returns the access is made
// again, and the code goes on with those that it had. So the host's registers
// and the unit's stack are kept, and are where such a handler returns to.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_RUNTIME_RESUMEPOINT_H
#define XLATE_LIB_RUNTIME_RESUMEPOINT_H

#include "xlate/Runtime/Thread.h"
#include <cstdint>
#include <ucontext.h>
#include <vector>

namespace xlate::runtime {

/// A signal frame of the host, as far as rt_sigreturn reads it.
struct HostContext {
  static constexpr size_t MaxFpBytes = 12 << 10;
  /// The kernel's struct ucontext is the beginning of the C library's.
  static constexpr size_t UcBytes =
      offsetof(ucontext_t, uc_sigmask) + sizeof(uint64_t);

  alignas(64) unsigned char Fp[MaxFpBytes];
  alignas(16) unsigned char Uc[UcBytes];
  uint64_t Rsp = 0, Rip = 0; ///< Rip 0: there is no context here.

  /// Take Uc over, if there's room for it. For signal handlers.
  void take(const ucontext_t &From);
  /// rt_sigreturn is about to be given Uc, with this mask.
  void prepare(uint64_t Mask);
};

class ResumePoint {
public:
  /// Of T's last fault, before T runs anything else.
  explicit ResumePoint(const GuestThread &T);
  /// What rt_sigreturn has read from the frame is what the fault had left.
  bool matches(const CpuState &S) const;
  /// Go on where T was at the fault. Returns as xlate_enter() does.
  void resume(GuestThread &T);

  uint64_t Frame = 0; ///< The guest's signal frame.

private:
  struct Registers {
    uint64_t X[32], Pc;
    uint8_t Flags[4];
    uint32_t Fpcr;
    V128 V[32];
  };
  static Registers registersOf(const CpuState &S);

  HostContext Host;
  std::vector<unsigned char> Stack; ///< From Host.Rsp's red zone to CpuState.
  Registers Shown;
  /// What generated code and evaluators leave in CpuState for one another.
  struct {
    decltype(CpuState::Tmp) Tmp;
    decltype(CpuState::SaveGpr) Gpr;
    decltype(CpuState::SaveVec) Vec;
  } Scratch;
};

/// Can T's last fault be returned to, at T.FaultContext?
bool canResume(const GuestThread &T);

/// Something else is about to be in these bytes of the guest's stack.
void forgetResumePoints(GuestThread &T, uint64_t Lo, uint64_t Hi);

/// Where a return from the signal frame at Frame, which T.S has been loaded
/// from, leads to if that isn't T.S; null if it is.
std::shared_ptr<ResumePoint> takeResumePoint(GuestThread &T, uint64_t Frame);

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_RESUMEPOINT_H
