//===- Explain.cpp - What a piece of guest code becomes -------------------===//

#include "Explain.h"
#include "ExplainProgram.h"
#include "LlvmTier.h"
#include "xlate/Baseline/Baseline.h"
#include "xlate/Codegen/Compiler.h"
#include "xlate/Semantics/Semantics.h"
#include "llvm-c/Disassembler.h"
#include "llvm-c/Target.h"
#include <cinttypes>
#include <cstring>
#include <map>
#include <sys/mman.h>

using namespace xlate;

namespace {

/// What FetchGuestCode reads from.
const ExplainProgram *Current;

bool fetch(void *Dst, const void *Src, size_t N) {
  return Current->fetch(Dst, reinterpret_cast<uint64_t>(Src), N);
}

/// Assembly text of one instruction at a time.
class Disassembler {
public:
  Disassembler(const char *Triple, const char *Features)
      : Context(LLVMCreateDisasmCPUFeatures(Triple, "", Features, nullptr, 0,
                                            nullptr, nullptr)) {
    LLVMSetDisasmOptions(Context,
                         LLVMDisassembler_Option_PrintImmHex |
                             LLVMDisassembler_Option_AsmPrinterVariant);
  }
  ~Disassembler() { LLVMDisasmDispose(Context); }
  Disassembler(const Disassembler &) = delete;
  Disassembler &operator=(const Disassembler &) = delete;
  /// Returns the size of the instruction, 0 if the bytes are none.
  size_t next(const uint8_t *Bytes, size_t Size, uint64_t Pc,
              std::string &Text) {
    char Buffer[128];
    const size_t N = LLVMDisasmInstruction(
        Context, const_cast<uint8_t *>(Bytes), Size, Pc, Buffer, sizeof Buffer);
    Text.clear();
    for (const char *C = N ? Buffer : ""; *C; ++C)
      if (*C != '\t')
        Text += *C;
      else if (!Text.empty())
        Text += ' ';
    return N;
  }

private:
  LLVMDisasmContextRef Context;
};

/// Memory that is laid out as the runtime's code region: slots, then code.
class Region final : public baseline::UnitContext {
public:
  explicit Region(const ExplainProgram &P) : Program(P) {
    Base = static_cast<char *>(mmap(nullptr, Size, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    Cursor = Base + SlotBytes;
  }
  ~Region() { munmap(Base, Size); }
  bool valid() const { return Base != MAP_FAILED; }

  std::atomic<void *> *slotFor(uint64_t GuestPc) override {
    auto It = Slots.try_emplace(GuestPc, Slots.size()).first;
    return reinterpret_cast<std::atomic<void *> *>(Base) +
           It->second % (SlotBytes / 8);
  }
  uint64_t codeEnd(uint64_t Pc) override { return Program.codeEnd(Pc); }
  char *take(size_t Bytes, size_t Align) {
    char *P = Base +
              ((static_cast<size_t>(Cursor - Base) + Align - 1) & ~(Align - 1));
    if (P + Bytes > Base + Size)
      return nullptr;
    Cursor = P + Bytes;
    return P;
  }
  uint8_t *cursor() const { return reinterpret_cast<uint8_t *>(Cursor); }
  size_t space() const { return static_cast<size_t>(Base + Size - Cursor); }
  /// The guest address whose slot a rip-relative operand names.
  const uint64_t *slotAt(const char *Addr) const {
    for (const auto &[Pc, Index] : Slots)
      if (Addr == Base + 8 * Index)
        return &Pc;
    return nullptr;
  }

private:
  static constexpr size_t Size = 32 << 20, SlotBytes = 1 << 20;
  const ExplainProgram &Program;
  char *Base, *Cursor;
  std::map<uint64_t, size_t> Slots;
};

class Explainer {
public:
  Explainer(const ExplainProgram &P, const ExplainProgram::Symbol &S)
      : Program(P), Start(S.Addr), End(S.Size ? S.Addr + S.Size : 0), Code(P) {}
  Expected<std::string> run();

private:
  std::string guest(uint64_t Pc);
  void baseline();
  void llvm();
  void sideBySide(const char *Host, size_t Size,
                  std::span<const std::pair<uint32_t, uint64_t>> PcMap);
  void row(const std::string &Left, const std::string &Right);

  const ExplainProgram &Program;
  uint64_t Start, End;
  Region Code;
  std::string Out, Problem;
  Disassembler Arm{"aarch64-linux-gnu", "+all"}, X86{"x86_64-linux-gnu", ""};
};

} // namespace

std::string Explainer::guest(uint64_t Pc) {
  uint8_t Word[4];
  std::string Text;
  char Addr[24];
  std::snprintf(Addr, sizeof Addr, "%8" PRIx64 "  ", Pc);
  if (!Program.fetch(Word, Pc, 4) || !Arm.next(Word, 4, Pc, Text))
    Text = "(no instruction)";
  return Addr + Text;
}

void Explainer::row(const std::string &Left, const std::string &Right) {
  constexpr size_t Width = 46;
  Out += Left;
  Out.append(Left.size() < Width ? Width - Left.size() : 1, ' ');
  Out += "| " + Right + '\n';
}

// Host code in its own order; on the left, the guest instruction whenever it is
// another one.
void Explainer::sideBySide(
    const char *Host, size_t Size,
    std::span<const std::pair<uint32_t, uint64_t>> PcMap) {
  uint64_t Shown = 0;
  size_t Next = 0;
  std::string Left, Text;
  for (size_t At = 0; At < Size;) {
    while (Next < PcMap.size() && PcMap[Next].first <= At) {
      const uint64_t Pc = PcMap[Next++].second & ~uint64_t(3);
      if (Pc != Shown && Pc >= Start)
        Left = guest(Shown = Pc);
    }
    const auto *Bytes = reinterpret_cast<const uint8_t *>(Host) + At;
    const size_t N =
        X86.next(Bytes, Size - At, reinterpret_cast<uint64_t>(Bytes), Text);
    if (!N)
      break;
    At += N;
    int32_t Disp;
    if (Text.find("[rip") != Text.npos && N >= 4) {
      std::memcpy(&Disp, Host + At - 4, 4);
      if (const uint64_t *Pc = Code.slotAt(Host + At + Disp)) {
        char Note[40];
        std::snprintf(Note, sizeof Note, "  ; to %" PRIx64, *Pc);
        Text = Text.substr(0, Text.find('[')) + "[slot]" + Note;
      }
    }
    row(Left, Text);
    Left.clear();
  }
}

void Explainer::baseline() {
  baseline::Baseline Tier;
  Code.take(Tier.emitThunks(Code.cursor(), Code.space()), 1);
  Block B;
  uint64_t Pc = Start;
  do {
    Code.take(0, 16);
    const uint64_t Limit = Program.codeEnd(Pc);
    if (!Limit)
      break;
    recordTrace(B, Pc, End > Pc ? std::min(End, Limit) : Limit,
                baseline::Baseline::MaxInsns, baseline::Baseline::MaxBranches,
                [](uint64_t) { return true; });
    const auto R = Tier.emit(B, Code.cursor(), Code.space(), Code);
    if (!R.Entry)
      break;
    Code.take(R.Size, 1);
    char Line[80];
    std::snprintf(Line, sizeof Line,
                  "unit at %" PRIx64 ": %u instructions, %zu bytes\n", Pc,
                  B.NumInsns, R.Size);
    Out += Line;
    sideBySide(reinterpret_cast<char *>(R.Entry), R.Size, R.PcMap);
    Pc = B.End;
  } while (Pc < End);
}

void Explainer::llvm() {
  codegen::GuestCode Source;
  Source.CodeEnd = [this](uint64_t Pc) { return Program.codeEnd(Pc); };
  Source.IsEntry = [](uint64_t) { return false; };
  codegen::Compiler Compiler{codegen::CompilerOptions()};
  const codegen::UnitOptions Options;
  using Form = codegen::Compiler::Form;
  for (auto [Title, What] : {std::pair("lifted IR", Form::LlvmIr),
                             std::pair("optimised IR", Form::OptIr)}) {
    std::string Text;
    if (!Compiler.emit({Start}, Source, Options, What, Text, Problem))
      return;
    Out += std::string("\n== ") + Title + " ==\n" + Text;
  }
  codegen::JitMemory Memory;
  Memory.Allocate = [this](size_t Size, size_t Align) {
    return Code.take(Size, Align);
  };
  Memory.Slot = [this](uint64_t Pc) { return Code.slotFor(Pc); };
  Out += "\n== guest code | LLVM tier ==\n";
  for (const codegen::Unit &U :
       Compiler.compile({Start}, Source, Options, Memory, Problem)) {
    char Line[80];
    std::snprintf(Line, sizeof Line, "unit at %" PRIx64 ": %zu bytes\n", U.Pc,
                  U.Size);
    Out += Line;
    sideBySide(U.Host, U.Size, U.PcMap);
  }
}

Expected<std::string> Explainer::run() {
  if (!Code.valid())
    return systemError(ENOMEM);
  Out = "== guest code | baseline tier ==\n";
  baseline();
  llvm();
  if (!Problem.empty())
    return Error{ENOEXEC, Problem};
  return Out;
}

Expected<std::string> xlate::explain(const std::string &Path,
                                     const std::string &Where) {
  initLlvm();
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64Disassembler();
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86Disassembler();
  Expected<ExplainProgram> Program = ExplainProgram::open(Path);
  if (!Program)
    return Program.error();
  Expected<ExplainProgram::Symbol> Symbol = Program->find(Where);
  if (!Symbol)
    return Symbol.error();
  Current = &*Program;
  FetchGuestCode = fetch;
  char Title[64];
  std::snprintf(Title, sizeof Title, " at %" PRIx64 "\n\n", Symbol->Addr);
  Expected<std::string> Report = Explainer(*Program, *Symbol).run();
  if (!Report)
    return Report;
  return (Symbol->Name.empty() ? "code" : Symbol->Name) + Title + *Report;
}
