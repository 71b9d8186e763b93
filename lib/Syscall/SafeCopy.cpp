//===- SafeCopy.cpp - Access to guest memory that may not be there --------===//
#include "xlate/Syscall/SafeCopy.h"
#include "StateOffsets.h"
#include "xlate/Guest/CpuState.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ucontext.h>

namespace xlate::sys {

static_assert(offsetof(CpuState, PollFlag) == STATE_POLL_FLAG);

bool fixSafeCopyFault(void *Context) {
  auto &Rip = static_cast<ucontext_t *>(Context)->uc_mcontext.gregs[REG_RIP];
  if (Rip < reinterpret_cast<greg_t>(xlate_safe_copy_start) ||
      Rip >= reinterpret_cast<greg_t>(xlate_safe_copy_end))
    return false;
  Rip = reinterpret_cast<greg_t>(
      Rip < reinterpret_cast<greg_t>(xlate_safe_copy_bytes)
          ? xlate_safe_copy_bytes
          : xlate_safe_copy_fault);
  return true;
}

int64_t copyString(std::string &Out, uint64_t Addr, size_t Max) {
  Out.clear();
  // Chunks end at page boundaries, so that a string before an unmapped page is
  // read without a fault.
  char Buf[512];
  while (Out.size() < Max) {
    size_t N =
        std::min({sizeof Buf, Max - Out.size(), size_t(4096 - (Addr & 4095))});
    if (!safeCopy(Buf, reinterpret_cast<const void *>(Addr), N))
      return -EFAULT;
    if (const void *End = std::memchr(Buf, 0, N)) {
      Out.append(Buf, static_cast<const char *>(End) - Buf);
      return 0;
    }
    Out.append(Buf, N);
    Addr += N;
  }
  return -ENAMETOOLONG;
}

} // namespace xlate::sys
