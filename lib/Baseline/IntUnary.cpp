//===- IntUnary.cpp - Shifts, conversions, multiply-high and division -----===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

void Emitter::emitShift(unsigned I) {
  const Uop &U = uop(I);
  const bool Is64 = isX(I);
  const unsigned A = U.A[0], C = U.A[1];
  auto R32 = [](Reg64 R) { return Reg32(R.getIdx()); };
  if (isConst(C)) {
    const int N = static_cast<int>(constOf(C) & (Is64 ? 63 : 31));
    const Reg64 Ra = use(A);
    if (U.Code == Op::ror && F.Bmi2) {
      const Reg64 D = defReuse(I, A);
      return Is64 ? rorx(D, Ra, static_cast<uint8_t>(N))
                  : rorx(R32(D), R32(Ra), static_cast<uint8_t>(N));
    }
    if (!flagsBusy() || !F.Bmi2) {
      clobberFlags();
      const Reg64 D = defReuse(I, A);
      if (D.getIdx() != Ra.getIdx() || !Is64)
        move(static_cast<unsigned>(D.getIdx()),
             static_cast<unsigned>(Ra.getIdx()), Is64);
      switch (U.Code) {
      case Op::shl:
        return Is64 ? shl(D, N) : shl(R32(D), N);
      case Op::lshr:
        return Is64 ? shr(D, N) : shr(R32(D), N);
      case Op::ashr:
        return Is64 ? sar(D, N) : sar(R32(D), N);
      default:
        return Is64 ? ror(D, N) : ror(R32(D), N);
      }
    }
  }
  if (U.Code != Op::ror && F.Bmi2) { // counts are taken modulo the width
    const Reg64 Ra = use(A), Rc = use(C), D = defReuse(I, A);
    switch (U.Code) {
    case Op::shl:
      return Is64 ? shlx(D, Ra, Rc) : shlx(R32(D), R32(Ra), R32(Rc));
    case Op::lshr:
      return Is64 ? shrx(D, Ra, Rc) : shrx(R32(D), R32(Ra), R32(Rc));
    default:
      return Is64 ? sarx(D, Ra, Rc) : sarx(R32(D), R32(Ra), R32(Rc));
    }
  }
  // By cl, which is the guest's SP.
  clobberFlags();
  const Reg64 Ra = use(A), Rc = use(C), D = def(I);
  move(RAX, static_cast<unsigned>(Ra.getIdx()), Is64);
  const bool Swap = Rc.getIdx() != RCX;
  const Reg64 Saved(Swap ? static_cast<int>(allocGpr()) : RAX);
  if (Swap) {
    mov(Saved, rcx);
    mov(ecx, R32(Rc));
  }
  switch (U.Code) {
  case Op::shl:
    Is64 ? shl(rax, cl) : shl(eax, cl);
    break;
  case Op::lshr:
    Is64 ? shr(rax, cl) : shr(eax, cl);
    break;
  case Op::ashr:
    Is64 ? sar(rax, cl) : sar(eax, cl);
    break;
  default:
    Is64 ? ror(rax, cl) : ror(eax, cl);
    break;
  }
  if (!Is64)
    mov(eax, eax); // a zero count leaves the upper half
  if (Swap)
    mov(rcx, Saved);
  mov(D, rax);
}

// Long arithmetic multiplies between additions with carry: mulx, which takes
// one operand from rdx (X0), keeps the flags.
void Emitter::emitMulKeepingFlags(unsigned I) {
  const bool High = uop(I).Code == Op::umulh;
  Reg64 Ra = use(uop(I).A[0]), Rb = use(uop(I).A[1]);
  if (Rb.getIdx() == RDX)
    std::swap(Ra, Rb);
  const bool Swap = Ra.getIdx() != RDX;
  const Reg64 D = def(I);
  const bool Save = Swap && D.getIdx() != RDX;
  const Reg64 Saved = !Save  ? rdx
                      : High ? rax
                             : Reg64(static_cast<int>(allocGpr()));
  if (Save)
    mov(Saved, rdx);
  if (Swap)
    mov(rdx, Ra);
  High ? mulx(D, D, Rb) : mulx(rax, D, Rb); // both parts to one: the high one
  if (Save)
    mov(rdx, Saved);
}

void Emitter::emitMulHigh(unsigned I) {
  const Uop &U = uop(I);
  if (U.Code == Op::umulh && F.Bmi2)
    return emitMulKeepingFlags(I);
  clobberFlags();
  const Reg64 Ra = use(U.A[0]), Rb = use(U.A[1]);
  const Reg64 D = def(I, Rb.getIdx() == RDX ? 0 : 1u << Rb.getIdx());
  mov(rax, Ra);
  const bool Save = D.getIdx() != RDX; // D keeps rdx, X0, meanwhile
  if (Save)
    mov(D, rdx);
  U.Code == Op::umulh ? mul(Rb) : imul(Rb);
  if (Save) {
    mov(rax, rdx);
    mov(rdx, D);
    mov(D, rax);
  }
}

