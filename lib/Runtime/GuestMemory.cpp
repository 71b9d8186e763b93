//===- GuestMemory.cpp - The guest's mapping calls ------------------------===//
//
// Only ranges in the map Guest are ever unmapped, protected or moved. A fixed
// mapping over anything else must first claim the gaps with
// MAP_FIXED_NOREPLACE; that fails where the host has a mapping, whether or not
// the runtime has told us about it.
//
//===----------------------------------------------------------------------===//
#include "xlate/Runtime/GuestMemory.h"
#include "GuestRanges.h"
#include <linux/mman.h>
#include <mutex>
#include <sys/shm.h>

using namespace xlate::runtime;

/// x86-64 flags that arm64 doesn't know and ignores.
constexpr int HostOnlyMapFlags = 0x40 /*MAP_32BIT*/ | 0x80 /*MAP_ABOVE4G*/;
constexpr int ProtSem = 8;

//--- Claiming address space ---------------------------------------------------

/// Make every part of [Lo, Hi) that isn't the guest's ours to map over.
GuestMemory::Result
GuestMemory::claim(uint64_t Lo, uint64_t Hi,
                   std::vector<std::pair<uint64_t, uint64_t>> &Claimed) {
  while (Lo < Hi) {
    Lo = coveredEnd(Guest, Lo, Hi);
    if (Lo == Hi)
      break;
    auto Next = Guest.lower_bound(Lo);
    uint64_t End = Next == Guest.end() ? Hi : std::min(Hi, Next->first);
    if (hitsRuntime(Lo, End) || hostReserve(Lo, End, MAP_FIXED_NOREPLACE) < 0) {
      abandon(Claimed);
      return -ENOMEM;
    }
    Claimed.emplace_back(Lo, End);
    Lo = End;
  }
  return 0;
}

void GuestMemory::abandon(
    const std::vector<std::pair<uint64_t, uint64_t>> &Claimed) {
  for (auto [Lo, Hi] : Claimed)
    host(SYS_munmap, Lo, Hi - Lo);
}

/// The guest wants part of the address space set aside for its heap.
void GuestMemory::trimReserve(uint64_t Lo, uint64_t Hi) {
  uint64_t HeapEnd = pageUp(BrkCur);
  if (Hi <= HeapEnd || Lo >= BrkReserve)
    return;
  uint64_t NewEnd = std::max(Lo, HeapEnd);
  host(SYS_munmap, NewEnd, BrkReserve - NewEnd);
  BrkReserve = NewEnd;
}

//--- mmap, munmap, mprotect, mremap, madvise --------------------------------

/// Length of the mapping that mmap makes.
static uint64_t mappedLength(uint64_t Len, int Flags) {
  if (!(Flags & MAP_HUGETLB))
    return pageUp(Len);
  unsigned Shift = Flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;
  uint64_t Huge = uint64_t(1) << (Shift ? Shift : 21);
  return (Len + Huge - 1) & ~(Huge - 1);
}

