//===- Fork.cpp - fork, vfork and processes that share memory -------------===//
//
// A fork is the C library's (it leaves malloc usable in the child) under the
// runtime's locks. A process that shares its creator's memory is a real one on
// a host stack of its own. It needs host TLS too: after vfork it borrows that
// of its suspended creator, otherwise that of a thread made for the purpose.
//
//===----------------------------------------------------------------------===//

#include "HostStack.h"
#include "Process.h"
#include "Signals.h"
#include "xlate/Syscall/SafeCopy.h"
#include <cstring>
#include <linux/futex.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif

/// What the runtime does itself.
constexpr uint64_t OwnFlags = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID |
                              CLONE_PARENT_SETTID | CLONE_SETTLS |
                              CLONE_CLEAR_SIGHAND;

/// CLONE_CLEAR_SIGHAND: handlers become SIG_DFL.
static void clearHandlers(SignalTable &Table) {
  for (int Sig = 1; Sig <= NumSignals; ++Sig) {
    KernelSigaction &A = Table.Actions[Sig];
    if (A.Handler <= 1)
      continue;
    A = {};
    if (!(HostSync & sigBit(Sig)))
      setHostAction(Sig, 0, 0);
  }
}

//--- fork ---------------------------------------------------------------------

void Process::lockForFork(GuestThread &T) {
  WorldLock.lock();
  Hot.lockForFork();
  Code.mutex().lock();
  ThreadLock.lock();
  T.Signals->lock();
  Mem.lockForFork();
  sys::lockForFork();
}

void Process::unlockAfterFork(GuestThread &T, bool InChild) {
  sys::unlockAfterFork(InChild);
  Mem.unlockAfterFork(InChild);
  T.Signals->unlock();
  ThreadLock.unlock();
  Code.mutex().unlock();
  Hot.unlockAfterFork(InChild);
  WorldLock.unlock();
}

/// Where the C library keeps the calling thread's number, which its locks know
/// their owners by: as the kernel has been told to clear it at the thread's
/// end. In a new PID namespace a thread soon gets the number that the child's
/// first one would still have.
static uint64_t hostTidWord() {
  uint64_t Word = 0;
  static int Unknown; // if the kernel doesn't tell
  return syscall(SYS_prctl, PR_GET_TID_ADDRESS, &Word) == 0 && Word
             ? Word
             : reinterpret_cast<uint64_t>(&Unknown);
}

sys::Result Process::forkProcess(GuestThread &T, const clone_args &Args) {
  const uint64_t Extra = Args.flags & ~OwnFlags;
  int PidFd = -1;
  long Pid;
  // What is sent to the child before it has cleared its copy of what the parent
  // has caught must wait.
  uint64_t All = ~uint64_t(0), Old;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &All, &Old, 8);
  lockForFork(T);
  if (!Extra && Args.exit_signal == SIGCHLD && !Args.set_tid_size) {
    Pid = ::fork();
    if (Pid < 0)
      Pid = -errno;
  } else {
    // Namespaces and the like: the C library's fork can't ask for them.
    clone_args A = Args;
    A.flags = Extra | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
    A.stack = A.stack_size = A.tls = A.parent_tid = 0;
    A.child_tid = hostTidWord();
    if (Extra & CLONE_PIDFD)
      A.pidfd = reinterpret_cast<uint64_t>(&PidFd);
    Pid = syscall(SYS_clone3, &A, sizeof A);
    if (Pid < 0)
      Pid = -errno;
  }
  unlockAfterFork(T, Pid == 0);
  if (Pid == 0) {
    HasUndo = Extra & CLONE_SYSVSEM ? UndoList::Kept : UndoList::None;
    Record.forked(Code, Hot.numCompiledBlocks());
  }

  if (Pid != 0) {
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &Old, nullptr, 8);
    if (Pid > 0) {
      if (Args.flags & CLONE_PARENT_SETTID)
        storeTid(Args.parent_tid, static_cast<int>(Pid));
      if (Extra & CLONE_PIDFD)
        storeTid(Args.pidfd, PidFd);
    }
    return Pid;
  }
  // Child: this is the only thread, with nothing pending.
  Threads = &T;
  T.Next = T.Prev = nullptr;
  Zombies.clear();
  T.Tid = static_cast<int>(syscall(SYS_gettid));
  T.HostStack = nullptr; // now the initial thread of its process
  T.BorrowsMemory = false;
  T.HasCaught = false;
  for (auto &Has : T.HasHeld)
    Has = false;
  const bool Traced = isAnnounced(T);
  endTrace(T);
  if (Traced) {
    T.TraceAsked = SIGSTOP;
    T.requestSafepoint();
  }
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &Old, nullptr, 8);
  applyCloneArgs(T, Args);
  if (Args.flags & CLONE_CLEAR_SIGHAND)
    clearHandlers(*T.Signals);
  if (Args.flags & CLONE_CHILD_SETTID)
    storeTid(Args.child_tid, T.Tid);
  return 0;
}

