//===- EvalTable.cpp - Primitive names, attributes and evaluators ---------===//

#include "xlate/Ops/Eval.h"
#include <cstdio>
#include <cstdlib>

using namespace xlate;

const EvalFn xlate::EvalTable[NumOps] = {
#define XOP(name, Shape, Attr) eval_##name,
#include "xlate/Ops/Ops.def"
};

static const char *const Names[] = {
#define XOP(name, Shape, Attr) #name,
#include "xlate/Ops/Ops.def"
};

static constexpr OpAttr Attrs[] = {
#define XOP(name, Shape, Attr) OpAttr::Attr,
#include "xlate/Ops/Ops.def"
};

const char *xlate::opName(Op O) { return Names[static_cast<unsigned>(O)]; }
OpAttr xlate::opAttr(Op O) { return Attrs[static_cast<unsigned>(O)]; }

[[noreturn]] static void unhandledFault(CpuState *S, ExitReason Reason,
                                        uint64_t Info) {
  std::fprintf(stderr, "xlate: fault %u (%#lx) at %#lx without a runtime\n",
               static_cast<unsigned>(Reason), Info, S->Pc);
  std::abort();
}

void (*xlate::RaiseFault)(CpuState *, ExitReason, uint64_t) = unhandledFault;
