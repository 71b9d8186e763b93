//===- Ptrace.cpp - The tracer's side of ptrace ---------------------------===//
//
// See Trace.h. Every request but those for memory works on the copy of the
// stopped tracee's TraceArea. What is missing: PTRACE_SEIZE and hardware
// breakpoints.
//
//===----------------------------------------------------------------------===//
#include "Call.h"
#include "xlate/Syscall/Trace.h"
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <utility>

namespace xlate::sys {

namespace {

/// A tracee, by its thread ID.
struct Tracee {
  uint64_t Area = 0; ///< Address in the tracee, 0 = not known.
  bool IsStopped = false;
  /// Stopped as job control does it, with nothing to report.
  bool InGroupStop = false;
  /// A child of a tracee, made one by the host: it begins with a stop of its
  /// own, and the host's isn't one.
  bool IsNew = false;
  /// The host has made it one, and the guest hasn't heard of it yet: perhaps a
  /// thread of the runtime.
  bool IsSecret = false;
  uint32_t Options = 0;
};

std::mutex Lock;
std::map<int, Tracee> Tracees;
std::atomic<bool> AnyTracees{false};

/// Options that make children of the tracee tracees too. The host makes no
/// difference between them: how we create a child isn't how the guest does.
constexpr uint32_t ChildOptions =
    PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
constexpr uint32_t KnownOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
                                  PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL |
                                  PTRACE_O_TRACEVFORKDONE |
                                  PTRACE_O_TRACESECCOMP | ChildOptions;
constexpr int NtArmTls = 0x401, NtArmHwBreak = 0x402, NtArmHwWatch = 0x403,
              NtArmSystemCall = 0x404;

} // namespace

void lockTracees() { Lock.lock(); }
void unlockTracees() { Lock.unlock(); }

static Result hostPtrace(long Request, int Tid, uint64_t Addr, uint64_t Data) {
  return hostCall(SYS_ptrace, static_cast<uint64_t>(Request),
                  static_cast<uint64_t>(Tid), Addr, Data);
}

static bool copyArea(int Tid, uint64_t Area, void *Local, size_t Offset,
                     size_t Size, long Call) {
  iovec Mine = {Local, Size}, Theirs = {toPtr(Area + Offset), Size};
  return hostCall(Call, static_cast<uint64_t>(Tid), toAddr(&Mine), 1,
                  toAddr(&Theirs), 1) == static_cast<Result>(Size);
}

static bool readArea(int Tid, const Tracee &T, TraceArea &A) {
  return T.Area && copyArea(Tid, T.Area, &A, 0, sizeof A, SYS_process_vm_readv);
}

static bool writeArea(int Tid, const Tracee &T, TraceArea &A) {
  return copyArea(Tid, T.Area, &A, 0, sizeof A, SYS_process_vm_writev);
}

//--- Stops --------------------------------------------------------------------

/// Have the tracee take the host's option changes.
static void setHostOptions(int Tid, uint32_t Options) {
  hostPtrace(PTRACE_SETOPTIONS, Tid, 0,
             PTRACE_O_TRACEEXEC | (Options & PTRACE_O_EXITKILL) |
                 (Options & ChildOptions ? ChildOptions : 0));
}

/// A number in /proc/TID/status; Tid itself if that can't be read.
static int statusField(int Tid, const char *Format) {
  const std::string Path = "/proc/" + std::to_string(Tid) + "/status";
  int Value = Tid;
  if (std::FILE *F = std::fopen(Path.c_str(), "re")) {
    char Line[256];
    while (std::fgets(Line, sizeof Line, F))
      if (std::sscanf(Line, Format, &Value) == 1)
        break;
    std::fclose(F);
  }
  return Value;
}

static int processOf(int Tid) { return statusField(Tid, "Tgid: %d"); }

/// Options of a tracee that is new to us: those of the one that created it, if
/// it became a tracee by that. Needs the lock.
static uint32_t inheritedOptions(int Tid) {
  for (int Creator : {processOf(Tid), statusField(Tid, "PPid: %d")})
    if (auto It = Tracees.find(Creator);
        It != Tracees.end() && It->second.Options & ChildOptions)
      return It->second.Options;
  return 0;
}

/// Make the tracee stop and report Sig.
static void askToStop(int Tid, int Sig) {
  siginfo_t Info = {};
  Info.si_signo = SIGSEGV;
  Info.si_code = TraceAskCode;
  Info.si_value.sival_int = Sig;
  hostCall(SYS_rt_tgsigqueueinfo, static_cast<uint64_t>(processOf(Tid)),
           static_cast<uint64_t>(Tid), SIGSEGV, toAddr(&Info));
}

/// The host has made Tid a tracee because its creator is one, but for the guest
/// it isn't: a thread of the runtime, or a child that the tracer hasn't asked
/// for. It would stand still, or in its process's way when that ends, until the
/// guest waits for it. Its first stop was Seen, or is still to come.
static void letGo(int Tid, bool Seen) {
  if (Seen)
    hostCall(SYS_tgkill, static_cast<uint64_t>(processOf(Tid)),
             static_cast<uint64_t>(Tid), SIGSTOP);
  int Status = 0;
  if (hostCall(SYS_wait4, static_cast<uint64_t>(Tid), toAddr(&Status), __WALL,
               0) == Tid &&
      WIFSTOPPED(Status))
    hostPtrace(PTRACE_DETACH, Tid, 0, 0);
}

/// A child has stopped with a wait status: turn it into what the guest sees.
/// False: the stop was the host's business, and the child goes on.
static bool guestStop(int Tid, int &Status) {
  siginfo_t Info;
  const Result R = hostPtrace(PTRACE_GETSIGINFO, Tid, 0, toAddr(&Info));
  if (R == -ESRCH)
    return true; // not traced
  std::lock_guard G(Lock);
  AnyTracees.store(true, std::memory_order_relaxed);
  if (!Tracees.count(Tid)) {
    const uint32_t Options = inheritedOptions(Tid);
    Tracees[Tid].Options = Options;
    Tracees[Tid].IsNew = Tracees[Tid].IsSecret = Options != 0;
    setHostOptions(Tid, Options);
  }
  Tracee &T = Tracees[Tid];
  if (R < 0) {
    T.IsStopped = T.InGroupStop = true;
    return true;
  }
  const int Sig = WSTOPSIG(Status), Event = Status >> 16;
  auto goOn = [Tid](int Deliver) {
    hostPtrace(PTRACE_CONT, Tid, 0, static_cast<uint64_t>(Deliver));
    return false;
  };
  if (Event == PTRACE_EVENT_EXEC ||
      (Sig == SIGTRAP && Info.si_code == SI_USER && Info.si_pid == Tid)) {
    T.Area = 0; // the new program stops by itself
    return goOn(0);
  }
  TraceArea A;
  if (Event == PTRACE_EVENT_FORK || Event == PTRACE_EVENT_VFORK ||
      Event == PTRACE_EVENT_CLONE) {
    uint64_t Child = 0;
    hostPtrace(PTRACE_GETEVENTMSG, Tid, 0, toAddr(&Child));
    if (!readArea(Tid, T, A) || !A.ExpectsChild) {
      letGo(static_cast<int>(Child), Tracees.erase(static_cast<int>(Child)));
      return goOn(0);
    }
    // The child may have stopped before.
    auto [New, Added] = Tracees.try_emplace(static_cast<int>(Child));
    New->second.Options = T.Options;
    New->second.IsNew |= Added;
    New->second.IsSecret = false;
    A.ExpectsChild = false;
    A.Message = Child;
    writeArea(Tid, T, A);
    T.IsStopped = true;
    Status = static_cast<int>(A.Status << 8 | 0x7f);
    return true;
  }
  if (Sig == SIGSEGV && Info.si_code == TraceStopCode) {
    T.Area = toAddr(Info.si_value.sival_ptr);
    if (!readArea(Tid, T, A))
      return goOn(0);
    T.IsStopped = true;
    T.InGroupStop = T.IsSecret = false;
    if (A.Status == TraceArea::SyscallStatus)
      A.Status = SIGTRAP | (T.Options & PTRACE_O_TRACESYSGOOD ? 0x80 : 0);
    Status = static_cast<int>(A.Status << 8 | 0x7f);
    return true;
  }
  if (Sig == SIGSTOP && Info.si_code != TracePassCode) {
    // No process can catch it.
    if (!std::exchange(T.IsNew, false))
      askToStop(Tid, Sig);
    return goOn(0);
  }
  return goOn(Sig);
}

/// Tid has ended. False: to the guest it hasn't been there.
static bool guestEnd(int Tid) {
  if (!AnyTracees.load(std::memory_order_relaxed))
    return true;
  std::lock_guard G(Lock);
  auto It = Tracees.find(Tid);
  const bool Known = It == Tracees.end() || !It->second.IsSecret;
  if (It != Tracees.end())
    Tracees.erase(It);
  return Known;
}

/// What a wait has found out about a child is the guest's business.
static bool isForGuest(int Tid, int &Status) {
  if (WIFSTOPPED(Status))
    return guestStop(Tid, Status);
  return WIFCONTINUED(Status) || guestEnd(Tid);
}

Result handle::wait4(Call &C) {
  int Status = 0;
  Result R;
  do
    R = xlate_safe_syscall(SYS_wait4, C.A[0], toAddr(&Status), C.A[2], C.A[3],
                           0, 0);
  while (R > 0 && !isForGuest(static_cast<int>(R), Status));
  return R > 0 && C.A[1] && !copyTo(C.A[1], Status) ? -EFAULT : R;
}

Result handle::waitid(Call &C) {
  siginfo_t Info;
  for (;;) {
    std::memset(&Info, 0, sizeof Info);
    const Result R = xlate_safe_syscall(SYS_waitid, C.A[0], C.A[1],
                                        toAddr(&Info), C.A[3], C.A[4], 0);
    if (R < 0)
      return R;
    if (!Info.si_pid)
      break;
    if (Info.si_code != CLD_TRAPPED && Info.si_code != CLD_STOPPED) {
      if (C.A[3] & WNOWAIT || Info.si_code == CLD_CONTINUED ||
          guestEnd(Info.si_pid))
        break;
      continue;
    }
    int Status = Info.si_status << 8 | 0x7f;
    if (guestStop(Info.si_pid, Status)) {
      Info.si_status = Status >> 8;
      break;
    }
  }
  return C.A[2] && !copyTo(C.A[2], Info) ? -EFAULT : 0;
}

//--- Requests -----------------------------------------------------------------

/// The bytes of a register set in A, null if there is no such set. Empty sets
/// of hardware breakpoints say that there are none.
static char *registerSet(TraceArea &A, uint64_t Type, size_t &Size) {
  static uint64_t NoBreakpoints;
  switch (Type) {
  case NT_PRSTATUS:
    Size = sizeof A.Regs;
    return reinterpret_cast<char *>(&A.Regs);
  case NT_PRFPREG:
    Size = sizeof A.Fp;
    return reinterpret_cast<char *>(&A.Fp);
  case NtArmTls:
    Size = sizeof A.Tls;
    return reinterpret_cast<char *>(&A.Tls);
  case NtArmSystemCall:
    Size = sizeof A.SyscallNr;
    return reinterpret_cast<char *>(&A.SyscallNr);
  case NtArmHwBreak:
  case NtArmHwWatch:
    NoBreakpoints = 6 << 8; // debug architecture Armv8, no slots
    Size = sizeof NoBreakpoints;
    return reinterpret_cast<char *>(&NoBreakpoints);
  default:
    return nullptr;
  }
}

/// PTRACE_GETREGSET and PTRACE_SETREGSET.
static Result transferSet(TraceArea &A, uint64_t Type, uint64_t IovAddr,
                          bool Write) {
  size_t Size;
  char *Set = registerSet(A, Type, Size);
  if (!Set || (Write && (Type == NtArmHwBreak || Type == NtArmHwWatch)))
    return -EINVAL;
  iovec Iov;
  if (!copyFrom(Iov, IovAddr))
    return -EFAULT;
  Iov.iov_len = std::min(Iov.iov_len, Size);
  if (Write ? !safeCopy(Set, Iov.iov_base, Iov.iov_len)
            : !safeCopy(Iov.iov_base, Set, Iov.iov_len))
    return -EFAULT;
  return copyTo(IovAddr + offsetof(iovec, iov_len), Iov.iov_len) ? 0 : -EFAULT;
}

static void noteWritten(int Tid, const Tracee &T, uint64_t Lo, uint64_t Hi) {
  TraceArea A;
  if (!readArea(Tid, T, A))
    return;
  const bool Any = A.ChangedLo < A.ChangedHi;
  A.ChangedLo = Any ? std::min(A.ChangedLo, Lo) : Lo;
  A.ChangedHi = Any ? std::max(A.ChangedHi, Hi) : Hi;
  writeArea(Tid, T, A);
}

/// The tracee whose memory the descriptor Fd is, null if it isn't that.
static std::pair<const int, Tracee> *traceeOfMemory(uint64_t Fd) {
  const std::string Link = "/proc/self/fd/" + std::to_string(Fd);
  char Path[64] = {};
  if (hostCall(SYS_readlinkat, static_cast<uint64_t>(AT_FDCWD),
               toAddr(Link.c_str()), toAddr(Path), sizeof Path - 1) <= 0)
    return nullptr;
  int Pid, Tid, End = 0;
  if (std::sscanf(Path, "/proc/%d/task/%d/mem%n", &Pid, &Tid, &End) != 2 ||
      !End) {
    if (std::sscanf(Path, "/proc/%d/mem%n", &Pid, &End) != 1 || !End)
      return nullptr;
    Tid = Pid;
  }
  auto It = Tracees.find(Tid);
  return Path[End] || It == Tracees.end() ? nullptr : &*It;
}

// Debuggers write breakpoints to /proc/PID/mem.
Result handle::pwrite64(Call &C) {
  const Result R = hostWait(C);
  if (R > 0 && AnyTracees.load(std::memory_order_relaxed)) {
    std::lock_guard G(Lock);
    if (auto *T = traceeOfMemory(C.A[0]))
      noteWritten(T->first, T->second, C.A[3],
                  C.A[3] + static_cast<uint64_t>(R));
  }
  return R;
}

Result handle::process_vm_writev(Call &C) {
  const Result R = hostPass(C);
  if (R > 0 && AnyTracees.load(std::memory_order_relaxed)) {
    std::lock_guard G(Lock);
    auto It = Tracees.find(static_cast<int>(C.A[0]));
    iovec Iov;
    for (uint64_t I = 0; It != Tracees.end() && I != C.A[4]; ++I)
      if (copyFrom(Iov, C.A[3] + I * sizeof Iov))
        noteWritten(It->first, It->second, toAddr(Iov.iov_base),
                    toAddr(Iov.iov_base) + Iov.iov_len);
  }
  return R;
}

/// PTRACE_CONT and the like.
static Result resume(int Tid, Tracee &T, TraceResume How, uint64_t Sig) {
  if (Sig > 64)
    return -EIO;
  const long Host = How == TraceResume::Detach ? PTRACE_DETACH : PTRACE_CONT;
  TraceArea A;
  if (!T.InGroupStop) {
    if (!readArea(Tid, T, A))
      return -ESRCH;
    A.Resume = How;
    A.Signal = static_cast<int32_t>(Sig);
    A.Options = T.Options;
    if (!writeArea(Tid, T, A))
      return -ESRCH;
    Sig = 0;
  }
  T.IsStopped = T.InGroupStop = false;
  const Result R = hostPtrace(Host, Tid, 0, Sig);
  if (How == TraceResume::Detach)
    Tracees.erase(Tid);
  return R;
}

static Result setOptions(int Tid, Tracee &T, uint64_t Options) {
  if (Options & ~uint64_t(KnownOptions))
    return -EINVAL;
  T.Options = static_cast<uint32_t>(Options);
  setHostOptions(Tid, T.Options);
  return 0;
}

/// Requests that read or write what the tracee has laid open.
static Result areaRequest(int Tid, const Tracee &T, const Call &C) {
  const uint64_t Addr = C.A[2], Data = C.A[3];
  TraceArea A;
  if (T.InGroupStop && C.A[0] == PTRACE_GETSIGINFO)
    return -EINVAL;
  if (!readArea(Tid, T, A))
    return -ESRCH;
  Result R = -EIO;
  switch (C.A[0]) {
  case PTRACE_GETREGSET:
    return transferSet(A, Addr, Data, false);
  case PTRACE_SETREGSET:
    R = transferSet(A, Addr, Data, true);
    A.Changed = 1;
    break;
  case PTRACE_GETSIGINFO:
    return copyTo(Data, A.Info) ? 0 : -EFAULT;
  case PTRACE_SETSIGINFO:
    R = copyFrom(A.Info, Data) ? 0 : -EFAULT;
    break;
  case PTRACE_GETEVENTMSG:
    return copyTo(Data, A.Message) ? 0 : -EFAULT;
  default:
    return R;
  }
  if (R == 0 && !writeArea(Tid, T, A))
    return -ESRCH;
  return R;
}

Result handle::ptrace(Call &C) {
  const uint64_t Request = C.A[0];
  const int Tid = static_cast<int>(C.A[1]);
  if (Request == PTRACE_TRACEME)
    return C.K.traceMe(C.S);
  std::lock_guard G(Lock);
  if (Request == PTRACE_ATTACH) {
    const Result R = hostPtrace(PTRACE_ATTACH, Tid, 0, 0);
    if (R == 0) {
      AnyTracees.store(true, std::memory_order_relaxed);
      Tracees[Tid] = {};
    }
    return R;
  }
  if (Request == PTRACE_SEIZE)
    return -EIO;
  auto It = Tracees.find(Tid);
  if (It == Tracees.end())
    return -ESRCH;
  Tracee &T = It->second;
  if (Request == PTRACE_KILL) {
    hostPtrace(PTRACE_KILL, Tid, 0, 0);
    return 0;
  }
  if (!T.IsStopped)
    return -ESRCH;
  switch (Request) {
  case PTRACE_CONT:
    return resume(Tid, T, TraceResume::Go, C.A[3]);
  case PTRACE_SYSCALL:
    return resume(Tid, T, TraceResume::Syscall, C.A[3]);
  case PTRACE_SINGLESTEP:
    return resume(Tid, T, TraceResume::Step, C.A[3]);
  case PTRACE_DETACH:
    return resume(Tid, T, TraceResume::Detach, C.A[3]);
  case PTRACE_SETOPTIONS:
    return setOptions(Tid, T, C.A[3]);
  case PTRACE_PEEKTEXT:
  case PTRACE_PEEKDATA:
    return hostPass(C);
  case PTRACE_POKETEXT:
  case PTRACE_POKEDATA: {
    const Result R = hostPass(C);
    if (R == 0)
      noteWritten(Tid, T, C.A[2], C.A[2] + 8);
    return R;
  }
  default:
    return areaRequest(Tid, T, C);
  }
}

} // namespace xlate::sys
