//===- main.cpp - xlate-lift: show what guest code becomes ----------------===//

#include "Input.h"
#include "xlate/Codegen/Compiler.h"
#include "xlate/Semantics/Semantics.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace xlate;
using namespace xlate::tool;

static const char Usage[] =
    "usage: xlate-lift [options] FILE\n"
    "\n"
    "Translates AArch64 code and prints a stage of the translation. FILE is "
    "an\n"
    "ELF object (its .text is used), or text with one hexadecimal instruction\n"
    "word per item; - is standard input.\n"
    "\n"
    "  --emit=STAGE         uops, llvm-ir (default), opt-ir, asm or obj\n"
    "  --function=NAME      translate the unit entered at this symbol\n"
    "  --start=OFFSET       ... at this offset into the code (default 0); "
    "both\n"
    "                       may be given several times\n"
    "  --base=ADDRESS       guest address of the code (default: as linked, or\n"
    "                       0x100000)\n"
    "  --cpu=CPU            host CPU: host, x86-64-v2, x86-64-v3 (default)...\n"
    "  -O0 .. -O3           optimisation level (default 1)\n"
    "  --write-through      keep the guest state exact at every access\n"
    "  --exact-underflow    as for a guest that has written FPSR\n"
    "  --trap-invalid       as xlate-run and xlate-aot do: invalid operations\n"
    "                       are exceptions, and results not checked\n"
    "  --max-blocks=N       bound of a unit's size\n"
    "  --max-callee=N       functions of so many instructions become part of\n"
    "                       the units that call them (default 0: none)\n"
    "  -o FILE              output (default standard output)\n";

[[noreturn]] static void die(const std::string &Message) {
  std::fprintf(stderr, "xlate-lift: %s\n", Message.c_str());
  std::exit(1);
}

namespace {
struct Options {
  std::string Emit = "llvm-ir", File, Output;
  std::vector<std::string> Functions;
  std::vector<uint64_t> Starts;
  uint64_t Base = 0;
  codegen::CompilerOptions Compiler{"x86-64-v3", 1};
  codegen::UnitOptions Unit;
};
} // namespace

static uint64_t number(const char *Text) {
  char *End;
  uint64_t V = std::strtoull(Text, &End, 0);
  if (*End || !*Text)
    die(std::string("not a number: ") + Text);
  return V;
}

static Options parse(int Argc, char **Argv) {
  Options O;
  for (int I = 1; I < Argc; ++I) {
    const char *A = Argv[I];
    auto value = [&](const char *Name) -> const char * {
      const size_t N = std::strlen(Name);
      return !std::strncmp(A, Name, N) && A[N] == '=' ? A + N + 1 : nullptr;
    };
    if (!std::strcmp(A, "--help")) {
      std::fputs(Usage, stdout);
      std::exit(0);
    } else if (const char *V = value("--emit")) {
      O.Emit = V;
    } else if (const char *V = value("--function")) {
      O.Functions.push_back(V);
    } else if (const char *V = value("--start")) {
      O.Starts.push_back(number(V));
    } else if (const char *V = value("--base")) {
      O.Base = number(V);
    } else if (const char *V = value("--cpu")) {
      O.Compiler.Cpu = V;
    } else if (const char *V = value("--max-blocks")) {
      O.Unit.MaxBlocks = static_cast<unsigned>(number(V));
    } else if (const char *V = value("--max-callee")) {
      O.Unit.MaxCalleeInsns = static_cast<unsigned>(number(V));
    } else if (!std::strcmp(A, "--write-through")) {
      O.Unit.WriteThrough = true;
    } else if (!std::strcmp(A, "--exact-underflow")) {
      O.Unit.ExactUnderflow = true;
    } else if (!std::strcmp(A, "--trap-invalid")) {
      O.Unit.TrapsInvalid = true;
    } else if (A[0] == '-' && A[1] == 'O' && A[2] >= '0' && A[2] <= '3' &&
               !A[3]) {
      O.Compiler.OptLevel = static_cast<unsigned>(A[2] - '0');
    } else if (!std::strcmp(A, "-o") && I + 1 < Argc) {
      O.Output = Argv[++I];
    } else if (A[0] == '-' && A[1]) {
      die(std::string("unknown option ") + A + "\n" + Usage);
    } else {
      O.File = A;
    }
  }
  if (O.File.empty())
    die(std::string("no input file\n") + Usage);
  return O;
}

/// Straight-line listing of the blocks from Pc up to the next one that ends
/// in something else than falling through.
static std::string listUops(uint64_t Pc, uint64_t End) {
  std::string Text;
  while (Pc < End) {
    Block B = recordBlock(Pc, End, 64);
    Text += toString(B);
    Pc = B.End;
    const Op Last = B.terminator().Code;
    if (Last == Op::brInd || Last == Op::exit)
      break;
  }
  return Text;
}

int main(int Argc, char **Argv) {
  Options O = parse(Argc, Argv);
  Input In;
  std::string Error, Text;
  if (!readInput(O.File, O.Base, In, Error))
    die(Error);

  std::vector<uint64_t> Entries;
  for (const std::string &F : O.Functions) {
    auto It = In.Symbols.find(F);
    if (It == In.Symbols.end())
      die("no symbol " + F);
    Entries.push_back(It->second);
  }
  for (uint64_t S : O.Starts)
    Entries.push_back(In.Base + S);
  if (Entries.empty())
    Entries.push_back(In.Base);

  using Form = codegen::Compiler::Form;
  static const std::pair<const char *, Form> Forms[] = {
      {"llvm-ir", Form::LlvmIr},
      {"opt-ir", Form::OptIr},
      {"asm", Form::Asm},
      {"obj", Form::Object}};
  if (O.Emit == "uops") {
    for (uint64_t Pc : Entries)
      Text += listUops(Pc, In.End);
  } else {
    const auto *It =
        std::find_if(std::begin(Forms), std::end(Forms),
                     [&](const auto &F) { return O.Emit == F.first; });
    if (It == std::end(Forms))
      die("unknown --emit stage " + O.Emit);
    codegen::GuestCode Code;
    Code.CodeEnd = [&](uint64_t Pc) {
      return Pc >= In.Base && Pc < In.End ? In.End : 0;
    };
    Code.IsEntry = [&](uint64_t Pc) {
      return std::find(Entries.begin(), Entries.end(), Pc) != Entries.end();
    };
    codegen::Compiler C(O.Compiler);
    if (!C.emit(Entries, Code, O.Unit, It->second, Text, Error))
      die(Error);
  }

  FILE *Out = O.Output.empty() || O.Output == "-"
                  ? stdout
                  : std::fopen(O.Output.c_str(), "wb");
  if (!Out || std::fwrite(Text.data(), 1, Text.size(), Out) != Text.size() ||
      std::fflush(Out))
    die("can't write the output");
  return 0;
}
