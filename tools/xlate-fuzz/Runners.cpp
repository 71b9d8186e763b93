//===- Runners.cpp - Ways to run a batch ----------------------------------===//

#include "Runners.h"
#include "xlate/Interp/Interp.h"
#include "xlate/Ops/Uop.h"
#include "xlate/Semantics/Semantics.h"
#include "xlate/Support/Files.h"
#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sstream>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::fuzz;

//--- Another program
//-------------------------------------------------------------

/// Starts Command Path with standard output in OutFd; its wait status.
static int spawn(const std::string &Command, const char *Path, int OutFd) {
  std::vector<std::string> Words;
  std::stringstream S(Command);
  for (std::string W; S >> W;)
    Words.push_back(W);
  std::vector<char *> Argv;
  Argv.reserve(Words.size() + 2);
  for (std::string &W : Words)
    Argv.push_back(W.data());
  Argv.push_back(const_cast<char *>(Path));
  Argv.push_back(nullptr);
  pid_t Pid = fork();
  if (Pid == 0) {
    // A batch that never ends must not hang the run. What others make of the
    // machine is not its fault, so processor time is what counts.
    const rlimit Cpu = {120, 120};
    setrlimit(RLIMIT_CPU, &Cpu);
    alarm(1800);
    dup2(OutFd, STDOUT_FILENO);
    execvp(Argv[0], Argv.data());
    std::perror(Argv[0]);
    _exit(127);
  }
  int Status = -1;
  while (waitpid(Pid, &Status, 0) < 0 && errno == EINTR)
    ;
  return Status;
}

bool xlate::fuzz::runCommand(const std::string &Command, const Batch &B,
                             Outcome &O, const std::string &Keep) {
  const char *Tmp = std::getenv("TMPDIR");
  std::string Path = Keep;
  if (Path.empty()) {
    Path = std::string(Tmp ? Tmp : "/tmp") + "/xlate-fuzz-XXXXXX";
    int Fd = mkstemp(Path.data());
    if (Fd < 0) {
      std::perror(Path.c_str());
      return false;
    }
    close(Fd);
    unlink(Path.c_str());
  }
  if (!writeElf(B, Path.c_str()))
    return false;
  int Out = memfd_create("states", MFD_CLOEXEC);
  int Status = spawn(Command, Path.c_str(), Out);
  if (Keep.empty())
    unlink(Path.c_str());
  bool Ok = WIFEXITED(Status) && WEXITSTATUS(Status) == 0;
  if (Ok) {
    O.Out.resize(B.In.size());
    O.Arena.resize(ArenaSize);
    const size_t States = sizeof(State) * O.Out.size();
    Ok = readAll(Out, O.Out.data(), States, 0) &&
         readAll(Out, O.Arena.data(), O.Arena.size(), States);
    if (!Ok)
      std::fprintf(stderr, "%s: output too short\n", Command.c_str());
  } else {
    std::fprintf(stderr, "%s: wait status %#x\n", Command.c_str(), Status);
  }
  close(Out);
  return Ok;
}

//--- The interpreter
//-------------------------------------------------------------

namespace {

alignas(64) CpuState S;
sigjmp_buf Leave;

constexpr int SigIll = 4, SigTrap = 5, SigBus = 7, SigSegv = 11; // Linux, any

[[noreturn]] void onFault(CpuState *, ExitReason, uint64_t) {
  siglongjmp(Leave, SigBus);
}
[[noreturn]] void onSegv(int) { siglongjmp(Leave, SigSegv); }

Value callSys(Op Code, SysReg Reg, uint64_t V) {
  Uop U{Code, Ty::X};
  U.Imm = static_cast<int64_t>(Reg);
  Value A = {}, Out = {};
  A.X = V;
  EvalTable[static_cast<unsigned>(Code)](&S, &Out, &A, nullptr, nullptr,
                                         packParam(U));
  return Out;
}

void load(const State &In, const TestBlock &T) {
  S.N = In.Nzcv >> 31 & 1;
  S.Z = In.Nzcv >> 30 & 1;
  S.C = In.Nzcv >> 29 & 1;
  S.V_ = In.Nzcv >> 28 & 1;
  std::memcpy(S.X, In.X, sizeof In.X);
  S.X[31] = In.Sp;
  std::memcpy(S.V, In.V, sizeof S.V);
  S.TpidrEl0 = In.X[30];
  S.ExclSize = 0;
  S.Pc = T.Start;
  callSys(Op::writeSys, SysReg::Fpcr, In.Fpcr);
  callSys(Op::writeSys, SysReg::Fpsr, In.Fpsr);
}

/// Zero, or the value of State::Extra.
uint64_t runBlock(const TestBlock &T) {
  auto Stop = [](int Signal) {
    return static_cast<uint64_t>(Signal) << 56 | S.Pc;
  };
  if (int Signal = sigsetjmp(Leave, 1))
    return Stop(Signal);
  for (unsigned Steps = 0; S.Pc != T.End; ++Steps) {
    if (S.Pc < T.Start || S.Pc > T.End || Steps > 100)
      return Stop(0xff);
    Block B = recordBlock(S.Pc, T.End, 64);
    if (!interp::run(S, B))
      continue;
    if (S.Exit == ExitReason::Undefined)
      return Stop(SigIll);
    if (S.Exit == ExitReason::Breakpoint)
      return Stop(SigTrap);
    if (S.Exit == ExitReason::AlignFault)
      return Stop(SigBus);
  }
  return 0;
}

void store(State &Out, uint64_t Extra) {
  std::memcpy(Out.X, S.X, sizeof Out.X);
  Out.Sp = S.X[31];
  Out.Nzcv = uint64_t(S.N) << 31 | uint64_t(S.Z) << 30 | uint64_t(S.C) << 29 |
             uint64_t(S.V_) << 28;
  Out.Fpsr = callSys(Op::readSys, SysReg::Fpsr, 0).X;
  Out.Fpcr = S.Fpcr;
  Out.Extra = Extra;
  std::memcpy(Out.V, S.V, sizeof Out.V);
}

bool mapGuest() {
  constexpr size_t Size = ArenaBase + ArenaSize - CodeBase;
  void *P =
      mmap(reinterpret_cast<void *>(CodeBase), Size, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (P == reinterpret_cast<void *>(CodeBase))
    return true;
  std::perror("mapping the guest's addresses");
  return false;
}

} // namespace

bool xlate::fuzz::runInterpreter(const Batch &B, Outcome &O) {
  static const bool Mapped = mapGuest();
  if (!Mapped)
    return false;
  RaiseFault = onFault;
  std::signal(SIGSEGV, onSegv);
  S.Self = &S;
  S.EvalTable = reinterpret_cast<void *const *>(EvalTable);
  S.Dczid = 4;
  std::memcpy(reinterpret_cast<void *>(CodeBase), B.Code.data(),
              4 * B.Code.size());
  std::vector<uint8_t> Arena = arenaContent(B.ArenaSeed);
  std::memcpy(reinterpret_cast<void *>(ArenaBase), Arena.data(), ArenaSize);
  O.Out.resize(B.In.size());
  for (size_t I = 0; I != B.In.size(); ++I) {
    load(B.In[I], B.Blocks[I]);
    uint64_t Extra = runBlock(B.Blocks[I]);
    store(O.Out[I], Extra);
  }
  callSys(Op::writeSys, SysReg::Fpcr, 0);
  O.Arena.resize(ArenaSize);
  std::memcpy(O.Arena.data(), reinterpret_cast<void *>(ArenaBase), ArenaSize);
  std::signal(SIGSEGV, SIG_DFL);
  return true;
}
