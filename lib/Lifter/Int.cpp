//===- Int.cpp - Integer and system primitives ----------------------------===//

#include "UnitLifter.h"
#include "llvm/IR/IntrinsicsX86.h"

using namespace llvm;

namespace xlate::lift {

static Value *divide(IRBuilder<> &B, bool Signed, Value *N, Value *D) {
  Type *T = N->getType();
  Value *Zero = ConstantInt::get(T, 0), *One = ConstantInt::get(T, 1);
  Value *ByZero = B.CreateICmpEQ(D, Zero);
  if (!Signed)
    return B.CreateSelect(ByZero, Zero,
                          B.CreateUDiv(N, B.CreateSelect(ByZero, One, D)));
  // MIN / -1 traps on the host; it and every N / -1 is 0 - N.
  Value *ByMinus1 = B.CreateICmpEQ(D, ConstantInt::getSigned(T, -1));
  Value *Safe = B.CreateSelect(B.CreateOr(ByZero, ByMinus1), One, D);
  Value *Q = B.CreateSDiv(N, Safe);
  return B.CreateSelect(ByZero, Zero,
                        B.CreateSelect(ByMinus1, B.CreateNeg(N), Q));
}

static Value *wideMulHigh(IRBuilder<> &B, bool Signed, Value *A, Value *Bv) {
  Type *Wide = B.getInt128Ty();
  auto widen = [&](Value *V) {
    return Signed ? B.CreateSExt(V, Wide) : B.CreateZExt(V, Wide);
  };
  return B.CreateTrunc(B.CreateLShr(B.CreateMul(widen(A), widen(Bv)), 64),
                       B.getInt64Ty());
}

/// Swap the bytes within each halfword.
static Value *swapHalfwords(IRBuilder<> &B, Value *V) {
  Type *T = V->getType();
  APInt Low = APInt::getSplat(T->getIntegerBitWidth(), APInt(16, 0xff));
  Value *Mask = ConstantInt::get(T, Low);
  return B.CreateOr(B.CreateAnd(B.CreateLShr(V, 8), Mask),
                    B.CreateShl(B.CreateAnd(V, Mask), 8));
}

static Value *crc32(IRBuilder<> &B, unsigned Log2Bytes, Value *Crc,
                    Value *Data) {
  static constexpr Intrinsic::ID Ids[] = {Intrinsic::x86_sse42_crc32_32_8,
                                          Intrinsic::x86_sse42_crc32_32_16,
                                          Intrinsic::x86_sse42_crc32_32_32};
  if (Log2Bytes == 3) {
    Value *Wide = B.CreateZExt(Crc, B.getInt64Ty());
    Value *R =
        B.CreateIntrinsic(Intrinsic::x86_sse42_crc32_64_64, {}, {Wide, Data});
    return B.CreateTrunc(R, B.getInt32Ty());
  }
  Value *Part = B.CreateTrunc(Data, B.getIntNTy(8u << Log2Bytes));
  return B.CreateIntrinsic(Ids[Log2Bytes], {}, {Crc, Part});
}

/// {A + Bv + Carry, carry out}; with IsSub A + ~Bv + Carry. By the host's
/// instructions, which hand the carry on in its flags.
std::pair<Value *, Value *> UnitLifter::withCarry(bool IsSub, Value *A,
                                                  Value *Bv, Value *Carry) {
  const auto *Ca = dyn_cast<Constant>(A), *Cb = dyn_cast<Constant>(Bv);
  if (!IsSub && Ca && Cb && Ca->isNullValue() && Cb->isNullValue())
    return {B.CreateZExt(Carry, A->getType()), B.getFalse()};
  const bool Is64 = A->getType()->isIntegerTy(64);
  const Intrinsic::ID Id =
      IsSub  ? Is64 ? Intrinsic::x86_subborrow_64 : Intrinsic::x86_subborrow_32
      : Is64 ? Intrinsic::x86_addcarry_64
             : Intrinsic::x86_addcarry_32;
  Value *In = B.CreateZExt(IsSub ? B.CreateNot(Carry) : Carry, B.getInt8Ty());
  Value *R = call(Id, {}, {In, A, Bv});
  Value *Out = B.CreateTrunc(B.CreateExtractValue(R, 0), B.getInt1Ty());
  return {B.CreateExtractValue(R, 1), IsSub ? B.CreateNot(Out) : Out};
}

Value *UnitLifter::lowerInt(const Uop &U) {
  Value *A = U.A[0] == NoVal ? nullptr : arg(U, 0);
  Value *Bv = U.A[1] == NoVal ? nullptr : arg(U, 1);
  Type *T = A ? A->getType() : nullptr;
  const unsigned Width = T && T->isIntegerTy() ? T->getIntegerBitWidth() : 0;
  auto count = [&] { return B.CreateAnd(Bv, Width - 1); };
  auto extend = [&](unsigned Bits, bool Signed) {
    Value *Part = B.CreateTrunc(A, intTy(Bits));
    return Signed ? B.CreateSExt(Part, T) : B.CreateZExt(Part, T);
  };

  switch (U.Code) {
  case Op::add:
    return B.CreateAdd(A, Bv);
  case Op::sub:
    return B.CreateSub(A, Bv);
  case Op::adc:
  case Op::sbc:
    return withCarry(U.Code == Op::sbc, A, Bv, arg(U, 2)).first;
  case Op::mul:
    return B.CreateMul(A, Bv);
  case Op::udiv:
    return divide(B, false, A, Bv);
  case Op::sdiv:
    return divide(B, true, A, Bv);
  case Op::umulh:
    return wideMulHigh(B, false, A, Bv);
  case Op::smulh:
    return wideMulHigh(B, true, A, Bv);
  case Op::and_:
    return B.CreateAnd(A, Bv);
  case Op::or_:
    return B.CreateOr(A, Bv);
  case Op::xor_:
    return B.CreateXor(A, Bv);
  case Op::andNot:
    return B.CreateAnd(A, B.CreateNot(Bv));
  case Op::orNot:
    return B.CreateOr(A, B.CreateNot(Bv));
  case Op::xorNot:
    return B.CreateXor(A, B.CreateNot(Bv));
  case Op::not_:
    return B.CreateNot(A);
  case Op::neg:
    return B.CreateNeg(A);
  case Op::shl:
    return B.CreateShl(A, count());
  case Op::lshr:
    return B.CreateLShr(A, count());
  case Op::ashr:
    return B.CreateAShr(A, count());
  case Op::ror:
    return call(Intrinsic::fshr, {T}, {A, A, Bv});
  case Op::extr:
    return call(Intrinsic::fshr, {T},
                {A, Bv, ConstantInt::get(T, static_cast<uint64_t>(U.Imm))});
  case Op::clz:
    return call(Intrinsic::ctlz, {T}, {A, B.getFalse()});
  case Op::cls: {
    Value *Differ = B.CreateXor(A, B.CreateAShr(A, 1)); // top bit clear
    return B.CreateSub(call(Intrinsic::ctlz, {T}, {Differ, B.getFalse()}),
                       ConstantInt::get(T, 1));
  }
  case Op::ctz:
    return call(Intrinsic::cttz, {T}, {A, B.getFalse()});
  case Op::popcnt:
    return call(Intrinsic::ctpop, {T}, {A});
  case Op::rbit:
    return call(Intrinsic::bitreverse, {T}, {A});
  case Op::bswap:
    return call(Intrinsic::bswap, {T}, {A});
  case Op::bswap16:
    return swapHalfwords(B, A);
  case Op::bswap32: {
    Value *R = call(Intrinsic::bswap, {T}, {A});
    return Width == 64
               ? call(Intrinsic::fshl, {T}, {R, R, ConstantInt::get(T, 32)})
               : R;
  }
  case Op::sext8:
    return extend(8, true);
  case Op::sext16:
    return extend(16, true);
  case Op::zext8:
    return extend(8, false);
  case Op::zext16:
    return extend(16, false);
  case Op::sextW:
    return B.CreateSExt(A, B.getInt64Ty());
  case Op::zextW:
    return B.CreateZExt(A, B.getInt64Ty());
  case Op::truncX:
    return B.CreateTrunc(A, B.getInt32Ty());
  case Op::boolToW:
    return B.CreateZExt(A, B.getInt32Ty());
  case Op::boolToX:
    return B.CreateZExt(A, B.getInt64Ty());
  case Op::select:
    return B.CreateSelect(A, Bv, arg(U, 2));
  case Op::cmpEq:
    return B.CreateICmpEQ(A, Bv);
  case Op::cmpNe:
    return B.CreateICmpNE(A, Bv);
  case Op::cmpUlt:
    return B.CreateICmpULT(A, Bv);
  case Op::cmpUle:
    return B.CreateICmpULE(A, Bv);
  case Op::cmpSlt:
    return B.CreateICmpSLT(A, Bv);
  case Op::cmpSle:
    return B.CreateICmpSLE(A, Bv);
  case Op::crc32:
    return U.N && Options.Host.Sse42 ? crc32(B, U.Lane, A, Bv) : nullptr;
  default:
    return nullptr;
  }
}

Value *UnitLifter::lowerSys(const Uop &U, bool &Done) {
  if (U.Code == Op::clrex) {
    storeState(B.getInt32(0), offsetof(CpuState, ExclSize));
    Done = true;
    return nullptr;
  }
  const bool Read = U.Code == Op::readSys;
  if (!Read && U.Code != Op::writeSys)
    return nullptr;
  switch (static_cast<SysReg>(U.Imm)) {
  case SysReg::TpidrEl0:
    if (Read)
      return loadState(B.getInt64Ty(), offsetof(CpuState, TpidrEl0));
    storeState(arg(U, 0), offsetof(CpuState, TpidrEl0));
    Done = true;
    return nullptr;
  case SysReg::TpidrroEl0:
    return Read ? loadState(B.getInt64Ty(), offsetof(CpuState, TpidrroEl0))
                : nullptr;
  case SysReg::Fpcr:
    return Read ? B.CreateZExt(
                      loadState(B.getInt32Ty(), offsetof(CpuState, Fpcr)),
                      B.getInt64Ty())
                : nullptr;
  default:
    return nullptr;
  }
}

} // namespace xlate::lift
