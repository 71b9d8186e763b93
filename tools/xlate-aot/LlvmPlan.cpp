//===- LlvmPlan.cpp - What goes through LLVM ------------------------------===//

#include "LlvmPlan.h"
#include <algorithm>

using namespace xlate;
using namespace xlate::aot;

/// A function with a block of this class is worth the time: it comes back
/// within a few hundred runs at worst.
static constexpr uint8_t HotClass = 15;
/// Blocks of such a function that are part of its unit.
static constexpr uint8_t WantedClass = 8;

std::vector<uint64_t> LlvmPlan::units() const {
  std::vector<uint64_t> Pcs;
  Pcs.reserve(Roots.size());
  for (const auto &[Pc, Others] : Roots)
    Pcs.push_back(Pc);
  return Pcs;
}

codegen::GuestCode LlvmPlan::guestCode(const GuestText &Text,
                                       const Entries &E) const {
  codegen::GuestCode Guest;
  Guest.CodeEnd = [&Text](uint64_t Pc) { return Text.codeEnd(Pc); };
  Guest.IsEntry = [&E](uint64_t Pc) {
    auto It = E.Blocks.find(Pc);
    return It != E.Blocks.end() && It->second.Function;
  };
  Guest.IsWanted = [this](uint64_t Pc) { return Wanted.count(Pc) != 0; };
  Guest.MayInline = [&E](uint64_t Pc) {
    auto It = E.Blocks.find(Pc); // --function may name any address
    return It != E.Blocks.end() &&
           (It->second.Hot || It->second.Class >= WantedClass);
  };
  Guest.Roots = [this](uint64_t Pc) { return Roots.at(Pc); };
  Guest.JumpTargets = [&E](uint64_t Pc) {
    if (auto It = E.Jumps.find(Pc); It != E.Jumps.end())
      return It->second;
    auto It = E.Calls.find(Pc);
    return It == E.Calls.end() ? std::vector<uint64_t>() : It->second;
  };
  return Guest;
}

codegen::UnitOptions LlvmPlan::options(const Entries &E) {
  codegen::UnitOptions O;
  O.TrapsInvalid = true;
  O.MaxBlocks = 1000;
  O.MaxInsns = 6000;
  O.MaxCalleeInsns = 100;
  O.FlagsAtJumps = E.FlagsAtJumps;
  return O;
}

void LlvmPlan::add(uint64_t Start, const std::vector<uint64_t> &Blocks) {
  if (Blocks.empty())
    return;
  const uint64_t Pc =
      std::find(Blocks.begin(), Blocks.end(), Start) == Blocks.end()
          ? Blocks.front()
          : Start;
  std::vector<uint64_t> &Others = Roots[Pc];
  std::copy_if(Blocks.begin(), Blocks.end(), std::back_inserter(Others),
               [Pc](uint64_t At) { return At != Pc; });
  Wanted.insert(Blocks.begin(), Blocks.end());
}

/// Call F with iterators to the first block of each function and behind its
/// last one.
template <typename Fn> static void forEachFunction(const Entries &E, Fn F) {
  for (auto It = E.Blocks.begin(); It != E.Blocks.end();) {
    const auto First = It++;
    while (It != E.Blocks.end() && !It->second.Function)
      ++It;
    F(First, It);
  }
}

LlvmPlan aot::planLlvm(const Entries &E, const Settings &S) {
  LlvmPlan Plan;
  if (S.OptLevel == 0 && !S.AllLlvm)
    return Plan;
  forEachFunction(E, [&](auto First, auto End) {
    const bool IsHot = std::any_of(First, End, [](const auto &B) {
      return B.second.Hot || B.second.Class >= HotClass;
    });
    std::vector<uint64_t> Blocks;
    for (auto It = First; It != End; ++It) {
      const Entries::Info &I = It->second;
      if (!I.Skip &&
          (S.AllLlvm || (IsHot && (I.Hot || I.Class >= WantedClass)) ||
           (S.OptLevel > 0 && I.InLoop)))
        Blocks.push_back(It->first);
    }
    Plan.add(First->first, Blocks);
  });
  return Plan;
}

LlvmPlan aot::planFunctions(const Entries &E,
                            const std::vector<uint64_t> &Starts) {
  LlvmPlan Plan;
  for (uint64_t Start : Starts) {
    std::vector<uint64_t> Blocks{Start};
    auto It = E.Blocks.upper_bound(Start);
    for (; It != E.Blocks.end() && !It->second.Function; ++It)
      Blocks.push_back(It->first);
    Plan.add(Start, Blocks);
  }
  return Plan;
}
