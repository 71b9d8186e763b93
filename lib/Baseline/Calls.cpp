//===- Calls.cpp - Calling primitive evaluators ---------------------------===//
//
// A primitive without a lowering is called through a thunk. The site stores
// the operands to CpuState::Tmp[1..3], puts the parameter word in rax and
// calls the thunk of the primitive, which leaves the result in Tmp[0] and
// changes no other register.
//
// There are two kinds. Pure thunks save the caller-saved registers on the
// stack. State thunks are for primitives that touch memory or guest state:
// they store the pinned registers to their homes and reload them afterwards,
// so that a fault in the evaluator (with the PC that the site stored) or the
// evaluator itself sees the complete guest state.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "xlate/Semantics/Semantics.h"

using namespace xlate;
using namespace xlate::baseline;

static bool needsState(Op O) {
  return attrOf(O) == OpAttr::Mem || attrOf(O) == OpAttr::State;
}

constexpr size_t OffOp = offSpill(15);

uint8_t *Emitter::emitCommonThunk(bool State) {
  uint8_t *Start = top_ + size_;
  static constexpr uint8_t Saved[] = {RCX, RDX, RDI, RSI, R8, R9, R10, R11};
  constexpr unsigned NumSaved = sizeof Saved, Frame = NumSaved * 8 + 16 * 16;
  auto Stack = [&](unsigned Off) { return ptr[rsp + Off]; };
  auto MoveVec = [&](unsigned R, bool Store) {
    const auto M = Stack(NumSaved * 8 + 16 * R);
    if (Store)
      F.Avx ? vmovaps(M, Xmm(static_cast<int>(R)))
            : movaps(M, Xmm(static_cast<int>(R)));
    else
      F.Avx ? vmovaps(Xmm(static_cast<int>(R)), M)
            : movaps(Xmm(static_cast<int>(R)), M);
  };
  // rsp % 16 is 0 here: 8 at the site, less the return address.
  sub(rsp, Frame);
  Pushed = Frame + 8;
  for (unsigned I = State ? 6 : 0; I != NumSaved; ++I)
    mov(Stack(8 * I), Reg64(Saved[I]));
  for (unsigned I = State ? 8 : 0; I != 16; ++I)
    MoveVec(I, true);
  if (State) {
    for (unsigned R = 0; R != 32; ++R)
      if (HostOf[R] >= 0) {
        mov(state64(offX(R)), Reg64(HostOf[R]));
      }
    for (unsigned R = 0; R != abi::NumPinnedVec; ++R)
      moveState(offV(R), R, true);
  }
  mov(r9, rax);
  mov(eax, state32(OffOp));
  mov(rdi, state64(offsetof(CpuState, Self)));
  lea(rsi, ptr[rdi + offTmp(0)]);
  lea(rdx, ptr[rdi + offTmp(1)]);
  lea(rcx, ptr[rdi + offTmp(2)]);
  lea(r8, ptr[rdi + offTmp(3)]);
  mov(r10, ptr[rdi + offsetof(CpuState, EvalTable)]);
  call(ptr[r10 + rax * 8]);
  if (State) {
    for (unsigned R = 0; R != 32; ++R)
      if (HostOf[R] >= 0) {
        mov(Reg64(HostOf[R]), state64(offX(R)));
      }
    for (unsigned R = 0; R != abi::NumPinnedVec; ++R)
      moveState(offV(R), R, false);
  }
  for (unsigned I = State ? 6 : 0; I != NumSaved; ++I)
    mov(Reg64(Saved[I]), Stack(8 * I));
  for (unsigned I = State ? 8 : 0; I != 16; ++I)
    MoveVec(I, false);
  add(rsp, Frame);
  Pushed = 0;
  ret();
  return Start;
}

/// Lowers the counter at [Counter] by what the tick has lost, in whole steps.
void Emitter::emitChargeThunk(const Reg64 &Counter) {
  const auto Tick = [this] { return state32(offsetof(CpuState, HeatTick)); };
  push(rbx);
  push(rcx);
  Pushed = 24; // and the return address
  // A loop of many units whose round takes a divisor of the step would charge
  // the same one of them each time if the tick didn't drift.
  mov(ebx, state32(offsetof(CpuState, HeatMask)));
  mov(ecx, ebx);
  and_(ecx, 1);
  sub(Tick(), ecx);
  // As many steps as take it out of the red.
  mov(ecx, ebx);
  sub(ecx, Tick());
  not_(ebx);
  and_(ecx, ebx);
  add(Tick(), ecx);
  inc(state8(offsetof(CpuState, HeatSteps)));
  const uint32_t Same = jumpShort(CNE);
  not_(ebx);
  lea(ebx, ptr[rbx + rbx + 1]);
  and_(ebx, LastHeatMask);
  mov(state32(offsetof(CpuState, HeatMask)), ebx);
  bindShort(Same);
  sub(dword[Counter], ecx);
  pop(rcx);
  pop(rbx);
  Pushed = 0;
}

