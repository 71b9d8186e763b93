//===- Region.cpp - Finding the blocks of a region ------------------------===//

#include "xlate/Lifter/Region.h"
#include "Flow.h"
#include "xlate/Semantics/FlagLiveness.h"
#include "xlate/Semantics/Semantics.h"
#include <algorithm>
#include <deque>
#include <map>
#include <set>

using namespace xlate;
using namespace xlate::lift;

namespace {

/// Instructions of callees in one region at most.
constexpr unsigned MaxInlinedInsns = 600;

/// Returns to more places than this are left to the jump cache.
constexpr unsigned MaxReturnTargets = 12;

/// Longest straight line recorded as one block.
constexpr unsigned MaxBlockInsns = 128;

class Finder {
public:
  Finder(uint64_t Entry, const RegionLimits &Limits)
      : Entry(Entry), Limits(Limits) {}
  Region run();

private:
  bool isNearAndWanted(uint64_t Pc) const {
    const uint64_t Distance = Pc > Entry ? Pc - Entry : Entry - Pc;
    return Distance <= Limits.MaxDistance &&
           (!Limits.IsWanted || Limits.IsWanted(Pc));
  }
  bool admissible(uint64_t Pc) const {
    return Pc == Entry || Inlined.count(Pc) ||
           (isNearAndWanted(Pc) && (!Limits.IsEntry || !Limits.IsEntry(Pc)));
  }
  uint64_t codeEnd(uint64_t Pc) const {
    return Pc & 3 ? 0 : Limits.CodeEnd(Pc);
  }
  void collectLeaders();
  bool isInside(uint64_t Callee);
  unsigned bodySize(uint64_t Callee) const;
  void linkReturns();
  void findTargets(const Block &B);
  template <typename Fn> void forEachTarget(const Block &B, Fn F) const;
  std::vector<uint64_t> order() const;
  /// A block's place in the region, which may be in one of several copies of a
  /// loop.
  struct Place {
    uint64_t Pc;
    unsigned Loop = 0;   ///< Index of the first copy's first block.
    unsigned Length = 1; ///< Blocks in a copy.
    unsigned Copy = 0, Copies = 1;
  };
  std::vector<Place> unroll(const std::vector<uint64_t> &Order) const;
  void link(Region &R, const std::vector<Place> &Places) const;
  void shareJumps(Region &R) const;
  void exitFlags(Region &R) const;

  const uint64_t Entry;
  const RegionLimits &Limits;
  std::set<uint64_t> Leaders;
  std::map<uint64_t, Block> Blocks;
  /// Known targets of the indirect jump that ends before an address.
  std::map<uint64_t, std::vector<uint64_t>> Jumps;
  /// Likewise, of the indirect call.
  std::map<uint64_t, std::vector<uint64_t>> Calls;
  /// Functions that the region calls, and whether they are part of it.
  std::map<uint64_t, bool> Callees;
  std::set<uint64_t> Inlined;
  unsigned InlinedInsns = 0;
  /// Blocks of callees: no unit but this one's calls may enter them.
  std::set<uint64_t> OfCallees;
};

bool hasStateHelper(const Block &B) {
  return std::any_of(B.Uops.begin(), B.Uops.end(),
                     [](const Uop &U) { return U.Code == Op::stateHelper; });
}

/// Record a block that ends after the first instruction which hands the whole
/// state to a C++ function.
Block record(uint64_t Pc, uint64_t End) {
  Block B = recordBlock(Pc, End, MaxBlockInsns);
  uint64_t At = 0;
  for (const Uop &U : B.Uops) {
    if (U.Code == Op::insn)
      At = static_cast<uint64_t>(U.Imm);
    else if (U.Code == Op::stateHelper && At + 4 * uint64_t(U.N) < B.End)
      return recordBlock(Pc, At + 4 * uint64_t(U.N), MaxBlockInsns);
  }
  return B;
}

bool isCall(const Block &B) {
  const Uop &T = B.terminator();
  return T.Code == Op::call ||
         (T.Code == Op::brInd &&
          static_cast<BranchKind>(T.N) == BranchKind::Call);
}

bool isReturn(const Block &B) {
  const Uop &T = B.terminator();
  return T.Code == Op::brInd && static_cast<BranchKind>(T.N) == BranchKind::Ret;
}

/// Does the block end in a call of what a register has, or in a veneer's jump?
bool endsInIndirectCall(const Block &B) {
  return B.terminator().Code == Op::brInd && !isReturn(B) && !endsInJump(B);
}

} // namespace

