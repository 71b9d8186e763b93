//===- Flow.cpp - Data flow over the locations of a region ----------------===//
//
// Decides where unpinned registers and flags are loaded and stored. A small
// loop keeps its registers in values. They are loaded on the way into it and
// stored on the way out. Outside of such loops a register is loaded from
// CpuState where it is first read, and stored at the end of the block that
// writes it: what a large function does between two calls is mostly short, and
// values that many paths join would spend their life in spill slots.
//
// A flag is loaded where it is first read, unless it may be newer than CpuState
// on one path and not in a value on another, or the read is in a loop; such
// flags are loaded at the entries that they are live at.
//
//===----------------------------------------------------------------------===//

#include "Flow.h"
#include "xlate/Guest/UnitAbi.h"
#include <algorithm>
#include <cassert>

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
  std::vector<std::vector<unsigned>> components(const std::vector<bool> &Within,
                                                bool AcrossJumps);
  void findLoops(const std::vector<bool> &Within, bool AcrossJumps);
  void addLoop(const std::vector<unsigned> &Blocks);
  LocSet mostUsed(const std::vector<unsigned> &Blocks) const;
  void availability();
  void liveness();
  bool addEntryLoads();
  void flagLiveness();
  bool exitNeedsFlags(const RegionBlock &B) const;

  Region &R;
  LocSet Pinned, Flags;
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

/// Where more blocks go round, the registers of all of them don't fit.
constexpr long MaxLoopBlocks = 32;
/// What fits beside the pinned ones, which are live everywhere.
constexpr unsigned MaxLargeLoopRegs = 2;

/// The general registers that many blocks use most.
LocSet Analysis::mostUsed(const std::vector<unsigned> &Blocks) const {
  unsigned Uses[LocV] = {};
  for (unsigned I : Blocks)
    for (unsigned L = 0; L != LocV; ++L)
      Uses[L] += !Pinned[L] && R.Blocks[I].Use[L];
  LocSet Locs;
  for (unsigned N = 0; N != MaxLargeLoopRegs; ++N) {
    unsigned *Most = std::max_element(std::begin(Uses), std::end(Uses));
    if (*Most)
      Locs.set(static_cast<size_t>(Most - Uses));
    *Most = 0;
  }
  return Locs;
}

/// Make a loop of Blocks that keeps all that they use.
void Analysis::addLoop(const std::vector<unsigned> &Blocks) {
  LocSet Locs;
  for (unsigned I : Blocks) {
    R.Blocks[I].Loop = static_cast<unsigned>(R.LoopLocs.size());
    Locs |= R.Blocks[I].Use | R.Blocks[I].Def;
  }
  R.LoopLocs.push_back(Locs & ~Pinned & ~Flags);
}

// Tarjan's strongly connected components of the blocks in Within, without
// recursion.
std::vector<std::vector<unsigned>>
Analysis::components(const std::vector<bool> &Within, bool AcrossJumps) {
  const unsigned N = static_cast<unsigned>(R.Blocks.size());
  constexpr unsigned Unseen = ~0u;
  struct Frame {
    unsigned Block;
    std::vector<unsigned> Succs;
  };
  std::vector<std::vector<unsigned>> Found;
  std::vector<unsigned> Number(N, Unseen), Low(N), Open;
  std::vector<bool> IsOpen(N), IsOwnSucc(N);
  std::vector<Frame> Stack;
  unsigned Next = 0;
  auto push = [&](unsigned I) {
    Number[I] = Low[I] = Next++;
    Open.push_back(I);
    IsOpen[I] = true;
    Stack.push_back({I, {}});
    if (!AcrossJumps && endsInJump(R.Blocks[I].Code))
      return;
    R.forEachSucc(R.Blocks[I], [&](unsigned S) {
      if (!Within[S])
        return;
      Stack.back().Succs.push_back(S);
      if (S == I)
        IsOwnSucc[I] = true;
    });
  };
  for (unsigned Root = 0; Root != N; ++Root) {
    if (Within[Root] && Number[Root] == Unseen)
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
      std::vector<unsigned> Component;
      do {
        Component.push_back(Open.back());
        IsOpen[Open.back()] = false;
        Open.pop_back();
      } while (Component.back() != I);
      if (Component.size() != 1 || IsOwnSucc[I])
        Found.push_back(std::move(Component));
    }
  }
  return Found;
}

// Loops are what goes round among Within. Of a large one, those that are left
// without its head are loops of their own. What goes round through an indirect
// jump is mostly an interpreter, whose rounds differ; what goes round without
// it is a loop.
void Analysis::findLoops(const std::vector<bool> &Within, bool AcrossJumps) {
  for (std::vector<unsigned> &Component : components(Within, AcrossJumps)) {
    const bool HasJump =
        AcrossJumps &&
        std::any_of(Component.begin(), Component.end(),
                    [&](unsigned I) { return endsInJump(R.Blocks[I].Code); });
    const auto Size =
        std::count_if(Component.begin(), Component.end(),
                      [&](unsigned I) { return R.Blocks[I].Copy == 0; });
    const auto Loop = static_cast<unsigned>(R.LoopLocs.size());
    addLoop(Component);
    if (!HasJump && Size <= MaxLoopBlocks)
      continue;
    std::vector<bool> Inner(R.Blocks.size());
    for (unsigned I : Component)
      Inner[I] = true;
    if (!HasJump)
      Inner[*std::min_element(Component.begin(), Component.end())] = false;
    findLoops(Inner, !HasJump && AcrossJumps);
    std::erase_if(Component,
                  [&](unsigned I) { return R.Blocks[I].Loop != Loop; });
    R.LoopLocs[Loop] = mostUsed(Component);
  }
}

void Analysis::availability() {
  auto AtEntry = [&](const RegionBlock &B) {
    return B.IsEntry ? Pinned | R.EntryLoads | R.loopLocs(B) : LocSet().set();
  };
  for (RegionBlock &B : R.Blocks) {
    B.AvailIn = AtEntry(B);
    B.DirtyIn.reset();
  }
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (RegionBlock &B : R.Blocks) {
      LocSet Avail = AtEntry(B), Dirty;
      for (unsigned P : B.Preds) {
        const RegionBlock &Pb = R.Blocks[P];
        const LocSet Loop = R.loopLocs(B);
        const bool Same = B.Loop == Pb.Loop;
        Avail &= Pb.AvailIn | Pb.Use | Pb.Def | (Same ? LocSet() : Loop);
        Dirty |=
            (Pb.DirtyIn | (Pb.Def & ~Pinned)) & (Same ? Flags | Loop : Flags);
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
    if (B.Loop != NoBlock)
      More |= B.Use & Flags & ~B.AvailIn;
  }
  More &= ~R.EntryLoads;
  assert((More & ~Flags).none() && "a loop's register isn't in a value");
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
  allFlags(Flags);
  localSets();
  findLoops(std::vector<bool>(R.Blocks.size(), true), true);
  do
    availability();
  while (addEntryLoads());
  liveness();
  flagLiveness();
}

void lift::analyzeFlow(Region &R) { Analysis(R).run(); }
