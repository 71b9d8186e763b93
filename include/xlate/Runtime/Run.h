//===- Run.h - Running a guest program --------------------------*- C++ -*-===//
#ifndef XLATE_RUNTIME_RUN_H
#define XLATE_RUNTIME_RUN_H

#include <cstdint>
#include <string>

namespace xlate::runtime {

enum class Tier { Auto, Interp, Baseline, Llvm };
enum class StatsMode { Off, Text, Json };

/// Settings of xlate-run. The first group is handed on to the programs that
/// the guest executes (see Exec.cpp).
struct RunOptions {
  std::string Sysroot;      ///< -L; empty = none.
  std::string UnameRelease; ///< -r; empty = the host's.
  bool Strace = false;
  Tier UseTier = Tier::Auto;
  StatsMode Stats = StatsMode::Off;
  bool PerfMap = false;
  /// Of translations made ahead, writable; empty = none.
  std::string CacheDir;
  /// Folders that are searched before it, as "DIR:DIR".
  std::string CachePath;
  /// Only what root put there counts.
  bool CacheOfRoot = false;
  /// What was run is noted for xlate-aot in the cache, unless NoRecord, or in
  /// this file.
  std::string RecordProfile;
  bool NoRecord = false;
  /// Let xlate-aot translate in the background what was run.
  bool Background = false;

  /// Guest path of the program, as given.
  std::string Program;
  /// AT_EXECFN: differs from Program when a script led to it.
  std::string ExecFn;
  /// What programs that the guest executes get as --exec-cpu; empty: nothing.
  std::string ProcessorFacts;
  /// This process itself was started with such facts, for --stats.
  bool HasInherited = false;
  /// Resource limits that only the guest has (sys::adoptLimits).
  std::string Limits;
  /// Filters of the process that executed this program (sys::seccompText).
  std::string Seccomp;
  /// How the process that executed this program is traced (traceExec).
  std::string ExecTraced;
  /// The program, open for reading, or -1 to look up Program.
  int ProgramFd = -1;
  /// An image for the program inside an open file, -1 = none.
  int ImageFd = -1;
  uint64_t ImageOffset = 0, ImageSize = 0;
  /// This is an execve of a guest: scripts are already taken apart, and the
  /// process may run where neither /proc nor xlate-run's file can be seen.
  bool IsExec = false;
  /// Descriptor of xlate-run's own file, or -1.
  int SelfFd = -1;
};

/// Load and run a guest program with Argv and Envp (null-terminated, strings
/// live as long as the process) and return its exit status. Says on stderr why
/// when it can't be started.
int runProgram(const RunOptions &Options, char *const *Argv, char *const *Envp);

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_RUN_H
