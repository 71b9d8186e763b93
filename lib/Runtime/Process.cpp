//===- Process.cpp - Start of a guest program, and its services -----------===//

#include "Process.h"
#include "InheritedLimits.h"
#include "PerfMap.h"
#include "Signals.h"
#include "xlate/Guest/CpuModel.h"
#include "xlate/Runtime/Exec.h"
#include "xlate/Semantics/Semantics.h"
#include "xlate/Syscall/SafeCopy.h"
#include <cstdio>
#include <cstring>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

namespace {
/// Tells guest memory what the loader maps.
struct LoaderSink final : MapSink {
  GuestMemory &Mem;
  AotImages &Aot;
  LoaderSink(GuestMemory &M, AotImages &A) : Mem(M), Aot(A) {}
  uint64_t preferredBase(int Fd, uint64_t Span) override {
    return Aot.enabled() ? Aot.placeFor(Fd, Span) : 0;
  }
  void addMapping(const Mapping &M) override {
    Mem.noteMapping(M.Lo, M.Hi, M.Prot, M.Path);
    if (M.Fd >= 0 && (M.Prot & PROT_EXEC) && Mem.OnExecMap)
      Mem.OnExecMap(M.Lo, M.Hi, M.Fd, M.Offset);
  }
};
} // namespace

int runtime::runProgram(const RunOptions &Options, char *const *Argv,
                        char *const *Envp) {
  // Never freed: threads use it until the process ends.
  auto *P = new Process(Options);
  TheProcess = P;
  // An arena of malloc sets much address space aside.
  if (inheritedLimit() != RLIM_INFINITY)
    mallopt(M_ARENA_MAX, 1);
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

  // Programs close their standard error before they end.
  if (Options.Stats != StatsMode::Off || !Options.RecordProfile.empty())
    if (const int Fd = dup(STDERR_FILENO); Fd >= 0)
      P->StatsFd = sys::protectFd(Fd);

  sys::Config Config;
  Config.Sysroot = Options.Sysroot;
  Config.UnameRelease = Options.UnameRelease;
  Config.Strace = Options.Strace;
  sys::configure(Config);

  P->Record.init(Options.NoRecord ? "" : Options.CacheDir,
                 Options.RecordProfile, P->StatsFd);
  if (Options.Background)
    P->Record.noteNames();
  P->Mem.OnExecMap = [P](uint64_t Lo, uint64_t Hi, int Fd, uint64_t Offset) {
    if (P->Aot.enabled())
      P->Aot.mapped(P->Code, Lo, Hi, Fd, Offset);
    if (P->Record.enabled())
      P->Record.mapped(Lo, Hi, Fd, Offset);
  };
  // Most of what runs in images isn't counted: a profile to be complete takes a
  // run without.
  if (Options.UseTier != Tier::Interp && Options.RecordProfile.empty())
    P->initAot();
  else if (Options.ImageFd >= 0)
    close(Options.ImageFd);
  if (Options.PerfMap)
    P->Code.OnUnit = [Map = std::make_shared<PerfMap>(P->Code, P->Mem)](
                         const Unit &U) { Map->note(U); };
  LoaderSink Sink(P->Mem, P->Aot);
  Expected<LoadedProgram> Loaded = loadProgram(Options, Argv, Envp, Sink);
  if (!Loaded) {
    std::fprintf(stderr, "xlate-run: %s: %s\n", Options.Program.c_str(),
                 Loaded.error().Reason.c_str());
    return Loaded.error().exitStatus();
  }
  P->Program = std::move(*Loaded);
  P->Aot.closeInside();
  GuestVdso = P->Program.VdsoBase;
  P->Mem.setBrk(P->Program.BrkStart, P->Program.DataHi - P->Program.DataLo);
  sys::adoptLimits(P->Options.Limits);
  P->limitMemory(sys::memoryLimits());

  GuestThread *T = P->newThread(/*First=*/true);
  P->link(T);
  Process::bind(T);
  T->Host = pthread_self();
  T->S.Pc = P->Program.Entry;
  T->S.X[31] = P->Program.Sp;
  P->Code.setMissStub(T->S.MissStub);
  P->initSignals();
  if (!Options.Seccomp.empty() &&
      !sys::adoptSeccomp(Options.Seccomp, T->Seccomp)) {
    std::fprintf(stderr, "xlate-run: invalid value for --exec-seccomp\n");
    return 1;
  }
  presentAsGuest(Options, P->Program);
  if (!Options.ExecTraced.empty())
    P->traceExec(*T, Options.ExecTraced);
  P->run(T);
}

void Process::initAot() {
  std::vector<std::string> Dirs = cache::splitPath(Options.CachePath);
  if (!Options.CacheDir.empty())
    Dirs.push_back(Options.CacheDir);
  Aot.init(Dirs, Options.CacheOfRoot);
  if (Options.ImageFd >= 0)
    Aot.setInside(Options.ImageFd, Options.ImageOffset, Options.ImageSize);
  if (!Aot.enabled())
    return;
  Code.OnSlot = [this](uint64_t Pc, void *Host) { Aot.setSlot(Pc, Host); };
  Aot.OnHostRange = [this](uint64_t Lo, uint64_t Hi) {
    Mem.addRuntimeRange(Lo, Hi);
  };
}

