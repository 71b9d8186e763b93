//===- Threads.cpp - clone, fork, vfork and thread exit -------------------===//
//
// A guest thread is a pthread of ours, so that the C++ runtime has its TLS. A
// fork is the C library's fork (it leaves malloc usable in the child) under the
// runtime's locks. A vfork child is a real CLONE_VM | CLONE_VFORK child on its
// own host stack: it borrows the suspended parent's TLS.
//
//===----------------------------------------------------------------------===//

#include "Process.h"
#include "xlate/Runtime/Stubs.h"
#include "xlate/Syscall/SafeCopy.h"
#include <asm/prctl.h>
#include <cstring>
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

JumpCacheEntry xlate::runtime::EmptyJumpCache[JumpCacheSize];

constexpr size_t HostStackBytes = 256 << 10;
constexpr size_t AltStackBytes = 32 << 10;

static void *mapPages(size_t Size) {
  void *P = mmap(nullptr, Size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return P == MAP_FAILED ? nullptr : P;
}

static size_t threadBytes() {
  return (sizeof(GuestThread) + JumpCacheSize * sizeof(JumpCacheEntry) +
          AltStackBytes + 4095) &
         ~size_t(4095);
}

GuestThread *Process::newThread() {
  // One mapping: the thread, its signal stack, its jump cache.
  char *P = static_cast<char *>(mapPages(threadBytes()));
  if (!P)
    return nullptr;
  Mem.addRuntimeRange(reinterpret_cast<uint64_t>(P),
                      reinterpret_cast<uint64_t>(P) + threadBytes());
  auto *T = new (P) GuestThread();
  T->AltStack = P + ((sizeof(GuestThread) + 63) & ~size_t(63));
  T->S.JumpCache = T->JumpCache = reinterpret_cast<JumpCacheEntry *>(
      P + threadBytes() - JumpCacheSize * sizeof(JumpCacheEntry));
  T->JumpCache[0] = EmptyJumpCache[0] = JumpCacheMark;
  T->S.Thread = T;
  T->S.HostMxcsr = 0x1f80;
  T->S.Dczid = 4;
  initStubs(T->S);
  return T;
}

void Process::freeThread(GuestThread *T) {
  Mem.removeRuntimeRange(reinterpret_cast<uint64_t>(T),
                         reinterpret_cast<uint64_t>(T) + threadBytes());
  T->~GuestThread();
  ::munmap(static_cast<void *>(T), threadBytes());
}

void Process::link(GuestThread *T) {
  std::lock_guard G(ThreadLock);
  T->Next = Threads;
  T->Prev = nullptr;
  if (Threads)
    Threads->Prev = T;
  Threads = T;
}

void Process::unlink(GuestThread *T) {
  std::lock_guard G(ThreadLock);
  (T->Prev ? T->Prev->Next : Threads) = T->Next;
  if (T->Next)
    T->Next->Prev = T->Prev;
}

void Process::bind(GuestThread *T) {
  syscall(SYS_arch_prctl, ARCH_SET_GS, &T->S);
  T->Tid = static_cast<int>(syscall(SYS_gettid));
  stack_t Alt = {T->AltStack, 0, AltStackBytes - 64};
  ::sigaltstack(&Alt, nullptr);
}

/// Architectural state of a child: everything but the runtime's own fields.
static void copyGuestState(CpuState &To, const CpuState &From) {
  std::memcpy(To.X, From.X, sizeof To.X);
  To.Pc = From.Pc;
  To.N = From.N, To.Z = From.Z, To.C = From.C, To.V_ = From.V_;
  To.Fpcr = From.Fpcr;
  To.Fpsr = From.Fpsr;
  To.HostMxcsr = From.HostMxcsr;
  To.TpidrEl0 = From.TpidrEl0;
  To.TpidrroEl0 = From.TpidrroEl0;
  std::memcpy(To.V, From.V, sizeof To.V);
  To.ExclSize = 0;
}

static void applyCloneArgs(GuestThread &Child, const clone_args &Args) {
  CpuState &S = Child.S;
  S.X[0] = 0;
  if (Args.stack)
    S.X[31] = Args.stack + Args.stack_size;
  if (Args.flags & CLONE_SETTLS)
    S.TpidrEl0 = Args.tls;
  if (Args.flags & CLONE_CHILD_CLEARTID)
    Child.ClearChildTid = Args.child_tid;
}

static void storeTid(uint64_t Addr, int Tid) {
  __atomic_store_n(reinterpret_cast<int *>(Addr), Tid, __ATOMIC_SEQ_CST);
}

static void loadMxcsr(const CpuState &S) {
  __builtin_ia32_ldmxcsr(S.HostMxcsr);
}

//--- Threads ------------------------------------------------------------------

namespace {
struct StartInfo {
  Process *P;
  GuestThread *T;
  clone_args Args;
  std::atomic<int> Ready{0};
};
} // namespace

static void futexWait(std::atomic<int> &Word, int While) {
  while (Word.load(std::memory_order_acquire) == While)
    syscall(SYS_futex, &Word, FUTEX_WAIT_PRIVATE, While, nullptr, nullptr, 0);
}

static void *threadMain(void *Arg) {
  auto *Info = static_cast<StartInfo *>(Arg);
  Process *P = Info->P;
  GuestThread *T = Info->T;
  // The C library opens the mask for its cancellation signal, which may be the
  // guest's timer signal.
  const uint64_t All = ~uint64_t(0);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &All, nullptr, 8);
  Process::bind(T);
  if (Info->Args.flags & CLONE_CHILD_SETTID)
    storeTid(Info->Args.child_tid, T->Tid);
  if (Info->Args.flags & CLONE_PARENT_SETTID)
    storeTid(Info->Args.parent_tid, T->Tid);
  loadMxcsr(T->S);
  P->link(T);
  Info->Ready.store(1, std::memory_order_release);
  syscall(SYS_futex, &Info->Ready, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  // Info is gone from here on. The mask opens at the first safepoint.
  T->S.PollFlag.store(1, std::memory_order_relaxed);
  P->run(T);
}

void Process::reapStacks() {
  std::vector<GuestThread *> Done;
  {
    std::lock_guard G(ThreadLock);
    Done.swap(Zombies);
  }
  for (GuestThread *Z : Done) {
    pthread_join(Z->Host, nullptr);
    Mem.removeRuntimeRange(reinterpret_cast<uint64_t>(Z->HostStack),
                           reinterpret_cast<uint64_t>(Z->HostStack) +
                               Z->HostStackSize);
    ::munmap(Z->HostStack, Z->HostStackSize);
    freeThread(Z);
  }
}

sys::Result Process::startThread(GuestThread &T, const clone_args &Args) {
  reapStacks();
  GuestThread *C = newThread();
  void *Stack = mapPages(HostStackBytes);
  if (!C || !Stack)
    return -EAGAIN;
  Mem.addRuntimeRange(reinterpret_cast<uint64_t>(Stack),
                      reinterpret_cast<uint64_t>(Stack) + HostStackBytes);
  C->HostStack = Stack;
  C->HostStackSize = HostStackBytes;
  copyGuestState(C->S, T.S);
  C->Signals = T.Signals;
  C->SigMask = T.SigMask;
  applyCloneArgs(*C, Args);

  StartInfo Info{this, C, Args, {}};
  pthread_attr_t Attr;
  pthread_attr_init(&Attr);
  pthread_attr_setstack(&Attr, Stack, HostStackBytes);
  // The child starts with everything blocked: it has no guest context yet.
  uint64_t All = ~uint64_t(0), Old;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &All, &Old, 8);
  int Err = pthread_create(&C->Host, &Attr, threadMain, &Info);
  if (!Err)
    futexWait(Info.Ready, 0);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &Old, nullptr, 8);
  pthread_attr_destroy(&Attr);
  if (Err) {
    Mem.removeRuntimeRange(reinterpret_cast<uint64_t>(Stack),
                           reinterpret_cast<uint64_t>(Stack) + HostStackBytes);
    ::munmap(Stack, HostStackBytes);
    freeThread(C);
    return -EAGAIN;
  }
  return C->Tid;
}

