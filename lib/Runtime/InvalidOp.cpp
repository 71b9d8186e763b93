//===- InvalidOp.cpp - Invalid floating-point operations ------------------===//
//
// Where x86 and Arm differ in arithmetic, x86 finds the operation invalid: it
// makes a NaN of numbers, or one of its operands is a signalling NaN. Units of
// the optimising tier leave the exception unmasked and don't look at results.
// So it arrives here from whatever instruction, theirs or not.
// docs/floating-point.md has the reasoning.
//
//===----------------------------------------------------------------------===//
#include "xlate/Runtime/InvalidOp.h"
#include "xlate/Ops/Eval.h"
#include "xlate/Ops/FpEnv.h"
#include <cstring>
#include <optional>
#include <utility>
#include <xmmintrin.h>

using namespace xlate;
using namespace xlate::runtime;

namespace {
/// VADD, VSUB, VMUL, VDIV or VSQRT of xmm registers.
struct Arithmetic {
  EvalFn Eval;
  Lane L;
  bool Scalar, Unary;
  unsigned Dest, A, B; ///< Numbers of registers.
  unsigned Size;       ///< Of the instruction, in bytes.
};
} // namespace

static std::optional<Arithmetic> decode(const uint8_t *P) {
  // Intel SDM, 2.3 "Intel Advanced Vector Extensions": R, X, B and vvvv are
  // inverted.
  unsigned NotR, NotB = 1, Rest;
  const uint8_t *At = P;
  if (*At == 0xc5) {
    NotR = At[1] >> 7;
    Rest = At[1];
    At += 2;
  } else if (*At == 0xc4 && (At[1] & 0x1f) == 1) {
    NotR = At[1] >> 7;
    NotB = At[1] >> 5 & 1;
    Rest = At[2];
    At += 3;
  } else {
    return std::nullopt;
  }
  const uint8_t Opcode = At[0], ModRm = At[1];
  constexpr unsigned Bits256 = 4, Registers = 3;
  if (Rest & Bits256 || ModRm >> 6 != Registers)
    return std::nullopt;
  Arithmetic I;
  switch (Opcode) {
  case 0x51:
    I.Eval = eval_fSqrt;
    break;
  case 0x58:
    I.Eval = eval_fAdd;
    break;
  case 0x59:
    I.Eval = eval_fMul;
    break;
  case 0x5c:
    I.Eval = eval_fSub;
    break;
  case 0x5e:
    I.Eval = eval_fDiv;
    break;
  default:
    return std::nullopt;
  }
  I.Unary = Opcode == 0x51;
  // Prefixes: none ps, 66 pd, F3 ss, F2 sd.
  const unsigned Prefix = Rest & 3;
  I.L = Prefix & 1 ? L64 : L32;
  I.Scalar = Prefix & 2;
  if (I.Scalar)
    I.L = Prefix == 3 ? L64 : L32;
  I.Dest = (ModRm >> 3 & 7) | (NotR ^ 1) << 3;
  I.A = ~Rest >> 3 & 15;
  I.B = (ModRm & 7) | (NotB ^ 1) << 3;
  I.Size = static_cast<unsigned>(At + 2 - P);
  return I;
}

/// Execute I in Uc as the guest would.
static void execute(const Arithmetic &I, CpuState &S, ucontext_t &Uc) {
  auto &Fp = *Uc.uc_mcontext.fpregs;
  auto reg = [&](unsigned N) {
    Value V;
    std::memcpy(&V, &Fp._xmm[N], sizeof V);
    return V;
  };
  const Value Upper = reg(I.A), Second = reg(I.B);
  const Value &First = I.Unary ? Second : Upper;
  Value R = {};
  // Handlers run with a fresh MXCSR. All flags go to the interrupted one, none
  // to Fpsr: the unit may be about to change that.
  const uint32_t Fpsr = std::exchange(S.Fpsr, 0);
  _mm_setcsr(fpenv::mxcsrFor(S.Fpcr));
  I.Eval(&S, &R, &First, &Second, nullptr,
         static_cast<uint64_t>(I.L) | (I.Scalar ? 1u : 16u >> I.L) << 8);
  Fp.mxcsr |= (_mm_getcsr() & fpenv::MxcsrSticky) | fpenv::mxcsrFrom(S.Fpsr);
  S.Fpsr = Fpsr;
  if (I.Scalar) {
    Value All = Upper;
    std::memcpy(&All, &R, size_t(1) << I.L);
    R = All;
  }
  std::memcpy(&Fp._xmm[I.Dest], &R, sizeof R);
  Uc.uc_mcontext.gregs[REG_RIP] += I.Size;
}

void InvalidOp::begin(CpuState &S, ucontext_t &Uc, HostStep &Step) {
  const auto *Pc =
      reinterpret_cast<const uint8_t *>(Uc.uc_mcontext.gregs[REG_RIP]);
  if (const auto I = decode(Pc))
    return execute(*I, S, Uc);
  Uc.uc_mcontext.fpregs->mxcsr |= fpenv::MxcsrInvalidMask;
  Masked = true;
  if (!Step.active())
    Step.begin(Uc);
}

void InvalidOp::end(ucontext_t &Uc) {
  Uc.uc_mcontext.fpregs->mxcsr &= ~fpenv::MxcsrInvalidMask;
  Masked = false;
}
