//===- CodeMap.cpp - Published translations -------------------------------===//

#include "xlate/Runtime/CodeMap.h"
#include "InheritedLimits.h"
#include "xlate/Cache/AotImage.h"
#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <set>
#include <sys/mman.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

uint64_t Unit::guestPc(const char *HostPc) const {
  int32_t At;
  return cache::findInPcMap(PcMap, static_cast<uint32_t>(HostPc - Host), At)
             ? Pc + static_cast<uint64_t>(int64_t(At))
             : 0;
}

bool Unit::readFrame(const char *HostPc, std::span<const uint64_t, 16> HostRegs,
                     uint64_t *X) const {
  std::span<const unsigned char> Map = PcMap;
  bool KnowsSp = false;
  for (const uint8_t Reg : FrameRegs) {
    Map = cache::skipPcMap(Map);
    int32_t Packed = 0;
    cache::findInPcMap(Map, static_cast<uint32_t>(HostPc - Host), Packed);
    const FrameLocation Where(Packed);
    X[Reg] = Where.read(HostRegs, Pc, X[Reg]);
    KnowsSp |= Reg == 31 && Where.known();
  }
  return KnowsSp;
}

void Unit::setPcMap(std::span<const std::pair<uint32_t, uint64_t>> Map,
                    std::span<const FrameMap> Frames) {
  // Used again and again: every unit has a map.
  static thread_local std::vector<std::pair<uint32_t, int32_t>> Relative;
  static thread_local std::string Text;
  Relative.clear();
  Text.clear();
  for (auto [Off, At] : Map)
    Relative.emplace_back(Off, static_cast<int32_t>(At - Pc));
  cache::appendPcMap(Text, Relative);
  for (const FrameMap &Frame : Frames)
    cache::appendPcMap(Text, Frame);
  OwnPcMap = std::make_unique_for_overwrite<unsigned char[]>(Text.size());
  std::memcpy(OwnPcMap.get(), Text.data(), Text.size());
  PcMap = {OwnPcMap.get(), Text.size()};
}

void Frontier::map(char *Used, char *End) {
  constexpr size_t MostAtOnce = 256 << 10;
  const size_t Bytes = std::max(Step, static_cast<size_t>(Used - Ready));
  char *Next =
      End - Ready < static_cast<ptrdiff_t>(Bytes) ? End : Ready + Bytes;
  const auto Lo = reinterpret_cast<uintptr_t>(Ready) & ~uintptr_t(4095);
  madvise(reinterpret_cast<void *>(Lo), reinterpret_cast<uintptr_t>(Next) - Lo,
          MADV_POPULATE_WRITE);
  Ready = Next;
  Step = std::min(2 * Step, MostAtOnce);
}

/// The heap has grown: malloc takes what follows step by step.
void CodeMap::mapHeap() {
  char *Top = static_cast<char *>(sbrk(0));
  HeapPages.advance(Top, Top);
}

