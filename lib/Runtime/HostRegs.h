//===- HostRegs.h - General registers of a host context ---------*- C++ -*-===//
#ifndef XLATE_LIB_RUNTIME_HOSTREGS_H
#define XLATE_LIB_RUNTIME_HOSTREGS_H

#include <ucontext.h>

namespace xlate::runtime {

/// Indices into gregs, by the numbers that registers have in encodings.
constexpr int HostRegs[16] = {
    REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
    REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_HOSTREGS_H
