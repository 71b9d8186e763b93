//===- Flags.cpp - NZCV in the host's flags -------------------------------===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

static constexpr size_t OffN = offsetof(CpuState, N),
                        OffZ = offsetof(CpuState, Z),
                        OffC = offsetof(CpuState, C),
                        OffV = offsetof(CpuState, V_);
static_assert(OffZ == OffN + 1 && OffC == OffN + 2 && OffV == OffN + 3);

void baseline::recoverFlags(CpuState &S, uint64_t PcEntry, uint64_t Rflags) {
  enum class Kind : uint8_t { Mem, Add, Sub, Fp };
  const auto K = static_cast<Kind>(PcEntry & 3);
  if (K == Kind::Mem)
    return;
  const bool Cf = Rflags & 1, Pf = Rflags >> 2 & 1, Zf = Rflags >> 6 & 1,
             Sf = Rflags >> 7 & 1, Of = Rflags >> 11 & 1;
  if (K == Kind::Fp) {
    S.N = Cf && !Pf;
    S.Z = Zf && !Pf;
    S.C = !Cf || Pf;
    S.V_ = Pf;
    return;
  }
  S.N = Sf;
  S.Z = Zf;
  S.C = Cf != (K == Kind::Sub);
  S.V_ = Of;
}

void Emitter::setcc(Cc C, const Xbyak::Operand &D) {
  switch (C) {
  case CO:
    return seto(D);
  case CNO:
    return setno(D);
  case CB:
    return setb(D);
  case CAE:
    return setae(D);
  case CE:
    return sete(D);
  case CNE:
    return setne(D);
  case CBE:
    return setbe(D);
  case CA:
    return seta(D);
  case CS:
    return sets(D);
  case CNS:
    return setns(D);
  case CP:
    return setp(D);
  case CNP:
    return setnp(D);
  case CL:
    return setl(D);
  case CGE:
    return setge(D);
  case CLE:
    return setle(D);
  case CG:
    return setg(D);
  }
}

bool Emitter::flagsBusy() const {
  return FlagsIn != FlagsKind::Mem && (FlagsLive[Cur] || NumConds);
}

void Emitter::clobberFlags() {
  if (FlagsIn == FlagsKind::Mem)
    return;
  if (flagsBusy())
    saveFlags(NumConds ? 15 : FlagsLive[Cur]);
  FlagsIn = FlagsKind::Mem;
}

// Conditions that were read before but are used after this uop must be
// computed now.
void Emitter::beginFlagsWrite() {
  if (!NumConds)
    return;
  for (unsigned V = InsnStart + 1; V < Cur; ++V)
    if (Locs[V].K == Loc::Cond && Uses[V] > usesByCurrent(V))
      force(V);
}

// Leaves the host's flags as they are.
void Emitter::saveFlags(uint8_t Mask) {
  auto Store = [&](Cc C, size_t Off) { setcc(C, state8(Off)); };
  if (FlagsIn == FlagsKind::Fp) {
    Store(CB, OffN);
    Store(CE, OffZ);
    Store(CAE, OffC);
    Store(CP, OffV);
    uint32_t Ordered = jumpShort(CNP);
    mov(state32(OffN), 0x01010000); // unordered: C, V
    bindShort(Ordered);
    return;
  }
  if (Mask & 8)
    Store(CS, OffN);
  if (Mask & 4)
    Store(CE, OffZ);
  if (Mask & 2)
    Store(FlagsIn == FlagsKind::Sub ? CAE : CB, OffC);
  if (Mask & 1)
    Store(CO, OffV);
}

//===----------------------------------------------------------------------===//
// Producers
//===----------------------------------------------------------------------===//

void Emitter::compareOperands(bool Is64, Opnd A, Opnd B) {
  if (B.K == Opnd::Imm && B.V == 0 && A.K == Opnd::Reg) { // CF = OF = 0 as cmp
    return encode(Is64, 0x85, A.R, A.R);
  }
  if (A.K == Opnd::Reg)
    return alu(7, Is64, A.R, B);
  assert(A.K == Opnd::Mem && B.K != Opnd::Mem);
  const auto M = Is64 ? state64(static_cast<size_t>(A.V))
                      : state32(static_cast<size_t>(A.V));
  if (B.K == Opnd::Imm)
    cmp(M, static_cast<uint32_t>(B.V));
  else if (Is64)
    cmp(M, Reg64(B.R));
  else
    cmp(M, Reg32(B.R));
}

