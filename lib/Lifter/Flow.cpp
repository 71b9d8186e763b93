//===- Flow.cpp - Data flow over the locations of a region ----------------===//
//
// Decides where unpinned registers and flags are loaded. An unpinned location
// is loaded from CpuState where it is first read, unless
//  * it may be newer than CpuState on one path and not in a value on another
//    (a merge could then neither reload nor store it), or
//  * the read is in a loop;
// such locations are loaded at the entries that they are live at.
//
//===----------------------------------------------------------------------===//

#include "Flow.h"
#include "xlate/Guest/UnitAbi.h"
#include <algorithm>

using namespace xlate;
using namespace xlate::lift;

bool lift::isPinned(unsigned L) {
  if (L < LocV)
    return abi::pinnedIndex(L) >= 0;
  return L < LocV + abi::NumPinnedVec;
}

/// Flags that condition code Cc reads.
static void condReads(unsigned Cc, LocSet &Reads) {
  switch (Cc >> 1) {
  case 0:
    Reads.set(LocZ);
    break;
  case 1:
    Reads.set(LocC);
    break;
  case 2:
    Reads.set(LocN);
    break;
  case 3:
    Reads.set(LocVf);
    break;
  case 4:
    Reads.set(LocC).set(LocZ);
    break;
  case 5:
    Reads.set(LocN).set(LocVf);
    break;
  default:
    Reads.set(LocN).set(LocVf).set(LocZ);
    break;
  }
}

static void allFlags(LocSet &S) { S.set(LocN).set(LocZ).set(LocC).set(LocVf); }

void lift::locsOf(const Uop &U, LocSet &Reads, LocSet &Writes) {
  const unsigned I = static_cast<unsigned>(U.Imm);
  switch (U.Code) {
  case Op::getReg:
    Reads.set(LocX + I);
    break;
  case Op::setReg:
    Writes.set(LocX + I);
    break;
  case Op::getVec:
    Reads.set(LocV + I);
    break;
  case Op::setVec:
    Writes.set(LocV + I);
    break;
  case Op::cond:
    condReads(I, Reads);
    break;
  case Op::getNzcv:
    allFlags(Reads);
    break;
  default:
    if (opAttr(U.Code) == OpAttr::Flags)
      allFlags(Writes);
    break;
  }
}

namespace {

class Analysis {
public:
  explicit Analysis(Region &R) : R(R) {}
  void run();

private:
  void localSets();
  void findCycles();
  void availability();
  void liveness();
  bool addEntryLoads();
  void flagLiveness();
  bool exitNeedsFlags(const RegionBlock &B) const;

  Region &R;
  LocSet Pinned;
};

} // namespace

void Analysis::localSets() {
  for (RegionBlock &B : R.Blocks)
    for (const Uop &U : B.Code.Uops) {
      LocSet Reads, Writes;
      locsOf(U, Reads, Writes);
      B.Use |= Reads & ~B.Def;
      B.Def |= Writes;
    }
}

// Tarjan's strongly connected components, without recursion.
void Analysis::findCycles() {
  const unsigned N = static_cast<unsigned>(R.Blocks.size());
  constexpr unsigned Unseen = ~0u;
  struct Frame {
    unsigned Block;
    std::vector<unsigned> Succs;
  };
  std::vector<unsigned> Number(N, Unseen), Low(N), Open;
  std::vector<bool> IsOpen(N);
  std::vector<Frame> Stack;
  unsigned Next = 0;
  auto push = [&](unsigned I) {
    Number[I] = Low[I] = Next++;
    Open.push_back(I);
    IsOpen[I] = true;
    Stack.push_back({I, {}});
    R.forEachSucc(R.Blocks[I], [&](unsigned S) {
      Stack.back().Succs.push_back(S);
      if (S == I)
        R.Blocks[I].InCycle = true;
    });
  };
  for (unsigned Root = 0; Root != N; ++Root) {
    if (Number[Root] == Unseen)
      push(Root);
    while (!Stack.empty()) {
      Frame &F = Stack.back();
      const unsigned I = F.Block;
      if (!F.Succs.empty()) {
        const unsigned S = F.Succs.back();
        F.Succs.pop_back();
        if (Number[S] == Unseen)
          push(S);
        else if (IsOpen[S])
          Low[I] = std::min(Low[I], Number[S]);
        continue;
      }
      Stack.pop_back();
      if (!Stack.empty())
        Low[Stack.back().Block] = std::min(Low[Stack.back().Block], Low[I]);
      if (Low[I] != Number[I])
        continue;
      const bool Many = Open.back() != I;
      for (unsigned J = Unseen; J != I;) {
        J = Open.back();
        Open.pop_back();
        IsOpen[J] = false;
        if (Many)
          R.Blocks[J].InCycle = true;
      }
    }
  }
}

