//===- Process.h - The guest process ----------------------------*- C++ -*-===//
//
// The one runtime object of a process: code map, guest memory, threads, and
// the services that the system call layer asks for.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_RUNTIME_PROCESS_H
#define XLATE_LIB_RUNTIME_PROCESS_H

#include "AotImages.h"
#include "Promotion.h"
#include "Recorder.h"
#include "Stats.h"
#include "xlate/Baseline/Baseline.h"
#include "xlate/Runtime/CodeMap.h"
#include "xlate/Runtime/GuestMemory.h"
#include "xlate/Runtime/Loader.h"
#include "xlate/Runtime/Run.h"
#include "xlate/Runtime/Thread.h"
#include "xlate/Syscall/Syscall.h"
#include <map>
#include <set>
#include <sys/resource.h>

/// The C library's clone under the name that ThreadSanitizer doesn't intercept:
/// it takes every clone for a fork, and makes the child, in this memory, start
/// anew.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the C library's own
extern "C" int __clone(int (*Fn)(void *), void *Stack, int Flags, void *Arg,
                       ...);

namespace xlate::runtime {

/// Whether the process has a list of System V semaphores to undo at its end.
/// Threads that the C library makes get it if there is none, which kcmp() would
/// show: so where the guest has none it is dropped again.
enum class UndoList : uint8_t { Unknown, None, Kept };
extern std::atomic<UndoList> HasUndo;

class Process final : public sys::Services {
public:
  explicit Process(const RunOptions &O) : Options(O), Hot(*this) {}

  const RunOptions &Options;
  CodeMap Code;
  GuestMemory Mem;
  LoadedProgram Program;
  Promotion Hot;
  /// The guest has set FPCR.FZ at some time; Switching: translations that
  /// don't hold then are being withdrawn.
  enum class Fz { Never, Switching, Seen };
  std::atomic<Fz> FlushToZero{Fz::Never};
  /// A thread's view of faults isn't FaultView::Nothing: new units of the
  /// optimising tier must know SP at each access.
  std::atomic<bool> NeedsSp{false};
  /// The guest has written FPSR, set FPCR.DN or done many invalid operations:
  /// new units of the optimising tier check their results, and threads mask the
  /// exception. Changed under the code map's lock.
  std::atomic<bool> ExactFp{false};
  AotImages Aot;
  Recorder Record;
  Stats Counts;
  int StatsFd = 2;

  /// Print what --stats asks for; at the end of the process.
  void reportStats();
  /// Write the profile, before this process image ends.
  void recordProfile(bool AtExec);
  /// Take translations made ahead of time into use.
  void initAot();

  //--- Threads (Threads.cpp)
  //---------------------------------------------------
  /// Memory for a thread, Size bytes; null if there's none.
  char *mapThread(bool First, size_t &Size);
  /// Allocate a thread with the stubs, caches and host signal stack set up.
  GuestThread *newThread(bool First = false);
  void freeThread(GuestThread *T);
  /// Add T, with the filters of the thread that has created it.
  void link(GuestThread *T, const GuestThread *Creator = nullptr);
  void unlink(GuestThread *T);
  void unlinkLocked(GuestThread *T);
  /// Make T the calling host thread's guest thread.
  static void bind(GuestThread *T);
  /// Tell the guest a thread's or process's number.
  static void storeTid(uint64_t Addr, int Tid);
  /// Memory that the guest must never touch.
  void *mapForRuntime(size_t Size);
  void unmapOfRuntime(void *P, size_t Size);
  template <typename Fn> void forEachThread(Fn F) {
    std::lock_guard G(ThreadLock);
    for (GuestThread *T = Threads; T; T = T->Next)
      F(*T);
  }

