//===- Eval.h - Declarations of the primitive evaluators --------*- C++ -*-===//
//
// eval_NAME gives the meaning of primitive NAME on concrete values; see EvalFn
// in Uop.h for the operand conventions. flagsFcmp and flagsFccmp return NZCV
// as a nibble in R->X (N = bit 3). Control primitives and those that the back
// ends implement themselves have none (null, being weak).
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_OPS_EVAL_H
#define XLATE_OPS_EVAL_H

#include "xlate/Ops/Uop.h"

#define XOP(name, Shape, Attr)                                                 \
  extern "C" __attribute__((weak)) void eval_##name(                           \
      xlate::CpuState *S, xlate::Value *R, const xlate::Value *A,              \
      const xlate::Value *B, const xlate::Value *C, uint64_t ParamWord);
#include "xlate/Ops/Ops.def"

/// Head of an evaluator's definition.
#define XLATE_EVAL(name)                                                       \
  extern "C" void eval_##name([[maybe_unused]] xlate::CpuState *S,             \
                              [[maybe_unused]] xlate::Value *R,                \
                              [[maybe_unused]] const xlate::Value *A,          \
                              [[maybe_unused]] const xlate::Value *B,          \
                              [[maybe_unused]] const xlate::Value *C,          \
                              [[maybe_unused]] uint64_t ParamWord)

#endif // XLATE_OPS_EVAL_H
