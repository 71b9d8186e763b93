//===- Flags.h - NZCV arithmetic for the interpreter ------------*- C++ -*-===//
#ifndef XLATE_LIB_INTERP_FLAGS_H
#define XLATE_LIB_INTERP_FLAGS_H

#include "xlate/Guest/CpuState.h"

namespace xlate {

/// NZCV nibble (N = bit 3) of A + B + Carry, Arm ARM AddWithCarry().
inline unsigned addFlags(bool Is64, uint64_t A, uint64_t B, uint64_t Carry) {
  if (Is64) {
    uint64_t R, T;
    bool C = __builtin_add_overflow(A, B, &T);
    C |= __builtin_add_overflow(T, Carry, &R);
    bool V = ((A ^ R) & (B ^ R)) >> 63;
    return (R >> 63) << 3 | (R == 0) << 2 | C << 1 | V;
  }
  uint32_t A32 = static_cast<uint32_t>(A), B32 = static_cast<uint32_t>(B);
  uint64_t Wide = uint64_t(A32) + B32 + Carry;
  uint32_t R = static_cast<uint32_t>(Wide);
  bool V = ((A32 ^ R) & (B32 ^ R)) >> 31;
  return (R >> 31) << 3 | (R == 0) << 2 |
         static_cast<unsigned>(Wide >> 32) << 1 | V;
}

inline unsigned logicFlags(bool Is64, uint64_t R) {
  return Is64 ? (R >> 63) << 3 | (R == 0) << 2
              : (R >> 31 & 1) << 3 | (static_cast<uint32_t>(R) == 0) << 2;
}

inline void setFlags(CpuState &S, unsigned Nzcv) {
  S.N = Nzcv >> 3 & 1;
  S.Z = Nzcv >> 2 & 1;
  S.C = Nzcv >> 1 & 1;
  S.V_ = Nzcv & 1;
}

} // namespace xlate

#endif // XLATE_LIB_INTERP_FLAGS_H
