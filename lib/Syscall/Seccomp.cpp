//===- Seccomp.cpp - System call filters of the guest ---------------------===//
//
// See xlate/Syscall/Seccomp.h. What is missing: notifications of another
// process (SECCOMP_FILTER_FLAG_NEW_LISTENER), which are refused as by a kernel
// before 5.0.
//
//===----------------------------------------------------------------------===//
#include "xlate/Syscall/Seccomp.h"
#include "Bpf.h"
#include "Call.h"
#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdio>
#include <linux/audit.h>
#include <linux/capability.h>
#include <sys/prctl.h>

namespace xlate::sys {

struct SeccompFilter {
  const SeccompFilter *Prev;
  BpfProgram Program;
  /// Instructions that a call may have to go through. The kernel counts those
  /// of its own translation, up to twice as many, so we are never stricter.
  size_t PathLength;
};

constinit std::atomic<bool> AnySeccomp{false};

namespace {
/// The kernel's bound for SeccompFilter::PathLength, and what each filter adds
/// to its instructions.
constexpr size_t MaxPathLength = (1 << 18) / sizeof(sock_filter),
                 FilterPenalty = 4;
constexpr int MaxErrno = 4095;
constexpr int SysSeccomp = 1; ///< si_code of the SIGSYS: SYS_SECCOMP

/// What filters say of a call, and the part of it that is for the program.
struct Verdict {
  uint32_t Action, Data;
};
} // namespace

//--- Verdicts -----------------------------------------------------------------

static Verdict judge(const SeccompFilter *Filters, const seccomp_data &Data) {
  // The least permissive counts, of equal ones that of the newest filter.
  uint32_t Return = SECCOMP_RET_ALLOW;
  const auto rank = [](uint32_t R) {
    return static_cast<int32_t>(R & SECCOMP_RET_ACTION_FULL);
  };
  for (const SeccompFilter *F = Filters; F; F = F->Prev)
    if (const uint32_t R = runBpf(F->Program, Data); rank(R) < rank(Return))
      Return = R;
  return {Return & SECCOMP_RET_ACTION_FULL, Return & SECCOMP_RET_DATA};
}

static seccomp_data dataOf(const CpuState &S) {
  seccomp_data D = {};
  D.nr = static_cast<int>(S.X[8]);
  D.arch = AUDIT_ARCH_AARCH64;
  D.instruction_pointer = S.Pc;
  std::copy_n(S.X, std::size(D.args), D.args);
  return D;
}

static siginfo_t sigsys(const seccomp_data &D, uint32_t Data) {
  siginfo_t Info = {};
  Info.si_signo = SIGSYS;
  Info.si_code = SysSeccomp;
  Info.si_errno = static_cast<int>(Data);
  Info.si_call_addr = toPtr(D.instruction_pointer);
  Info.si_syscall = D.nr;
  Info.si_arch = D.arch;
  return Info;
}

/// A filter may ask for any number, ours of results that aren't the guest's
/// among them.
static Result errorResult(CpuState &S, int Errno) {
  if (-Errno != Restart && -Errno != NoResult)
    return -Errno;
  S.X[0] = static_cast<uint64_t>(-static_cast<int64_t>(Errno));
  return NoResult;
}

[[noreturn]] static void killFor(const Call &C, const siginfo_t &Info,
                                 bool AndProcess) {
  if (config().Strace)
    traceKilled(C);
  C.K.kill(C.S, Info, AndProcess);
}

static Result filterCall(Call &C, const SeccompFilter *Filters, Handler H,
                         bool Traced = false) {
  const seccomp_data D = dataOf(C.S);
  const Verdict V = judge(Filters, D);
  switch (V.Action) {
  case SECCOMP_RET_ALLOW:
  case SECCOMP_RET_LOG:
    return H(C);
  case SECCOMP_RET_ERRNO:
    return errorResult(C.S, std::min(static_cast<int>(V.Data), MaxErrno));
  case SECCOMP_RET_TRAP:
    C.K.raiseSigsys(C.S, sigsys(D, V.Data));
    return NoResult; // X0 is as it was
  case SECCOMP_RET_TRACE: {
    if (Traced)
      return H(C);
    if (!C.K.traceSeccomp(C.S, V.Data))
      return -ENOSYS;
    if (static_cast<int>(C.S.X[8]) < 0)
      return NoResult; // the tracer has left the call out
    Call Changed = callOf(C.S, C.K);
    return filterCall(Changed, Filters, H, true);
  }
  case SECCOMP_RET_USER_NOTIF:
    return -ENOSYS; // nobody listens
  case SECCOMP_RET_KILL_THREAD:
    killFor(C, sigsys(D, V.Data), false);
  default: // SECCOMP_RET_KILL_PROCESS and what there isn't
    killFor(C, sigsys(D, V.Data), true);
  }
}

Result filteredCall(Call &C, Handler H) {
  SeccompState *State = C.K.seccomp(C.S);
  if (!State)
    return H(C);
  if (State->NoNewPrivs.exchange(false))
    hostCall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1);
  switch (State->Mode.load(std::memory_order_acquire)) {
  case SeccompMode::Off:
    return H(C);
  case SeccompMode::Filter:
    return filterCall(C, State->Filters.load(std::memory_order_acquire), H);
  case SeccompMode::Strict:
    break;
  }
  switch (C.D.Nr) {
  case 63:  // read
  case 64:  // write
  case 93:  // exit
  case 139: // rt_sigreturn
    if (C.D.Name)
      return H(C);
    break;
  default:
    break;
  }
  siginfo_t Info = {};
  Info.si_signo = SIGKILL;
  killFor(C, Info, false);
}