bool CodeMap::init() {
  // The size is address space, not memory; a strict RLIMIT_AS gets less.
  constexpr size_t Most = size_t(512) << 20, Least = size_t(16) << 20;
  const size_t Wanted = std::max(std::bit_floor(inProportion(Most)), Least);
  for (size_t Size = Wanted; Size >= Least; Size /= 2) {
    void *P = mmap(nullptr, Size, PROT_READ | PROT_WRITE | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (P == MAP_FAILED)
      continue;
    Base = static_cast<char *>(P);
    Limit = Base + Size;
    SlotCursor = Base;
    SlotEnd = Base + Size / 4;
    CodeBegin = Cursor = SlotEnd;
    CodeEnd = Limit;
    SlotPages.begin(Base);
    CodePages.begin(CodeBegin);
    HeapPages.begin(static_cast<char *>(sbrk(0)));
    return true;
  }
  return false;
}

CodeMap::CodePage *CodeMap::findPage(uint64_t Number) {
  if (Number != LastNumber) {
    auto It = Pages.find(Number);
    if (It == Pages.end())
      return nullptr;
    LastNumber = Number;
    LastPage = &It->second;
  }
  return LastPage;
}

CodeMap::CodePage &CodeMap::page(uint64_t Number) {
  if (CodePage *P = findPage(Number))
    return *P;
  LastNumber = Number;
  LastPage = &Pages[Number];
  return *LastPage;
}

CodeMap::TableSlot &CodeMap::tableSlot(uint64_t Pc) {
  const auto Word = static_cast<uint32_t>(Pc >> 2);
  TableSlot *Slots = Table.load(std::memory_order_relaxed);
  const size_t Mask = TableMask.load(std::memory_order_relaxed);
  for (size_t I = Word;; ++I) {
    TableSlot &S = Slots[I & Mask];
    const uint32_t Number = S.Number.load(std::memory_order_relaxed);
    if (!Number || (S.Word.load(std::memory_order_relaxed) == Word &&
                    entryAt(Number).Pc == Pc))
      return S;
  }
}

void CodeMap::fillSlot(TableSlot &S, uint64_t Pc, uint32_t Number) {
  S.Word.store(static_cast<uint32_t>(Pc >> 2), std::memory_order_relaxed);
  S.Number.store(Number, std::memory_order_release);
}

void CodeMap::growTable() {
  constexpr size_t Least = 8192;
  const size_t Size = Tables.empty()
                          ? Least
                          : 2 * (TableMask.load(std::memory_order_relaxed) + 1);
  Tables.push_back(std::make_unique<TableSlot[]>(Size));
  TableSlot *New = Tables.back().get();
  for (uint32_t N = numEntries(); N; --N) {
    const uint64_t Pc = entryAt(N).Pc;
    size_t I = static_cast<uint32_t>(Pc >> 2);
    while (New[I & (Size - 1)].Number.load(std::memory_order_relaxed))
      ++I;
    fillSlot(New[I & (Size - 1)], Pc, N);
  }
  Table.store(New, std::memory_order_release);
  TableMask.store(Size - 1, std::memory_order_release);
}

Entry *CodeMap::find(uint64_t Pc) {
  const uint32_t Number =
      Tables.empty() ? 0 : tableSlot(Pc).Number.load(std::memory_order_relaxed);
  return Number ? &entryAt(Number) : nullptr;
}

std::pair<uint64_t, uint64_t> CodeMap::functionAround(uint64_t Pc,
                                                      uint64_t Distance) {
  auto IsFunction = [this](uint64_t At) {
    const Entry *E = find(At);
    return E && E->IsFunction;
  };
  uint64_t Lo = Pc, Hi = Pc + 4;
  while (Pc - Lo < Distance && Lo >= 4 && !IsFunction(Lo))
    Lo -= 4;
  while (Hi - Pc < Distance && !IsFunction(Hi))
    Hi += 4;
  return {IsFunction(Lo) ? Lo : Pc, Hi};
}

Entry &CodeMap::entry(uint64_t Pc) {
  if (Tables.empty() ||
      TableMask.load(std::memory_order_relaxed) < size_t(2) * numEntries())
    growTable();
  TableSlot &Slot = tableSlot(Pc);
  uint32_t Number = Slot.Number.load(std::memory_order_relaxed);
  if (!Number) {
    if (SlotCursor + sizeof(Entry) > SlotEnd)
      std::abort(); // reset() is due long before: see needsReset()
    auto *E = new (SlotCursor) Entry;
    SlotCursor += sizeof(Entry);
    SlotPages.advance(SlotCursor + sizeof(Entry), SlotEnd);
    E->Pc = Pc;
    E->Slot.store(Miss, std::memory_order_relaxed);
    E->Heat.store(0, std::memory_order_relaxed);
    Number = numEntries();
    fillSlot(Slot, Pc, Number);
  }
  return entryAt(Number);
}

std::vector<uint64_t> CodeMap::blocksIn(uint64_t Lo, uint64_t Hi) {
  std::vector<uint64_t> Blocks;
  for (uint64_t N = Lo >> 12; N <= (Hi - 1) >> 12; ++N)
    if (CodePage *P = findPage(N))
      for (const Entry *E : P->Covering)
        if (const Unit *U = E->Current; U && U->Tier == MadeBy::Baseline)
          for (uint64_t Bits = U->Blocks; Bits; Bits &= Bits - 1) {
            const uint64_t At =
                U->GuestLo + 4 * static_cast<uint64_t>(__builtin_ctzll(Bits));
            if (Lo <= At && At < Hi)
              Blocks.push_back(At);
          }
  std::sort(Blocks.begin(), Blocks.end());
  Blocks.erase(std::unique(Blocks.begin(), Blocks.end()), Blocks.end());
  return Blocks;
}

uint64_t CodeMap::runs(uint64_t Pc, int32_t Step) {
  uint64_t Most = 0;
  auto See = [&](const Entry &E) { Most = std::max(Most, E.heatUsed(Step)); };
  CodePage *P = findPage(Pc >> 12);
  if (!P)
    return 0;
  for (const Entry *E : P->Covering)
    if (const Unit *U = E->Current; U && U->Tier == MadeBy::Baseline &&
                                    U->GuestLo <= Pc && Pc < U->GuestHi &&
                                    U->Blocks >> (Pc - U->GuestLo) / 4 & 1)
      See(*E);
  if (const Entry *E = find(Pc); E && E->CountsLoop)
    See(*E);
  return Most;
}

void CodeMap::forEachCounterIn(uint64_t Lo, uint64_t Hi,
                               const std::function<void(Entry &)> &F) {
  std::set<const Entry *> Seen;
  for (uint64_t N = Lo >> 12; N <= (Hi - 1) >> 12; ++N)
    if (CodePage *P = findPage(N))
      for (Entry *E : P->Covering)
        if (const Unit *U = E->Current; U && U->Tier == MadeBy::Baseline &&
                                        U->GuestLo >= Lo && U->GuestLo < Hi &&
                                        Seen.insert(E).second)
          F(*E);
  for (uint64_t Pc : blocksIn(Lo, Hi))
    if (Entry *E = find(Pc); E && E->CountsLoop && !E->Current)
      F(*E);
}

char *CodeMap::allocCode(size_t Size, size_t Align) {
  auto P = (reinterpret_cast<uintptr_t>(Cursor) + Align - 1) & ~(Align - 1);
  char *C = reinterpret_cast<char *>(P);
  if (C + Size > CodeEnd)
    return nullptr;
  Cursor = C + Size;
  return C;
}

char *CodeMap::commitCode(size_t Size) {
  char *P = Cursor;
  Cursor += (Size + 15) & ~size_t(15);
  constexpr size_t OneUnit = 16 << 10; // most are far smaller
  CodePages.advance(Cursor + OneUnit, CodeEnd);
  mapHeap();
  return P;
}

void CodeMap::noteRange(Entry &E, uint64_t Lo, uint64_t Hi) {
  for (uint64_t P = Lo >> 12; P <= (Hi - 1) >> 12; ++P) {
    auto &V = page(P).Covering;
    if (V.empty() || V.back() != &E) // an entry may be listed twice
      V.push_back(&E);
  }
}

void CodeMap::noteChange(uint64_t Lo, uint64_t Hi, bool ImpreciseOnly) {
  const uint64_t E = ++Epoch;
  // Code is flushed line by line.
  if (!Changes.empty() && Changes.back().Hi == Lo &&
      Changes.back().ImpreciseOnly == ImpreciseOnly) {
    Changes.back().Hi = Hi;
    Changes.back().Epoch = E;
    return;
  }
  if (Changes.size() == MaxChanges)
    Changes.pop_front();
  Changes.push_back({E, Lo, Hi, ImpreciseOnly});
}

bool CodeMap::changedSince(uint64_t Since, const Unit &U) const {
  if (Since == epoch())
    return false;
  if (Changes.size() == MaxChanges && Changes.front().Epoch > Since)
    return true; // older ones are forgotten
  for (auto C = Changes.rbegin(); C != Changes.rend() && C->Epoch > Since;
       ++C) {
    if (C->ImpreciseOnly && U.precise())
      continue;
    auto Hit = [&](uint64_t Lo, uint64_t Hi) {
      return Lo < C->Hi && C->Lo < Hi;
    };
    if (Hit(U.GuestLo, U.GuestHi))
      return true;
    for (auto [Lo, Hi] : U.Depends)
      if (Hit(Lo, Hi))
        return true;
  }
  return false;
}

void CodeMap::publishAt(uint64_t Pc, Unit &U, char *Host) {
  Entry &E = entry(Pc);
  noteRange(E, U.GuestLo, U.GuestHi);
  for (auto [Lo, Hi] : U.Depends)
    noteRange(E, Lo, Hi);
  noteDead(E);
  E.Current = &U;
  E.Slot.store(Host, std::memory_order_release);
  if (U.Tier == MadeBy::Llvm)
    Optimised.insert(Pc);
  if (OnSlot)
    OnSlot(Pc, Host);
}

void CodeMap::publish(std::unique_ptr<Unit> Owned) {
  Unit &U = *Owned;
  auto At = Units.end(); // mostly in order
  while (At != Units.begin() && (*std::prev(At))->Host > U.Host)
    --At;
  Units.insert(At, std::move(Owned));
  if (U.Entries.empty())
    publishAt(U.Pc, U, U.Host);
  for (const auto &[Pc, Offset] : U.Entries)
    publishAt(Pc, U, U.Host + Offset);
  if (OnUnit)
    OnUnit(U);
}

void CodeMap::adopt(Entry &E, Unit *U, void *Host) {
  E.Current = U;
  E.Slot.store(Host, std::memory_order_release);
  if (OnSlot)
    OnSlot(E.Pc, Host);
  if (OnUnit)
    OnUnit(*U);
}

bool CodeMap::addOther(const char *Lo, const char *Hi) {
  const unsigned N = NumOthers.load(std::memory_order_relaxed);
  if (N == MaxOthers)
    return false;
  Others[N] = {Lo, Hi};
  NumOthers.store(N + 1, std::memory_order_release);
  return true;
}

void CodeMap::publishInterp(uint64_t Pc, std::unique_ptr<Block> B) {
  Entry &E = entry(Pc);
  noteRange(E, B->Pc, B->End);
  E.Interp = B.get();
  Blocks.push_back(std::move(B));
}

void CodeMap::withdraw(Entry &E) {
  E.Slot.store(Miss, std::memory_order_release);
  noteDead(E);
  if (OnSlot && E.Current)
    OnSlot(E.Pc, nullptr);
  E.Current = nullptr;
  E.Interp = nullptr;
}

uint64_t CodeMap::nextOptimised(uint64_t Pc, uint64_t End) {
  for (auto It = Optimised.upper_bound(Pc);
       It != Optimised.end() && *It < End;) {
    const Entry *E = find(*It);
    if (E && E->Current && E->Current->Tier == MadeBy::Llvm)
      return *It;
    It = Optimised.erase(It);
  }
  return End;
}

std::vector<uint64_t> CodeMap::withdrawAround(uint64_t Pc) {
  std::vector<uint64_t> Withdrawn;
  CodePage *P = findPage(Pc >> 12);
  if (!P)
    return Withdrawn;
  for (Entry *E : P->Covering)
    if (const Unit *U = E->Current; U && U->Tier == MadeBy::Baseline &&
                                    U->GuestLo < Pc && Pc < U->GuestHi) {
      withdraw(*E);
      Withdrawn.push_back(E->Pc);
    }
  return Withdrawn;
}

std::vector<uint64_t> CodeMap::invalidate(uint64_t Lo, uint64_t Hi) {
  std::vector<uint64_t> Withdrawn;
  noteChange(Lo, Hi);
  auto Check = [&](std::vector<Entry *> &V) {
    std::erase_if(V, [&](Entry *E) {
      if (!E->Current && !E->Interp)
        return true;
      auto Hit = [&](uint64_t ULo, uint64_t UHi) {
        return ULo < Hi && Lo < UHi;
      };
      bool Stale = E->Interp && Hit(E->Interp->Pc, E->Interp->End);
      if (const Unit *U = E->Current) {
        Stale |= Hit(U->GuestLo, U->GuestHi);
        for (auto [DLo, DHi] : U->Depends)
          Stale |= Hit(DLo, DHi);
      }
      if (!Stale)
        return false;
      withdraw(*E);
      Withdrawn.push_back(E->Pc);
      return true;
    });
  };
  const uint64_t First = Lo >> 12, Last = (Hi - 1) >> 12;
  if (Last - First > Pages.size()) {
    for (auto &[Number, P] : Pages)
      if (Number >= First && Number <= Last)
        Check(P.Covering);
    return Withdrawn;
  }
  for (uint64_t N = First; N <= Last; ++N)
    if (CodePage *P = findPage(N))
      Check(P->Covering);
  return Withdrawn;
}

template <typename Fn> void CodeMap::forEachEntry(Fn F) {
  for (auto *E = reinterpret_cast<Entry *>(Base);
       E != reinterpret_cast<Entry *>(SlotCursor); ++E)
    F(*E);
}

void CodeMap::withdrawAdopted(uint64_t Lo, uint64_t Hi) {
  noteChange(Lo, Hi);
  forEachEntry([&](Entry &E) {
    if (E.Current && E.Current->Tier == MadeBy::Aot &&
        E.Current->GuestLo < Hi && Lo < E.Current->GuestHi)
      withdraw(E);
  });
}

bool CodeMap::withdrawImprecise() {
  bool Any = false;
  forEachEntry([&](Entry &E) {
    if (E.Current && !E.Current->precise()) {
      withdraw(E);
      Any = true;
    }
  });
  noteChange(0, ~uint64_t(0), true); // also of what is being compiled
  return Any;
}

void CodeMap::withdrawAll() {
  noteChange(0, ~uint64_t(0));
  forEachEntry([&](Entry &E) { withdraw(E); });
}

void CodeMap::reset() {
  noteChange(0, ~uint64_t(0));
  // Zero pages again: what there was is given back.
  madvise(Base, static_cast<size_t>(SlotCursor - Base), MADV_DONTNEED);
  madvise(CodeBegin, static_cast<size_t>(Cursor - CodeBegin), MADV_DONTNEED);
  DeadBytes = 0;
  SlotCursor = Base;
  TableMask.store(0, std::memory_order_relaxed);
  Table.store(nullptr, std::memory_order_relaxed);
  Tables.clear();
  Optimised.clear();
  Pages.clear();
  LastNumber = ~uint64_t(0);
  Units.clear();
  Blocks.clear();
  Cursor = CodeBegin;
  SlotPages.begin(Base);
  CodePages.begin(CodeBegin);
}

const Unit *CodeMap::unitAt(const void *HostPc) {
  const char *P = static_cast<const char *>(HostPc);
  auto It = std::upper_bound(
      Units.begin(), Units.end(), P,
      [](const char *At, const auto &U) { return At < U->Host; });
  if (It == Units.begin())
    return nullptr;
  const Unit *U = std::prev(It)->get();
  return P < U->Host + U->HostSize ? U : nullptr;
}
