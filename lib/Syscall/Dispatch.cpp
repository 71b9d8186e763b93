//===- Dispatch.cpp - From a guest number to a host call ------------------===//
#include "Call.h"
#include <array>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace xlate::sys {

using enum ArgKind;

namespace {

constexpr bool isPath(ArgKind K) {
  return K == Path || K == LPath || K == CPath;
}

constexpr Desc makeDesc(uint16_t Nr, const char *Name, uint16_t HostNr,
                        char Class, Handler H, std::array<ArgKind, 6> Args,
                        const char *Note) {
  Desc D = {Name, H, Nr, HostNr, Class, false, 0, {}, Note};
  for (unsigned I = 0; I != 6; ++I) {
    D.Args[I] = Args[I];
    D.HasPath |= isPath(Args[I]);
    if (Args[I] == Fd || Args[I] == DirFd)
      D.FdArgs |= 1u << I;
  }
  return D;
}

#define ARGS(...)                                                              \
  std::array<ArgKind, 6> { __VA_ARGS__ }
#define SYS(NR, NAME, HOST, CLASS, HANDLER, ARGS, NOTE)                        \
  makeDesc(NR, #NAME, HOST, #CLASS[0], handle::HANDLER, ARGS, NOTE),
constexpr Desc Rows[] = {
#include "Syscalls.def"
};
#undef ARGS

constexpr unsigned MaxNr = 471;

/// Guest number to row + 1.
constexpr auto Index = [] {
  std::array<uint16_t, MaxNr + 1> I = {};
  uint16_t Row = 0;
  for (const Desc &D : Rows)
    I[D.Nr] = ++Row;
  return I;
}();

Config Settings;
/// What config() gives. Changed ones stay: another thread may be reading.
std::atomic<const Config *> Current{&Settings};

} // namespace

const Desc *findCall(uint32_t Nr) {
  return Nr <= MaxNr && Index[Nr] ? &Rows[Index[Nr] - 1] : nullptr;
}

void configure(const Config &C) {
  Settings = C;
  // Host calls report paths with links resolved; ours must compare equal.
  if (!Settings.Sysroot.empty()) {
    char Real[PATH_MAX];
    if (realpath(Settings.Sysroot.c_str(), Real))
      Settings.Sysroot = Real;
    if (Settings.Sysroot == "/")
      Settings.Sysroot.clear();
  }
}

const Config &config() { return *Current.load(std::memory_order_acquire); }

void moveSysroot(const std::string &NewRoot, const std::string &OldRoot) {
  const std::string &Old = config().Sysroot;
  if (Old.empty() || NewRoot == "/")
    return;
  auto *C = new Config(config());
  const bool IsBelow = Old.rfind(NewRoot + '/', 0) == 0;
  C->Sysroot = IsBelow           ? Old.substr(NewRoot.size())
               : OldRoot.empty() ? ""
                                 : OldRoot + Old;
  Current.store(C, std::memory_order_release);
}

/// Does a descriptor argument name one of the runtime's? To the guest those
/// aren't open.
static bool namesRuntimeFd(const Desc &D, const uint64_t *A) {
  const unsigned Lowest = LowestRuntimeFd.load(std::memory_order_relaxed);
  for (unsigned Args = D.FdArgs; Args; Args &= Args - 1) {
    const uint64_t Fd = A[__builtin_ctz(Args)];
    if (static_cast<unsigned>(Fd) >= Lowest &&
        isRuntimeFd(static_cast<int>(Fd)))
      return true;
  }
  return false;
}

/// Code that the guest may also write is write-protected on the host. The
/// kernel doesn't fault on it, it answers EFAULT; a read would even end early.
static Result callAllowingWrites(Call &C) {
  for (unsigned I = 0; I != 5; ++I)
    if (C.D.Args[I] == BufOut)
      C.K.allowKernelWrites(C.A[I], C.A[I] + C.A[I + 1]);
  uint64_t A[6];
  std::memcpy(A, C.A, sizeof A);
  const Result R = C.D.Handle(C);
  if (R != -EFAULT || !C.K.allowKernelWrites(0, ~uint64_t(0)))
    return R;
  std::memcpy(C.A, A, sizeof A);
  return C.D.Handle(C);
}

std::atomic<bool> TaggedPointers{false};

static bool isPointer(ArgKind K) {
  switch (K) {
  case Ptr:
  case Path:
  case LPath:
  case CPath:
  case Str:
  case StrVec:
  case BufIn:
  case BufOut:
  case SigSet:
  case SigAction:
  case Stat:
  case TimeSpec:
  case SockAddr:
  case PollFds:
    return true;
  default:
    return false;
  }
}

/// As the kernel does once the program has asked for it; pointers inside
/// structures stay as they are.
static void removeTags(Call &C) {
  for (unsigned I = 0; I != 6; ++I)
    if (isPointer(C.D.Args[I]))
      C.A[I] = static_cast<uint64_t>(static_cast<int64_t>(C.A[I] << 8) >> 8);
}

static Result execute(Call &C) {
  return namesRuntimeFd(C.D, C.A) ? -EBADF : callAllowingWrites(C);
}

static Result filtered(Call &C) { return filteredCall(C, execute); }

Call callOf(CpuState &S, Services &K) {
  static constexpr Desc Unknown = {
      nullptr, handle::nosys, 0, 0,
      'X',     false,         0, {Hex, Hex, Hex, Hex, Hex, Hex},
      ""};
  const Desc *D = findCall(static_cast<uint32_t>(S.X[8]));
  Call C = {
      S, K, D ? *D : Unknown, {S.X[0], S.X[1], S.X[2], S.X[3], S.X[4], S.X[5]}};
  if (TaggedPointers.load(std::memory_order_relaxed)) [[unlikely]]
    removeTags(C);
  return C;
}

Result dispatch(CpuState &S, Services &K) {
  Call C = callOf(S, K);
  const Handler H =
      AnySeccomp.load(std::memory_order_relaxed) ? filtered : execute;
  if (Settings.Strace) [[unlikely]]
    return traceCall(C, H);
  return H(C);
}

void lockForFork() {
  lockTracees();
  lockRings();
}

void unlockAfterFork(bool InChild) {
  unlockRings(InChild);
  unlockTracees();
}

Result Services::sigtimedwait(CpuState &S, const uint64_t *Set, void *Info,
                              const void *Timeout, uint64_t Size) {
  return xlate_safe_syscall(SYS_rt_sigtimedwait, toAddr(Set), toAddr(Info),
                            toAddr(Timeout), Size, 0, 0);
}

Result Services::callAlone(long Nr, uint64_t A0, uint64_t A1) {
  return hostCall(Nr, A0, A1);
}

Result handle::pass(Call &C) {
  PathArgs P(C);
  return hostPass(C);
}

Result handle::wait(Call &C) {
  PathArgs P(C);
  return hostWait(C);
}

Result handle::nosys(Call &) { return -ENOSYS; }
Result handle::nospc(Call &) { return -ENOSPC; }
Result handle::inval(Call &) { return -EINVAL; }
Result handle::perm(Call &) { return -EPERM; }

} // namespace xlate::sys