sys::Result Process::setTidAddress(CpuState &S, uint64_t Addr) {
  GuestThread &T = GuestThread::of(S);
  T.ClearChildTid = Addr;
  return T.Tid;
}

sys::Result Process::exitThread(CpuState &S, int Status) {
  GuestThread &T = GuestThread::of(S);
  if (T.IsVforkChild)
    syscall(SYS_exit, Status);
  uint64_t All = ~uint64_t(0);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &All, nullptr, 8);
  bool Last;
  {
    std::lock_guard G(ThreadLock);
    Last = Threads == &T && !T.Next;
  }
  if (Last)
    exitGroup(S, Status);
  unlink(&T);
  if (T.ClearChildTid) {
    int Zero = 0;
    if (sys::safeCopy(reinterpret_cast<void *>(T.ClearChildTid), &Zero,
                      sizeof Zero))
      syscall(SYS_futex, T.ClearChildTid, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  }
  if (!T.HostStack)
    syscall(SYS_exit, Status); // the initial thread: its stack stays
  {
    std::lock_guard G(ThreadLock);
    Zombies.push_back(&T);
  }
  pthread_exit(nullptr);
}

sys::Result Process::exitGroup(CpuState &S, int Status) {
  if (!GuestThread::of(S).IsVforkChild) {
    recordProfile(false);
    reportStats();
  }
  syscall(SYS_exit_group, Status);
  __builtin_unreachable();
}

//--- Processes
//------------------------------------------------------------------

