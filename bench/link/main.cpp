//===- main.cpp - Making units runnable: our linker against LLJIT ---------===//
//
// bench-link PROGRAM [UNITS]
//
// Compiles functions of a static arm64 program, one object per unit, as the
// LLVM tier does. Then makes every object runnable twice: with linkObject(),
// and with an LLJIT (JITLink, one session for all units). Slots exist before.
// Times are CPU time of the thread, the least of several rounds.
//
//===----------------------------------------------------------------------===//

#include "Input.h"
#include "Link.h"
#include "xlate/Lifter/Lifter.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/Support/TargetSelect.h"
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <sys/mman.h>

using namespace llvm;
using namespace xlate;

namespace {

constexpr unsigned Rounds = 5;
constexpr size_t RegionSize = 64 << 20;

double cpuMicros() {
  timespec T;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &T);
  return static_cast<double>(T.tv_sec) * 1e6 +
         static_cast<double>(T.tv_nsec) * 1e-3;
}

template <typename Fn> double least(Fn F) {
  double Best = 0;
  for (unsigned I = 0; I != Rounds; ++I) {
    const double Start = cpuMicros();
    F();
    const double T = cpuMicros() - Start;
    if (I == 0 || T < Best)
      Best = T;
  }
  return Best;
}

[[noreturn]] void die(const std::string &Message) {
  std::fprintf(stderr, "bench-link: %s\n", Message.c_str());
  std::exit(1);
}

template <typename T> T check(Expected<T> V) {
  if (!V)
    die(toString(V.takeError()));
  return std::move(*V);
}

/// Code after slots, as the runtime has them.
class Region {
public:
  Region()
      : Base(static_cast<char *>(mmap(nullptr, RegionSize,
                                      PROT_READ | PROT_WRITE | PROT_EXEC,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    if (Base == MAP_FAILED)
      die("no memory");
    Memory.Allocate = [this](size_t Size, size_t Align) {
      Used = (Used + Align - 1) & ~(Align - 1);
      char *P = Base + RegionSize / 2 + Used;
      Used += Size;
      return Used <= RegionSize / 2 ? P : nullptr;
    };
    Memory.Slot = [this](uint64_t Pc) -> void * {
      auto [It, New] = Slots.try_emplace(Pc, Slots.size());
      return Base + 8 * It->second;
    };
  }
  void reset() { Used = 0; }
  codegen::JitMemory Memory;

private:
  char *Base;
  size_t Used = 0;
  std::map<uint64_t, size_t> Slots;
};

struct Object {
  std::string Name, Bytes;
};

std::unique_ptr<orc::LLJIT> makeJit(Region &R) {
  auto Jit =
      check(orc::LLJITBuilder()
                .setObjectLinkingLayerCreator(
                    [](orc::ExecutionSession &S, const Triple &) {
                      return std::make_unique<orc::ObjectLinkingLayer>(S);
                    })
                .create());
  // Whatever slot a unit names is there.
  struct Slots final : orc::DefinitionGenerator {
    Region &R;
    explicit Slots(Region &R) : R(R) {}
    Error tryToGenerate(orc::LookupState &, orc::LookupKind, orc::JITDylib &D,
                        orc::JITDylibLookupFlags,
                        const orc::SymbolLookupSet &Names) override {
      orc::SymbolMap New;
      for (auto &[Name, Flags] : Names) {
        StringRef Digits = *Name;
        uint64_t Pc;
        if (Digits.consume_front("slot_") && !Digits.getAsInteger(16, Pc))
          New[Name] = {orc::ExecutorAddr::fromPtr(R.Memory.Slot(Pc)),
                       JITSymbolFlags::Exported};
      }
      return New.empty() ? Error::success()
                         : D.define(orc::absoluteSymbols(std::move(New)));
    }
  };
  Jit->getMainJITDylib().addGenerator(std::make_unique<Slots>(R));
  return Jit;
}

} // namespace

int main(int Argc, char **Argv) {
  if (Argc < 2)
    die("usage: bench-link PROGRAM [UNITS]");
  const size_t MaxUnits = Argc > 2 ? std::strtoul(Argv[2], nullptr, 0) : 200;
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();

  tool::Input In;
  std::string Problem;
  if (!tool::readInput(Argv[1], 0, In, Problem))
    die(Problem);
  codegen::GuestCode Code;
  Code.CodeEnd = [&](uint64_t Pc) {
    return Pc >= In.Base && Pc < In.End ? In.End : 0;
  };
  Code.IsEntry = [](uint64_t) { return false; };
  codegen::Compiler Compiler{codegen::CompilerOptions()};

  std::vector<Object> Objects;
  size_t Bytes = 0;
  double Compiling = 0;
  std::map<uint64_t, std::string> Functions;
  for (auto &[Name, Pc] : In.Symbols)
    if (Pc % 4 == 0 && Code.CodeEnd(Pc))
      Functions.try_emplace(Pc, Name);
  const size_t Step = std::max<size_t>(1, Functions.size() / MaxUnits);
  size_t At = 0;
  for (auto &[Pc, Name] : Functions) {
    if (At++ % Step || Objects.size() == MaxUnits)
      continue;
    Object O{lift::unitName(Pc), ""};
    const double Start = cpuMicros();
    if (!Compiler.emit({Pc}, Code, {}, codegen::Compiler::Form::Object, O.Bytes,
                       Problem))
      die(Problem);
    Compiling += cpuMicros() - Start;
    Bytes += O.Bytes.size();
    Objects.push_back(std::move(O));
  }
  const double N = static_cast<double>(Objects.size());

  Region R;
  auto linkAll = [&] {
    R.reset();
    for (const Object &O : Objects) {
      auto File = check(object::ObjectFile::createELFObjectFile(
          MemoryBufferRef(O.Bytes, "unit")));
      codegen::LinkedObject Out;
      if (!codegen::linkObject(cast<object::ELF64LEObjectFile>(*File), R.Memory,
                               Out, Problem) ||
          !Out.Functions.contains(O.Name))
        die("linkObject: " + Problem);
    }
  };
  const double Ours = least(linkAll);

  double Session = 0, Orc = 0;
  for (unsigned I = 0; I != Rounds; ++I) {
    const double Start = cpuMicros();
    std::unique_ptr<orc::LLJIT> Jit = makeJit(R);
    const double Made = cpuMicros();
    for (const Object &O : Objects) {
      if (Error E = Jit->addObjectFile(
              MemoryBuffer::getMemBufferCopy(O.Bytes, O.Name)))
        die(toString(std::move(E)));
      check(Jit->lookup(O.Name));
    }
    const double End = cpuMicros();
    if (I == 0 || Made - Start < Session)
      Session = Made - Start;
    if (I == 0 || End - Made < Orc)
      Orc = End - Made;
  }

  std::printf("%.0f units, %.0f bytes of object file on average\n", N,
              static_cast<double>(Bytes) / N);
  std::printf("%-34s %9.1f us a unit\n", "lifting and compiling",
              Compiling / N);
  std::printf("%-34s %9.1f us a unit\n", "linkObject", Ours / N);
  std::printf("%-34s %9.1f us a unit\n", "LLJIT: add and look up", Orc / N);
  std::printf("%-34s %9.1f us\n", "LLJIT: making the session", Session);
  return 0;
}
