//===- Translate.h - Translating one file -----------------------*- C++ -*-===//
#ifndef XLATE_TOOLS_XLATE_AOT_TRANSLATE_H
#define XLATE_TOOLS_XLATE_AOT_TRANSLATE_H

#include "xlate/Cache/AotImage.h"
#include "xlate/Cache/Profile.h"
#include "xlate/Support/Error.h"
#include <memory>
#include <string>
#include <vector>

namespace xlate::aot {

struct Settings {
  std::string CacheDir;
  std::string Cpu = "native"; ///< "x86-64-v2", ...
  /// -1: what a profile says is hot goes through LLVM. 0: nothing does. 1 to 3:
  /// so do loops.
  int OptLevel = -1;
  bool AllLlvm = false;
  /// Use the profile recorded in the cache, beside these.
  bool UseRecorded = true;
  std::shared_ptr<const cache::ProfileSet> Profiles;
  /// Only these functions, by name or address in the file; for other forms than
  /// images.
  std::vector<std::string> Functions;
  std::string Emit = "image"; ///< Or "llvm-ir", "asm", "obj", "exe".
  /// For "exe": the xlate-run to put the program into.
  std::string Runtime;
  bool Force = false;
};

/// What became of one file.
struct FileReport {
  std::string Path;
  std::string Status; ///< "done", "unchanged", "skipped", "failed".
  std::string Reason;
  std::string Key;
  uint64_t TextBytes = 0, CoveredBytes = 0, Functions = 0, Entries = 0;
  uint64_t LlvmUnits = 0, UnknownInsns = 0, CodeBytes = 0, ImageBytes = 0;
  /// Indirect jumps, those with known targets, blocks named by a profile.
  uint64_t Jumps = 0, KnownJumps = 0, Profiled = 0;
  uint64_t PeakKiB = 0;
  double Seconds = 0;
};

/// Translate Path into the cache, or to Output if that isn't empty.
FileReport translateFile(const std::string &Path, const std::string &Output,
                         const Settings &S);

} // namespace xlate::aot

#endif // XLATE_TOOLS_XLATE_AOT_TRANSLATE_H
