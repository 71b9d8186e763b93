//===- Flow.cpp - Data flow over the locations of a region ----------------===//
//
// Decides where unpinned registers and flags are loaded. An unpinned location
// is loaded from CpuState where it is first read, unless
//  * it may be newer than CpuState on one path and not in a value on another
//    (a merge could then neither reload nor store it), or
//  * the read is in a loop;
// such locations are loaded once, at the region's entry.
//
//===----------------------------------------------------------------------===//

#include "Flow.h"
#include "xlate/Guest/UnitAbi.h"

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

// Regions are small: reachability by repeated propagation over bit rows.
void Analysis::findCycles() {
  const unsigned N = static_cast<unsigned>(R.Blocks.size());
  std::vector<std::vector<bool>> Reach(N, std::vector<bool>(N));
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (unsigned I = N; I-- != 0;)
      for (unsigned S : {R.Blocks[I].Taken, R.Blocks[I].Fall}) {
        if (S == NoBlock)
          continue;
        for (unsigned J = 0; J != N; ++J)
          if ((J == S || Reach[S][J]) && !Reach[I][J])
            Reach[I][J] = Changed = true;
      }
  }
  for (unsigned I = 0; I != N; ++I)
    R.Blocks[I].InCycle = Reach[I][I];
}

void Analysis::availability() {
  const LocSet AtEntry = Pinned | R.EntryLoads;
  for (unsigned I = 0; I != R.Blocks.size(); ++I) {
    R.Blocks[I].AvailIn = I ? LocSet().set() : AtEntry;
    R.Blocks[I].DirtyIn.reset();
  }
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (unsigned I = 0; I != R.Blocks.size(); ++I) {
      RegionBlock &B = R.Blocks[I];
      LocSet Avail = I ? LocSet().set() : AtEntry, Dirty;
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

bool Analysis::exitNeedsFlags(const RegionBlock &B) const {
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
      for (unsigned S : {B.Taken, B.Fall})
        Out |= S != NoBlock && R.Blocks[S].FlagsLiveIn;
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
  flagLiveness();
}

void lift::analyzeFlow(Region &R) { Analysis(R).run(); }
