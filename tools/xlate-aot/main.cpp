//===- main.cpp - xlate-aot: translate ahead of time ----------------------===//
#include "Translate.h"
#include "xlate/Cache/CacheDir.h"
#include <cstdio>
#include <cstring>

using namespace xlate;

int main(int Argc, char **Argv) {
  aot::Settings S;
  S.CacheDir = cache::defaultCacheDir();
  int Status = 0;
  for (int I = 1; I < Argc; ++I) {
    if (!std::strncmp(Argv[I], "-O", 2)) {
      S.OptLevel = Argv[I][2] - '0';
      continue;
    }
    if (!std::strcmp(Argv[I], "--force")) {
      S.Force = true;
      continue;
    }
    auto R = aot::translateFile(Argv[I], "", S);
    std::printf("%s: %s %s text %lu covered %lu entries %lu llvm %lu code %lu "
                "image %lu %.2f s\n",
                R.Path.c_str(), R.Status.c_str(), R.Reason.c_str(), R.TextBytes,
                R.CoveredBytes, R.Entries, R.LlvmUnits, R.CodeBytes,
                R.ImageBytes, R.Seconds);
    Status |= R.Status == "failed";
  }
  return Status;
}
