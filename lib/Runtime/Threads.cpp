//===- Threads.cpp - Guest threads ----------------------------------------===//
//
// A guest thread is a pthread of ours, so that the C++ runtime has its TLS. The
// guest's own TLS is a register of its CpuState.
//
//===----------------------------------------------------------------------===//

#include "Process.h"
#include "ResumePoint.h"
#include "Signals.h"
#include "xlate/Ops/FpEnv.h"
#include "xlate/Runtime/Stubs.h"
#include "xlate/Support/HostCpu.h"
#include "xlate/Support/Sanitizers.h"
#include "xlate/Syscall/SafeCopy.h"
#include <asm/prctl.h>
#include <cstring>
#include <linux/futex.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

[[gnu::section(".bss.sparse")]] JumpCacheEntry
    xlate::runtime::EmptyJumpCache[JumpCacheSize];

constexpr size_t AltStackBytes = 32 << 10;

//--- Memory of a thread -------------------------------------------------------

void *Process::mapForRuntime(size_t Size) {
  void *P = ::mmap(nullptr, Size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (P == MAP_FAILED)
    return nullptr;
  Mem.addRuntimeRange(reinterpret_cast<uint64_t>(P),
                      reinterpret_cast<uint64_t>(P) + Size);
  return P;
}

void Process::unmapOfRuntime(void *P, size_t Size) {
  if (!P)
    return;
  // In this order: as soon as it is unmapped the guest may get the range.
  Mem.removeRuntimeRange(reinterpret_cast<uint64_t>(P),
                         reinterpret_cast<uint64_t>(P) + Size);
  ::munmap(P, Size);
}

// One mapping: the host's registers at a fault, the signal stack, a guard, the
// stack of units (UnitFrame), the thread, its jump cache.
constexpr size_t ContextBytes = (sizeof(HostContext) + 4095) & ~size_t(4095);
constexpr size_t GuardBytes = 4096;
constexpr size_t BeforeGuard = ContextBytes + AltStackBytes;
constexpr size_t BeforeThread = BeforeGuard + GuardBytes + abi::UnitStackBytes;
constexpr size_t BeforeJumpCache =
    (BeforeThread + sizeof(GuestThread) + 4095) & ~size_t(4095);
constexpr size_t JumpCacheBytes = JumpCacheSize * sizeof(JumpCacheEntry);

char *Process::mapThread(bool First, size_t &Size) {
  // Where a process has much to run, its first thread mostly does: the cache of
  // that may become a huge page (GuestThread::growJumpCache).
  Size = BeforeJumpCache + (First ? HugePage : JumpCacheBytes);
  auto *P = static_cast<char *>(mapForRuntime(Size + (First ? HugePage : 0)));
  if (!P || !First)
    return P;
  const auto Cache = reinterpret_cast<uintptr_t>(P) + BeforeJumpCache;
  const uintptr_t Before = -Cache & (HugePage - 1);
  unmapOfRuntime(P, Before);
  P += Before;
  unmapOfRuntime(P + Size, HugePage - Before);
  // All at once costs less than one by one.
  ::madvise(P + BeforeThread - 4096,
            BeforeJumpCache - BeforeThread + 4096 +
                FirstJumpCacheSize * sizeof(JumpCacheEntry),
            MADV_POPULATE_WRITE);
  return P;
}

GuestThread *Process::newThread(bool First) {
  size_t Size;
  char *P = mapThread(First, Size);
  if (!P)
    return nullptr;
  ::mprotect(P + BeforeGuard, GuardBytes, PROT_NONE);
  auto *T = new (P + BeforeThread) GuestThread();
  T->Mapping = P;
  T->MappingSize = Size;
  T->FaultContext = reinterpret_cast<HostContext *>(P);
  T->AltStack = P + ContextBytes;
  T->S.JumpCache = T->JumpCache =
      reinterpret_cast<JumpCacheEntry *>(P + BeforeJumpCache);
  T->JumpCache[0] = JumpCacheMark;
  if (First)
    EmptyJumpCache[0] = JumpCacheMark;
  T->S.Thread = T;
  T->S.HostMxcsr = fpenv::mxcsrFor(0);
  T->S.Dczid = 4;
  initStubs(T->S);
  T->S.JumpCacheMask = jumpCacheMask(FirstJumpCacheSize);
  T->S.HeatMask = FirstHeatMask;
  auto Stub = [](void (*Avx)(), void (*Sse)()) {
    return reinterpret_cast<void *>(CPU_FEATURE_ACTIVE(AVX) ? Avx : Sse);
  };
  T->S.CopyStub = Stub(xlate_mops_copy_avx, xlate_mops_copy_sse);
  T->S.CopyForwardStub =
      Stub(xlate_mops_copy_forward_avx, xlate_mops_copy_forward_sse);
  T->S.SetStub = Stub(xlate_mops_set_avx, xlate_mops_set_sse);
#if !defined(XLATE_ASAN) && !defined(XLATE_TSAN) // they use vector registers
  T->S.FindUnit = reinterpret_cast<void *>(findUnit);
#endif
  return T;
}

void Process::freeThread(GuestThread *T) {
  if (!T)
    return;
  void *Stack = T->HostStack;
  const size_t StackSize = T->HostStackSize;
  void *Mapping = T->Mapping;
  const size_t MappingSize = T->MappingSize;
  T->~GuestThread();
  unmapOfRuntime(Stack, StackSize);
  unmapOfRuntime(Mapping, MappingSize);
}

GuestThread *Process::newChild(GuestThread &T, const clone_args &Args,
                               size_t StackSize) {
  GuestThread *C = newThread();
  if (C)
    C->HostStack = mapForRuntime(StackSize);
  if (!C || !C->HostStack) {
    freeThread(C);
    return nullptr;
  }
  C->HostStackSize = StackSize;
  fpenv::collectFlags(T.S);
  copyArchState(C->S, T.S);
  C->Signals = T.Signals;
  C->SigMask = T.SigMask;
  C->LastFaultAddr = T.LastFaultAddr;
  C->LastFaultEsr = T.LastFaultEsr;
  C->MaskClosed = true; // opened by the first safepoint
  C->S.PollFlag = 1;
  if (isAnnounced(T))
    C->TraceAsked = SIGSTOP;
  applyCloneArgs(*C, Args);
  return C;
}

void Process::copyArchState(CpuState &To, const CpuState &From) {
  std::memcpy(To.X, From.X, sizeof To.X);
  To.Pc = From.Pc;
  To.N = From.N, To.Z = From.Z, To.C = From.C, To.V_ = From.V_;
  To.PstateHints = From.PstateHints;
  To.Fpcr = From.Fpcr;
  To.Fpsr = From.Fpsr;
  To.HostMxcsr = From.HostMxcsr;
  To.Unmasked = From.Unmasked;
  To.TpidrEl0 = From.TpidrEl0;
  To.TpidrroEl0 = From.TpidrroEl0;
  std::memcpy(To.V, From.V, sizeof To.V);
  To.ExclSize = 0;
}

void Process::applyCloneArgs(GuestThread &Child, const clone_args &Args) {
  CpuState &S = Child.S;
  S.X[0] = 0;
  if (Args.stack)
    S.X[31] = Args.stack + Args.stack_size;
  if (Args.flags & CLONE_SETTLS)
    S.TpidrEl0 = Args.tls;
  Child.ClearChildTid = Args.flags & CLONE_CHILD_CLEARTID ? Args.child_tid : 0;
}

//--- The list -----------------------------------------------------------------

void Process::link(GuestThread *T, const GuestThread *Creator) {
  std::lock_guard G(ThreadLock);
  if (Creator)
    T->Seccomp = Creator->Seccomp;
  T->Next = Threads;
  T->Prev = nullptr;
  if (Threads)
    Threads->Prev = T;
  Threads = T;
}

void Process::unlink(GuestThread *T) {
  std::lock_guard G(ThreadLock);
  unlinkLocked(T);
}

void Process::unlinkLocked(GuestThread *T) {
  (T->Prev ? T->Prev->Next : Threads) = T->Next;
  if (T->Next)
    T->Next->Prev = T->Prev;
}

void Process::bind(GuestThread *T) {
  syscall(SYS_arch_prctl, ARCH_SET_GS, &T->S);
  T->Tid = static_cast<int>(syscall(SYS_gettid));
  stack_t Alt = {T->AltStack, 0, AltStackBytes - 64};
  ::sigaltstack(&Alt, nullptr);
  fpenv::enter(T->S);
}

//--- Start --------------------------------------------------------------------

void Process::storeTid(uint64_t Addr, int Tid) {
  (void)sys::copyTo(Addr, Tid); // as put_user() in the kernel, unchecked
}

namespace {
struct StartInfo {
  Process *P;
  GuestThread *T, *Creator;
  clone_args Args;
  /// The thread's number, once it is up. By then it may have ended, and T with
  /// it: another thread joins it.
  std::atomic<int> Tid{0};
};
} // namespace

static void *threadMain(void *Arg) {
  auto *Info = static_cast<StartInfo *>(Arg);
  Process *P = Info->P;
  GuestThread *T = Info->T;
  Process::bind(T);
  // pthreads share all this, a guest's thread may not want to.
  const int Apart = static_cast<int>(~Info->Args.flags &
                                     (CLONE_FILES | CLONE_FS | CLONE_SYSVSEM));
  if (Apart)
    syscall(SYS_unshare, Apart);
  if (Info->Args.flags & CLONE_CHILD_SETTID)
    Process::storeTid(Info->Args.child_tid, T->Tid);
  if (Info->Args.flags & CLONE_PARENT_SETTID)
    Process::storeTid(Info->Args.parent_tid, T->Tid);
  P->link(T, Info->Creator);
  Info->Tid.store(T->Tid, std::memory_order_release);
  // Info may be gone from here on, and its stack slot another's.
  syscall(SYS_futex, &Info->Tid, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  P->run(T);
}

std::atomic<UndoList> runtime::HasUndo{UndoList::Unknown};

namespace {
struct UndoQuestion {
  pid_t Asker;
  long Answer = -1;
};
} // namespace

/// In a process that has no list: 0 = the asking one hasn't either.
static int compareUndo(void *Arg) {
  auto *Q = static_cast<UndoQuestion *>(Arg);
  Q->Answer =
      syscall(SYS_kcmp, Q->Asker, syscall(SYS_getpid), KCMP_SYSVSEM, 0L, 0L);
  return 0;
}

/// Whether the process has a list: it may have been executed with one.
static UndoList askForUndo() {
  UndoQuestion Q{getpid()};
  alignas(16) char Stack[16 << 10];
  const int Pid =
      __clone(compareUndo, Stack + sizeof Stack, CLONE_VM | CLONE_VFORK, &Q);
  if (Pid > 0)
    while (waitpid(Pid, nullptr, __WCLONE) < 0 && errno == EINTR)
      ;
  return Q.Answer == 0 ? UndoList::None : UndoList::Kept;
}

int runtime::startHostThread(pthread_t &Thread, void *Stack, size_t Size,
                             void *(*Main)(void *), void *Arg) {
  // Our threads begin with every signal blocked. The first one that the C
  // library makes also takes a signal number for its own use: the guest's
  // library has the same use for it, so it gets its disposition back.
  constexpr int SigSetxid = 33;
  static std::atomic<bool> First{true};
  const bool Restore = First.exchange(false);
  KernelSigaction Setxid;
  uint64_t All = ~uint64_t(0), Old;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &All, &Old, 8);
  if (Restore)
    syscall(SYS_rt_sigaction, SigSetxid, nullptr, &Setxid, 8);
  if (UndoList Known = HasUndo; Known == UndoList::Unknown)
    HasUndo.compare_exchange_strong(Known, askForUndo());
  pthread_attr_t Attr;
  pthread_attr_init(&Attr);
  pthread_attr_setstack(&Attr, Stack, Size);
  fpenv::HostModes Inherited;
  const int Err = pthread_create(&Thread, &Attr, Main, Arg);
  pthread_attr_destroy(&Attr);
  if (!Err && HasUndo == UndoList::None)
    syscall(SYS_unshare, CLONE_SYSVSEM);
  if (Restore)
    syscall(SYS_rt_sigaction, SigSetxid, &Setxid, nullptr, 8);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &Old, nullptr, 8);
  return Err;
}

