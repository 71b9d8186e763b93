//===- Promotion.cpp - Background compilation of hot units ----------------===//

#include "Promotion.h"
#include "Process.h"
#include "xlate/Lifter/Region.h"
#include "xlate/Ops/FpEnv.h"
#include <algorithm>
#include <new>
#include <sched.h>
#include <set>
#include <sys/syscall.h>
#include <time.h>
#include <tuple>
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

void Promotion::request(uint64_t Pc) {
  if (!MakeTier)
    return;
  std::lock_guard G(QueueLock);
  if (Hopeless.count(Pc) || !Asked.insert(Pc).second)
    return;
  Queue.push_back({Pc, Pc, {}, /*Precise=*/false});
  if (!Running && MayRun)
    start();
  Wake.notify_one();
}

void Promotion::start() {
  // Compiler threads never run guest code: they take no signal. LLVM recurses
  // deeply on big functions.
  constexpr size_t StackBytes = 8 << 20;
  if (!Stack)
    Stack = P.mapForRuntime(StackBytes);
  Running = Stack &&
            startHostThread(Thread, Stack, StackBytes, threadMain, this) == 0;
}

void Promotion::endThread() {
  {
    std::lock_guard G(QueueLock);
    MayRun = false;
    if (!Running)
      return;
    Wake.notify_one();
  }
  pthread_join(Thread, nullptr);
  Running = false;
}

void Promotion::letThread() {
  std::lock_guard G(QueueLock);
  MayRun = true;
  if (!Running && !Queue.empty())
    start();
}

void *Promotion::threadMain(void *Arg) {
  // Or the guest couldn't enter namespaces, and semaphores would be undone with
  // this thread.
  syscall(SYS_unshare, CLONE_FS | CLONE_SYSVSEM);
  static_cast<Promotion *>(Arg)->work();
  return nullptr;
}

