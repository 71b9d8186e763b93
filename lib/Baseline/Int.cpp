//===- Int.cpp - Integer primitives ---------------------------------------===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

//===----------------------------------------------------------------------===//
// Folding into consumers
//===----------------------------------------------------------------------===//

static bool isComparison(Op O) { return O >= Op::cmpEq && O <= Op::cmpSle; }

// Deferred: comparisons (into a jump, cmov or setcc), single-bit or small tests
// (into test or bt), and shifts that lea can do.
bool Emitter::defer(unsigned I) {
  const Uop &U = uop(I);
  if (Uses[I] != 1)
    return false;
  unsigned N = I + 1;
  switch (U.Code) {
  case Op::and_: {
    if (!isConst(U.A[1]))
      return false;
    const uint64_t Mask = constOf(U.A[1]);
    if (Mask >> 31 && Mask & (Mask - 1))
      return false;
    while (uop(N).Code == Op::constant)
      ++N;
    const Uop &C = uop(N);
    if ((C.Code != Op::cmpEq && C.Code != Op::cmpNe) || C.A[0] != I ||
        Uses[N] != 1 || uop(C.A[1]).Code != Op::constant ||
        uop(C.A[1]).Imm != 0)
      return false;
    break;
  }
  case Op::vFromX: { // into an integer conversion
    const Uop &C = uop(N);
    if (C.Code != Op::intToF || C.A[0] != I || C.N != 1 || C.Lane < L32 ||
        !InlineFp || !F.Avx || FpToInt::fbits(C.Imm) ||
        FpToInt::intLane(C.Imm) != U.Lane || U.Lane < L32 ||
        (!FpToInt::isSigned(C.Imm) && U.Lane == L64) || isConst(U.A[0]))
      return false;
    break;
  }
  case Op::shl:
    if (!isConst(U.A[1]) || constOf(U.A[1]) > 3 || uop(N).Code != Op::add ||
        uop(N).A[1] != I)
      return false;
    break;
  default:
    if (!isComparison(U.Code))
      return false;
  }
  Locs[I].K = Loc::Deferred;
  return true;
}

void Emitter::force(unsigned V) {
  const Uop &U = uop(V);
  Hint[V] = -1;
  if (Locs[V].K == Loc::Cond) {
    HostCond C = armCond(Locs[V].R);
    unsigned R = allocGpr();
    setBool(R, C);
    --NumConds;
    return bindGpr(V, R);
  }
  assert(Locs[V].K == Loc::Deferred && U.Code != Op::vFromX);
  unsigned R;
  if (U.Code == Op::and_ || U.Code == Op::shl) {
    clobberFlags();
    const Opnd K = opnd(U.A[1], false);
    R = allocGpr();
    loadInto(R, U.A[0]);
    if (U.Code == Op::and_)
      alu(4, isX(V), R, K);
    else if (isX(V))
      shl(Reg64(static_cast<int>(R)), static_cast<int>(constOf(U.A[1])));
    else
      shl(Reg32(static_cast<int>(R)), static_cast<int>(constOf(U.A[1])));
  } else {
    HostCond C = compare(V);
    R = allocGpr();
    setBool(R, C);
  }
  Locs[V].K = Loc::None;
  releaseOperands(V);
  bindGpr(V, R);
}

//===----------------------------------------------------------------------===//
// Addition and logic
//===----------------------------------------------------------------------===//

void Emitter::emitAdd(unsigned I) {
  const Uop &U = uop(I);
  const bool Is64 = isX(I), IsAdd = U.Code == Op::add;
  if (unsigned Fl = matchingFlags(I))
    return emitAddSubFlags(Fl, I);
  unsigned A = U.A[0], Bv = U.A[1];
  if (IsAdd && isConst(A))
    std::swap(A, Bv);
  auto Lea = [&](Reg64 D, RegExp E) {
    Is64 ? lea(D, ptr[E]) : lea(Reg32(D.getIdx()), ptr[E]);
  };
  if (Locs[Bv].K == Loc::Deferred && IsAdd && uop(Bv).Code == Op::shl) {
    const int Scale = 1 << constOf(uop(Bv).A[1]);
    const Reg64 S = use(uop(Bv).A[0]), Ra = use(A);
    return Lea(def(I), Ra + S * Scale);
  }
  if (fitsImm(Bv) && static_cast<int32_t>(constOf(Bv)) != INT32_MIN) {
    const int32_t Imm = static_cast<int32_t>(constOf(Bv));
    const Reg64 Ra = use(A), D = defReuse(I, A);
    if (D.getIdx() != Ra.getIdx() || flagsBusy())
      return Lea(D, Ra + static_cast<size_t>(
                             static_cast<int64_t>(IsAdd ? Imm : -Imm)));
    clobberFlags();
    return alu(IsAdd ? 0 : 5, Is64, static_cast<unsigned>(D.getIdx()),
               {Opnd::Imm, 0, Imm});
  }
  const Reg64 Ra = use(A);
  const Opnd S = opnd(Bv);
  const Reg64 D = defReuse(I, A);
  const unsigned Dn = static_cast<unsigned>(D.getIdx()),
                 An = static_cast<unsigned>(Ra.getIdx());
  if (IsAdd && S.K == Opnd::Reg && (flagsBusy() || (Dn != An && Dn != S.R)))
    return Lea(D, Ra + Reg64(S.R));
  clobberFlags();
  if (Dn != An && S.K == Opnd::Reg && S.R == Dn) {
    if (!IsAdd)
      Is64 ? neg(D) : neg(Reg32(static_cast<int>(Dn)));
    return alu(0, Is64, Dn, {Opnd::Reg, static_cast<uint8_t>(An)});
  }
  if (Dn != An)
    move(Dn, An, Is64);
  alu(IsAdd ? 0 : 5, Is64, Dn, S);
}

