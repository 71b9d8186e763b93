//===- TierInterp.cpp - Cases in the interpreter --------------------------===//

#include "Tier.h"
#include "xlate/Interp/Interp.h"

using namespace xlate;
using namespace xlate::insn;

namespace {
class InterpTier : public BlockTier {
  bool runBlock(CpuState &S, const Block &B) override {
    return interp::run(S, B);
  }
};
} // namespace

static const RegisterTier Interp("interp",
                                 [] { return std::make_unique<InterpTier>(); });
