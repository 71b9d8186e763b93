//===- PerfMap.cpp - Names of translated code for perf --------------------===//

#include "PerfMap.h"
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

void PerfMap::readMappings() {
  Mappings.clear();
  FILE *F = fopen("/proc/self/maps", "re");
  if (!F)
    return;
  char Line[4200], Path[4096];
  while (fgets(Line, sizeof Line, F)) {
    uint64_t Lo, Hi, Offset;
    if (sscanf(Line,
               "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %4095[^\n]",
               &Lo, &Hi, &Offset, Path) != 4)
      continue;
    const char *Slash = strrchr(Path, '/');
    const std::string File = Slash ? Slash + 1 : Path;
    uint64_t Base = Lo;
    if (Offset != 0 && !Mappings.empty() && Mappings.back().File == File)
      Base = Mappings.back().Base;
    Mappings.push_back({Lo, Hi, Base, File});
  }
  fclose(F);
}

std::string PerfMap::nameOf(const Unit &U) {
  if (Generation != Mem.generation()) {
    Generation = Mem.generation();
    readMappings();
  }
  static const char *const Tiers[] = {"baseline", "llvm", "aot"};
  char Text[64];
  std::snprintf(Text, sizeof Text, "%s 0x%" PRIx64,
                Tiers[static_cast<unsigned>(U.Tier)], U.Pc);
  std::string Name = Text;
  for (const Mapping &M : Mappings)
    if (M.Lo <= U.Pc && U.Pc < M.Hi) {
      std::snprintf(Text, sizeof Text, "+0x%" PRIx64, U.Pc - M.Base);
      Name += " " + M.File + Text;
    }
  return Name;
}

// Opened each time: the file must neither take a descriptor that the guest sees
// nor be shared with a child.
void PerfMap::write(const std::string &Text) const {
  char Path[64];
  std::snprintf(Path, sizeof Path, "/tmp/perf-%d.map", Pid);
  int Fd =
      open(Path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (Fd < 0)
    return;
  [[maybe_unused]] ssize_t N = ::write(Fd, Text.data(), Text.size());
  close(Fd);
}

void PerfMap::note(const Unit &U) {
  std::string Text;
  auto add = [&](const Unit &Of) {
    char Range[64];
    std::snprintf(Range, sizeof Range, "%" PRIxPTR " %zx ",
                  reinterpret_cast<uintptr_t>(Of.Host), Of.HostSize);
    Text += Range + nameOf(Of) + "\n";
  };
  if (Pid == getpid()) {
    add(U);
  } else {
    Pid = getpid();
    Code.forEachUnit(add);
  }
  write(Text);
}
