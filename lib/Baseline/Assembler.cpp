//===- Assembler.cpp - The frequent encodings -----------------------------===//

#include "Assembler.h"
#include <cstring>

using namespace xlate;
using namespace xlate::baseline;

namespace {
/// One instruction.
struct Insn {
  uint8_t Bytes[16];
  unsigned Size = 0;

  void byte(unsigned B) { Bytes[Size++] = static_cast<uint8_t>(B); }
  void word(uint32_t W) {
    std::memcpy(Bytes + Size, &W, 4);
    Size += 4;
  }
  /// REX prefix, if one is needed, for a ModRM of these registers.
  void rex(bool Is64, unsigned Reg, unsigned Index, unsigned Base) {
    const unsigned R =
        (Is64 ? 8 : 0) | (Reg >> 3) << 2 | (Index >> 3) << 1 | Base >> 3;
    if (R)
      byte(0x40 | R);
  }
  void modRm(unsigned Mod, unsigned Reg, unsigned Rm) {
    byte(Mod << 6 | (Reg & 7) << 3 | (Rm & 7));
  }
};

bool isInt8(int64_t V) { return V == static_cast<int8_t>(V); }
} // namespace

void Assembler::put(const void *Bytes, size_t N) {
  if (size_ + N > maxSize_) {
    for (size_t I = 0; I != N; ++I)
      db(static_cast<const uint8_t *>(Bytes)[I]); // notes that it is too much
    return;
  }
  std::memcpy(top_ + size_, Bytes, N);
  size_ += N;
}

void Assembler::encode(bool Is64, uint8_t Code, unsigned Reg, unsigned Rm) {
  Insn I;
  I.rex(Is64, Reg, 0, Rm);
  I.byte(Code);
  I.modRm(3, Reg, Rm);
  put(I.Bytes, I.Size);
}

void Assembler::encodeState(bool Is64, uint8_t Code, unsigned Reg, size_t Off) {
  encode(Is64, Code, Reg, Xbyak::Address(64, false, place(Off)));
}

bool Assembler::encode(bool Is64, uint8_t Code, unsigned Reg,
                       const Xbyak::Address &A) {
  if (A.getMode() != Xbyak::Address::M_ModRM || A.is32bit())
    return false;
  const RegExp E = A.getRegExp();
  const auto Disp = static_cast<int64_t>(E.getDisp());
  if (Disp != static_cast<int32_t>(Disp))
    return false;
  const bool HasBase = E.getBase().getBit() != 0,
             HasIndex = E.getIndex().getBit() != 0;
  const auto Base = static_cast<unsigned>(E.getBase().getIdx()),
             Index = static_cast<unsigned>(E.getIndex().getIdx());
  Insn I;
  I.rex(Is64, Reg, HasIndex ? Index : 0, HasBase ? Base : 0);
  I.byte(Code);
  const unsigned Mod = !HasBase || (Disp == 0 && (Base & 7) != RBP) ? 0
                       : isInt8(Disp)                               ? 1
                                                                    : 2;
  if (HasBase && !HasIndex && (Base & 7) != RSP) {
    I.modRm(Mod, Reg, Base);
  } else {
    const unsigned Scale = HasIndex ? static_cast<unsigned>(__builtin_ctz(
                                          static_cast<unsigned>(E.getScale())))
                                    : 0;
    I.modRm(Mod, Reg, 4);
    I.modRm(Scale, HasIndex ? Index : static_cast<unsigned>(RSP),
            HasBase ? Base : static_cast<unsigned>(RBP));
  }
  if (!HasBase || Mod == 2)
    I.word(static_cast<uint32_t>(Disp));
  else if (Mod == 1)
    I.byte(static_cast<uint8_t>(Disp));
  put(I.Bytes, I.Size);
  return true;
}

void Assembler::alu(unsigned K, bool Is64, unsigned D, Opnd S) {
  switch (S.K) {
  case Opnd::Reg:
    return encode(Is64, static_cast<uint8_t>(K * 8 + 1), S.R, D);
  case Opnd::Mem:
    return encodeState(Is64, static_cast<uint8_t>(K * 8 + 3), D,
                       static_cast<size_t>(S.V));
  case Opnd::Imm: {
    Insn I;
    I.rex(Is64, 0, 0, D);
    I.byte(isInt8(S.V) ? 0x83 : 0x81);
    I.modRm(3, K, D);
    if (isInt8(S.V))
      I.byte(static_cast<uint8_t>(S.V));
    else
      I.word(static_cast<uint32_t>(S.V));
    return put(I.Bytes, I.Size);
  }
  }
}

// Never touches the flags, so no xor.
void Assembler::moveImm(unsigned D, uint64_t V) {
  const auto Signed = static_cast<int64_t>(V);
  Insn I;
  if (V >> 32 == 0 || Signed != static_cast<int32_t>(Signed)) {
    I.rex(V >> 32 != 0, 0, 0, D);
    I.byte(0xb8 | (D & 7));
    I.word(static_cast<uint32_t>(V));
    if (V >> 32)
      I.word(static_cast<uint32_t>(V >> 32));
  } else {
    I.rex(true, 0, 0, D);
    I.byte(0xc7);
    I.modRm(3, 0, D);
    I.word(static_cast<uint32_t>(V));
  }
  put(I.Bytes, I.Size);
}
