//===- GuestRanges.cpp - Which addresses are the guest's ------------------===//
#include "GuestRanges.h"
#include "InheritedLimits.h"
#include "xlate/Runtime/GuestMemory.h"
#include "xlate/Support/Sanitizers.h"
#include <mutex>
#include <new>
#include <sys/resource.h>

#ifdef XLATE_TSAN
#include <sanitizer/tsan_interface.h>
#endif

using namespace xlate::runtime;

/// Address space set aside for the heap, at most.
constexpr uint64_t BrkReserveSize = uint64_t(1) << 30;

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
    Range Longer = I->second;
    Longer.Hi = Next->second.Hi;
    if (I->second.Hi == Next->first && Longer == Next->second) {
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

/// What is mapped in [Lo, Hi) gets another protection.
void GuestMemory::setProt(uint64_t Lo, uint64_t Hi, uint8_t Prot) {
  split(Lo);
  split(Hi);
  for (auto I = Guest.lower_bound(Lo); I != Guest.end() && I->first < Hi; ++I) {
    I->second.Prot = Prot;
    I->second.Protected = false;
  }
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

bool GuestMemory::covered(uint64_t Lo, uint64_t Hi) const {
  return coveredEnd(Guest, Lo, Hi) == Hi;
}

/// Is there guest memory right before and right after At, and may it be one
/// mapping for the kernel?
bool GuestMemory::isJoined(uint64_t At) const {
  const auto I = find(At);
  if (I == Guest.end() || I->first < At)
    return I != Guest.end();
  if (I == Guest.begin())
    return false;
  const auto &[Lo, Before] = *std::prev(I);
  const auto prot = [](const Range &R) {
    return R.Protected ? PROT_READ : hostProt(R.Prot);
  };
  return Before.Hi == At && prot(Before) == prot(I->second);
}

/// How many mappings a change of [Lo, Hi) adds.
unsigned GuestMemory::cuts(uint64_t Lo, uint64_t Hi) const {
  return isJoined(Lo) + isJoined(Hi);
}

/// Would a hole at [Lo, Hi) have the same mapping on both sides?
bool GuestMemory::isInside(uint64_t Lo, uint64_t Hi) const {
  if (!isJoined(Lo) || !isJoined(Hi) || !covered(Lo, Hi))
    return false;
  bool All = true;
  for (auto I = std::next(find(Lo)); I != Guest.end() && I->first < Hi; ++I)
    All &= isJoined(I->first);
  return All;
}

bool GuestMemory::mayDivide(uint64_t Lo, uint64_t Hi) {
  std::unique_lock G(Lock);
  return takeRoom(cuts(pageDown(Lo), pageUp(Hi)));
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

//--- The runtime's and the loader's mappings --------------------------------

void GuestMemory::addRuntimeRange(uint64_t Lo, uint64_t Hi) {
  std::unique_lock G(Lock);
  erase(Lo, Hi);
  Runtime[Lo] = std::max(Runtime[Lo], Hi);
  Room.use(3); // parts of it get other protections
  if (Left.Size != RLIM_INFINITY)
    Left.Size -= std::min(Left.Size, Hi - Lo);
}

void GuestMemory::removeRuntimeRange(uint64_t Lo, uint64_t Hi) {
  std::unique_lock G(Lock);
  cut(Runtime, Lo, Hi);
  Room.use(0);
  if (Left.Size != RLIM_INFINITY)
    Left.Size += Hi - Lo;
}

void GuestMemory::noteMapping(uint64_t Lo, uint64_t Hi, int Prot,
                              const std::string &Name) {
  std::unique_lock G(Lock);
  changed();
  cut(Runtime, Lo, Hi);
  set(Lo, Hi,
      {Hi, static_cast<uint8_t>(Prot & ProtMask), false, Name != "[stack]"});
  if (Name.empty() || Name[0] != '[')
    return;
  Labels.push_back({Lo, Hi, Name});
  if (Name == "[stack]") {
    StackLo = Lo;
    StackHi = Hi;
  }
}

void GuestMemory::setBrk(uint64_t Start, uint64_t ProgramData) {
  std::unique_lock G(Lock);
  DataSize = ProgramData;
  BrkStart = BrkCur = Start;
  const uint64_t Lo = BrkReserve = pageUp(Start);
  // Where there is a limit, this counts.
  const bool Limited = Left.Size != RLIM_INFINITY;
  uint64_t Size = Limited ? inProportion(BrkReserveSize) / 8 : BrkReserveSize;
  Size &= ~(PageSize - 1);
  // Programs below 1 GiB leave what is above to those who ask for low
  // addresses.
  if (Lo < Size)
    Size -= Lo;
  for (; Size >= (1u << 20); Size = Size / 2 & ~(PageSize - 1)) {
    if (Lo + Size <= AddressLimit &&
        hostReserve(Lo, Lo + Size, MAP_FIXED_NOREPLACE) >= 0) {
      BrkReserve = Lo + Size;
      if (Limited)
        Left.Size -= std::min(Left.Size, Size);
      break;
    }
  }
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
      Parts.push_back({A, {B, R.Prot, true, R.Private}});
  });
  if (!Parts.empty())
    EverProtected.store(true, std::memory_order_relaxed);
  for (auto &[A, R] : Parts) {
    Room.use(cuts(A, R.Hi));
    if (host(SYS_mprotect, A, R.Hi - A, PROT_READ) == 0)
      set(A, R.Hi, R);
  }
  return Any;
}

/// Make write-protected pages of [Lo, Hi) writable again.
bool GuestMemory::unprotectLocked(uint64_t Lo, uint64_t Hi) {
  std::vector<std::pair<uint64_t, Range>> Parts;
  forParts(Guest, Lo, Hi, [&](uint64_t A, uint64_t B, const Range &R) {
    if (R.Protected)
      Parts.push_back({A, {B, R.Prot, false, R.Private}});
  });
  for (auto &[A, R] : Parts) {
    Room.use(cuts(A, R.Hi));
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
  // Where there can't be many more mappings, pages don't become some.
  if (I->second.Protected && !takeRoom(2)) {
    Lo = I->first;
    Hi = I->second.Hi;
  }
  if (unprotectLocked(Lo, Hi))
    return true;
  // Another thread was faster if the page is one that can be protected at all:
  // try the write again.
  return I->second.Prot & PROT_EXEC;
}

//--- Questions ----------------------------------------------------------------

bool GuestMemory::executable(uint64_t Pc, uint64_t &Limit) const {
  const CodeRange R = codeRange(Pc);
  if (R.Hi)
    Limit = R.Hi;
  return R.Hi != 0;
}

GuestMemory::CodeRange GuestMemory::codeRange(uint64_t Pc) const {
  std::shared_lock G(Lock);
  auto I = find(Pc);
  if (I == Guest.end() || !(I->second.Prot & PROT_EXEC))
    return {};
  CodeRange R{I->first, I->second.Hi, (I->second.Prot & PROT_WRITE) != 0};
  for (++I;
       I != Guest.end() && I->first == R.Hi && (I->second.Prot & PROT_EXEC);
       ++I) {
    R.Hi = I->second.Hi;
    R.Writable |= (I->second.Prot & PROT_WRITE) != 0;
  }
  return R;
}

bool GuestMemory::mapped(uint64_t Addr) const {
  std::shared_lock G(Lock);
  return mappedLocked(Addr);
}

bool GuestMemory::mapped(uint64_t Lo, uint64_t Hi) const {
  std::shared_lock G(Lock);
  return Lo <= Hi && covered(Lo, Hi);
}

int GuestMemory::protection(uint64_t Addr) const {
  std::shared_lock G(Lock);
  auto I = find(Addr);
  return I == Guest.end() ? -1 : I->second.Prot;
}

//--- fork ---------------------------------------------------------------------

void GuestMemory::lockForFork() { Lock.lock(); }

void GuestMemory::unlockAfterFork(bool InChild) {
  // What is locked stays with the parent.
  if (InChild)
    LockNew = LockMode::No;
  // The C library's lock remembers the thread that took it; in the child that
  // thread has another number.
  if (!InChild) {
    Lock.unlock();
    return;
  }
#ifdef XLATE_TSAN
  __tsan_mutex_pre_unlock(&Lock, 0);
  __tsan_mutex_post_unlock(&Lock, 0);
#endif
  new (&Lock) std::shared_mutex;
}
