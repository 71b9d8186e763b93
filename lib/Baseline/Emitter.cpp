//===- Emitter.cpp - Emission of one unit ---------------------------------===//

#include "Emitter.h"
#include <cstring>

using namespace xlate;
using namespace xlate::baseline;

Emitter::Emitter(const Features &F)
    : Assembler(Xbyak::DEFAULT_MAX_CODE_SIZE, &Placeholder), F(F) {}

Baseline::Baseline(const Features &F) : E(std::make_unique<Emitter>(F)) {}
Baseline::~Baseline() = default;

size_t Baseline::emitThunks(uint8_t *At, size_t Space) {
  return E->emitThunks(At, Space);
}

EmitResult Baseline::emit(const Block &B, uint8_t *At, size_t Space,
                          UnitContext &C, const Options &O) {
  return E->emit(B, At, Space, C, O);
}

size_t Baseline::emitCharge(uint8_t *At, size_t Space, uint8_t *Jump,
                            const std::atomic<int32_t> *Heat) {
  return E->emitCharge(At, Space, Jump, Heat);
}

void Emitter::startAt(uint8_t *At, size_t Space) {
  top_ = At;
  maxSize_ = Space;
  size_ = 0;
  Xbyak::ClearError();
}

EmitResult Emitter::emit(const Block &Blk, uint8_t *At, size_t Space,
                         UnitContext &C, const Options &O) {
  EmitResult R;
  startAt(At, Space);
  B = &Blk;
  Ctx = &C;
  Opts = &O;
  Res = &R;
  PcMap.assign(1, {0, Blk.Pc});
  Pc = Blk.Pc;
  analyse();
  if (O.Heat) {
    takeHeat(Blk.NumInsns);
    R.Charge = jumpNear(CB);
  }
  uint32_t Flushing = 0;
  InlineFp = F.Avx && HasFp;
  if (InlineFp) {
    test(state32(offsetof(CpuState, Fpcr)), 1u << 24); // FZ
    Flushing = jumpNear(CNE);
  }
  emitBody();
  if (InlineFp) {
    bindNear(Flushing);
    InlineFp = false;
    if (O.FlushElsewhere) {
      moveImm(RAX, Blk.Pc);
      jumpState(offsetof(CpuState, MissStub));
    } else {
      analyse();
      emitBody();
    }
  }
  assert(Xbyak::GetError() == Xbyak::ERR_NONE ||
         Xbyak::GetError() == Xbyak::ERR_CODE_IS_TOO_BIG);
  if (Xbyak::GetError() != Xbyak::ERR_NONE)
    return {};
  // A jump to what follows.
  if (!R.Direct.empty() && R.Direct.back().second == O.Next &&
      R.Direct.back().first + 4 == size_ && At[size_ - 5] == 0xe9) {
    R.Direct.pop_back();
    size_ -= 5;
  }
  R.Entry = At;
  R.Size = size_;
  R.PcMap = PcMap;
  return R;
}

/// Sets CF if the thread's tick has run out.
void Emitter::takeHeat(unsigned Insns) {
  sub(state32(offsetof(CpuState, HeatTick)), heatPerEntry(Insns));
}

/// For ChargeThunk; keeps the flags.
void Emitter::loadCounter(unsigned Reg, const std::atomic<int32_t> *Heat) {
  lea(Reg64(static_cast<int>(Reg)),
      ptr[rip + static_cast<int>(reinterpret_cast<const uint8_t *>(Heat) -
                                 (getCurr() + 7))]);
}

size_t Emitter::emitCharge(uint8_t *At, size_t Space, uint8_t *Jump,
                           const std::atomic<int32_t> *Heat) {
  startAt(At, Space);
  const auto Distance = static_cast<int32_t>(At - (Jump + 4));
  std::memcpy(Jump, &Distance, 4);
  loadCounter(R10, Heat);
  callTo(EntryChargeThunk);
  jumpTo(Jump + 4);
  return Xbyak::GetError() == Xbyak::ERR_NONE ? size_ : 0;
}

void Emitter::emitBody() {
  Colds.clear();
  FlagsIn = FlagsKind::Mem;
  NumConds = 0;
  std::memset(static_cast<void *>(Gprs), 0, sizeof Gprs);
  std::memset(static_cast<void *>(Vecs), 0, sizeof Vecs);
  std::memset(CachedIn, -1, sizeof CachedIn);
  std::memset(CachedInV, -1, sizeof CachedInV);
  SpillsG = SpillsV = 0;
  Known = 0;
  Zero8 = Zero4 = 0;
  Forward.clear();
  emitUops();
  emitCold();
}

