//===- CodeMap.cpp - Published translations -------------------------------===//

#include "xlate/Runtime/CodeMap.h"
#include <algorithm>
#include <new>
#include <sys/mman.h>

using namespace xlate;
using namespace xlate::runtime;

uint64_t Unit::guestPc(const char *HostPc) const {
  uint32_t Off = static_cast<uint32_t>(HostPc - Host);
  auto It =
      std::upper_bound(PcMap.begin(), PcMap.end(), Off,
                       [](uint32_t O, const auto &P) { return O < P.first; });
  return It == PcMap.begin() ? 0 : std::prev(It)->second;
}

bool CodeMap::init() {
  // The size is address space, not memory; a strict RLIMIT_AS gets less.
  for (size_t Size = size_t(512) << 20; Size >= size_t(16) << 20; Size /= 2) {
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
    return true;
  }
  return false;
}

Entry *CodeMap::find(uint64_t Pc) {
  auto It = Entries.find(Pc);
  return It == Entries.end() ? nullptr : It->second;
}

Entry &CodeMap::entry(uint64_t Pc) {
  Entry *&E = Entries[Pc];
  if (!E) {
    if (SlotCursor + sizeof(Entry) > SlotEnd)
      std::abort(); // reset() is due long before: see Dispatcher
    E = new (SlotCursor) Entry;
    SlotCursor += sizeof(Entry);
    E->Pc = Pc;
    E->Slot.store(Miss, std::memory_order_relaxed);
    E->Heat.store(0, std::memory_order_relaxed);
  }
  return *E;
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
  return P;
}

void CodeMap::noteRange(Entry &E, uint64_t Lo, uint64_t Hi) {
  for (uint64_t P = Lo >> 12; P <= (Hi - 1) >> 12; ++P) {
    auto &V = Pages[P];
    if (std::find(V.begin(), V.end(), &E) == V.end())
      V.push_back(&E);
  }
}

void CodeMap::publish(std::unique_ptr<Unit> U) {
  Entry &E = entry(U->Pc);
  noteRange(E, U->GuestLo, U->GuestHi);
  for (auto [Lo, Hi] : U->Depends)
    noteRange(E, Lo, Hi);
  E.Current = U.get();
  void *Host = U->Host;
  Units[U->Host] = std::move(U);
  ++NumUnits;
  E.Slot.store(Host, std::memory_order_release);
}

void CodeMap::publishInterp(uint64_t Pc, std::unique_ptr<Block> B) {
  Entry &E = entry(Pc);
  noteRange(E, B->Pc, B->End);
  E.Interp = B.get();
  Blocks.push_back(std::move(B));
  ++NumUnits;
}

void CodeMap::withdraw(Entry &E) {
  E.Slot.store(Miss, std::memory_order_release);
  E.Current = nullptr;
  E.Interp = nullptr;
}

bool CodeMap::invalidate(uint64_t Lo, uint64_t Hi) {
  bool Any = false;
  ++Epoch;
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
      Any = true;
      return true;
    });
  };
  uint64_t FirstPage = Lo >> 12, LastPage = (Hi - 1) >> 12;
  if (LastPage - FirstPage > Pages.size()) {
    for (auto It = Pages.begin(); It != Pages.end();) {
      if (It->first >= FirstPage && It->first <= LastPage)
        Check(It->second);
      It = It->second.empty() ? Pages.erase(It) : std::next(It);
    }
    return Any;
  }
  for (uint64_t P = FirstPage; P <= LastPage; ++P)
    if (auto It = Pages.find(P); It != Pages.end()) {
      Check(It->second);
      if (It->second.empty())
        Pages.erase(It);
    }
  return Any;
}

bool CodeMap::withdrawImprecise() {
  bool Any = false;
  for (auto &[Pc, E] : Entries)
    if (E->Current && !E->Current->precise()) {
      withdraw(*E);
      Any = true;
    }
  Epoch += Any;
  return Any;
}

void CodeMap::withdrawAll() {
  ++Epoch;
  for (auto &[Pc, E] : Entries)
    withdraw(*E);
}

void CodeMap::reset() {
  ++Epoch;
  Entries.clear();
  SlotCursor = Base;
  Pages.clear();
  Units.clear();
  Blocks.clear();
  Cursor = CodeBegin;
}

const Unit *CodeMap::unitAt(const void *HostPc) {
  const char *P = static_cast<const char *>(HostPc);
  auto It = Units.upper_bound(P);
  if (It == Units.begin())
    return nullptr;
  const Unit *U = std::prev(It)->second.get();
  return P < U->Host + U->HostSize ? U : nullptr;
}
