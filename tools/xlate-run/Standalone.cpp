//===- Standalone.cpp - A guest program inside this file ------------------===//

#include "Standalone.h"
#include "xlate/Cache/Standalone.h"
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace xlate;

/// Volatile: what the compiler sees isn't what will be there.
__attribute__((used)) static volatile const cache::Standalone Here = {
    XLATE_STANDALONE_MAGIC, 0, 0, 0, 0};

bool xlate::isStandalone() { return Here.GuestSize != 0; }

const char *xlate::openStandalone(runtime::RunOptions &Options) {
  const int Self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  // The guest file becomes one of its own: it is mapped and read like any
  // other.
  const int Guest = memfd_create("guest", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (Self < 0 || Guest < 0)
    return "this program needs /proc";
  off_t From = static_cast<off_t>(Here.GuestOffset);
  for (uint64_t Left = Here.GuestSize; Left;) {
    const ssize_t N = sendfile(Guest, Self, &From, Left);
    if (N < 0 && errno == EINTR)
      continue;
    if (N <= 0)
      return "the program inside can't be copied";
    Left -= static_cast<uint64_t>(N);
  }
  fchmod(Guest, 0500);
  fcntl(Guest, F_ADD_SEALS,
        F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  char Name[PATH_MAX];
  const ssize_t N = readlink("/proc/self/exe", Name, sizeof Name - 1);
  Options.Program = N > 0 ? std::string(Name, static_cast<size_t>(N)) : "guest";
  Options.ProgramFd = Guest;
  if (Here.ImageSize) {
    Options.ImageFd = Self;
    Options.ImageOffset = Here.ImageOffset;
    Options.ImageSize = Here.ImageSize;
  } else {
    close(Self);
  }
  return nullptr;
}
