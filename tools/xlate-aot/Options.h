//===- Options.h - The options of xlate-aot ---------------------*- C++ -*-===//
//
// The one table of them: parsing, --help and the manual page come from it.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_TOOLS_XLATE_AOT_OPTIONS_H
#define XLATE_TOOLS_XLATE_AOT_OPTIONS_H

#include "xlate/Support/Options.h"

namespace xlate::aot {

enum Option {
  CacheDir,
  CacheSize,
  Cpu,
  OptLevel,
  AllLlvm,
  Force,
  Rootfs,
  Jobs,
  Timeout,
  Ninja,
  Report,
  Emit,
  Output,
  Runtime,
  ProfileFile,
  NoRecorded,
  Function,
  Quiet,
  Version,
  Help
};
inline constexpr OptionSpec Table[] = {
    {CacheDir, 0, "cache-dir", OptionKind::Value, "DIR", "XLATE_CACHE_DIR",
     "Put translations in DIR ($XDG_CACHE_HOME/xlate)"},
    {CacheSize, 0, "cache-size", OptionKind::Value, "MIB", "XLATE_CACHE_SIZE",
     "Afterwards, remove what was not used for longest until the cache is no "
     "larger (16384; 0: no limit)"},
    {Cpu, 0, "cpu", OptionKind::Value, "native|x86-64-v2|x86-64-v3|x86-64-v4",
     "", "Translate for these host processors (native)"},
    {OptLevel, 'O', "opt-level", OptionKind::Value, "0|1|2|3", "",
     "0: quick translation only; 1 to 3: loops go through LLVM too (default: "
     "what a profile says is hot does)"},
    {AllLlvm, 0, "all-llvm", OptionKind::Flag, "", "",
     "All functions go through LLVM, not only loops"},
    {Force, 'f', "force", OptionKind::Flag, "", "",
     "Translate files whose translation is up to date too"},
    {Rootfs, 0, "rootfs", OptionKind::Value, "DIR", "",
     "Translate every arm64 program and library below DIR"},
    {Jobs, 'j', "jobs", OptionKind::Value, "N", "",
     "Translate N files at a time (number of processors)"},
    {Timeout, 0, "timeout", OptionKind::Value, "SECONDS", "",
     "Give a file up after SECONDS (3600)"},
    {Ninja, 0, "emit-ninja", OptionKind::Value, "FILE", "",
     "Translate nothing, but write the plan to FILE, for ninja -f FILE"},
    {Report, 0, "report", OptionKind::Value, "FILE", "",
     "Write what was found and made as JSON to FILE"},
    {ProfileFile, 0, "profile", OptionKind::List, "FILE", "",
     "Use what xlate-run --record-profile noted in FILE, beside what is in the "
     "cache"},
    {NoRecorded, 0, "no-recorded", OptionKind::Flag, "", "",
     "Don't use the profiles in the cache"},
    {Function, 0, "function", OptionKind::List, "NAME", "",
     "With --emit of another form: this function only (or the one at 0x...)"},
    {Emit, 0, "emit", OptionKind::Value, "exe|image|llvm-ir|asm|obj", "",
     "With --output: what to write (exe: a program that runs by itself)"},
    {Output, 'o', "output", OptionKind::Value, "FILE", "",
     "Write the translation of the one program to FILE, not to the cache"},
    {Runtime, 0, "runtime", OptionKind::Value, "FILE", "",
     "The xlate-run that becomes part of such a program (the one beside "
     "xlate-aot)"},
    {Quiet, 'q', "quiet", OptionKind::Flag, "", "", "Print problems only"},
    {Version, 0, "version", OptionKind::Flag, "", "",
     "Print the version and exit"},
    {Help, 'h', "help", OptionKind::Flag, "", "", "Print this help and exit"},
};

inline const ToolSpec Tool = {
    "xlate-aot", "FILE... | cache ls|verify|gc [MIB]|pack DIR|path",
    "translate ARM64 Linux programs ahead of time", Table};

} // namespace xlate::aot

#endif // XLATE_TOOLS_XLATE_AOT_OPTIONS_H
