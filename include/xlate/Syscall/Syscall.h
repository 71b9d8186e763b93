//===- Syscall.h - The arm64 Linux system call bridge -----------*- C++ -*-===//
//
// One table (lib/Syscall/Syscalls.def) drives dispatch, strace and
// docs/syscalls.md. What needs threads, signals, guest memory or a new program
// image is asked of the runtime through Services.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_SYSCALL_SYSCALL_H
#define XLATE_SYSCALL_SYSCALL_H

#include "xlate/Guest/CpuState.h"
#include "xlate/Syscall/Seccomp.h"
#include <csignal>
#include <cstdint>
#include <functional>
#include <linux/sched.h>
#include <string>
#include <vector>

namespace xlate::sys {

/// Guest-visible result: >= 0 or -errno.
using Result = int64_t;

/// Returned by safeSyscall and handlers when a signal must be delivered before
/// the call may be (re)started: the dispatcher rewinds the guest PC to the SVC,
/// keeps X0, and delivers. Never seen by the guest.
constexpr Result Restart = -512;
/// Returned by a handler that leaves X0 as it should be (rt_sigreturn,
/// filters): it must not be written.
constexpr Result NoResult = -513;

/// Addresses of the running program that /proc/self/stat shows; 0 = unknown.
struct ImageInfo {
  uint64_t StartCode = 0, EndCode = 0, StartData = 0, EndData = 0;
  uint64_t StartBrk = 0, StartStack = 0;
  uint64_t ArgStart = 0, ArgEnd = 0, EnvStart = 0, EnvEnd = 0;
};

/// How much the guest may map.
struct MemoryLimits {
  uint64_t Size = ~uint64_t(0); ///< RLIMIT_AS
  uint64_t Data = ~uint64_t(0); ///< RLIMIT_DATA
  uint64_t DataMax = ~uint64_t(0);
};

/// What the runtime provides. One implementation, runtime::Kernel; tests use a
/// fake. Every call is made on the guest thread that owns S. Arguments and
/// results are those of the arm64 system call of the same name.
class Services {
public:
  virtual ~Services() = default;

  // Threads and processes.
  virtual Result clone(CpuState &S,
                       const clone_args &Args) = 0; ///< stack = top when size 0
  virtual Result setTidAddress(CpuState &S, uint64_t Addr) = 0;
  /// The guest is going to dereference tagged pointers.
  virtual void expectTags(CpuState &S) {}
  /// What setTidAddress() or clone() set last.
  virtual uint64_t tidAddress(CpuState &S) { return 0; }
  /// Make a host call that the kernel refuses in a process with threads,
  /// without threads of the runtime.
  virtual Result callAlone(long Nr, uint64_t A0, uint64_t A1);
  virtual Result exitThread(CpuState &S, int Status) = 0; ///< does not return
  virtual Result exitGroup(CpuState &S, int Status) = 0;  ///< does not return
  /// Path, Argv and Envp are the guest's own, not yet read.
  virtual Result execve(CpuState &S, int DirFd, const char *Path,
                        char *const *Argv, char *const *Envp, int Flags) = 0;

  // Filters of system calls.
  /// Those of the calling thread; null: it can't have any.
  virtual SeccompState *seccomp(CpuState &S) { return nullptr; }
  struct FilteredThread {
    int Tid;
    SeccompState *Filters;
  };
  /// Run Do with all threads of the process, the calling one first, while none
  /// can come or go. The result is Do's.
  virtual Result
  withThreads(CpuState &S,
              const std::function<Result(std::vector<FilteredThread> &)> &Do) {
    return -1;
  }
  /// The SIGSYS of a call that a filter traps; it can't be blocked or ignored.
  virtual void raiseSigsys(CpuState &S, const siginfo_t &Info) {}
  /// End the calling thread, or its process if that has no other or AndProcess
  /// is set, as if by the signal in Info.
  [[noreturn]] virtual void kill(CpuState &S, const siginfo_t &Info,
                                 bool AndProcess) {
    __builtin_trap();
  }
  /// Let a tracer that has asked for it (PTRACE_O_TRACESECCOMP) decide on the
  /// call. It may have changed the registers and X8. False: there is none.
  virtual bool traceSeccomp(CpuState &S, unsigned Message) { return false; }

  /// PTRACE_TRACEME.
  virtual Result traceMe(CpuState &S) { return -1; }

  // Signals.
  virtual Result sigaction(CpuState &S, int Sig, const void *New, void *Old,
                           uint64_t Size) = 0;
  virtual Result sigprocmask(CpuState &S, int How, const uint64_t *Set,
                             uint64_t *Old, uint64_t Size) = 0;
  virtual Result sigaltstack(CpuState &S, const void *New, void *Old) = 0;
  virtual Result sigreturn(CpuState &S) = 0;
  virtual Result sigsuspend(CpuState &S, const uint64_t *Set,
                            uint64_t Size) = 0;
  virtual Result sigpending(CpuState &S, uint64_t *Set, uint64_t Size) = 0;
  /// By default the host call, interrupted without a race.
  virtual Result sigtimedwait(CpuState &S, const uint64_t *Set, void *Info,
                              const void *Timeout, uint64_t Size);
  /// Host mask to use for the duration of a ppoll/pselect/epoll_pwait with a
  /// guest mask. Called once, right before the host call; the guest mask is in
  /// force until dispatch() returns, and for the delivery of what interrupts
  /// the call.
  virtual uint64_t hostMask(uint64_t GuestMask) = 0;

