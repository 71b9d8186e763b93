//===- Process.cpp - Start of a guest program, and its services -----------===//

#include "Process.h"
#include "xlate/Guest/CpuModel.h"
#include "xlate/Runtime/Exec.h"
#include "xlate/Semantics/Semantics.h"
#include "xlate/Syscall/SafeCopy.h"
#include <cstdio>
#include <cstring>
#include <sys/personality.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

namespace {
/// Tells guest memory what the loader maps.
struct LoaderSink final : MapSink {
  GuestMemory &Mem;
  explicit LoaderSink(GuestMemory &M) : Mem(M) {}
  void addMapping(const Mapping &M) override {
    Mem.noteMapping(M.Lo, M.Hi, M.Prot, M.Path);
  }
};
} // namespace

int runtime::runProgram(const RunOptions &Options, char *const *Argv,
                        char *const *Envp) {
  // Never freed: threads use it until the process ends.
  auto *P = new Process(Options);
  TheProcess = P;
  if (!P->Code.init()) {
    std::fprintf(stderr,
                 "xlate-run: not enough address space for translated code\n");
    return 126;
  }
  FetchGuestCode = sys::safeCopy;
  // All that is mapped by now is the runtime's own.
  P->Mem.init();
  P->Mem.OnCodeChange = [P](uint64_t Lo, uint64_t Hi) {
    P->codeChanged(nullptr, Lo, Hi);
  };

  sys::Config Config;
  Config.Sysroot = Options.Sysroot;
  Config.UnameRelease = Options.UnameRelease;
  Config.Strace = Options.Strace;
  sys::configure(Config);

  LoaderSink Sink(P->Mem);
  Expected<LoadedProgram> Loaded = loadProgram(Options, Argv, Envp, Sink);
  if (!Loaded) {
    std::fprintf(stderr, "xlate-run: %s: %s\n", Options.Program.c_str(),
                 Loaded.error().Reason.c_str());
    return Loaded.error().exitStatus();
  }
  P->Program = std::move(*Loaded);
  P->Mem.setBrk(P->Program.BrkStart);

  GuestThread *T = P->newThread();
  P->link(T);
  Process::bind(T);
  T->Host = pthread_self();
  T->S.Pc = P->Program.Entry;
  T->S.X[31] = P->Program.Sp;
  P->Code.setMissStub(T->S.MissStub);
  P->initSignals();
  presentAsGuest(Options, P->Program);
  P->run(T);
}

void Process::reportStats() {
  if (Options.Stats == StatsMode::Off)
    return;
  const std::string Report = Options.Stats == StatsMode::Json ? Counts.json() : Counts.text();
  [[maybe_unused]] ssize_t N = write(STDERR_FILENO, Report.data(), Report.size());
}

//--- Services
//--------------------------------------------------------------------

sys::Result Process::mmap(CpuState &, uint64_t Addr, uint64_t Len, int Prot,
                          int Flags, int Fd, uint64_t Off) {
  return Mem.mmap(Addr, Len, Prot, Flags, Fd, Off);
}
sys::Result Process::munmap(CpuState &, uint64_t Addr, uint64_t Len) {
  return Mem.munmap(Addr, Len);
}
sys::Result Process::mprotect(CpuState &, uint64_t Addr, uint64_t Len,
                              int Prot) {
  return Mem.mprotect(Addr, Len, Prot);
}
sys::Result Process::mremap(CpuState &, uint64_t Old, uint64_t OldLen,
                            uint64_t NewLen, int Flags, uint64_t NewAddr) {
  return Mem.mremap(Old, OldLen, NewLen, Flags, NewAddr);
}
sys::Result Process::madvise(CpuState &, uint64_t Addr, uint64_t Len,
                             int Advice) {
  return Mem.madvise(Addr, Len, Advice);
}
sys::Result Process::brk(CpuState &, uint64_t Addr) { return Mem.brk(Addr); }
sys::Result Process::shmat(CpuState &, int Id, uint64_t Addr, int Flags) {
  return Mem.shmat(Id, Addr, Flags);
}
sys::Result Process::shmdt(CpuState &, uint64_t Addr) {
  return Mem.shmdt(Addr);
}
std::string Process::procMaps(bool Smaps) { return Mem.procMaps(Smaps); }

const std::string &Process::exePath() { return Program.ExeHostPath; }
const std::string &Process::exeGuestPath() { return Program.ExeGuestPath; }
std::vector<uint8_t> Process::auxv() { return Program.Auxv; }

std::string Process::cmdline() {
  std::string Out;
  for (const std::string &A : Program.Argv) {
    Out += A;
    Out += '\0';
  }
  return Out;
}

sys::Result Process::execve(CpuState &, int DirFd, const char *Path,
                            char *const *Argv, char *const *Envp, int Flags) {
  return execGuest(Options, Program, DirFd, Path, Argv, Envp, Flags);
}

void Process::memoryChanged(uint64_t Lo, uint64_t Hi) {
  codeChanged(nullptr, Lo, Hi);
}

sys::ImageInfo Process::imageInfo() {
  sys::ImageInfo I;
  I.StartBrk = Mem.brkStart();
  I.StartStack = Program.Sp;
  I.ArgStart = Program.ArgStart;
  I.ArgEnd = Program.ArgEnd;
  I.EnvStart = Program.EnvStart;
  I.EnvEnd = Program.EnvEnd;
  return I;
}

std::string Process::cpuinfo() {
  return cpu::cpuinfo(static_cast<unsigned>(sysconf(_SC_NPROCESSORS_ONLN)));
}
