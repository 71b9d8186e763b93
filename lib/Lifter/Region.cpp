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

/// Longest straight line recorded as one block.
constexpr unsigned MaxBlockInsns = 128;

class Finder {
public:
  Finder(uint64_t Entry, const RegionLimits &Limits)
      : Entry(Entry), Limits(Limits) {}
  Region run();

private:
  bool admissible(uint64_t Pc) const {
    return Pc == Entry || !Limits.IsEntry || !Limits.IsEntry(Pc);
  }
  uint64_t codeEnd(uint64_t Pc) const {
    return Pc & 3 ? 0 : Limits.CodeEnd(Pc);
  }
  void collectLeaders();
  std::vector<uint64_t> postOrder() const;
  void link(Region &R) const;
  void exitFlags(Region &R) const;

  const uint64_t Entry;
  const RegionLimits &Limits;
  std::set<uint64_t> Leaders;
  std::map<uint64_t, Block> Blocks;
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

/// Targets that stay in the region if they are part of it.
template <typename Fn> void forEachTarget(const Block &B, Fn F) {
  if (hasStateHelper(B))
    return;
  const Uop &T = B.terminator();
  if (T.Code == Op::brCond)
    F(B.End);
  if (T.Code == Op::br || T.Code == Op::brCond)
    F(static_cast<uint64_t>(T.Imm));
}

} // namespace

// Breadth first, so that a region cut short by the limits is the neighbourhood
// of its entry. Blocks that a later leader splits are recorded again.
void Finder::collectLeaders() {
  std::deque<uint64_t> Work{Entry};
  std::set<uint64_t> Seen{Entry};
  unsigned Insns = 0;
  while (!Work.empty() && Leaders.size() < Limits.MaxBlocks &&
         Insns < Limits.MaxInsns) {
    uint64_t Pc = Work.front();
    Work.pop_front();
    uint64_t End = codeEnd(Pc);
    if (End < Pc + 4)
      continue;
    auto Next = Leaders.upper_bound(Pc);
    if (Next != Leaders.end())
      End = std::min(End, *Next);
    Block B = record(Pc, End);
    // The dispatcher must see such a block before it runs: leave it out.
    if (!FlagsCrossCalls.load(std::memory_order_relaxed) &&
        readsFlagsAcrossCall(B, Limits.CodeEnd))
      continue;
    Leaders.insert(Pc);
    Insns += B.NumInsns;
    forEachTarget(B, [&](uint64_t T) {
      if (admissible(T) && Seen.insert(T).second)
        Work.push_back(T);
    });
    Blocks[Pc] = std::move(B);
  }
  for (auto It = Blocks.begin(); It != Blocks.end(); ++It) {
    auto Next = std::next(It);
    if (Next != Blocks.end() && It->second.End > Next->first)
      It->second = record(It->first, Next->first);
  }
}

std::vector<uint64_t> Finder::postOrder() const {
  std::vector<uint64_t> Order;
  std::set<uint64_t> Seen{Entry};
  struct Frame {
    uint64_t Pc;
    std::vector<uint64_t> Next;
  };
  auto frame = [&](uint64_t Pc) {
    Frame F{Pc, {}};
    forEachTarget(Blocks.at(Pc), [&](uint64_t T) {
      if (Blocks.count(T))
        F.Next.push_back(T);
    });
    return F;
  };
  std::vector<Frame> Stack{frame(Entry)};
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
  return Order;
}

void Finder::link(Region &R) const {
  std::map<uint64_t, unsigned> Index;
  for (unsigned I = 0; I != R.Blocks.size(); ++I)
    Index[R.Blocks[I].Code.Pc] = I;
  auto find = [&](uint64_t Pc) {
    auto It = Index.find(Pc);
    return It == Index.end() ? NoBlock : It->second;
  };
  for (unsigned I = 0; I != R.Blocks.size(); ++I) {
    RegionBlock &B = R.Blocks[I];
    const Uop &T = B.Code.terminator();
    if (hasStateHelper(B.Code))
      continue;
    if (T.Code == Op::br || T.Code == Op::brCond)
      B.Taken = find(static_cast<uint64_t>(T.Imm));
    if (T.Code == Op::brCond)
      B.Fall = find(B.Code.End);
    for (unsigned S : {B.Taken, B.Fall})
      if (S != NoBlock)
        R.Blocks[S].Preds.push_back(I);
  }
}

/// Find out which exits must store NZCV.
void Finder::exitFlags(Region &R) const {
  for (RegionBlock &B : R.Blocks) {
    const Uop &T = B.Code.terminator();
    if (T.Code == Op::brInd || T.Code == Op::call || T.Code == Op::exit) {
      B.TakenNeedsFlags = !flagsDeadAfter(B.Code, Limits.CodeEnd, &R.Depends);
      continue;
    }
    if (B.Taken == NoBlock)
      B.TakenNeedsFlags = !flagsDeadAt(static_cast<uint64_t>(T.Imm),
                                       Limits.CodeEnd, &R.Depends);
    if (T.Code == Op::brCond && B.Fall == NoBlock)
      B.FallNeedsFlags = !flagsDeadAt(B.Code.End, Limits.CodeEnd, &R.Depends);
  }
}

Region Finder::run() {
  Region R;
  R.Entry = R.Lo = R.Hi = Entry;
  collectLeaders();
  if (Blocks.empty())
    return R;
  std::vector<uint64_t> Order = postOrder();
  for (auto It = Order.rbegin(); It != Order.rend(); ++It) {
    RegionBlock B;
    B.Code = std::move(Blocks.at(*It));
    R.Lo = std::min(R.Lo, B.Code.Pc);
    R.Hi = std::max(R.Hi, B.Code.End);
    R.NumInsns += B.Code.NumInsns;
    R.Blocks.push_back(std::move(B));
  }
  link(R);

  exitFlags(R);
  analyzeFlow(R);
  return R;
}

Region lift::discoverRegion(uint64_t Entry, const RegionLimits &Limits) {
  return Finder(Entry, Limits).run();
}