  //--- Dispatcher (Dispatcher.cpp)
  //-----------------------------------------------
  /// Run T's guest code; returns only through exitThread/exitGroup.
  [[noreturn]] void run(GuestThread *T);
  /// CpuState::FindUnit. (FindUnit.cpp)
  static void *findUnit(CpuState *S, uint64_t Pc);
  /// T's PC is nothing that it may execute.
  void raiseFetchFault(GuestThread &T);
  /// For xlate_guarded_call(): interpret B, a Block.
  static void interpBlock(CpuState *S, void *B);
  /// Must a unit made from [Lo, Hi) take tags off data addresses?
  bool needsTagMask(uint64_t Lo, uint64_t Hi);
  /// The entry for code that is about to refer to it. Under the code map's
  /// lock.
  Entry &entryFor(uint64_t Pc);
  /// How much heat the block at Pc has used up, about; for the code map's lock
  /// holder.
  uint64_t heatUsed(uint64_t Pc);
  /// Bounds of the guest function that a block belongs to, as far as known.
  std::pair<uint64_t, uint64_t> functionAround(uint64_t Pc);
  /// Targets by the jump or call that led to them.
  using TargetMap = std::map<uint64_t, std::vector<uint64_t>>;
  void noteTarget(uint64_t From, uint64_t To, TargetMap &Seen,
                  size_t MaxTargets);
  /// Targets seen of the indirect call at Pc; for the code map's lock holder.
  std::vector<uint64_t> calleesSeen(uint64_t Pc) const;
  /// Targets seen of indirect jumps in [Lo, Hi), by jump; for the code map's
  /// lock holder.
  std::map<uint64_t, std::vector<uint64_t>> jumpsIn(uint64_t Lo, uint64_t Hi);
  /// Guest PC and what the host's registers have of the guest's into S when the
  /// fault lies in translated code. The result is the unit. KnowsSp is false if
  /// that has SP in no place that is known.
  const Unit *recoverState(CpuState &S, const ucontext_t &Uc, bool &KnowsSp);

  //--- Translations that don't hold any more (Invalidation.cpp)
  //---------------------------------------------------
  /// Guest bytes [Lo, Hi) changed: withdraw translations, tell every thread.
  void codeChanged(CpuState *S, uint64_t Lo, uint64_t Hi);
  /// The guest has used IC IVAU.
  void codeFlushed(CpuState &S, uint64_t Addr);
  /// From now on someone looks at this where T, and the threads with its signal
  /// table, fault: withdraw the units that aren't sure to have it.
  void widenView(GuestThread &T, FaultView View);
  /// What the handler of A may look at. (FaultView.cpp)
  FaultView viewOf(const KernelSigaction &A);
  /// Keep every thread but T out of translated code and compilations.
  void stopWorld(GuestThread &T);
  void resumeWorld();
  void noteFpcr(CpuState &S);
  void noteFpsrWritten(GuestThread &T);
  void useExactFp(GuestThread &T);
  /// T runs no unit that traps invalid operations any more.
  void maskInvalid(GuestThread &T);
  /// Make every thread look its indirect branches up anew.
  void flushJumpCaches();
  /// Make every thread look these targets up anew. What is replaced or
  /// withdrawn stays valid until then.
  void renewInJumpCaches(const std::vector<uint64_t> &Pcs);
  /// What other threads want done to T's jump cache.
  void updateJumpCache(GuestThread &T);

  //--- Signals (Signals.cpp)
  //-------------------------------------------------------
  void initSignals();
  /// Give the host the disposition that goes with the guest's action A for Sig.
  void followAction(int Sig, const KernelSigaction &A);
  /// Have the host's SIGTRAP caught, whatever the guest does with its own.
  void catchTraps();
  /// Deliver what is deliverable. Called with T outside guest code.
  void safepoint(GuestThread &T);
  /// Raise a synchronous signal at S.Pc. Doesn't return to the guest code that
  /// raised it.
  void raiseSync(GuestThread &T, int Sig, int Code, uint64_t Addr,
                 uint32_t Esr);

