//===- BlockTier.cpp - Common part of the translator's tiers --------------===//

#include "Tier.h"
#include "xlate/Ops/FpEnv.h"
#include "xlate/Semantics/Semantics.h"
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <ucontext.h>

using namespace xlate;
using namespace xlate::insn;

Tier::~Tier() = default;

std::vector<TierEntry> &xlate::insn::tiers() {
  static std::vector<TierEntry> T;
  return T;
}

namespace {

/// The case that is running, for the signal handler and the fault hook.
struct {
  sigjmp_buf Leave;
  BlockTier *Tier;
  void (*Recover)(BlockTier *, void *);
  volatile sig_atomic_t Running;
  Block Code; ///< Here because longjmp runs no destructors.
} Current;

void onSignal(int Sig, siginfo_t *, void *Context) {
  if (!Current.Running) {
    std::signal(Sig, SIG_DFL);
    std::raise(Sig);
    return;
  }
  if (static_cast<ucontext_t *>(Context)->uc_mcontext.gregs[REG_RIP] == 0)
    std::fputs("xlate-insn: call of a primitive without evaluator\n", stderr);
  Current.Recover(Current.Tier, Context);
  siglongjmp(Current.Leave, Sig);
}

void onFault(CpuState *, ExitReason, uint64_t) {
  siglongjmp(Current.Leave, SIGBUS);
}

void *mapFixed(uint64_t At, size_t Size) {
  void *P = mmap(reinterpret_cast<void *>(At), Size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (P == MAP_FAILED)
    std::perror("mmap");
  return P == MAP_FAILED ? nullptr : P;
}

UnitFrame Frame;
CpuState &S = Frame.S;

void load(const State &In) {
  std::memset(static_cast<void *>(&S), 0, sizeof S);
  S.Self = &S;
  S.EvalTable = reinterpret_cast<void *const *>(EvalTable);
  S.Dczid = 4;
  std::memcpy(S.X, In.x, sizeof S.X);
  std::memcpy(S.V, In.v, sizeof S.V);
  S.Pc = In.pc;
  S.N = In.nzcv >> 31 & 1;
  S.Z = In.nzcv >> 30 & 1;
  S.C = In.nzcv >> 29 & 1;
  S.V_ = In.nzcv >> 28 & 1;
  S.Fpcr = In.fpcr;
  S.Fpsr = In.fpsr;
  fpenv::enter(S);
}

void save(State &Out, int Signal) {
  fpenv::collectFlags(S);
  std::memcpy(Out.x, S.X, sizeof S.X);
  std::memcpy(Out.v, S.V, sizeof S.V);
  Out.pc = S.Pc;
  Out.nzcv = uint32_t(S.N) << 31 | uint32_t(S.Z) << 30 | uint32_t(S.C) << 29 |
             uint32_t(S.V_) << 28;
  Out.fpcr = S.Fpcr;
  Out.fpsr = S.Fpsr;
  Out.signal = static_cast<uint32_t>(Signal);
  std::memcpy(Out.mem, reinterpret_cast<void *>(INSN_MEM_BASE), INSN_MEM_SIZE);
}

/// Signal that the guest gets for an exit; 0 to continue at S.Pc.
int signalOf(ExitReason R) {
  switch (R) {
  case ExitReason::Breakpoint:
    return SIGTRAP;
  case ExitReason::Undefined:
    return SIGILL;
  case ExitReason::AlignFault:
    return SIGBUS;
  case ExitReason::Syscall:
    return SIGSYS;
  default:
    return 0;
  }
}

} // namespace

void BlockTier::runCase(const Case &C, uint64_t CodeEnd, State &Final) {
  // A branch loop that never ends is a failed case.
  constexpr unsigned MaxBlocks = 10000;
  std::memcpy(reinterpret_cast<void *>(INSN_MEM_BASE), C.In.mem, INSN_MEM_SIZE);
  load(C.In);
  int Signal = sigsetjmp(Current.Leave, 1);
  if (!Signal) {
    Current.Running = 1;
    unsigned N = 0;
    while (!Signal && S.Pc != INSN_CODE_BASE && N++ != MaxBlocks) {
      if (S.Pc < INSN_CODE_BASE || S.Pc >= CodeEnd || (S.Pc & 3)) {
        Signal = S.Pc & 3 ? SIGBUS : SIGSEGV;
        break;
      }
      Current.Code = recordBlock(S.Pc, CodeEnd, 64);
      if (runBlock(S, Current.Code))
        Signal = signalOf(S.Exit);
    }
    if (N > MaxBlocks)
      Signal = SIGALRM;
  }
  Current.Running = 0;
  save(Final, Signal);
}

bool BlockTier::run(const CaseFile &F, const std::vector<const Case *> &Cases,
                    std::vector<State> &Final) {
  static uint8_t AltStack[65536];
  stack_t Stack = {AltStack, 0, sizeof AltStack};
  sigaltstack(&Stack, nullptr);
  struct sigaction SA = {};
  SA.sa_sigaction = onSignal;
  SA.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigaction(SIGSEGV, &SA, nullptr);
  sigaction(SIGBUS, &SA, nullptr);
  RaiseFault = onFault;

  const size_t CodeSize = F.Code.size();
  if (!mapFixed(INSN_CODE_BASE, CodeSize) ||
      !mapFixed(INSN_MEM_BASE, INSN_MEM_SIZE))
    return false;
  std::memcpy(reinterpret_cast<void *>(INSN_CODE_BASE), F.Code.data(),
              CodeSize);
  Current.Tier = this;
  Current.Recover = [](BlockTier *T, void *Context) { T->recover(S, Context); };
  for (size_t I = 0; I != Cases.size(); ++I)
    runCase(*Cases[I], INSN_CODE_BASE + CodeSize, Final[I]);
  munmap(reinterpret_cast<void *>(INSN_CODE_BASE), CodeSize);
  munmap(reinterpret_cast<void *>(INSN_MEM_BASE), INSN_MEM_SIZE);
  return true;
}
