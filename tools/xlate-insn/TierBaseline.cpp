//===- TierBaseline.cpp - Cases in the baseline tier ----------------------===//

#include "Tier.h"
#include "xlate/Baseline/Baseline.h"
#include "xlate/Guest/UnitAbi.h"
#include "xlate/Ops/FpEnv.h"
#include "xlate/Runtime/Stubs.h"
#include "xlate/Semantics/FlagLiveness.h"
#include <asm/prctl.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::insn;

namespace {

/// Emits every block anew, over the previous one: each is run once or twice.
class BaselineTier : public BlockTier, baseline::UnitContext {
public:
  BaselineTier() {
    FlagsAreKept = true; // cases compare NZCV after calls and returns, too
    Region = static_cast<uint8_t *>(mmap(nullptr, RegionBytes,
                                         PROT_READ | PROT_WRITE | PROT_EXEC,
                                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (Region == MAP_FAILED) {
      std::perror("mmap");
      std::exit(1);
    }
    // One slot does: control comes back here after every block.
    *reinterpret_cast<void **>(Region) =
        reinterpret_cast<void *>(xlate_miss_stub);
    Code = Region + 64;
    Code += Emitter.emitThunks(Code, RegionBytes - 64);
  }
  ~BaselineTier() override { munmap(Region, RegionBytes); }

protected:
  bool runBlock(CpuState &S, const Block &B) override;
  void recover(CpuState &S, void *HostContext) override;

private:
  static constexpr size_t RegionBytes = 1 << 20;
  std::atomic<void *> *slotFor(uint64_t) override {
    return reinterpret_cast<std::atomic<void *> *>(Region);
  }

  uint8_t *Region, *Code;
  baseline::Baseline Emitter;
  baseline::EmitResult Unit;
  JumpCacheEntry JumpCache[JumpCacheSize] = {{~uint64_t(0), nullptr}};
};

} // namespace

bool BaselineTier::runBlock(CpuState &S, const Block &B) {
  const auto Space = static_cast<size_t>(Region + RegionBytes - Code);
  Unit = Emitter.emit(B, Code, Space, *this);
  if (!Unit.Entry) {
    std::fprintf(stderr, "xlate-insn: block at %#lx not emitted\n", B.Pc);
    std::exit(1);
  }
  initStubs(S);
  S.JumpCache = JumpCache;
  S.PollFlag = 1; // loops come back here, too
  fpenv::enter(S);
  syscall(SYS_arch_prctl, ARCH_SET_GS, &S);
  xlate_enter(&S, Unit.Entry);
  fpenv::collectFlags(S);
  return S.Exit != ExitReason::Miss && S.Exit != ExitReason::Poll;
}

void BaselineTier::recover(CpuState &S, void *HostContext) {
  const auto &Context =
      static_cast<const ucontext_t *>(HostContext)->uc_mcontext;
  // Signal handlers run with a fresh MXCSR.
  S.Fpsr |= fpenv::fpsrFrom(Context.fpregs->mxcsr, S.Fpcr);
  const auto At = static_cast<uint64_t>(Context.gregs[REG_RIP]) -
                  reinterpret_cast<uint64_t>(Unit.Entry);
  if (At >= Unit.Size)
    return; // in an evaluator, which has complete state
  uint64_t Entry = 0;
  for (const auto &[Offset, What] : Unit.PcMap)
    if (Offset <= At)
      Entry = What;
  S.Pc = Entry & ~uint64_t(3);
  baseline::recoverFlags(S, Entry,
                         static_cast<uint64_t>(Context.gregs[REG_EFL]));
  static constexpr int HostRegs[] = {REG_RCX, REG_RDX, REG_RDI, REG_RSI,
                                     REG_R8,  REG_R9,  REG_R12, REG_R13,
                                     REG_R14, REG_R15};
  for (unsigned I = 0; I != abi::NumPinnedGpr; ++I)
    S.X[abi::PinnedGpr[I]] = static_cast<uint64_t>(Context.gregs[HostRegs[I]]);
  for (unsigned I = 0; I != abi::NumPinnedVec; ++I)
    std::memcpy(&S.V[I], &Context.fpregs->_xmm[I], 16);
}

static const RegisterTier Baseline("baseline", [] {
  return std::make_unique<BaselineTier>();
});
