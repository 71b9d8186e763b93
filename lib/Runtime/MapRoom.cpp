//===- MapRoom.cpp - How many more mappings there may be ------------------===//
#include "xlate/Runtime/MapRoom.h"
#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

using namespace xlate::runtime;

/// What the guest leaves to the runtime.
constexpr unsigned Reserve = 1024;

bool MapRoom::take(unsigned N) {
  if (Left < N && Changed)
    count();
  if (Left < N)
    return false;
  // The kernel may have joined what is several ranges for us: then taking one
  // of them away divides a mapping.
  Left -= std::min(Left, std::max(N, 1u));
  Changed = true;
  return true;
}

/// Calls F(Text, Length) for pieces of the file. Allocates nothing.
template <typename Fn> static bool readPieces(const char *Path, Fn F) {
  const int Fd = open(Path, O_RDONLY | O_CLOEXEC);
  if (Fd < 0)
    return false;
  char Piece[4096];
  ssize_t N;
  while ((N = read(Fd, Piece, sizeof Piece)) > 0)
    F(Piece, static_cast<size_t>(N));
  close(Fd);
  return N == 0;
}

void MapRoom::count() {
  Changed = false;
  unsigned Limit = 65530;
  readPieces("/proc/sys/vm/max_map_count", [&](char *Text, size_t N) {
    Text[std::min<size_t>(N, 20)] = 0;
    Limit = static_cast<unsigned>(std::strtoul(Text, nullptr, 10));
  });
  unsigned Maps = 0;
  // Where they can't be seen the kernel's answer to the guest must do.
  if (!readPieces("/proc/self/maps", [&](const char *Text, size_t N) {
        Maps += static_cast<unsigned>(std::count(Text, Text + N, '\n'));
      }))
    Maps = 0;
  Left = Limit - std::min(Limit, Maps + Reserve);
}
