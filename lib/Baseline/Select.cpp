//===- Select.cpp - Values that depend on conditions ----------------------===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

void Emitter::cmov(Cc C, bool Is64, unsigned D, Opnd S) {
  assert(S.K != Opnd::Imm);
  // 0F 40+cc /r
  const Xbyak::Reg R = Is64 ? static_cast<Xbyak::Reg>(Reg64(D)) : Reg32(D);
  auto Emit = [&](const Xbyak::Operand &O) {
    switch (C) {
    case CO:
      return cmovo(R, O);
    case CNO:
      return cmovno(R, O);
    case CB:
      return cmovb(R, O);
    case CAE:
      return cmovae(R, O);
    case CE:
      return cmove(R, O);
    case CNE:
      return cmovne(R, O);
    case CBE:
      return cmovbe(R, O);
    case CA:
      return cmova(R, O);
    case CS:
      return cmovs(R, O);
    case CNS:
      return cmovns(R, O);
    case CP:
      return cmovp(R, O);
    case CNP:
      return cmovnp(R, O);
    case CL:
      return cmovl(R, O);
    case CGE:
      return cmovge(R, O);
    case CLE:
      return cmovle(R, O);
    case CG:
      return cmovg(R, O);
    }
  };
  if (S.K == Opnd::Mem)
    Emit(Is64 ? state64(static_cast<size_t>(S.V))
              : state32(static_cast<size_t>(S.V)));
  else if (Is64)
    Emit(Reg64(S.R));
  else
    Emit(Reg32(S.R));
}

void Emitter::emitSelect(unsigned I) {
  const Uop &U = uop(I);
  const bool Is64 = U.Type == Ty::X;
  for (unsigned V : {U.A[1], U.A[2]})
    if (Locs[V].K == Loc::Deferred || Locs[V].K == Loc::Cond)
      force(V);
  const HostCond C = hostCond(U.A[0]);
  LockedG = 0; // nothing below touches the flags
  if (U.Type == Ty::V)
    return emitSelectVec(I, C);
  if (C.X != HostCond::Plain) {
    // Start from the value that either flag overrides.
    const bool Or = C.X == HostCond::OrParity;
    const unsigned First = Or ? U.A[2] : U.A[1], Second = Or ? U.A[1] : U.A[2];
    const Opnd S = opnd(Second, true, false);
    const Reg64 D = def(I, S.K == Opnd::Reg ? 1u << S.R : 0);
    loadInto(static_cast<unsigned>(D.getIdx()), First);
    cmov(Or ? C.Code : negate(C.Code), Is64, static_cast<unsigned>(D.getIdx()),
         S);
    return cmov(CP, Is64, static_cast<unsigned>(D.getIdx()), S);
  }
  const Opnd A = opnd(U.A[1], true, false);
  const Opnd Bv = opnd(U.A[2], false, false);
  const Reg64 D =
      defReuse(I, U.A[2], A.K == Opnd::Reg && A.R != Bv.R ? 1u << A.R : 0);
  if (D.getIdx() != Bv.R)
    move(static_cast<unsigned>(D.getIdx()), Bv.R, true);
  cmov(C.Code, Is64, static_cast<unsigned>(D.getIdx()), A);
}

void Emitter::emitSelectVec(unsigned I, HostCond C) {
  const Uop &U = uop(I);
  const Xmm A = useV(U.A[1]), Bv = useV(U.A[2]);
  const Xmm D = defV(I, A.getIdx() == Bv.getIdx() ? 0 : 1u << A.getIdx());
  const unsigned An = static_cast<unsigned>(A.getIdx()),
                 Bn = static_cast<unsigned>(Bv.getIdx());
  const unsigned Known = isZeroAbove(An, 4) && isZeroAbove(Bn, 4)   ? 4
                         : isZeroAbove(An, 8) && isZeroAbove(Bn, 8) ? 8
                                                                    : 16;
  vmov(static_cast<unsigned>(D.getIdx()), Bn);
  uint32_t TakeA = 0, Parity = 0;
  if (C.X == HostCond::OrParity)
    TakeA = jumpShort(CP);
  if (C.X == HostCond::AndNoParity)
    Parity = jumpShort(CP);
  const uint32_t TakeB = jumpShort(negate(C.Code));
  if (TakeA)
    bindShort(TakeA);
  vmov(static_cast<unsigned>(D.getIdx()), An);
  noteZero(static_cast<unsigned>(D.getIdx()), Known);
  bindShort(TakeB);
  if (Parity)
    bindShort(Parity);
}