// The addition or subtraction whose flags uop I sets, if it comes next.
unsigned Emitter::matchingResult(unsigned I) const {
  const Uop &U = uop(I), &R = uop(I + 1);
  const Op Want = U.Code == Op::flagsAdd ? Op::add : Op::sub;
  if (R.Code == Want && R.A[0] == U.A[0] && R.A[1] == U.A[1])
    return I + 1;
  if (U.Code == Op::flagsSub && R.Code == Op::neg && R.A[0] == U.A[1] &&
      uop(U.A[0]).Code == Op::constant && uop(U.A[0]).Imm == 0)
    return I + 1;
  return 0;
}

// The flags uop that describes the addition or subtraction I, if it comes next.
unsigned Emitter::matchingFlags(unsigned I) const {
  const Uop &R = uop(I), &U = uop(I + 1);
  const Op Want = R.Code == Op::add ? Op::flagsAdd : Op::flagsSub;
  return U.Code == Want && R.A[0] == U.A[0] && R.A[1] == U.A[1] &&
                 FlagsLive[I + 1]
             ? I + 1
             : 0;
}

// NZCV of the flags uop I; Result, if not 0, is the uop of the sum itself. One
// of the two is Cur.
void Emitter::emitAddSubFlags(unsigned I, unsigned Result) {
  const Uop &U = uop(I);
  const unsigned A = U.A[0], Bv = U.A[1];
  const bool Is64 = isX(A), IsAdd = U.Code == Op::flagsAdd;
  Fused = Result ? Cur + 1 : 0;
  beginFlagsWrite();
  FlagsIn = FlagsKind::Mem;
  if (Result && uop(Result).Code == Op::neg) {
    Reg64 S = use(Bv), D = defReuse(Result, Bv);
    move(D.getIdx(), S.getIdx(), Is64);
    Is64 ? neg(D) : neg(Reg32(D.getIdx()));
  } else if (Result) {
    Reg64 Ra = use(A);
    Opnd Ob = opnd(Bv);
    const bool Alias = Ob.K == Opnd::Reg && Ob.R != Ra.getIdx();
    Reg64 D = defReuse(Result, A, Alias ? 1u << Ob.R : 0);
    if (D.getIdx() != Ra.getIdx())
      move(D.getIdx(), Ra.getIdx(), Is64);
    alu(IsAdd ? 0 : 5, Is64, D.getIdx(), Ob);
  } else if (IsAdd) {
    if (isConst(Bv) && constOf(Bv) == 0) {
      compareOperands(Is64, {Opnd::Reg, static_cast<uint8_t>(use(A).getIdx())},
                      {Opnd::Imm});
    } else {
      Opnd Ob = opnd(Bv);
      loadInto(RAX, A);
      alu(0, Is64, RAX, Ob);
    }
  } else {
    Opnd Oa = opnd(A, true, false), Ob = opnd(Bv, Oa.K != Opnd::Mem);
    compareOperands(Is64, Oa, Ob);
  }
  if (Fused)
    Done[Fused] = 1;
  Fused = 0;
  setHostFlags(IsAdd ? FlagsKind::Add : FlagsKind::Sub);
}

// B value C, a carry, into CF: as it is for adc, inverted for sbb.
void Emitter::carryIn(unsigned C, bool IsAdd) {
  if (Locs[C].K == Loc::Cond && Locs[C].R == 2 && FlagsIn != FlagsKind::Fp) {
    FlagsKind Have = FlagsIn;
    if (Have == FlagsKind::Mem) {
      cmp(state8(OffC), 1);
      Have = FlagsKind::Sub;
    }
    if (Have != (IsAdd ? FlagsKind::Add : FlagsKind::Sub))
      cmc();
  } else {
    setBool(RAX, hostCond(C));
    if (IsAdd)
      Xbyak::CodeGenerator::add(al, 0xff);
    else
      cmp(al, 1);
  }
  FlagsIn = FlagsKind::Mem;
}

// flagsAdc and flagsSbc without their result.
void Emitter::emitCarryFlags(unsigned I) {
  const Uop &U = uop(I);
  const bool IsAdd = U.Code == Op::flagsAdc;
  beginFlagsWrite();
  Opnd Ob = opnd(U.A[1]);
  carryIn(U.A[2], IsAdd);
  loadInto(RAX, U.A[0]);
  alu(IsAdd ? 2 : 3, isX(U.A[0]), RAX, Ob);
  setHostFlags(IsAdd ? FlagsKind::Add : FlagsKind::Sub);
}

