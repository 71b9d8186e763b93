//===- Interp.cpp - Interpreter over recorded blocks ----------------------===//

#include "xlate/Interp/Interp.h"
#include "Flags.h"
#include "xlate/Ops/Eval.h"

using namespace xlate;

/// Effective address of load/store/vload/vstore.
static uint64_t address(const Uop &U, const Value *Vals) {
  uint64_t A = Vals[U.A[0]].X + static_cast<uint64_t>(U.Imm);
  if (U.A[1] != NoVal)
    A += Vals[U.A[1]].X << MemFlags::scale(U.N);
  return A;
}

static bool runImpl(CpuState &S, const Block &B, Value *Vals) {
  size_t I = 0;
  for (;; ++I) {
    const Uop &U = B.Uops[I];
    Value &R = Vals[I];
    const Value &A = Vals[U.A[0] == NoVal ? 0 : U.A[0]];
    const Value &Bv = Vals[U.A[1] == NoVal ? 0 : U.A[1]];
    const Value &C = Vals[U.A[2] == NoVal ? 0 : U.A[2]];
    const bool W = U.Type == Ty::W;
    switch (U.Code) {
    case Op::insn:
      S.Pc = static_cast<uint64_t>(U.Imm);
      break;
    case Op::constant:
      R.X = static_cast<uint64_t>(U.Imm);
      break;
    case Op::vconstant:
      R.V.D[0] = R.V.D[1] = static_cast<uint64_t>(U.Imm);
      break;
    case Op::getReg:
      R.X = W ? static_cast<uint32_t>(S.X[U.Imm]) : S.X[U.Imm];
      break;
    case Op::setReg:
      S.X[U.Imm] = A.X; // W values are kept zero-extended
      break;
    case Op::getVec:
      R.V = S.V[U.Imm];
      break;
    case Op::setVec:
      S.V[U.Imm] = A.V;
      break;
    case Op::add:
      R.X = W ? static_cast<uint32_t>(A.X + Bv.X) : A.X + Bv.X;
      break;
    case Op::sub:
      R.X = W ? static_cast<uint32_t>(A.X - Bv.X) : A.X - Bv.X;
      break;
    case Op::and_:
      R.X = A.X & Bv.X;
      break;
    case Op::or_:
      R.X = A.X | Bv.X;
      break;
    case Op::xor_:
      R.X = A.X ^ Bv.X;
      break;
    case Op::zextW:
      R.X = static_cast<uint32_t>(A.X);
      break;
    case Op::truncX:
      R.X = static_cast<uint32_t>(A.X);
      break;
    case Op::select:
      R = A.X ? Bv : C;
      break;

    case Op::flagsAdd:
    case Op::flagsSub:
    case Op::flagsAdc:
    case Op::flagsSbc:
    case Op::flagsLogic:
    case Op::flagsCcmp:
    case Op::flagsCcmn:
    case Op::setNzcv: {
      auto T = [&](unsigned Idx) { return B.Uops[U.A[Idx]].Type == Ty::X; };
      switch (U.Code) {
      case Op::flagsAdd:
        setFlags(S, addFlags(T(0), A.X, Bv.X, 0));
        break;
      case Op::flagsSub:
        setFlags(S, addFlags(T(0), A.X, ~Bv.X, 1));
        break;
      case Op::flagsAdc:
        setFlags(S, addFlags(T(0), A.X, Bv.X, C.X));
        break;
      case Op::flagsSbc:
        setFlags(S, addFlags(T(0), A.X, ~Bv.X, C.X));
        break;
      case Op::flagsLogic:
        setFlags(S, logicFlags(T(0), A.X));
        break;
      case Op::flagsCcmp:
        setFlags(S, A.X ? addFlags(T(1), Bv.X, ~C.X, 1)
                        : static_cast<unsigned>(U.Imm));
        break;
      case Op::flagsCcmn:
        setFlags(S, A.X ? addFlags(T(1), Bv.X, C.X, 0)
                        : static_cast<unsigned>(U.Imm));
        break;
      default:
        setFlags(S, A.X >> 28 & 15);
        break;
      }
      break;
    }
    case Op::flagsFcmp:
    case Op::flagsFccmp: {
      Value Nzcv;
      EvalTable[static_cast<unsigned>(U.Code)](&S, &Nzcv, &A, &Bv, &C,
                                               packParam(U));
      setFlags(S, static_cast<unsigned>(Nzcv.X));
      break;
    }
    case Op::getNzcv:
      R.X = uint64_t(S.N) << 31 | uint64_t(S.Z) << 30 | uint64_t(S.C) << 29 |
            uint64_t(S.V_) << 28;
      break;
    case Op::cond:
      R.X = condHolds(static_cast<unsigned>(U.Imm), S.N, S.Z, S.C, S.V_);
      break;

    case Op::load:
    case Op::store:
    case Op::vload:
    case Op::vstore: {
      Value Ea;
      Ea.X = address(U, Vals);
      EvalTable[static_cast<unsigned>(U.Code)](&S, &R, &Ea, nullptr, &C,
                                               packParam(U));
      break;
    }

    case Op::br:
    case Op::call:
      S.Pc = static_cast<uint64_t>(U.Imm);
      return false;
    case Op::brCond:
      S.Pc = A.X ? static_cast<uint64_t>(U.Imm) : B.End;
      return false;
    case Op::brInd:
      S.Pc = A.X;
      return false;
    case Op::exit:
      S.Exit = static_cast<ExitReason>(U.N);
      S.ExitInfo = U.A[0] == NoVal ? static_cast<uint64_t>(U.Imm) : A.X;
      if (U.Lane)
        S.Pc += 4;
      return true;

    default:
      EvalTable[static_cast<unsigned>(U.Code)](&S, &R, &A, &Bv, &C,
                                               packParam(U));
      break;
    }
  }
}

bool interp::run(CpuState &S, const Block &B) {
  constexpr size_t Inline = 1024;
  if (B.Uops.size() <= Inline) {
    Value Vals[Inline];
    return runImpl(S, B, Vals);
  }
  std::vector<Value> Vals(B.Uops.size());
  return runImpl(S, B, Vals.data());
}
