//===- GuestMemory.cpp - The guest's mapping calls ------------------------===//
//
// Only ranges in the map Guest are ever unmapped, protected or moved. A fixed
// mapping over anything else must first claim the gaps with
// MAP_FIXED_NOREPLACE; that fails where the host has a mapping, whether or not
// the runtime has told us about it.
//
//===----------------------------------------------------------------------===//
#include "xlate/Runtime/GuestMemory.h"
#include <algorithm>
#include <cerrno>
#include <linux/mman.h>
#include <mutex>
#include <new>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace xlate::runtime;

constexpr uint64_t PageSize = 4096;
/// x86-64 flags that arm64 doesn't know and ignores.
constexpr int HostOnlyMapFlags = 0x40 /*MAP_32BIT*/ | 0x80 /*MAP_ABOVE4G*/;
constexpr int ProtMask = PROT_READ | PROT_WRITE | PROT_EXEC;
constexpr int ProtSem = 8;
/// Address space set aside for the heap.
constexpr uint64_t BrkReserveSize = uint64_t(1) << 30;

static uint64_t pageUp(uint64_t X) {
  return (X + PageSize - 1) & ~(PageSize - 1);
}
static bool aligned(uint64_t X) { return (X & (PageSize - 1)) == 0; }

/// Guest code is never executed by the host, but always read by it.
static int hostProt(int Prot) {
  int P = Prot & (PROT_READ | PROT_WRITE);
  return Prot & PROT_EXEC ? P | PROT_READ : P;
}

template <typename... Args> static int64_t host(long Nr, Args... A) {
  long R = ::syscall(Nr, A...);
  return R == -1 ? -errno : R;
}

static int64_t hostReserve(uint64_t Lo, uint64_t Hi, int Flag) {
  int64_t R = host(SYS_mmap, Lo, Hi - Lo, PROT_NONE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | Flag, -1, 0L);
  if (R >= 0 &&
      static_cast<uint64_t>(R) != Lo) { // flag unknown to an old kernel
    host(SYS_munmap, R, Hi - Lo);
    return -EEXIST;
  }
  return R;
}

//--- Range bookkeeping ------------------------------------------------------

/// Make At a boundary.
void GuestMemory::split(uint64_t At) {
  auto I = Guest.upper_bound(At);
  if (I == Guest.begin())
    return;
  --I;
  if (I->first < At && At < I->second.Hi) {
    Range Tail = I->second;
    I->second.Hi = At;
    Guest.emplace_hint(std::next(I), At, Tail);
  }
}

void GuestMemory::erase(uint64_t Lo, uint64_t Hi) {
  split(Lo);
  split(Hi);
  Guest.erase(Guest.lower_bound(Lo), Guest.lower_bound(Hi));
}

/// Join equal neighbours that touch Lo or Hi or lie between.
void GuestMemory::mergeAround(uint64_t Lo, uint64_t Hi) {
  auto I = Guest.lower_bound(Lo);
  if (I != Guest.begin())
    --I;
  while (I != Guest.end() && I->first <= Hi) {
    auto Next = std::next(I);
    if (Next == Guest.end())
      break;
    if (I->second.Hi == Next->first && I->second.Prot == Next->second.Prot &&
        I->second.Protected == Next->second.Protected) {
      I->second.Hi = Next->second.Hi;
      Guest.erase(Next);
    } else {
      I = Next;
    }
  }
}

void GuestMemory::set(uint64_t Lo, uint64_t Hi, Range R) {
  if (Lo >= Hi)
    return;
  erase(Lo, Hi);
  R.Hi = Hi;
  Guest[Lo] = R;
  mergeAround(Lo, Hi);
}

GuestMemory::RangeMap::const_iterator GuestMemory::find(uint64_t Addr) const {
  auto I = Guest.upper_bound(Addr);
  if (I == Guest.begin())
    return Guest.end();
  --I;
  return Addr < I->second.Hi ? I : Guest.end();
}

