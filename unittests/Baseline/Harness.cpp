//===- Harness.cpp - Run a block emitted and interpreted ------------------===//

#include "Harness.h"
#include "xlate/Guest/UnitAbi.h"
#include "xlate/Interp/Interp.h"
#include "xlate/Ops/FpEnv.h"
#include "xlate/Runtime/Stubs.h"
#include "xlate/Semantics/FlagLiveness.h"
#include <asm/prctl.h>
#include <csetjmp>
#include <csignal>
#include <cstdarg>
#include <cstring>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::test;

namespace {

constexpr size_t RegionSize = 16 << 20, SlotBytes = 1 << 20, CodeSpan = 4 << 20;
/// Nothing else is mapped this near to Data: what immediates can reach.
constexpr size_t Guard = 128 << 20;

// The run under way, for the signal handler.
sigjmp_buf Escape;
// Handlers that ThreadSanitizer stands in for run with all signals blocked.
constexpr int SaveMask = 1;
CpuState *Running;
volatile int FaultCode;
const uint8_t *RegionLo, *RegionHi;
const baseline::EmitResult *RunningUnit;

/// Bring Running up to date from registers if the fault is in emitted code.
void onFault(int Sig, siginfo_t *Info, void *Context) {
  auto &Uc = *static_cast<ucontext_t *>(Context);
  auto *Pc = reinterpret_cast<const uint8_t *>(Uc.uc_mcontext.gregs[REG_RIP]);
  if (!Running) {
    std::fprintf(stderr, "signal %d at %p outside a run\n", Sig,
                 static_cast<const void *>(Pc));
    _exit(3);
  }
  CpuState &S = *Running;
  if (Pc >= RegionLo && Pc < RegionHi) {
    uint64_t Entry = 0;
    const auto Off = static_cast<uint32_t>(Pc - RunningUnit->Entry);
    for (auto &[At, What] : RunningUnit->PcMap)
      if (At <= Off)
        Entry = What;
    S.Pc = Entry & ~uint64_t(3);
    baseline::recoverFlags(
        S, Entry, static_cast<uint64_t>(Uc.uc_mcontext.gregs[REG_EFL]));
    static constexpr int Regs[] = {REG_RCX, REG_RDX, REG_RDI, REG_RSI, REG_R8,
                                   REG_R9,  REG_R12, REG_R13, REG_R14, REG_R15};
    for (unsigned I = 0; I != abi::NumPinnedGpr; ++I)
      S.X[abi::PinnedGpr[I]] =
          static_cast<uint64_t>(Uc.uc_mcontext.gregs[Regs[I]]);
    for (unsigned I = 0; I != abi::NumPinnedVec; ++I)
      std::memcpy(&S.V[I], &Uc.uc_mcontext.fpregs->_xmm[I], 16);
  }
  // Signal handlers run with a fresh MXCSR.
  S.Fpsr |= fpenv::fpsrFrom(Uc.uc_mcontext.fpregs->mxcsr, S.Fpcr);
  FaultCode = Info->si_code;
  siglongjmp(Escape, Sig);
}

void raiseFault(CpuState *S, ExitReason Reason, uint64_t Info) {
  S->Exit = Reason;
  S->ExitInfo = Info;
  siglongjmp(Escape, -1);
}

} // namespace