// and, or, xor.
void Emitter::emitAlu(unsigned I) {
  const Uop &U = uop(I);
  const bool Is64 = isX(I);
  const unsigned K = U.Code == Op::and_ ? 4 : U.Code == Op::or_ ? 1 : 6;
  unsigned A = U.A[0], Bv = U.A[1];
  if (isConst(A))
    std::swap(A, Bv);
  const bool SetsFlags = K == 4 && uop(I + 1).Code == Op::flagsLogic &&
                         uop(I + 1).A[0] == I && FlagsLive[I + 1];
  if (SetsFlags) {
    beginFlagsWrite();
    FlagsIn = FlagsKind::Mem;
    Done[I + 1] = 1;
  } else if (K == 4 && isConst(Bv)) {
    // Masks that are moves.
    const uint64_t M = constOf(Bv);
    if (M == 0xff || M == 0xffff || (Is64 && M == 0xffffffff)) {
      const Reg64 Ra = use(A);
      const Reg32 D(defReuse(I, A).getIdx());
      if (M == 0xff)
        return movzx(D, low8(static_cast<unsigned>(Ra.getIdx())));
      if (M == 0xffff)
        return movzx(D, Xbyak::Reg16(Ra.getIdx()));
      return mov(D, Reg32(Ra.getIdx()));
    }
  }
  if (!SetsFlags)
    clobberFlags();
  if (SetsFlags && Uses[I] == 1) { // TST
    const Reg64 Ra = use(A);
    const Opnd S = opnd(Bv);
    if (S.K == Opnd::Imm)
      Is64 ? test(Ra, static_cast<uint32_t>(S.V))
           : test(Reg32(Ra.getIdx()), static_cast<uint32_t>(S.V));
    else if (S.K == Opnd::Mem) {
      Is64 ? test(state64(static_cast<size_t>(S.V)), Ra)
           : test(state32(static_cast<size_t>(S.V)), Reg32(Ra.getIdx()));
    } else {
      Is64 ? test(Ra, Reg64(S.R)) : test(Reg32(Ra.getIdx()), Reg32(S.R));
    }
    return setHostFlags(FlagsKind::Add);
  }
  const Reg64 Ra = use(A);
  const bool ZeroUpper =
      Is64 && K == 4 && isConst(Bv) && constOf(Bv) >> 32 == 0 && !SetsFlags;
  const Opnd S = ZeroUpper
                     ? Opnd{Opnd::Imm, 0, static_cast<int32_t>(constOf(Bv))}
                     : opnd(Bv);
  const Reg64 D = defReuse(I, A);
  const unsigned Dn = static_cast<unsigned>(D.getIdx()),
                 An = static_cast<unsigned>(Ra.getIdx());
  if (Dn != An && S.K == Opnd::Reg && S.R == Dn) {
    alu(K, Is64, Dn, {Opnd::Reg, static_cast<uint8_t>(An)});
  } else {
    if (Dn != An)
      move(Dn, An, Is64 && !ZeroUpper);
    alu(K, Is64 && !ZeroUpper, Dn, S);
  }
  if (SetsFlags)
    setHostFlags(FlagsKind::Add);
}

