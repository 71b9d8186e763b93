//===- Program.cpp - A batch as an AArch64 executable ---------------------===//
//
// The program loads a block's state, jumps to it, stores the state when the
// block branches back, and goes on to the next. X30 travels through TPIDR_EL0,
// because a register is needed to jump; every block starts by fetching it. A
// signal is recorded and continues at the store routine.
//
//===----------------------------------------------------------------------===//

#include "Batch.h"
#include "Random.h"
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::fuzz;

namespace {

/// Words at ControlBase.
struct Control {
  uint64_t In, Out, InEnd, Fault;
  uint64_t X0; ///< Of the block, for a moment.
  uint64_t OutStart, OutSize;
  uint64_t Action[4];   ///< struct sigaction of the kernel
  uint64_t AltStack[3]; ///< stack_t
};

/// The few encodings that the shared routines need.
class Emitter {
public:
  explicit Emitter(std::vector<uint32_t> &Code) : Code(Code) {}
  uint64_t here() const { return CodeBase + 4 * Code.size(); }
  void emit(uint32_t W) { Code.push_back(W); }

  void movImm(unsigned D, uint64_t V) {
    emit(0xd2800000 | (V & 0xffff) << 5 | D);
    if (V >> 16)
      emit(0xf2a00000 | (V >> 16 & 0xffff) << 5 | D);
  }
  void ldr(unsigned T, unsigned N, size_t Off) {
    emit(0xf9400000 | Off / 8 << 10 | N << 5 | T);
  }
  void str(unsigned T, unsigned N, size_t Off) {
    emit(0xf9000000 | Off / 8 << 10 | N << 5 | T);
  }
  void pair(uint32_t Op, unsigned T, unsigned N, size_t Scaled) {
    emit(Op | static_cast<uint32_t>(Scaled) << 15 | (T + 1) << 10 | N << 5 | T);
  }
  void ldp(unsigned T, unsigned N, size_t Off) {
    pair(0xa9400000, T, N, Off / 8);
  }
  void stp(unsigned T, unsigned N, size_t Off) {
    pair(0xa9000000, T, N, Off / 8);
  }
  void ldpQ(unsigned T, unsigned N, size_t Off) {
    pair(0xad400000, T, N, Off / 16);
  }
  void stpQ(unsigned T, unsigned N, size_t Off) {
    pair(0xad000000, T, N, Off / 16);
  }
  void mrs(unsigned T, uint32_t Reg) { emit(0xd5300000 | Reg << 5 | T); }
  void msr(uint32_t Reg, unsigned T) { emit(0xd5100000 | Reg << 5 | T); }
  void addImm(unsigned D, unsigned N, unsigned Imm) {
    emit(0x91000000 | Imm << 10 | N << 5 | D);
  }
  void cmp(unsigned N, unsigned M) { emit(0xeb00001f | M << 16 | N << 5); }
  void lsl56(unsigned D, unsigned N) { emit(0xd3481c00 | N << 5 | D); }
  void orr(unsigned D, unsigned N, unsigned M) {
    emit(0xaa000000 | M << 16 | N << 5 | D);
  }
  void br(unsigned N) { emit(0xd61f0000 | N << 5); }
  void ret() { emit(0xd65f03c0); }
  void svc() { emit(0xd4000001); }
  void b(uint64_t Target) { emit(branch(here(), Target)); }
  void syscall(unsigned Number) {
    movImm(8, Number);
    svc();
  }
  /// Fills the b.eq at From to branch to here.
  void patchBeq(uint64_t From) {
    Code[(From - CodeBase) / 4] = 0x54000000 | ((here() - From) / 4 & 0x7ffff)
                                                   << 5;
  }
  static uint32_t branch(uint64_t From, uint64_t To) {
    return 0x14000000 | ((To - From) / 4 & 0x3ffffff);
  }

private:
  std::vector<uint32_t> &Code;
};

// op0:op1:CRn:CRm:op2 with op0's top bit implied.
constexpr uint32_t Nzcv = 0x5a10, Fpcr = 0x5a20, Fpsr = 0x5a21,
                   TpidrEl0 = 0x5e82;
constexpr unsigned Sp = 31;

constexpr int Signals[] = {4, 5, 7, 8, 11}; // ILL TRAP BUS FPE SEGV

/// Addresses of the shared routines, the same in every batch.
struct Stubs {
  uint64_t Start, Save, Handler, Restorer;
};

Stubs emitStubs(std::vector<uint32_t> &Code) {
  Emitter E(Code);
  Stubs S = {};
  constexpr size_t SysOff = offsetof(State, Nzcv), VOff = offsetof(State, V);

  S.Save = E.here();
  E.msr(TpidrEl0, 30);
  E.movImm(30, ControlBase);
  // The flags early: translators may expect their use soon after a call.
  E.str(0, 30, offsetof(Control, X0));
  E.mrs(0, Nzcv);
  E.ldr(30, 30, offsetof(Control, Out));
  E.str(0, 30, SysOff);
  E.movImm(0, ControlBase);
  E.ldr(0, 0, offsetof(Control, X0));
  for (unsigned I = 0; I != 30; I += 2)
    E.stp(I, 30, 8 * I);
  E.mrs(0, TpidrEl0);
  E.str(0, 30, 8 * 30);
  E.addImm(0, Sp, 0);
  E.str(0, 30, offsetof(State, Sp));
  E.mrs(0, Fpcr);
  E.str(0, 30, SysOff + 8);
  E.mrs(0, Fpsr);
  E.str(0, 30, SysOff + 16);
  for (unsigned I = 0; I != 32; I += 2)
    E.stpQ(I, 30, VOff + 16 * I);
  E.movImm(1, ControlBase);
  E.ldr(0, 1, offsetof(Control, Fault));
  E.str(0, 30, offsetof(State, Extra));
  E.str(31, 1, offsetof(Control, Fault));
  E.addImm(30, 30, sizeof(State));
  E.str(30, 1, offsetof(Control, Out));

  uint64_t Next = E.here();
  E.emit(0xd5033f5f); // clrex: no monitor carries over
  E.movImm(1, ControlBase);
  E.ldr(2, 1, offsetof(Control, In));
  E.ldr(3, 1, offsetof(Control, InEnd));
  E.cmp(2, 3);
  uint64_t AtEnd = E.here();
  E.emit(0);
  E.addImm(4, 2, sizeof(State));
  E.str(4, 1, offsetof(Control, In));
  E.ldr(0, 2, SysOff);
  E.msr(Nzcv, 0);
  E.ldr(0, 2, SysOff + 8);
  E.msr(Fpcr, 0);
  E.ldr(0, 2, SysOff + 16);
  E.msr(Fpsr, 0);
  for (unsigned I = 0; I != 32; I += 2)
    E.ldpQ(I, 2, VOff + 16 * I);
  E.ldr(0, 2, offsetof(State, Sp));
  E.addImm(Sp, 0, 0);
  E.ldr(30, 2, 8 * 30);
  E.msr(TpidrEl0, 30);
  E.ldr(30, 2, offsetof(State, Extra));
  for (unsigned I = 4; I != 30; I += 2)
    E.ldp(I, 2, 8 * I);
  E.ldp(0, 2, 0);
  E.ldr(3, 2, 8 * 3);
  E.ldr(2, 2, 8 * 2);
  E.br(30);

  E.patchBeq(AtEnd);
  E.ldr(2, 1, offsetof(Control, OutSize));
  E.ldr(1, 1, offsetof(Control, OutStart));
  E.movImm(0, 1);
  E.syscall(64); // write
  E.movImm(0, 1);
  E.movImm(1, ArenaBase);
  E.movImm(2, ArenaSize);
  E.syscall(64);
  E.movImm(0, 0);
  E.syscall(93); // exit

  // Signal handler: ucontext in x2; pc is 440 bytes into it.
  S.Handler = E.here();
  E.ldr(3, 2, 440);
  E.lsl56(0, 0);
  E.orr(3, 3, 0);
  E.movImm(4, ControlBase);
  E.str(3, 4, offsetof(Control, Fault));
  E.movImm(5, S.Save);
  E.str(5, 2, 440);
  E.ret();

  S.Restorer = E.here();
  E.syscall(139); // rt_sigreturn

  S.Start = E.here();
  E.movImm(0, ControlBase + offsetof(Control, AltStack));
  E.movImm(1, 0);
  E.syscall(132); // sigaltstack
  for (int Sig : Signals) {
    E.movImm(0, static_cast<uint64_t>(Sig));
    E.movImm(1, ControlBase + offsetof(Control, Action));
    E.movImm(2, 0);
    E.movImm(3, 8);
    E.syscall(134); // rt_sigaction
  }
  E.b(Next);
  return S;
}

const Stubs &stubs() {
  static const Stubs S = [] {
    std::vector<uint32_t> Code;
    return emitStubs(Code);
  }();
  return S;
}

} // namespace