void Emitter::emitExtr(unsigned I) {
  const Uop &U = uop(I);
  const bool Is64 = isX(I);
  const uint8_t N = static_cast<uint8_t>(U.Imm);
  if (flagsBusy() && F.Bmi2 && Is64 && N != 0) {
    const Reg64 Hi = use(U.A[0]), Lo = use(U.A[1]);
    const Reg64 T(static_cast<int>(allocGpr()));
    mov(eax, N);
    shrx(T, Lo, rax);
    mov(eax, 64 - N);
    shlx(rax, Hi, rax);
    return lea(def(I), ptr[T + rax]);
  }
  clobberFlags();
  const Reg64 Hi = use(U.A[0]);
  const Reg64 Lo = use(U.A[1]);
  const Reg64 D =
      defReuse(I, U.A[1], Hi.getIdx() == Lo.getIdx() ? 0 : 1u << Hi.getIdx());
  if (D.getIdx() != Lo.getIdx())
    move(static_cast<unsigned>(D.getIdx()), static_cast<unsigned>(Lo.getIdx()),
         Is64);
  Is64 ? shrd(D, Hi, N) : shrd(Reg32(D.getIdx()), Reg32(Hi.getIdx()), N);
}

void Emitter::emitDivide(unsigned I) {
  const Uop &U = uop(I);
  const bool Is64 = isX(I), Signed = U.Code == Op::sdiv;
  clobberFlags();
  const Reg64 Ra = use(U.A[0]);
  Reg64 Rb = use(U.A[1]);
  if (Rb.getIdx() == RDX) {
    const Reg64 Copy(static_cast<int>(allocGpr()));
    mov(Copy, rdx);
    Rb = Copy;
  }
  const Reg64 D = def(I, 1u << Rb.getIdx());
  auto R32 = [](Reg64 R) { return Reg32(R.getIdx()); };
  // Divisors 0 and, signed, -1 would trap on x86.
  if (Signed) {
    Is64 ? lea(rax, ptr[Rb + 1]) : lea(eax, ptr[Rb + 1]);
    Is64 ? cmp(rax, 1) : cmp(eax, 1);
  } else {
    Is64 ? test(Rb, Rb) : test(R32(Rb), R32(Rb));
  }
  const uint32_t From = jumpNear(Signed ? CBE : CE);
  move(RAX, static_cast<unsigned>(Ra.getIdx()), Is64);
  const bool Save = D.getIdx() != RDX;
  if (Save)
    mov(D, rdx);
  if (Signed) {
    Is64 ? cqo() : cdq();
    Is64 ? idiv(Rb) : idiv(R32(Rb));
  } else {
    xor_(edx, edx);
    Is64 ? div(Rb) : div(R32(Rb));
  }
  if (Save)
    mov(rdx, D);
  mov(D, rax);
  Colds.push_back(
      {Cold::Divide,
       From,
       static_cast<uint32_t>(getSize()),
       static_cast<uint16_t>(I),
       {static_cast<uint8_t>(D.getIdx()), static_cast<uint8_t>(Ra.getIdx()),
        static_cast<uint8_t>(Rb.getIdx())},
       Pc});
}

void Emitter::emitRbit(unsigned I) {
  const Uop &U = uop(I);
  const Reg64 Ra = use(U.A[0]);
  const Reg64 D = def(I);
  // Reverse the bits of each byte, then the bytes.
  if (!F.Gfni || !F.Avx) {
    const unsigned Dn = static_cast<unsigned>(D.getIdx()), T = allocGpr();
    move(Dn, static_cast<unsigned>(Ra.getIdx()), isX(I));
    const std::pair<int, uint64_t> Swaps[] = {{1, 0x5555555555555555},
                                              {2, 0x3333333333333333},
                                              {4, 0x0f0f0f0f0f0f0f0f}};
    const Reg64 Part(static_cast<int>(T));
    for (auto [By, Mask] : Swaps) {
      moveImm(RAX, Mask);
      mov(Part, D);
      shr(D, By);
      and_(Part, rax);
      and_(D, rax);
      shl(Part, By);
      or_(D, Part);
    }
    isX(I) ? bswap(D) : bswap(Reg32(D.getIdx()));
    return;
  }
  moveImm(RAX, 0x8040201008040201);
  vmovq(xmm15, rax);
  vmovq(xmm14, Ra);
  vgf2p8affineqb(xmm14, xmm14, xmm15, 0);
  vmovq(D, xmm14);
  bswap(D);
  if (!isX(I))
    shr(D, 32);
}