  //--- Tracing (Tracee.cpp)
  //--------------------------------------------------------
  /// T is traced by another process from now on.
  void beginTrace(GuestThread &T);
  void endTrace(GuestThread &T);
  /// Give the host the dispositions that it has without a tracer.
  void restoreHostActions(SignalTable &Table);
  /// Lay T's state open; take what the tracer has made of it, and return a
  /// signal as traceStop() does.
  void showState(GuestThread &T, uint32_t Status, const siginfo_t &Info,
                 uint64_t Message);
  int takeAnswer(GuestThread &T);
  /// Stop, and let the tracer look and change things. Status as in TraceArea.
  /// The result is a signal that it wants delivered, or 0; -1 if the tracer is
  /// gone. Afterwards T may not be traced any more.
  int traceStop(GuestThread &T, uint32_t Status, const siginfo_t &Info,
                uint64_t Message);
  /// Report P; the tracer may replace it. False: it is not to be delivered.
  bool traceSignal(GuestThread &T, PendingSignal &P);
  /// Leave a signal that a tracer has let through to the kernel.
  void defaultAction(GuestThread &T, const PendingSignal &P);
  /// Do what GuestThread::TraceAsked asks.
  void stopAsAsked(GuestThread &T);
  /// Was it a tracer alone, and no signal, that ended T's system call?
  static bool wasInterruptedByTracer(const GuestThread &T);
  void syscallStop(GuestThread &T, uint64_t X7);
  /// Before a system call; false: don't make it.
  bool enterTracedCall(GuestThread &T);
  void leaveTracedCall(GuestThread &T);
  /// Before T creates a child with the clone flags F: the tracer may want to
  /// know, and trace it. True if childCreated() has to follow in the parent.
  bool announceChild(GuestThread &T, const clone_args &Args);
  void childCreated(GuestThread &T, const clone_args &Args, sys::Result Child);
  /// A child that T, or T's parent if T is itself that child, is creating, is
  /// to begin with a stop.
  static bool isAnnounced(const GuestThread &T);
  /// The thread is about to exit with that wait status.
  void traceExit(GuestThread &T, int Status);
  /// What the program that T executes must know for traceExec(), empty if T
  /// isn't traced.
  static std::string traceForExec(const GuestThread &T);
  /// T is about to run the first instruction of a program.
  void traceExec(GuestThread &T, const std::string &How);
  /// Run one instruction and stop.
  void step(GuestThread &T);

