//===- Random.h - Reproducible random numbers -------------------*- C++ -*-===//
#ifndef XLATE_FUZZ_RANDOM_H
#define XLATE_FUZZ_RANDOM_H

#include <cstdint>

namespace xlate::fuzz {

/// A Weyl sequence through a mixing function: any seed is good.
class Random {
public:
  explicit Random(uint64_t Seed) : S(Seed) {}
  uint64_t next() {
    uint64_t Z = S += 0x9e3779b97f4a7c15;
    Z = (Z ^ Z >> 32) * 0xd6e8feb86659fd93;
    Z = (Z ^ Z >> 32) * 0xd6e8feb86659fd93;
    return Z ^ Z >> 32;
  }
  uint32_t word() { return static_cast<uint32_t>(next()); }
  /// 0 .. N-1
  unsigned below(unsigned N) {
    return static_cast<unsigned>((next() >> 32) * N >> 32);
  }
  bool oneIn(unsigned N) { return below(N) == 0; }

private:
  uint64_t S;
};

} // namespace xlate::fuzz

#endif // XLATE_FUZZ_RANDOM_H