//--- Processes that share memory ----------------------------------------------

namespace {

/// Lives until the child has said that it runs.
struct ChildInfo {
  Process *P;
  GuestThread *T;
  clone_args Args;
  BorrowedStack *Stack;
  std::atomic<int> Started{0};
};

} // namespace

/// A thread that does nothing but own TLS, for as long as the child lives.
struct Process::TlsLender {
  Process *P;
  GuestThread *Child;
  uint64_t ClearTid; ///< CLONE_CHILD_CLEARTID of the guest.
  std::atomic<void *> Tls{nullptr};
  BorrowedStack Stack = {};
  /// Tid of the child; the kernel clears it when the child leaves this memory.
  std::atomic<int> Alive{-1};
};

/// Without touching TLS, errno included: it is the child's.
static void quietWait(std::atomic<int> &Word, int While) {
  register long Timeout asm("r10") = 0;
  long R = SYS_futex;
  asm volatile("syscall"
               : "+a"(R)
               : "D"(&Word), "S"(FUTEX_WAIT), "d"(While), "r"(Timeout)
               : "rcx", "r11", "memory");
}

void *Process::lendTls(void *Arg) {
  auto *L = static_cast<TlsLender *>(Arg);
  syscall(SYS_unshare, CLONE_SYSVSEM);
  L->Tls.store(reinterpret_cast<void *>(pthread_self()));
  while (const int V = L->Alive.load(std::memory_order_acquire))
    quietWait(L->Alive, V);
  L->Stack.leave();
  Process *P = L->P;
  if (L->ClearTid && sys::copyTo(L->ClearTid, 0))
    syscall(SYS_futex, L->ClearTid, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  P->unlink(L->Child);
  // The stack we run on is part of the child's: let it be reaped with us.
  std::lock_guard G(P->ThreadLock);
  P->Zombies.push_back(L->Child);
  delete L;
  return nullptr;
}

static int childMain(void *Arg) {
  auto *Info = static_cast<ChildInfo *>(Arg);
  Process *P = Info->P;
  GuestThread *T = Info->T;
  Info->Stack->enter(T->HostStack, T->HostStackSize);
  Process::bind(T);
  if (Info->Args.flags & CLONE_CLEAR_SIGHAND)
    clearHandlers(*T->Signals);
  if (Info->Args.flags & CLONE_CHILD_SETTID)
    Process::storeTid(Info->Args.child_tid, T->Tid);
  Info->Started.store(1, std::memory_order_release);
  P->run(T);
}

sys::Result Process::shareMemory(GuestThread &T, const clone_args &Args) {
  reapThreads();
  const bool Suspends = Args.flags & CLONE_VFORK;
  // The lender of TLS needs a stack too: the lower half.
  GuestThread *C = newChild(T, Args, HostStackBytes * (Suspends ? 1 : 2));
  if (!C)
    return -EAGAIN;
  C->BorrowsMemory = true;
  if (!(Args.flags & CLONE_SIGHAND)) {
    C->Signals = std::make_shared<SignalTable>();
    std::lock_guard G(*T.Signals);
    std::memcpy(C->Signals->Actions, T.Signals->Actions,
                sizeof T.Signals->Actions);
    C->Signals->Learned = T.Signals->Learned;
    C->Signals->View = T.Signals->View.load();
  }
  BorrowedStack Stack = {};
  ChildInfo Info{this, C, Args, &Stack};
  char *StackTop = static_cast<char *>(C->HostStack) + C->HostStackSize;
  uint64_t Flags =
      (Args.flags & ~OwnFlags) | Args.exit_signal | CLONE_CHILD_CLEARTID;
  void *ChildTid = reinterpret_cast<void *>(
      Args.flags & CLONE_CHILD_CLEARTID ? Args.child_tid : 0);
  C->ClearChildTid = 0; // the kernel or the lender sees to it
  TlsLender *Lender = nullptr;
  void *Tls = nullptr;
  if (Suspends) {
    C->GuestAltStack = T.GuestAltStack;
  } else {
    Lender = new TlsLender{this, C, reinterpret_cast<uint64_t>(ChildTid)};
    if (startHostThread(C->Host, C->HostStack, HostStackBytes, lendTls,
                        Lender)) {
      delete Lender;
      freeThread(C);
      return -EAGAIN;
    }
    while (!(Tls = Lender->Tls.load()))
      sched_yield();
    Info.Stack = &Lender->Stack;
    ChildTid = &Lender->Alive;
    // We are done with the lender before its end, which the kernel's store to
    // Alive brings about.
    Lender->Alive.store(-1, std::memory_order_release);
    Flags |= CLONE_SETTLS;
  }
  void *ParentWord = reinterpret_cast<void *>(Args.pidfd);
  if (!(Args.flags & CLONE_PIDFD) && Args.flags & CLONE_PARENT_SETTID) {
    ParentWord = reinterpret_cast<void *>(Args.parent_tid);
    Flags |= CLONE_PARENT_SETTID;
  }

  link(C, &T);
  // The child must not be interrupted before it has its own state.
  uint64_t All = ~uint64_t(0), Old;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &All, &Old, 8);
  const int Pid = __clone(childMain, StackTop, static_cast<int>(Flags), &Info,
                          ParentWord, Tls, ChildTid);
  const int Err = errno;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &Old, nullptr, 8);
  if (Lender) {
    if (Pid < 0)
      Lender->Alive = 0;
    else
      while (!Info.Started.load(std::memory_order_acquire))
        sched_yield();
    if (Pid < 0)
      syscall(SYS_futex, &Lender->Alive, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  } else {
    // The child has executed a program or is gone.
    Stack.leave();
    unlink(C);
    freeThread(C);
  }
  if (Pid < 0)
    return -Err;
  if ((Args.flags & CLONE_PIDFD) && (Args.flags & CLONE_PARENT_SETTID))
    storeTid(Args.parent_tid, Pid);
  return Pid;
}