GuestMemory::Result GuestMemory::mmap(uint64_t Addr, uint64_t Len, int Prot,
                                      int Flags, int Fd, uint64_t Offset) {
  Flags &= ~HostOnlyMapFlags;
  const bool NoReplace = Flags & MAP_FIXED_NOREPLACE;
  const bool Fixed = (Flags & MAP_FIXED) || NoReplace;
  if (!Len || (Fixed && !aligned(Addr)))
    return -EINVAL;
  const uint64_t Size = mappedLength(Len, Flags);
  if (Size < Len || Size > AddressLimit)
    return -ENOMEM;
  if (Addr > AddressLimit - Size) {
    if (Fixed)
      return -ENOMEM;
    Addr = 0;
  }
  const int Host = hostProt(Prot);
  Range New{0, static_cast<uint8_t>(Prot & ProtMask)};
  New.Private = (Flags & MAP_TYPE) == MAP_PRIVATE && !(Flags & MAP_GROWSDOWN);
  bool HadCode = false;
  int64_t R;
  {
    std::unique_lock G(Lock);
    uint64_t Replaced = 0;
    if (Fixed && !NoReplace)
      forRuns(Guest, Addr, Addr + Size,
              [&](uint64_t Lo, uint64_t Hi) { Replaced += Hi - Lo; });
    if (tooMuch(Size - Replaced, New.data()) ||
        !takeRoom(Fixed ? 1 + cuts(Addr, Addr + Size) : 1))
      return -ENOMEM;
    if (!mayLock(Size, /*ByFlag=*/true))
      return -EAGAIN;
    changed();
    std::vector<std::pair<uint64_t, uint64_t>> Claimed;
    if (Fixed) {
      trimReserve(Addr, Addr + Size);
      if (NoReplace && hitsRuntime(Addr, Addr + Size))
        return -EEXIST;
      if (!NoReplace) {
        HadCode = anyExec(Addr, Addr + Size);
        if (Result E = claim(Addr, Addr + Size, Claimed))
          return E;
      }
    }
    R = host(SYS_mmap, Addr, Len, Host, Flags | lockFlag(), Fd, Offset);
    if (R < 0) {
      abandon(Claimed);
      // A failed MAP_FIXED may have unmapped what was there.
    } else {
      // What the kernel considers free has ceased to be the runtime's.
      cut(Runtime, R, R + Size);
      set(R, R + Size, New);
      lockMapped(R, Size, /*ByFlag=*/true);
    }
    changed();
  }
  if (HadCode)
    notify(Addr, Addr + Size);
  if (R >= 0 && (Prot & PROT_EXEC) && !(Flags & MAP_ANONYMOUS) && OnExecMap)
    OnExecMap(R, R + Size, Fd, Offset);
  return R;
}

GuestMemory::Result GuestMemory::munmap(uint64_t Addr, uint64_t Len) {
  constexpr uint64_t TaskSize = uint64_t(1) << 48;
  if (!aligned(Addr) || !Len || Addr > TaskSize || Len > TaskSize - Addr)
    return -EINVAL;
  const uint64_t End = Addr + pageUp(Len);
  bool HadCode;
  int64_t R = 0;
  {
    std::unique_lock G(Lock);
    const uint64_t HeapLo = pageUp(BrkStart), HeapHi = pageUp(BrkCur);
    const bool InHeap = Addr < HeapHi && End > HeapLo;
    if (!takeRoom((isInside(Addr, End) ? 1 : 0) + (InHeap ? 1 : 0)))
      return -ENOMEM;
    changed();
    HadCode = anyExec(Addr, End);
    forRuns(Guest, Addr, End, [&](uint64_t Lo, uint64_t Hi) {
      int64_t E = host(SYS_munmap, Lo, Hi - Lo);
      R = R ? R : E;
    });
    if (R == 0) {
      // A hole in the heap stays set aside.
      if (HeapLo < HeapHi)
        forRuns(Guest, std::max(Addr, HeapLo), std::min(End, HeapHi),
                [&](uint64_t Lo, uint64_t Hi) {
                  hostReserve(Lo, Hi, MAP_FIXED_NOREPLACE);
                });
      erase(Addr, End);
    }
    changed();
  }
  if (HadCode)
    notify(Addr, End);
  return R;
}

