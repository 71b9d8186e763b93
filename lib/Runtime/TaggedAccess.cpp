//===- TaggedAccess.cpp - Accesses through tagged pointers ----------------===//
//
// Arm ignores the top byte of a data address, the host doesn't. Code that keeps
// registers exact is left at the fault and made anew with masked addresses. An
// optimised unit that doesn't can only be left where it chooses to. Until then
// each access is made by itself: the address register without its tag, one
// step, and the register as it was.
//
//===----------------------------------------------------------------------===//
#include "xlate/Runtime/TaggedAccess.h"
#include "HostRegs.h"

using namespace xlate::runtime;

namespace {

/// What matters of an x86-64 instruction with a memory operand.
struct Decoded {
  int Base = -1, Index = -1;
  unsigned Scale = 1;
  int64_t Disp = 0;
  int Reg = -1; ///< General register operand.
  bool ReadsReg = false, WritesReg = false;
  unsigned Implicit = 0; ///< More general registers in use, as bits.
};

constexpr unsigned Rax = 1, Rcx = 2, Rdx = 4, Rbx = 8;

} // namespace

/// Operands of the one-byte opcodes that compilers use with memory.
static bool classifyOneByte(uint8_t Op, bool Narrow, unsigned Ext, Decoded &D) {
  if (Op < 0x40 && (Op & 7) < 4) { // add ... cmp
    D.ReadsReg = true;
    D.WritesReg = Op & 2;
    return true;
  }
  switch (Op) {
  case 0x63: // movsxd
  case 0x69: // imul with immediate
  case 0x6b:
  case 0x8b:
    D.WritesReg = true;
    D.ReadsReg = Narrow; // 16 bits leave the others
    return true;
  case 0x8a:
  case 0x84: // test, xchg
  case 0x85:
  case 0x86:
  case 0x87:
    D.ReadsReg = D.WritesReg = true;
    return true;
  case 0x88:
  case 0x89:
    D.ReadsReg = true;
    return true;
  case 0x80: // with an immediate
  case 0x81:
  case 0x83:
  case 0xc0:
  case 0xc1:
  case 0xc6:
  case 0xc7:
  case 0xd0:
  case 0xd1:
  case 0xfe:
    D.Reg = -1;
    return true;
  case 0xd2: // shifts by cl
  case 0xd3:
    D.Reg = -1;
    D.Implicit = Rcx;
    return true;
  case 0xf6: // test, not, neg, mul, div
  case 0xf7:
    D.Reg = -1;
    D.Implicit = Rax | Rdx;
    return true;
  case 0xff:
    D.Reg = -1;
    return Ext < 2; // inc, dec
  default:
    return false;
  }
}

/// Operands of opcodes 0F xx.
static bool classifyTwoByte(uint8_t Op, bool Narrow, Decoded &D) {
  switch (Op) {
  case 0xb6: // movzx, movsx
  case 0xb7:
  case 0xbe:
  case 0xbf:
  case 0xb8: // popcnt, tzcnt, lzcnt
  case 0xbc:
  case 0xbd:
    D.WritesReg = true;
    D.ReadsReg = Narrow;
    return true;
  case 0xb0: // cmpxchg
  case 0xb1:
    D.ReadsReg = true;
    D.Implicit = Rax;
    return true;
  case 0xc7: // cmpxchg16b
    D.Reg = -1;
    D.Implicit = Rax | Rcx | Rdx | Rbx;
    return true;
  case 0xba:
    D.Reg = -1;
    return true;
  default:
    if ((Op & 0xf0) == 0x40 || Op == 0xaf || Op == 0xc0 || Op == 0xc1 ||
        Op == 0xa3 || Op == 0xab || Op == 0xb3 || Op == 0xbb) {
      D.ReadsReg = D.WritesReg = true; // cmov, imul, xadd, bit tests
      return true;
    }
    if (Op >= 0x80 && Op < 0xd0)
      return false;
    D.Reg = -1; // a vector register
    return true;
  }
}