// adc and sbc, with their flags if these come next. A chain of them hands the
// carry on in CF.
void Emitter::emitWithCarry(unsigned I) {
  const Uop &U = uop(I), &Next = uop(I + 1);
  const bool IsAdd = U.Code == Op::adc;
  if (Next.Code == (IsAdd ? Op::flagsAdc : Op::flagsSbc) &&
      std::equal(U.A, U.A + 3, Next.A) && FlagsLive[I + 1])
    Fused = I + 1;
  if (Fused || !FlagsLive[I])
    beginFlagsWrite();
  else
    clobberFlags();
  const Opnd Oa = opnd(U.A[0], true, false), Ob = opnd(U.A[1]);
  carryIn(U.A[2], IsAdd);
  const bool Alias = Ob.K == Opnd::Reg && (Oa.K != Opnd::Reg || Ob.R != Oa.R);
  const unsigned Dn = static_cast<unsigned>(
      defReuse(I, U.A[0], Alias ? 1u << Ob.R : 0).getIdx());
  if (Oa.K == Opnd::Mem)
    loadInto(Dn, U.A[0]);
  else if (Dn != Oa.R)
    move(Dn, Oa.R, isX(I));
  alu(IsAdd ? 2 : 3, isX(I), Dn, Ob);
  if (Fused) {
    Done[Fused] = 1;
    setHostFlags(IsAdd ? FlagsKind::Add : FlagsKind::Sub);
  }
  Fused = 0;
}

void Emitter::emitFlags(unsigned I) {
  const Uop &U = uop(I);
  const bool RaisesFp = U.Code == Op::flagsFcmp || U.Code == Op::flagsFccmp;
  if (!FlagsLive[I] && !RaisesFp)
    return;
  switch (U.Code) {
  case Op::flagsAdd:
  case Op::flagsSub:
    return emitAddSubFlags(I, matchingResult(I));
  case Op::flagsAdc:
  case Op::flagsSbc:
    return emitCarryFlags(I);
  case Op::flagsLogic: {
    beginFlagsWrite();
    FlagsIn = FlagsKind::Mem;
    compareOperands(isX(U.A[0]),
                    {Opnd::Reg, static_cast<uint8_t>(use(U.A[0]).getIdx())},
                    {Opnd::Imm});
    return setHostFlags(FlagsKind::Add);
  }
  case Op::flagsCcmp:
  case Op::flagsCcmn:
    return emitCcmp(I);
  case Op::flagsFcmp:
  case Op::flagsFccmp:
    return emitFlagsFcmp(I);
  default:
    return emitSetNzcv(I);
  }
}

// The comparison happens in line; the other outcome sets constant flags out of
// line and jumps back.
void Emitter::emitCcmp(unsigned I) {
  const Uop &U = uop(I);
  const bool Is64 = isX(U.A[1]), IsAdd = U.Code == Op::flagsCcmn;
  beginFlagsWrite();
  Opnd Oa = opnd(U.A[1], !IsAdd, false), Ob = opnd(U.A[2], Oa.K != Opnd::Mem);
  HostCond C = hostCond(U.A[0]);
  FlagsIn = FlagsKind::Mem;
  uint32_t From[2] = {0, 0};
  if (C.X == HostCond::OrParity) {
    uint32_t Do = jumpShort(CP);
    From[0] = jumpNear(negate(C.Code));
    bindShort(Do);
  } else {
    From[0] = jumpNear(negate(C.Code));
    if (C.X == HostCond::AndNoParity)
      From[1] = jumpNear(CP);
  }
  if (IsAdd) {
    move(RAX, Oa.R, Is64);
    alu(0, Is64, RAX, Ob);
  } else {
    compareOperands(Is64, Oa, Ob);
  }
  for (uint32_t At : From)
    if (At)
      Colds.push_back({Cold::CcmpElse,
                       At,
                       static_cast<uint32_t>(getSize()),
                       static_cast<uint16_t>(I),
                       {},
                       Pc});
  setHostFlags(IsAdd ? FlagsKind::Add : FlagsKind::Sub);
}

// al holds NZCV as a nibble.
void Emitter::storeNzcvNibble() {
  imul(eax, eax, 0x00204081); // V, C, Z, N to bits 0, 8, 16, 24
  and_(eax, 0x01010101);
  bswap(eax);
  mov(state32(OffN), eax);
}

void Emitter::emitSetNzcv(unsigned I) {
  beginFlagsWrite();
  FlagsIn = FlagsKind::Mem;
  loadInto(RAX, uop(I).A[0]);
  shr(eax, 28);
  storeNzcvNibble();
}

void Emitter::emitGetNzcv(unsigned I) {
  if (FlagsIn != FlagsKind::Mem)
    saveFlags(15);
  FlagsIn = FlagsKind::Mem;
  const Reg32 D(def(I).getIdx());
  mov(D, state32(OffN));
  bswap(D);
  imul(D, D, 1 << 28 | 1 << 21 | 1 << 14 | 1 << 7); // to bits 31..28
  and_(D, 0xf0000000);
}

//===----------------------------------------------------------------------===//
// Consumers
//===----------------------------------------------------------------------===//