  //--- sys::Services
  //-----------------------------------------------------------------
  sys::Result clone(CpuState &S, const clone_args &Args) override;
  sys::Result traceMe(CpuState &S) override;
  sys::SeccompState *seccomp(CpuState &S) override {
    return &GuestThread::of(S).Seccomp;
  }
  sys::Result
  withThreads(CpuState &S,
              const std::function<sys::Result(std::vector<FilteredThread> &)>
                  &Do) override;
  void raiseSigsys(CpuState &S, const siginfo_t &Info) override;
  [[noreturn]] void kill(CpuState &S, const siginfo_t &Info,
                         bool AndProcess) override;
  bool traceSeccomp(CpuState &S, unsigned Message) override;
  sys::Result setTidAddress(CpuState &S, uint64_t Addr) override;
  uint64_t tidAddress(CpuState &S) override {
    return GuestThread::of(S).ClearChildTid;
  }
  void expectTags(CpuState &S) override;
  sys::Result callAlone(long Nr, uint64_t A0, uint64_t A1) override;
  sys::Result exitThread(CpuState &S, int Status) override;
  sys::Result exitGroup(CpuState &S, int Status) override;
  sys::Result execve(CpuState &S, int DirFd, const char *Path,
                     char *const *Argv, char *const *Envp, int Flags) override;
  sys::Result sigaction(CpuState &S, int Sig, const void *New, void *Old,
                        uint64_t Size) override;
  sys::Result sigprocmask(CpuState &S, int How, const uint64_t *Set,
                          uint64_t *Old, uint64_t Size) override;
  sys::Result sigaltstack(CpuState &S, const void *New, void *Old) override;
  sys::Result sigreturn(CpuState &S) override;
  sys::Result sigsuspend(CpuState &S, const uint64_t *Set,
                         uint64_t Size) override;
  sys::Result sigpending(CpuState &S, uint64_t *Set, uint64_t Size) override;
  sys::Result sigtimedwait(CpuState &S, const uint64_t *Set, void *Info,
                           const void *Timeout, uint64_t Size) override;
  uint64_t hostMask(uint64_t GuestMask) override;
  sys::Result mmap(CpuState &S, uint64_t Addr, uint64_t Len, int Prot,
                   int Flags, int Fd, uint64_t Off) override;
  sys::Result munmap(CpuState &S, uint64_t Addr, uint64_t Len) override;
  sys::Result mprotect(CpuState &S, uint64_t Addr, uint64_t Len,
                       int Prot) override;
  sys::Result mremap(CpuState &S, uint64_t Old, uint64_t OldLen,
                     uint64_t NewLen, int Flags, uint64_t NewAddr) override;
  sys::Result madvise(CpuState &S, uint64_t Addr, uint64_t Len,
                      int Advice) override;
  sys::Result brk(CpuState &S, uint64_t Addr) override;
  void limitMemory(const sys::MemoryLimits &L) override { Mem.limit(L); }
  sys::Result shmat(CpuState &S, int Id, uint64_t Addr, int Flags) override;
  sys::Result shmdt(CpuState &S, uint64_t Addr) override;
  sys::Result mlockall(CpuState &, int Flags) override {
    return Mem.mlockall(Flags);
  }
  sys::Result munlockall(CpuState &) override { return Mem.munlockall(); }
  void keepUndo() override { HasUndo = UndoList::Kept; }
  bool mayDivide(uint64_t Lo, uint64_t Hi) override {
    return Mem.mayDivide(Lo, Hi);
  }
  std::string procMaps(bool Smaps) override;
  const std::string &exePath() override;
  const std::string &exeGuestPath() override;
  std::vector<uint8_t> auxv() override;
  std::string cmdline() override;
  void memoryChanged(uint64_t Lo, uint64_t Hi) override;
  bool allowKernelWrites(uint64_t Lo, uint64_t Hi) override {
    return Mem.allowWrites(Lo, Hi);
  }
  bool isGuestMemory(uint64_t Lo, uint64_t Hi) override {
    return Mem.mapped(Lo, Hi);
  }
  sys::ImageInfo imageInfo() override;
  std::string cpuinfo() override;

private:
  struct EmitContext;
  uint64_t placeFor(uint64_t Addr, uint64_t Len, int Prot, int Flags, int Fd,
                    uint64_t Off);
  void *translate(GuestThread &T);
  int32_t initialHeat() const;
  void emitCharge(uint8_t *Jump, const std::atomic<int32_t> *Heat);
  /// Guest instructions that baseline units have executed.
  uint64_t baselineExecuted();
  Block *interpBlockAt(uint64_t Pc);
  void *unitAt(uint64_t Pc);
  void compileIfNew(GuestThread &T);
  void noteCall(const Block &B);
  void noteJump(CpuState &S);
  void keepFlags();
  void protectCode(uint64_t Lo, uint64_t Hi);
  bool codeNeedsReset();
  const GuestMemory::CodeRange &codeRange(uint64_t Pc);
  void resetCode(GuestThread &T);
  void handleExit(GuestThread &T);
  void promote(GuestThread &T);
  void maskTagsIn(GuestThread &T);
  sys::Result startThread(GuestThread &T, const clone_args &Args);
  /// Its wait status is that of the process if it is the last thread.
  [[noreturn]] void endThread(GuestThread &T, int WaitStatus);
  GuestThread *newChild(GuestThread &T, const clone_args &Args,
                        size_t StackSize);
  static void copyArchState(CpuState &To, const CpuState &From);
  static void applyCloneArgs(GuestThread &Child, const clone_args &Args);
  void reapThreads();
  struct TlsLender;
  static void *lendTls(void *Arg);
  sys::Result createChild(GuestThread &T, const clone_args &Args);
  sys::Result forkProcess(GuestThread &T, const clone_args &Args);
  sys::Result shareMemory(GuestThread &T, const clone_args &Args);
  void lockForFork(GuestThread &T);
  void unlockAfterFork(GuestThread &T, bool InChild);
  void enterHandler(GuestThread &T, const PendingSignal &P,
                    const KernelSigaction &A,
                    std::shared_ptr<ResumePoint> Point);
  void deliverTo(GuestThread &T, const PendingSignal &P,
                 const KernelSigaction &A,
                 std::shared_ptr<ResumePoint> Point = nullptr);
  void deliverFault(GuestThread &T);
  bool deliverSent(GuestThread &T, PendingSignal P);
  [[noreturn]] void dieBySignal(GuestThread &T, const PendingSignal &P,
                                uint64_t FaultAddr);
  void initCoreDumps();
  void writeCore(GuestThread &T, const PendingSignal &P, rlim_t Limit);