/// Code from At on belongs to the current instruction and flags.
void Emitter::markPc(uint32_t At) {
  const uint64_t What = Pc | static_cast<uint64_t>(FlagsIn);
  auto &Last = PcMap.back();
  if (Last.second == What)
    return;
  if (Last.first == At)
    Last.second = What;
  else
    PcMap.emplace_back(At, What);
}

void Emitter::emitUops() {
  const unsigned N = static_cast<unsigned>(B->Uops.size());
  for (Cur = 0; Cur != N; ++Cur) {
    const Uop &U = uop(Cur);
    LockedG = LockedV = 0;
    if (U.Code == Op::insn) {
      InsnStart = Cur;
      Pc = static_cast<uint64_t>(U.Imm);
      if (isLabel(Pc))
        bindLabel();
      markPc(static_cast<uint32_t>(size_));
      continue;
    }
    if (!Done[Cur])
      emitUop(Cur);
    if (Locs[Cur].K == Loc::Deferred)
      continue; // its operands stay
    for (uint16_t A : U.A)
      if (A != NoVal)
        release(A);
    if (U.Type != Ty::None && !Uses[Cur]) {
      ++Uses[Cur];
      release(Cur);
    }
  }
}

void Emitter::emitUop(unsigned I) {
  const Uop &U = uop(I);
  switch (U.Code) {
  case Op::constant:
  case Op::vconstant:
    Locs[I].K = Loc::Const;
    Consts[I] = static_cast<uint64_t>(U.Imm);
    return;
  case Op::getReg:
    NextRead[U.Imm] = ReadAfter[I];
    Locs[I] = {Loc::Guest, static_cast<uint8_t>(U.Imm)};
    return;
  case Op::getVec:
    Locs[I] = {Loc::GuestV, static_cast<uint8_t>(U.Imm)};
    return;
  case Op::setReg:
    NextRead[U.Imm] = ReadAfter[I];
    return emitSetReg(U);
  case Op::setVec:
    return emitSetVec(U);
  case Op::cond:
    Locs[I] = {Loc::Cond, static_cast<uint8_t>(U.Imm)};
    ++NumConds;
    return;
  case Op::getNzcv:
    return emitGetNzcv(I);
  case Op::readSys:
  case Op::writeSys:
    if (emitSys(I))
      return;
    break;
  default:
    break;
  }
  switch (attrOf(U.Code)) {
  case OpAttr::Flags:
    return emitFlags(I);
  case OpAttr::Ctrl:
    return emitControl(I);
  case OpAttr::Mem: {
    // Lowerings that change the host's flags do so before the access.
    const uint32_t At = static_cast<uint32_t>(size_);
    if (!emitMem(I))
      break;
    return markPc(At);
  }
  case OpAttr::State:
    if (U.Code == Op::clrex) {
      mov(state32(offsetof(CpuState, ExclSize)), 0);
      return;
    }
    break;
  default:
    if (!Uses[I] && attrOf(U.Code) == OpAttr::Pure)
      return;
    if (emitInt(I) || emitVec(I))
      return;
    break;
  }
  emitCall(I);
}

bool Emitter::emitSys(unsigned I) {
  const Uop &U = uop(I);
  size_t Off;
  switch (static_cast<SysReg>(U.Imm)) {
  case SysReg::TpidrEl0:
    Off = offsetof(CpuState, TpidrEl0);
    break;
  case SysReg::TpidrroEl0:
    Off = offsetof(CpuState, TpidrroEl0);
    break;
  case SysReg::Fpcr: {
    if (U.Code == Op::writeSys)
      return false;
    const Reg32 D(def(I).getIdx());
    mov(D, state32(offsetof(CpuState, Fpcr)));
    return true;
  }
  default:
    return false;
  }
  if (U.Code == Op::writeSys) {
    storeState(Off, U.A[0]);
  } else {
    const Reg64 D = def(I);
    mov(D, state64(Off));
  }
  return true;
}

