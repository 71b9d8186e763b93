//===- LlvmTier.cpp - The optimising tier of xlate-run --------------------===//

#include "LlvmTier.h"
#include "xlate/Codegen/Compiler.h"
#include "xlate/Runtime/HotTier.h"

using namespace xlate;

namespace {
class LlvmTier final : public runtime::HotTier {
public:
  Result compile(const Request &R, const Services &S) override {
    Result Out;
    codegen::GuestCode Code;
    Code.CodeEnd = S.CodeEnd;
    Code.IsEntry = S.IsFunction;
    Code.IsWanted = S.IsWanted;
    Code.Roots = [&R](uint64_t) { return R.Roots; };
    Code.JumpTargets = S.JumpTargets;
    codegen::JitMemory Memory{S.AllocCode, S.SlotFor};
    codegen::UnitOptions Options;
    Options.WriteThrough = R.Precise;
    Options.FlushToZero = R.FlushToZero;
    Options.ExactUnderflow = R.ExactFp;
    Options.TrapsInvalid = !R.ExactFp && !R.Precise;
    Options.MaskTopByte = R.MaskTopByte;
    Options.MaxBlocks = R.IsInImage ? 100 : 400;
    Options.MaxInsns = R.IsInImage ? 600 : 2500;
    Options.MaxCalleeInsns = 100;
    Options.FlagsAtJumps = R.FlagsAtJumps;
    std::string Error;
    auto Units = Compiler.compile({R.Function}, Code, Options, Memory, Error);
    if (Units.empty())
      return Out;
    codegen::Unit &C = Units.front();
    if (R.NeedsSp && !C.KnowsSp)
      return Out;
    Out.Code = std::make_unique<runtime::Unit>();
    runtime::Unit &U = *Out.Code;
    U.Pc = C.Pc;
    for (const auto &[Pc, Offset] : C.Entries)
      U.Entries.push_back({Pc, Offset});
    U.GuestLo = C.GuestLo;
    U.GuestHi = C.GuestHi;
    U.Host = C.Host;
    U.HostSize = C.Size;
    U.Tier = runtime::MadeBy::Llvm;
    U.RegistersInState = R.Precise;
    U.MasksTopByte = R.MaskTopByte;
    U.Depends = std::move(C.Depends);
    U.setPcMap(C.PcMap, C.FrameMaps);
    Out.Blocks = std::move(C.Blocks);
    return Out;
  }

private:
  codegen::Compiler Compiler{codegen::CompilerOptions()};
};
} // namespace

void xlate::installLlvmTier() {
  runtime::setHotTierFactory([]() -> std::unique_ptr<runtime::HotTier> {
    initLlvm();
    return std::make_unique<LlvmTier>();
  });
}
