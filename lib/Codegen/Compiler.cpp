//===- Compiler.cpp - Compiling guest code with LLVM ----------------------===//

#include "xlate/Codegen/Compiler.h"
#include "Link.h"
#include "Pipeline.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>

using namespace llvm;
using namespace xlate;
using namespace xlate::codegen;

namespace {
/// The passes from a module to an object file. Making them costs a good part
/// of what they take for a small unit: they serve for many.
struct ObjectPipeline {
  SmallVector<char, 0> Object;
  raw_svector_ostream Out{Object};
  legacy::PassManager Pm;
};
} // namespace

struct Compiler::Impl {
  CompilerOptions Options;
  std::unique_ptr<TargetMachine> Target;
  std::string Error;

  std::vector<lift::Region> lift(Module &M,
                                 const std::vector<uint64_t> &Entries,
                                 const GuestCode &Code,
                                 const UnitOptions &Units);
  bool emit(Module &M, Form What, raw_pwrite_stream &Out);
  /// The object file of M, valid until the next one; empty after an error.
  StringRef emitObject(Module &M);
  std::unique_ptr<ObjectPipeline> Pipeline;
};

Compiler::Compiler(const CompilerOptions &Options)
    : I(std::make_unique<Impl>()) {
  I->Options = Options;
  I->Target = makeTarget(Options, I->Error);
}

Compiler::~Compiler() = default;

std::vector<lift::Region>
Compiler::Impl::lift(Module &M, const std::vector<uint64_t> &Entries,
                     const GuestCode &Code, const UnitOptions &Units) {
  prepareForTarget(M, *Target);
  lift::prepareModule(M);
  lift::RegionLimits Limits;
  Limits.MaxBlocks = Units.MaxBlocks;
  Limits.MaxInsns = Units.MaxInsns;
  Limits.MaxCalleeInsns = Units.MaxCalleeInsns;
  Limits.FlagsAtJumps = Units.FlagsAtJumps;
  Limits.CodeEnd = Code.CodeEnd;
  Limits.IsEntry = Code.IsEntry;
  Limits.IsWanted = Code.IsWanted;
  Limits.MayInline = Code.MayInline;
  Limits.JumpTargets = Code.JumpTargets;
  lift::LiftOptions Lo;
  Lo.Host = hostFeatures(*Target);
  Lo.WriteThrough = Units.WriteThrough;
  Lo.StorePinnedAtEntry = Units.StorePinnedAtEntry;
  Lo.FlushToZero = Units.FlushToZero;
  Lo.ExactUnderflow = Units.ExactUnderflow;
  Lo.MaskTopByte = Units.MaskTopByte;

  std::vector<lift::Region> Regions;
  for (uint64_t Pc : Entries) {
    if (Code.Roots)
      Limits.Roots = Code.Roots(Pc);
    lift::Region R = lift::discoverRegion(Pc, Limits);
    if (R.Blocks.empty() || M.getFunction(lift::unitName(Pc)))
      continue;
    Function *F = lift::liftRegion(M, R, Lo);
    F->addFnAttr("target-cpu", Target->getTargetCPU());
    F->addFnAttr("target-features", Target->getTargetFeatureString());
    Regions.push_back(std::move(R));
  }
  return Regions;
}

bool Compiler::Impl::emit(Module &M, Form What, raw_pwrite_stream &Out) {
  if (What == Form::LlvmIr) {
    M.print(Out, nullptr);
    return true;
  }
  if (What == Form::Object) {
    const StringRef Bytes = emitObject(M);
    Out << Bytes;
    return !Bytes.empty();
  }
  legacy::PassManager Pm;
  addMidEnd(Pm, *Target, Options.OptLevel);
  if (What == Form::OptIr) {
    Pm.run(M);
    M.print(Out, nullptr);
    return true;
  }
  if (!addCodegen(Pm, *Target, Out, CodeGenFileType::AssemblyFile)) {
    Error = "the target can't emit this file type";
    return false;
  }
  Pm.run(M);
  return true;
}