size_t Emitter::emitThunks(uint8_t *At, size_t Space) {
  startAt(At, Space);
  const uint8_t *Common[2] = {emitCommonThunk(false), emitCommonThunk(true)};
  for (unsigned I = 0; I != NumOps; ++I) {
    OpThunk[I] = top_ + size_;
    Pushed = 8; // the return address
    mov(state32(OffOp), I);
    Pushed = 0;
    jumpTo(Common[needsState(static_cast<Op>(I))]);
  }
  HeatThunk = top_ + size_; // rax = PC, as at every unit entry
  mov(state64(offsetof(CpuState, ExitInfo)), 1);
  const uint32_t Join = jumpShort();
  PollThunk = top_ + size_;
  mov(state64(offsetof(CpuState, ExitInfo)), 0);
  bindShort(Join);
  mov(state32(offsetof(CpuState, Exit)),
      static_cast<uint32_t>(ExitReason::Poll));
  jumpState(offsetof(CpuState, ExitStub));
  IndirectThunk = top_ + size_;
  jumpState(offsetof(CpuState, IndirectStub));
  ChargeThunk = top_ + size_;
  emitChargeThunk(rax);
  ret();
  EntryChargeThunk = top_ + size_;
  emitChargeThunk(r10);
  const uint32_t RunOut = jumpShort(CB);
  ret();
  bindShort(RunOut);
  lea(rsp, ptr[rsp + 8]);
  jumpTo(HeatThunk);
  align(16);
  FpLimits = top_ + size_;
  for (uint64_t Lanes : {0x7fffffff7fffffff, 0x0080000000800000,
                         0x7fffffffffffffff, 0x0010000000000000})
    for (unsigned I = 0; I != 2; ++I)
      dq(Lanes);
  return Xbyak::GetError() == Xbyak::ERR_NONE ? size_ : 0;
}

// Operand slots are those of EvalFn: 1 = A, 2 = B, 3 = C.
void Emitter::storeArgument(unsigned Slot, unsigned V) {
  storeState(offTmp(Slot), V);
}

// Operands are in Tmp; calls the evaluator of uop I.
void Emitter::callEval(unsigned I) {
  const Uop &U = uop(I);
  if (needsState(U.Code)) {
    moveImm(RAX, Pc);
    mov(state64(offsetof(CpuState, Pc)), rax);
  }
  moveImm(RAX, packParam(U));
  callTo(OpThunk[static_cast<unsigned>(U.Code)]);
  if (Opts->FallbackCounts)
    ++Opts->FallbackCounts[static_cast<unsigned>(U.Code)];
}

void Emitter::bindResult(unsigned I) {
  switch (uop(I).Type) {
  case Ty::None:
    return;
  case Ty::V:
    return moveState(offTmp(0), static_cast<unsigned>(defV(I).getIdx()), false);
  default: {
    const Reg64 D = def(I);
    mov(D, state64(offTmp(0)));
    return;
  }
  }
}

void Emitter::emitCall(unsigned I) {
  const Uop &U = uop(I);
  assert(EvalTable[static_cast<unsigned>(U.Code)] &&
         "primitive without any implementation");
  if (U.Code == Op::stateHelper && FlagsIn != FlagsKind::Mem) {
    saveFlags(15);
    FlagsIn = FlagsKind::Mem;
  }
  if (U.Code == Op::stateHelper && emitMops(I))
    return;
  switch (U.Code) {
  case Op::load:
  case Op::store:
  case Op::vload:
  case Op::vstore:
    lea(rax, ptr[address(U)]);
    mov(state64(offTmp(1)), rax);
    if (U.A[2] != NoVal)
      storeArgument(3, U.A[2]);
    break;
  default:
    for (unsigned N = 0; N != 3; ++N)
      if (U.A[N] != NoVal)
        storeArgument(N + 1, U.A[N]);
    break;
  }
  clobberFlags();
  callEval(I);
  if (U.Code == Op::stateHelper)
    dropAllCaches();
  bindResult(I);
}

/// The prologue of a memory copy or set, which does the whole job: small ones
/// are done by a stub (MopsStubs.S), others by the evaluator.
bool Emitter::emitMops(unsigned I) {
  const std::optional<MopsPrologue> P = mopsPrologue(*B, I);
  if (!P)
    return false;
  // Nothing else is in a scratch register: the instruction has no other values.
  dropAllCaches();
  // With the place of a guest register: a host register or an address, which
  // Xbyak tells apart by type.
  auto with = [&](unsigned R, auto &&Emit) {
    if (HostOf[R] >= 0)
      Emit(Reg64(HostOf[R]));
    else
      Emit(state64(offX(R)));
  };
  auto load = [&](const Reg64 &To, unsigned R) {
    with(R, [&](const auto &From) { mov(To, From); });
  };
  load(r10, P->Rd);
  if (P->IsSet && P->Rs == 31)
    xor_(r11d, r11d);
  else
    load(r11, P->Rs);
  load(rax, P->Rn);
  call(state64(P->IsSet     ? offsetof(CpuState, SetStub)
               : P->Forward ? offsetof(CpuState, CopyForwardStub)
                            : offsetof(CpuState, CopyStub)));
  test(eax, eax);
  const uint32_t Slow = jumpNear(CNE);
  load(rax, P->Rn);
  with(P->Rd, [&](const auto &At) { add(At, rax); });
  if (!P->IsSet)
    with(P->Rs, [&](const auto &At) { add(At, rax); });
  xor_(eax, eax);
  with(P->Rn, [&](const auto &At) { mov(At, rax); });
  Colds.push_back({Cold::CallHelper,
                   Slow,
                   static_cast<uint32_t>(size_),
                   static_cast<uint16_t>(I),
                   {},
                   Pc});
  return true;
}

void Emitter::coldCall(const Cold &C) {
  Pc = C.Pc;
  for (unsigned N = 0; N != 3; ++N) {
    if (C.R[N] == NoReg)
      continue;
    if (C.K != Cold::EvalInt) {
      moveState(offTmp(N + 1), C.R[N], true);
      continue;
    }
    mov(state64(offTmp(N + 1)), Reg64(C.R[N]));
  }
  callEval(C.I);
  if (C.R[3] == NoReg)
    return;
  if (C.K == Cold::EvalVec)
    return moveState(offTmp(0), C.R[3], false);
  // Lane 0 of a 32-bit result is followed by zeros.
  mov(Reg64(C.R[3]), state64(offTmp(0)));
}