//--- Installing ---------------------------------------------------------------

/// Filters are for those who can gain nothing by what they execute, or who
/// could do worse: CAP_SYS_ADMIN in their user namespace.
static bool maySetFilter() {
  if (hostCall(SYS_prctl, PR_GET_NO_NEW_PRIVS) == 1)
    return true;
  __user_cap_header_struct Header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct Data[_LINUX_CAPABILITY_U32S_3] = {};
  return hostCall(SYS_capget, toAddr(&Header), toAddr(Data)) == 0 &&
         Data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective &
             CAP_TO_MASK(CAP_SYS_ADMIN);
}

/// The guest's program at Addr. Errors in the kernel's order.
static Result readProgram(uint64_t Addr, BpfProgram &P) {
  struct {
    uint16_t Length;
    uint64_t Instructions;
  } F;
  if (!copyFrom(F, Addr))
    return -EFAULT;
  if (F.Length == 0 || F.Length > BPF_MAXINSNS)
    return -EINVAL;
  if (!maySetFilter())
    return -EACCES;
  P.resize(F.Length);
  if (!F.Instructions)
    return -EINVAL;
  if (!safeCopy(P.data(), toPtr(F.Instructions), P.size() * sizeof P[0]))
    return -EFAULT;
  return checkBpf(P) ? 0 : -EINVAL;
}

static const SeccompFilter *chained(const SeccompFilter *Prev, BpfProgram P) {
  const size_t Path = P.size() + FilterPenalty + (Prev ? Prev->PathLength : 0);
  return new SeccompFilter{Prev, std::move(P), Path};
}

static bool isOneOf(const SeccompFilter *F, const SeccompFilter *Filters) {
  while (Filters && Filters != F)
    Filters = Filters->Prev;
  return Filters == F;
}

static bool mayHave(const SeccompState &S, SeccompMode Mode) {
  const SeccompMode Now = S.Mode.load();
  return Now == SeccompMode::Off || Now == Mode;
}

static void become(SeccompState &S, SeccompMode Mode,
                   const SeccompFilter *Filters) {
  AnySeccomp = true;
  S.Filters.store(Filters, std::memory_order_release);
  S.Mode.store(Mode, std::memory_order_release);
}

static Result install(std::vector<Services::FilteredThread> &Threads,
                      BpfProgram Program, uint64_t Flags) {
  SeccompState &Own = *Threads[0].Filters;
  if (!mayHave(Own, SeccompMode::Filter))
    return -EINVAL;
  const SeccompFilter *Now = Own.Filters.load();
  // The newest adds no penalty yet.
  if (Program.size() + (Now ? Now->PathLength : 0) > MaxPathLength)
    return -ENOMEM;
  const bool All = Flags & SECCOMP_FILTER_FLAG_TSYNC;
  if (All)
    for (const Services::FilteredThread &T : Threads)
      if (!mayHave(*T.Filters, SeccompMode::Filter) ||
          !isOneOf(T.Filters->Filters, Now))
        return Flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH ? -ESRCH : T.Tid;
  const SeccompFilter *New = chained(Now, std::move(Program));
  become(Own, SeccompMode::Filter, New);
  if (!All)
    return 0;
  const bool Gain = hostCall(SYS_prctl, PR_GET_NO_NEW_PRIVS) != 1;
  for (const Services::FilteredThread &T : Threads) {
    if (T.Filters == &Own)
      continue;
    if (!Gain)
      T.Filters->NoNewPrivs = true;
    become(*T.Filters, SeccompMode::Filter, New);
  }
  return 0;
}

