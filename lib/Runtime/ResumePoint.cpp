//===- ResumePoint.cpp - Where a fault's handler returns to ---------------===//

#include "ResumePoint.h"
#include "Guard.h"
#include "SigFrame.h"
#include "Signals.h"
#include <cstring>
#include <sys/syscall.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

/// Units may use so much below their stack pointer.
constexpr size_t RedZone = 128;

/// Bytes of the floating-point state that Uc points at.
static size_t fpBytes(const ucontext_t &Uc) {
  // struct _fpx_sw_bytes, in what FXSAVE leaves to software.
  struct {
    uint32_t Magic, Size;
  } Software;
  constexpr size_t SoftwareAt = 464;
  const auto *Fp =
      reinterpret_cast<const unsigned char *>(Uc.uc_mcontext.fpregs);
  std::memcpy(&Software, Fp + SoftwareAt, sizeof Software);
  constexpr uint32_t XstateMagic = 0x46505853;
  return Software.Magic == XstateMagic ? Software.Size
                                       : sizeof *Uc.uc_mcontext.fpregs;
}

void HostContext::take(const ucontext_t &From) {
  Rip = 0;
  const size_t Bytes = fpBytes(From);
  if (Bytes > MaxFpBytes)
    return;
  std::memcpy(Fp, From.uc_mcontext.fpregs, Bytes);
  std::memcpy(Uc, &From, UcBytes);
  Rsp = static_cast<uint64_t>(From.uc_mcontext.gregs[REG_RSP]);
  Rip = static_cast<uint64_t>(From.uc_mcontext.gregs[REG_RIP]);
}

void HostContext::prepare(uint64_t Mask) {
  void *FpAt = Fp;
  std::memcpy(Uc + offsetof(ucontext_t, uc_mcontext.fpregs),
              static_cast<const void *>(&FpAt), sizeof FpAt);
  std::memcpy(Uc + offsetof(ucontext_t, uc_sigmask), &Mask, sizeof Mask);
}

bool runtime::canResume(const GuestThread &T) {
  // The interpreter's evaluators run on the host's stack; it repeats an
  // instruction from CpuState.
  const uint64_t Top = reinterpret_cast<uint64_t>(&T.S);
  return T.FaultContext->Rip && T.FaultContext->Rsp < Top &&
         Top - T.FaultContext->Rsp < abi::UnitStackBytes;
}

ResumePoint::Registers ResumePoint::registersOf(const CpuState &S) {
  Registers R = {};
  std::memcpy(R.X, S.X, sizeof R.X);
  R.Pc = S.Pc;
  const uint8_t Flags[] = {S.N, S.Z, S.C, S.V_};
  std::memcpy(R.Flags, Flags, sizeof Flags);
  R.Fpcr = S.Fpcr;
  std::memcpy(R.V, S.V, sizeof R.V);
  return R;
}

ResumePoint::ResumePoint(const GuestThread &T)
    : Host(*T.FaultContext), Shown(registersOf(T.S)) {
  const auto *Top = reinterpret_cast<const unsigned char *>(&T.S);
  Stack.assign(reinterpret_cast<const unsigned char *>(Host.Rsp) - RedZone,
               Top);
  std::memcpy(Scratch.Tmp, T.S.Tmp, sizeof Scratch.Tmp);
  std::memcpy(Scratch.Gpr, T.S.SaveGpr, sizeof Scratch.Gpr);
  std::memcpy(Scratch.Vec, T.S.SaveVec, sizeof Scratch.Vec);
}

bool ResumePoint::matches(const CpuState &S) const {
  const Registers R = registersOf(S);
  return std::memcmp(&R, &Shown, sizeof R) == 0;
}

void ResumePoint::resume(GuestThread &T) {
  std::memcpy(reinterpret_cast<unsigned char *>(&T.S) - Stack.size(),
              Stack.data(), Stack.size());
  std::memcpy(T.S.Tmp, Scratch.Tmp, sizeof Scratch.Tmp);
  std::memcpy(T.S.SaveGpr, Scratch.Gpr, sizeof Scratch.Gpr);
  std::memcpy(T.S.SaveVec, Scratch.Vec, sizeof Scratch.Vec);
  // From here on all signals are blocked: if one was caught, it must stay the
  // only one.
  const uint64_t All = ~HostSync;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &All, nullptr, 8);
  Host.prepare(T.MaskClosed.load(std::memory_order_relaxed)
                   ? All
                   : T.SigMask & ~HostSync);
  xlate_resume(&T.S, Host.Uc);
}

void runtime::forgetResumePoints(GuestThread &T, uint64_t Lo, uint64_t Hi) {
  std::erase_if(T.ResumePoints, [&](const auto &P) {
    return P->Frame < Hi && Lo < P->Frame + sizeof(Arm64SigFrame);
  });
}

std::shared_ptr<ResumePoint> runtime::takeResumePoint(GuestThread &T,
                                                      uint64_t Frame) {
  for (const auto &P : T.ResumePoints)
    if (P->Frame == Frame) {
      std::shared_ptr<ResumePoint> Found = P;
      forgetResumePoints(T, Frame, Frame + 1);
      return Found->matches(T.S) ? Found : nullptr;
    }
  return nullptr;
}
