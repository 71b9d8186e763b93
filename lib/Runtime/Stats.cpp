//===- Stats.cpp - What --stats reports -----------------------------------===//

#include "Stats.h"
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <vector>

using namespace xlate;
using namespace xlate::runtime;

uint64_t runtime::monotonicNanos() {
  timespec T;
  clock_gettime(CLOCK_MONOTONIC, &T);
  return static_cast<uint64_t>(T.tv_sec) * 1000000000 +
         static_cast<uint64_t>(T.tv_nsec);
}

namespace {
struct Figure {
  const char *Group, *Name;
  uint64_t Value;
};
} // namespace

static std::vector<Figure> figures(const Stats &S) {
  return {{"baseline", "units", S.BaselineUnits},
          {"baseline", "instructions", S.BaselineInsns},
          {"baseline", "bytes", S.BaselineBytes},
          {"baseline", "microseconds", S.BaselineNanos / 1000},
          {"baseline", "executed", S.BaselineExecuted},
          {"llvm", "units", S.LlvmUnits},
          {"llvm", "bytes", S.LlvmBytes},
          {"llvm", "microseconds", S.LlvmMicros},
          {"llvm", "failed", S.LlvmFailed},
          {"aot", "images", S.AotImages},
          {"aot", "units", S.AotUnits},
          {"aot", "ignored", S.AotIgnored},
          {"runtime", "dispatches", S.Dispatches},
          {"runtime", "syscalls", S.Syscalls},
          {"runtime", "signals", S.Signals},
          {"runtime", "invalidations", S.Invalidations},
          {"runtime", "resets", S.Resets},
          {"runtime", "invalid-ops", S.InvalidOps},
          {"runtime", "inherited", S.Inherited}};
}

/// Primitives by number of fallback sites, most first.
static std::vector<unsigned> fallbacks(const Stats &S) {
  std::vector<unsigned> Ops;
  for (unsigned I = 0; I != NumOps; ++I)
    if (S.Fallbacks[I])
      Ops.push_back(I);
  std::sort(Ops.begin(), Ops.end(), [&](unsigned A, unsigned B) {
    return S.Fallbacks[A] != S.Fallbacks[B] ? S.Fallbacks[A] > S.Fallbacks[B]
                                            : A < B;
  });
  return Ops;
}

std::string Stats::text() const {
  std::string Out;
  char Line[96];
  for (const Figure &F : figures(*this)) {
    std::snprintf(Line, sizeof Line, "xlate-run: %-9s %-14s %12" PRIu64 "\n",
                  F.Group, F.Name, F.Value);
    Out += Line;
  }
  for (unsigned I : fallbacks(*this)) {
    std::snprintf(Line, sizeof Line, "xlate-run: fallback  %-14s %12u\n",
                  opName(static_cast<Op>(I)), Fallbacks[I]);
    Out += Line;
  }
  return Out;
}

std::string Stats::json() const {
  std::string Out = "{";
  char Item[96];
  const char *Group = nullptr;
  for (const Figure &F : figures(*this)) {
    const bool New = Group != F.Group;
    if (New) {
      std::snprintf(Item, sizeof Item, "%s\"%s\":{", Group ? "}," : "",
                    F.Group);
      Out += Item;
      Group = F.Group;
    }
    std::snprintf(Item, sizeof Item, "%s\"%s\":%" PRIu64, New ? "" : ",",
                  F.Name, F.Value);
    Out += Item;
  }
  Out += "},\"fallbacks\":{";
  const char *Comma = "";
  for (unsigned I : fallbacks(*this)) {
    std::snprintf(Item, sizeof Item, "%s\"%s\":%u", Comma,
                  opName(static_cast<Op>(I)), Fallbacks[I]);
    Out += Item;
    Comma = ",";
  }
  return Out + "}}\n";
}
