//===- Call.h - One system call in progress ---------------------*- C++ -*-===//
//
// What the handlers share: the table row, the arguments, host calls and the
// translation of path arguments.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_SYSCALL_CALL_H
#define XLATE_LIB_SYSCALL_CALL_H

#include "xlate/Syscall/SafeCopy.h"
#include "xlate/Syscall/Syscall.h"
#include <atomic>
#include <cerrno>
#include <linux/openat2.h>
#include <string>
#include <sys/syscall.h>

namespace xlate::sys {

/// What an argument is: for strace and path redirection.
enum class ArgKind : uint8_t {
  None,
  Int,        ///< 32 bits, signed
  Long,       ///< 64 bits, signed
  Off,        ///< file offset
  Size,       ///< 64 bits, unsigned
  Hex,        ///< bits
  Mode,       ///< octal
  Access,     ///< R_OK ...
  Ptr,        ///< address
  Fd,         ///< descriptor
  DirFd,      ///< descriptor or AT_FDCWD, for the path that follows
  Path,       ///< path; a link at its end is followed unless AtFlags say no
  LPath,      ///< path; a link at its end is not followed unless AtFlags say so
  CPath,      ///< path of something that is created
  Str,        ///< any other string
  StrVec,     ///< null-terminated vector of strings
  BufIn,      ///< bytes; the next argument is their number
  BufOut,     ///< bytes; the result is their number
  OFlags,     ///< O_*
  AtFlags,    ///< AT_*
  Prot,       ///< PROT_*
  MapFlags,   ///< MAP_*
  CloneFlags, ///< CLONE_*
  WaitFlags,  ///< W*
  MsgFlags,   ///< MSG_*
  Whence,     ///< SEEK_*
  Advice,     ///< MADV_*
  Clock,      ///< CLOCK_*
  Sig,        ///< signal number
  SigHow,     ///< SIG_BLOCK ...
  SigSet,     ///< pointer to a signal mask
  SigAction,  ///< pointer to a struct sigaction
  Stat,       ///< pointer to a struct stat, written
  TimeSpec,   ///< pointer to a struct timespec, read
  SockAddr,   ///< pointer to a struct sockaddr; the next argument is its size
  PollFds,    ///< pointer to struct pollfds; the next argument is their number
  Family,     ///< AF_*
  SockType,   ///< SOCK_*
  EpollOp,    ///< EPOLL_CTL_*
  FcntlCmd,   ///< F_*
  FutexOp,    ///< FUTEX_*
  Ioctl,      ///< ioctl number
  Rlimit,     ///< RLIMIT_*
  Prctl,      ///< PR_*
};

struct Call;
using Handler = Result (*)(Call &);

/// One row of Syscalls.def.
struct Desc {
  const char *Name;
  Handler Handle;
  uint16_t Nr;
  uint16_t HostNr;
  char Class;
  bool HasPath;
  uint8_t FdArgs; ///< Bit per descriptor argument.
  ArgKind Args[6];
  const char *Note;
};

/// Row of guest number Nr, null if there is none.
const Desc *findCall(uint32_t Nr);

struct Call {
  CpuState &S;
  Services &K;
  const Desc &D;
  uint64_t A[6];
};

/// The call that S holds.
Call callOf(CpuState &S, Services &K);

inline Result hostCall(long Nr, uint64_t A0 = 0, uint64_t A1 = 0,
                       uint64_t A2 = 0, uint64_t A3 = 0, uint64_t A4 = 0,
                       uint64_t A5 = 0) {
  register uint64_t R10 asm("r10") = A3;
  register uint64_t R8 asm("r8") = A4;
  register uint64_t R9 asm("r9") = A5;
  long R = Nr;
  asm volatile("syscall"
               : "+a"(R)
               : "D"(A0), "S"(A1), "d"(A2), "r"(R10), "r"(R8), "r"(R9)
               : "rcx", "r11", "memory");
  return R;
}

/// The row's host call with C's arguments. Wait: one that a guest signal
/// interrupts.
inline Result hostPass(const Call &C) {
  const uint64_t *A = C.A;
  return hostCall(C.D.HostNr, A[0], A[1], A[2], A[3], A[4], A[5]);
}
inline Result hostWait(const Call &C) {
  const uint64_t *A = C.A;
  return xlate_safe_syscall(C.D.HostNr, A[0], A[1], A[2], A[3], A[4], A[5]);
}

inline uint64_t toAddr(const void *P) { return reinterpret_cast<uint64_t>(P); }
template <typename T = void> T *toPtr(uint64_t A) {
  return reinterpret_cast<T *>(A);
}

/// Lowest descriptor of the runtime; UINT_MAX if there is none.
extern std::atomic<unsigned> LowestRuntimeFd;

/// The runtime's descriptors in ascending order. The result is their number.
constexpr int MaxRuntimeFds = 16;
int listRuntimeFds(int (&Fds)[MaxRuntimeFds]);

//--- Paths (Path.cpp, Proc.cpp) ---------------------------------------------

/// System calls take tagged pointers (PR_SET_TAGGED_ADDR_CTRL).
extern std::atomic<bool> TaggedPointers;

enum class Last { Follow, NoFollow, Create };

/// Host storage for the translated path arguments of a call.
class PathArgs {
public:
  /// Replace C's path arguments by host paths where they differ.
  explicit PathArgs(Call &C) {
    if (C.D.HasPath)
      translate(C);
  }

private:
  void translate(Call &C);
  std::string Storage[2];
};

/// Host path for the guest path at Addr, or Addr itself when it is the same or
/// can't be read (the kernel then says why).
uint64_t redirect(Services &K, uint64_t Addr, Last Mode, std::string &Storage);

/// Guest path to host path through the sysroot.
const char *resolve(const char *Path, std::string &Out, Last Mode);
/// How an open with the guest's flags takes a link at the end of its path.
Last lastOf(uint64_t GuestFlags);
/// Read the guest's struct open_how, of Size bytes, into How, and put it as the
/// host takes it into Bytes. False: it can't be read, or has an impossible
/// size, of which the kernel says what is wrong.
bool readOpenHow(uint64_t Addr, uint64_t Size, open_how &How,
                 std::string &Bytes);

/// Files of /proc whose contents are the guest's.
enum class ProcFile {
  None,
  Exe,
  Maps,
  Smaps,
  Auxv,
  Cmdline,
  Environ,
  Stat,
  Cpuinfo,
  OsRelease
};
ProcFile procFile(const char *Path);
/// Host name of the program that another process runs under the same xlate-run,
/// if Path is its /proc/PID/exe; else empty.
std::string otherExe(const char *Path);
/// A descriptor with the contents of F. GuestFlags: of openat.
Result openProcFile(Services &K, ProcFile F, uint64_t GuestFlags);

/// personality() has READ_IMPLIES_EXEC in force.
bool readImpliesExec();
/// PR_SET_MDWE is in force.
bool denyWriteExec();

//--- Filters (Seccomp.cpp) ----------------------------------------------------

/// Some thread has had a filter, or strict mode.
extern std::atomic<bool> AnySeccomp;

/// Run H for C if the thread's filters let it.
Result filteredCall(Call &C, Handler H);
/// PR_SET_SECCOMP and PR_GET_SECCOMP.
Result setSeccomp(Call &C);
Result getSeccomp(Call &C);

//--- io_uring (IoUring.cpp) ---------------------------------------------------

/// The guest has mapped Offset of Fd at Addr: of interest if Fd is a ring.
void noteRingMapping(int Fd, uint64_t Offset, uint64_t Addr);
/// New is another descriptor of Old's file.
void noteRingDuplicate(int Old, int New);

//--- Locks that a fork must find free -----------------------------------------

void lockRings();
void unlockRings(bool InChild);
void lockTracees();
void unlockTracees();

//--- strace (Strace.cpp) ------------------------------------------------------

/// Run H for C and log it.
Result traceCall(Call &C, Handler H);
/// Log that a filter ends the thread for C.
void traceKilled(const Call &C);

//--- Handlers -----------------------------------------------------------------

namespace handle {
#define SYS(NR, NAME, HOST, CLASS, HANDLER, ARGS, NOTE) Result HANDLER(Call &C);
#include "Syscalls.def"
} // namespace handle

} // namespace xlate::sys

#endif // XLATE_LIB_SYSCALL_CALL_H