void Emitter::emitCold() {
  for (size_t N = 0; N != Colds.size(); ++N) {
    const Cold C = Colds[N];
    bindNear(C.From);
    PcMap.emplace_back(static_cast<uint32_t>(size_), C.Pc);
    const Uop &U = uop(C.I);
    switch (C.K) {
    case Cold::CcmpElse: {
      // OF by overflowing al, the others from ah.
      const unsigned Nz = static_cast<unsigned>(U.Imm);
      const bool Carry = (Nz >> 1 & 1) != (U.Code == Op::flagsCcmp);
      mov(eax, ((Nz >> 2 & 3) << 6 | Carry) << 8 | (Nz & 1));
      add(al, 0x7f);
      sahf();
      break;
    }
    case Cold::Divide: {
      const bool Is64 = U.Type == Ty::X;
      const Reg64 D(C.R[0]), A(C.R[1]), Divisor(C.R[2]);
      if (U.Code == Op::sdiv) { // -A or 0
        move(RAX, C.R[1], Is64);
        Is64 ? neg(rax) : neg(eax);
        Is64 ? and_(rax, Divisor) : and_(eax, Reg32(C.R[2]));
        mov(D, rax);
      } else {
        xor_(Reg32(C.R[0]), Reg32(C.R[0]));
      }
      break;
    }
    case Cold::SideExit:
      Pc = C.Pc;
      FlagsIn = static_cast<FlagsKind>(C.R[0]);
      emitEdge(static_cast<uint64_t>(U.Imm), C.R[1], true);
      continue;
    case Cold::CallHelper:
      Pc = C.Pc;
      moveImm(RAX, constOf(U.A[0]));
      mov(state64(offTmp(1)), rax);
      callEval(C.I);
      break;
    default:
      coldCall(C);
      break;
    }
    jumpTo(top_ + C.Back);
  }
}

//===----------------------------------------------------------------------===//
// Encoding helpers
//===----------------------------------------------------------------------===//

Xbyak::Address Emitter::state64(size_t Off) {
  return Xbyak::Address(64, false, place(Off));
}
Xbyak::Address Emitter::state32(size_t Off) {
  return Xbyak::Address(32, false, place(Off));
}
Xbyak::Address Emitter::state8(size_t Off) {
  return Xbyak::Address(8, false, place(Off));
}

uint32_t Emitter::jumpNear(Cc C) {
  db(0x0f);
  db(0x80 | C);
  dd(0);
  return static_cast<uint32_t>(size_ - 4);
}
uint32_t Emitter::jumpNear() {
  db(0xe9);
  dd(0);
  return static_cast<uint32_t>(size_ - 4);
}
uint32_t Emitter::jumpShort(Cc C) {
  db(0x70 | C);
  db(0);
  return static_cast<uint32_t>(size_ - 1);
}
uint32_t Emitter::jumpShort() {
  db(0xeb);
  db(0);
  return static_cast<uint32_t>(size_ - 1);
}
void Emitter::bindNear(uint32_t At) {
  if (At + 4 <= maxSize_)
    rewrite(At, size_ - (At + 4), 4);
}
void Emitter::bindShort(uint32_t At) {
  assert(size_ - (At + 1) < 128);
  if (At + 1 <= maxSize_)
    rewrite(At, size_ - (At + 1), 1);
}
void Emitter::callTo(const uint8_t *Target) {
  db(0xe8);
  dd(static_cast<uint32_t>(Target - (getCurr() + 4)));
}
void Emitter::jumpTo(const uint8_t *Target) {
  db(0xe9);
  dd(static_cast<uint32_t>(Target - (getCurr() + 4)));
}
void Emitter::jumpTo(Cc C, const uint8_t *Target) {
  db(0x0f);
  db(0x80 | C);
  dd(static_cast<uint32_t>(Target - (getCurr() + 4)));
}
void Emitter::jumpState(size_t Off) { jmp(state64(Off)); }

void Emitter::vex(VexOp Op, unsigned D, unsigned A, unsigned S) {
  const unsigned R = ~D >> 3 & 1, X = ~S >> 3 & 1, V = ~A & 15;
  if (X && Op.Map == 1 && !Op.W) {
    db(0xc5);
    db(static_cast<int>(R << 7 | V << 3 | Op.Pp));
  } else {
    db(0xc4);
    db(static_cast<int>(R << 7 | 1u << 6 | X << 5 | Op.Map));
    db(static_cast<int>(Op.W << 7 | V << 3 | Op.Pp));
  }
  db(Op.Code);
  db(static_cast<int>(0xc0 | (D & 7) << 3 | (S & 7)));
}
void Emitter::vexMem(VexOp Op, unsigned D, unsigned A, const uint8_t *From,
                     unsigned ImmBytes) {
  vex(Op, D, A, 5);
  top_[size_ - 1] &= 0x3f; // rip-relative
  const auto *After = getCurr() + 4 + ImmBytes;
  dd(static_cast<uint32_t>(From - After));
}
void Emitter::vexImm(VexOp Op, unsigned D, unsigned A, unsigned S,
                     uint8_t Imm) {
  vex(Op, D, A, S);
  db(Imm);
}