StringRef Compiler::Impl::emitObject(Module &M) {
  if (!Pipeline) {
    auto P = std::make_unique<ObjectPipeline>();
    addMidEnd(P->Pm, *Target, Options.OptLevel);
    if (!addCodegen(P->Pm, *Target, P->Out, CodeGenFileType::ObjectFile)) {
      Error = "the target can't emit this file type";
      return "";
    }
    Pipeline = std::move(P);
  }
  Pipeline->Object.clear();
  Pipeline->Pm.run(M);
  return Pipeline->Out.str();
}

bool Compiler::emit(const std::vector<uint64_t> &Entries, const GuestCode &Code,
                    const UnitOptions &Units, Form What, std::string &Out,
                    std::string &Error) {
  if (!I->Target) {
    Error = I->Error;
    return false;
  }
  LLVMContext Ctx;
  Module M("units", Ctx);
  I->lift(M, Entries, Code, Units);
  raw_string_ostream Problems(Error);
  if (verifyModule(M, &Problems))
    return false;
  SmallString<0> Buffer;
  raw_svector_ostream Os(Buffer);
  if (!I->emit(M, What, Os)) {
    Error = I->Error;
    return false;
  }
  Out = Buffer.str();
  return true;
}

/// The part of the line rows that belongs to R's unit.
static std::vector<std::pair<uint32_t, uint64_t>>
pcMap(const std::vector<std::pair<uint64_t, unsigned>> &Rows,
      const LinkedObject::Symbol &Where, const lift::Region &R) {
  std::vector<std::pair<uint32_t, uint64_t>> Map;
  auto It =
      std::lower_bound(Rows.begin(), Rows.end(), std::pair(Where.Offset, 0u));
  for (; It != Rows.end() && It->first < Where.Offset + Where.Size; ++It) {
    const uint64_t Pc = lift::pcOfLine(R, It->second);
    const uint32_t Offset = static_cast<uint32_t>(It->first - Where.Offset);
    if (!Map.empty() && Map.back().first == Offset)
      Map.back().second = Pc;
    else if (Map.empty() || Map.back().second != Pc)
      Map.emplace_back(Offset, Pc);
  }
  return Map;
}

std::vector<Unit> Compiler::compile(const std::vector<uint64_t> &Entries,
                                    const GuestCode &Code,
                                    const UnitOptions &Options,
                                    const JitMemory &Memory,
                                    std::string &Error) {
  std::vector<Unit> Units;
  if (!I->Target) {
    Error = I->Error;
    return Units;
  }
  LLVMContext Ctx;
  Ctx.setDiscardValueNames(true);
  Module M("units", Ctx);
  std::vector<lift::Region> Regions = I->lift(M, Entries, Code, Options);
  if (Regions.empty())
    return Units;
  const StringRef Bytes = I->emitObject(M);
  if (Bytes.empty()) {
    Error = I->Error;
    return Units;
  }
  Expected<std::unique_ptr<object::ObjectFile>> Object =
      object::ObjectFile::createELFObjectFile(MemoryBufferRef(Bytes, "units"));
  if (!Object) {
    Error = toString(Object.takeError());
    return Units;
  }
  LinkedObject Linked;
  if (!linkObject(cast<object::ELF64LEObjectFile>(**Object), Memory, Linked,
                  Error))
    return Units;
  const auto Rows = lineRows(**Object);
  for (const lift::Region &R : Regions) {
    const LinkedObject::Symbol &Where =
        Linked.Functions[lift::unitName(R.Entry)];
    const std::vector<uint32_t> &Offsets =
        Linked.Entries[lift::entriesName(R.Entry)];
    Unit U;
    U.Pc = R.Entry;
    for (const lift::RegionBlock &B : R.Blocks) {
      U.Blocks.push_back(B.Code.Pc);
      if (B.IsEntry)
        U.Entries.push_back(
            {B.Code.Pc, Offsets.empty() ? 0 : Offsets[U.Entries.size()]});
    }
    U.Host = Linked.Base + Where.Offset;
    U.Size = Where.Size;
    U.GuestLo = R.Lo;
    U.GuestHi = R.Hi;
    U.Depends = R.Depends;
    U.PcMap = pcMap(Rows, Where, R);
    Units.push_back(std::move(U));
  }
  return Units;
}
