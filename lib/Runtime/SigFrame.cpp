//===- SigFrame.cpp - Writing and reading arm64 signal frames -------------===//
//
// As arch/arm64/kernel/signal.c does it: one fpsimd record, one esr record if
// the thread has ever faulted, a terminator; on the way back everything is
// checked before the thread's state changes.
//
//===----------------------------------------------------------------------===//
#include "SigFrame.h"
#include "xlate/Ops/FpEnv.h"
#include "xlate/Syscall/SafeCopy.h"
#include <cstring>

using namespace xlate;
using namespace xlate::runtime;

/// PSTATE bits that exist at EL0 and that this CPU has: NZCV, DIT, SSBS.
constexpr uint64_t PstateHintBits = 1u << 24 | 1u << 12;
/// Those that make a state other than 64-bit EL0 without masked exceptions.
constexpr uint64_t PstateBadBits = 0x3df;

/// All records together with their terminator.
constexpr size_t RecordBytes =
    sizeof(Arm64Fpsimd) + sizeof(Arm64Esr) + sizeof(Arm64Record);
/// What is written of a frame. As on a real system the rest of the record
/// area keeps what the stack held.
constexpr size_t WrittenBytes =
    offsetof(Arm64SigFrame, Uc.Mc.Reserved) + RecordBytes;

uint64_t runtime::pstate(const CpuState &S) {
  return uint64_t(S.N) << 31 | uint64_t(S.Z) << 30 | uint64_t(S.C) << 29 |
         uint64_t(S.V_) << 28 | (S.PstateHints & PstateHintBits);
}

void runtime::setPstate(CpuState &S, uint64_t P) {
  S.N = P >> 31 & 1;
  S.Z = P >> 30 & 1;
  S.C = P >> 29 & 1;
  S.V_ = P >> 28 & 1;
  S.PstateHints = static_cast<uint32_t>(P & PstateHintBits);
}

static void fill(Arm64SigFrame &F, GuestThread &T, const PendingSignal &P) {
  CpuState &S = T.S;
  std::memset(static_cast<void *>(&F), 0, WrittenBytes);
  std::memcpy(F.Info, &P.Info, sizeof F.Info);
  F.Uc.Stack = {reinterpret_cast<uint64_t>(T.GuestAltStack.ss_sp),
                T.GuestAltStack.ss_flags, 0, T.GuestAltStack.ss_size};
  // Without the mask that only the interrupted call had put in force.
  F.Uc.Sigmask = T.SigMask;
  Arm64Sigcontext &Mc = F.Uc.Mc;
  Mc.FaultAddress = T.LastFaultAddr;
  std::memcpy(Mc.Regs, S.X, sizeof Mc.Regs);
  Mc.Sp = S.X[31];
  Mc.Pc = S.Pc;
  Mc.Pstate = pstate(S);

  Arm64Fpsimd Fp;
  Fp.Head = {FpsimdMagic, sizeof Fp};
  Fp.Fpsr = fpenv::readFpsr(S);
  Fp.Fpcr = S.Fpcr;
  std::memcpy(Fp.V, S.V, sizeof Fp.V);
  std::memcpy(Mc.Reserved, &Fp, sizeof Fp);
  if (T.LastFaultEsr) {
    Arm64Esr E = {{EsrMagic, sizeof E}, T.LastFaultEsr};
    std::memcpy(Mc.Reserved + sizeof Fp, &E, sizeof E);
  }
}

uint64_t runtime::pushSigFrame(GuestThread &T, const PendingSignal &P,
                               uint64_t Sp) {
  const uint64_t RecordAt = (Sp - sizeof(Arm64FrameRecord)) & ~uint64_t(15);
  const uint64_t FrameAt = RecordAt - sizeof(Arm64SigFrame);
  static_assert(sizeof(Arm64SigFrame) % 16 == 0);
  Arm64SigFrame F;
  fill(F, T, P);
  const Arm64FrameRecord Record = {T.S.X[29], T.S.X[30]};
  if (!sys::safeCopy(reinterpret_cast<void *>(FrameAt), &F, WrittenBytes) ||
      !sys::copyTo(RecordAt, Record))
    return 0;
  T.S.X[29] = RecordAt;
  T.S.X[31] = FrameAt;
  return FrameAt;
}

/// The frame's fpsimd record; false if the records aren't what a kernel for
/// this CPU accepts.
static bool findFpsimd(const Arm64Sigcontext &Mc, Arm64Fpsimd &Fp) {
  bool Found = false;
  for (size_t Off = 0;;) {
    Arm64Record Head;
    if (sizeof Mc.Reserved - Off < sizeof Head)
      return false;
    std::memcpy(&Head, Mc.Reserved + Off, sizeof Head);
    if (Head.Magic == 0)
      return Head.Size == 0 && Found;
    if (Head.Size < sizeof Head || Head.Size % 16 ||
        Head.Size > sizeof Mc.Reserved - Off)
      return false;
    if (Head.Magic == FpsimdMagic) {
      if (Found || Head.Size < sizeof Fp)
        return false;
      std::memcpy(&Fp, Mc.Reserved + Off, sizeof Fp);
      Found = true;
    } else if (Head.Magic != EsrMagic) {
      return false;
    }
    Off += Head.Size;
  }
}

bool runtime::popSigFrame(GuestThread &T, uint64_t &SigMask) {
  CpuState &S = T.S;
  Arm64SigFrame F;
  Arm64Fpsimd Fp;
  if (S.X[31] & 15 || !sys::copyFrom(F, S.X[31]))
    return false;
  const Arm64Sigcontext &Mc = F.Uc.Mc;
  if (Mc.Pstate & PstateBadBits || !findFpsimd(Mc, Fp))
    return false;
  std::memcpy(S.X, Mc.Regs, sizeof Mc.Regs);
  S.X[31] = Mc.Sp;
  S.Pc = Mc.Pc;
  setPstate(S, Mc.Pstate);
  S.ExclSize = 0;
  std::memcpy(S.V, Fp.V, sizeof Fp.V);
  fpenv::writeFpcr(S, Fp.Fpcr);
  fpenv::writeFpsr(S, Fp.Fpsr);
  SigMask = F.Uc.Sigmask;
  T.GuestAltStack = {};
  T.GuestAltStack.ss_sp = reinterpret_cast<void *>(F.Uc.Stack.Sp);
  T.GuestAltStack.ss_flags = F.Uc.Stack.Flags;
  T.GuestAltStack.ss_size = F.Uc.Stack.Size;
  return true;
}
