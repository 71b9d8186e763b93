//===- GuestLimits.cpp - How much the guest may map -----------------------===//
//
// RLIMIT_AS bounds all that the guest has mapped, RLIMIT_DATA what of it is
// private and writable and no stack, as the kernel counts them for a process.
// The runtime's own mappings count for neither. Limits that xlate-run was
// started with bound both: there, the guest gets what the runtime leaves.
//
//===----------------------------------------------------------------------===//
#include "GuestRanges.h"
#include "xlate/Runtime/GuestMemory.h"
#include <mutex>

using namespace xlate::runtime;

constexpr uint64_t Unlimited = ~uint64_t(0);

void GuestMemory::limit(const xlate::sys::MemoryLimits &L) {
  std::unique_lock G(Lock);
  Limit = L;
}

/// Would the guest have more than it may with More bytes on top? Data: they
/// count for RLIMIT_DATA.
bool GuestMemory::tooMuch(uint64_t More, bool Data) const {
  if (const uint64_t Most = std::min(Limit.Size, Left.Size);
      Most != Unlimited) {
    uint64_t Size = More;
    for (const auto &[Lo, R] : Guest)
      Size += R.Hi - Lo;
    if (Size > Most)
      return true;
  }
  return Data && tooMuchData(More);
}

bool GuestMemory::tooMuchData(uint64_t More) const {
  if (Limit.Data == Unlimited && Left.Data == Unlimited)
    return false;
  uint64_t Size = More;
  for (const auto &[Lo, R] : Guest)
    if (R.data())
      Size += R.Hi - Lo;
  // A limit of 0 is for programs that want no heap at the break and all else:
  // the kernel then looks at the hard limit.
  return Size > std::min(Left.Data, Limit.Data ? Limit.Data : Limit.DataMax);
}

/// Is the heap, up to Break, together with the program's data more than
/// RLIMIT_DATA?
bool GuestMemory::heapTooLarge(uint64_t Break) const {
  const uint64_t Most = Limit.Data != Unlimited ? Limit.Data : HeapLimit;
  return Most != Unlimited && Break - BrkStart + DataSize > Most;
}

/// End of the part of [Lo, Hi) that may become writable: where that would make
/// too much data of what is none, the kernel stops.
uint64_t GuestMemory::dataEnd(uint64_t Lo, uint64_t Hi) const {
  uint64_t More = 0, End = Hi;
  forParts(Guest, Lo, Hi, [&](uint64_t A, uint64_t B, const Range &R) {
    if (!R.Private || R.data())
      return;
    More += B - A;
    if (End == Hi && tooMuchData(More))
      End = A;
  });
  return End;
}
