//===- UnitAbi.h - Calling convention between translated units --*- C++ -*-===//
//
// Every translated unit, whichever tier made it, is entered by a jump with
//   rax                      guest PC of the entry
//   rcx rdx rdi rsi r8 r9 r12 r13 r14 r15   pinned guest registers, in order
//   xmm0..xmm7               V0..V7, all 128 bits
//   rsp + StateFromRsp       CpuState; so rsp % 16 == 8, as after a call
//   %gs:0                    CpuState
// and leaves by a jump to another unit, CpuState::IndirectStub (rax = target)
// or CpuState::ExitStub (rax = Pc, Exit/ExitInfo set) in the same form. All
// other guest registers are in CpuState. rbx, rbp, r10, r11, xmm8..15 and the
// flags are scratch. In LLVM IR this is `x86_regcallcc void(i64 x 11,
// <2 x i64> x 8)` with musttail calls. Direction flag clear, x87/MMX unused,
// MXCSR = CpuState::HostMxcsr.
//
// No unit keeps anything on the host stack across a guest call: a guest call
// sets X30 and jumps. The host stack therefore can't overflow, and longjmp,
// coroutines and stack switching need no care. What a unit needs for itself and
// for the evaluators it calls lies below its CpuState, in the same object
// (UnitFrame).
//
// Units reach CpuState through rsp and not through %gs: processors that rename
// memory forward a store to a load with the same base register and displacement
// in no time, which they don't do for segment-relative addresses. The stubs,
// which run with any rsp, use %gs.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_GUEST_UNITABI_H
#define XLATE_GUEST_UNITABI_H

#include <cstdint>

namespace xlate::abi {

/// From the stack pointer at a unit's entry to its CpuState.
constexpr unsigned StateFromRsp = 8;
/// Stack of units and evaluators.
constexpr unsigned UnitStackBytes = 64 << 10;

/// Pinned guest general registers in argument order (31 = SP), after the PC.
constexpr uint8_t PinnedGpr[] = {31, 0, 1, 2, 3, 8, 19, 20, 29, 30};
/// The host registers that they are in, by the numbers in encodings.
constexpr uint8_t PinnedHost[] = {1, 2, 7, 6, 8, 9, 12, 13, 14, 15};
constexpr unsigned NumPinnedGpr = sizeof(PinnedGpr);
/// V0..V7 are pinned.
constexpr unsigned NumPinnedVec = 8;

/// Index into PinnedGpr, or -1.
constexpr int pinnedIndex(unsigned Reg) {
  for (unsigned I = 0; I != NumPinnedGpr; ++I)
    if (PinnedGpr[I] == Reg)
      return static_cast<int>(I);
  return -1;
}

} // namespace xlate::abi

#endif // XLATE_GUEST_UNITABI_H
