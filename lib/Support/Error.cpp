//===- Error.cpp - Recoverable errors -------------------------------------===//
#include "xlate/Support/Error.h"
#include <cstring>
#include <unistd.h>

namespace xlate {

Error systemError(int Errno) {
  std::string Text = strerror(Errno);
  // The C library capitalises; the reason follows "FILE: ".
  if (Text.size() > 1 && Text[1] >= 'a' && Text[1] <= 'z')
    Text[0] |= 0x20;
  return {Errno, std::move(Text)};
}

void UniqueFd::reset(int NewFd) {
  if (Fd >= 0)
    close(Fd);
  Fd = NewFd;
}

} // namespace xlate
