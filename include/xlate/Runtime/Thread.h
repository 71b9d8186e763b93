//===- Thread.h - One guest thread ------------------------------*- C++ -*-===//
//
// Each guest thread is one host thread. While it is alive its %gs base is its
// CpuState, in the runtime's own C++ code too.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_RUNTIME_THREAD_H
#define XLATE_RUNTIME_THREAD_H

#include "xlate/Guest/CpuState.h"
#include <atomic>
#include <csignal>
#include <memory>
#include <pthread.h>
#include <sys/mman.h>

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

/// Guest signal dispositions: shared by the threads of a process, copied by
/// fork and vfork.
struct SignalTable {
  std::atomic_flag Lock = ATOMIC_FLAG_INIT;
  KernelSigaction Actions[NumSignals + 1];
  /// A handler for a synchronous signal was installed: from then on units must
  /// keep registers exact at faults.
  std::atomic<bool> WantsPrecise{false};
};

/// A host signal that waits for the thread's next safepoint.
struct PendingSignal {
  siginfo_t Info;
  int Sig;
  /// Raised by an instruction: delivered with the register state as it is and
  /// can't be blocked.
  bool Sync;
  uint64_t FaultAddr;
  uint32_t Esr;
};

/// An entry for address 0 sits where no other address is looked up, so that a
/// zeroed cache is an empty one but for this mark.
constexpr JumpCacheEntry JumpCacheMark = {~uint64_t(0), nullptr};
/// Always empty; see GuestThread::requestSafepoint.
extern JumpCacheEntry EmptyJumpCache[JumpCacheSize];

struct GuestThread {
  CpuState S;

  /// The thread's indirect branch cache. S.JumpCache is this or, while a
  /// safepoint is asked for, EmptyJumpCache.
  JumpCacheEntry *JumpCache = nullptr;

  /// Make the thread leave translated code soon. From any thread, and from the
  /// thread's own signal handler. An indirect branch that hits the jump cache
  /// doesn't test PollFlag, so the cache is swapped for an empty one: every
  /// look-up then goes through the stub that does.
  void requestSafepoint() {
    __atomic_store_n(&S.JumpCache,
                     static_cast<JumpCacheEntry *>(EmptyJumpCache),
                     __ATOMIC_RELAXED);
    S.PollFlag.store(1, std::memory_order_seq_cst);
  }
  /// The thread is at a safepoint and about to look at what is asked of it.
  void enterSafepoint() {
    S.PollFlag.store(0, std::memory_order_seq_cst);
    __atomic_store_n(&S.JumpCache, JumpCache, __ATOMIC_RELAXED);
  }
  void clearJumpCache() {
    // Most of its pages are untouched: memset would make memory of them.
    madvise(JumpCache, JumpCacheSize * sizeof(JumpCacheEntry), MADV_DONTNEED);
    JumpCache[0] = JumpCacheMark;
  }

  int Tid = 0;
  pthread_t Host = 0;
  void *HostStack = nullptr;
  size_t HostStackSize = 0;
  void *AltStack = nullptr; ///< Host signal stack.
  uint64_t ClearChildTid = 0;

  std::shared_ptr<SignalTable> Signals;
  uint64_t SigMask = 0;
  /// Mask that ppoll, sigsuspend and friends put in force for one call.
  uint64_t TempMask = 0;
  bool HasTempMask = false;
  stack_t GuestAltStack = {nullptr, SS_DISABLE, 0};

  /// Filled by the host signal handler, which runs with asynchronous signals
  /// blocked, and drained at safepoints.
  static constexpr unsigned MaxPending = 64;
  PendingSignal Pending[MaxPending];
  std::atomic<unsigned> NumPending{0};

  /// Set while translated code or the interpreter runs: a fault then belongs
  /// to the guest.
  std::atomic<bool> InGuest{false};
  /// Another thread withdrew translations: empty the jump cache.
  std::atomic<bool> FlushJumpCache{false};
  /// In the child of a vfork: shares its parent's memory and TLS.
  bool IsVforkChild = false;

  GuestThread *Next = nullptr, *Prev = nullptr; ///< Process's list.

  static GuestThread &of(CpuState &S) {
    return *static_cast<GuestThread *>(S.Thread);
  }
};

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_THREAD_H