sys::Result Process::startThread(GuestThread &T, const clone_args &Args) {
  reapThreads();
  GuestThread *C = newChild(T, Args, HostStackBytes);
  if (!C)
    return -EAGAIN;
  StartInfo Info{this, C, &T, Args, {}};
  if (startHostThread(C->Host, C->HostStack, HostStackBytes, threadMain,
                      &Info)) {
    freeThread(C);
    return -EAGAIN;
  }
  int Tid;
  while (!(Tid = Info.Tid.load(std::memory_order_acquire)))
    syscall(SYS_futex, &Info.Tid, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
  return Tid;
}

//--- End ----------------------------------------------------------------------

void Process::reapThreads() {
  std::vector<GuestThread *> Done;
  {
    std::lock_guard G(ThreadLock);
    Done.swap(Zombies);
  }
  for (GuestThread *Z : Done) {
    pthread_join(Z->Host, nullptr);
    freeThread(Z);
  }
}

sys::Result Process::callAlone(long Nr, uint64_t A0, uint64_t A1) {
  // In a PID namespace to come, the first child must be the guest's.
  UndoList Undo = UndoList::Unknown;
  HasUndo.compare_exchange_strong(Undo, UndoList::Kept);
  const auto Call = [&]() -> sys::Result {
    const long R = syscall(Nr, A0, A1);
    return R < 0 ? -errno : R;
  };
  bool HasThreads;
  {
    std::lock_guard G(ThreadLock);
    HasThreads = Threads && Threads->Next;
  }
  if (HasThreads)
    return Call(); // the guest's own: it is to be refused
  reapThreads();
  Hot.endThread();
  // A thread that was joined takes a moment more to leave the process.
  sys::Result R = -EINVAL;
  for (int Try = 0; Try < 100 && R == -EINVAL; ++Try) {
    if (Try)
      usleep(100);
    R = Call();
  }
  Hot.letThread();
  return R;
}

sys::Result Process::setTidAddress(CpuState &S, uint64_t Addr) {
  GuestThread &T = GuestThread::of(S);
  T.ClearChildTid = Addr;
  return T.Tid;
}

/// One futex of a dying thread, as the kernel's handle_futex_death().
static void abandonFutex(uint64_t Addr, int Tid, bool Pi) {
  uint32_t Word;
  const int Protection = TheProcess->Mem.protection(Addr);
  if (Addr & 3 || !sys::copyFrom(Word, Addr) || Protection < 0 ||
      !(Protection & PROT_WRITE))
    return;
  auto *P = reinterpret_cast<uint32_t *>(Addr);
  do {
    if ((Word & FUTEX_TID_MASK) != static_cast<uint32_t>(Tid))
      return;
  } while (!__atomic_compare_exchange_n(
      P, &Word, (Word & FUTEX_WAITERS) | FUTEX_OWNER_DIED, false,
      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
  if (!Pi && Word & FUTEX_WAITERS)
    syscall(SYS_futex, Addr, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

/// The kernel would walk the list when the host thread ends; by then the guest
/// has been told that its thread is gone and may have unmapped it. PI futexes
/// are the kernel's all the same: it holds their state.
static void abandonRobustList(int Tid) {
  struct {
    uint64_t Next;
    int64_t Offset;
    uint64_t Pending;
  } Head;
  uint64_t At = 0;
  size_t Size = 0;
  if (syscall(SYS_get_robust_list, 0, &At, &Size) || !At ||
      !sys::copyFrom(Head, At))
    return;
  constexpr int Limit = 2048; // ROBUST_LIST_LIMIT
  uint64_t E = Head.Next;
  for (int I = 0; I != Limit && (E & ~uint64_t(1)) != At; ++I) {
    uint64_t Next;
    if (!sys::copyFrom(Next, E & ~uint64_t(1)))
      return;
    if (E != Head.Pending)
      abandonFutex((E & ~uint64_t(1)) + static_cast<uint64_t>(Head.Offset), Tid,
                   E & 1);
    E = Next;
  }
  if (Head.Pending)
    abandonFutex((Head.Pending & ~uint64_t(1)) +
                     static_cast<uint64_t>(Head.Offset),
                 Tid, Head.Pending & 1);
  syscall(SYS_set_robust_list, nullptr, sizeof Head);
}

sys::Result Process::exitThread(CpuState &S, int Status) {
  endThread(GuestThread::of(S), (Status & 0xff) << 8);
}

void Process::endThread(GuestThread &T, int WaitStatus) {
  traceExit(T, WaitStatus);
  const int Status = WaitStatus >> 8;
  uint64_t All = ~uint64_t(0);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &All, nullptr, 8);
  abandonRobustList(T.Tid);
  if (T.ClearChildTid && sys::copyTo(T.ClearChildTid, 0))
    syscall(SYS_futex, T.ClearChildTid, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  if (T.BorrowsMemory)
    syscall(SYS_exit, Status); // its creator cleans up
  const bool Leader = !T.HostStack;
  bool Last = true;
  {
    // In one step: of two threads that end together one must be the last.
    std::lock_guard G(ThreadLock);
    unlinkLocked(&T);
    for (GuestThread *O = Threads; O && Last; O = O->Next)
      Last &= O->BorrowsMemory;
    if (!Leader && !Last)
      Zombies.push_back(&T);
  }
  if (Last) { // the host may have threads left
    PendingSignal P = {};
    P.Sig = P.Info.si_signo = WaitStatus & 0x7f;
    if (P.Sig)
      dieBySignal(T, P, 0);
    exitGroup(T.S, Status);
  }
  if (Leader)
    syscall(SYS_exit, Status); // its stack is the process's
  pthread_exit(nullptr);
}

sys::Result Process::exitGroup(CpuState &S, int Status) {
  GuestThread &T = GuestThread::of(S);
  traceExit(T, (Status & 0xff) << 8);
  if (!T.BorrowsMemory) {
    recordProfile(false);
    reportStats();
  }
  syscall(SYS_exit_group, Status);
  __builtin_unreachable();
}