//--- clone --------------------------------------------------------------------

sys::Result Process::clone(CpuState &S, const clone_args &Args) {
  GuestThread &T = GuestThread::of(S);
  constexpr uint64_t ThreadFlags = CLONE_VM | CLONE_SIGHAND;
  const uint64_t F = Args.flags;
  if ((F & CLONE_THREAD && (F & ThreadFlags) != ThreadFlags) ||
      (F & CLONE_SIGHAND && !(F & CLONE_VM)) ||
      (F & CLONE_SIGHAND && F & CLONE_CLEAR_SIGHAND) ||
      (F & CLONE_FS && F & (CLONE_NEWNS | CLONE_NEWUSER)))
    return -EINVAL;
  if (F & CLONE_THREAD && F & (CLONE_NEWUSER | CLONE_NEWPID | CLONE_PIDFD))
    return -EINVAL;
  const bool Announced = announceChild(T, Args);
  const sys::Result R = createChild(T, Args);
  if (Announced && R != 0)
    childCreated(T, Args, R);
  return R;
}

sys::Result Process::createChild(GuestThread &T, const clone_args &Args) {
  if (Args.flags & CLONE_SYSVSEM)
    HasUndo = UndoList::Kept;
  if (Args.flags & CLONE_THREAD)
    return startThread(T, Args);
  if (Args.flags & CLONE_VM)
    return shareMemory(T, Args);
  clone_args A = Args;
  A.flags &= ~uint64_t(CLONE_VFORK); // its own memory: nothing to wait for
  return forkProcess(T, A);
}