Harness::Harness(const baseline::Features &F)
    : FallbackCounts(NumOps), Tier(F) {
  auto Map = [](size_t Size, int Prot, uint64_t Hint = 0) {
    return static_cast<uint8_t *>(mmap(reinterpret_cast<void *>(Hint), Size,
                                       Prot, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                                       0));
  };
  Region = Map(RegionSize, PROT_READ | PROT_WRITE | PROT_EXEC);
  RegionLo = Region;
  RegionHi = Region + RegionSize;
  Slots = Region;
  CodeAt = Region + SlotBytes;
  FlagsAreKept = true; // compare NZCV after calls and returns, too
  ThunkSize = Tier.emitThunks(CodeAt, 64 << 10);
  CodeAt += (ThunkSize + 63) & ~size_t(63);
  DataMap = Map(Guard * 2 + DataSize, PROT_NONE);
  Data = DataMap + Guard;
  mprotect(Data, DataSize, PROT_READ | PROT_WRITE);
  // Guest code is read-only where the guest sees it.
  const int Fd = memfd_create("code", 0);
  if (Fd < 0 || ftruncate(Fd, CodeSpan))
    abort();
  CodeMap = static_cast<uint8_t *>(
      mmap(nullptr, CodeSpan, PROT_READ, MAP_SHARED, Fd, 0));
  CodeAlias = static_cast<uint8_t *>(
      mmap(nullptr, CodeSpan, PROT_READ | PROT_WRITE, MAP_SHARED, Fd, 0));
  close(Fd);
  Code = reinterpret_cast<uint32_t *>(CodeMap + CodeSpan / 2);
  std::mt19937_64 Rng(1);
  InitialData.resize(DataSize);
  for (auto &Byte : InitialData)
    Byte = static_cast<uint8_t>(Rng());
  for (size_t I = 0; I != CodeSpan; I += 8) {
    const uint64_t V = Rng();
    std::memcpy(CodeAlias + I, &V, 8);
  }
  // Empty: no entry holds an address that is looked up there.
  std::memset(static_cast<void *>(Cache), 0, sizeof Cache);
  Cache[0].GuestPc = ~uint64_t(0);
  Frame = std::make_unique<UnitFrame>();
  Live = &Frame->S;
  syscall(SYS_arch_prctl, ARCH_SET_GS, Live);
  // What units have of a stack has no room for a handler.
  static char SignalStack[256 << 10];
  stack_t Stack = {};
  Stack.ss_sp = SignalStack;
  Stack.ss_size = sizeof SignalStack;
  sigaltstack(&Stack, nullptr);
  struct sigaction A = {};
  A.sa_sigaction = onFault;
  A.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  for (int Sig : {SIGSEGV, SIGBUS, SIGFPE, SIGILL})
    sigaction(Sig, &A, nullptr);
  RaiseFault = raiseFault;
}

Harness::~Harness() {
  munmap(Region, RegionSize);
  munmap(DataMap, Guard * 2 + DataSize);
  munmap(CodeMap, CodeSpan);
  munmap(CodeAlias, CodeSpan);
}

std::atomic<void *> *Harness::slotFor(uint64_t GuestPc) {
  const unsigned I =
      SlotIndex.try_emplace(GuestPc, SlotIndex.size()).first->second;
  auto *Slot = reinterpret_cast<std::atomic<void *> *>(Slots + 64) +
               I % (SlotBytes / 8 - 16);
  Slot->store(reinterpret_cast<void *>(xlate_miss_stub));
  return Slot;
}

uint64_t Harness::codeEnd(uint64_t Pc) {
  return Pc >= codePc() && Pc < LookAheadEnd ? LookAheadEnd : Pc;
}

void Harness::place(const std::vector<uint32_t> &Words) {
  std::memcpy(CodeAlias + CodeSpan / 2, Words.data(), Words.size() * 4);
}

Block Harness::record(const std::vector<uint32_t> &Words) {
  place(Words);
  return recordBlock(codePc(), codePc() + 4 * Words.size(), 64);
}

Block Harness::trace(const std::vector<uint32_t> &Words) {
  place(Words);
  Block B;
  recordTrace(B, codePc(), codePc() + 4 * Words.size(), 64, 64,
              [](uint64_t) { return true; });
  return B;
}

