//===- Core.cpp - Death by a signal, and the guest's core file ------------===//
//
// A core that the host kernel writes would be one of the translator. So while
// RLIMIT_CORE allows cores, signals whose default action is to dump one are
// caught, and the guest's own core is written: an AArch64 ELF core as Linux
// writes them, core.PID in the current directory. Then the process dies of the
// signal natively, and its parent sees that (but not the "core dumped" bit).
//
//===----------------------------------------------------------------------===//

#include "Process.h"
#include "SigFrame.h"
#include "Signals.h"
#include "xlate/Ops/FpEnv.h"
#include "xlate/Syscall/SafeCopy.h"
#include "xlate/Syscall/Trace.h"
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/procfs.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

constexpr uint64_t DumpSignals =
    sigBit(SIGQUIT) | sigBit(SIGILL) | sigBit(SIGTRAP) | sigBit(SIGABRT) |
    sigBit(SIGBUS) | sigBit(SIGFPE) | sigBit(SIGSEGV) | sigBit(SIGXCPU) |
    sigBit(SIGXFSZ) | sigBit(SIGSYS);

static rlim_t coreLimit() {
  rlimit L;
  return getrlimit(RLIMIT_CORE, &L) == 0 ? L.rlim_cur : 0;
}

void Process::initCoreDumps() {
  if (!coreLimit())
    return;
  CaughtForCore = DumpSignals;
  for (int Sig = 1; Sig <= NumSignals; ++Sig) {
    if (!(DumpSignals & ~HostSync & sigBit(Sig)))
      continue;
    Threads->Signals->learn(Sig);
    if (Threads->Signals->Actions[Sig].Handler == 0)
      setHostAction(Sig, CatchIt, 0);
  }
}

//--- The file -----------------------------------------------------------------

namespace {

/// The kernel's struct elf_prstatus for arm64.
struct Arm64Prstatus {
  int32_t Signo, Code, Errno;
  int16_t CurSig;
  uint64_t Pending, Held;
  int32_t Pid, Ppid, Pgrp, Sid;
  uint64_t Times[8];
  uint64_t Regs[31], Sp, Pc, Pstate;
  int32_t FpValid;
};
static_assert(sizeof(Arm64Prstatus) == 392);

/// The kernel's struct user_fpsimd_state.
using Arm64FpRegs = sys::TraceFpRegs;

struct Arm64Prpsinfo {
  char State, Sname, Zombie, Nice;
  uint64_t Flags;
  uint32_t Uid, Gid;
  int32_t Pid, Ppid, Pgrp, Sid;
  char Name[16];
  char Args[80];
};
static_assert(sizeof(Arm64Prpsinfo) == 136);

constexpr uint32_t NoteFile = 0x46494c45, NoteSiginfo = 0x53494749,
                   NoteArmTls = 0x401;

struct Segment {
  uint64_t Lo, Hi, Offset;
  uint32_t Flags;
  bool Dump;
  std::string Path;
};

/// Collects the notes.
class Notes {
public:
  void add(uint32_t Type, const void *Data, size_t Size) {
    const Elf64_Nhdr H = {5, static_cast<uint32_t>(Size), Type};
    append(&H, sizeof H);
    append("CORE\0\0\0", 8);
    append(Data, Size);
    Bytes.resize((Bytes.size() + 3) & ~size_t(3));
  }
  std::string Bytes;

private:
  void append(const void *P, size_t N) {
    Bytes.append(static_cast<const char *>(P), N);
  }
};

} // namespace

/// The guest's mappings from the text that /proc/self/maps has for it.
static std::vector<Segment> segments(const std::string &Maps) {
  std::vector<Segment> Out;
  for (size_t At = 0; At < Maps.size();) {
    const size_t End = std::min(Maps.find('\n', At), Maps.size());
    const std::string Line = Maps.substr(At, End - At);
    At = End + 1;
    Segment S = {};
    char Perms[8] = {};
    uint64_t Inode = 0;
    int PathAt = 0;
    if (std::sscanf(Line.c_str(),
                    "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %*s %" SCNu64
                    " %n",
                    &S.Lo, &S.Hi, Perms, &S.Offset, &Inode, &PathAt) < 5)
      continue;
    if (Inode && PathAt)
      S.Path = Line.substr(static_cast<size_t>(PathAt));
    S.Flags = (Perms[0] == 'r' ? PF_R : 0) | (Perms[1] == 'w' ? PF_W : 0) |
              (Perms[2] == 'x' ? PF_X : 0);
    // What a file still has needn't be repeated, but for its first page, which
    // tells debuggers which file that was.
    S.Dump = Perms[0] == 'r' && (S.Path.empty() || Perms[1] == 'w');
    Out.push_back(std::move(S));
  }
  return Out;
}

