//===- Uop.h - Recorded primitives and blocks -------------------*- C++ -*-===//
//
// Instruction semantics (lib/Semantics) are written once, against the builder
// in Ops.h, and record a guest block as a vector of uops. Every back end (the
// interpreter, the LLVM lifter, the baseline emitter, analyses) walks that
// vector.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_OPS_UOP_H
#define XLATE_OPS_UOP_H

#include "xlate/Guest/CpuState.h"
#include <cstdint>
#include <string>
#include <vector>

namespace xlate {

enum class Op : uint16_t {
#define XOP(name, Shape, Attr) name,
#include "xlate/Ops/Ops.def"
  Count
};
constexpr unsigned NumOps = static_cast<unsigned>(Op::Count);

enum class OpAttr : uint8_t { Pure, Fp, Qc, Mem, State, Flags, Ctrl };

/// Value types. A W value is a zero-extended 32-bit integer, B is 0 or 1.
enum class Ty : uint8_t { None, B, W, X, V };

/// log2 of a lane's size in bytes.
enum Lane : uint8_t { L8 = 0, L16 = 1, L32 = 2, L64 = 3 };
constexpr unsigned laneBits(Lane L) { return 8u << L; }
constexpr unsigned laneCount(Lane L) { return 16u >> L; }

/// Memory order of an access; x86 gives all but store-release for free.
enum class Order : uint8_t { Plain = 0, Acquire = 1, Release = 2, AcqRel = 3 };

/// Packing of Uop::N for memory primitives.
struct MemFlags {
  static constexpr uint8_t SignExtend = 1; // to the result type
  static constexpr uint8_t OrderShift = 1; // 2 bits
  static constexpr uint8_t ScaleShift = 3; // 3 bits, shift of the index
  static uint8_t pack(bool Sext, Order O, unsigned Scale) {
    return static_cast<uint8_t>((Sext ? 1 : 0) |
                                static_cast<unsigned>(O) << OrderShift |
                                Scale << ScaleShift);
  }
  static bool sext(uint8_t N) { return N & SignExtend; }
  static Order order(uint8_t N) {
    return static_cast<Order>(N >> OrderShift & 3);
  }
  static unsigned scale(uint8_t N) { return N >> ScaleShift & 7; }
};

enum class RmwKind : uint8_t {
  Add,
  Clr,
  Eor,
  Set,
  Smax,
  Smin,
  Umax,
  Umin,
  Swap
};
enum class BarrierKind : uint8_t { Load, Store, Full, Sb };
enum class BranchKind : uint8_t { Jump, Call, Ret };

/// Rounding of fRint and fToInt: the FPCR encodings, then the explicit others.
enum class FpRound : uint8_t {
  Even = 0,
  Up = 1,
  Down = 2,
  Zero = 3,
  Away = 4,
  CurrentExact = 5,
  Current = 6
};

/// Immediate of fToInt.
struct FpToInt {
  static int64_t pack(bool Signed, FpRound R, unsigned FBits, Lane IntLane) {
    return (Signed ? 1 : 0) | static_cast<int64_t>(R) << 1 | FBits << 8 |
           IntLane << 16;
  }
  static bool isSigned(int64_t I) { return I & 1; }
  static FpRound round(int64_t I) { return static_cast<FpRound>(I >> 1 & 7); }
  static unsigned fbits(int64_t I) { return I >> 8 & 0xff; }
  static Lane intLane(int64_t I) { return static_cast<Lane>(I >> 16 & 3); }
};
/// Immediate of intToF: as FpToInt without the rounding field.
struct IntToFp {
  static int64_t pack(bool Signed, unsigned FBits, Lane IntLane) {
    return FpToInt::pack(Signed, FpRound::Even, FBits, IntLane);
  }
};

/// System registers that readSys/writeSys reach (constants are folded by the
/// semantics and never get here).
enum class SysReg : uint8_t {
  Fpcr,
  Fpsr,
  TpidrEl0,
  TpidrroEl0,
  Cntvct,
  Rndr,
  Rndrrs,
  Dit,
  Ssbs
};

/// C++ functions reached by stateHelper. They see a complete CpuState.
enum class StateHelper : uint8_t {
  MopsCpy,   ///< CPYF*/CPY*: argument = instruction word; does the whole copy.
  MopsSet,   ///< SETP/SETM/SETE: argument = instruction word.
  VdsoClock, ///< A clock function of the guest's vDSO: argument = VdsoSvc.
  Count
};

/// Immediates of the SVCs in the clock functions of the guest's vDSO. Executed
/// there they are answered in place: such a call never blocks, and no signal
/// has to be considered. Anywhere else they are system calls as any.
enum class VdsoSvc : uint16_t {
  ClockGettime = 0x7864,
  ClockGetres,
  Gettimeofday
};

constexpr uint16_t NoVal = 0xffff;

/// One recorded primitive; its index in Block::Uops is the id of its result.
struct Uop {
  Op Code;
  Ty Type = Ty::None; ///< Result type.
  uint8_t Lane = 0;   ///< Lane or log2 access size.
  uint8_t N = 0;      ///< Lane count, MemFlags, BranchKind or ExitReason.
  uint16_t A[3] = {NoVal, NoVal, NoVal};
  int64_t Imm = 0;
};

/// A straight line of guest instructions recorded as uops; the last uop is one
/// of br, brCond, brInd, call, exit. Other brConds may precede it in blocks
/// that recordTrace() made: not taken, they fall through to the next
/// instruction.
struct Block {
  uint64_t Pc = 0;  ///< First guest instruction.
  uint64_t End = 0; ///< One past the last guest instruction.
  unsigned NumInsns = 0;
  /// Was cut: the code goes on at End, to which the terminator leads.
  bool IsCut = false;
  std::vector<Uop> Uops;