sys::Result Process::forkProcess(GuestThread &T, const clone_args &Args) {
  // Everything that another thread might hold is ours during the fork.
  Hot.lockForFork();
  Code.mutex().lock();
  ThreadLock.lock();
  Mem.lockForFork();
  constexpr uint64_t Handled = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID |
                               CLONE_PARENT_SETTID | CLONE_SETTLS;
  long Pid;
  int PidFd = -1;
  uint64_t Extra = Args.flags & ~Handled;
  if (Extra == 0 && Args.exit_signal == SIGCHLD && !Args.set_tid_size) {
    Pid = ::fork();
    if (Pid < 0)
      Pid = -errno;
  } else {
    // Namespaces and the like: the C library's fork can't ask for them.
    clone_args A = Args;
    A.flags = Extra;
    A.stack = A.stack_size = A.tls = A.child_tid = A.parent_tid = 0;
    if (Extra & CLONE_PIDFD)
      A.pidfd = reinterpret_cast<uint64_t>(&PidFd);
    Pid = syscall(SYS_clone3, &A, sizeof A);
    if (Pid < 0)
      Pid = -errno;
  }
  Mem.unlockAfterFork();
  ThreadLock.unlock();
  Code.mutex().unlock();
  Hot.unlockAfterFork(Pid == 0);
  if (Pid == 0)
    Record.forked(Code);

  if (Pid != 0) {
    if (Pid > 0) {
      if (Args.flags & CLONE_PARENT_SETTID)
        storeTid(Args.parent_tid, static_cast<int>(Pid));
      if (Extra & CLONE_PIDFD)
        storeTid(Args.pidfd, PidFd);
    }
    return Pid;
  }
  // Child: this is the only thread.
  Threads = &T;
  T.Next = T.Prev = nullptr;
  Zombies.clear();
  T.Tid = static_cast<int>(syscall(SYS_gettid));
  T.ClearChildTid = 0;
  T.HostStack = nullptr; // now the initial thread of its process
  applyCloneArgs(T, Args);
  if (Args.flags & CLONE_CHILD_SETTID)
    storeTid(Args.child_tid, T.Tid);
  return 0;
}

namespace {
struct VforkInfo {
  Process *P;
  GuestThread *T;
};
} // namespace

static int vforkMain(void *Arg) {
  auto *Info = static_cast<VforkInfo *>(Arg);
  Process::bind(Info->T);
  loadMxcsr(Info->T->S);
  Info->T->S.PollFlag.store(1, std::memory_order_relaxed);
  Info->P->run(Info->T);
}

sys::Result Process::vforkProcess(GuestThread &T, const clone_args &Args) {
  GuestThread *C = newThread();
  void *Stack = mapPages(HostStackBytes);
  if (!C || !Stack)
    return -EAGAIN;
  copyGuestState(C->S, T.S);
  C->IsVforkChild = true;
  C->SigMask = T.SigMask;
  if (Args.flags & CLONE_SIGHAND) {
    C->Signals = T.Signals;
  } else {
    C->Signals = std::make_shared<SignalTable>();
    std::memcpy(C->Signals->Actions, T.Signals->Actions,
                sizeof T.Signals->Actions);
  }
  C->GuestAltStack = T.GuestAltStack;
  applyCloneArgs(*C, Args);
  C->ClearChildTid = 0; // the kernel clears it at exec or exit, see flags below

  VforkInfo Info{this, C};
  uint64_t All = ~uint64_t(0), Old;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &All, &Old, 8);
  // Without CLONE_VFORK parent and child would run on one TLS: always suspend.
  int Flags =
      static_cast<int>((Args.flags & ~uint64_t(CLONE_SETTLS)) | CLONE_VFORK) |
      static_cast<int>(Args.exit_signal);
  int Pid = ::clone(
      vforkMain, static_cast<char *>(Stack) + HostStackBytes, Flags, &Info,
      (Args.flags & CLONE_PIDFD) ? reinterpret_cast<int *>(Args.pidfd)
                                 : reinterpret_cast<int *>(Args.parent_tid),
      nullptr, reinterpret_cast<int *>(Args.child_tid));
  int Err = errno;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &Old, nullptr, 8);
  ::munmap(Stack, HostStackBytes);
  freeThread(C);
  return Pid < 0 ? -Err : Pid;
}

sys::Result Process::clone(CpuState &S, const clone_args &Args) {
  GuestThread &T = GuestThread::of(S);
  if (Args.flags & CLONE_THREAD) {
    constexpr uint64_t Needed = CLONE_VM | CLONE_SIGHAND;
    if ((Args.flags & Needed) != Needed)
      return -EINVAL;
    return startThread(T, Args);
  }
  if ((Args.flags & CLONE_SIGHAND) && !(Args.flags & CLONE_VM))
    return -EINVAL;
  if (Args.flags & CLONE_VM)
    return vforkProcess(T, Args);
  clone_args A = Args;
  A.flags &=
      ~uint64_t(CLONE_VFORK); // fork with its own memory: nothing to wait for
  return forkProcess(T, A);
}
