//===- HostFloat.h - Host arithmetic as a fast path -------------*- C++ -*-===//
//
// Guest MXCSR is live while evaluators run, so with default FPCR controls one
// SSE instruction gives the Arm result and raises the Arm flags, except when
//  * the result is a NaN: Arm chooses and signs NaNs differently;
//  * the result is the smallest normal: x86 detects tininess after rounding and
//    may miss an underflow.
// Callers then recompute in software, whose flags are a superset. Inline
// assembly keeps the compiler from folding, moving or dropping an operation.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_OPS_HOSTFLOAT_H
#define XLATE_LIB_OPS_HOSTFLOAT_H

#include "SoftFloat.h"
#include "xlate/Support/HostCpu.h"

namespace xlate::fp::host {

/// True if R needs the software path.
template <class F> bool special(BitsOf<F> R) {
  const BitsOf<F> Mag = R & ~SignBit<F>;
  return Mag > InfBits<F> || Mag == BitsOf<F>(BitsOf<F>(1) << F::Frac);
}

#define XLATE_HOST_BINARY(NAME)                                                \
  inline uint32_t NAME(Single, uint32_t A, uint32_t B) {                       \
    auto X = std::bit_cast<float>(A);                                          \
    asm volatile(#NAME "ss %1, %0" : "+x"(X) : "x"(std::bit_cast<float>(B)));  \
    return std::bit_cast<uint32_t>(X);                                         \
  }                                                                            \
  inline uint64_t NAME(Double, uint64_t A, uint64_t B) {                       \
    auto X = std::bit_cast<double>(A);                                         \
    asm volatile(#NAME "sd %1, %0" : "+x"(X) : "x"(std::bit_cast<double>(B))); \
    return std::bit_cast<uint64_t>(X);                                         \
  }
XLATE_HOST_BINARY(add)
XLATE_HOST_BINARY(sub)
XLATE_HOST_BINARY(mul)
XLATE_HOST_BINARY(div)
#undef XLATE_HOST_BINARY

inline uint32_t sqrt(Single, uint32_t A) {
  float R;
  asm volatile("sqrtss %1, %0" : "=x"(R) : "x"(std::bit_cast<float>(A)));
  return std::bit_cast<uint32_t>(R);
}
inline uint64_t sqrt(Double, uint64_t A) {
  double R;
  asm volatile("sqrtsd %1, %0" : "=x"(R) : "x"(std::bit_cast<double>(A)));
  return std::bit_cast<uint64_t>(R);
}

/// Whether the host has FMA3.
inline bool hasFma() {
  static const bool Has = CPU_FEATURE_ACTIVE(FMA);
  return Has;
}
inline uint32_t mulAdd(Single, uint32_t Addend, uint32_t A, uint32_t B) {
  auto R = std::bit_cast<float>(Addend);
  asm volatile("vfmadd231ss %2, %1, %0"
               : "+x"(R)
               : "x"(std::bit_cast<float>(A)), "x"(std::bit_cast<float>(B)));
  return std::bit_cast<uint32_t>(R);
}
inline uint64_t mulAdd(Double, uint64_t Addend, uint64_t A, uint64_t B) {
  auto R = std::bit_cast<double>(Addend);
  asm volatile("vfmadd231sd %2, %1, %0"
               : "+x"(R)
               : "x"(std::bit_cast<double>(A)), "x"(std::bit_cast<double>(B)));
  return std::bit_cast<uint64_t>(R);
}

inline uint32_t narrow(uint64_t A) {
  float R;
  asm volatile("cvtsd2ss %1, %0" : "=x"(R) : "x"(std::bit_cast<double>(A)));
  return std::bit_cast<uint32_t>(R);
}
inline uint64_t widen(uint32_t A) {
  double R;
  asm volatile("cvtss2sd %1, %0" : "=x"(R) : "x"(std::bit_cast<float>(A)));
  return std::bit_cast<uint64_t>(R);
}
inline uint32_t fromInt(Single, int64_t V) {
  float R;
  asm volatile("cvtsi2ssq %1, %0" : "=x"(R) : "r"(V));
  return std::bit_cast<uint32_t>(R);
}
inline uint64_t fromInt(Double, int64_t V) {
  double R;
  asm volatile("cvtsi2sdq %1, %0" : "=x"(R) : "r"(V));
  return std::bit_cast<uint64_t>(R);
}

} // namespace xlate::fp::host

#endif // XLATE_LIB_OPS_HOSTFLOAT_H