void Promotion::work() {
  for (;;) {
    HotTier::Request R;
    {
      std::unique_lock G(QueueLock);
      Wake.wait(G, [&] { return !Queue.empty() || !MayRun; });
      if (!MayRun)
        return;
      R = Queue.front();
      Queue.pop_front();
      if (std::exchange(Forgotten, false)) {
        Compiled.clear();
        Compilations.clear();
        Requests.clear();
      }
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

// Each compilation of a function makes the next one wait twice as long; by then
// its blocks run in other company. Called with the queue's lock held.
bool Promotion::putOff(uint64_t Pc) {
  std::lock_guard G(P.Code.mutex());
  const auto [Lo, Hi] = P.functionAround(Pc);
  auto It = Compilations.find(Lo);
  const unsigned Factor =
      It == Compilations.end() ? 1 : 1u << std::min(It->second, 20u);
  const unsigned Times = ++Requests[Pc];
  Wanted = LeastWanted;
  if (P.Aot.functionAround(Pc).second ? Times >= Factor
                                      : paysOff(Lo, Hi, Factor))
    return false;
  Asked.erase(Pc);
  P.Aot.reheat(Pc, HotThreshold);
  return true;
}

// A run that has spent this much in a function is taken to spend as much again.
// The optimising tier saves a fifth of that, often more, and takes 60
// microseconds for an instruction, some milliseconds for a unit, and some more
// to begin with; a million of heat stands for two milliseconds.
bool Promotion::paysOff(uint64_t Lo, uint64_t Hi, unsigned Factor) {
  constexpr uint64_t ForInsn = 90'000, ForUnit = 6'000'000,
                     ForTheFirst = 10'000'000;
  constexpr uint64_t LongestBlock = 64;
  uint64_t Used = 0, Price = ForUnit + (Tier ? 0 : ForTheFirst);
  P.Code.forEachCounterIn(
      Lo, Hi, [&](const Entry &E) { Used += E.heatUsed(HeatStep); });
  Wanted = std::max(LeastWanted, Used / 100);
  const std::vector<uint64_t> Blocks = P.Code.blocksIn(Lo, Hi);
  for (size_t I = 0; I != Blocks.size(); ++I)
    if (isWanted(Blocks[I])) {
      const uint64_t Next = I + 1 == Blocks.size() ? Hi : Blocks[I + 1];
      Price += ForInsn * std::min((Next - Blocks[I]) / 4, LongestBlock);
    }
  return Used >= Price * Factor;
}

/// Fill in what belongs to the function of R.Pc and has run often enough.
void Promotion::findFunction(HotTier::Request &R,
                             std::map<uint64_t, std::vector<uint64_t>> &Jumps) {
  std::lock_guard G(P.Code.mutex());
  const auto [Lo, Hi] = P.functionAround(R.Pc);
  R.MaskTopByte = P.needsTagMask(Lo, Hi);
  R.IsInImage = P.Aot.functionAround(R.Pc).second != 0;
  Jumps = P.jumpsIn(Lo, Hi);
  if (P.Options.UseTier != Tier::Auto)
    return;
  if (isWanted(Lo))
    R.Function = Lo;
  for (const auto &Known : {P.Code.blocksIn(Lo, Hi), P.Aot.entriesIn(Lo, Hi)})
    for (uint64_t Pc : Known)
      if (Pc != R.Function && isWanted(Pc))
        R.Roots.push_back(Pc);
}

bool Promotion::isWanted(uint64_t Pc) {
  return P.heatUsed(Pc) >= Wanted || Requests.count(Pc) || Compiled.count(Pc) ||
         P.Aot.hasUncounted(Pc);
}

bool Promotion::compile(HotTier::Request R) {
  fpenv::HostModes Modes; // the compiler has arithmetic of its own
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
  const uint64_t Epoch = P.Code.epoch();
  R.NeedsSp = P.NeedsSp && !R.Precise;
  R.FlushToZero = P.FlushToZero != Process::Fz::Never;
  R.ExactFp = P.ExactFp || P.Options.UseTier != Tier::Auto;
  if (P.Options.UseTier == Tier::Auto)
    R.FlagsAtJumps = AcrossJumps::Dead;
  if (P.Options.UseTier == Tier::Auto)
    Services.IsWanted = [&](uint64_t Pc) {
      std::lock_guard G(P.Code.mutex());
      return isWanted(Pc);
    };
  Services.IsFunction = [&](uint64_t Pc) {
    std::lock_guard G(P.Code.mutex());
    const Entry *E = P.Code.find(Pc);
    return (E && E->IsFunction) || P.Aot.isFunction(Pc);
  };
  // The jump cache hides most of what each of an interpreter's many jumps does:
  // there, the targets of one are those of all.
  std::map<uint64_t, std::vector<uint64_t>> Jumps;
  std::vector<uint64_t> Shared;
  Services.JumpTargets = [&](uint64_t Pc) {
    if (auto It = Jumps.find(Pc); It != Jumps.end())
      return Shared.empty() ? It->second : Shared;
    std::lock_guard G(P.Code.mutex());
    std::vector<uint64_t> Callees = P.calleesSeen(Pc);
    return Callees.empty() ? Shared : Callees;
  };
  findFunction(R, Jumps);
  if (Jumps.size() > lift::MaxOwnJumps) {
    std::set<uint64_t> All;
    for (const auto &[Pc, Targets] : Jumps)
      All.insert(Targets.begin(), Targets.end());
    Shared.assign(All.begin(), All.end());
  }
  HotTier::Result Made = Tier->compile(R, Services);
  std::unique_ptr<Unit> &U = Made.Code;
  P.Counts.LlvmMicros += threadMicros() - Start;
  if (!U) {
    ++P.Counts.LlvmFailed;
    if (R.NeedsSp) {
      // Other blocks of the function would lead to much the same unit.
      std::lock_guard G(QueueLock);
      std::lock_guard G2(P.Code.mutex());
      Hopeless.insert(R.Pc);
      ++Compilations[P.functionAround(R.Pc).first];
    }
    return false;
  }
  const size_t Bytes = U->HostSize;
  std::vector<uint64_t> Entries;
  for (const auto &At : U->Entries)
    Entries.push_back(At.Pc);
  uint64_t Function;
  {
    std::lock_guard G(P.Code.mutex());
    // Guest code that changed meanwhile may be what was compiled.
    if (P.Code.changedSince(Epoch, *U)) {
      return false;
    }
    uint64_t End;
    std::tie(Function, End) = P.functionAround(R.Pc);
    P.Code.publish(std::move(U));
    // Traces that go through an entry will end there.
    std::vector<uint64_t> Around;
    for (uint64_t Pc : Entries)
      for (uint64_t Start : P.Code.withdrawAround(Pc))
        Around.push_back(Start);
    Entries.insert(Entries.end(), Around.begin(), Around.end());
    // What still runs in the baseline tier has to earn the next compilation.
    P.Code.forEachCounterIn(Function, End, [](Entry &E) { E.Refills = 0; });
  }
  ++P.Counts.LlvmUnits;
  P.Counts.LlvmBytes += Bytes;
  {
    std::lock_guard G(QueueLock);
    Compiled.insert(Made.Blocks.begin(), Made.Blocks.end());
    ++Compilations[Function];
  }
  P.renewInJumpCaches(Entries);
  return true;
}

bool Promotion::compileNow(uint64_t Pc, bool Precise) {
  return MakeTier && compile({Pc, Pc, {}, Precise});
}

void Promotion::forget() {
  std::lock_guard G(QueueLock);
  Asked.clear();
  Hopeless.clear();
  Forgotten = true;
}

std::vector<uint64_t> Promotion::compiledBlocks() {
  std::unique_lock G(QueueLock, std::try_to_lock);
  if (!G)
    return {};
  return {Compiled.begin(), Compiled.end()};
}

size_t Promotion::numCompiledBlocks() {
  std::lock_guard G(QueueLock);
  return Compiled.size();
}

void Promotion::lockForFork() {
  CompileLock.lock();
  QueueLock.lock();
}

void Promotion::unlockAfterFork(bool InChild) {
  if (InChild) {
    Running = false; // the thread stayed in the parent
    MayRun = true;
    Queue.clear();
    Asked.clear();
    // The parent's compiler thread waits on it, and will never leave.
    new (&Wake) std::condition_variable;
  }
  QueueLock.unlock();
  CompileLock.unlock();
}
