//===- Promotion.h - Background compilation of hot units --------*- C++ -*-===//
#ifndef XLATE_LIB_RUNTIME_PROMOTION_H
#define XLATE_LIB_RUNTIME_PROMOTION_H

#include "xlate/Runtime/HotTier.h"
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <pthread.h>
#include <unordered_map>
#include <unordered_set>

namespace xlate::runtime {

class Process;

/// What has used up less heat is no part of units.
constexpr uint64_t LeastWanted = HeatStep / 8;

/// A queue of hot entries and the one thread that compiles them.
class Promotion {
public:
  explicit Promotion(Process &P) : P(P) {}

  /// Ask for the unit at Pc. Starts the compiler thread on first use.
  void request(uint64_t Pc);
  /// Compile the unit at Pc on this thread, whatever its heat (--tier=llvm).
  bool compileNow(uint64_t Pc, bool Precise);

  /// Units that were compiled may be asked for again.
  void forget();

  /// Blocks that units were made of; none if the lock isn't free.
  std::vector<uint64_t> compiledBlocks();
  size_t numCompiledBlocks();

  /// No compilation is under way between the two.
  void pause() { CompileLock.lock(); }
  void resume() { CompileLock.unlock(); }

  /// End the compiler thread and keep it from starting until letThread(): the
  /// kernel refuses some calls in a process that has threads.
  void endThread();
  void letThread();

  /// Around a fork: no compilation is under way between the two.
  void lockForFork();
  void unlockAfterFork(bool InChild);

private:
  static void *threadMain(void *Arg);
  void work();
  bool compile(HotTier::Request R);
  bool putOff(uint64_t Pc);
  bool paysOff(uint64_t Lo, uint64_t Hi, unsigned Factor);
  bool isWanted(uint64_t Pc);
  void findFunction(HotTier::Request &R,
                    std::map<uint64_t, std::vector<uint64_t>> &Jumps);
  void start();

  Process &P;
  std::mutex QueueLock;
  std::condition_variable Wake;
  std::deque<HotTier::Request> Queue;
  std::unordered_set<uint64_t> Asked;
  /// Blocks whose units would not know SP everywhere.
  std::unordered_set<uint64_t> Hopeless;
  /// What the compiler thread knows, below, is void.
  bool Forgotten = false;
  /// Blocks that units were made of.
  std::unordered_set<uint64_t> Compiled;
  /// How often a function was compiled, and a block asked for; see putOff().
  std::unordered_map<uint64_t, unsigned> Compilations, Requests;
  /// A block that has used up this much heat is part of the next unit.
  uint64_t Wanted = LeastWanted;
  bool Running = false;
  bool MayRun = true; ///< Else the thread ends, and none is started.
  pthread_t Thread = {};
  void *Stack = nullptr;
  /// Held while a compilation runs, so that a fork can wait for its end.
  std::mutex CompileLock;
  std::unique_ptr<HotTier> Tier;
};

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_PROMOTION_H
