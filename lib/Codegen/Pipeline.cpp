//===- Pipeline.cpp - Target machine and passes ---------------------------===//

#include "Pipeline.h"
#include "llvm/Analysis/BasicAliasAnalysis.h"
#include "llvm/Analysis/ScopedNoAliasAA.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineModuleInfo.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar.h"
#include "llvm/Transforms/Scalar/GVN.h"
#include "llvm/Transforms/Utils.h"
#include <mutex>

using namespace llvm;
using namespace xlate;

static const char Triple_[] = "x86_64-unknown-linux-gnu";

static void initialize() {
  static std::once_flag Once;
  std::call_once(Once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser(); // for inline assembly
    // Merged tails have the debug location of neither: an access in one could
    // not be traced back to its guest instruction.
    // Targets of indirect jumps and entries lie far apart, and a table is still
    // better than a tree of comparisons.
    const char *Args[] = {"xlate", "-enable-tail-merge=false",
                          // Variables are few: FrameTracker.
                          "-experimental-debug-variable-locations=false",
                          "-jump-table-density=1",
                          // It makes selects of two branches, see addMidEnd().
                          "-simplifycfg-hoist-common=false",
                          // The host reorders; these cost a sixth of the time.
                          "-enable-misched=false", "-disable-post-ra",
                          // Moves values to mask registers, which units hardly
                          // use, in quadratic time.
                          "-disable-x86-domain-reassignment"};
    cl::ParseCommandLineOptions(std::size(Args), Args);
  });
}

std::unique_ptr<TargetMachine>
codegen::makeTarget(const CompilerOptions &Options, std::string &Error) {
  initialize();
  const Target *T = TargetRegistry::lookupTarget(Triple_, Error);
  if (!T)
    return nullptr;
  std::string Cpu = Options.Cpu, Features;
  if (Cpu == "host") {
    Cpu = sys::getHostCPUName().str();
    for (const auto &[Name, Enabled] : sys::getHostCPUFeatures())
      Features += (Features.empty() ? "" : ",") +
                  std::string(Enabled ? "+" : "-") + Name.str();
  }
  // 512-bit registers are never worth their start-up cost in units; the
  // evaluator stubs keep 256 bits.
  Features += Features.empty() ? "+prefer-256-bit" : ",+prefer-256-bit";
  static constexpr CodeGenOptLevel Levels[] = {
      CodeGenOptLevel::None, CodeGenOptLevel::Default, CodeGenOptLevel::Default,
      CodeGenOptLevel::Aggressive};
  TargetOptions To;
  To.EnableFastISel = false;
  std::unique_ptr<TargetMachine> Tm(T->createTargetMachine(
      Triple_, Cpu, Features, To, Reloc::PIC_, CodeModel::Small,
      Levels[std::min(Options.OptLevel, 3u)]));
  if (!Tm)
    Error = "no x86-64 target machine";
  return Tm;
}

lift::HostFeatures codegen::hostFeatures(const TargetMachine &Target) {
  const MCSubtargetInfo &Sti = *Target.getMCSubtargetInfo();
  auto has = [&](const char *Feature) { return Sti.checkFeatures(Feature); };
  lift::HostFeatures H;
  H.Ssse3 = has("+ssse3");
  H.Sse41 = has("+sse4.1");
  H.Sse42 = has("+sse4.2") && has("+crc32");
  H.Avx = has("+avx");
  H.Avx2 = has("+avx2");
  H.Fma = has("+fma");
  H.F16c = has("+f16c");
  H.Aes = has("+aes");
  H.Pclmul = has("+pclmul");
  H.Sha = has("+sha");
  H.Gfni = has("+gfni");
  H.Avx512Vl = has("+avx512f") && has("+avx512vl") && has("+avx512bw") &&
               has("+avx512dq");
  return H;
}

void codegen::prepareForTarget(Module &M, const TargetMachine &Target) {
  M.setTargetTriple(Triple_);
  M.setDataLayout(Target.createDataLayout());
}

void codegen::addMidEnd(legacy::PassManager &Pm, TargetMachine &Target,
                        unsigned OptLevel) {
  TargetLibraryInfoImpl Tli{Triple(Triple_)};
  Tli.disableAllFunctions(); // there's nothing to call
  Pm.add(new TargetLibraryInfoWrapperPass(Tli));
  Pm.add(createTargetTransformInfoWrapperPass(Target.getTargetIRAnalysis()));
  if (OptLevel == 0)
    return;
  Pm.add(createScopedNoAliasAAWrapperPass());
  Pm.add(createBasicAAWrapperPass());
  // Hoisting or sinking common code would merge accesses of different guest
  // instructions. The guest's compiler knew why it made a branch and not a
  // CSEL: turned into a select, it would make what follows wait for it.
  SimplifyCFGOptions Cfg;
  Cfg.hoistCommonInsts(false)
      .sinkCommonInsts(false)
      .convertSwitchToLookupTable(false)
      .speculateBlocks(false);
  Pm.add(createSROAPass());
  Pm.add(createEarlyCSEPass(/*UseMemorySSA=*/false));
  Pm.add(createInstructionCombiningPass());
  Pm.add(createCFGSimplificationPass(Cfg));
  if (OptLevel >= 2) {
    Pm.add(createReassociatePass());
    Pm.add(createLICMPass());
    Pm.add(createGVNPass());
    Pm.add(createInstructionCombiningPass());
    Pm.add(createCFGSimplificationPass(Cfg));
  }
  Pm.add(createDeadCodeEliminationPass());
}

// As LLVMTargetMachine::addPassesToEmitFile(), with passes of ours at the end.
bool codegen::addCodegen(legacy::PassManager &Pm, TargetMachine &Target,
                         raw_pwrite_stream &Out, CodeGenFileType Type,
                         FrameTables *Frames) {
  auto &Tm = static_cast<LLVMTargetMachine &>(Target);
  auto *Mmi = new MachineModuleInfoWrapperPass(&Tm);
  TargetPassConfig *Config = Tm.createPassConfig(Pm);
  // FrameTracker does what is needed.
  Config->disablePass(&LiveDebugValuesID);
  Config->setDisableVerify(true);
  Pm.add(Config);
  Pm.add(Mmi);
  Pm.add(createFrameValuesPass(Frames));
  Pm.add(createStateBasePass());
  if (Config->addISelPasses())
    return false;
  Config->addMachinePasses();
  Config->setInitialized();
  Pm.add(createEntryPointsPass());
  Pm.add(createAccessLinesPass(Frames));
  if (Tm.addAsmPrinter(Pm, Out, nullptr, Type, Mmi->getMMI().getContext()))
    return false;
  Pm.add(createFreeMachineFunctionPass());
  return true;
}