bool GuestMemory::hitsRuntime(uint64_t Lo, uint64_t Hi) const {
  auto I = Runtime.lower_bound(Hi);
  return I != Runtime.begin() && std::prev(I)->second > Lo;
}

/// End of the guest's contiguous ranges from Lo, at most Hi.
static uint64_t coveredEnd(const auto &Guest, uint64_t Lo, uint64_t Hi) {
  auto I = Guest.upper_bound(Lo);
  if (I == Guest.begin())
    return Lo;
  for (--I; I != Guest.end() && I->first <= Lo && Lo < Hi && Lo < I->second.Hi;
       ++I)
    Lo = I->second.Hi;
  return std::min(Lo, Hi);
}

bool GuestMemory::covered(uint64_t Lo, uint64_t Hi) const {
  return coveredEnd(Guest, Lo, Hi) == Hi;
}

/// Calls F(Lo, Hi, Range) for the guest's parts of [Lo, Hi).
template <typename Map, typename Fn>
static void forParts(Map &M, uint64_t Lo, uint64_t Hi, Fn F) {
  auto I = M.upper_bound(Lo);
  if (I != M.begin())
    --I;
  for (; I != M.end() && I->first < Hi; ++I)
    if (I->second.Hi > Lo)
      F(std::max(Lo, I->first), std::min(Hi, I->second.Hi), I->second);
}

/// As forParts, but with adjacent ranges joined.
template <typename Map, typename Fn>
static void forRuns(Map &M, uint64_t Lo, uint64_t Hi, Fn F) {
  uint64_t RunLo = 0, RunHi = 0;
  forParts(M, Lo, Hi, [&](uint64_t A, uint64_t B, const auto &) {
    if (RunHi == A && RunHi) {
      RunHi = B;
      return;
    }
    if (RunHi)
      F(RunLo, RunHi);
    RunLo = A;
    RunHi = B;
  });
  if (RunHi)
    F(RunLo, RunHi);
}

bool GuestMemory::anyExec(uint64_t Lo, uint64_t Hi) const {
  bool Any = false;
  forParts(Guest, Lo, Hi, [&](uint64_t, uint64_t, const Range &R) {
    Any |= (R.Prot & PROT_EXEC) != 0;
  });
  return Any;
}

void GuestMemory::notify(uint64_t Lo, uint64_t Hi) const {
  if (OnCodeChange)
    OnCodeChange(Lo, Hi);
}

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

//--- The runtime's and the loader's mappings --------------------------------

void GuestMemory::addRuntimeRange(uint64_t Lo, uint64_t Hi) {
  std::unique_lock G(Lock);
  erase(Lo, Hi);
  Runtime[Lo] = std::max(Runtime[Lo], Hi);
}

static void cut(std::map<uint64_t, uint64_t> &M, uint64_t Lo, uint64_t Hi) {
  auto I = M.upper_bound(Lo);
  if (I != M.begin())
    --I;
  while (I != M.end() && I->first < Hi) {
    auto [A, B] = *I;
    if (B <= Lo) {
      ++I;
      continue;
    }
    I = M.erase(I);
    if (A < Lo)
      M[A] = Lo;
    if (B > Hi)
      M[Hi] = B;
  }
}

void GuestMemory::removeRuntimeRange(uint64_t Lo, uint64_t Hi) {
  std::unique_lock G(Lock);
  cut(Runtime, Lo, Hi);
}

void GuestMemory::noteMapping(uint64_t Lo, uint64_t Hi, int Prot,
                              const std::string &Name) {
  std::unique_lock G(Lock);
  changed();
  cut(Runtime, Lo, Hi);
  set(Lo, Hi, {Hi, static_cast<uint8_t>(Prot & ProtMask)});
  if (Name.empty() || Name[0] != '[')
    return;
  Labels.push_back({Lo, Hi, Name});
  if (Name == "[stack]") {
    StackLo = Lo;
    StackHi = Hi;
  }
}

