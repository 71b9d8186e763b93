//===- Mem.h - Host accesses to guest memory --------------------*- C++ -*-===//
#ifndef XLATE_LIB_OPS_MEM_H
#define XLATE_LIB_OPS_MEM_H

#include "xlate/Ops/Uop.h"

namespace xlate::mem {

/// Where an access to A goes: the top byte of a data address is a tag that the
/// hardware ignores. The compiling tiers leave tags on until a fault shows that
/// the guest uses them; evaluators run rarely enough to take them off always.
inline uint64_t untagged(uint64_t A) {
  return static_cast<uint64_t>(static_cast<int64_t>(A << 8) >> 8);
}

/// Guest memory holds any type at any alignment and changes behind our back.
template <typename T> struct Guest {
  typedef volatile T __attribute__((may_alias, aligned(1))) Cell;
};
template <typename T> volatile T *cell(uint64_t A) {
  return reinterpret_cast<typename Guest<T>::Cell *>(untagged(A));
}

/// Calls F with a zero of the unsigned type of 1 << Log2 bytes.
template <typename Fn> inline auto bySize(unsigned Log2, Fn F) {
  switch (Log2) {
  case 0:
    return F(uint8_t{});
  case 1:
    return F(uint16_t{});
  case 2:
    return F(uint32_t{});
  default:
    return F(uint64_t{});
  }
}

inline uint64_t readSized(uint64_t A, unsigned Log2) {
  return bySize(Log2,
                [&](auto Z) -> uint64_t { return *cell<decltype(Z)>(A); });
}

inline void writeSized(uint64_t A, unsigned Log2, uint64_t V) {
  bySize(Log2,
         [&](auto Z) { *cell<decltype(Z)>(A) = static_cast<decltype(Z)>(V); });
}

inline void exchangeSized(uint64_t A, unsigned Log2, uint64_t V) {
  bySize(Log2, [&](auto Z) {
    __atomic_exchange_n(cell<decltype(Z)>(A), static_cast<decltype(Z)>(V),
                        __ATOMIC_SEQ_CST);
  });
}

/// FEAT_LSE2: ordered and atomic accesses may be misaligned within a 16-byte
/// granule; one that leaves it takes an Alignment fault.
inline void checkGranule(CpuState *S, uint64_t A, unsigned Bytes) {
  if ((A & 15) + Bytes > 16) [[unlikely]]
    RaiseFault(S, ExitReason::AlignFault, A);
}

/// Exclusives must be aligned to their whole size.
inline void checkAligned(CpuState *S, uint64_t A, unsigned Bytes) {
  if (A & (Bytes - 1)) [[unlikely]]
    RaiseFault(S, ExitReason::AlignFault, A);
}

} // namespace xlate::mem

#endif // XLATE_LIB_OPS_MEM_H
