//===- Loader.h - Loading a guest program -----------------------*- C++ -*-===//
//
// Maps an arm64 ELF program and its interpreter where the guest expects them
// and builds the initial stack of the arm64 Linux ABI.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_RUNTIME_LOADER_H
#define XLATE_RUNTIME_LOADER_H

#include "xlate/Image/Elf.h"
#include "xlate/Runtime/Run.h"
#include "xlate/Support/Error.h"
#include <cstdint>
#include <string>
#include <vector>

namespace xlate::runtime {

/// A range of guest memory that the loader has mapped.
struct Mapping {
  uint64_t Lo, Hi;
  int Prot;         ///< As the guest sees it. Host pages are never executable.
  uint64_t Offset;  ///< In the file.
  int Fd;           ///< The file, open during the call; -1 = anonymous.
  std::string Path; ///< Of the file on the host, or a name such as "[stack]".
};

/// Told of everything that the loader maps, in order; a later mapping replaces
/// what it overlaps.
class MapSink {
public:
  virtual ~MapSink() = default;
  virtual void addMapping(const Mapping &M) = 0;
  /// Where a file whose segments span Span bytes should be if it can be
  /// anywhere; 0 = no preference.
  virtual uint64_t preferredBase(int Fd, uint64_t Span) { return 0; }
};

/// A program that is ready to start.
struct LoadedProgram {
  uint64_t Entry = 0; ///< First PC: the interpreter's entry if there is one.
  uint64_t Sp = 0;
  uint64_t BrkStart = 0;

  uint64_t LoadBias = 0;   ///< Added to the addresses in the program's file.
  uint64_t InterpBase = 0; ///< AT_BASE; 0 = no interpreter.
  uint64_t CodeLo = 0, CodeHi = 0; ///< Executable segments of the program.
  uint64_t DataLo = 0, DataHi = 0; ///< Writable ones.
  uint64_t StackLo = 0, StackHi = 0;
  uint64_t ArgStart = 0, ArgEnd = 0, EnvStart = 0, EnvEnd = 0;
  uint64_t VdsoBase = 0;
  uint64_t VdsoSigreturn = 0; ///< Return address of signal handlers.

  int ExeFd = -1; ///< The program's file, open for reading; a protected one.
  /// What leads to that file even if no path does: one that was executed by
  /// descriptor, or that is elsewhere since the root directory changed.
  std::string ExeLink;
  std::string ExeHostPath;
  std::string ExeGuestPath;      ///< Without the sysroot.
  std::vector<uint8_t> Auxv;     ///< Bytes of /proc/self/auxv.
  std::vector<std::string> Argv; ///< As the program sees it.
};

/// Find, open, check and map the program of Options.
Expected<LoadedProgram> loadProgram(const RunOptions &Options,
                                    char *const *Argv, char *const *Envp,
                                    MapSink &Sink);

//--- Parts, for execve and tests
//------------------------------------------------

/// A program found by name, with the interpreters of scripts followed.
struct ProgramFile {
  UniqueFd Fd;
  image::FileId Id;
  std::string HostPath; ///< Where Fd was opened.
  std::string Path;     ///< Guest path: Fd's, not the script's.
  std::string ExecFn;   ///< Guest path that was executed: a script's own.
  /// No path on the way was found in the sysroot: the kernel finds the same.
  bool SameOnHost = true;
  /// Script lines turn "S A.." into "Interp [Arg] S A..": what to put in place
  /// of argv[0]. Empty when no script is involved.
  std::vector<std::string> ArgPrefix;
};

/// findProgram flag: the user named the file, it need not be marked executable.
constexpr int FindFromCommandLine = 1 << 30;

/// Find the program that executing Path relative to DirFd runs. Errors are
/// those of execveat, in the same order. Flags: AT_EMPTY_PATH,
/// AT_SYMLINK_NOFOLLOW, FindFromCommandLine. ExeFd: the file that
/// /proc/self/exe means; -1 = the host's.
Expected<ProgramFile> findProgram(int DirFd, const char *Path, int Flags,
                                  int ExeFd = -1);

/// Headers of the program in Fd and of its ELF interpreter.
struct ProgramHeaders {
  image::ElfImage Exe, Interp; ///< Interp.Loads is empty when there is none.
  UniqueFd InterpFd;
  std::string InterpHostPath;
};
/// Read and check the headers of the program in Fd; nothing is mapped.
Expected<ProgramHeaders> readProgram(int Fd);

/// Map Image from Fd. The result is the load bias.
Expected<uint64_t> mapImage(int Fd, const std::string &Path,
                            const image::ElfImage &Image, bool IsInterp,
                            MapSink &Sink);

/// Map the guest vDSO and fill in P's fields for it.
Expected<bool> mapVdso(LoadedProgram &P, MapSink &Sink);

/// Map the stack and fill it: strings, auxiliary vector, environment,
/// arguments.
Expected<bool> buildStack(LoadedProgram &P, const image::ElfImage &Exe,
                          const std::string &ExecFn, char *const *Argv,
                          char *const *Envp, MapSink &Sink);

/// Host path for a guest path (sysroot first).
std::string hostPath(const std::string &GuestPath);

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_LOADER_H
