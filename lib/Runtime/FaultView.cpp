//===- FaultView.cpp - What a handler of faults looks at ------------------===//
//
// A handler with SA_SIGINFO is given the interrupted registers, and may show or
// change them all. But most code is as fast as it is because it needn't have
// them in their places: so it is worth a look who doesn't care.
//
//===----------------------------------------------------------------------===//

#include "Process.h"
#include "xlate/Semantics/ArgLiveness.h"
#include "xlate/Syscall/SafeCopy.h"
#include <cstring>
#include <elf.h>

using namespace xlate;
using namespace xlate::runtime;

/// The value of an entry of the auxiliary vector, 0 if there's none.
static uint64_t auxValue(const LoadedProgram &Program, uint64_t Type) {
  Elf64_auxv_t A;
  for (size_t At = 0; At + sizeof A <= Program.Auxv.size(); At += sizeof A) {
    std::memcpy(&A, Program.Auxv.data() + At, sizeof A);
    if (A.a_type == Type)
      return A.a_un.a_val;
  }
  return 0;
}

/// Do these notes tell of Go's linker?
static bool hasGoNote(uint64_t At, uint64_t End) {
  constexpr uint32_t GoBuildId = 4;
  constexpr char GoName[4] = "Go\0";
  struct {
    Elf64_Nhdr Head;
    char Name[sizeof GoName];
  } Note;
  while (At + sizeof Note <= End && sys::copyFrom(Note, At)) {
    if (Note.Head.n_type == GoBuildId && Note.Head.n_namesz == sizeof GoName &&
        !std::memcmp(Note.Name, GoName, sizeof GoName))
      return true;
    auto padded = [](uint64_t Bytes) { return (Bytes + 3) & ~uint64_t(3); };
    At += sizeof Note.Head + padded(Note.Head.n_namesz) +
          padded(Note.Head.n_descsz);
  }
  return false;
}

static bool isGoProgram(const LoadedProgram &Program) {
  const uint64_t Headers = auxValue(Program, AT_PHDR),
                 Count = auxValue(Program, AT_PHNUM);
  Elf64_Phdr P;
  for (uint64_t I = 0; I != Count; ++I) {
    if (!sys::copyFrom(P, Headers + I * sizeof P))
      return false;
    const uint64_t At = Program.LoadBias + P.p_vaddr;
    if (P.p_type == PT_NOTE && hasGoNote(At, At + P.p_memsz))
      return true;
  }
  return false;
}

FaultView Process::viewOf(const KernelSigaction &A) {
  constexpr unsigned Context = 2; // the third argument
  if (A.Handler <= 1 || !(A.Flags & SA_SIGINFO) ||
      !readsArgument(A.Handler, Context,
                     [this](uint64_t Pc) { return Mem.codeRange(Pc).Hi; }))
    return FaultView::Nothing;
  // Go's turns a fault into a call of a function that panics, as if it had been
  // made by the instruction: with PC, SP and X30. What it unwinds to and
  // recovers in has all else in memory. (X28, the goroutine, changes only in
  // functions that switch from one to another.)
  if (A.Handler >= Program.CodeLo && A.Handler < Program.CodeHi &&
      isGoProgram(Program))
    return FaultView::Frame;
  return FaultView::Registers;
}
