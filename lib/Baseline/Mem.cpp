//===- Mem.cpp - Loads, stores and barriers -------------------------------===//
//
// Guest addresses are host addresses. Registers change only after the last
// access of an instruction that may fault.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

static bool isInt32(int64_t V) { return V == static_cast<int32_t>(V); }

/// Address of a load or store; may occupy rax.
Emitter::RegExp Emitter::address(const Uop &U) {
  RegExp E;
  if (isConst(U.A[0])) {
    const int64_t A = static_cast<int64_t>(constOf(U.A[0])) + U.Imm;
    if (isInt32(A)) {
      E = RegExp(static_cast<size_t>(A));
    } else {
      moveImm(RAX, static_cast<uint64_t>(A));
      E = rax;
    }
  } else {
    E = use(U.A[0]) + static_cast<size_t>(U.Imm);
  }
  if (U.A[1] != NoVal) {
    const Reg64 Index = use(U.A[1]);
    const unsigned Scale = MemFlags::scale(U.N);
    if (Scale <= 3) {
      E = E + Index * (1 << Scale);
    } else {
      lea(rax, ptr[Index * 8]);
      E = E + rax * 2;
    }
  }
  if (Opts->MaskTopByte) {
    clobberFlags();
    lea(rax, ptr[E]);
    shl(rax, 8);
    sar(rax, 8);
    return rax;
  }
  return E;
}

/// The address of U in a register other than rax.
Emitter::Reg64 Emitter::addressReg(const Uop &U) {
  const bool Offset =
      attrOf(U.Code) == OpAttr::Mem && U.Code <= Op::vstore && U.Imm;
  if (!Offset && !Opts->MaskTopByte)
    return use(U.A[0]);
  const Reg64 R(static_cast<int>(allocGpr()));
  const bool Copy = isConst(U.A[0]) || Opts->MaskTopByte;
  if (Copy) // not by use(), which would keep one more register busy
    loadInto(static_cast<unsigned>(R.getIdx()), U.A[0]);
  if (Offset || !Copy)
    lea(R, ptr[(Copy ? R : use(U.A[0])) +
               static_cast<size_t>(Offset ? U.Imm : 0)]);
  if (Opts->MaskTopByte) {
    clobberFlags();
    shl(R, 8);
    sar(R, 8);
  }
  return R;
}

// Accesses that must be single-copy atomic go to the evaluator, which knows the
// rules, when they are misaligned.
void Emitter::checkAligned(unsigned I, Reg64 Where, unsigned Size, unsigned B,
                           unsigned C) {
  AlignJump = 0;
  if (!Size)
    return;
  test(low8(static_cast<unsigned>(Where.getIdx())), (1u << Size) - 1);
  AlignJump = jumpNear(CNE);
  AlignRegs = {static_cast<uint8_t>(Where.getIdx()), static_cast<uint8_t>(B),
               static_cast<uint8_t>(C)};
}

void Emitter::finishAligned(unsigned I, unsigned D) {
  if (!AlignJump)
    return;
  Colds.push_back(
      {Cold::EvalInt,
       AlignJump,
       static_cast<uint32_t>(size_),
       static_cast<uint16_t>(I),
       {AlignRegs[0], AlignRegs[1], AlignRegs[2], static_cast<uint8_t>(D)},
       Pc});
}

void Emitter::loadSized(unsigned D, unsigned Size, const RegExp &E, bool Sext,
                        bool Is64) {
  const Reg64 D64(static_cast<int>(D));
  const Reg32 D32(static_cast<int>(D));
  switch (Size) {
  case 0:
    if (!Sext)
      return movzx(D32, byte[E]);
    return Is64 ? movsx(D64, byte[E]) : movsx(D32, byte[E]);
  case 1:
    if (!Sext)
      return movzx(D32, word[E]);
    return Is64 ? movsx(D64, word[E]) : movsx(D32, word[E]);
  case 2:
    if (Sext && Is64)
      return movsxd(D64, dword[E]);
    return mov(D32, dword[E]);
  default:
    return mov(D64, qword[E]);
  }
}

void Emitter::emitLoad(unsigned I) {
  const Uop &U = uop(I);
  const bool Sext = MemFlags::sext(U.N), Is64 = U.Type == Ty::X;
  if (MemFlags::order(U.N) == Order::Plain || U.Lane == 0) {
    const RegExp E = address(U);
    return loadSized(static_cast<unsigned>(def(I).getIdx()), U.Lane, E, Sext,
                     Is64);
  }
  clobberFlags();
  const Reg64 Where = addressReg(U);
  const Reg64 D = def(I);
  checkAligned(I, Where, U.Lane);
  loadSized(static_cast<unsigned>(D.getIdx()), U.Lane, Where, Sext, Is64);
  finishAligned(I, static_cast<unsigned>(D.getIdx()));
}

