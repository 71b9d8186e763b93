//===- RunOptions.cpp - Settings that outlive an execve -------------------===//
#include "xlate/Runtime/Exec.h"

namespace xlate::runtime {

std::vector<std::string> inheritedArguments(const RunOptions &Options) {
  std::vector<std::string> Args;
  if (!Options.Sysroot.empty())
    Args.push_back("--sysroot=" + Options.Sysroot);
  if (!Options.UnameRelease.empty())
    Args.push_back("--uname=" + Options.UnameRelease);
  if (Options.Strace)
    Args.push_back("--strace");
  switch (Options.UseTier) {
  case Tier::Auto:
    break;
  case Tier::Interp:
    Args.push_back("--tier=interp");
    break;
  case Tier::Baseline:
    Args.push_back("--tier=baseline");
    break;
  case Tier::Llvm:
    Args.push_back("--tier=llvm");
    break;
  }
  if (Options.CacheDir.empty() && Options.CachePath.empty())
    Args.push_back("--no-cache");
  if (!Options.CacheDir.empty())
    Args.push_back("--cache-dir=" + Options.CacheDir);
  if (!Options.CachePath.empty())
    Args.push_back("--cache-path=" + Options.CachePath);
  if (!Options.RecordProfile.empty())
    Args.push_back("--record-profile=" + Options.RecordProfile);
  if (Options.Background)
    Args.push_back("--background-aot");
  if (Options.NoRecord)
    Args.push_back("--no-record");
  switch (Options.Stats) {
  case StatsMode::Off:
    break;
  case StatsMode::Text:
    Args.push_back("--stats=text");
    break;
  case StatsMode::Json:
    Args.push_back("--stats=json");
    break;
  }
  if (Options.PerfMap)
    Args.push_back("--perf-map");
  return Args;
}

} // namespace xlate::runtime
