//===- Thread.h - One guest thread ------------------------------*- C++ -*-===//
//
// Each guest thread is one host thread. While it is alive its %gs base is its
// CpuState, in the runtime's own C++ code too.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_RUNTIME_THREAD_H
#define XLATE_RUNTIME_THREAD_H

#include "xlate/Guest/CpuState.h"
#include "xlate/Runtime/InvalidOp.h"
#include "xlate/Runtime/TaggedAccess.h"
#include "xlate/Syscall/Seccomp.h"
#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <sys/mman.h>
#include <vector>

namespace xlate::runtime {

/// The kernel's struct sigaction of both architectures.
struct KernelSigaction {
  uint64_t Handler = 0;
  uint64_t Flags = 0;
  uint64_t Restorer = 0;
  uint64_t Mask = 0;
};

constexpr int NumSignals = 64;
constexpr uint64_t sigBit(int Sig) { return uint64_t(1) << (Sig - 1); }

/// What is looked at where an access faults: what has to be exact there. SP
/// must be nearly always, for handlers have a stack.
enum class FaultView : uint8_t {
  Nothing,
  Frame,     ///< SP, and X29 and X30 where only they lead to the caller.
  Registers, ///< All of them.
};

/// Guest signal dispositions: shared by the threads of a process, copied by
/// fork and vfork.
class SignalTable {
public:
  KernelSigaction get(int Sig) {
    std::lock_guard G(*this);
    return Actions[Sig];
  }
  /// Before the first use of Actions[Sig]: was the signal ignored when the
  /// process began? Asked one by one because that is a system call each, and
  /// most programs care about few. Needs the lock.
  void learn(int Sig);
  /// Back to the default action, as SA_RESETHAND asks.
  void reset(int Sig) {
    std::lock_guard G(*this);
    Actions[Sig].Handler = 0;
  }

  // A spin lock: held for moments, and by a forking thread.
  void lock() {
    while (Locked.test_and_set(std::memory_order_acquire))
      __builtin_ia32_pause();
  }
  void unlock() { Locked.clear(std::memory_order_release); }

  /// Needs the lock.
  KernelSigaction Actions[NumSignals + 1];
  uint64_t Learned = 0; ///< Signals. Needs the lock.
  /// The most that any handler of faults so far, or a tracer, may see.
  std::atomic<FaultView> View{FaultView::Nothing};

private:
  std::atomic_flag Locked = ATOMIC_FLAG_INIT;
};

/// A signal that waits for the thread's next safepoint.
struct PendingSignal {
  siginfo_t Info;
  int Sig;
};

/// A signal that an instruction raised: it is delivered with the registers as
/// they are and can't be blocked.
struct PendingFault {
  PendingSignal P;
  /// What the kernel keeps in thread.fault_address and thread.fault_code, and
  /// shows in every signal frame from then on. Beyond the kernel, BRK leaves
  /// its syndrome, with the immediate, there too.
  uint64_t Addr;
  uint32_t Esr;
  bool AddrUnknown = false; ///< Addr is still to be found out.
  /// GuestThread::FaultContext has where it happened.
  bool HasContext = false;
  bool KnowsSp = true; ///< CpuState has it.
};

/// An entry for address 0 sits where no other address is looked up, so that a
/// zeroed cache is an empty one but for this mark.
constexpr JumpCacheEntry JumpCacheMark = {~uint64_t(0), nullptr};
/// The first thread's cache may become one (JumpCache.cpp).
constexpr size_t HugePage = 2 << 20;
/// Entries that a thread's cache has at first, see JumpCache.cpp.
constexpr unsigned FirstJumpCacheSize = 1 << 10;
/// Always empty; see GuestThread::requestSafepoint.
extern JumpCacheEntry EmptyJumpCache[JumpCacheSize];

struct Tracee;
struct HostContext;
class ResumePoint;

struct GuestThread {
  CpuState S; ///< The stack of units lies right before it, see UnitFrame.

  /// The thread's indirect branch cache. S.JumpCache is this or, while a
  /// safepoint is asked for, EmptyJumpCache.
  JumpCacheEntry *JumpCache = nullptr;
  /// Entries that had to make room since the cache had its present size.
  unsigned JumpCacheEvictions = 0;

  JumpCacheEntry &jumpCacheEntry(uint64_t Pc) {
    return JumpCache[(Pc << 2 & S.JumpCacheMask) / sizeof(JumpCacheEntry)];
  }
  /// Note that the translation of Pc is at Host. By the thread itself.
  void cacheJump(uint64_t Pc, void *Host);
  void growJumpCache();

