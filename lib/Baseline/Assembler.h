//===- Assembler.h - Xbyak with short ways for frequent forms ---*- C++ -*-===//
//
// Moves, basic arithmetic and operands in CpuState are most of what is emitted.
// Xbyak takes longer for each of them than the rest of their translation does,
// so these have encoders of their own; everything else goes through Xbyak.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_BASELINE_ASSEMBLER_H
#define XLATE_LIB_BASELINE_ASSEMBLER_H

#define XBYAK64
#define XBYAK_NO_EXCEPTION
#define XBYAK_NO_OP_NAMES
#include "xlate/Guest/UnitAbi.h"
#include <cstdint>
#include <xbyak/xbyak.h>

namespace xlate::baseline {

/// x86 condition code numbers.
enum Cc : uint8_t {
  CO,
  CNO,
  CB,
  CAE,
  CE,
  CNE,
  CBE,
  CA,
  CS,
  CNS,
  CP,
  CNP,
  CL,
  CGE,
  CLE,
  CG
};
constexpr Cc negate(Cc C) { return static_cast<Cc>(C ^ 1); }

/// Host register numbers.
enum HostReg : uint8_t {
  RAX,
  RCX,
  RDX,
  RBX,
  RSP,
  RBP,
  RSI,
  RDI,
  R8,
  R9,
  R10,
  R11,
  R12,
  R13,
  R14,
  R15
};

/// A source operand of a scalar instruction.
struct Opnd {
  enum Kind : uint8_t { Reg, Mem, Imm } K;
  uint8_t R = 0;
  int32_t V = 0; ///< immediate, or offset in CpuState
};

class Assembler : public Xbyak::CodeGenerator {
public:
  using CodeGenerator::CodeGenerator;

protected:
  using Reg32 = Xbyak::Reg32;
  using Reg64 = Xbyak::Reg64;
  using Xmm = Xbyak::Xmm;
  using RegExp = Xbyak::RegExp;

  void put(const void *Bytes, size_t N);
  void db(int Byte) {
    if (size_ < maxSize_)
      top_[size_++] = static_cast<uint8_t>(Byte);
    else
      CodeGenerator::db(Byte);
  }
  void dd(uint32_t Word) { put(&Word, 4); }
  /// Instruction of one opcode byte on two registers.
  void encode(bool Is64, uint8_t Code, unsigned Reg, unsigned Rm);
  /// On a register and memory. False, with nothing emitted, if Xbyak has to.
  bool encode(bool Is64, uint8_t Code, unsigned Reg, const Xbyak::Address &A);
  /// On a register and a field of CpuState.
  void encodeState(bool Is64, uint8_t Code, unsigned Reg, size_t Off);
  void loadField(unsigned R, size_t Off) { encodeState(true, 0x8b, R, Off); }
  void storeField(size_t Off, unsigned R) { encodeState(true, 0x89, R, Off); }
  using CodeGenerator::mov;
  static unsigned number(const Xbyak::Reg &R) {
    return static_cast<unsigned>(R.getIdx());
  }
  void mov(const Reg64 &D, const Reg64 &S) {
    encode(true, 0x89, number(S), number(D));
  }
  void mov(const Reg32 &D, const Reg32 &S) {
    encode(false, 0x89, number(S), number(D));
  }
  void mov(const Reg64 &D, const Xbyak::Address &A) {
    if (!encode(true, 0x8b, number(D), A))
      CodeGenerator::mov(D, A);
  }
  void mov(const Reg32 &D, const Xbyak::Address &A) {
    if (!encode(false, 0x8b, number(D), A))
      CodeGenerator::mov(D, A);
  }
  void mov(const Xbyak::Address &A, const Reg64 &S) {
    if (!encode(true, 0x89, number(S), A))
      CodeGenerator::mov(A, S);
  }
  void mov(const Xbyak::Address &A, const Reg32 &S) {
    if (!encode(false, 0x89, number(S), A))
      CodeGenerator::mov(A, S);
  }
  /// A field of CpuState.
  Xbyak::RegExp place(size_t Off) const {
    return rsp + static_cast<int>(Off + abi::StateFromRsp + Pushed);
  }
  /// What is on the stack, of a thunk.
  unsigned Pushed = 0;
  /// D = V; leaves the flags alone.
  void moveImm(unsigned D, uint64_t V);
  /// D op= S. x86 numbers the eight basic operations: add or adc sbb and sub
  /// xor cmp.
  void alu(unsigned K, bool Is64, unsigned D, Opnd S);
};

} // namespace xlate::baseline

#endif // XLATE_LIB_BASELINE_ASSEMBLER_H
