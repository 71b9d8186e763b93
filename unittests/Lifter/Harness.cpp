//===- Harness.cpp - Units compiled and interpreted -----------------------===//

#include "Harness.h"
#include "xlate/Interp/Interp.h"
#include "xlate/Ops/FpEnv.h"
#include "xlate/Runtime/InvalidOp.h"
#include "xlate/Runtime/Stubs.h"
#include "xlate/Semantics/FlagLiveness.h"
#include "xlate/Semantics/Semantics.h"
#include <asm/prctl.h>
#include <csetjmp>
#include <csignal>
#include <cstdarg>
#include <immintrin.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::test;

namespace {

constexpr size_t SlotBytes = 1 << 20, HostBytes = 256 << 20;

// The run under way, for the signal handler.
sigjmp_buf Escape;
const std::map<uint64_t, codegen::Unit> *RunningUnits;
struct {
  unsigned char Stack[abi::UnitStackBytes];
  alignas(64) State S;
} Frame;
State &Live = Frame.S;    ///< What %gs points at.
volatile bool BadAddress; ///< A non-canonical one: it may be tagged.
bool Knows[NumFrameRegs]; ///< What the last fault has left in Live.
JumpCacheEntry Cache[JumpCacheSize];

/// Registers of the frame at the access at this offset of U.
runtime::InvalidOp Invalid;
runtime::HostStep Step;

void findFrame(const codegen::Unit &U, uint64_t At, const ucontext_t &Uc) {
  static constexpr int Order[] = {
      REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
      REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  uint64_t Regs[16];
  for (unsigned I = 0; I != 16; ++I)
    Regs[I] = static_cast<uint64_t>(Uc.uc_mcontext.gregs[Order[I]]);
  for (unsigned I = 0; I != NumFrameRegs; ++I) {
    FrameLocation Where;
    for (const auto &[Offset, Packed] : U.FrameMaps[I])
      if (Offset <= At)
        Where = FrameLocation(Packed);
    Knows[I] = Where.known();
    uint64_t &X = Live.X[FrameRegs[I]];
    X = Where.read(Regs, U.Pc, X);
  }
}

void onFault(int Sig, siginfo_t *Info, void *Context) {
  auto &Uc = *static_cast<ucontext_t *>(Context);
  if (Sig == SIGFPE && Info->si_code == FPE_FLTINV)
    return Invalid.begin(Live, Uc, Step);
  if (Step.active()) {
    Invalid.end(Uc);
    Step.end(Uc);
    if (Sig == SIGTRAP)
      return;
  }
  const auto Rip = static_cast<uint64_t>(Uc.uc_mcontext.gregs[REG_RIP]);
  if (!RunningUnits) {
    std::fprintf(stderr, "signal %d at %#lx outside a run\n", Sig, Rip);
    _exit(3);
  }
  BadAddress = Info->si_code == SI_KERNEL;
  // A non-canonical address based on rbp or rsp.
  if (Sig == SIGBUS && Info->si_code == SI_KERNEL)
    Sig = SIGSEGV;
  Knows[0] = true; // in an evaluator
  for (const auto &[Pc, U] : *RunningUnits) {
    const uint64_t At = Rip - reinterpret_cast<uint64_t>(U.Host);
    if (At >= U.Size)
      continue;
    for (const auto &[Offset, Guest] : U.PcMap)
      if (Offset <= At)
        Live.Pc = Guest;
    findFrame(U, At, Uc);
  }
  // Signal handlers run with a fresh MXCSR.
  Live.Fpsr |= fpenv::fpsrFrom(Uc.uc_mcontext.fpregs->mxcsr, Live.Fpcr);
  siglongjmp(Escape, Sig);
}

void raiseFault(CpuState *, ExitReason, uint64_t) { siglongjmp(Escape, -1); }

void *mapAt(uint64_t At, size_t Size) {
  void *P = mmap(reinterpret_cast<void *>(At), Size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (P == MAP_FAILED) {
    std::perror("mmap");
    _exit(3);
  }
  return P;
}

} // namespace

Harness::Harness(const codegen::CompilerOptions &CompilerOptions,
                 const codegen::UnitOptions &Unit)
    : Compiler(CompilerOptions), Options(Unit) {
  Region = static_cast<char *>(mmap(nullptr, SlotBytes + HostBytes,
                                    PROT_READ | PROT_WRITE | PROT_EXEC,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  Cursor = Region + SlotBytes;
  mapAt(CodeBase, CodeSize);
  mapAt(DataBase, DataSize);
  std::mt19937_64 Rng(1);
  InitialData.resize(DataSize);
  for (uint8_t &Byte : InitialData)
    Byte = static_cast<uint8_t>(Rng());
  Cache[0].GuestPc = ~uint64_t(0); // the others are empty as zeros
  FlagsAreKept = true;             // compare NZCV after calls and returns, too
  syscall(SYS_arch_prctl, ARCH_SET_GS, &Live);
  // What units have of a stack has no room for a handler.
  static char SignalStack[256 << 10];
  stack_t Stack = {};
  Stack.ss_sp = SignalStack;
  Stack.ss_size = sizeof SignalStack;
  sigaltstack(&Stack, nullptr);
  struct sigaction A = {};
  A.sa_sigaction = onFault;
  A.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  for (int Sig : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP})
    sigaction(Sig, &A, nullptr);
  RaiseFault = raiseFault;
}

Harness::~Harness() {
  munmap(Region, SlotBytes + HostBytes);
  munmap(reinterpret_cast<void *>(CodeBase), CodeSize);
  munmap(reinterpret_cast<void *>(DataBase), DataSize);
}

uint64_t Harness::codeEnd(uint64_t Pc) const {
  auto It = Ends.upper_bound(Pc);
  if (It == Ends.begin())
    return 0;
  --It;
  return Pc < It->second ? It->second : 0;
}

std::vector<uint64_t>
Harness::compile(const std::vector<std::vector<uint32_t>> &Snippets) {
  Units.clear();
  Ends.clear();
  Slots.clear();
  Cursor = Region + SlotBytes;
  std::vector<uint64_t> Entries;
  uint64_t At = CodeBase;
  for (const auto &S : Snippets) {
    Entries.push_back(At);
    uint64_t End = At;
    for (uint32_t Word : S) {
      std::memcpy(reinterpret_cast<void *>(End), &Word, 4);
      End += 4;
    }
    const uint32_t Brk = 0xd4200000;
    std::memcpy(reinterpret_cast<void *>(End), &Brk, 4);
    Ends[At] = End + 4;
    std::memcpy(reinterpret_cast<void *>(End + 4), &Brk, 4);
    At = End + 8;
  }

  Masked.clear();
  compileUnits(Entries, Options, Units);
  return Entries;
}

void Harness::compileUnits(const std::vector<uint64_t> &Entries,
                           const codegen::UnitOptions &With,
                           std::map<uint64_t, codegen::Unit> &Into) {
  codegen::GuestCode Code;
  Code.CodeEnd = [this](uint64_t Pc) { return codeEnd(Pc); };
  // What lies in front of a snippet isn't part of its unit.
  Code.IsEntry = [&](uint64_t Pc) {
    return Ends.count(Pc) != 0 || Ends.count(Pc + 4) != 0;
  };
  codegen::JitMemory Memory;
  Memory.Allocate = [this](size_t Size, size_t Align) -> char * {
    auto P = (reinterpret_cast<uintptr_t>(Cursor) + Align - 1) & -Align;
    Cursor = reinterpret_cast<char *>(P) + Size;
    return reinterpret_cast<char *>(P);
  };
  Memory.Slot = [this](uint64_t Pc) -> void * {
    void **&Slot = Slots[Pc];
    if (!Slot) {
      Slot = reinterpret_cast<void **>(Region) + Slots.size() - 1;
      *Slot = reinterpret_cast<void *>(xlate_miss_stub);
    }
    return Slot;
  };
  std::string Error;
  for (codegen::Unit &U : Compiler.compile(Entries, Code, With, Memory, Error))
    Into[U.Pc] = std::move(U);
  if (!Error.empty())
    std::fprintf(stderr, "compilation failed: %s\n", Error.c_str());
}

void Harness::start(const State &S) {
  Live = S;
  std::memcpy(reinterpret_cast<void *>(DataBase), InitialData.data(), DataSize);
  initStubs(Live);
  Live.JumpCache = Cache;
  Live.HostMxcsr = fpenv::mxcsrFor(Live.Fpcr);
  _mm_setcsr(Live.HostMxcsr);
  std::fill(std::begin(Knows), std::end(Knows), false);
}

Outcome Harness::finish(int Signal, bool Left) {
  fpenv::collectFlags(Live);
  _mm_setcsr(0x1f80);
  RunningUnits = nullptr;
  Outcome O;
  O.S = Live;
  O.Signal = Signal;
  O.Left = Left;
  std::copy(std::begin(Knows), std::end(Knows), O.Knows);
  O.Data.assign(reinterpret_cast<uint8_t *>(DataBase),
                reinterpret_cast<uint8_t *>(DataBase) + DataSize);
  return O;
}

/// Record a block that ends with the first instruction that calls a C++
/// function with the whole state, if there is one.
static Block recordToHelper(uint64_t Pc, uint64_t End, bool &Helper) {
  Block B = recordBlock(Pc, End, 64);
  Helper = false;
  uint64_t At = Pc;
  for (const Uop &U : B.Uops) {
    if (U.Code == Op::insn)
      At = static_cast<uint64_t>(U.Imm);
    if (U.Code == Op::stateHelper) {
      Helper = true;
      return recordBlock(Pc, At + 4, 64);
    }
  }
  return B;
}

Outcome Harness::interpret(uint64_t Pc, const State &Start) {
  static const std::map<uint64_t, codegen::Unit> None;
  start(Start);
  Live.Pc = Pc;
  RunningUnits = &None;
  volatile bool Left = false;
  const int Signal = sigsetjmp(Escape, 1);
  if (!Signal) {
    // A branch backward ends the run: the unit's poll is always positive.
    const uint64_t End = codeEnd(Pc);
    uint64_t At;
    do {
      bool Helper;
      Recorded = recordToHelper(Live.Pc, End, Helper);
      Left = interp::run(Live, Recorded);
      if (Helper) // units leave after these
        break;
      At = Recorded.End - 4;
    } while (!Left && Live.Pc > At && Live.Pc < End);
  }
  return finish(Signal, Left);
}

// As in the runtime, code that meets a tagged pointer is made anew with masked
// addresses.
Outcome Harness::execute(uint64_t Pc, const State &Start) {
  BadAddress = false;
  const Outcome First = executeIn(Units, Pc, Start);
  if (!BadAddress)
    return First;
  if (!Masked.count(Pc)) {
    codegen::UnitOptions With = Options;
    With.MaskTopByte = true;
    compileUnits({Pc}, With, Masked);
  }
  return executeIn(Masked, Pc, Start);
}

Outcome Harness::executeIn(const std::map<uint64_t, codegen::Unit> &In,
                           uint64_t Pc, const State &Start) {
  start(Start);
  if (Options.TrapsInvalid)
    Live.Unmasked = fpenv::MxcsrInvalidMask;
  fpenv::enter(Live);
  Live.Pc = Pc;
  RunningUnits = &In;
  const int Signal = sigsetjmp(Escape, 1);
  bool Left = false;
  if (!Signal) {
    xlate_enter(&Live, In.at(Pc).entry());
    Left = Live.Exit != ExitReason::Miss && Live.Exit != ExitReason::Poll;
  }
  return finish(Signal, Left);
}

namespace {
/// Collects differing fields.
class Report {
public:
  std::string Text;
  void field(const char *Name, uint64_t Want, uint64_t Got) {
    if (Want != Got)
      line("  %s is %#lx, expected %#lx\n", Name, Got, Want);
  }
  void line(const char *Format, ...) __attribute__((format(printf, 2, 3))) {
    char Buffer[200];
    va_list Args;
    va_start(Args, Format);
    std::vsnprintf(Buffer, sizeof Buffer, Format, Args);
    va_end(Args);
    Text += Buffer;
  }
};
} // namespace

/// True if the next use of NZCV in the block at Pc reads them. Where they are
/// dead they aren't kept up to date for faults.
static bool readsFlagsNext(uint64_t Pc, uint64_t End) {
  if (!End)
    return false;
  const Block B = recordBlock(Pc, End, 64);
  for (const Uop &U : B.Uops) {
    if (U.Code == Op::cond || U.Code == Op::getNzcv)
      return true;
    if (opAttr(U.Code) == OpAttr::Flags)
      return false;
  }
  return false;
}

std::string Harness::difference(const Outcome &Want, const Outcome &Got) const {
  Report R;
  if (!FaultsAreReal && (Want.Signal || Got.Signal))
    return R.Text;
  const State &W = Want.S, &G = Got.S;
  R.field("signal", static_cast<uint64_t>(Want.Signal),
          static_cast<uint64_t>(Got.Signal));
  R.field("left", Want.Left, Got.Left);
  if (Want.Left) {
    R.field("exit", static_cast<uint64_t>(W.Exit),
            static_cast<uint64_t>(G.Exit));
    R.field("info", W.ExitInfo, G.ExitInfo);
  }
  // Without write-through a fault leaves the other registers unknown.
  if (Want.Signal > 0 && !Options.WriteThrough)
    R.field("pc", W.Pc, G.Pc);
  if (Want.Signal && !Options.WriteThrough)
    for (unsigned I = 0; I != NumFrameRegs; ++I)
      if (const unsigned Reg = FrameRegs[I];
          Got.Knows[I] && W.X[Reg] != G.X[Reg])
        R.line("  x%u is %#lx, expected %#lx\n", Reg, G.X[Reg], W.X[Reg]);
  if (!Want.Signal || Options.WriteThrough) {
    R.field("pc", W.Pc, G.Pc);
    for (unsigned I = 0; I != 32; ++I)
      if (W.X[I] != G.X[I])
        R.line("  x%u is %#lx, expected %#lx\n", I, G.X[I], W.X[I]);
    for (unsigned I = 0; I != 32; ++I)
      if (std::memcmp(&W.V[I], &G.V[I], 16))
        R.line("  v%u is %016lx%016lx, expected %016lx%016lx\n", I, G.V[I].D[1],
               G.V[I].D[0], W.V[I].D[1], W.V[I].D[0]);
    if (!Want.Signal || readsFlagsNext(W.Pc, codeEnd(W.Pc))) {
      R.field("n", W.N, G.N);
      R.field("z", W.Z, G.Z);
      R.field("c", W.C, G.C);
      R.field("v", W.V_, G.V_);
    }
    R.field("fpcr", W.Fpcr, G.Fpcr);
    R.field("fpsr", W.Fpsr, G.Fpsr);
    R.field("tpidr", W.TpidrEl0, G.TpidrEl0);
    R.field("exclusive size", W.ExclSize, G.ExclSize);
    if (W.ExclSize) {
      R.field("exclusive address", W.ExclAddr, G.ExclAddr);
      R.field("exclusive value", W.ExclValue.D[0], G.ExclValue.D[0]);
    }
  }
  if (Want.Data != Got.Data)
    R.line("  memory differs\n");
  return R.Text;
}

State Harness::randomState(std::mt19937_64 &Rng) const {
  State S = test::randomState(Rng, DataBase + DataSize / 2);
  if (!Options.FlushToZero)
    S.Fpcr &= ~fpenv::FpcrFz;
  if (Options.TrapsInvalid)
    S.Fpcr &= ~fpenv::FpcrDn;
  return S;
}
