//===- Exec.h - Programs that a guest executes ------------------*- C++ -*-===//
#ifndef XLATE_RUNTIME_EXEC_H
#define XLATE_RUNTIME_EXEC_H

#include "xlate/Runtime/Loader.h"
#include <cstdint>
#include <string>
#include <vector>

namespace xlate::runtime {

/// Find xlate-run's own file (unless an execve handed it over) so that it can
/// be started again after a chroot: to be called once, first.
void initExec(RunOptions &Options);

/// What of the executing thread's state the new program gets: in its
/// RunOptions, as ExecTraced and Seccomp.
struct HandedOver {
  std::string Traced, Seccomp;
};

/// execveat for a guest. Returns only when it failed, with -errno. Path, Argv
/// and Envp are guest pointers. The caller has given the host thread the
/// guest's signal mask and dispositions; it may be the child of a vfork.
int64_t execGuest(const RunOptions &Options, const LoadedProgram &Program,
                  HandedOver State, int DirFd, const char *Path,
                  char *const *Argv, char *const *Envp, int Flags);

/// The options that a program inherits from the one that executes it, as
/// command line arguments.
std::vector<std::string> inheritedArguments(const RunOptions &Options);

/// Make the process look like the guest program to others: its name and, where
/// the kernel permits, the command line and environment in /proc/PID.
void presentAsGuest(const RunOptions &Options, const LoadedProgram &Program);

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_EXEC_H
