//===- Sha512.cpp - SHA-512 in general registers --------------------------===//
//
// x86 rotates no 64-bit lanes before AVX-512, but general registers without a
// move (rorx).
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

/// D += the exclusive or of S rotated right by X, by Y, and rotated, or shifted
/// with Shift, by Z. T and rax are lost.
void Emitter::addSigma(Reg64 D, Reg64 S, Reg64 T, Sigma Of) {
  rorx(T, S, Of.X);
  rorx(rax, S, Of.Y);
  xor_(T, rax);
  if (Of.Shift) {
    mov(rax, S);
    shr(rax, Of.Z);
  } else {
    rorx(rax, S, Of.Z);
  }
  xor_(T, rax);
  Xbyak::CodeGenerator::add(D, T);
}

/// D = lane K of vector register V.
void Emitter::lane64(Reg64 D, unsigned V, unsigned K) {
  const Xmm X(static_cast<int>(V));
  K ? vpextrq(D, X, 1) : vmovq(D, X);
}

void Emitter::addLane64(Reg64 D, unsigned V, unsigned K) {
  lane64(rax, V, K);
  Xbyak::CodeGenerator::add(D, rax);
}

bool Emitter::emitSha512(unsigned I) {
  const Uop &U = uop(I);
  if (!F.Avx || !F.Bmi2 || U.Code < Op::sha512H || U.Code > Op::sha512Su1)
    return false;
  clobberFlags();
  const unsigned W = vecIn(U.A[0]), X = vecIn(U.A[1]),
                 Y = U.A[2] == NoVal ? X : vecIn(U.A[2]);
  auto scratch = [&] { return Reg64(static_cast<int>(allocGpr())); };
  const Reg64 Lo = scratch(), Hi = scratch(), T = scratch();
  switch (U.Code) {
  case Op::sha512Su0:
  case Op::sha512Su1: {
    const bool First = U.Code == Op::sha512Su0;
    const Sigma Of = First ? Sigma{1, 8, 7, true} : Sigma{19, 61, 6, true};
    const Reg64 S = scratch();
    for (unsigned K = 0; K != 2; ++K) {
      const Reg64 D = K ? Hi : Lo;
      lane64(D, W, K);
      if (!First)
        addLane64(D, Y, K);
      lane64(S, First && K == 0 ? W : X, First ? 1 - K : K);
      addSigma(D, S, T, Of);
    }
    break;
  }
  case Op::sha512H: {
    const Sigma Of = {14, 18, 41, false};
    const Reg64 Y1 = scratch();
    // X ? Y : Z is (Y ^ Z) & X ^ Z.
    auto choose = [&](Reg64 D, Reg64 Which) { // D = Which ? D : T
      xor_(D, T);
      and_(D, Which);
      xor_(D, T);
    };
    lane64(Y1, Y, 1);
    lane64(Hi, X, 0);
    lane64(T, X, 1);
    choose(Hi, Y1);
    addLane64(Hi, W, 1);
    addSigma(Hi, Y1, T, Of);
    lane64(Lo, Y, 0);
    Xbyak::CodeGenerator::add(Lo, Hi); // E
    lane64(T, X, 0);
    choose(Y1, Lo);
    addSigma(Y1, Lo, T, Of);
    addLane64(Y1, W, 0);
    mov(Lo, Y1);
    break;
  }
  default: { // sha512H2
    const Sigma Of = {28, 34, 39, false};
    const Reg64 Y0 = scratch();
    // D = the majority of D, A and B: D & A | (D | A) & B.
    auto majority = [&](Reg64 D, Reg64 A, Reg64 B) {
      mov(rax, D);
      or_(rax, A);
      and_(rax, B);
      and_(D, A);
      or_(D, rax);
    };
    lane64(Hi, X, 0);
    lane64(T, Y, 1);
    lane64(Y0, Y, 0);
    majority(Hi, T, Y0);
    addSigma(Hi, Y0, T, Of);
    addLane64(Hi, W, 1);
    lane64(T, Y, 1);
    mov(Lo, Hi);
    majority(Lo, Y0, T);
    addSigma(Lo, Hi, T, Of);
    addLane64(Lo, W, 0);
    break;
  }
  }
  vmovq(xmm14, Lo);
  vpinsrq(Xmm(static_cast<int>(vecOut(I))), xmm14, Hi, 1);
  return true;
}
