//===- MapRoom.cpp - How many more mappings there may be ------------------===//
#include "xlate/Runtime/MapRoom.h"
#include "xlate/Syscall/Syscall.h"
#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

using namespace xlate::runtime;

/// What the guest leaves to the runtime.
constexpr unsigned Reserve = 1024;

bool MapRoom::take(unsigned N, size_t Known) {
  if (Left < N && Changed)
    count(Known);
  if (Left < N)
    return false;
  // The kernel may have joined what is several ranges for us: then taking one
  // of them away divides a mapping.
  use(std::max(N, 1u));
  return true;
}

void MapRoom::use(unsigned N) {
  Left -= std::min(Left, N);
  Changed = true;
}

/// Calls F(Text, Length) for pieces of the file, with room for a zero behind
/// them. Allocates nothing.
template <typename Fn> static bool readPieces(const char *Path, Fn F) {
  int Fd = open(Path, O_RDONLY | O_CLOEXEC);
  if (Fd < 0)
    return false;
  Fd = xlate::sys::protectFd(Fd); // from a guest that closes all there are
  char Piece[4096 + 1];
  ssize_t N;
  while ((N = read(Fd, Piece, sizeof Piece - 1)) > 0)
    F(Piece, static_cast<size_t>(N));
  xlate::sys::closeRuntimeFd(Fd);
  return N == 0;
}

void MapRoom::count(size_t Known) {
  Changed = false;
  unsigned Limit = 65530;
  readPieces("/proc/sys/vm/max_map_count", [&](char *Text, size_t N) {
    Text[N] = 0;
    Limit = static_cast<unsigned>(std::strtoul(Text, nullptr, 10));
  });
  size_t Maps = 0;
  // Without /proc, or a descriptor to read it by, we make do with what we know.
  if (!readPieces("/proc/self/maps", [&](const char *Text, size_t N) {
        Maps += static_cast<size_t>(std::count(Text, Text + N, '\n'));
      }))
    Maps = Known;
  Left = Limit - static_cast<unsigned>(std::min<size_t>(Limit, Maps + Reserve));
}