// andNot, orNot, xorNot.
void Emitter::emitNotForm(unsigned I) {
  const Uop &U = uop(I);
  const bool Is64 = isX(I), IsAnd = U.Code == Op::andNot;
  const bool SetsFlags = IsAnd && uop(I + 1).Code == Op::flagsLogic &&
                         uop(I + 1).A[0] == I && FlagsLive[I + 1];
  if (SetsFlags) {
    beginFlagsWrite();
    FlagsIn = FlagsKind::Mem;
    Done[I + 1] = 1;
  } else {
    clobberFlags();
  }
  const Reg64 Ra = use(U.A[0]);
  if (IsAnd && F.Bmi1) {
    const Reg64 Rb = use(U.A[1]), D = defReuse(I, U.A[0]);
    if (Is64)
      andn(D, Rb, Ra);
    else
      andn(Reg32(D.getIdx()), Reg32(Rb.getIdx()), Reg32(Ra.getIdx()));
  } else {
    loadInto(RAX, U.A[1]);
    not_(rax);
    const unsigned D = static_cast<unsigned>(defReuse(I, U.A[0]).getIdx());
    const unsigned K = IsAnd ? 4 : U.Code == Op::orNot ? 1 : 6;
    if (D != static_cast<unsigned>(Ra.getIdx()))
      move(D, static_cast<unsigned>(Ra.getIdx()), Is64);
    alu(K, Is64, D, {Opnd::Reg, RAX});
  }
  if (SetsFlags)
    setHostFlags(FlagsKind::Add);
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

// Addresses and other constants that take more than one instruction.
bool Emitter::fold(unsigned I) {
  const Uop &U = uop(I);
  if (U.Code != Op::add && U.Code != Op::sub && U.Code != Op::and_ &&
      U.Code != Op::or_ && U.Code != Op::xor_)
    return false;
  const auto A = known(U.A[0]), C = known(U.A[1]);
  if (!A || !C || matchingFlags(I) ||
      (uop(I + 1).Code == Op::flagsLogic && uop(I + 1).A[0] == I))
    return false;
  const uint64_t X = U.Code == Op::add    ? *A + *C
                     : U.Code == Op::sub  ? *A - *C
                     : U.Code == Op::and_ ? *A & *C
                     : U.Code == Op::or_  ? *A | *C
                                          : *A ^ *C;
  Locs[I].K = Loc::Const;
  Consts[I] = isX(I) ? X : static_cast<uint32_t>(X);
  return true;
}

bool Emitter::emitInt(unsigned I) {
  const Uop &U = uop(I);
  if (fold(I))
    return true;
  if (isComparison(U.Code)) {
    if (!defer(I)) {
      const HostCond C = compare(I);
      setBool(static_cast<unsigned>(def(I).getIdx()), C);
    }
    return true;
  }
  switch (U.Code) {
  case Op::add:
  case Op::sub:
    emitAdd(I);
    return true;
  case Op::and_:
  case Op::or_:
  case Op::xor_:
    if (!defer(I))
      emitAlu(I);
    return true;
  case Op::andNot:
  case Op::orNot:
  case Op::xorNot:
    emitNotForm(I);
    return true;
  case Op::shl:
    if (defer(I))
      return true;
    [[fallthrough]];
  case Op::lshr:
  case Op::ashr:
  case Op::ror:
    emitShift(I);
    return true;
  case Op::adc:
  case Op::sbc:
    emitWithCarry(I);
    return true;
  case Op::mul: {
    if (flagsBusy() && F.Bmi2 && isX(I)) {
      emitMulKeepingFlags(I);
      return true;
    }
    clobberFlags();
    unsigned A = U.A[0], Bv = U.A[1];
    if (isConst(A))
      std::swap(A, Bv);
    const bool Is64 = isX(I);
    const Reg64 Ra = use(A);
    if (fitsImm(Bv)) {
      const Reg64 D = defReuse(I, A);
      const int Imm = static_cast<int32_t>(constOf(Bv));
      Is64 ? imul(D, Ra, Imm)
           : imul(Reg32(D.getIdx()), Reg32(Ra.getIdx()), Imm);
      return true;
    }
    const Reg64 Rb = use(Bv), D = defReuse(I, A);
    const Reg64 S = D.getIdx() == Rb.getIdx() ? Ra : Rb;
    if (D.getIdx() != Ra.getIdx() && D.getIdx() != Rb.getIdx())
      move(static_cast<unsigned>(D.getIdx()),
           static_cast<unsigned>(Ra.getIdx()), Is64);
    Is64 ? imul(D, S) : imul(Reg32(D.getIdx()), Reg32(S.getIdx()));
    return true;
  }
  case Op::umulh:
  case Op::smulh:
    if (!isX(I))
      return false;
    emitMulHigh(I);
    return true;
  case Op::udiv:
  case Op::sdiv:
    emitDivide(I);
    return true;
  case Op::extr:
    emitExtr(I);
    return true;
  case Op::select:
    emitSelect(I);
    return true;
  case Op::crc32: {
    if (!U.N || !F.Avx)
      return false;
    const Reg64 Data = use(U.A[1]), Crc = use(U.A[0]);
    const Reg64 D = defReuse(I, U.A[0], 1u << Data.getIdx());
    if (D.getIdx() != Crc.getIdx())
      mov(Reg32(D.getIdx()), Reg32(Crc.getIdx()));
    switch (U.Lane) {
    case 0:
      crc32(Reg32(D.getIdx()), low8(static_cast<unsigned>(Data.getIdx())));
      break;
    case 1:
      crc32(Reg32(D.getIdx()), Xbyak::Reg16(Data.getIdx()));
      break;
    case 2:
      crc32(Reg32(D.getIdx()), Reg32(Data.getIdx()));
      break;
    default:
      crc32(D, Data);
      break;
    }
    return true;
  }
  case Op::not_:
    if (U.Type == Ty::B) {
      if (Locs[U.A[0]].K == Loc::Cond) {
        Locs[I] = {Loc::Cond, static_cast<uint8_t>(Locs[U.A[0]].R ^ 1)};
        ++NumConds;
        return true;
      }
      clobberFlags();
    }
    [[fallthrough]];
  default:
    return emitUnary(I);
  }
}