Batch xlate::fuzz::newBatch(uint64_t ArenaSeed) {
  Batch B;
  B.ArenaSeed = ArenaSeed;
  emitStubs(B.Code);
  B.Code.resize(StubSize / 4);
  return B;
}

uint64_t xlate::fuzz::nextStart(const Batch &B) {
  return CodeBase + 4 * B.Code.size() + 4;
}

bool xlate::fuzz::addBlock(Batch &B, const std::vector<uint32_t> &Words,
                           const State &In) {
  if (4 * (B.Code.size() + Words.size() + 3) > CodeSize)
    return false;
  Emitter E(B.Code);
  TestBlock T;
  T.Entry = E.here();
  E.mrs(30, TpidrEl0);
  T.Start = E.here();
  for (uint32_t W : Words)
    E.emit(W);
  E.emit(NopWord); // forward branches skip one instruction
  T.End = E.here();
  E.b(stubs().Save);
  B.Blocks.push_back(T);
  B.In.push_back(In);
  B.In.back().Extra = T.Entry;
  return true;
}

void xlate::fuzz::addState(Batch &B, const State &In) {
  B.Blocks.push_back(B.Blocks.back());
  B.In.push_back(In);
  B.In.back().Extra = B.Blocks.back().Entry;
}

std::vector<uint8_t> xlate::fuzz::arenaContent(uint64_t Seed) {
  std::vector<uint8_t> Bytes(ArenaSize);
  Random R(Seed);
  for (size_t I = 0; I != ArenaSize; I += 8) {
    uint64_t V = R.next();
    std::memcpy(&Bytes[I], &V, 8);
  }
  return Bytes;
}