  /// Make the thread leave translated code soon. From any thread, and from the
  /// thread's own signal handler. An indirect branch that hits the jump cache
  /// doesn't test PollFlag, so the cache is swapped for an empty one: every
  /// look-up then goes through the stub that does.
  void requestSafepoint() {
    S.PollFlag.store(1, std::memory_order_seq_cst);
    __atomic_store_n(&S.JumpCache,
                     static_cast<JumpCacheEntry *>(EmptyJumpCache),
                     __ATOMIC_SEQ_CST);
  }
  /// The thread is at a safepoint and about to look at what is asked of it.
  void enterSafepoint() {
    S.PollFlag.store(0, std::memory_order_seq_cst);
    __atomic_store_n(&S.JumpCache, JumpCache, __ATOMIC_SEQ_CST);
  }
  /// Is something asked of the thread? Asked by the thread itself before it
  /// enters translated code. A request sets the flag, then the cache: if the
  /// cache is swapped without the flag, enterSafepoint() came between the two
  /// stores. What was asked is done then, but nobody would undo the swap.
  bool safepointDue() {
    if (S.PollFlag.load(std::memory_order_seq_cst))
      return true;
    if (__atomic_load_n(&S.JumpCache, __ATOMIC_SEQ_CST) == JumpCache)
      return false;
    __atomic_store_n(&S.JumpCache, JumpCache, __ATOMIC_SEQ_CST);
    return S.PollFlag.load(std::memory_order_seq_cst);
  }
  void clearJumpCache() {
    // Most of its pages are untouched: memset would make memory of them.
    madvise(JumpCache, S.JumpCacheMask + sizeof(JumpCacheEntry), MADV_DONTNEED);
    JumpCache[0] = JumpCacheMark;
  }

  void *Mapping = nullptr; ///< The memory that this object is in.
  size_t MappingSize = 0;
  int Tid = 0;
  pthread_t Host = 0;
  void *HostStack = nullptr; ///< Null for the initial thread of a process.
  size_t HostStackSize = 0;
  void *AltStack = nullptr; ///< Host signal stack.
  uint64_t ClearChildTid = 0;

  std::shared_ptr<SignalTable> Signals;
  uint64_t SigMask = 0;
  /// Mask that ppoll, sigsuspend and friends put in force for one call.
  uint64_t TempMask = 0;
  bool HasTempMask = false;
  stack_t GuestAltStack = {nullptr, SS_DISABLE, 0};

  /// The signal that the host handler has caught. There is at most one: until
  /// it is dealt with at a safepoint every other is blocked (MaskClosed).
  PendingSignal Caught;
  std::atomic<bool> HasCaught{false};
  /// The host mask isn't the guest's; the next safepoint puts it right.
  std::atomic<bool> MaskClosed{false};
  /// SIGSEGV, SIGBUS and SIGFPE that someone sent: the host mask never holds
  /// them back, so they wait here while the guest's does.
  static constexpr unsigned NumHeld = 3;
  PendingSignal Held[NumHeld];
  std::atomic<bool> HasHeld[NumHeld]{};
  static unsigned heldIndex(int Sig) {
    return Sig == SIGSEGV ? 0 : Sig == SIGBUS ? 1 : 2;
  }
  bool holdsAny() const { return HasHeld[0] || HasHeld[1] || HasHeld[2]; }

  /// The code at these addresses has met a tagged pointer: see TaggedCode.
  uint64_t TagFault[2] = {};
  bool HasTagFault = false;
  TaggedAccess Tagged;
  InvalidOp Invalid;
  HostStep Step; ///< Of these two.

  /// The host's registers at the last fault in code that doesn't keep the
  /// guest's exact.
  HostContext *FaultContext = nullptr;
  /// Faults whose handlers may still return, and the one that did just now.
  std::vector<std::shared_ptr<ResumePoint>> ResumePoints;
  std::shared_ptr<ResumePoint> Resuming;

  PendingFault Fault;
  bool HasFault = false;
  uint64_t LastFaultAddr = 0;
  uint32_t LastFaultEsr = 0;

  /// Set while translated code or the interpreter runs: a fault then belongs
  /// to the guest.
  std::atomic<bool> InGuest{false};
  /// Another thread withdrew translations: empty the jump cache.
  std::atomic<bool> FlushJumpCache{false};
  /// A process of its own that runs in its creator's memory (vfork).
  bool BorrowsMemory = false;
  /// Entries whose translation was replaced by a better one: the jump cache may
  /// still have the old. Under the code map's lock, but for the flag.
  std::vector<uint64_t> Renewed;
  std::atomic<bool> HasRenewed{false};

  sys::SeccompState Seccomp;

  /// Set while another process traces the thread.
  std::shared_ptr<Tracee> Trace;
  /// The signal that a tracer wants reported at once, 0 = none.
  std::atomic<int> TraceAsked{0};

  GuestThread *Next = nullptr, *Prev = nullptr; ///< Process's list.

  static GuestThread &of(CpuState &S) {
    return *static_cast<GuestThread *>(S.Thread);
  }
};

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_THREAD_H