void Emitter::storeSized(unsigned Size, const RegExp &E, unsigned R) {
  const int N = static_cast<int>(R);
  switch (Size) {
  case 0:
    return mov(byte[E], low8(R));
  case 1:
    return mov(word[E], Xbyak::Reg16(N));
  case 2:
    return mov(dword[E], Reg32(N));
  default:
    return mov(qword[E], Reg64(N));
  }
}

void Emitter::emitStore(unsigned I) {
  const Uop &U = uop(I);
  const unsigned V = U.A[2];
  if (MemFlags::order(U.N) != Order::Plain) {
    // Must not be overtaken by a later load-acquire.
    clobberFlags();
    const Reg64 Where = addressReg(U), R = use(V);
    checkAligned(I, Where, U.Lane, NoReg, static_cast<unsigned>(R.getIdx()));
    mov(rax, R);
    exchange(U.Lane, Where);
    return finishAligned(I, NoReg);
  }
  if (isConst(V) && (U.Lane < 3 || isInt32(static_cast<int64_t>(constOf(V))))) {
    const RegExp E = address(U);
    const uint32_t K = static_cast<uint32_t>(constOf(V));
    switch (U.Lane) {
    case 0:
      return mov(byte[E], K & 0xff);
    case 1:
      return mov(word[E], K & 0xffff);
    case 2:
      return mov(dword[E], K);
    default:
      return mov(qword[E], constOf(V));
    }
  }
  const Reg64 R = use(V);
  storeSized(U.Lane, address(U), static_cast<unsigned>(R.getIdx()));
}

void Emitter::emitVecLoad(unsigned I) {
  const Uop &U = uop(I);
  const RegExp E = address(U);
  if (U.Lane < 2) {
    loadSized(RAX, U.Lane, E, false, false);
    const Xmm D = defV(I);
    noteZero(static_cast<unsigned>(D.getIdx()), 4);
    return F.Avx ? vmovd(D, eax) : movd(D, eax);
  }
  const Xmm D = defV(I);
  noteZero(static_cast<unsigned>(D.getIdx()), 1u << U.Lane);
  switch (U.Lane) {
  case 2:
    return F.Avx ? vmovd(D, dword[E]) : movd(D, dword[E]);
  case 3:
    return F.Avx ? vmovq(D, qword[E]) : movq(D, qword[E]);
  default:
    return F.Avx ? vmovups(D, ptr[E]) : movups(D, ptr[E]);
  }
}

void Emitter::emitVecStore(unsigned I) {
  const Uop &U = uop(I);
  const Xmm S = useV(U.A[2]);
  if (U.Lane < 2 && !F.Avx) {
    const unsigned T = allocGpr();
    movd(Reg32(static_cast<int>(T)), S);
    return storeSized(U.Lane, address(U), T);
  }
  const RegExp E = address(U);
  switch (U.Lane) {
  case 0:
    return vpextrb(byte[E], S, 0);
  case 1:
    return vpextrw(word[E], S, 0);
  case 2:
    return F.Avx ? vmovd(dword[E], S) : movd(dword[E], S);
  case 3:
    return F.Avx ? vmovq(qword[E], S) : movq(qword[E], S);
  default:
    return F.Avx ? vmovups(ptr[E], S) : movups(ptr[E], S);
  }
}

bool Emitter::emitMem(unsigned I) {
  const Uop &U = uop(I);
  switch (U.Code) {
  case Op::load:
    emitLoad(I);
    return true;
  case Op::store:
    emitStore(I);
    return true;
  case Op::vload:
    emitVecLoad(I);
    return true;
  case Op::vstore:
    emitVecStore(I);
    return true;
  case Op::barrier:
    switch (static_cast<BarrierKind>(U.Imm)) {
    case BarrierKind::Full: // cheaper than mfence
      clobberFlags();
      lock();
      or_(dword[rsp], 0);
      break;
    case BarrierKind::Sb:
      lfence();
      break;
    default: // TSO
      break;
    }
    return true;
  case Op::prefetch:
    prefetcht0(ptr[use(U.A[0])]);
    return true;
  case Op::dcZva: {
    clobberFlags();
    loadInto(RAX, U.A[0]);
    if (Opts->MaskTopByte) {
      shl(rax, 8);
      sar(rax, 8);
    }
    and_(rax, -64);
    zeroVec(15);
    for (int Off = 0; Off != 64; Off += 16)
      F.Avx ? vmovaps(ptr[rax + Off], xmm15) : movaps(ptr[rax + Off], xmm15);
    return true;
  }
  default:
    return emitAtomic(I);
  }
}
