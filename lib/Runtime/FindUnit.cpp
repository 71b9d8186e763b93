//===- FindUnit.cpp - Where an indirect branch leads ----------------------===//
//
// What the indirect stub asks when the jump cache doesn't know a target. The
// dispatcher knows as well, but on the way there and back every pinned register
// goes through memory and the code map's lock is taken. Programs with more
// return addresses than the cache has places ask all the time, and each process
// asks once for every one that it uses.
//
// Vector registers hold the guest's: this file is compiled without (see
// CMakeLists.txt), and calls nothing that isn't. It runs without locks in a
// thread that counts as being in translated code.
//
//===----------------------------------------------------------------------===//

#include "Process.h"

using namespace xlate;
using namespace xlate::runtime;

Entry *CodeMap::findPublished(uint64_t Pc) const {
  const size_t Mask = TableMask.load(std::memory_order_acquire);
  const TableSlot *Slots = Table.load(std::memory_order_acquire);
  if (!Slots)
    return nullptr;
  const auto Word = static_cast<uint32_t>(Pc >> 2);
  // With the mask of a smaller table the search might never end.
  constexpr unsigned MaxSteps = 64;
  for (size_t I = Word, End = I + MaxSteps; I != End; ++I) {
    const TableSlot &S = Slots[I & Mask];
    const uint32_t Number = S.Number.load(std::memory_order_acquire);
    if (!Number)
      return nullptr;
    if (S.Word.load(std::memory_order_relaxed) != Word)
      continue;
    Entry &E = entryAt(Number);
    if (E.Pc == Pc)
      return E.Slot.load(std::memory_order_acquire) != Miss ? &E : nullptr;
  }
  return nullptr;
}

AotImages::Image::Place AotImages::Image::placeOf(uint64_t Pc,
                                                  LlvmUse Use) const {
  const uint32_t Offset = static_cast<uint32_t>(Pc - H.TextLo);
  if (Offset & 3)
    return {0, 0};
  const cache::GroupRec &G = Groups[Offset >> cache::GroupBits];
  const uint64_t Bit = uint64_t(1) << (Offset >> 2 & 63);
  auto Rank = [Bit](uint64_t Bits) {
    return static_cast<uint32_t>(__builtin_popcountll(Bits & (Bit - 1)));
  };
  if (Use != LlvmUse::None && G.LlvmEntries & Bit) {
    const cache::LlvmEntry &E =
        LlvmEntries[G.FirstLlvmEntry + Rank(G.LlvmEntries)];
    if (Use == LlvmUse::All || E.KnowsSp)
      return {static_cast<uint32_t>(H.NumEntries) + E.Unit, E.Host};
  }
  if (!(G.Entries & Bit))
    return {0, 0};
  const uint32_t Number = G.FirstEntry + Rank(G.Entries);
  return {Number, Recs[Number].Host};
}

uint32_t AotImages::Image::hostOf(uint32_t Number) const {
  return Number < H.NumEntries ? Recs[Number].Host
                               : LlvmUnits[Number - H.NumEntries].Host;
}

void *AotImages::find(uint64_t Pc) const {
  for (unsigned I = 0, N = NumRanges.load(std::memory_order_acquire); I != N;
       ++I) {
    const Range &R = Ranges[I];
    if (Pc < R.Lo || Pc >= R.Hi)
      continue;
    if (!R.I->Alive.load(std::memory_order_acquire))
      return nullptr;
    const uint32_t Host =
        R.I->placeOf(Pc, Use.load(std::memory_order_acquire)).Host;
    return Host ? R.I->Base + Host : nullptr;
  }
  return nullptr;
}

void *Process::findUnit(CpuState *S, uint64_t Pc) {
  Process &P = *TheProcess;
  // The dispatcher takes note of jumps and calls, once each.
  const uint64_t From = S->JumpFrom;
  const bool IsCall = From & 1;
  if (From && !IsCall && !P.isNoted(From, Pc))
    return nullptr;
  void *Host;
  if (const Entry *E = P.Code.findPublished(Pc)) {
    if (IsCall && !(E->IsFunction && P.isNoted(From, Pc)))
      return nullptr;
    Host = E->Slot.load(std::memory_order_acquire);
  } else {
    Host = P.Aot.find(Pc);
    if (!Host)
      return nullptr;
    P.Aot.noteUse();
  }
  S->JumpFrom = 0;
  // A withdrawal from now on is followed by a safepoint of this thread.
  GuestThread::of(*S).cacheJump(Pc, Host);
  return Host;
}