  const Uop &terminator() const { return Uops.back(); }
};

/// Parameter word passed to evaluators: Lane | N << 8 | Type << 16 | Imm << 32
/// (Imm as int32).
constexpr uint64_t packParam(const Uop &U) {
  return static_cast<uint64_t>(U.Lane) | static_cast<uint64_t>(U.N) << 8 |
         static_cast<uint64_t>(U.Type) << 16 |
         static_cast<uint64_t>(U.Imm) << 32;
}
struct Param {
  uint64_t Word;
  Lane lane() const { return static_cast<Lane>(Word & 0xff); }
  uint8_t n() const { return Word >> 8 & 0xff; }
  Ty type() const { return static_cast<Ty>(Word >> 16 & 0xff); }
  int32_t imm() const { return static_cast<int32_t>(Word >> 32); }
};

/// The meaning of one primitive. Operands that a primitive lacks are null.
/// R may alias an operand. Mem primitives receive A = effective address
/// (A0 + (A1 << scale) + Imm already added) for load/store/vload/vstore, with C
/// the stored value; other Mem primitives receive A0, A1, A2 as listed.
using EvalFn = void (*)(CpuState *S, Value *R, const Value *A, const Value *B,
                        const Value *C, uint64_t ParamWord);

/// Indexed by Op; null for Ctrl, State getters/setters and Flags primitives
/// that every back end must implement itself.
extern const EvalFn EvalTable[NumOps];

const char *opName(Op O);
OpAttr opAttr(Op O);

/// True if PSTATE flags satisfy condition code Cc (0..15), Arm ARM
/// ConditionHolds().
inline bool condHolds(unsigned Cc, bool N, bool Z, bool C, bool V) {
  bool R = false;
  switch (Cc >> 1) {
  case 0:
    R = Z;
    break;
  case 1:
    R = C;
    break;
  case 2:
    R = N;
    break;
  case 3:
    R = V;
    break;
  case 4:
    R = C && !Z;
    break;
  case 5:
    R = N == V;
    break;
  case 6:
    R = N == V && !Z;
    break;
  default:
    return true;
  }
  return (Cc & 1) ? !R : R;
}

/// Readable text of a block, one uop per line.
std::string toString(const Block &B);

/// A guest fault that a primitive detects itself (misaligned atomic): leaves
/// through this hook, which the runtime sets and which does not return.
extern void (*RaiseFault)(CpuState *S, ExitReason Reason, uint64_t Info);

} // namespace xlate

#endif // XLATE_OPS_UOP_H