static std::string fileNote(const std::vector<Segment> &Segments) {
  std::vector<uint64_t> Words = {0, 4096};
  std::string Names;
  for (const Segment &S : Segments) {
    if (S.Path.empty())
      continue;
    ++Words[0];
    Words.insert(Words.end(), {S.Lo, S.Hi, S.Offset / 4096});
    Names.append(S.Path).push_back('\0');
  }
  return std::string(reinterpret_cast<const char *>(Words.data()),
                     Words.size() * sizeof(uint64_t)) +
         Names;
}

/// Sig is what the process died of, in every thread's note.
static void addThread(Notes &N, GuestThread &T, int Sig) {
  const CpuState &S = T.S;
  Arm64Prstatus St = {};
  St.Signo = Sig;
  St.CurSig = static_cast<int16_t>(Sig);
  St.Held = T.SigMask;
  St.Pid = T.Tid;
  St.Ppid = getppid();
  St.Pgrp = getpgrp();
  St.Sid = getsid(0);
  std::memcpy(St.Regs, S.X, sizeof St.Regs);
  St.Sp = S.X[31];
  St.Pc = S.Pc;
  St.Pstate = pstate(S);
  St.FpValid = 1;
  N.add(NT_PRSTATUS, &St, sizeof St);
  Arm64FpRegs Fp = {};
  std::memcpy(Fp.V, S.V, sizeof Fp.V);
  Fp.Fpsr = S.Fpsr;
  Fp.Fpcr = S.Fpcr;
  N.add(NT_FPREGSET, &Fp, sizeof Fp);
  N.add(NoteArmTls, &S.TpidrEl0, sizeof S.TpidrEl0);
}

/// Which pages of [Lo, Hi) are there at all; the others read as zero.
static bool pagePresent(int Pagemap, uint64_t Page) {
  uint64_t E;
  if (pread(Pagemap, &E, sizeof E, static_cast<off_t>(Page >> 12) * 8) !=
      sizeof E)
    return true;
  return E >> 62; // present or swapped out
}

static void dumpMemory(int Fd, const std::vector<Segment> &Segments,
                       const std::vector<Elf64_Phdr> &Headers, rlim_t Limit) {
  const int Pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  char Page[4096];
  for (size_t I = 0; I != Segments.size(); ++I) {
    const Elf64_Phdr &H = Headers[I + 1];
    for (uint64_t Off = 0; Off < H.p_filesz; Off += sizeof Page) {
      const uint64_t At = H.p_offset + Off;
      if (At + sizeof Page > Limit)
        return;
      if (pagePresent(Pagemap, H.p_vaddr + Off) &&
          sys::safeCopy(Page, reinterpret_cast<void *>(H.p_vaddr + Off),
                        sizeof Page) &&
          pwrite(Fd, Page, sizeof Page, static_cast<off_t>(At)) < 0)
        return;
    }
  }
  close(Pagemap);
}

static bool isElfHead(const Segment &S) {
  char Magic[SELFMAG];
  return S.Flags & PF_R && !S.Path.empty() &&
         sys::safeCopy(Magic, reinterpret_cast<void *>(S.Lo), sizeof Magic) &&
         !std::memcmp(Magic, ELFMAG, SELFMAG);
}