  /// What the guest opened last: a dynamic linker is about to map it.
  std::atomic<int> LastOpened{-1};
  baseline::Baseline Base; ///< Used under the code map's lock, as are:
  Block Recorded;          ///< What Base translates; its memory is kept.
  GuestMemory::CodeRange LastRange; ///< Of codeRange().
  uint64_t LastRangeGeneration = 0;
  bool ThunksEmitted = false;
  char *ChargeCursor = nullptr, *ChargesEnd = nullptr; ///< See emitCharge().
  /// Pages whose code has dereferenced a tagged pointer: units that start there
  /// are made with masked addresses. Under the code map's lock.
  std::set<uint64_t> TaggedCode;
  /// Writable and executable pages for which the guest has used IC IVAU.
  /// Under the code map's lock.
  std::set<uint64_t> FlushedPages;
  /// Targets of indirect jumps, by jump; under the code map's lock.
  TargetMap JumpsSeen;
  /// Likewise, of indirect calls and of veneers' jumps. Those with more targets
  /// than a unit would look for have one more than that.
  TargetMap CallsSeen;
  /// Jumps and calls that are in these, the last ones of each hash value.
  static constexpr unsigned NumNoted = 512;
  std::atomic<uint64_t> NotedJumps[NumNoted] = {};
  static uint64_t jumpKey(uint64_t From, uint64_t To) {
    return From << 32 | (From >> 32 ^ To);
  }
  std::atomic<uint64_t> &notedPlace(uint64_t From, uint64_t To) {
    return NotedJumps[(From >> 2 ^ To >> 2 ^ To >> 11) % NumNoted];
  }
  bool isNoted(uint64_t From, uint64_t To) {
    return notedPlace(From, To).load(std::memory_order_relaxed) ==
           jumpKey(From, To);
  }
  /// Units were withdrawn under the code map's lock: jump caches are stale.
  std::atomic<bool> FlushAfterTranslate{false};
  /// Held while every other thread is kept out of translated code.
  std::mutex WorldLock;
  std::atomic<bool> WorldStopped{false};

  /// Signals that only end the process but are caught, so that its core can be
  /// written (Core.cpp).
  std::atomic<uint64_t> CaughtForCore{0};

  std::mutex ThreadLock;
  GuestThread *Threads = nullptr;
  std::vector<GuestThread *> Zombies; ///< Exited, host thread not yet joined.
};

/// Host stack of a guest thread.
constexpr size_t HostStackBytes = 256 << 10;

/// pthread_create on a given stack, with every signal blocked.
int startHostThread(pthread_t &Thread, void *Stack, size_t Size,
                    void *(*Main)(void *), void *Arg);

/// The process object; valid from runProgram on.
extern Process *TheProcess;

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_PROCESS_H
