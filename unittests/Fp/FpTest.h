//===- FpTest.h - Operands and host environment for FP tests ----*- C++ -*-===//

#ifndef XLATE_UNITTESTS_FP_FPTEST_H
#define XLATE_UNITTESTS_FP_FPTEST_H

#include "HostFloat.h"
#include "SoftFloat.h"
#include <random>
#include <xmmintrin.h>

namespace xlate::fptest {

using namespace xlate::fp;

/// Operands that reach the corners: zeros, infinities, both NaNs, denormals,
/// the largest and smallest normals, integers, halfway values, and anything.
class Operands {
public:
  explicit Operands(uint64_t Seed) : Random(Seed) {}

  uint64_t bits() { return Random(); }

  template <class F> BitsOf<F> next() {
    const uint64_t R = Random(), Frac = Random() & FracMask<F>;
    const bool Sign = R & 1;
    const unsigned Near = Bias<F> + (R >> 8) % 70;
    switch (R >> 1 & 15) {
    case 0:
      return signBits<F>(Sign);
    case 1:
      return infinity<F>(Sign);
    case 2:
      return pack<F>(Sign, MaxBiased<F>, Frac | QuietBit<F>);
    case 3:
      return pack<F>(Sign, MaxBiased<F>, (Frac & ~QuietBit<F>) | 1);
    case 4:
      return pack<F>(Sign, 0, Frac >> (R >> 8) % F::Frac);
    case 5:
      return pack<F>(Sign, 0, R & 32 ? 1 : FracMask<F>);
    case 6:
      return pack<F>(Sign, 1, R & 32 ? 0 : Frac >> (F::Frac - 2));
    case 7:
      return BitsOf<F>(maxNormal<F>(Sign) - (R & 32 ? 0 : Frac));
    case 8: // integers and halves
      return pack<F>(Sign, std::min(Near, MaxBiased<F> - 1),
                     Frac & ~(FracMask<F> >> (R >> 16) % 12));
    case 9: // just beside a power of two
      return BitsOf<F>(pack<F>(Sign, std::min(Near, MaxBiased<F> - 1), 0) +
                       (R >> 16) % 5 - 2);
    case 10: // products near the smallest normal
      return pack<F>(Sign, Bias<F> / 2 + (R >> 8) % 3, Frac);
    case 11:
    case 12:
      return pack<F>(Sign, Bias<F> - 4 + (R >> 8) % 8, Frac);
    default:
      return BitsOf<F>(Random());
    }
  }

private:
  std::mt19937_64 Random;
};

constexpr Mode HostModes[] = {Mode::Even, Mode::Up, Mode::Down, Mode::Zero};
inline uint32_t fpcrFor(Mode M) {
  return static_cast<uint32_t>(M) << FpcrRModeShift;
}

/// Runs Fn on the host in rounding mode M; Flags are its exceptions as FPSR
/// bits, without the denormal one, which Arm lacks.
template <class Fn> auto onHost(Mode M, uint32_t &Flags, Fn &&Call) {
  constexpr uint32_t Rc[] = {0, 2, 1, 3}; // MXCSR encodings of HostModes
  const uint32_t Saved = _mm_getcsr();
  _mm_setcsr(0x1f80 | Rc[static_cast<unsigned>(M)] << 13);
  auto R = Call();
  asm volatile("" : : : "memory");
  const uint32_t Csr = _mm_getcsr();
  _mm_setcsr(Saved);
  Flags = (Csr & 1) | (Csr >> 1 & 0x1e);
  return R;
}

template <class F> bool smallestNormal(BitsOf<F> V) {
  return BitsOf<F>(V & ~SignBit<F>) == BitsOf<F>(FracMask<F> + 1);
}

} // namespace xlate::fptest

#endif // XLATE_UNITTESTS_FP_FPTEST_H