GuestMemory::Result GuestMemory::mprotect(uint64_t Addr, uint64_t Len,
                                          int Prot) {
  const int Grows = Prot & (PROT_GROWSDOWN | PROT_GROWSUP);
  Prot &= ~Grows;
  if (Grows & PROT_GROWSUP || !aligned(Addr))
    return -EINVAL;
  if (!Len)
    return 0;
  uint64_t End = Addr + pageUp(Len);
  if (End <= Addr)
    return -ENOMEM;
  if (Prot & ~(ProtMask | ProtSem))
    return -EINVAL;
  bool Code = false;
  int64_t R = 0;
  {
    std::unique_lock G(Lock);
    if (Grows) {
      if (Addr < StackLo || Addr >= StackHi)
        return -EINVAL;
      Addr = StackLo;
    }
    // The kernel changes everything before the first hole.
    uint64_t Stop = coveredEnd(Guest, Addr, End);
    if (Prot & PROT_WRITE)
      Stop = dataEnd(Addr, Stop);
    if (Stop != End)
      R = -ENOMEM;
    if (!takeRoom(cuts(Addr, Stop)))
      return -ENOMEM;
    if (Stop != Addr) {
      changed();
      Code = (Prot & PROT_EXEC) || anyExec(Addr, Stop);
      int64_t E = host(SYS_mprotect, Addr, Stop - Addr, hostProt(Prot));
      if (E == 0)
        setProt(Addr, Stop, Prot & ProtMask);
      else
        R = E;
      changed();
    }
  }
  if (Code)
    notify(Addr, End);
  return R;
}

GuestMemory::Result GuestMemory::mremap(uint64_t Old, uint64_t OldLen,
                                        uint64_t NewLen, int Flags,
                                        uint64_t NewAddr) {
  constexpr int Known = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
  const bool Fixed = Flags & MREMAP_FIXED;
  if ((Flags & ~Known) ||
      ((Flags & ~MREMAP_MAYMOVE) && !(Flags & MREMAP_MAYMOVE)) || !NewLen ||
      !aligned(Old) || (Fixed && !aligned(NewAddr)))
    return -EINVAL;
  OldLen = pageUp(OldLen);
  NewLen = pageUp(NewLen);
  if (NewLen > AddressLimit || (Fixed && NewAddr > AddressLimit - NewLen))
    return -EINVAL;
  if (Fixed && Old < NewAddr + NewLen && NewAddr < Old + OldLen)
    return -EINVAL;
  bool Code;
  int64_t R;
  {
    std::unique_lock G(Lock);
    const uint64_t Have = std::max(OldLen, PageSize);
    if (Old + Have < Old || !covered(Old, Old + Have))
      return -EFAULT;
    const uint64_t More = Flags & MREMAP_DONTUNMAP ? NewLen
                          : NewLen > OldLen        ? NewLen - OldLen
                                                   : 0;
    if (More && tooMuch(More, find(Old)->second.data()))
      return -ENOMEM;
    if (!takeRoom(1 + cuts(Old, Old + Have) +
                  (Fixed ? cuts(NewAddr, NewAddr + NewLen) : 0)))
      return -ENOMEM;
    changed();
    unprotectLocked(Old, Old + Have);
    std::vector<std::pair<uint64_t, uint64_t>> Claimed;
    Code = anyExec(Old, Old + Have);
    if (Fixed) {
      trimReserve(NewAddr, NewAddr + NewLen);
      Code |= anyExec(NewAddr, NewAddr + NewLen);
      if (Result E = claim(NewAddr, NewAddr + NewLen, Claimed))
        return E;
    }
    R = host(SYS_mremap, Old, OldLen, NewLen, Flags, NewAddr);
    if (R < 0) {
      abandon(Claimed);
    } else {
      struct Part {
        uint64_t Lo, Hi;
        Range R;
      };
      std::vector<Part> Parts;
      forParts(Guest, Old, Old + Have,
               [&](uint64_t Lo, uint64_t Hi, const Range &X) {
                 Parts.push_back({Lo, Hi, X});
               });
      const bool Keep = (Flags & MREMAP_DONTUNMAP) || OldLen == 0;
      if (!Keep)
        erase(Old, Old + OldLen);
      const uint64_t NewEnd = R + NewLen;
      if (static_cast<uint64_t>(R) != Old)
        cut(Runtime, R, NewEnd);
      // Whatever is beyond the old length continues the last part.
      Parts.back().Hi = std::max(Parts.back().Hi, Old + NewLen);
      for (const Part &P : Parts) {
        uint64_t Lo = P.Lo - Old + R;
        if (Lo < NewEnd)
          set(Lo, std::min(P.Hi - Old + R, NewEnd), P.R);
      }
    }
    changed();
  }
  if (Code) {
    notify(Old, Old + OldLen);
    if (R >= 0 && static_cast<uint64_t>(R) != Old)
      notify(R, R + NewLen);
  }
  return R;
}