bool xlate::fuzz::writeElf(const Batch &B, const char *Path) {
  constexpr uint64_t HeaderSize = 0x1000;
  const uint64_t CodeBytes = 4 * B.Code.size();
  const uint64_t DataAt = (HeaderSize + CodeBytes + 0xfff) & ~0xfffull;
  const uint64_t StateBytes = sizeof(State) * B.In.size();
  const uint64_t DataBytes = InputBase - ArenaBase + StateBytes;

  std::vector<uint8_t> File(DataAt + DataBytes);
  Elf64_Ehdr H = {};
  std::memcpy(H.e_ident, ELFMAG, SELFMAG);
  H.e_ident[EI_CLASS] = ELFCLASS64;
  H.e_ident[EI_DATA] = ELFDATA2LSB;
  H.e_ident[EI_VERSION] = EV_CURRENT;
  H.e_type = ET_EXEC;
  H.e_machine = EM_AARCH64;
  H.e_version = EV_CURRENT;
  H.e_entry = stubs().Start;
  H.e_phoff = sizeof H;
  H.e_ehsize = sizeof H;
  H.e_phentsize = sizeof(Elf64_Phdr);
  H.e_phnum = 2;
  Elf64_Phdr P[2] = {};
  P[0] = {PT_LOAD,  PF_R | PF_X, HeaderSize, CodeBase,
          CodeBase, CodeBytes,   CodeBytes,  0x1000};
  P[1] = {PT_LOAD,
          PF_R | PF_W,
          DataAt,
          ArenaBase,
          ArenaBase,
          DataBytes,
          DataBytes + StateBytes,
          0x1000};
  std::memcpy(&File[0], &H, sizeof H);
  std::memcpy(&File[sizeof H], P, sizeof P);
  std::memcpy(&File[HeaderSize], B.Code.data(), CodeBytes);

  uint8_t *Data = &File[DataAt];
  std::vector<uint8_t> Arena = arenaContent(B.ArenaSeed);
  std::memcpy(Data, Arena.data(), ArenaSize);
  Control C = {};
  C.In = InputBase;
  C.InEnd = C.Out = C.OutStart = InputBase + StateBytes;
  C.OutSize = StateBytes;
  // SA_SIGINFO | SA_RESTORER | SA_ONSTACK | SA_NODEFER
  const uint64_t Action[4] = {stubs().Handler, 0x4c000004, stubs().Restorer, 0};
  const uint64_t AltStack[3] = {AltStackBase, 0, AltStackSize};
  std::memcpy(C.Action, Action, sizeof Action);
  std::memcpy(C.AltStack, AltStack, sizeof AltStack);
  std::memcpy(Data + (ControlBase - ArenaBase), &C, sizeof C);
  std::memcpy(Data + (InputBase - ArenaBase), B.In.data(), StateBytes);

  int Fd = open(Path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
  if (Fd < 0) {
    std::perror(Path);
    return false;
  }
  bool Ok =
      write(Fd, File.data(), File.size()) == static_cast<ssize_t>(File.size());
  if (!Ok)
    std::perror(Path);
  close(Fd);
  return Ok;
}
