//===- RandomState.h - Random states and instructions -----------*- C++ -*-===//
#ifndef XLATE_UNITTESTS_RANDOMSTATE_H
#define XLATE_UNITTESTS_RANDOMSTATE_H

#include "xlate/Decoder/Decoder.h"
#include "xlate/Guest/CpuState.h"
#include "xlate/Support/Sanitizers.h"
#include <cstring>
#include <random>

namespace xlate::test {

/// A CpuState that can be copied.
struct State : CpuState {
  State() { std::memset(static_cast<void *>(this), 0, sizeof *this); }
  State(const State &O) { *this = O; }
  State &operator=(const CpuState &O) {
    std::memcpy(static_cast<void *>(this), &O, sizeof O);
    return *this;
  }
  State &operator=(const State &O) {
    return *this = static_cast<const CpuState &>(O);
  }
};

/// Whether an access to an address that nothing was mapped at faults. Under a
/// sanitizer, part of its shadow is there.
#if defined(XLATE_ASAN) || defined(XLATE_TSAN)
constexpr bool FaultsAreReal = false;
#else
constexpr bool FaultsAreReal = true;
#endif

/// A random architectural state; a third of the registers point to within a KiB
/// behind Data.
State randomState(std::mt19937_64 &Rng, uint64_t Data);

/// A random word of the row that doesn't read clocks or random numbers, or 0.
uint32_t randomWord(std::mt19937_64 &Rng, A64 Row);

/// Scale of the random tests: XLATE_TEST_SCALE=20 runs twenty times as many.
unsigned scale();

} // namespace xlate::test

#endif // XLATE_UNITTESTS_RANDOMSTATE_H