void GuestMemory::setBrk(uint64_t Start) {
  std::unique_lock G(Lock);
  BrkStart = BrkCur = Start;
  BrkReserve = pageUp(Start);
  for (uint64_t Size = BrkReserveSize; Size >= (1u << 20); Size /= 2) {
    uint64_t Lo = pageUp(Start);
    if (Lo + Size <= AddressLimit &&
        hostReserve(Lo, Lo + Size, MAP_FIXED_NOREPLACE) >= 0) {
      BrkReserve = Lo + Size;
      break;
    }
  }
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
  bool HadCode = false;
  int64_t R;
  {
    std::unique_lock G(Lock);
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
    R = host(SYS_mmap, Addr, Len, Host, Flags, Fd, Offset);
    if (R < 0) {
      abandon(Claimed);
      // A failed MAP_FIXED may have unmapped what was there.
    } else {
      // What the kernel considers free has ceased to be the runtime's.
      cut(Runtime, R, R + Size);
      set(R, R + Size, {0, static_cast<uint8_t>(Prot & ProtMask)});
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
    changed();
    HadCode = anyExec(Addr, End);
    const uint64_t HeapLo = pageUp(BrkStart), HeapHi = pageUp(BrkCur);
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
    const uint64_t Stop = coveredEnd(Guest, Addr, End);
    if (Stop != End)
      R = -ENOMEM;
    if (Stop != Addr) {
      changed();
      Code = (Prot & PROT_EXEC) || anyExec(Addr, Stop);
      int64_t E = host(SYS_mprotect, Addr, Stop - Addr, hostProt(Prot));
      if (E == 0)
        set(Addr, Stop, {0, static_cast<uint8_t>(Prot & ProtMask)});
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
    if (Addr < BrkStart || Addr > AddressLimit)
      return BrkCur;
    const uint64_t OldEnd = pageUp(BrkCur), NewEnd = pageUp(Addr);
    constexpr int Flags = MAP_PRIVATE | MAP_ANONYMOUS;
    constexpr int Rw = PROT_READ | PROT_WRITE;
    if (NewEnd > OldEnd) {
      bool Busy = false;
      forParts(Guest, OldEnd, NewEnd,
               [&](uint64_t, uint64_t, const Range &) { Busy = true; });
      if (Busy)
        return BrkCur;
      const uint64_t Inside = std::min(NewEnd, std::max(BrkReserve, OldEnd));
      if (Inside < NewEnd &&
          (hitsRuntime(Inside, NewEnd) ||
           hostReserve(Inside, NewEnd, MAP_FIXED_NOREPLACE) < 0))
        return BrkCur;
      changed();
      if (host(SYS_mmap, OldEnd, NewEnd - OldEnd, Rw, Flags | MAP_FIXED, -1,
               0L) < 0) {
        if (Inside < NewEnd)
          host(SYS_munmap, Inside, NewEnd - Inside);
        return BrkCur;
      }
      BrkReserve = std::max(BrkReserve, NewEnd);
      set(OldEnd, NewEnd, {0, Rw});
    } else if (NewEnd < OldEnd) {
      changed();
      HadCode = anyExec(NewEnd, OldEnd);
      Lo = NewEnd;
      Hi = OldEnd;
      forRuns(Guest, NewEnd, OldEnd,
              [&](uint64_t A, uint64_t B) { hostReserve(A, B, MAP_FIXED); });
      erase(NewEnd, OldEnd);
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
    changed();
  }
  if (HadCode)
    notify(Addr, Addr + Size);
  return 0;
}

//--- Write protection of translated code -----------------------------------

bool GuestMemory::writeProtect(uint64_t Lo, uint64_t Hi) {
  constexpr int Wx = PROT_WRITE | PROT_EXEC;
  Lo &= ~(PageSize - 1);
  Hi = pageUp(Hi);
  std::unique_lock G(Lock);
  bool Any = false;
  std::vector<std::pair<uint64_t, Range>> Parts;
  forParts(Guest, Lo, Hi, [&](uint64_t A, uint64_t B, const Range &R) {
    if ((R.Prot & Wx) != Wx)
      return;
    Any = true;
    if (!R.Protected)
      Parts.push_back({A, {B, R.Prot, true}});
  });
  if (!Parts.empty())
    EverProtected.store(true, std::memory_order_relaxed);
  for (auto &[A, R] : Parts)
    if (host(SYS_mprotect, A, R.Hi - A, PROT_READ) == 0)
      set(A, R.Hi, R);
  return Any;
}

/// Make write-protected pages of [Lo, Hi) writable again.
bool GuestMemory::unprotectLocked(uint64_t Lo, uint64_t Hi) {
  std::vector<std::pair<uint64_t, Range>> Parts;
  forParts(Guest, Lo, Hi, [&](uint64_t A, uint64_t B, const Range &R) {
    if (R.Protected)
      Parts.push_back({A, {B, R.Prot, false}});
  });
  for (auto &[A, R] : Parts) {
    host(SYS_mprotect, A, R.Hi - A, hostProt(R.Prot));
    set(A, R.Hi, R);
  }
  if (!Parts.empty())
    changed();
  return !Parts.empty();
}

bool GuestMemory::unprotectRange(uint64_t Lo, uint64_t Hi) {
  std::unique_lock G(Lock);
  return unprotectLocked(Lo & ~(PageSize - 1), pageUp(Hi));
}

bool GuestMemory::allowWrites(uint64_t Lo, uint64_t Hi) {
  if (!EverProtected.load(std::memory_order_relaxed))
    return false;
  std::vector<std::pair<uint64_t, uint64_t>> Runs;
  {
    std::unique_lock G(Lock);
    forParts(Guest, Lo & ~(PageSize - 1), Hi > AddressLimit ? Hi : pageUp(Hi),
             [&](uint64_t A, uint64_t B, const Range &R) {
               if (R.Protected)
                 Runs.emplace_back(A, B);
             });
    for (auto [A, B] : Runs)
      unprotectLocked(A, B);
  }
  for (auto [A, B] : Runs)
    notify(A, B);
  return !Runs.empty();
}

bool GuestMemory::unprotectForWrite(uint64_t Addr, uint64_t &Lo, uint64_t &Hi) {
  Lo = Addr & ~(PageSize - 1);
  Hi = Lo + PageSize;
  std::unique_lock G(Lock);
  auto I = find(Addr);
  if (I == Guest.end() || !(I->second.Prot & PROT_WRITE))
    return false;
  if (unprotectLocked(Lo, Hi))
    return true;
  // Another thread was faster if the page is one that can be protected at all:
  // try the write again.
  return I->second.Prot & PROT_EXEC;
}

//--- Questions ----------------------------------------------------------------

bool GuestMemory::executable(uint64_t Pc, uint64_t &Limit) const {
  std::shared_lock G(Lock);
  auto I = find(Pc);
  if (I == Guest.end() || !(I->second.Prot & PROT_EXEC))
    return false;
  Limit = I->second.Hi;
  for (++I;
       I != Guest.end() && I->first == Limit && (I->second.Prot & PROT_EXEC);
       ++I)
    Limit = I->second.Hi;
  return true;
}

bool GuestMemory::mapped(uint64_t Addr) const {
  std::shared_lock G(Lock);
  return mappedLocked(Addr);
}

int GuestMemory::protection(uint64_t Addr) const {
  std::shared_lock G(Lock);
  auto I = find(Addr);
  return I == Guest.end() ? -1 : I->second.Prot;
}

//--- fork ---------------------------------------------------------------------

void GuestMemory::lockForFork() {
  Lock.lock();
  ForkPid = host(SYS_getpid);
}

void GuestMemory::unlockAfterFork() {
  // The C library's lock remembers the thread that took it; in the child that
  // thread has another number.
  if (host(SYS_getpid) == ForkPid)
    Lock.unlock();
  else
    new (&Lock) std::shared_mutex;
}
