//===- Bpf.cpp - Classic BPF programs of seccomp --------------------------===//
#include "Bpf.h"
#include <cstring>

namespace xlate::sys {

static bool isJump(const sock_filter &I) {
  return BPF_CLASS(I.code) == BPF_JMP;
}

/// The instruction by itself: may it be there, with this operand?
// NOLINTBEGIN(misc-redundant-expression): several of the fields' values are 0.
static bool isAllowed(const sock_filter &I) {
  switch (I.code) {
  case BPF_LD | BPF_W | BPF_ABS:
    return I.k < sizeof(seccomp_data) && I.k % sizeof(uint32_t) == 0;
  case BPF_LD | BPF_MEM:
  case BPF_LDX | BPF_MEM:
  case BPF_ST:
  case BPF_STX:
    return I.k < BPF_MEMWORDS;
  case BPF_ALU | BPF_DIV | BPF_K:
    return I.k != 0;
  case BPF_ALU | BPF_LSH | BPF_K:
  case BPF_ALU | BPF_RSH | BPF_K:
    return I.k < 32;
  case BPF_LD | BPF_LEN:
  case BPF_LDX | BPF_LEN:
  case BPF_LD: // BPF_IMM
  case BPF_LDX | BPF_IMM:
  case BPF_MISC | BPF_TAX:
  case BPF_MISC | BPF_TXA:
  case BPF_RET | BPF_K:
  case BPF_RET | BPF_A:
  case BPF_ALU | BPF_ADD | BPF_K:
  case BPF_ALU | BPF_ADD | BPF_X:
  case BPF_ALU | BPF_SUB | BPF_K:
  case BPF_ALU | BPF_SUB | BPF_X:
  case BPF_ALU | BPF_MUL | BPF_K:
  case BPF_ALU | BPF_MUL | BPF_X:
  case BPF_ALU | BPF_DIV | BPF_X:
  case BPF_ALU | BPF_AND | BPF_K:
  case BPF_ALU | BPF_AND | BPF_X:
  case BPF_ALU | BPF_OR | BPF_K:
  case BPF_ALU | BPF_OR | BPF_X:
  case BPF_ALU | BPF_XOR | BPF_K:
  case BPF_ALU | BPF_XOR | BPF_X:
  case BPF_ALU | BPF_LSH | BPF_X:
  case BPF_ALU | BPF_RSH | BPF_X:
  case BPF_ALU | BPF_NEG:
  case BPF_JMP | BPF_JA:
  case BPF_JMP | BPF_JEQ | BPF_K:
  case BPF_JMP | BPF_JEQ | BPF_X:
  case BPF_JMP | BPF_JGE | BPF_K:
  case BPF_JMP | BPF_JGE | BPF_X:
  case BPF_JMP | BPF_JGT | BPF_K:
  case BPF_JMP | BPF_JGT | BPF_X:
  case BPF_JMP | BPF_JSET | BPF_K:
  case BPF_JMP | BPF_JSET | BPF_X:
    return true;
  default:
    return false;
  }
}
// NOLINTEND(misc-redundant-expression)

bool checkBpf(const BpfProgram &P) {
  if (P.empty() || P.size() > BPF_MAXINSNS)
    return false;
  // Words of scratch memory that are written on every way to an instruction.
  // Jumps go forward only: each has been met by all of its ways when its turn
  // comes.
  std::vector<uint16_t> Written(P.size(), 0xffff);
  uint16_t Now = 0;
  for (size_t At = 0; At != P.size(); ++At) {
    const sock_filter &I = P[At];
    if (!isAllowed(I))
      return false;
    Now &= Written[At];
    switch (BPF_CLASS(I.code)) {
    case BPF_ST:
    case BPF_STX:
      Now |= static_cast<uint16_t>(1u << I.k);
      break;
    case BPF_LD:
    case BPF_LDX:
      if (BPF_MODE(I.code) == BPF_MEM && !(Now >> I.k & 1))
        return false;
      break;
    default:
      break;
    }
    if (!isJump(I))
      continue;
    const size_t Left = P.size() - At - 1;
    if (I.code == (BPF_JMP | BPF_JA)) {
      if (I.k >= Left)
        return false;
      Written[At + 1 + I.k] &= Now;
    } else {
      if (I.jt >= Left || I.jf >= Left)
        return false;
      Written[At + 1 + I.jt] &= Now;
      Written[At + 1 + I.jf] &= Now;
    }
    Now = 0xffff; // what follows is reached by jumps only
  }
  return BPF_CLASS(P.back().code) == BPF_RET;
}

static uint32_t compute(uint16_t Op, uint32_t A, uint32_t B) {
  switch (Op) {
  case BPF_ADD:
    return A + B;
  case BPF_SUB:
    return A - B;
  case BPF_MUL:
    return A * B;
  case BPF_DIV:
    return A / B; // not by zero, see runBpf()
  case BPF_AND:
    return A & B;
  case BPF_OR:
    return A | B;
  case BPF_XOR:
    return A ^ B;
  case BPF_LSH:
    return A << (B & 31);
  case BPF_RSH:
    return A >> (B & 31);
  default:
    return -A; // BPF_NEG
  }
}

static bool compare(uint16_t Op, uint32_t A, uint32_t B) {
  switch (Op) {
  case BPF_JEQ:
    return A == B;
  case BPF_JGT:
    return A > B;
  case BPF_JGE:
    return A >= B;
  default:
    return (A & B) != 0; // BPF_JSET
  }
}

uint32_t runBpf(const BpfProgram &P, const seccomp_data &Data) {
  uint32_t A = 0, X = 0, Memory[BPF_MEMWORDS];
  for (const sock_filter *I = P.data();; ++I) {
    const uint32_t B = BPF_SRC(I->code) == BPF_X ? X : I->k;
    switch (BPF_CLASS(I->code)) {
    case BPF_LD:
    case BPF_LDX: {
      uint32_t Value = I->k; // BPF_IMM
      if (BPF_MODE(I->code) == BPF_ABS)
        std::memcpy(&Value, reinterpret_cast<const char *>(&Data) + I->k,
                    sizeof Value);
      else if (BPF_MODE(I->code) == BPF_MEM)
        Value = Memory[I->k];
      else if (BPF_MODE(I->code) == BPF_LEN)
        Value = sizeof Data;
      (BPF_CLASS(I->code) == BPF_LD ? A : X) = Value;
      break;
    }
    case BPF_ST:
      Memory[I->k] = A;
      break;
    case BPF_STX:
      Memory[I->k] = X;
      break;
    case BPF_ALU:
      if (BPF_OP(I->code) == BPF_DIV && B == 0)
        return 0; // what the kernel lets the program end with
      A = compute(BPF_OP(I->code), A, B);
      break;
    case BPF_JMP:
      if (BPF_OP(I->code) == BPF_JA)
        I += I->k;
      else
        I += compare(BPF_OP(I->code), A, B) ? I->jt : I->jf;
      break;
    case BPF_RET:
      return BPF_RVAL(I->code) == BPF_A ? A : I->k;
    default: // BPF_MISC
      (BPF_MISCOP(I->code) == BPF_TAX ? X : A) =
          BPF_MISCOP(I->code) == BPF_TAX ? A : X;
      break;
    }
  }
}

} // namespace xlate::sys
