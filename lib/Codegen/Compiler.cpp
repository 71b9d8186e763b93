//===- Compiler.cpp - Compiling guest code with LLVM ----------------------===//

#include "xlate/Codegen/Compiler.h"
#include "FrameTracker.h"
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
  FrameTables Frames;
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
  StringRef emitObject(Module &M, const std::vector<lift::Region> &Regions);
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
  Lo.TrapsInvalid = Units.TrapsInvalid;
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
    const StringRef Bytes = emitObject(M, {});
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

StringRef Compiler::Impl::emitObject(Module &M,
                                     const std::vector<lift::Region> &Regions) {
  if (!Pipeline) {
    auto P = std::make_unique<ObjectPipeline>();
    addMidEnd(P->Pm, *Target, Options.OptLevel);
    if (!addCodegen(P->Pm, *Target, P->Out, CodeGenFileType::ObjectFile,
                    &P->Frames)) {
      Error = "the target can't emit this file type";
      return "";
    }
    Pipeline = std::move(P);
  }
  Pipeline->Object.clear();
  Pipeline->Frames.clear();
  for (const lift::Region &R : Regions)
    Pipeline->Frames[lift::unitName(R.Entry)].Region = &R;
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

/// The line rows that belong to a function.
static std::span<const LineRow> rowsOf(const std::vector<LineRow> &Rows,
                                       const LinkedObject::Symbol &Where) {
  auto at = [&](uint64_t Offset) {
    return std::lower_bound(Rows.begin(), Rows.end(), LineRow{Offset, 0, 0});
  };
  return {at(Where.Offset), at(Where.Offset + Where.Size)};
}

/// Append (Offset, V) to a map unless V is what holds there anyway.
template <typename T>
static void appendTo(std::vector<std::pair<uint32_t, T>> &Map, uint32_t Offset,
                     T V) {
  if (!Map.empty() && Map.back().first == Offset)
    Map.back().second = V;
  else if (Map.empty() || Map.back().second != V)
    Map.emplace_back(Offset, V);
}

/// Fill in the maps of U, which Where is, from the line table.
static void addMaps(Unit &U, std::span<const LineRow> Rows,
                    const LinkedObject::Symbol &Where, const lift::Region &R,
                    std::span<const FrameLocations> Frames) {
  for (const LineRow &Row : Rows) {
    const auto Offset = static_cast<uint32_t>(Row.Offset - Where.Offset);
    appendTo(U.PcMap, Offset, lift::pcOfLine(R, Row.Line));
    if (!Row.Column)
      continue;
    const FrameLocations &Frame = Frames[Row.Column - 1];
    for (unsigned I = 0; I != NumFrameRegs; ++I)
      appendTo(U.FrameMaps[I], Offset, Frame[I].packed());
  }
  U.KnowsSp =
      std::all_of(Frames.begin(), Frames.end(),
                  [](const FrameLocations &Frame) { return Frame[0].known(); });
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
  const std::vector<lift::Region> Regions = I->lift(M, Entries, Code, Options);
  if (Regions.empty())
    return Units;
  // With write-through CpuState has the frame, too.
  const StringRef Bytes = I->emitObject(
      M, Options.WriteThrough ? std::vector<lift::Region>() : Regions);
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
    addMaps(U, rowsOf(Rows, Where), Where, R,
            I->Pipeline->Frames[lift::unitName(R.Entry)].Found);
    Units.push_back(std::move(U));
  }
  return Units;
}