void Analysis::availability() {
  const LocSet AtEntry = Pinned | R.EntryLoads;
  for (unsigned I = 0; I != R.Blocks.size(); ++I) {
    R.Blocks[I].AvailIn = R.Blocks[I].IsEntry ? AtEntry : LocSet().set();
    R.Blocks[I].DirtyIn.reset();
  }
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (unsigned I = 0; I != R.Blocks.size(); ++I) {
      RegionBlock &B = R.Blocks[I];
      LocSet Avail = B.IsEntry ? AtEntry : LocSet().set(), Dirty;
      for (unsigned P : B.Preds) {
        const RegionBlock &Pb = R.Blocks[P];
        Avail &= Pb.AvailIn | Pb.Use | Pb.Def;
        Dirty |= Pb.DirtyIn | (Pb.Def & ~Pinned);
      }
      Changed |= Avail != B.AvailIn || Dirty != B.DirtyIn;
      B.AvailIn = Avail;
      B.DirtyIn = Dirty;
    }
  }
}

bool Analysis::addEntryLoads() {
  LocSet More;
  for (const RegionBlock &B : R.Blocks) {
    More |= B.DirtyIn & ~B.AvailIn;
    if (B.InCycle)
      More |= B.Use & ~B.AvailIn;
  }
  More &= ~R.EntryLoads;
  R.EntryLoads |= More;
  return More.any();
}

// What is newer than CpuState counts as read: exits and safepoints store it.
void Analysis::liveness() {
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (unsigned I = static_cast<unsigned>(R.Blocks.size()); I-- != 0;) {
      RegionBlock &B = R.Blocks[I];
      LocSet Out = B.DirtyIn | Pinned;
      R.forEachSucc(B, [&](unsigned S) { Out |= R.Blocks[S].LiveIn; });
      const LocSet In = B.Use | (Out & ~B.Def);
      Changed |= In != B.LiveIn;
      B.LiveIn = In;
    }
  }
}

bool Analysis::exitNeedsFlags(const RegionBlock &B) const {
  // An indirect jump may always go somewhere else.
  return (B.Taken == NoBlock && B.TakenNeedsFlags) ||
         (B.Code.terminator().Code == Op::brCond && B.Fall == NoBlock &&
          B.FallNeedsFlags);
}

void Analysis::flagLiveness() {
  LocSet Flags;
  allFlags(Flags);
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (unsigned I = static_cast<unsigned>(R.Blocks.size()); I-- != 0;) {
      RegionBlock &B = R.Blocks[I];
      bool Out = exitNeedsFlags(B);
      R.forEachSucc(B, [&](unsigned S) { Out |= R.Blocks[S].FlagsLiveIn; });
      const bool In = (B.Use & Flags).any() || (Out && !B.Def[LocN]);
      Changed |= In != B.FlagsLiveIn || Out != B.FlagsLiveOut;
      B.FlagsLiveIn = In;
      B.FlagsLiveOut = Out;
    }
  }
}

void Analysis::run() {
  for (unsigned L = 0; L != NumLocs; ++L)
    Pinned[L] = isPinned(L);
  localSets();
  findCycles();
  do
    availability();
  while (addEntryLoads());
  liveness();
  flagLiveness();
}

void lift::analyzeFlow(Region &R) { Analysis(R).run(); }
