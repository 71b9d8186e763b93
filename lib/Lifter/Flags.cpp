//===- Flags.cpp - Lazy NZCV ----------------------------------------------===//

#include "UnitLifter.h"
#include "xlate/Lifter/Region.h"

using namespace llvm;

namespace xlate::lift {

/// The bit of an immediate nzcv (N = bit 3) for a flag location.
static bool nzcvBit(unsigned Nzcv, unsigned L) {
  return Nzcv >> (LocVf - L) & 1;
}

static bool immHolds(unsigned Cc, unsigned Nzcv) {
  return condHolds(Cc, nzcvBit(Nzcv, LocN), nzcvBit(Nzcv, LocZ),
                   nzcvBit(Nzcv, LocC), nzcvBit(Nzcv, LocVf));
}

void UnitLifter::setFlags(FlagSource S) {
  // a + k sets the flags of a - (-k), which x86 compares directly, unless k is
  // 0 (no carry) or the minimum (overflow differs).
  if (S.K == FlagSource::Add || S.K == FlagSource::CcAdd)
    if (auto *K = dyn_cast<ConstantInt>(S.B)) {
      if (!K->isZero() && !K->isMinValue(true)) {
        S.B = ConstantInt::get(K->getType(), -K->getValue());
        S.K = S.K == FlagSource::Add ? FlagSource::Sub : FlagSource::CcSub;
      } else if (K->isZero() && S.K == FlagSource::Add) {
        S.K = FlagSource::Logic;
      }
    }
  raiseFcmp();
  Flags = S;
  FlagsStored = false;
  for (unsigned L = LocN; L != NumLocs; ++L) {
    Now[L] = nullptr;
    Avail.set(L);
    Dirty.set(L);
  }
}

static FlagSource::Kind flagSource(Op O) {
  switch (O) {
  case Op::flagsAdd:
    return FlagSource::Add;
  case Op::flagsSub:
    return FlagSource::Sub;
  case Op::flagsAdc:
    return FlagSource::Adc;
  case Op::flagsSbc:
    return FlagSource::Sbc;
  case Op::flagsLogic:
    return FlagSource::Logic;
  case Op::flagsCcmp:
    return FlagSource::CcSub;
  case Op::flagsCcmn:
    return FlagSource::CcAdd;
  case Op::flagsFcmp:
    return FlagSource::Fcmp;
  case Op::flagsFccmp:
    return FlagSource::CcFcmp;
  default:
    return FlagSource::Nzcv;
  }
}

void UnitLifter::liftFlags(const Uop &U) {
  if (U.Code == Op::cond) {
    Vals[Index_] = condition(static_cast<unsigned>(U.Imm));
    return;
  }
  if (U.Code == Op::getNzcv) {
    Value *R = B.getInt64(0);
    for (unsigned L = LocN; L != NumLocs; ++L)
      R = B.CreateOr(R, B.CreateShl(B.CreateZExt(readFlag(L), B.getInt64Ty()),
                                    31 - (L - LocN)));
    Vals[Index_] = R;
    return;
  }
  FlagSource S;
  S.K = flagSource(U.Code);
  S.Imm = static_cast<unsigned>(U.Imm & 15);
  switch (S.K) {
  case FlagSource::Nzcv:
    S.A = B.CreateLShr(arg(U, 0), 28);
    break;
  case FlagSource::Fcmp:
  case FlagSource::CcFcmp:
    return liftFcmp(U, S);
  case FlagSource::CcSub:
  case FlagSource::CcAdd:
    S.Cond = arg(U, 0);
    S.A = arg(U, 1);
    S.B = arg(U, 2);
    if (auto *K = dyn_cast<ConstantInt>(S.Cond)) {
      if (K->isZero()) {
        S.K = FlagSource::Nzcv;
        S.A = B.getInt32(S.Imm);
      } else {
        S.K = S.K == FlagSource::CcSub ? FlagSource::Sub : FlagSource::Add;
      }
    }
    break;
  default:
    S.A = arg(U, 0);
    if (S.K != FlagSource::Logic)
      S.B = arg(U, 1);
    if (S.K == FlagSource::Adc || S.K == FlagSource::Sbc)
      S.Carry = arg(U, 2);
    break;
  }
  setFlags(S);
}

/// The exceptions of the last FCMP, unless a condition's comparison, which LLVM
/// may not drop, has raised them already.
void UnitLifter::raiseFcmp() {
  if (std::exchange(RaiseDue, false))
    strictFcmp(CmpInst::FCMP_UNO, Flags.A, Flags.B, RaiseSignalling);
}

Value *UnitLifter::strictFcmp(CmpInst::Predicate P, Value *A, Value *Bv,
                              bool Signalling) {
  return B.CreateConstrainedFPCmp(
      Signalling ? Intrinsic::experimental_constrained_fcmps
                 : Intrinsic::experimental_constrained_fcmp,
      P, A, Bv);
}

void UnitLifter::liftFcmp(const Uop &U, FlagSource S) {
  const bool Conditional = S.K == FlagSource::CcFcmp;
  if (U.Lane == L16 || (Conditional && Options.FlushToZero)) {
    Value *Nibble = callEvalFlags(U);
    S = FlagSource();
    S.K = FlagSource::Nzcv;
    S.A = Nibble;
    return setFlags(S);
  }
  auto lane0 = [&](unsigned I) {
    return B.CreateExtractElement(B.CreateBitCast(arg(U, I), fpLanesTy(U.Lane)),
                                  uint64_t(0));
  };
  S.A = lane0(Conditional);
  S.B = lane0(Conditional + 1);
  const bool Signalling = Conditional ? U.Imm >> 4 & 1 : U.Imm & 1;
  auto raise = [&] {
    if (Options.FlushToZero) {
      // Comparing a flushed operand raises InputDenormal.
      bool Done;
      guarded(U, needsExactModes(FpcrFz), Done, [] { return nullptr; });
    }
    strictFcmp(CmpInst::FCMP_UNO, S.A, S.B, Signalling);
  };
  if (Conditional) {
    S.Cond = arg(U, 0);
    BasicBlock *Before = B.GetInsertBlock(), *Compare = newBlock("fccmp"),
               *Next = newBlock("on");
    B.CreateCondBr(S.Cond, Compare, Next);
    B.SetInsertPoint(Compare);
    raise();
    B.CreateBr(Next);
    B.SetInsertPoint(Next);
    // A comparison that isn't made must not raise anything: conditions compare
    // zeros then.
    for (Value **V : {&S.A, &S.B}) {
      PHINode *Phi = B.CreatePHI((*V)->getType(), 2);
      Phi->addIncoming(*V, Compare);
      Phi->addIncoming(Constant::getNullValue(Phi->getType()), Before);
      *V = Phi;
    }
  } else if (Options.FlushToZero) {
    raise();
  }
  setFlags(S);
  RaiseDue = !Conditional && !Options.FlushToZero;
  RaiseSignalling = Signalling;
}

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

static CmpInst::Predicate subPredicate(unsigned Cc) {
  static constexpr CmpInst::Predicate Table[] = {CmpInst::ICMP_EQ,
                                                 CmpInst::ICMP_NE,
                                                 CmpInst::ICMP_UGE,
                                                 CmpInst::ICMP_ULT,
                                                 CmpInst::BAD_ICMP_PREDICATE,
                                                 CmpInst::BAD_ICMP_PREDICATE,
                                                 CmpInst::BAD_ICMP_PREDICATE,
                                                 CmpInst::BAD_ICMP_PREDICATE,
                                                 CmpInst::ICMP_UGT,
                                                 CmpInst::ICMP_ULE,
                                                 CmpInst::ICMP_SGE,
                                                 CmpInst::ICMP_SLT,
                                                 CmpInst::ICMP_SGT,
                                                 CmpInst::ICMP_SLE};
  return Table[Cc];
}

// FCMP: less 1000, equal 0110, greater 0010, unordered 0011.
static CmpInst::Predicate fcmpPredicate(unsigned Cc) {
  static constexpr CmpInst::Predicate Table[] = {
      CmpInst::FCMP_OEQ, CmpInst::FCMP_UNE, CmpInst::FCMP_UGE,
      CmpInst::FCMP_OLT, CmpInst::FCMP_OLT, CmpInst::FCMP_UGE,
      CmpInst::FCMP_UNO, CmpInst::FCMP_ORD, CmpInst::FCMP_UGT,
      CmpInst::FCMP_OLE, CmpInst::FCMP_OGE, CmpInst::FCMP_ULT,
      CmpInst::FCMP_OGT, CmpInst::FCMP_ULE};
  return Table[Cc];
}

Value *UnitLifter::condition(unsigned Cc) {
  if (Cc >= 14)
    return B.getTrue();
  if (!FlagsStored)
    return conditionOf(Flags, Cc);
  return conditionOf(FlagSource(), Cc);
}

Value *UnitLifter::conditionOf(const FlagSource &S, unsigned Cc) {
  switch (S.K) {
  case FlagSource::Fcmp:
    if (RaiseDue && S.A == Flags.A && S.B == Flags.B) {
      RaiseDue = false;
      return strictFcmp(fcmpPredicate(Cc), S.A, S.B, RaiseSignalling);
    }
    return plainFcmp(fcmpPredicate(Cc), S.A, S.B);
  case FlagSource::Sub:
    if (CmpInst::Predicate P = subPredicate(Cc);
        P != CmpInst::BAD_ICMP_PREDICATE)
      return B.CreateICmp(P, S.A, S.B);
    break;
  case FlagSource::Logic: {
    Value *Zero = ConstantInt::get(S.A->getType(), 0);
    switch (Cc) {
    case 10:
      return B.CreateICmpSGE(S.A, Zero);
    case 11:
      return B.CreateICmpSLT(S.A, Zero);
    case 12:
      return B.CreateICmpSGT(S.A, Zero);
    case 13:
      return B.CreateICmpSLE(S.A, Zero);
    default:
      break;
    }
    break;
  }
  case FlagSource::CcSub:
  case FlagSource::CcAdd:
  case FlagSource::CcFcmp: {
    FlagSource Inner = S;
    Inner.K = S.K == FlagSource::CcSub   ? FlagSource::Sub
              : S.K == FlagSource::CcAdd ? FlagSource::Add
                                         : FlagSource::Fcmp;
    return B.CreateSelect(S.Cond, conditionOf(Inner, Cc),
                          B.getInt1(immHolds(Cc, S.Imm)));
  }
  default:
    break;
  }

  auto flag = [&](unsigned L) {
    return S.K == FlagSource::InLocs ? readLoc(L) : flagFrom(S, L);
  };
  Value *R;
  switch (Cc >> 1) {
  case 0:
    R = flag(LocZ);
    break;
  case 1:
    R = flag(LocC);
    break;
  case 2:
    R = flag(LocN);
    break;
  case 3:
    R = flag(LocVf);
    break;
  case 4:
    R = B.CreateAnd(flag(LocC), B.CreateNot(flag(LocZ)));
    break;
  case 5:
    R = B.CreateICmpEQ(flag(LocN), flag(LocVf));
    break;
  default:
    R = B.CreateAnd(B.CreateICmpEQ(flag(LocN), flag(LocVf)),
                    B.CreateNot(flag(LocZ)));
    break;
  }
  return Cc & 1 ? B.CreateNot(R) : R;
}

/// Carry or overflow of the two-operand arithmetic intrinsic Id.
static Value *overflowBit(IRBuilder<> &B, Intrinsic::ID Id, Value *A,
                          Value *Bv) {
  return B.CreateExtractValue(B.CreateBinaryIntrinsic(Id, A, Bv), 1);
}

Value *UnitLifter::flagFrom(const FlagSource &S, unsigned L) {
  Type *T = S.A ? S.A->getType() : nullptr;
  auto negative = [&](Value *V) {
    return B.CreateICmpSLT(V, ConstantInt::get(T, 0));
  };
  auto zero = [&](Value *V) {
    return B.CreateICmpEQ(V, ConstantInt::get(T, 0));
  };
  switch (S.K) {
  case FlagSource::Sub:
    switch (L) {
    case LocN:
      return negative(B.CreateSub(S.A, S.B));
    case LocZ:
      return B.CreateICmpEQ(S.A, S.B);
    case LocC:
      return B.CreateICmpUGE(S.A, S.B);
    default:
      return overflowBit(B, Intrinsic::ssub_with_overflow, S.A, S.B);
    }
  case FlagSource::Add: {
    Value *Sum = B.CreateAdd(S.A, S.B);
    switch (L) {
    case LocN:
      return negative(Sum);
    case LocZ:
      return zero(Sum);
    case LocC:
      return B.CreateICmpULT(Sum, S.A);
    default:
      return overflowBit(B, Intrinsic::sadd_with_overflow, S.A, S.B);
    }
  }
  case FlagSource::Adc:
  case FlagSource::Sbc: {
    const bool IsSub = S.K == FlagSource::Sbc;
    auto [Sum, Carry] = withCarry(IsSub, S.A, S.B, S.Carry);
    switch (L) {
    case LocN:
      return negative(Sum);
    case LocZ:
      return zero(Sum);
    case LocC:
      return Carry;
    default: {
      // The operands' signs are equal (A - B: differ), the result's differs.
      Value *Signs = B.CreateXor(S.A, S.B);
      return negative(B.CreateAnd(IsSub ? Signs : B.CreateNot(Signs),
                                  B.CreateXor(S.A, Sum)));
    }
    }
  }
  case FlagSource::Logic:
    return L == LocN ? negative(S.A) : L == LocZ ? zero(S.A) : B.getFalse();
  case FlagSource::Nzcv:
    return B.CreateTrunc(B.CreateLShr(S.A, LocVf - L), B.getInt1Ty());
  case FlagSource::Fcmp: {
    const CmpInst::Predicate P = fcmpPredicate(L == LocN   ? 4
                                               : L == LocZ ? 0
                                               : L == LocC ? 2
                                                           : 6);
    return CompareStrictly ? strictFcmp(P, S.A, S.B, /*Signalling=*/false)
                           : plainFcmp(P, S.A, S.B);
  }
  case FlagSource::CcSub:
  case FlagSource::CcAdd:
  case FlagSource::CcFcmp: {
    FlagSource Inner = S;
    Inner.K = S.K == FlagSource::CcSub   ? FlagSource::Sub
              : S.K == FlagSource::CcAdd ? FlagSource::Add
                                         : FlagSource::Fcmp;
    return B.CreateSelect(S.Cond, flagFrom(Inner, L),
                          B.getInt1(nzcvBit(S.Imm, L)));
  }
  case FlagSource::InLocs:
    break;
  }
  return readLoc(L);
}

Value *UnitLifter::readFlag(unsigned L) {
  return FlagsStored ? readLoc(L) : flagFrom(Flags, L);
}

void UnitLifter::materialiseFlags() {
  if (FlagsStored)
    return;
  for (unsigned L = LocN; L != NumLocs; ++L)
    B.CreateStore(flagFrom(Flags, L), slotOf(L));
  // Flags stays pending: conditions are best computed from the producer.
}

// A comparison that is repeated later for another condition raises the
// exceptions again: not behind something that may have cleared them.
void UnitLifter::settleFcmp() {
  if (FlagsStored ||
      (Flags.K != FlagSource::Fcmp && Flags.K != FlagSource::CcFcmp))
    return;
  CompareStrictly = true;
  materialiseFlags();
  CompareStrictly = false;
  Flags = FlagSource();
  FlagsStored = true;
  for (unsigned L = LocN; L != NumLocs; ++L) {
    Now[L] = nullptr;
    Avail.set(L);
  }
}

void UnitLifter::scanFlagLiveness() {
  const std::vector<Uop> &Uops = Cur->Code.Uops;
  FlagsLive.assign(Uops.size() + 1, Cur->FlagsLiveOut);
  for (size_t I = Uops.size(); I-- != 0;) {
    LocSet Reads, Writes;
    locsOf(Uops[I], Reads, Writes);
    FlagsLive[I] = Reads[LocN] || Reads[LocZ] || Reads[LocC] || Reads[LocVf] ||
                   (FlagsLive[I + 1] && !Writes[LocN]);
  }
}

} // namespace xlate::lift
