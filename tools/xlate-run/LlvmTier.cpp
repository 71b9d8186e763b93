//===- LlvmTier.cpp - The optimising tier of xlate-run --------------------===//

#include "LlvmTier.h"
#include "xlate/Codegen/Compiler.h"
#include "xlate/Runtime/HotTier.h"

using namespace xlate;

namespace {
class LlvmTier final : public runtime::HotTier {
public:
  std::unique_ptr<runtime::Unit> compile(const Request &R,
                                         const Services &S) override {
    codegen::GuestCode Code{S.CodeEnd, [](uint64_t) { return false; }};
    codegen::JitMemory Memory{S.AllocCode, S.SlotFor};
    codegen::UnitOptions Options;
    Options.WriteThrough = R.Precise;
    Options.FlushToZero = R.FlushToZero;
    Options.MaskTopByte = R.MaskTopByte;
    std::string Error;
    auto Units = Compiler.compile({R.Pc}, Code, Options, Memory, Error);
    if (Units.empty())
      return nullptr;
    codegen::Unit &C = Units.front();
    auto U = std::make_unique<runtime::Unit>();
    U->Pc = C.Pc;
    U->GuestLo = C.GuestLo;
    U->GuestHi = C.GuestHi;
    U->Host = static_cast<char *>(C.Entry);
    U->HostSize = C.Size;
    U->Tier = runtime::MadeBy::Llvm;
    U->RegistersInState = R.Precise;
    U->MasksTopByte = R.MaskTopByte;
    U->Depends = std::move(C.Depends);
    U->setPcMap(C.PcMap);
    return U;
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
