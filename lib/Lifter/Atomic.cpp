//===- Atomic.cpp - Ordered, atomic and exclusive accesses ----------------===//
//
// Inline for aligned addresses; the evaluators handle the rest (legal within a
// 16-byte granule, an alignment fault otherwise). Host lock instructions are
// full barriers, which covers every acquire and release form.
//
//===----------------------------------------------------------------------===//

#include "UnitLifter.h"

using namespace llvm;

namespace xlate::lift {

static unsigned accessBytes(const Uop &U) {
  switch (U.Code) {
  case Op::casPair:
  case Op::ldxPair:
  case Op::stxPair:
    return 2u << U.Lane;
  default:
    return 1u << U.Lane;
  }
}

static AtomicRMWInst::BinOp rmwOp(RmwKind K) {
  switch (K) {
  case RmwKind::Add:
    return AtomicRMWInst::Add;
  case RmwKind::Clr:
    return AtomicRMWInst::And;
  case RmwKind::Eor:
    return AtomicRMWInst::Xor;
  case RmwKind::Set:
    return AtomicRMWInst::Or;
  case RmwKind::Smax:
    return AtomicRMWInst::Max;
  case RmwKind::Smin:
    return AtomicRMWInst::Min;
  case RmwKind::Umax:
    return AtomicRMWInst::UMax;
  case RmwKind::Umin:
    return AtomicRMWInst::UMin;
  case RmwKind::Swap:
    return AtomicRMWInst::Xchg;
  }
  return AtomicRMWInst::Xchg;
}

Value *UnitLifter::lowerOrdered(const Uop &U, bool &Done) {
  Value *Where = address(U);
  IntegerType *T = intTy(laneBits(static_cast<Lane>(U.Lane)));
  return whenAligned(U, Where, Done, [&]() -> Value * {
    if (U.Code == Op::load) {
      Value *V = guestLoad(T, Where);
      return MemFlags::sext(U.N) ? B.CreateSExt(V, typeOf(U.Type))
                                 : B.CreateZExt(V, typeOf(U.Type));
    }
    // A store-release may not pass a later load-acquire: xchg.
    B.CreateAtomicRMW(AtomicRMWInst::Xchg, guestPtr(Where),
                      B.CreateTrunc(arg(U, 2), T), Align(accessBytes(U)),
                      AtomicOrdering::SequentiallyConsistent)
        ->setVolatile(true);
    return nullptr;
  });
}

Value *UnitLifter::lowerAtomic(const Uop &U, bool &Done) {
  const unsigned Bytes = accessBytes(U);
  switch (U.Code) {
  case Op::atomicRmw:
  case Op::cas:
  case Op::casPair:
  case Op::ldx:
  case Op::ldxPair:
  case Op::stx:
  case Op::stxPair:
    break;
  default:
    return nullptr;
  }
  if (Bytes == 16)
    return nullptr;
  Value *Where = arg(U, 0);
  return whenAligned(U, Where, Done, [&] { return atomicInline(U, Where); });
}

Value *UnitLifter::atomicInline(const Uop &U, Value *Where) {
  const unsigned Bytes = accessBytes(U);
  IntegerType *T = intTy(8 * Bytes);
  const auto SeqCst = AtomicOrdering::SequentiallyConsistent;
  auto narrow = [&](Value *V) -> Value * {
    if (V->getType() == VecTy)
      return B.CreateExtractElement(V, uint64_t(0));
    return B.CreateTrunc(V, T);
  };
  auto result = [&](Value *V) -> Value * {
    if (U.Type == Ty::V)
      return B.CreateInsertElement(Constant::getNullValue(VecTy), V,
                                   uint64_t(0));
    return B.CreateZExt(V, typeOf(U.Type));
  };
  auto swap = [&](Value *Expected, Value *New) {
    auto *X = B.CreateAtomicCmpXchg(guestPtr(Where), Expected, New,
                                    Align(Bytes), SeqCst, SeqCst);
    X->setVolatile(true);
    return X;
  };

  switch (U.Code) {
  case Op::atomicRmw: {
    const auto K = static_cast<RmwKind>(U.Imm);
    Value *V = narrow(arg(U, 2));
    if (K == RmwKind::Clr)
      V = B.CreateNot(V);
    auto *Rmw =
        B.CreateAtomicRMW(rmwOp(K), guestPtr(Where), V, Align(Bytes), SeqCst);
    Rmw->setVolatile(true);
    return result(Rmw);
  }
  case Op::cas:
  case Op::casPair:
    return result(
        B.CreateExtractValue(swap(narrow(arg(U, 1)), narrow(arg(U, 2))), 0));
  case Op::ldx:
  case Op::ldxPair: {
    Value *V = guestLoad(T, Where);
    storeState(Where, offsetof(CpuState, ExclAddr));
    storeState(B.CreateZExt(V, B.getInt64Ty()), offsetof(CpuState, ExclValue));
    storeState(B.getInt32(Bytes), offsetof(CpuState, ExclSize));
    return result(V);
  }
  default: {
    // stx, stxPair: commit if the monitor holds this access and memory still
    // holds the value read then. The monitor is open afterwards.
    Value *Size = loadState(B.getInt32Ty(), offsetof(CpuState, ExclSize));
    Value *Addr = loadState(B.getInt64Ty(), offsetof(CpuState, ExclAddr));
    storeState(B.getInt32(0), offsetof(CpuState, ExclSize));
    Value *Held = B.CreateAnd(B.CreateICmpEQ(Size, B.getInt32(Bytes)),
                              B.CreateICmpEQ(Addr, Where));
    BasicBlock *From = B.GetInsertBlock();
    BasicBlock *Try = newBlock("stx"), *Next = newBlock("on");
    B.CreateCondBr(Held, Try, Next);
    B.SetInsertPoint(Try);
    Value *Old = loadState(T, offsetof(CpuState, ExclValue));
    Value *Ok = B.CreateExtractValue(swap(Old, narrow(arg(U, 2))), 1);
    B.CreateBr(Next);
    B.SetInsertPoint(Next);
    PHINode *Stored = B.CreatePHI(B.getInt1Ty(), 2);
    Stored->addIncoming(B.getFalse(), From);
    Stored->addIncoming(Ok, Try);
    return B.CreateZExt(B.CreateNot(Stored), typeOf(U.Type));
  }
  }
}

Value *UnitLifter::whenAligned(const Uop &U, Value *Where, bool &Done,
                               function_ref<Value *()> Inline) {
  const unsigned Bytes = accessBytes(U);
  if (Bytes == 1) {
    Value *R = Inline();
    Done = !R;
    return R;
  }
  Value *Misaligned =
      B.CreateICmpNE(B.CreateAnd(Where, Bytes - 1), B.getInt64(0));
  return guarded(U, Misaligned, Done, Inline);
}

} // namespace xlate::lift