  // Address space.
  virtual Result mmap(CpuState &S, uint64_t Addr, uint64_t Len, int Prot,
                      int Flags, int Fd, uint64_t Off) = 0;
  virtual Result munmap(CpuState &S, uint64_t Addr, uint64_t Len) = 0;
  virtual Result mprotect(CpuState &S, uint64_t Addr, uint64_t Len,
                          int Prot) = 0;
  virtual Result mremap(CpuState &S, uint64_t Old, uint64_t OldLen,
                        uint64_t NewLen, int Flags, uint64_t NewAddr) = 0;
  virtual Result madvise(CpuState &S, uint64_t Addr, uint64_t Len,
                         int Advice) = 0;
  virtual Result brk(CpuState &S, uint64_t Addr) = 0;
  virtual void limitMemory(const MemoryLimits &L) {}
  virtual Result shmat(CpuState &S, int Id, uint64_t Addr, int Flags) = 0;
  virtual Result shmdt(CpuState &S, uint64_t Addr) = 0;
  /// The guest is about to change System V semaphores, perhaps until it ends.
  virtual void keepUndo() {}
  virtual Result mlockall(CpuState &S, int Flags) { return -1; }
  virtual Result munlockall(CpuState &S) { return -1; }
  /// The host is about to be asked for something that makes [Lo, Hi) mappings
  /// of its own. False: the process would have too many.
  virtual bool mayDivide(uint64_t Lo, uint64_t Hi) { return true; }
  /// The kernel is going to write to [Lo, Hi), or could not: make pages that
  /// were write-protected because they hold translated code writable. True if
  /// there were any.
  virtual bool allowKernelWrites(uint64_t Lo, uint64_t Hi) { return false; }
  /// Is all of [Lo, Hi) mapped by the guest?
  virtual bool isGuestMemory(uint64_t Lo, uint64_t Hi) { return true; }
  /// Guest bytes [Lo, Hi) may have changed by other means.
  virtual void memoryChanged(uint64_t Lo, uint64_t Hi) {}
  /// Text of /proc/self/maps (Smaps: smaps) without the runtime's mappings.
  virtual std::string procMaps(bool Smaps) = 0;

  // Facts about the running program.
  /// What the host finds the guest program's file by.
  virtual const std::string &exePath() = 0;
  virtual const std::string &exeGuestPath() = 0; ///< path as the guest sees it
  virtual std::vector<uint8_t> auxv() = 0;       ///< bytes of /proc/self/auxv
  virtual std::string cmdline() = 0;             ///< NUL-separated argv
  virtual ImageInfo imageInfo() { return {}; }
  /// Text of /proc/cpuinfo; empty = the host's.
  virtual std::string cpuinfo() { return {}; }
};

/// Settings of the bridge.
struct Config {
  std::string Sysroot;      ///< -L, empty = none
  std::string UnameRelease; ///< -r, empty = host's
  bool Strace = false;
  int StraceFd = 2;
};

void configure(const Config &C);
const Config &config();
/// The process's root is what was the host directory NewRoot: from now on the
/// sysroot is called by its new name, or isn't there. OldRoot: where the old
/// root directory is now, empty = nowhere.
void moveSysroot(const std::string &NewRoot, const std::string &OldRoot = "");

//--- Descriptors of the runtime ---------------------------------------------

/// Move Fd out of the guest's way, close it on exec, and keep the guest from
/// seeing or closing it. The result is its new number, or Fd itself if no
/// other is free.
int protectFd(int Fd);
bool isRuntimeFd(int Fd);
/// Close a protected descriptor.
void closeRuntimeFd(int Fd);

/// Limits that the guest has but the host process hasn't, as text for
/// adoptLimits() in the program that takes its place. Empty if there are none.
std::string ownLimits();
void adoptLimits(const std::string &Text);
/// Those of memory among them.
MemoryLimits memoryLimits();

/// Around a fork: locks of the bridge aren't in another thread's hands then.
void lockForFork();
void unlockAfterFork(bool InChild);

/// With --strace: log that the guest is about to receive a signal.
void traceSignal(int Sig, int Code, uint64_t Addr);

/// Execute the system call that S holds (X8 number, X0..X5 arguments) and
/// return its result; the caller writes X0.
Result dispatch(CpuState &S, Services &K);

/// Host path for a guest path: what exists in the sysroot, else the host's.
/// Out receives the storage; the result is Out.c_str() or Path itself.
/// ForCreate: the last component is taken as it is, even if it is a link.
const char *resolvePath(const char *Path, std::string &Out,
                        bool ForCreate = false);

} // namespace xlate::sys

extern "C" {
/// Host system call that a guest signal interrupts without a race: when
/// CpuState::PollFlag (through %gs) is set before the syscall instruction is
/// reached, the result is sys::Restart. The signal handler rewinds a host PC in
/// [xlate_safe_syscall_start, xlate_safe_syscall_end) to
/// xlate_safe_syscall_interrupted.
int64_t xlate_safe_syscall(int64_t Nr, uint64_t A0, uint64_t A1, uint64_t A2,
                           uint64_t A3, uint64_t A4, uint64_t A5);
extern const char xlate_safe_syscall_start[], xlate_safe_syscall_end[],
    xlate_safe_syscall_interrupted[];
}

#endif // XLATE_SYSCALL_SYSCALL_H