static Result setFilter(Call &C, uint64_t Flags, uint64_t Addr) {
  constexpr uint64_t Known =
      SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG |
      SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
  if (Flags & ~Known)
    return -EINVAL;
  BpfProgram P;
  if (const Result R = readProgram(Addr, P))
    return R;
  return C.K.withThreads(C.S,
                         [&](std::vector<Services::FilteredThread> &Threads) {
                           return install(Threads, std::move(P), Flags);
                         });
}

static Result setStrict(Call &C) {
  return C.K.withThreads(
      C.S, [](std::vector<Services::FilteredThread> &Threads) -> Result {
        SeccompState &Own = *Threads[0].Filters;
        if (!mayHave(Own, SeccompMode::Strict))
          return -EINVAL;
        become(Own, SeccompMode::Strict, nullptr);
        return 0;
      });
}

static Result actionAvailable(uint64_t Addr) {
  uint32_t Action;
  if (!copyFrom(Action, Addr))
    return -EFAULT;
  switch (Action) {
  case SECCOMP_RET_KILL_PROCESS:
  case SECCOMP_RET_KILL_THREAD:
  case SECCOMP_RET_TRAP:
  case SECCOMP_RET_ERRNO:
  case SECCOMP_RET_TRACE:
  case SECCOMP_RET_LOG:
  case SECCOMP_RET_ALLOW:
    return 0;
  default:
    return -EOPNOTSUPP;
  }
}

Result handle::seccomp(Call &C) {
  const uint32_t Flags = static_cast<uint32_t>(C.A[1]);
  switch (static_cast<uint32_t>(C.A[0])) {
  case SECCOMP_SET_MODE_STRICT:
    return Flags || C.A[2] ? -EINVAL : setStrict(C);
  case SECCOMP_SET_MODE_FILTER:
    return setFilter(C, Flags, C.A[2]);
  case SECCOMP_GET_ACTION_AVAIL:
    return Flags ? -EINVAL : actionAvailable(C.A[2]);
  default:
    return -EINVAL;
  }
}

Result setSeccomp(Call &C) {
  switch (C.A[1]) {
  case SECCOMP_MODE_STRICT:
    return setStrict(C);
  case SECCOMP_MODE_FILTER:
    return setFilter(C, 0, C.A[2]);
  default:
    return -EINVAL;
  }
}

Result getSeccomp(Call &C) {
  const SeccompState *S = C.K.seccomp(C.S);
  return S ? static_cast<Result>(S->Mode.load()) : 0;
}

//--- execve -------------------------------------------------------------------

// The text: for each filter, the oldest first, the 64 bits of its instructions
// in hexadecimal, and a comma. Only filters survive: who is in strict mode
// can't execute anything.

constexpr size_t HexDigits = 2 * sizeof(sock_filter);

std::string seccompText(const SeccompState &S) {
  std::vector<const SeccompFilter *> Filters;
  for (const SeccompFilter *F = S.Filters.load(); F; F = F->Prev)
    Filters.push_back(F);
  std::string Text;
  for (auto It = Filters.rbegin(); It != Filters.rend(); ++It) {
    for (const sock_filter &I : (*It)->Program) {
      char Hex[HexDigits + 1];
      std::snprintf(Hex, sizeof Hex, "%016lx", std::bit_cast<uint64_t>(I));
      Text += Hex;
    }
    Text += ',';
  }
  return Text;
}

bool adoptSeccomp(const std::string &Text, SeccompState &S) {
  const SeccompFilter *Filters = nullptr;
  for (size_t At = 0; At < Text.size(); ++At) {
    BpfProgram P;
    for (; At < Text.size() && Text[At] != ','; At += HexDigits) {
      uint64_t Bits;
      const char *Lo = Text.data() + At, *Hi = Lo + HexDigits;
      if (Text.size() - At < HexDigits ||
          std::from_chars(Lo, Hi, Bits, 16).ptr != Hi)
        return false;
      P.push_back(std::bit_cast<sock_filter>(Bits));
    }
    if (!checkBpf(P))
      return false;
    Filters = chained(Filters, std::move(P));
  }
  become(S, SeccompMode::Filter, Filters);
  return Filters != nullptr;
}

} // namespace xlate::sys