void Process::writeCore(GuestThread &T, const PendingSignal &P, rlim_t Limit) {
  const std::string Name = "core." + std::to_string(getpid());
  const int Fd =
      open(Name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (Fd < 0)
    return;
  stopWorld(T); // never resumed

  const std::vector<Segment> Segments = segments(Mem.procMaps(false));
  Notes N;
  fpenv::collectFlags(T.S);
  addThread(N, T, P.Sig);
  Arm64Prpsinfo Info = {};
  Info.Sname = 'R';
  Info.Uid = getuid();
  Info.Gid = getgid();
  Info.Pid = getpid();
  Info.Ppid = getppid();
  Info.Pgrp = getpgrp();
  Info.Sid = getsid(0);
  std::string Args = cmdline();
  std::replace(Args.begin(), Args.end(), '\0', ' ');
  const size_t Slash = exeGuestPath().rfind('/');
  exeGuestPath().copy(Info.Name, sizeof Info.Name - 1,
                      Slash == std::string::npos ? 0 : Slash + 1);
  Args.copy(Info.Args, sizeof Info.Args - 1);
  N.add(NT_PRPSINFO, &Info, sizeof Info);
  N.add(NoteSiginfo, &P.Info, sizeof P.Info);
  N.add(NT_AUXV, Program.Auxv.data(), Program.Auxv.size());
  const std::string Files = fileNote(Segments);
  N.add(NoteFile, Files.data(), Files.size());
  forEachThread([&](GuestThread &O) {
    if (&O != &T)
      addThread(N, O, P.Sig);
  });

  Elf64_Ehdr E = {};
  std::memcpy(E.e_ident, ELFMAG, SELFMAG);
  E.e_ident[EI_CLASS] = ELFCLASS64;
  E.e_ident[EI_DATA] = ELFDATA2LSB;
  E.e_ident[EI_VERSION] = EV_CURRENT;
  E.e_type = ET_CORE;
  E.e_machine = EM_AARCH64;
  E.e_version = EV_CURRENT;
  E.e_phoff = sizeof E;
  E.e_ehsize = sizeof E;
  E.e_phentsize = sizeof(Elf64_Phdr);
  E.e_phnum =
      static_cast<uint16_t>(std::min<size_t>(Segments.size() + 1, PN_XNUM - 1));
  std::vector<Elf64_Phdr> Headers(Segments.size() + 1);
  uint64_t At = sizeof E + Headers.size() * sizeof(Elf64_Phdr);
  Headers[0].p_type = PT_NOTE;
  Headers[0].p_offset = At;
  Headers[0].p_filesz = N.Bytes.size();
  Headers[0].p_align = 4;
  At = (At + N.Bytes.size() + 4095) & ~uint64_t(4095);
  for (size_t I = 0; I != Segments.size(); ++I) {
    const Segment &S = Segments[I];
    Elf64_Phdr &H = Headers[I + 1];
    H.p_type = PT_LOAD;
    H.p_flags = S.Flags;
    H.p_vaddr = S.Lo;
    H.p_memsz = S.Hi - S.Lo;
    H.p_filesz = S.Dump ? H.p_memsz : isElfHead(S) ? 4096 : 0;
    H.p_offset = At;
    H.p_align = 4096;
    At += H.p_filesz;
  }
  std::string Head(reinterpret_cast<char *>(&E), sizeof E);
  Head.append(reinterpret_cast<char *>(Headers.data()),
              Headers.size() * sizeof(Elf64_Phdr));
  Head += N.Bytes;
  if (Head.size() <= Limit &&
      pwrite(Fd, Head.data(), Head.size(), 0) == ssize_t(Head.size()) &&
      ftruncate(Fd, static_cast<off_t>(std::min<uint64_t>(At, Limit))) == 0)
    dumpMemory(Fd, Segments, Headers, Limit);
  close(Fd);
}

//--- Death --------------------------------------------------------------------

static const char *signalText(int Sig) {
  switch (Sig) {
  case SIGSEGV:
    return "Segmentation fault";
  case SIGBUS:
    return "Bus error";
  case SIGILL:
    return "Illegal instruction";
  case SIGTRAP:
    return "Trace/breakpoint trap";
  case SIGSYS:
    return "Bad system call";
  default:
    return "Signal";
  }
}

void Process::dieBySignal(GuestThread &T, const PendingSignal &P,
                          uint64_t FaultAddr) {
  if (P.Info.si_code > 0)
    std::fprintf(
        stderr, "xlate-run: uncaught signal %d (%s) at pc %#lx, address %#lx\n",
        P.Sig, signalText(P.Sig), T.S.Pc, FaultAddr);
  if (!T.BorrowsMemory)
    recordProfile(false);
  const rlim_t Limit = coreLimit();
  if (Limit && DumpSignals & sigBit(P.Sig) && !T.BorrowsMemory)
    writeCore(T, P, Limit);
  const rlimit NoCore = {0, 0};
  setrlimit(RLIMIT_CORE, &NoCore);
  setHostAction(P.Sig, 0, 0);
  const uint64_t Mask = ~sigBit(P.Sig);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &Mask, nullptr, 8);
  syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), P.Sig);
  syscall(SYS_exit_group, 128 + P.Sig);
  __builtin_unreachable();
}
