//===- HostStep.h - One host instruction by itself --------------*- C++ -*-===//
#ifndef XLATE_RUNTIME_HOSTSTEP_H
#define XLATE_RUNTIME_HOSTSTEP_H

#include <csignal>
#include <cstdint>
#include <ucontext.h>

namespace xlate::runtime {

/// A thread's execution of one host instruction, behind which it comes back:
/// from a handler that begin()s it, through the host's trap flag, to that of
/// SIGTRAP, or of a fault, which end() it. A signal that comes in between must
/// not block SIGTRAP: the kernel would end the process.
class HostStep {
public:
  void begin(ucontext_t &Uc) {
    Uc.uc_mcontext.gregs[REG_EFL] |= TrapFlag;
    TrapBlocked = sigismember(&Uc.uc_sigmask, SIGTRAP);
    sigdelset(&Uc.uc_sigmask, SIGTRAP);
    Active = true;
  }
  bool active() const { return Active; }
  /// Block the signals in Mask in Uc, SIGTRAP once the instruction is done.
  /// Inline for HostHandler.cpp, which isn't instrumented.
  [[gnu::always_inline]] void block(ucontext_t &Uc, uint64_t Mask) {
    __builtin_memcpy(&Uc.uc_sigmask, &Mask, sizeof Mask);
    if (!Active)
      return;
    TrapBlocked = sigismember(&Uc.uc_sigmask, SIGTRAP);
    sigdelset(&Uc.uc_sigmask, SIGTRAP);
  }
  void end(ucontext_t &Uc) {
    Uc.uc_mcontext.gregs[REG_EFL] &= ~static_cast<greg_t>(TrapFlag);
    if (TrapBlocked)
      sigaddset(&Uc.uc_sigmask, SIGTRAP);
    Active = false;
  }

private:
  static constexpr uint64_t TrapFlag = 0x100;
  bool Active = false, TrapBlocked = false;
};

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_HOSTSTEP_H