bool lift::endsInJump(const Block &B) {
  const Uop &T = B.terminator();
  if (T.Code != Op::brInd || static_cast<BranchKind>(T.N) != BranchKind::Jump)
    return false;
  const Uop &Target = B.Uops[T.A[0]];
  return Target.Code != Op::getReg || (Target.Imm != 16 && Target.Imm != 17);
}

/// Addresses that belong to the region with B, and whether control gets there
/// inside the unit or through an entry.
template <typename Fn> void Finder::forEachTarget(const Block &B, Fn F) const {
  if (hasStateHelper(B))
    return F(B.End, true);
  const Uop &T = B.terminator();
  if (T.Code == Op::brCond)
    F(B.End, false);
  if (T.Code == Op::br || T.Code == Op::brCond ||
      (T.Code == Op::call && Inlined.count(static_cast<uint64_t>(T.Imm))))
    F(static_cast<uint64_t>(T.Imm), false);
  if (isCall(B) || (T.Code == Op::exit && T.Lane))
    F(B.End, true);
  if (auto It = Jumps.find(B.End); It != Jumps.end())
    for (uint64_t Target : It->second)
      F(Target, false);
  if (auto It = Calls.find(B.End); It != Calls.end())
    for (uint64_t Target : It->second)
      if (Inlined.count(Target))
        F(Target, false);
}

void Finder::findTargets(const Block &B) {
  if (!Limits.JumpTargets || B.terminator().Code != Op::brInd || isReturn(B) ||
      hasStateHelper(B))
    return;
  std::vector<uint64_t> Targets = Limits.JumpTargets(B.End - 4);
  if (endsInIndirectCall(B)) {
    if (Targets.empty() || Targets.size() > MaxKnownCallees)
      return;
    for (uint64_t T : Targets)
      isInside(T);
    Calls[B.End] = std::move(Targets);
    return;
  }
  std::erase_if(Targets, [&](uint64_t T) { return !admissible(T); });
  if (!Targets.empty())
    Jumps[B.End] = std::move(Targets);
}

// Instructions of a function without those that it calls; too many if it isn't
// fit to become part of its callers.
unsigned Finder::bodySize(uint64_t Callee) const {
  constexpr unsigned Unfit = ~0u;
  std::vector<uint64_t> Work{Callee};
  std::set<uint64_t> Seen{Callee};
  unsigned Insns = 0;
  bool Returns = false;
  while (!Work.empty()) {
    const uint64_t Pc = Work.back(), End = codeEnd(Pc);
    Work.pop_back();
    if (End < Pc + 4)
      continue;
    const Block B = record(Pc, End);
    if (hasStateHelper(B) || endsInJump(B))
      return Unfit;
    Returns |= isReturn(B) || (endsInIndirectCall(B) && !isCall(B));
    Insns += B.NumInsns;
    if (Insns > Limits.MaxCalleeInsns)
      return Unfit;
    forEachTarget(B, [&](uint64_t T, bool) {
      if (isNearAndWanted(T) && (!Limits.IsEntry || !Limits.IsEntry(T)) &&
          Seen.insert(T).second)
        Work.push_back(T);
    });
  }
  return Returns ? Insns : Unfit;
}

/// Whether a function that the region calls is part of it.
bool Finder::isInside(uint64_t Callee) {
  if (!Limits.MaxCalleeInsns)
    return false;
  auto [It, New] = Callees.try_emplace(Callee, false);
  if (!New)
    return It->second;
  if (Callee != Entry) {
    if (!isNearAndWanted(Callee) ||
        (Limits.MayInline && !Limits.MayInline(Callee)))
      return false;
    const unsigned Insns = bodySize(Callee);
    if (Insns > Limits.MaxCalleeInsns || InlinedInsns + Insns > MaxInlinedInsns)
      return false;
    InlinedInsns += Insns;
  }
  Inlined.insert(Callee);
  return It->second = true;
}