bool Emitter::emitUnary(unsigned I) {
  const Uop &U = uop(I);
  const unsigned A = U.A[0];
  const bool Is64 = isX(I);
  auto Num = [](Reg64 R) { return static_cast<unsigned>(R.getIdx()); };
  auto R32 = [](Reg64 R) { return Reg32(R.getIdx()); };
  /// D = a copy of A.
  auto Copied = [&] {
    const Reg64 Ra = use(A), D = defReuse(I, A);
    if (Ra.getIdx() != D.getIdx())
      move(Num(D), Num(Ra), Is64);
    return D;
  };
  switch (U.Code) {
  case Op::not_: {
    const Reg64 D = Copied();
    if (U.Type == Ty::B)
      xor_(R32(D), 1);
    else
      Is64 ? not_(D) : not_(R32(D));
    return true;
  }
  case Op::neg: {
    clobberFlags();
    const Reg64 D = Copied();
    Is64 ? neg(D) : neg(R32(D));
    return true;
  }
  case Op::bswap: {
    const Reg64 D = Copied();
    Is64 ? bswap(D) : bswap(R32(D));
    return true;
  }
  case Op::bswap16: {
    clobberFlags();
    const Reg64 D = Copied();
    if (!Is64) {
      bswap(R32(D));
      ror(R32(D), 16);
      return true;
    }
    const Reg64 T(static_cast<int>(allocGpr()));
    moveImm(RAX, 0x00ff00ff00ff00ff);
    mov(T, D);
    shr(T, 8);
    and_(T, rax);
    and_(D, rax);
    shl(D, 8);
    or_(D, T);
    return true;
  }
  case Op::bswap32: {
    clobberFlags();
    const Reg64 D = Copied();
    bswap(D);
    ror(D, 32);
    return true;
  }
  case Op::clz:
  case Op::ctz:
  case Op::popcnt: {
    if (U.Code == Op::ctz ? !F.Bmi1 : !F.Lzcnt)
      return false;
    clobberFlags();
    const Reg64 Ra = use(A), D = defReuse(I, A);
    if (U.Code == Op::clz)
      Is64 ? lzcnt(D, Ra) : lzcnt(R32(D), R32(Ra));
    else if (U.Code == Op::ctz)
      Is64 ? tzcnt(D, Ra) : tzcnt(R32(D), R32(Ra));
    else
      Is64 ? popcnt(D, Ra) : popcnt(R32(D), R32(Ra));
    return true;
  }
  case Op::cls: { // leading zeros of x ^ (x >> 1), less one
    if (!F.Lzcnt)
      return false;
    clobberFlags();
    const Reg64 Ra = use(A), D = defReuse(I, A);
    move(RAX, Num(Ra), Is64);
    Is64 ? sar(rax, 1) : sar(eax, 1);
    Is64 ? xor_(rax, Ra) : xor_(eax, R32(Ra));
    Is64 ? lzcnt(D, rax) : lzcnt(R32(D), eax);
    sub(R32(D), 1);
    return true;
  }
  case Op::rbit:
    clobberFlags();
    emitRbit(I);
    return true;
  case Op::sext8:
  case Op::zext8: {
    const Reg64 Ra = use(A), D = defReuse(I, A);
    const Xbyak::Reg8 S = low8(Num(Ra));
    if (U.Code == Op::zext8)
      movzx(R32(D), S);
    else
      Is64 ? movsx(D, S) : movsx(R32(D), S);
    return true;
  }
  case Op::sext16:
  case Op::zext16: {
    const Reg64 Ra = use(A), D = defReuse(I, A);
    const Xbyak::Reg16 S(Ra.getIdx());
    if (U.Code == Op::zext16)
      movzx(R32(D), S);
    else
      Is64 ? movsx(D, S) : movsx(R32(D), S);
    return true;
  }
  case Op::sextW: {
    const Reg64 Ra = use(A), D = defReuse(I, A);
    movsxd(D, R32(Ra));
    return true;
  }
  case Op::zextW: {
    const bool Clean =
        Locs[A].K == Loc::Gpr; // owned W values are zero-extended
    const Reg64 Ra = use(A), D = defReuse(I, A);
    if (!Clean || D.getIdx() != Ra.getIdx())
      mov(R32(D), R32(Ra));
    return true;
  }
  case Op::truncX: {
    if (Locs[A].K == Loc::Guest) {
      Locs[I] = {Loc::Guest, Locs[A].R, false};
      Hint[I] = -1;
      return true;
    }
    const Reg64 Ra = use(A), D = defReuse(I, A);
    mov(R32(D), R32(Ra));
    return true;
  }
  case Op::boolToW:
  case Op::boolToX: {
    if (Locs[A].K == Loc::Cond || Locs[A].K == Loc::Deferred) {
      HostCond C = hostCond(A);
      setBool(Num(def(I)), C);
      return true;
    }
    const Reg64 Ra = use(A), D = defReuse(I, A);
    if (Ra.getIdx() != D.getIdx())
      mov(R32(D), R32(Ra));
    return true;
  }
  default:
    return false;
  }
}