baseline::EmitResult Harness::emit(const Block &B, const baseline::Options &O) {
  baseline::Options WithCounts = O;
  WithCounts.FallbackCounts = FallbackCounts.data();
  SlotIndex.clear();
  const size_t Room = RegionSize - SlotBytes - (128 << 10);
  baseline::EmitResult R =
      Tier.emit(B, CodeAt, std::min(Room, Space), *this, WithCounts);
  if (R.Entry && O.Heat)
    Tier.emitCharge(R.Entry + R.Size, baseline::Baseline::MaxChargeSize,
                    R.Entry + R.Charge, O.Heat);
  return R;
}

Outcome Harness::interpret(const Block &B, const CpuState &Start, bool Fresh) {
  if (Fresh)
    std::memcpy(Data, InitialData.data(), DataSize);
  std::memcpy(static_cast<void *>(Live), &Start, sizeof Start);
  initStubs(*Live);
  fpenv::enter(*Live);
  Running = Live;
  volatile bool Faulted = false;
  if (sigsetjmp(Escape, SaveMask) == 0) {
    if (!interp::run(*Live, B))
      Live->Exit = ExitReason::Miss;
  } else {
    Faulted = true;
  }
  Running = nullptr;
  fpenv::collectFlags(*Live);
  Outcome R;
  R.S = *Live;
  R.Faulted = Faulted;
  R.Data.assign(Data, Data + DataSize);
  return R;
}

Outcome Harness::execute(const baseline::EmitResult &R, const CpuState &Start,
                         bool Fresh) {
  if (Fresh)
    std::memcpy(Data, InitialData.data(), DataSize);
  std::memcpy(static_cast<void *>(Live), &Start, sizeof Start);
  initStubs(*Live);
  fpenv::enter(*Live);
  Running = Live;
  RunningUnit = &R;
  volatile bool Faulted = false;
  FaultCode = 0;
  if (sigsetjmp(Escape, SaveMask) == 0)
    xlate_enter(Live, R.Entry);
  else
    Faulted = true;
  Running = nullptr;
  fpenv::collectFlags(*Live);
  Outcome Out;
  Out.S = *Live;
  Out.Faulted = Faulted;
  Out.BadAddress = Faulted && FaultCode == SI_KERNEL;
  Out.Data.assign(Data, Data + DataSize);
  return Out;
}

/// NZCV bits (N = 8) that may still be read when B is resumed at Pc.
static unsigned liveFlags(const Block &B, uint64_t Pc) {
  static constexpr uint8_t Reads[8] = {4, 2, 8, 1, 6, 9, 13, 0};
  size_t I = 0;
  while (B.Uops[I].Code != Op::insn ||
         static_cast<uint64_t>(B.Uops[I].Imm) != Pc)
    if (++I == B.Uops.size())
      return 15;
  unsigned Live = 0;
  for (; I != B.Uops.size(); ++I)
    switch (B.Uops[I].Code) {
    case Op::cond:
      Live |= Reads[B.Uops[I].Imm >> 1];
      break;
    case Op::getNzcv:
    case Op::stateHelper:
      return 15;
    default:
      if (opAttr(B.Uops[I].Code) == OpAttr::Flags)
        return Live;
    }
  return 15;
}

static unsigned nzcv(const CpuState &S) {
  return S.N << 3 | S.Z << 2 | S.C << 1 | S.V_;
}