// Breadth first, so that a region cut short by the limits is the neighbourhood
// of its entry. Blocks that a later leader splits are recorded again.
void Finder::collectLeaders() {
  struct Item {
    uint64_t Pc;
    bool OfCallee;
  };
  std::deque<Item> Work{{Entry, false}};
  std::set<uint64_t> Seen{Entry};
  for (uint64_t Root : Limits.Roots)
    if (admissible(Root) && Seen.insert(Root).second)
      Work.push_back({Root, false});
  unsigned Insns = 0;
  while (!Work.empty() && Leaders.size() < Limits.MaxBlocks &&
         Insns < Limits.MaxInsns) {
    const auto [Pc, OfCallee] = Work.front();
    Work.pop_front();
    uint64_t End = codeEnd(Pc);
    if (End < Pc + 4)
      continue;
    auto Next = Leaders.upper_bound(Pc);
    if (Next != Leaders.end())
      End = std::min(End, *Next);
    Block B = record(Pc, End);
    // The dispatcher must see such a block before it runs: leave it out.
    if (!FlagsAreKept.load(std::memory_order_relaxed) &&
        readsFlagsAcrossCall(B, Limits.CodeEnd))
      continue;
    Leaders.insert(Pc);
    if (OfCallee)
      OfCallees.insert(Pc);
    Insns += B.NumInsns;
    findTargets(B);
    const Uop &T = B.terminator();
    if (T.Code == Op::call)
      isInside(static_cast<uint64_t>(T.Imm));
    forEachTarget(B, [&](uint64_t To, bool) {
      if (admissible(To) && Seen.insert(To).second)
        Work.push_back({To, OfCallee || (To != Entry && Inlined.count(To))});
    });
    Blocks[Pc] = std::move(B);
  }
  for (auto It = Blocks.begin(); It != Blocks.end(); ++It) {
    auto Next = std::next(It);
    if (Next != Blocks.end() && It->second.End > Next->first)
      It->second = record(It->first, Next->first);
  }
}

// A return goes to what follows the calls of its function, if they are part of
// the region. A function that ends in a jump to another one shares its returns.
void Finder::linkReturns() {
  std::map<uint64_t, std::vector<uint64_t>> After;
  for (const auto &[Pc, B] : Blocks) {
    const Uop &T = B.terminator();
    if (!isCall(B) || !Blocks.count(B.End))
      continue;
    std::vector<uint64_t> Callees;
    if (T.Code == Op::call)
      Callees.push_back(static_cast<uint64_t>(T.Imm));
    else if (auto It = Calls.find(B.End); It != Calls.end())
      Callees = It->second;
    for (uint64_t Callee : Callees)
      if (Inlined.count(Callee) && Blocks.count(Callee))
        After[Callee].push_back(B.End);
  }
  std::map<uint64_t, std::set<uint64_t>> Targets;
  for (const auto &[Callee, Returns] : After) {
    std::vector<uint64_t> Work{Callee};
    std::set<uint64_t> Seen{Callee};
    while (!Work.empty()) {
      const Block &B = Blocks.at(Work.back());
      Work.pop_back();
      if (isReturn(B))
        Targets[B.End].insert(Returns.begin(), Returns.end());
      forEachTarget(B, [&](uint64_t To, bool) {
        const bool IsCallee = isCall(B) && To != B.End;
        if (!IsCallee && Blocks.count(To) && Seen.insert(To).second)
          Work.push_back(To);
      });
    }
  }
  for (const auto &[End, To] : Targets)
    if (To.size() <= MaxReturnTargets)
      Jumps[End].assign(To.begin(), To.end());
}

