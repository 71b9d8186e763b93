//===- Promotion.cpp - Background compilation of hot units ----------------===//

#include "Promotion.h"
#include "Process.h"
#include <new>
#include <time.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

static std::unique_ptr<HotTier> (*MakeTier)();

void runtime::setHotTierFactory(std::unique_ptr<HotTier> (*Make)()) {
  MakeTier = Make;
}

static uint64_t threadMicros() {
  timespec T;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &T);
  return uint64_t(T.tv_sec) * 1000000 + uint64_t(T.tv_nsec) / 1000;
}

void Promotion::request(uint64_t Pc, bool Precise) {
  if (!MakeTier)
    return;
  std::lock_guard G(QueueLock);
  if (!Asked.insert(Pc).second)
    return;
  Queue.push_back({Pc, Precise});
  if (!Running)
    start();
  Wake.notify_one();
}

void Promotion::start() {
  // Compiler threads never run guest code: they take no signal. LLVM recurses
  // deeply on big functions.
  constexpr size_t StackBytes = 8 << 20;
  void *Stack = P.mapForRuntime(StackBytes);
  pthread_t T;
  Running =
      Stack && startHostThread(T, Stack, StackBytes, threadMain, this) == 0;
}

void *Promotion::threadMain(void *Arg) {
  static_cast<Promotion *>(Arg)->work();
  return nullptr;
}

void Promotion::work() {
  for (;;) {
    HotTier::Request R;
    {
      std::unique_lock G(QueueLock);
      Wake.wait(G, [&] { return !Queue.empty(); });
      R = Queue.front();
      Queue.pop_front();
      if (putOff(R.Pc))
        continue;
    }
    compile(R);
    // Code that comes to the same address later, or this unit when it was void,
    // may ask again.
    std::lock_guard G(QueueLock);
    Asked.erase(R.Pc);
  }
}

namespace {
/// The compiler's own arithmetic wants the host's modes, and its exceptions are
/// not the guest's.
struct HostFpModes {
  unsigned Guest = __builtin_ia32_stmxcsr();
  HostFpModes() { __builtin_ia32_ldmxcsr(0x1f80); }
  ~HostFpModes() { __builtin_ia32_ldmxcsr(Guest); }
};
} // namespace

// The blocks of one loop use up their heat together. Once one is compiled, the
// whole loop runs in its unit: the others must get hot again to be worth a unit
// of their own. Called with the queue's lock held.
bool Promotion::putOff(uint64_t Pc) {
  bool Covered = false;
  for (auto [Lo, Hi] : Compiled)
    Covered |= Lo <= Pc && Pc < Hi;
  if (!Covered || !PutOff.insert(Pc).second)
    return false;
  Asked.erase(Pc);
  std::lock_guard G(P.Code.mutex());
  P.Code.entry(Pc).Heat.store(HotThreshold, std::memory_order_relaxed);
  P.Aot.reheat(Pc, HotThreshold);
  return true;
}

bool Promotion::compile(HotTier::Request R) {
  HostFpModes Modes;
  std::lock_guard C(CompileLock);
  if (!Tier && MakeTier)
    Tier = MakeTier();
  if (!Tier)
    return false;
  uint64_t Start = threadMicros();
  HotTier::Services Services;
  Services.AllocCode = [&](size_t Size, size_t Align) {
    std::lock_guard G(P.Code.mutex());
    return P.Code.allocCode(Size, Align);
  };
  Services.SlotFor = [&](uint64_t Pc) -> void * {
    std::lock_guard G(P.Code.mutex());
    return &P.entryFor(Pc).Slot;
  };
  Services.CodeEnd = [&](uint64_t Pc) -> uint64_t {
    uint64_t Limit;
    return P.Mem.executable(Pc, Limit) ? Limit : 0;
  };
  // First of all: what the rest is decided by changes before the epoch does.
  uint64_t Epoch = P.Code.epoch();
  R.FlushToZero = P.FlushToZero != Process::Fz::Never;
  {
    std::lock_guard G(P.Code.mutex());
    R.MaskTopByte = P.needsTagMask(R.Pc, R.Pc + 1);
  }
  std::unique_ptr<Unit> U = Tier->compile(R, Services);
  P.Counts.LlvmMicros += threadMicros() - Start;
  if (!U) {
    ++P.Counts.LlvmFailed;
    return false;
  }
  const size_t Bytes = U->HostSize;
  const std::pair<uint64_t, uint64_t> Range(U->GuestLo, U->GuestHi);
  {
    std::lock_guard G(P.Code.mutex());
    // Guest code that changed meanwhile may be what was compiled.
    if (P.Code.changedSince(Epoch, *U)) {
      P.Code.entry(R.Pc).Heat.store(HotThreshold, std::memory_order_relaxed);
      return false;
    }
    P.Code.publish(std::move(U));
  }
  ++P.Counts.LlvmUnits;
  P.Counts.LlvmBytes += Bytes;
  {
    std::lock_guard G(QueueLock);
    Compiled.push_back(Range);
  }
  P.flushJumpCaches();
  return true;
}

bool Promotion::compileNow(uint64_t Pc, bool Precise) {
  return MakeTier && compile({Pc, Precise});
}

void Promotion::forget() {
  std::lock_guard G(QueueLock);
  Asked.clear();
  PutOff.clear();
  Compiled.clear();
}

void Promotion::lockForFork() {
  CompileLock.lock();
  QueueLock.lock();
}

void Promotion::unlockAfterFork(bool InChild) {
  if (InChild) {
    Running = false; // the thread stayed in the parent
    Queue.clear();
    Asked.clear();
    // The parent's compiler thread waits on it, and will never leave.
    new (&Wake) std::condition_variable;
  }
  QueueLock.unlock();
  CompileLock.unlock();
}
