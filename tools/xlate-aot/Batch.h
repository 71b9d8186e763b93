//===- Batch.h - Translating many files -------------------------*- C++ -*-===//
#ifndef XLATE_TOOLS_XLATE_AOT_BATCH_H
#define XLATE_TOOLS_XLATE_AOT_BATCH_H

#include "Translate.h"
#include "xlate/Image/Elf.h"
#include <vector>

namespace xlate::aot {

struct BatchSettings {
  unsigned Jobs = 1;
  unsigned TimeoutSeconds = 3600; ///< For one file.
  bool Quiet = false;
};

/// Every arm64 program and library below Root, each once however many names it
/// has; largest first. Symbolic links are not followed. Having none is an
/// error.
Expected<std::vector<std::string>> findPrograms(const std::string &Root);

/// Translate each file in a process of its own, so that what goes wrong with
/// one is no matter of the others.
std::vector<FileReport> translateAll(const std::vector<std::string> &Files,
                                     const Settings &S, const BatchSettings &B);

/// The same as a Ninja build file, whose edges call Self with Options.
std::string ninjaPlan(const std::vector<std::string> &Files,
                      const std::string &Self,
                      const std::vector<std::string> &Options,
                      const Settings &S);

std::string reportJson(const std::vector<FileReport> &Reports);
std::string summary(const std::vector<FileReport> &Reports);

/// If there are more than Limit bytes in the cache, remove images that are of
/// no use, then those not used for longest. 0 = no limit.
void limitCache(const std::string &CacheDir, uint64_t Limit, bool Quiet);

/// The subcommands "cache ls|verify|gc|pack|path"; the result is the exit
/// status.
int cacheCommand(const std::string &CacheDir, char *const *Args);

} // namespace xlate::aot

#endif // XLATE_TOOLS_XLATE_AOT_BATCH_H