/// Advice that changes what is read from the pages.
static bool dropsContents(int Advice) {
  switch (Advice) {
  case MADV_DONTNEED:
  case MADV_FREE:
  case MADV_REMOVE:
  case 24:  // MADV_DONTNEED_LOCKED
  case 102: // MADV_GUARD_INSTALL
    return true;
  default:
    return false;
  }
}

/// Advice that the kernel remembers for the mapping.
static bool changesMapping(int Advice) {
  switch (Advice) {
  case MADV_NORMAL:
  case MADV_RANDOM:
  case MADV_SEQUENTIAL:
  case MADV_DONTFORK:
  case MADV_DOFORK:
  case MADV_MERGEABLE:
  case MADV_UNMERGEABLE:
  case MADV_HUGEPAGE:
  case MADV_NOHUGEPAGE:
  case MADV_DONTDUMP:
  case MADV_DODUMP:
  case MADV_WIPEONFORK:
  case MADV_KEEPONFORK:
    return true;
  default:
    return false;
  }
}

GuestMemory::Result GuestMemory::madvise(uint64_t Addr, uint64_t Len,
                                         int Advice) {
  // Alignment, length and advice are checked by the kernel.
  if (int64_t E = host(SYS_madvise, Addr, 0L, Advice))
    return E;
  const uint64_t End = Addr + pageUp(Len);
  if (End < Addr || pageUp(Len) < Len)
    return -EINVAL;
  if (End == Addr)
    return 0;
  constexpr int PopulateWrite = 23;
  if (Advice == PopulateWrite && unprotectRange(Addr, End))
    notify(Addr, End);
  if (changesMapping(Advice) && !mayDivide(Addr, End))
    return -EAGAIN;
  bool Code = false;
  int64_t R = 0;
  {
    std::shared_lock G(Lock);
    if (dropsContents(Advice))
      Code = anyExec(Addr, End);
    uint64_t Seen = Addr;
    bool Hole = false;
    forRuns(Guest, Addr, End, [&](uint64_t Lo, uint64_t Hi) {
      Hole |= Lo != Seen;
      Seen = Hi;
      if (R == 0)
        R = host(SYS_madvise, Lo, Hi - Lo, Advice);
    });
    if (R == 0 && (Hole || Seen != End))
      R = -ENOMEM;
    if (Code)
      changed();
  }
  if (Code)
    notify(Addr, End);
  return R;
}

//--- brk, shmat, shmdt -------------------------------------------------------