HostCond Emitter::armCond(unsigned Arm) {
  using HC = HostCond;
  static constexpr Cc Sub[14] = {CE,  CNE, CAE, CB,  CS, CNS, CO,
                                 CNO, CA,  CBE, CGE, CL, CG,  CLE};
  static constexpr HC Fp[14] = {{CE, HC::AndNoParity},
                                {CNE, HC::OrParity},
                                {CAE, HC::OrParity},
                                {CB, HC::AndNoParity},
                                {CB, HC::AndNoParity},
                                {CAE, HC::OrParity},
                                {CP},
                                {CNP},
                                {CA, HC::OrParity},
                                {CBE, HC::AndNoParity},
                                {CAE},
                                {CB},
                                {CA},
                                {CBE}};
  switch (FlagsIn) {
  case FlagsKind::Fp:
    return Fp[Arm];
  case FlagsKind::Add:
    if (Arm == 2 || Arm == 3)
      return {negate(Sub[Arm])};
    if (Arm == 8 || Arm == 9) {
      cmc();
      FlagsIn = FlagsKind::Sub;
    }
    [[fallthrough]];
  case FlagsKind::Sub:
    return {Sub[Arm]};
  case FlagsKind::Mem:
    break;
  }
  auto Byte = [&](size_t Off) { mov(al, state8(Off)); };
  switch (Arm >> 1) {
  case 4: // C && !Z
    Byte(OffC);
    cmp(al, state8(OffZ));
    return {Arm & 1 ? CBE : CA};
  case 5: // N == V
    Byte(OffN);
    cmp(al, state8(OffV));
    return {Arm & 1 ? CNE : CE};
  case 6: // N == V && !Z
    Byte(OffN);
    xor_(al, state8(OffV));
    or_(al, state8(OffZ));
    return {Arm & 1 ? CNE : CE};
  default: {
    static constexpr size_t Offs[4] = {OffZ, OffC, OffN, OffV};
    cmp(state8(Offs[Arm >> 1]), 0);
    return {Arm & 1 ? CE : CNE};
  }
  }
}

HostCond Emitter::compare(unsigned V) {
  const Uop &U = uop(V);
  const unsigned A = U.A[0], Bv = U.A[1];
  const bool Is64 = isX(A),
             Equality = U.Code == Op::cmpEq || U.Code == Op::cmpNe;
  clobberFlags();
  if (Locs[A].K == Loc::Deferred &&
      uop(A).Code == Op::and_) { // and(x, constant) with 0
    const unsigned X = uop(A).A[0];
    const uint64_t Mask = constOf(uop(A).A[1]);
    if (Mask >> 31) {
      const int Bit = __builtin_ctzll(Mask);
      const Reg64 R = use(X);
      Is64 ? bt(R, static_cast<uint8_t>(Bit))
           : bt(Reg32(R.getIdx()), static_cast<uint8_t>(Bit));
      return {U.Code == Op::cmpEq ? CAE : CB};
    }
    const Opnd S = opnd(X, true, false);
    if (S.K == Opnd::Mem) {
      test(state32(static_cast<size_t>(S.V)), static_cast<uint32_t>(Mask));
    } else if (Mask < 0x80) {
      test(low8(S.R), static_cast<uint32_t>(Mask));
    } else {
      test(Reg32(S.R), static_cast<uint32_t>(Mask));
    }
    return {U.Code == Op::cmpEq ? CE : CNE};
  }
  Opnd Oa = opnd(A, true, false);
  Opnd Ob = opnd(Bv, Oa.K != Opnd::Mem);
  compareOperands(Is64, Oa, Ob);
  if (Equality)
    return {U.Code == Op::cmpEq ? CE : CNE};
  switch (U.Code) {
  case Op::cmpUlt:
    return {CB};
  case Op::cmpUle:
    return {CBE};
  case Op::cmpSlt:
    return {CL};
  default:
    return {CLE};
  }
}

HostCond Emitter::hostCond(unsigned V) {
  const Loc &L = Locs[V];
  if (L.K == Loc::Cond)
    return armCond(L.R);
  if (L.K == Loc::Deferred)
    return compare(V);
  clobberFlags();
  const Reg32 R(use(V).getIdx());
  test(R, R);
  return {CNE};
}

void Emitter::setBool(unsigned R, HostCond C) {
  setcc(C.Code, low8(R));
  movzx(Reg32(static_cast<int>(R)), low8(R));
  if (C.X == HostCond::Plain)
    return;
  uint32_t Ordered = jumpShort(CNP);
  mov(Reg32(static_cast<int>(R)), C.X == HostCond::OrParity);
  bindShort(Ordered);
}
