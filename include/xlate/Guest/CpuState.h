//===- CpuState.h - The guest CPU state -------------------------*- C++ -*-===//
//
// The architectural AArch64 EL0 state of one guest thread, plus the few
// per-thread words that generated code touches. One object per host thread;
// while translated code runs, %gs:0 is the object's first byte, and units know
// its distance from their stack pointer (UnitAbi.h), so a field is one operand
// away from any code. The layout is therefore an ABI
// between the tiers, AOT images and the runtime: change StateAbiVersion with
// it.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_GUEST_CPUSTATE_H
#define XLATE_GUEST_CPUSTATE_H

#include "xlate/Guest/UnitAbi.h"
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace xlate {

/// Version of everything generated code knows about CpuState.
constexpr uint32_t StateAbiVersion = 3;

/// One 128-bit vector register, little-endian lanes.
union alignas(16) V128 {
  uint8_t B[16];
  int8_t SB[16];
  uint16_t H[8];
  int16_t SH[8];
  uint32_t S[4];
  int32_t SS[4];
  uint64_t D[2];
  int64_t SD[2];
};

/// Why translated code left for the dispatcher. State.Pc is the guest address
/// at which execution continues (for Syscall: the instruction after the SVC;
/// for faults: the faulting instruction).
enum class ExitReason : uint32_t {
  Miss = 0,    ///< No translation is published for State.Pc.
  Syscall,     ///< SVC; ExitInfo = immediate. Pc = address after the SVC.
  Breakpoint,  ///< BRK at Pc; ExitInfo = immediate.
  Undefined,   ///< Unallocated or unsupported instruction at Pc; ExitInfo =
               ///< instruction word.
  Poll,        ///< Continue at Pc after safepoint work. ExitInfo = 1: the
               ///< unit at Pc used up its heat, consider promotion.
  ICacheFlush, ///< IC IVAU; ExitInfo = address. Pc = next instruction.
  AlignFault,  ///< Misaligned exclusive/atomic at Pc; ExitInfo = address.
  Barrier,     ///< ISB, MSR FPCR, and with ExitInfo = 1 MSR FPSR: Pc = next
               ///< instruction; pending invalidations apply.
  Step,        ///< Interpreter executed its instruction budget.
};

/// Most entries of the per-thread indirect branch cache (power of two). Large
/// programs have 100000 return addresses, and a miss costs 50 times a hit.
constexpr unsigned JumpCacheSize = 1u << 16;

struct JumpCacheEntry {
  uint64_t GuestPc; ///< ~0 when empty.
  void *Host;       ///< Unit entry.
};

/// CpuState::JumpCacheMask for a number of entries (power of two).
constexpr uint64_t jumpCacheMask(unsigned Size) {
  return (Size - 1) * sizeof(JumpCacheEntry);
}

/// CpuState::HeatMask of a new thread, and of one that has run for long.
constexpr uint32_t FirstHeatMask = 127, LastHeatMask = (1 << 14) - 1;

/// Values that cross the boundary between generated code and C++ primitives.
union alignas(16) Value {
  uint64_t X;
  uint32_t W;
  bool B;
  V128 V;
};

struct alignas(64) CpuState {
  // Architectural state. X[31] is SP so that one index expression serves both.
  uint64_t X[32];
  uint64_t Pc;
  /// PSTATE.NZCV, one byte (0 or 1) each: setcc stores and byte compares need
  /// no packing.
  uint8_t N, Z, C, V_;
  uint32_t Fpcr;
  /// FPSR as the guest wrote it, plus QC and the flags that primitives raise;
  /// flags of inlined host FP live in MXCSR until the FPSR is read.
  uint32_t Fpsr;
  /// Nonzero when the thread must visit a safepoint (signal, invalidation,
  /// promotion). Written by other threads and by signal handlers.
  std::atomic<uint32_t> PollFlag;
  uint64_t TpidrEl0;
  uint64_t TpidrroEl0;
  V128 V[32];

  // Exclusive monitor: LDXR remembers address, size and value; STXR commits
  // with compare-and-swap. ExclSize is the total bytes (0 = open).
  V128 ExclValue;
  uint64_t ExclAddr;
  uint32_t ExclSize;

  // Exits.
  ExitReason Exit;
  uint64_t ExitInfo;
  // Stubs and tables reached by generated code through %gs.
  void *ExitStub;     ///< Tail-jumped to with rax = Pc, Exit set.
  void *MissStub;     ///< What an unpublished slot points at.
  void *IndirectStub; ///< Tail-jumped to with rax = guest target.
  void *EvalStub;     ///< Called with Tmp[4] = {Op, parameter word}: runs the
                      ///< evaluator on Tmp[1..3] into Tmp[0], keeps all
                      ///< registers but r11 and the flags.
  void *const *EvalTable; ///< Primitive evaluators, indexed by Op.
  JumpCacheEntry *JumpCache;
  uint64_t JumpCacheMask; ///< Of Pc << 2: its entry's offset in the cache.
  uint64_t HostSp;        ///< Stack pointer the exit stub returns on.
  CpuState *Self;         ///< This object (flat pointer for C++ callees).
  void *Thread;           ///< runtime::GuestThread.
  uint32_t HostMxcsr;     ///< MXCSR that matches Fpcr while in guest code.
  uint32_t Dczid;         ///< DCZID_EL0 value.

  /// Argument and result area for primitives called from generated code.
  Value Tmp[8];
  /// Pinned registers are parked here around calls from generated code.
  uint64_t SaveGpr[16];
  V128 SaveVec[16];

  /// PSTATE.SSBS (bit 12) and PSTATE.DIT (bit 24) in their SPSR positions; they
  /// have no effect here but read back.
  uint32_t PstateHints;

  /// Address of the BR, or one more than that of the BLR, that led to a miss:
  /// set by baseline code when its lookup fails, cleared by the dispatcher.
  uint64_t JumpFrom;

  /// What the indirect stub asks for a target that isn't in the jump cache: a
  /// function of (CpuState *, guest target) that uses no vector registers, and
  /// whose result is host code or null. Null = always ask the dispatcher.
  void *FindUnit;

  /// Called to try a memory copy (CPYP; CPYFP) or set before its evaluator is:
  /// see MopsStubs.S.
  void *CopyStub, *CopyForwardStub, *SetStub;

  /// What units take their heat from. Below zero, the unit that took the last
  /// of it charges its own counter in steps of HeatMask + 1 and adds as much
  /// here. So counters, which all threads share, are written seldom, and
  /// threads that run the same code don't wait for each other.
  int32_t HeatTick;
  /// A step, a power of two, less 1. Doubled whenever HeatSteps overflows, up
  /// to LastHeatMask: counts are about as exact in relation to all that the
  /// thread has run.
  uint32_t HeatMask;
  uint8_t HeatSteps;

  /// Mask bits that are clear in MXCSR while in guest code: that of invalid
  /// operations where units trap them (InvalidOp.h), else none.
  uint32_t Unmasked;
};

/// A CpuState and the stack of the units that run on it.
struct alignas(64) UnitFrame {
  unsigned char Stack[abi::UnitStackBytes];
  CpuState S;
};

static_assert(offsetof(CpuState, V) % 16 == 0);
static_assert(sizeof(V128) == 16);

} // namespace xlate

#endif // XLATE_GUEST_CPUSTATE_H