GuestMemory::Result GuestMemory::brk(uint64_t Addr) {
  uint64_t Lo = 0, Hi = 0;
  bool HadCode = false;
  {
    std::unique_lock G(Lock);
    if (Addr < BrkStart || Addr > AddressLimit || heapTooLarge(Addr))
      return BrkCur;
    const uint64_t OldEnd = pageUp(BrkCur), NewEnd = pageUp(Addr);
    constexpr int Flags = MAP_PRIVATE | MAP_ANONYMOUS;
    constexpr int Rw = PROT_READ | PROT_WRITE;
    if (NewEnd > OldEnd) {
      bool Busy = false;
      forParts(Guest, OldEnd, NewEnd,
               [&](uint64_t, uint64_t, const Range &) { Busy = true; });
      if (Busy || tooMuch(NewEnd - OldEnd, true) || !takeRoom(1) ||
          !mayLock(NewEnd - OldEnd, /*ByFlag=*/true))
        return BrkCur;
      const uint64_t Inside = std::min(NewEnd, std::max(BrkReserve, OldEnd));
      if (Inside < NewEnd &&
          (hitsRuntime(Inside, NewEnd) ||
           hostReserve(Inside, NewEnd, MAP_FIXED_NOREPLACE) < 0))
        return BrkCur;
      changed();
      if (host(SYS_mmap, OldEnd, NewEnd - OldEnd, Rw,
               Flags | MAP_FIXED | lockFlag(), -1, 0L) < 0) {
        if (Inside < NewEnd)
          host(SYS_munmap, Inside, NewEnd - Inside);
        return BrkCur;
      }
      lockMapped(OldEnd, NewEnd - OldEnd, /*ByFlag=*/true);
      BrkReserve = std::max(BrkReserve, NewEnd);
      set(OldEnd, NewEnd, {0, Rw, false, true});
    } else if (NewEnd < OldEnd) {
      changed();
      HadCode = anyExec(NewEnd, OldEnd);
      Lo = NewEnd;
      Hi = OldEnd;
      forRuns(Guest, NewEnd, OldEnd,
              [&](uint64_t A, uint64_t B) { hostReserve(A, B, MAP_FIXED); });
      erase(NewEnd, OldEnd);
      Room.use(1);
    }
    BrkCur = Addr;
  }
  if (HadCode)
    notify(Lo, Hi);
  return Addr;
}

GuestMemory::Result GuestMemory::shmat(int Id, uint64_t Addr, int Flags) {
  shmid_ds Ds;
  if (int64_t E = host(SYS_shmctl, Id, IPC_STAT, &Ds))
    return E;
  const uint64_t Size = pageUp(Ds.shm_segsz);
  if (Flags & SHM_RND)
    Addr &= ~(PageSize - 1);
  if (Addr && (Addr > AddressLimit || Size > AddressLimit - Addr))
    return -EINVAL;
  bool HadCode = false;
  int64_t R;
  {
    std::unique_lock G(Lock);
    if (tooMuch(Size, false) ||
        !takeRoom(1 + (Addr ? cuts(Addr, Addr + Size) : 0)))
      return -ENOMEM;
    if (!mayLock(Size, /*ByFlag=*/false))
      return -EAGAIN;
    changed();
    std::vector<std::pair<uint64_t, uint64_t>> Claimed;
    if (Addr) {
      trimReserve(Addr, Addr + Size);
      if ((Flags & SHM_REMAP) && aligned(Addr)) {
        HadCode = anyExec(Addr, Addr + Size);
        if (claim(Addr, Addr + Size, Claimed))
          return -EINVAL;
      }
    }
    R = host(SYS_shmat, Id, Addr, Flags & ~SHM_EXEC);
    if (R < 0) {
      abandon(Claimed);
    } else {
      int Prot = PROT_READ | (Flags & SHM_RDONLY ? 0 : PROT_WRITE) |
                 (Flags & SHM_EXEC ? PROT_EXEC : 0);
      cut(Runtime, R, R + Size);
      set(R, R + Size, {0, static_cast<uint8_t>(Prot)});
      Shm[R] = Size;
      lockMapped(R, Size, /*ByFlag=*/false);
    }
    changed();
  }
  if (HadCode)
    notify(Addr, Addr + Size);
  return R;
}

GuestMemory::Result GuestMemory::shmdt(uint64_t Addr) {
  uint64_t Size;
  bool HadCode;
  {
    std::unique_lock G(Lock);
    auto I = Shm.find(Addr);
    if (I == Shm.end() || !mappedLocked(Addr))
      return -EINVAL;
    Size = I->second;
    changed();
    HadCode = anyExec(Addr, Addr + Size);
    if (int64_t E = host(SYS_shmdt, Addr))
      return E;
    Shm.erase(I);
    erase(Addr, Addr + Size);
    Room.use(0);
    changed();
  }
  if (HadCode)
    notify(Addr, Addr + Size);
  return 0;
}