std::string Harness::difference(const Block &B, const Outcome &Want,
                                const Outcome &Got) {
  std::string Out;
  if (!FaultsAreReal && (Want.Faulted || Got.Faulted))
    return Out;
  auto Note = [&](const char *Format, auto... Args) {
    char Buf[256];
    std::snprintf(Buf, sizeof Buf, Format, Args...);
    Out += Buf;
  };
  const CpuState &W = Want.S, &G = Got.S;
  if (Want.Faulted != Got.Faulted)
    Note("faulted: want %d got %d\n", Want.Faulted, Got.Faulted);
  if (W.Pc != G.Pc)
    Note("pc: want %#lx got %#lx\n", W.Pc, G.Pc);
  for (unsigned I = 0; I != 32; ++I)
    if (W.X[I] != G.X[I])
      Note("x%u: want %#lx got %#lx\n", I, W.X[I], G.X[I]);
  for (unsigned I = 0; I != 32; ++I)
    if (std::memcmp(&W.V[I], &G.V[I], 16))
      Note("v%u: want %016lx:%016lx got %016lx:%016lx\n", I, W.V[I].D[1],
           W.V[I].D[0], G.V[I].D[1], G.V[I].D[0]);
  if ((nzcv(W) ^ nzcv(G)) & (Want.Faulted ? liveFlags(B, W.Pc) : 15))
    Note("nzcv: want %x got %x\n", nzcv(W), nzcv(G));
  // Inlined arithmetic may miss an underflow (docs/floating-point.md).
  constexpr uint32_t Ufc = 8;
  if (W.Fpcr != G.Fpcr || (W.Fpsr != G.Fpsr && W.Fpsr != (G.Fpsr | Ufc)))
    Note("fpcr/fpsr: want %x/%x got %x/%x\n", W.Fpcr, W.Fpsr, G.Fpcr, G.Fpsr);
  if (W.TpidrEl0 != G.TpidrEl0)
    Note("tpidr: want %#lx got %#lx\n", W.TpidrEl0, G.TpidrEl0);
  if (W.ExclSize != G.ExclSize || W.ExclAddr != G.ExclAddr ||
      (W.ExclSize && std::memcmp(&W.ExclValue, &G.ExclValue, W.ExclSize)))
    Note("monitor: want %u@%#lx got %u@%#lx\n", W.ExclSize, W.ExclAddr,
         G.ExclSize, G.ExclAddr);
  if (!Want.Faulted) {
    if (W.Exit != G.Exit && G.Exit != ExitReason::Poll)
      Note("exit: want %u got %u\n", static_cast<unsigned>(W.Exit),
           static_cast<unsigned>(G.Exit));
    if (G.Exit == ExitReason::Poll &&
        (W.Exit != ExitReason::Miss || !G.PollFlag))
      Note("unexpected poll%s\n", "");
    if (W.Exit != ExitReason::Miss && W.ExitInfo != G.ExitInfo)
      Note("exit info: want %#lx got %#lx\n", W.ExitInfo, G.ExitInfo);
  }
  for (size_t I = 0; I != Want.Data.size(); ++I)
    if (Want.Data[I] != Got.Data[I]) {
      Note("memory at +%#zx: want %02x got %02x\n", I, Want.Data[I],
           Got.Data[I]);
      break;
    }
  return Out;
}

static std::string hex(const uint8_t *P, size_t N) {
  std::string Out;
  char Buf[4];
  for (size_t I = 0; I != N; ++I) {
    std::snprintf(Buf, sizeof Buf, "%02x ", P[I]);
    Out += Buf;
  }
  return Out;
}

Outcome Harness::translate(const Block &B, const CpuState &Start, bool Fresh,
                           baseline::Options O) {
  const std::vector<uint8_t> Before(Data, Data + DataSize);
  const Outcome R = execute(emit(B, O), Start, Fresh);
  if (!R.BadAddress || O.MaskTopByte)
    return R;
  std::memcpy(Data, Before.data(), DataSize);
  O.MaskTopByte = true;
  return execute(emit(B, O), Start, Fresh);
}

std::string Harness::check(const Block &B, const CpuState &Start,
                           const baseline::Options &O) {
  const baseline::EmitResult R = emit(B, O);
  if (!R.Entry)
    return "not emitted\n" + toString(B);
  const Outcome Want = interpret(B, Start), Got = translate(B, Start, true, O);
  const std::string D = difference(B, Want, Got);
  if (D.empty())
    return D;
  return D + toString(B) + hex(R.Entry, R.Size) + "\n";
}

State Harness::randomState(std::mt19937_64 &Rng) {
  State S =
      test::randomState(Rng, reinterpret_cast<uint64_t>(Data) + DataSize / 2);
  S.Pc = codePc();
  S.JumpCache = Cache;
  return S;
}
