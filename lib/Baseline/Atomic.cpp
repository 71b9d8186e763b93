//===- Atomic.cpp - Atomic and exclusive accesses -------------------------===//
//
// Same meaning as lib/Ops/EvalAtomic.cpp, whose evaluators also take the
// misaligned cases, out of line.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

static unsigned num(const Xbyak::Reg &R) {
  return static_cast<unsigned>(R.getIdx());
}

/// Exchange rax with memory.
void Emitter::exchange(unsigned Size, Reg64 Where) {
  switch (Size) {
  case 0:
    return xchg(byte[Where], al);
  case 1:
    return xchg(word[Where], ax);
  case 2:
    return xchg(dword[Where], eax);
  default:
    return xchg(qword[Where], rax);
  }
}

void Emitter::compareExchange(unsigned Size, Reg64 Where, unsigned New) {
  const int N = static_cast<int>(New);
  lock();
  switch (Size) {
  case 0:
    return cmpxchg(byte[Where], low8(New));
  case 1:
    return cmpxchg(word[Where], Xbyak::Reg16(N));
  case 2:
    return cmpxchg(dword[Where], Reg32(N));
  default:
    return cmpxchg(qword[Where], Reg64(N));
  }
}

/// D = the low 1 << Size bytes of rax.
void Emitter::takeRax(unsigned D, unsigned Size) {
  const Reg32 D32(static_cast<int>(D));
  switch (Size) {
  case 0:
    return movzx(D32, al);
  case 1:
    return movzx(D32, ax);
  case 2:
    return mov(D32, eax);
  default:
    return mov(Reg64(static_cast<int>(D)), rax);
  }
}

// rax = old value, changed in a loop. T becomes the new value: registers of the
// guest change only when it is stored.
void Emitter::emitRmwLoop(RmwKind K, unsigned Size, Reg64 Where, Reg64 V,
                          unsigned T) {
  const int Tn = static_cast<int>(T);
  loadSized(RAX, Size, Where, false, false);
  const auto Retry = static_cast<uint32_t>(size_);
  const bool Is64 = Size == 3;
  switch (K) {
  case RmwKind::Clr:
    mov(Reg64(Tn), V);
    not_(Reg64(Tn));
    and_(Reg64(Tn), rax);
    break;
  case RmwKind::Eor:
    mov(Reg64(Tn), V);
    xor_(Reg64(Tn), rax);
    break;
  case RmwKind::Set:
    mov(Reg64(Tn), V);
    or_(Reg64(Tn), rax);
    break;
  default: {
    mov(Reg64(Tn), V);
    switch (Size) {
    case 0:
      cmp(al, low8(T));
      break;
    case 1:
      cmp(ax, Xbyak::Reg16(Tn));
      break;
    case 2:
      cmp(eax, Reg32(Tn));
      break;
    default:
      cmp(rax, Reg64(Tn));
      break;
    }
    const Cc Keep = K == RmwKind::Smax   ? CG
                    : K == RmwKind::Smin ? CL
                    : K == RmwKind::Umax ? CA
                                         : CB;
    cmov(Keep, Is64, T, {Opnd::Reg, RAX});
    break;
  }
  }
  compareExchange(Size, Where, T);
  jumpTo(CNE, top_ + Retry);
}

void Emitter::emitRmw(unsigned I) {
  const Uop &U = uop(I);
  const unsigned Size = U.Lane;
  const auto K = static_cast<RmwKind>(U.Imm);
  clobberFlags();
  const Reg64 Where = addressReg(U), V = use(U.A[2]);
  const unsigned D = num(def(I));
  const bool Loop = K != RmwKind::Add && K != RmwKind::Swap;
  const unsigned T = Loop ? allocGpr() : 0;
  checkAligned(I, Where, Size, NoReg, num(V));
  switch (K) {
  case RmwKind::Add:
    mov(rax, V);
    lock();
    switch (Size) {
    case 0:
      xadd(byte[Where], al);
      break;
    case 1:
      xadd(word[Where], ax);
      break;
    case 2:
      xadd(dword[Where], eax);
      break;
    default:
      xadd(qword[Where], rax);
      break;
    }
    break;
  case RmwKind::Swap:
    mov(rax, V);
    exchange(Size, Where);
    break;
  default:
    emitRmwLoop(K, Size, Where, V, T);
    break;
  }
  takeRax(D, Size);
  finishAligned(I, D);
}

void Emitter::emitStx(unsigned I) {
  const Uop &U = uop(I);
  const unsigned Size = U.Lane;
  clobberFlags();
  const Reg64 Where = addressReg(U), V = use(U.A[2]);
  const unsigned D = num(def(I));
  checkAligned(I, Where, Size, NoReg, num(V));
  cmp(state32(offsetof(CpuState, ExclSize)), 1u << Size);
  mov(state32(offsetof(CpuState, ExclSize)), 0);
  const uint32_t Open = jumpShort(CNE);
  cmp(state64(offsetof(CpuState, ExclAddr)), Where);
  const uint32_t Elsewhere = jumpShort(CNE);
  mov(rax, state64(offsetof(CpuState, ExclValue)));
  compareExchange(Size, Where, num(V));
  bindShort(Open);
  bindShort(Elsewhere);
  setne(low8(D));
  movzx(Reg32(static_cast<int>(D)), low8(D));
  finishAligned(I, D);
}

bool Emitter::emitAtomic(unsigned I) {
  const Uop &U = uop(I);
  switch (U.Code) {
  case Op::atomicRmw:
    emitRmw(I);
    return true;
  case Op::cas: {
    clobberFlags();
    const Reg64 Where = addressReg(U), Expected = use(U.A[1]),
                New = use(U.A[2]);
    const unsigned D = num(def(I));
    checkAligned(I, Where, U.Lane, num(Expected), num(New));
    mov(rax, Expected);
    compareExchange(U.Lane, Where, num(New));
    takeRax(D, U.Lane);
    finishAligned(I, D);
    return true;
  }
  case Op::ldx: {
    clobberFlags();
    const Reg64 Where = addressReg(U);
    const unsigned D = num(def(I));
    checkAligned(I, Where, U.Lane);
    loadSized(RAX, U.Lane, Where, false, false);
    mov(state64(offsetof(CpuState, ExclAddr)), Where);
    mov(state64(offsetof(CpuState, ExclValue)), rax);
    mov(state32(offsetof(CpuState, ExclSize)), 1u << U.Lane);
    mov(Reg64(static_cast<int>(D)), rax);
    finishAligned(I, D);
    return true;
  }
  case Op::stx:
    emitStx(I);
    return true;
  default:
    return false;
  }
}
