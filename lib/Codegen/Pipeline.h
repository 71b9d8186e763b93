//===- Pipeline.h - Target machine and passes -------------------*- C++ -*-===//
#ifndef XLATE_LIB_CODEGEN_PIPELINE_H
#define XLATE_LIB_CODEGEN_PIPELINE_H

#include "xlate/Codegen/Compiler.h"
#include "xlate/Lifter/Lifter.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Pass.h"
#include "llvm/Target/TargetMachine.h"

namespace xlate::codegen {

struct FunctionFrames;
using FrameTables = llvm::StringMap<FunctionFrames>;

/// Target machine for Options, or null with Error set.
std::unique_ptr<llvm::TargetMachine> makeTarget(const CompilerOptions &Options,
                                                std::string &Error);

lift::HostFeatures hostFeatures(const llvm::TargetMachine &Target);

/// Set M's triple, layout and the functions' CPU attributes.
void prepareForTarget(llvm::Module &M, const llvm::TargetMachine &Target);

/// Passes over IR.
void addMidEnd(llvm::legacy::PassManager &Pm, llvm::TargetMachine &Target,
               unsigned OptLevel);

/// Code generation to an assembly or object file. False if that's impossible.
/// Frames, if it isn't null, receives where the guest's frame is.
bool addCodegen(llvm::legacy::PassManager &Pm, llvm::TargetMachine &Target,
                llvm::raw_pwrite_stream &Out, llvm::CodeGenFileType Type,
                FrameTables *Frames = nullptr);

/// IR pass: adds to what debug variables say of the guest's frame.
llvm::FunctionPass *createFrameValuesPass(FrameTables *Frames);

/// IR pass, the last one: each block asks for the frame address itself.
llvm::FunctionPass *createStateBasePass();

/// Machine pass that gives each instruction with a guest access the debug
/// location of the access, and notes where the guest's frame is there.
llvm::FunctionPass *createAccessLinesPass(FrameTables *Frames);

/// Machine pass that makes each entry of a unit one of the host code.
llvm::FunctionPass *createEntryPointsPass();

} // namespace xlate::codegen

#endif // XLATE_LIB_CODEGEN_PIPELINE_H
