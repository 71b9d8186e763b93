//===- Process.cpp - Threads, processes and their limits ------------------===//
#include "Call.h"
#include <atomic>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>

namespace xlate::sys {

Result handle::exit(Call &C) {
  return C.K.exitThread(C.S, static_cast<int>(C.A[0]));
}
Result handle::exit_group(Call &C) {
  return C.K.exitGroup(C.S, static_cast<int>(C.A[0]));
}
Result handle::set_tid_address(Call &C) {
  return C.K.setTidAddress(C.S, C.A[0]);
}

Result handle::clone(Call &C) {
  // arm64: flags, sp, parent_tid, tls, child_tid.
  const uint64_t Flags = static_cast<uint32_t>(C.A[0]);
  clone_args Args = {};
  Args.flags = Flags & ~uint64_t(CSIGNAL);
  // A sibling ends as its creator does: clone3 wants none, clone ignores it.
  Args.exit_signal = Flags & CLONE_PARENT ? 0 : Flags & CSIGNAL;
  Args.stack = C.A[1];
  Args.parent_tid = C.A[2];
  Args.tls = C.A[3];
  Args.child_tid = C.A[4];
  // The one pointer serves both.
  if (Flags & CLONE_PIDFD) {
    if (Flags & CLONE_PARENT_SETTID)
      return -EINVAL;
    Args.pidfd = C.A[2];
  }
  return C.K.clone(C.S, Args);
}

Result handle::clone3(Call &C) {
  constexpr uint64_t PageSize = 4096;
  const uint64_t Size = C.A[1];
  if (Size > PageSize)
    return -E2BIG;
  if (Size < CLONE_ARGS_SIZE_VER0)
    return -EINVAL;
  char Buf[PageSize];
  if (!safeCopy(Buf, toPtr(C.A[0]), Size))
    return -EFAULT;
  clone_args Args = {};
  for (uint64_t I = sizeof Args; I < Size; ++I)
    if (Buf[I])
      return -E2BIG;
  std::memcpy(&Args, Buf, std::min<uint64_t>(Size, sizeof Args));
  if (!Args.stack != !Args.stack_size ||
      (Args.exit_signal & ~uint64_t(CSIGNAL)) ||
      (Args.flags & (CLONE_DETACHED | (CSIGNAL & ~uint64_t(CLONE_NEWTIME)))) ||
      (Args.flags & (CLONE_THREAD | CLONE_PARENT) && Args.exit_signal) ||
      (!Args.set_tid != !Args.set_tid_size))
    return -EINVAL;
  return C.K.clone(C.S, Args);
}

//--- Namespaces -----

/// A process with threads may not leave its user namespace, nor some others.
Result handle::unshare(Call &C) {
  const Result R = hostPass(C);
  return R == -EINVAL ? C.K.callAlone(SYS_unshare, C.A[0], 0) : R;
}

Result handle::setns(Call &C) {
  const Result R = hostPass(C);
  return R == -EINVAL ? C.K.callAlone(SYS_setns, C.A[0], C.A[1]) : R;
}

//--- execve -------------------------------------------------------------------

// Strings and vectors stay in guest memory: a vfork child that succeeds has no
// chance to free copies, and its heap is its parent's.

Result handle::execve(Call &C) {
  return C.K.execve(C.S, AT_FDCWD, toPtr<const char>(C.A[0]),
                    toPtr<char *const>(C.A[1]), toPtr<char *const>(C.A[2]), 0);
}

Result handle::execveat(Call &C) {
  return C.K.execve(C.S, static_cast<int>(C.A[0]), toPtr<const char>(C.A[1]),
                    toPtr<char *const>(C.A[2]), toPtr<char *const>(C.A[3]),
                    static_cast<int>(C.A[4]));
}

//--- Resource limits
//------------------------------------------------------------

namespace {

/// Limits that would starve the runtime before the guest: the guest has its
/// own copy of them.
struct OwnLimit {
  std::atomic<bool> Set{false};
  std::atomic<uint64_t> Cur{0}, Max{0};
};
OwnLimit AsLimit, DataLimit;

OwnLimit *ownLimit(uint64_t Resource) {
  switch (static_cast<uint32_t>(Resource)) {
  case RLIMIT_AS:
    return &AsLimit;
  case RLIMIT_DATA:
    return &DataLimit;
  default:
    return nullptr;
  }
}

} // namespace

std::string ownLimits() {
  std::string Text;
  for (const OwnLimit *L : {&AsLimit, &DataLimit})
    Text += (L->Set ? std::to_string(L->Cur) + ':' + std::to_string(L->Max)
                    : std::string()) +
            ',';
  return AsLimit.Set || DataLimit.Set ? Text : "";
}

void adoptLimits(const std::string &Text) {
  const char *P = Text.c_str();
  for (OwnLimit *L : {&AsLimit, &DataLimit}) {
    uint64_t Cur, Max;
    if (std::sscanf(P, "%lu:%lu", &Cur, &Max) == 2) {
      L->Cur = Cur;
      L->Max = Max;
      L->Set = true;
    }
    P = std::strchr(P, ',');
    if (!P)
      return;
    ++P;
  }
}

MemoryLimits memoryLimits() {
  MemoryLimits L;
  if (AsLimit.Set)
    L.Size = AsLimit.Cur;
  if (DataLimit.Set) {
    L.Data = DataLimit.Cur;
    L.DataMax = DataLimit.Max;
  }
  return L;
}

static Result limit(Services &K, uint64_t Resource, uint64_t NewAddr,
                    uint64_t OldAddr, OwnLimit &L) {
  rlimit64 New, Old;
  if (NewAddr && !copyFrom(New, NewAddr))
    return -EFAULT;
  if (L.Set)
    Old = {L.Cur, L.Max};
  else if (Result R = hostCall(SYS_prlimit64, 0, Resource, 0, toAddr(&Old)))
    return R;
  if (NewAddr) {
    if (New.rlim_cur > New.rlim_max)
      return -EINVAL;
    if (New.rlim_max > Old.rlim_max && hostCall(SYS_geteuid) != 0)
      return -EPERM;
    L.Cur = New.rlim_cur;
    L.Max = New.rlim_max;
    L.Set = true;
    K.limitMemory(memoryLimits());
  }
  return OldAddr && !copyTo(OldAddr, Old) ? -EFAULT : 0;
}

Result handle::getrlimit(Call &C) {
  if (OwnLimit *L = ownLimit(C.A[0]))
    return C.A[1] ? limit(C.K, C.A[0], 0, C.A[1], *L) : -EFAULT;
  return hostPass(C);
}

Result handle::setrlimit(Call &C) {
  if (OwnLimit *L = ownLimit(C.A[0]))
    return C.A[1] ? limit(C.K, C.A[0], C.A[1], 0, *L) : -EFAULT;
  return hostPass(C);
}

Result handle::prlimit64(Call &C) {
  const int Pid = static_cast<int>(C.A[0]);
  OwnLimit *L = ownLimit(C.A[1]);
  if (L && (Pid == 0 || Pid == hostCall(SYS_getpid)))
    return limit(C.K, C.A[1], C.A[2], C.A[3], *L);
  return hostPass(C);
}

} // namespace xlate::sys
