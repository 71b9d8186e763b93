//===- TierLlvm.cpp - Cases in the LLVM tier ------------------------------===//
//
// Compiles whole regions in the forms that are exact in every case:
// write-through for the state of cases that fault, and with exact FPSR flags.
//
//===----------------------------------------------------------------------===//

#include "Tier.h"
#include "xlate/Codegen/Compiler.h"
#include "xlate/Ops/Eval.h"
#include "xlate/Runtime/Stubs.h"
#include "xlate/Semantics/FlagLiveness.h"
#include <asm/prctl.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::insn;

namespace {

class LlvmTier : public BlockTier {
public:
  LlvmTier() {
    FlagsAreKept = true; // cases compare NZCV after calls and returns, too
    Region = static_cast<char *>(mmap(nullptr, SlotBytes + CodeBytes,
                                      PROT_READ | PROT_WRITE | PROT_EXEC,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (Region == MAP_FAILED) {
      std::perror("mmap");
      std::exit(1);
    }
    Cursor = Region + SlotBytes;
    std::memset(static_cast<void *>(JumpCache), 0xff, sizeof JumpCache);
  }
  ~LlvmTier() override { munmap(Region, SlotBytes + CodeBytes); }

protected:
  bool runBlock(CpuState &S, const Block &B) override;
  void recover(CpuState &S, void *HostContext) override;

private:
  static constexpr size_t SlotBytes = 1 << 20, CodeBytes = 64 << 20;
  const codegen::Unit &unitFor(const Block &B);
  void *slot(uint64_t Pc);

  char *Region, *Cursor;
  std::map<uint64_t, void **> Slots;
  std::map<uint64_t, codegen::Unit> Units;
  codegen::Compiler Compiler{codegen::CompilerOptions()};
  JumpCacheEntry JumpCache[JumpCacheSize];
};

} // namespace

void *LlvmTier::slot(uint64_t Pc) {
  void **&Slot = Slots[Pc];
  if (!Slot) {
    Slot = reinterpret_cast<void **>(Region) + Slots.size() - 1;
    *Slot = reinterpret_cast<void *>(xlate_miss_stub);
  }
  return static_cast<void *>(Slot);
}

const codegen::Unit &LlvmTier::unitFor(const Block &B) {
  if (auto It = Units.find(B.Pc); It != Units.end())
    return It->second;
  const uint64_t End = (B.End + 4095) & ~uint64_t(4095);
  codegen::GuestCode Code;
  Code.CodeEnd = [End](uint64_t Pc) {
    return Pc >= INSN_CODE_BASE && Pc < End ? End : 0;
  };
  // The stub that ends a case isn't part of it.
  Code.IsEntry = [](uint64_t Pc) { return Pc == INSN_CODE_BASE; };
  codegen::JitMemory Memory;
  Memory.Allocate = [this](size_t Size, size_t Align) -> char * {
    auto At = (reinterpret_cast<uintptr_t>(Cursor) + Align - 1) & -Align;
    Cursor = reinterpret_cast<char *>(At) + Size;
    return Cursor <= Region + SlotBytes + CodeBytes
               ? reinterpret_cast<char *>(At)
               : nullptr;
  };
  Memory.Slot = [this](uint64_t Pc) { return slot(Pc); };
  codegen::UnitOptions Options;
  Options.WriteThrough = Options.FlushToZero = true;
  std::string Error;
  auto New = Compiler.compile({B.Pc}, Code, Options, Memory, Error);
  if (New.empty()) {
    std::fprintf(stderr, "xlate-insn: %#lx: %s\n", B.Pc, Error.c_str());
    std::exit(1);
  }
  return Units[B.Pc] = std::move(New[0]);
}

bool LlvmTier::runBlock(CpuState &S, const Block &B) {
  const codegen::Unit &U = unitFor(B);
  initStubs(S);
  S.JumpCache = JumpCache;
  // Take the rounding mode over from S.Fpcr, without the flags of C++ code.
  Value Fpcr, Fpsr;
  Fpcr.X = S.Fpcr;
  Uop Access{Op::writeSys};
  Access.Imm = static_cast<int64_t>(SysReg::Fpcr);
  Fpsr.X = S.Fpsr;
  eval_writeSys(&S, nullptr, &Fpcr, nullptr, nullptr, packParam(Access));
  S.Fpsr = Fpsr.W;
  syscall(SYS_arch_prctl, ARCH_SET_GS, &S);
  xlate_enter(&S, U.entry());
  Access.Imm = static_cast<int64_t>(SysReg::Fpsr);
  eval_readSys(&S, &Fpsr, nullptr, nullptr, nullptr, packParam(Access));
  return S.Exit != ExitReason::Miss && S.Exit != ExitReason::Poll;
}

void LlvmTier::recover(CpuState &S, void *HostContext) {
  // A fault outside the unit is in an evaluator: S.Pc is set already.
  const auto *Context = static_cast<const ucontext_t *>(HostContext);
  const auto Rip = static_cast<uint64_t>(Context->uc_mcontext.gregs[REG_RIP]);
  for (const auto &[Pc, U] : Units) {
    const uint64_t At = Rip - reinterpret_cast<uint64_t>(U.Host);
    if (At >= U.Size)
      continue;
    for (const auto &[Offset, Guest] : U.PcMap)
      if (Offset <= At)
        S.Pc = Guest;
  }
}

static const RegisterTier Llvm("llvm",
                               [] { return std::make_unique<LlvmTier>(); });