static bool decode(const uint8_t *P, Decoded &D) {
  bool Narrow = false;
  for (;; ++P) {
    if (*P == 0x66)
      Narrow = true;
    else if (*P != 0xf2 && *P != 0xf3 && *P != 0xf0 && *P != 0x2e && *P != 0x3e)
      break;
  }
  unsigned R = 0, X = 0, B = 0, Map = 0;
  bool Vex = true;
  if (*P == 0xc5) {
    R = ~P[1] >> 7 & 1;
    Map = 1;
    P += 2;
  } else if (*P == 0xc4 || *P == 0x62) {
    R = ~P[1] >> 7 & 1;
    X = ~P[1] >> 6 & 1;
    B = ~P[1] >> 5 & 1;
    Map = P[1] & (*P == 0xc4 ? 31 : 7);
    P += *P == 0xc4 ? 3 : 4;
  } else {
    Vex = false;
    if ((*P & 0xf0) == 0x40) {
      R = *P >> 2 & 1;
      X = *P >> 1 & 1;
      B = *P & 1;
      Narrow &= !(*P & 8);
      ++P;
    }
    if (*P == 0x0f) {
      ++P;
      Map = *P == 0x38 ? 2 : *P == 0x3a ? 3 : 1;
      P += Map > 1;
    }
  }
  const uint8_t Op = *P++, ModRm = *P++;
  const unsigned Mod = ModRm >> 6, Ext = ModRm >> 3 & 7;
  if (Mod == 3)
    return false;
  D.Reg = static_cast<int>(Ext | R << 3);
  if (Map == 0 ? !classifyOneByte(Op, Narrow, Ext, D)
               : Map == 1 && !Vex && !classifyTwoByte(Op, Narrow, D))
    return false;
  if (Vex || Map > 1)
    D.ReadsReg = D.WritesReg = Map > 1; // vectors, but for crc32 and BMI

  unsigned Base = ModRm & 7;
  if (Base == 4) {
    const uint8_t Sib = *P++;
    Base = Sib & 7;
    if (const unsigned Index = (Sib >> 3 & 7) | X << 3; Index != 4)
      D.Index = static_cast<int>(Index);
    D.Scale = 1u << (Sib >> 6);
    if (Base == 5 && Mod == 0)
      return D.Index >= 0 && D.Scale == 1;
  } else if (Base == 5 && Mod == 0) {
    return false; // relative to rip
  }
  D.Base = static_cast<int>(Base | B << 3);
  // EVEX scales short displacements; the tag doesn't depend on that.
  if (Mod == 1)
    D.Disp = static_cast<int8_t>(*P);
  else if (Mod == 2)
    D.Disp = static_cast<int32_t>(P[0] | P[1] << 8 | P[2] << 16 |
                                  static_cast<uint32_t>(P[3]) << 24);
  return true;
}

static bool isCanonical(uint64_t A) {
  return static_cast<int64_t>(A << 16) >> 16 == static_cast<int64_t>(A);
}

bool TaggedAccess::begin(ucontext_t &Uc, HostStep &Step) {
  auto &Regs = Uc.uc_mcontext.gregs;
  Decoded D;
  if (active() || !decode(reinterpret_cast<const uint8_t *>(Regs[REG_RIP]), D))
    return false;
  auto value = [&](int R) {
    return R < 0 ? 0 : static_cast<uint64_t>(Regs[HostRegs[R]]);
  };
  const uint64_t A =
      value(D.Base) + value(D.Index) * D.Scale + static_cast<uint64_t>(D.Disp);
  const auto Plain = static_cast<uint64_t>(static_cast<int64_t>(A << 8) >> 8);
  if (isCanonical(A) || !isCanonical(Plain))
    return false;
  // The change must not reach what else the instruction does.
  auto usable = [&](int R) {
    return R >= 0 && R != 4 && !(D.Implicit >> R & 1) &&
           !(D.ReadsReg && R == D.Reg) && D.Base != D.Index;
  };
  const int Changed = usable(D.Base)                    ? D.Base
                      : D.Scale == 1 && usable(D.Index) ? D.Index
                                                        : -1;
  if (Changed < 0)
    return false;
  Reg = HostRegs[Changed];
  Original = value(Changed);
  Overwritten = D.WritesReg && Changed == D.Reg;
  const uint64_t Moved = Original + (Plain - A);
  Regs[Reg] = static_cast<greg_t>(Moved);
  Step.begin(Uc);
  return true;
}

void TaggedAccess::end(ucontext_t &Uc) {
  auto &Regs = Uc.uc_mcontext.gregs;
  const bool Faulted = Regs[REG_TRAPNO] != 1;
  if (!Overwritten || Faulted)
    Regs[Reg] = static_cast<greg_t>(Original);
  Reg = -1;
}