// Reverse post order of the branches inside of the region, but for the entry,
// which is first: only cycles among these go back to an earlier block. What is
// behind a call that leaves the region, and leads to the call once more,
// doesn't.
std::vector<uint64_t> Finder::order() const {
  std::vector<uint64_t> Order;
  std::set<uint64_t> Seen;
  struct Frame {
    uint64_t Pc;
    std::vector<uint64_t> Next;
  };
  auto frame = [&](uint64_t Pc) {
    Frame F{Pc, {}};
    forEachTarget(Blocks.at(Pc), [&](uint64_t T, bool Outside) {
      if (!Outside && Blocks.count(T))
        F.Next.push_back(T);
    });
    return F;
  };
  auto walk = [&](uint64_t Root) {
    if (!Seen.insert(Root).second)
      return;
    std::vector<Frame> Stack{frame(Root)};
    while (!Stack.empty()) {
      Frame &F = Stack.back();
      if (F.Next.empty()) {
        Order.push_back(F.Pc);
        Stack.pop_back();
        continue;
      }
      uint64_t T = F.Next.back();
      F.Next.pop_back();
      if (Seen.insert(T).second)
        Stack.push_back(frame(T));
    }
  };
  walk(Entry);
  for (const auto &[Pc, B] : Blocks)
    walk(Pc);
  std::reverse(Order.begin(), Order.end());
  const auto First = std::find(Order.begin(), Order.end(), Entry);
  std::rotate(Order.begin(), First, std::next(First));
  return Order;
}

// Small loops several times, one copy behind the other. Branches back to the
// head lead to the next copy's, and those of the last one to the first, by way
// of the safepoint: link().
std::vector<Finder::Place>
Finder::unroll(const std::vector<uint64_t> &Order) const {
  constexpr size_t MaxLength = 6;
  constexpr unsigned MaxCopies = 4, MaxInsns = 100;
  // Blocks of the loop whose head is the Ith, if it's small and has no other
  // one inside, else 0.
  auto loopAt = [&](size_t I, unsigned &Copies) {
    unsigned Length = 0, Insns = 0;
    for (size_t J = I; J != std::min(Order.size(), I + MaxLength); ++J) {
      const Block &B = Blocks.at(Order[J]);
      const Op Last = B.terminator().Code;
      if ((Last != Op::br && Last != Op::brCond) || hasStateHelper(B))
        break;
      bool Closes = false, HasInner = false;
      forEachTarget(B, [&](uint64_t To, bool) {
        Closes |= To == Order[I];
        HasInner |= std::count(Order.begin() + long(I) + 1,
                               Order.begin() + long(J) + 1, To) != 0;
      });
      if (HasInner)
        break;
      Insns += B.NumInsns;
      if (Closes) {
        Length = static_cast<unsigned>(J - I + 1);
        Copies = std::clamp(MaxInsns / Insns, 1u, MaxCopies);
      }
    }
    return Length;
  };
  std::vector<Place> Places;
  for (size_t I = 0; I != Order.size();) {
    Place P{Order[I], static_cast<unsigned>(Places.size())};
    if (const unsigned Length = loopAt(I, P.Copies))
      P.Length = Length;
    for (; P.Copy != P.Copies; ++P.Copy)
      for (unsigned J = 0; J != P.Length; ++J) {
        P.Pc = Order[I + J];
        Places.push_back(P);
      }
    I += P.Length;
  }
  return Places;
}

void Finder::link(Region &R, const std::vector<Place> &Places) const {
  std::map<uint64_t, unsigned> Index; // of first copies
  for (unsigned I = 0; I != R.Blocks.size(); ++I)
    Index.emplace(R.Blocks[I].Code.Pc, I);
  auto find = [&](uint64_t Pc) {
    auto It = Index.find(Pc);
    return It == Index.end() ? NoBlock : It->second;
  };
  // Where a branch from the Ith block to Pc leads.
  auto next = [&](unsigned I, uint64_t Pc) {
    const Place &P = Places[I];
    const unsigned First = find(Pc), Here = First + P.Copy * P.Length;
    if (First == NoBlock || First < P.Loop || First >= P.Loop + P.Length)
      return First;
    if (Here > I)
      return Here;
    return P.Copy + 1 == P.Copies ? First : Here + P.Length;
  };
  for (unsigned I = 0; I != R.Blocks.size(); ++I) {
    RegionBlock &B = R.Blocks[I];
    const Uop &T = B.Code.terminator();
    forEachTarget(B.Code, [&](uint64_t Pc, bool Outside) {
      const unsigned S = find(Pc);
      if (S == NoBlock)
        return;
      if ((Outside || Pc <= B.Code.Pc || endsInJump(B.Code)) &&
          !OfCallees.count(Pc))
        R.Blocks[S].IsEntry = true;
      if (!Outside && T.Code == Op::brInd)
        B.Targets.push_back(S);
    });
    if (auto It = Calls.find(B.Code.End); It != Calls.end())
      for (uint64_t Callee : It->second)
        if (!Inlined.count(Callee) || find(Callee) == NoBlock)
          B.Callees.push_back(Callee);
    if (!hasStateHelper(B.Code)) {
      if (T.Code == Op::br || T.Code == Op::brCond ||
          (T.Code == Op::call && Inlined.count(static_cast<uint64_t>(T.Imm))))
        B.Taken = next(I, static_cast<uint64_t>(T.Imm));
      if (T.Code == Op::brCond)
        B.Fall = next(I, B.Code.End);
    }
  }
  R.Blocks[0].IsEntry = true;
  shareJumps(R);
  for (unsigned I = 0; I != R.Blocks.size(); ++I)
    R.forEachSucc(R.Blocks[I],
                  [&](unsigned S) { R.Blocks[S].Preds.push_back(I); });
  for (RegionBlock &B : R.Blocks)
    B.IsEntry |= B.Preds.empty();
  for (unsigned I = 0; I != R.Blocks.size(); ++I) {
    RegionBlock &B = R.Blocks[I];
    if (B.IsEntry)
      B.HighestEntry = B.Code.Pc;
    for (unsigned P : B.Preds)
      if (P < I)
        B.HighestEntry = std::max(B.HighestEntry, R.Blocks[P].HighestEntry);
  }
}

