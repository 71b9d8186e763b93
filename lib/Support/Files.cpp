//===- Files.cpp - Whole reads and writes ---------------------------------===//

#include "xlate/Support/Files.h"
#include <algorithm>
#include <cerrno>
#include <unistd.h>

size_t xlate::readSome(int Fd, void *To, size_t Size, uint64_t Offset) {
  size_t Done = 0;
  while (Done != Size && Offset + Done < INT64_MAX) {
    const ssize_t N = pread(Fd, static_cast<char *>(To) + Done, Size - Done,
                            static_cast<off_t>(Offset + Done));
    if (N < 0 && errno == EINTR)
      continue;
    if (N <= 0)
      break;
    Done += static_cast<size_t>(N);
  }
  return Done;
}

bool xlate::readAll(int Fd, void *To, size_t Size, uint64_t Offset) {
  return readSome(Fd, To, Size, Offset) == Size;
}

bool xlate::writeAll(int Fd, const void *Data, size_t Size) {
  for (auto *P = static_cast<const char *>(Data); Size;) {
    // The kernel takes 2 GiB at most.
    const ssize_t N = write(Fd, P, std::min<size_t>(Size, 1 << 30));
    if (N < 0 && errno == EINTR)
      continue;
    if (N <= 0)
      return false;
    P += N;
    Size -= static_cast<size_t>(N);
  }
  return true;
}

std::string xlate::linkOfFd(int Fd) {
  return "/proc/self/fd/" + std::to_string(Fd);
}
