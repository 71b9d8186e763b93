//===- TracePlan.cpp - Which blocks a baseline unit is made of ------------===//

#include "TracePlan.h"
#include "xlate/Baseline/Baseline.h"
#include <algorithm>

using namespace xlate;
using namespace xlate::aot;

/// Blocks of this class ran often enough to be worth code of their own in
/// several units.
static constexpr uint8_t WarmClass = 8;

namespace {

class Planner {
public:
  Planner(const std::vector<uint64_t> &Pcs,
          const std::vector<const Entries::Info *> &Infos,
          const std::set<uint64_t> &InLlvm,
          const std::function<bool(uint64_t Pc)> &HasReference)
      : Pcs(Pcs), Infos(Infos), InLlvm(InLlvm), HasReference(HasReference),
        Ends(Pcs.size()), Covered(Pcs.size()) {}

  std::vector<Trace> run();

private:
  using Fall = Entries::Info::Fall;

  bool isStart(size_t I) const { return Ends[I] != 0; }
  /// Whether other units jump there.
  bool isNeeded(size_t I) const {
    return Infos[I]->Needed || HasReference(Pcs[I]);
  }
  void start(size_t I, bool MayRepeat);
  bool mayGoOn(size_t Next, bool MayRepeat) const;

  const std::vector<uint64_t> &Pcs;
  const std::vector<const Entries::Info *> &Infos;
  const std::set<uint64_t> &InLlvm;
  const std::function<bool(uint64_t Pc)> &HasReference;
  /// Where the trace of each block ends, 0 = it has none.
  std::vector<uint64_t> Ends;
  std::vector<bool> Covered;
};

bool Planner::mayGoOn(size_t Next, bool MayRepeat) const {
  const Entries::Info &I = *Infos[Next];
  return !I.Skip && !isStart(Next) && (MayRepeat || !isNeeded(Next)) &&
         !I.Function && !InLlvm.count(Pcs[Next]);
}

/// Make the trace of block I, and of those that it falls into at its end.
void Planner::start(size_t I, bool MayRepeat) {
  for (;;) {
    if (isStart(I))
      return;
    size_t Insns = 0;
    unsigned Branches = 0;
    const size_t First = I;
    for (bool More = true; More;) {
      const Entries::Info &B = *Infos[I];
      Covered[I] = true;
      Ends[First] = B.End;
      Insns += (B.End - Pcs[I]) / 4;
      if (B.Skip || B.Falls == Fall::None)
        return;
      Branches += B.Falls == Fall::Untaken;
      ++I;
      if (I == Pcs.size() || Pcs[I] != B.End)
        return;
      More = Insns + (Infos[I]->End - Pcs[I]) / 4 <= MaxBlockInsns &&
             (!MayRepeat || Branches <= baseline::Baseline::MaxBranches) &&
             mayGoOn(I, MayRepeat);
    }
  }
}

std::vector<Trace> Planner::run() {
  // The hottest code decides where traces begin, as what runs first does at run
  // time.
  std::vector<size_t> Ran;
  for (size_t I = 0; I != Pcs.size(); ++I)
    if (Infos[I]->Class >= WarmClass && isNeeded(I))
      Ran.push_back(I);
  std::sort(Ran.begin(), Ran.end(), [this](size_t A, size_t B) {
    return std::pair(Infos[B]->Class, A) < std::pair(Infos[A]->Class, B);
  });
  for (size_t I : Ran)
    start(I, /*MayRepeat=*/true);
  for (size_t I = 0; I != Pcs.size(); ++I)
    if (isNeeded(I) || !Covered[I])
      start(I, /*MayRepeat=*/false);
  std::vector<Trace> Traces;
  for (size_t I = 0; I != Pcs.size(); ++I)
    if (isStart(I))
      Traces.push_back({I, Ends[I]});
  return Traces;
}

} // namespace

std::vector<Trace>
aot::planTraces(const std::vector<uint64_t> &Pcs,
                const std::vector<const Entries::Info *> &Infos,
                const std::set<uint64_t> &InLlvm,
                const std::function<bool(uint64_t Pc)> &HasReference) {
  return Planner(Pcs, Infos, InLlvm, HasReference).run();
}
