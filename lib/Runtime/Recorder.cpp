//===- Recorder.cpp - Remembers what was translated at run time -----------===//

#include "Recorder.h"
#include "Promotion.h"
#include "xlate/Cache/AotImage.h"
#include "xlate/Support/Files.h"
#include "xlate/Syscall/Syscall.h"
#include <algorithm>
#include <bit>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

void Recorder::init(const std::string &CacheDir, const std::string &File,
                    int Errors) {
  Explicit = File;
  ErrorFd = Errors;
  if (CacheDir.empty() || !Explicit.empty())
    return;
  constexpr int Flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  int Fd = open(CacheDir.c_str(), Flags);
  if (Fd < 0 && errno == ENOENT) {
    // The folder and the one around it, which may be the user's first cache.
    if (mkdir(CacheDir.c_str(), 0755) != 0 && errno == ENOENT) {
      mkdir(CacheDir.substr(0, CacheDir.rfind('/')).c_str(), 0755);
      mkdir(CacheDir.c_str(), 0755);
    }
    Fd = open(CacheDir.c_str(), Flags);
  }
  if (Fd < 0)
    return;
  if (faccessat(Fd, ".", W_OK, AT_EACCESS) != 0) {
    close(Fd);
    return;
  }
  CacheFd = sys::protectFd(Fd);
}

void Recorder::mapped(uint64_t Lo, uint64_t Hi, int Fd, uint64_t Offset) {
  Range R{Lo, Hi, Offset, {}, {}};
  if (!cache::fileKey(Fd, R.File))
    return;
  if (WithNames) {
    char Name[4096];
    const ssize_t N = readlink(linkOfFd(Fd).c_str(), Name, sizeof Name);
    if (N > 0 && Name[0] == '/')
      R.Path.assign(Name, static_cast<size_t>(N));
  }
  std::lock_guard G(Lock);
  Ranges.push_back(std::move(R));
}

const Recorder::Range *Recorder::rangeOf(uint64_t Pc) const {
  for (size_t I = Ranges.size(); I-- != 0;)
    if (Pc >= Ranges[I].Lo && Pc < Ranges[I].Hi)
      return &Ranges[I];
  return nullptr;
}

void Recorder::write(CodeMap &Code, const JumpMap &Jumps, const JumpMap &Calls,
                     const std::vector<uint64_t> &HotBlocks, bool Precise,
                     bool AtExec) {
  if (!enabled() || !Lock.try_lock())
    return;
  std::lock_guard G(Lock, std::adopt_lock);
  if (!Code.mutex().try_lock())
    return;
  cache::ProfileSet Set;
  {
    std::lock_guard G2(Code.mutex(), std::adopt_lock);
    // Most children of shells have run nothing new.
    if (Code.numEntries() == AtFork && HotBlocks.size() == HotAtFork)
      return;
    // Shells try one folder after the other.
    if (AtExec && Code.numEntries() == AtLastExec)
      return;
    if (AtExec)
      AtLastExec = Code.numEntries();
    const Range *R = nullptr;
    cache::Profile *P = nullptr;
    auto find = [&](uint64_t Pc) {
      if (R && Pc >= R->Lo && Pc < R->Hi)
        return true;
      R = rangeOf(Pc);
      P = R ? &Set.Files[R->File] : nullptr;
      return R != nullptr;
    };
    auto offset = [&](uint64_t Pc) {
      return static_cast<uint32_t>(Pc - R->Lo + R->Offset);
    };
    auto note = [&](uint64_t Pc, uint8_t Class, bool Hot) {
      if (find(Pc))
        P->Blocks.push_back({offset(Pc), Class, Hot});
    };
    Code.forEachEntry(FirstEntry, [&](const Entry &E) {
      const Unit *U = E.Current;
      if (!U || U->Tier == MadeBy::Aot)
        return;
      const uint8_t Class = cache::countClass(std::clamp(
          E.heatUsed(HeatStep), uint64_t(1), uint64_t(HotThreshold)));
      note(E.Pc, Class, U->Tier == MadeBy::Llvm);
      // What is inside of a trace matters only where the optimising tier may.
      constexpr uint8_t Warm = 10;
      if (U->Tier == MadeBy::Baseline && Class >= Warm)
        for (uint64_t Bits = U->Blocks; Bits; Bits &= Bits - 1)
          note(U->GuestLo + 4 * uint64_t(std::countr_zero(Bits)), Class, false);
    });
    for (uint64_t Pc : HotBlocks)
      note(Pc, cache::countClass(HotThreshold), true);
    for (const JumpMap *Seen : {&Jumps, &Calls})
      for (const auto &[From, Targets] : *Seen)
        for (uint64_t To : Targets)
          if (find(To) && find(From) && To >= R->Lo && To < R->Hi)
            P->Jumps.emplace_back(offset(From), offset(To));
  }
  for (auto &[File, P] : Set.Files) {
    if (P.empty())
      continue;
    P.Precise = Precise;
    P.normalize();
    if (CacheFd >= 0)
      (void)cache::mergeProfile(CacheFd, File, P); // only hints are lost
  }
  if (Explicit.empty())
    return;
  if (Expected<bool> Done = cache::mergeProfileFile(Explicit, Set); !Done) {
    const std::string Line =
        "xlate-run: " + Explicit + ": " + Done.error().Reason + "\n";
    [[maybe_unused]] ssize_t N = ::write(ErrorFd, Line.data(), Line.size());
  }
}
