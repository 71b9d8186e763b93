//===- Recorder.h - Remembers what was translated at run time ---*- C++ -*-===//
//
// Writes profiles (xlate/Cache/Profile.h) of the guest files that the process
// has mapped, at its end and before it executes another program: xlate-aot
// then knows what to translate, and what deserves the optimising tier. A run
// that finds everything in images has nothing to tell and writes nothing.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_RUNTIME_RECORDER_H
#define XLATE_LIB_RUNTIME_RECORDER_H

#include "xlate/Cache/Profile.h"
#include "xlate/Runtime/CodeMap.h"
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace xlate::runtime {

class Recorder {
public:
  /// Targets of indirect jumps, by the jump's address.
  using JumpMap = std::map<uint64_t, std::vector<uint64_t>>;

  /// Record to the file Explicit or, if that is empty, below CacheDir, whose
  /// descriptor must outlive changes of the guest's root.
  /// The user is told on ErrorFd that Explicit can't be written.
  void init(const std::string &CacheDir, const std::string &Explicit,
            int ErrorFd);
  bool enabled() const { return CacheFd >= 0 || !Explicit.empty(); }

  /// The guest has mapped page Offset of Fd at [Lo, Hi) executable.
  void mapped(uint64_t Lo, uint64_t Hi, int Fd, uint64_t Offset);
  /// In the child of a fork: what the parent translated is the parent's to
  /// tell.
  void forked(const CodeMap &Code, size_t NumHot) {
    AtFork = FirstEntry = Code.numEntries();
    HotAtFork = NumHot;
  }
  /// Write what is known, at the end of the process or before an execve, which
  /// may fail. Takes no lock that a dying thread could hold: gives up instead.
  /// HotBlocks: what units of the optimising tier were made of. Precise: they
  /// had to be exact at faults. Jumps changes under the code map's lock.
  void write(CodeMap &Code, const JumpMap &Jumps, const JumpMap &Calls,
             const std::vector<uint64_t> &HotBlocks, bool Precise, bool AtExec);

  /// Note the names of files too, for this: at the end of the process, start
  /// xlate-aot, which lies beside the program in SelfFd, for all of them.
  void noteNames() { WithNames = true; }
  void translateInBackground(const std::string &CacheDir, int SelfFd);

private:
  struct Range {
    uint64_t Lo, Hi, Offset;
    cache::Hash128 File;
    std::string Path;
  };
  const Range *rangeOf(uint64_t Pc) const;

  int CacheFd = -1, ErrorFd = -1;
  std::string Explicit;
  bool WithNames = false;
  std::mutex Lock;
  std::vector<Range> Ranges; ///< Newer mappings come later.
  uint32_t FirstEntry = 0, AtLastExec = ~0u, AtFork = ~0u;
  size_t HotAtFork = 0;
};

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_RECORDER_H
