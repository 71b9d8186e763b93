//===- Assemble.cpp - Case assembly to one blob ---------------------------===//
//
// The blob starts with the stub that finished cases branch to. Each case has a
// slot of equal size:
//
//     mrs x30, tpidr_el0     entered here under an emulator, where the harness
//                            needs x30 for the branch
//     <the case>             Case::Pc
//     b <stub>
//
//===----------------------------------------------------------------------===//

#include "Case.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <unistd.h>

using namespace xlate::insn;

static constexpr const char *Assembler = XLATE_INSN_AS;
static constexpr const char *Linker = XLATE_INSN_LD;

namespace {
/// A directory that disappears with its files.
struct TempDir {
  char Path[32] = "/tmp/xlate-insn-XXXXXX";
  TempDir() {
    if (!mkdtemp(Path)) {
      std::perror("mkdtemp");
      std::exit(2);
    }
  }
  ~TempDir() {
    for (const char *Name : {"a.s", "a.o", "a.bin"})
      unlink(file(Name).c_str());
    rmdir(Path);
  }
  std::string file(const char *Name) const {
    return std::string(Path) + "/" + Name;
  }
};
} // namespace

bool xlate::insn::assemble(CaseFile &F) {
  TempDir Dir;
  size_t Longest = 1;
  for (const Case &C : F.Cases)
    Longest = std::max(Longest,
                       size_t(std::count(C.Asm.begin(), C.Asm.end(), '|')) + 1);
  size_t Slot = 16;
  while (Slot < 4 * (Longest + 2))
    Slot *= 2;
  {
    std::ofstream S(Dir.file("a.s"));
    S << ".text\n_start: msr tpidr_el0, x30\nldr x30, 1f\nbr x30\nnop\n1: "
         ".quad 0\n";
    for (size_t I = 0; I != F.Cases.size(); ++I) {
      Case &C = F.Cases[I];
      uint64_t At = 64 + I * Slot;
      C.Pc = INSN_CODE_BASE + At + 4;
      // The line marker makes the assembler's messages point at the case.
      S << ".org " << At << "\nmrs x30, tpidr_el0\n# " << C.Line << " \""
        << F.Path << "\"\n";
      std::string Text = C.Asm;
      std::replace(Text.begin(), Text.end(), '|', ';');
      S << Text << "\nb _start\n";
    }
    S << ".org " << 64 + F.Cases.size() * Slot << "\n";
  }
  char Base[32];
  std::snprintf(Base, sizeof Base, "0x%lx", INSN_CODE_BASE);
  std::string Cmd = std::string(Assembler) + " -o " + Dir.file("a.o") + " " +
                    Dir.file("a.s") + " && " + Linker + " -Ttext=" + Base +
                    " --oformat=binary -o " + Dir.file("a.bin") + " " +
                    Dir.file("a.o");
  if (std::system(Cmd.c_str()) != 0) {
    std::fprintf(stderr, "%s: assembling failed\n", F.Path.c_str());
    return false;
  }
  std::ifstream In(Dir.file("a.bin"), std::ios::binary);
  F.Code.assign(std::istreambuf_iterator<char>(In), {});
  return F.Code.size() >= 64;
}
