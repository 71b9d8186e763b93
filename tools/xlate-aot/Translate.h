//===- Translate.h - Translating one file -----------------------*- C++ -*-===//
#ifndef XLATE_TOOLS_XLATE_AOT_TRANSLATE_H
#define XLATE_TOOLS_XLATE_AOT_TRANSLATE_H

#include "xlate/Cache/AotImage.h"
#include "xlate/Support/Error.h"
#include <string>

namespace xlate::aot {

struct Settings {
  std::string CacheDir;
  std::string Cpu = "native"; ///< "x86-64-v2", ...
  unsigned OptLevel = 0;
  bool AllLlvm = false;
  std::string Emit = "image"; ///< Or "llvm-ir", "asm", "obj".
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
  double Seconds = 0;
};

/// Translate Path into the cache, or to Output if that isn't empty.
FileReport translateFile(const std::string &Path, const std::string &Output,
                         const Settings &S);

} // namespace xlate::aot

#endif // XLATE_TOOLS_XLATE_AOT_TRANSLATE_H
