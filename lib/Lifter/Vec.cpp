//===- Vec.cpp - Vector moves, permutes and bitwise primitives ------------===//

#include "UnitLifter.h"
#include "llvm/IR/IntrinsicsX86.h"

using namespace llvm;

namespace xlate::lift {

FixedVectorType *UnitLifter::lanesTy(unsigned L) {
  return FixedVectorType::get(intTy(8u << L), 16u >> L);
}

FixedVectorType *UnitLifter::fpLanesTy(unsigned L) {
  Type *T = L == L64   ? B.getDoubleTy()
            : L == L32 ? B.getFloatTy()
                       : B.getHalfTy();
  return FixedVectorType::get(T, 16u >> L);
}

/// Mask of a two-operand permutation: element I is Source(I) of b:a.
template <typename Fn>
static SmallVector<int, 16> maskOf(unsigned Count, Fn Source) {
  SmallVector<int, 16> Mask;
  for (unsigned I = 0; I != Count; ++I)
    Mask.push_back(static_cast<int>(Source(I)));
  return Mask;
}

Value *
UnitLifter::permute(const Uop &U,
                    function_ref<unsigned(unsigned I, unsigned N)> Source) {
  const unsigned N = 16u >> U.Lane;
  Value *A = lanes(arg(U, 0), U.Lane);
  Value *Second = U.A[1] == NoVal ? A : lanes(arg(U, 1), U.Lane);
  return fromLanes(
      shuffle(A, Second, maskOf(N, [&](unsigned I) { return Source(I, N); })));
}

/// LD3/ST3: element I of the result is element Source(I) of c:b:a.
Value *UnitLifter::permute3(const Uop &U,
                            function_ref<unsigned(unsigned I)> Source) {
  const unsigned N = 16u >> U.Lane;
  Value *In[3];
  for (unsigned I = 0; I != 3; ++I)
    In[I] = lanes(arg(U, I), U.Lane);
  auto Low =
      maskOf(N, [&](unsigned I) { return Source(I) < 2 * N ? Source(I) : 0; });
  Value *AB = shuffle(In[0], In[1], Low);
  auto All = maskOf(
      N, [&](unsigned I) { return Source(I) < 2 * N ? I : Source(I) - N; });
  return fromLanes(shuffle(AB, In[2], All));
}

// TBL and TBX one table register at a time: indexes outside [Base, Base + 16)
// keep the accumulator's byte.
Value *UnitLifter::lookup(Value *Acc, Value *Table, Value *Index,
                          unsigned Base) {
  if (!Options.Host.Ssse3 || Base > 48)
    return nullptr;
  FixedVectorType *Bytes = lanesTy(L8);
  auto splat = [&](unsigned V) { return ConstantInt::get(Bytes, V); };
  Value *At = B.CreateSub(lanes(Index, L8), splat(Base));
  auto *Zero = dyn_cast<Constant>(Acc);
  if (Zero && Zero->isNullValue()) {
    // PSHUFB gives zero for an index whose bit 7 is set.
    Value *Masked =
        B.CreateBinaryIntrinsic(Intrinsic::uadd_sat, At, splat(0x70));
    return fromLanes(
        call(Intrinsic::x86_ssse3_pshuf_b_128, {}, {lanes(Table, L8), Masked}));
  }
  Value *Found =
      call(Intrinsic::x86_ssse3_pshuf_b_128, {}, {lanes(Table, L8), At});
  return fromLanes(
      B.CreateSelect(B.CreateICmpULT(At, splat(16)), Found, lanes(Acc, L8)));
}

Value *UnitLifter::lowerVec(const Uop &U) {
  const unsigned L = U.Lane;
  const unsigned Imm = static_cast<unsigned>(U.Imm);
  auto a = [&] { return lanes(arg(U, 0), L); };
  auto gpr = [&](unsigned I) {
    return B.CreateTrunc(arg(U, I), intTy(8u << L));
  };
  Constant *Zero = Constant::getNullValue(VecTy);

  switch (U.Code) {
  case Op::vDup:
    return fromLanes(B.CreateVectorSplat(16u >> L, gpr(0)));
  case Op::vFromX:
    return fromLanes(
        B.CreateInsertElement(lanes(Zero, L), gpr(0), uint64_t(0)));
  case Op::vInsert:
    return fromLanes(B.CreateInsertElement(a(), gpr(1), Imm));
  case Op::vExtract:
    return B.CreateZExt(B.CreateExtractElement(a(), Imm), B.getInt64Ty());
  case Op::vDupLane:
    return permute(U, [&](unsigned, unsigned) { return Imm; });
  case Op::vInsLane:
    return permute(U, [&](unsigned I, unsigned N) {
      return I == (Imm & 0xff) ? N + (Imm >> 8) : I;
    });
  case Op::vLow64:
    return shuffle(arg(U, 0), Zero, {0, 2});
  case Op::vLane0: {
    Value *Element = B.CreateExtractElement(a(), uint64_t(0));
    return fromLanes(
        B.CreateInsertElement(lanes(Zero, L), Element, uint64_t(0)));
  }
  case Op::vExt:
    return fromLanes(shuffle(lanes(arg(U, 0), L8), lanes(arg(U, 1), L8),
                             maskOf(16, [&](unsigned I) { return I + Imm; })));
  case Op::vZip1:
    return permute(
        U, [](unsigned I, unsigned N) { return I / 2 + (I & 1 ? N : 0); });
  case Op::vZip2:
    return permute(U, [](unsigned I, unsigned N) {
      return N / 2 + I / 2 + (I & 1 ? N : 0);
    });
  case Op::vUzp1:
    return permute(U, [](unsigned I, unsigned) { return 2 * I; });
  case Op::vUzp2:
    return permute(U, [](unsigned I, unsigned) { return 2 * I + 1; });
  case Op::vTrn1:
    return permute(
        U, [](unsigned I, unsigned N) { return (I & ~1u) + (I & 1 ? N : 0); });
  case Op::vTrn2:
    return permute(
        U, [](unsigned I, unsigned N) { return (I | 1) + (I & 1 ? N : 0); });
  case Op::vRev:
    return permute(U, [&](unsigned I, unsigned N) {
      return I ^ ((1u << Imm) * N / 16 - 1);
    });
  case Op::vDeint3:
    return permute3(U, [&](unsigned I) { return 3 * I + Imm; });
  case Op::vInt3: {
    const unsigned N = 16u >> L;
    return permute3(U, [=](unsigned I) {
      unsigned Pos = Imm * N + I;
      return Pos % 3 * N + Pos / 3;
    });
  }
  case Op::vTbl:
    return lookup(arg(U, 0), arg(U, 1), arg(U, 2), 0);
  case Op::vTblAt:
    return lookup(arg(U, 0), arg(U, 1), arg(U, 2), Imm);

  case Op::vAnd:
    return B.CreateAnd(arg(U, 0), arg(U, 1));
  case Op::vOr:
    return B.CreateOr(arg(U, 0), arg(U, 1));
  case Op::vXor:
    return xorVec(arg(U, 0), arg(U, 1));
  case Op::vAndNot:
    return B.CreateAnd(arg(U, 0), B.CreateNot(arg(U, 1)));
  case Op::vOrNot:
    return B.CreateOr(arg(U, 0), B.CreateNot(arg(U, 1)));
  case Op::vNot:
    return B.CreateNot(arg(U, 0));
  case Op::vBsl:
    return B.CreateOr(B.CreateAnd(arg(U, 0), arg(U, 1)),
                      B.CreateAnd(B.CreateNot(arg(U, 0)), arg(U, 2)));
  default:
    break;
  }
  if (U.Code < Op::vDup || U.Code >= Op::fAdd)
    return nullptr;
  if (Value *V = lowerVecArith(U))
    return V;
  if (Value *V = lowerVecShift(U))
    return V;
  return lowerVecWide(U);
}

} // namespace xlate::lift