/// Where a file that the guest is about to map, or to reserve space for, should
/// be for its translation to be usable; 0 = anywhere.
uint64_t Process::placeFor(uint64_t Addr, uint64_t Len, int Prot, int Flags,
                           int Fd, uint64_t Off) {
  if (Addr || (Flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
    return 0;
  if (!(Flags & MAP_ANONYMOUS))
    return Off == 0 ? Aot.placeFor(Fd, (Len + 4095) & ~uint64_t(4095)) : 0;
  const int Last = LastOpened.load(std::memory_order_relaxed);
  return Prot == PROT_NONE && Last >= 0
             ? Aot.placeForReservation(Last, (Len + 4095) & ~uint64_t(4095))
             : 0;
}

void Process::recordProfile(bool AtExec) {
  Record.write(Code, JumpsSeen, CallsSeen, Hot.compiledBlocks(), Aot.precise(),
               AtExec);
  // As much as is worth a process.
  constexpr uint64_t Much = 500;
  if (Options.Background && !AtExec && !Options.CacheOfRoot &&
      (Counts.BaselineUnits >= Much || Counts.LlvmUnits))
    Record.translateInBackground(Options.CacheDir, Options.SelfFd);
}

void Process::reportStats() {
  if (Options.Stats == StatsMode::Off)
    return;
  Counts.BaselineExecuted = baselineExecuted();
  Counts.AotImages = Aot.numMapped();
  Counts.AotUnits = Aot.numUsed();
  Counts.AotIgnored = Aot.numIgnored();
  Counts.Inherited = Options.HasInherited;
  if (Options.Stats == StatsMode::Text && !Aot.problem().empty()) {
    const std::string Line = "xlate-run: ignored " + Aot.problem() + "\n";
    [[maybe_unused]] ssize_t N = write(StatsFd, Line.data(), Line.size());
  }
  const std::string Report =
      Options.Stats == StatsMode::Json ? Counts.json() : Counts.text();
  [[maybe_unused]] ssize_t N = write(StatsFd, Report.data(), Report.size());
}

//--- Services
//--------------------------------------------------------------------

sys::Result Process::mmap(CpuState &, uint64_t Addr, uint64_t Len, int Prot,
                          int Flags, int Fd, uint64_t Off) {
  if (Aot.enabled())
    if (uint64_t Place = placeFor(Addr, Len, Prot, Flags, Fd, Off))
      if (sys::Result R =
              Mem.mmap(Place, Len, Prot, Flags | MAP_FIXED_NOREPLACE, Fd, Off);
          R >= 0)
        return R;
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

const std::string &Process::exePath() { return Program.ExeLink; }
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

namespace {
/// A program inherits what is blocked and what is ignored. So for the length of
/// an execve, SIGFPE is on the host what it is for the guest; nothing makes use
/// of the exception there. (SIGSEGV and SIGBUS are always caught: arguments may
/// be in bad memory.)
class FpeHandedOver {
public:
  explicit FpeHandedOver(GuestThread &T)
      : Ignored(T.Signals->get(SIGFPE).Handler == 1),
        Blocked(T.SigMask & sigBit(SIGFPE)) {
    if (Blocked)
      change(SIG_BLOCK);
    KernelSigaction Ignore = {};
    Ignore.Handler = 1;
    if (Ignored)
      syscall(SYS_rt_sigaction, SIGFPE, &Ignore, nullptr, 8);
  }
  ~FpeHandedOver() {
    if (Ignored)
      setHostAction(SIGFPE, CatchIt, 0);
    if (Blocked)
      change(SIG_UNBLOCK);
  }
  FpeHandedOver(const FpeHandedOver &) = delete;

private:
  static void change(int How) {
    const uint64_t Mask = sigBit(SIGFPE);
    syscall(SYS_rt_sigprocmask, How, &Mask, nullptr, 8);
  }
  const bool Ignored, Blocked;
};
} // namespace

sys::Result Process::execve(CpuState &S, int DirFd, const char *Path,
                            char *const *Argv, char *const *Envp, int Flags) {
  if (!GuestThread::of(S).BorrowsMemory)
    recordProfile(true);
  GuestThread &T = GuestThread::of(S);
  if (T.Trace) // what is ignored stays so
    restoreHostActions(*T.Signals);
  const FpeHandedOver Fpe(T);
  const sys::Result R = execGuest(
      Options, Program, {traceForExec(T), sys::seccompText(T.Seccomp)}, DirFd,
      Path, Argv, Envp, Flags);
  if (T.Trace)
    catchForTracer(*T.Signals, ~uint64_t(0));
  return R;
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