// The jump at the end of each opcode of an interpreter goes to any other
// opcode. What was seen of one of them holds for all, and a switch for each
// would make the unit's size quadratic.
void Finder::shareJumps(Region &R) const {
  std::set<unsigned> Targets;
  unsigned Sites = 0;
  for (const RegionBlock &B : R.Blocks)
    if (endsInJump(B.Code)) {
      ++Sites;
      Targets.insert(B.Targets.begin(), B.Targets.end());
    }
  if (Sites <= MaxOwnJumps || Targets.empty())
    return;
  R.SharedJumps = true;
  for (RegionBlock &B : R.Blocks)
    if (endsInJump(B.Code))
      B.Targets.assign(Targets.begin(), Targets.end());
}

/// Find out which exits must store NZCV.
void Finder::exitFlags(Region &R) const {
  for (RegionBlock &B : R.Blocks) {
    const Uop &T = B.Code.terminator();
    if (T.Code == Op::brInd || T.Code == Op::exit ||
        (T.Code == Op::call && B.Taken == NoBlock)) {
      B.TakenNeedsFlags = !flagsDeadAfter(B.Code, Limits.CodeEnd, &R.Depends,
                                          Limits.FlagsAtJumps);
      continue;
    }
    if (B.Taken == NoBlock)
      B.TakenNeedsFlags =
          !flagsDeadAt(static_cast<uint64_t>(T.Imm), Limits.CodeEnd, &R.Depends,
                       Limits.FlagsAtJumps);
    if (T.Code == Op::brCond && B.Fall == NoBlock)
      B.FallNeedsFlags = !flagsDeadAt(B.Code.End, Limits.CodeEnd, &R.Depends,
                                      Limits.FlagsAtJumps);
  }
}

Region Finder::run() {
  Region R;
  R.Entry = R.Lo = R.Hi = R.LowestPc = Entry;
  collectLeaders();
  if (Blocks.empty())
    return R;
  linkReturns();
  const std::vector<Place> Places = unroll(order());
  for (const Place &P : Places) {
    RegionBlock B;
    B.Code = Blocks.at(P.Pc);
    B.Copy = P.Copy;
    R.LowestPc = std::min(R.LowestPc, B.Code.Pc);
    if (OfCallees.count(B.Code.Pc)) {
      // What lies between a function and its callee doesn't concern the unit.
      R.Depends.emplace_back(B.Code.Pc, B.Code.End);
    } else {
      R.Lo = std::min(R.Lo, B.Code.Pc);
      R.Hi = std::max(R.Hi, B.Code.End);
    }
    R.NumInsns += B.Code.NumInsns;
    R.Blocks.push_back(std::move(B));
  }
  link(R, Places);

  exitFlags(R);
  analyzeFlow(R);
  return R;
}

Region lift::discoverRegion(uint64_t Entry, const RegionLimits &Limits) {
  return Finder(Entry, Limits).run();
}
