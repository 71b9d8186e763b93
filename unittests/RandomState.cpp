//===- RandomState.cpp - Random states and instructions -------------------===//

#include "RandomState.h"
#include "xlate/Ops/FpEnv.h"
#include "xlate/Semantics/Semantics.h"
#include <cstdlib>
#include <iterator>

using namespace xlate;

static uint64_t randomNumber(std::mt19937_64 &Rng) {
  static constexpr uint64_t Special[] = {
      0,          1,          2,          0x7f,       0x80,       0xff,
      0x7fff,     0x8000,     0xffff,     0x7fffffff, 0x80000000, 0xffff8000,
      0xffffffff, ~0ull >> 1, 1ull << 63, ~0ull};
  switch (Rng() % 4) {
  case 0:
    return Special[Rng() % std::size(Special)];
  case 1:
    return Rng() % 256 - 64;
  default:
    return Rng();
  }
}

/// A double or two singles worth looking at.
static uint64_t randomReal(std::mt19937_64 &Rng) {
  static constexpr uint64_t Doubles[] = {0,
                                         1ull << 63,
                                         0x3ff0000000000000,
                                         0xbff0000000000000,
                                         0x3fe0000000000000,
                                         0x4004000000000000,
                                         0x40effc0000000000,
                                         0xc1e0000000000000,
                                         0x41efffffffe00000,
                                         0x43e0000000000000,
                                         0x01a56e1fc2f8f359,
                                         0x7e37e43c8800759c,
                                         0x7ff0000000000000,
                                         0xfff0000000000000,
                                         0x7ff8000000000123,
                                         0x7ff0000000000321,
                                         1,
                                         0x000fffffffffffff,
                                         0x0010000000000000,
                                         0x7fefffffffffffff,
                                         0x4330000000000001};
  static constexpr uint32_t Singles[] = {
      0,          0x80000000, 0x3f800000, 0xbf800000, 0x3f000000, 0x40200000,
      0x4f000000, 0xcf000000, 0x7f800000, 0xff800000, 0x7fc00012, 0x7f800021,
      1,          0x007fffff, 0x00800000, 0x7f7fffff, 0x4b000001, 0x477fe000};
  auto pick = [&](const auto &List) { return List[Rng() % std::size(List)]; };
  if (Rng() % 2)
    return pick(Doubles);
  const uint64_t High = pick(Singles);
  return High << 32 | pick(Singles);
}

test::State test::randomState(std::mt19937_64 &Rng, uint64_t Data) {
  State S;
  for (uint64_t &X : S.X)
    X = Rng() % 3 == 0 ? Data + Rng() % 64 * (Rng() % 2 ? 1 : 16)
                       : randomNumber(Rng);
  // A wild store would spoil the shadow: AddressSanitizer's is from 0x7fff8000,
  // ThreadSanitizer's up to 0x3400'00000000. From 2^46 on nothing is mapped.
  if (!FaultsAreReal)
    for (uint64_t &X : S.X)
      if (const uint64_t A = X << 8 >> 8; A >> 30 && A >> 46 == 0)
        X = (X & ~(uint64_t(3) << 44)) | uint64_t(1) << 46;
  for (V128 &V : S.V)
    for (uint64_t &D : V.D)
      D = Rng() % 2 ? randomReal(Rng) : randomNumber(Rng);
  const uint64_t Bits = Rng();
  S.N = Bits & 1;
  S.Z = Bits >> 1 & 1;
  S.C = Bits >> 2 & 1;
  S.V_ = Bits >> 3 & 1;
  S.PollFlag = 1;
  S.TpidrEl0 = Rng();
  S.TpidrroEl0 = Rng();
  if (Rng() % 4 == 0)
    S.Fpcr = static_cast<uint32_t>(Rng()) & fpenv::FpcrMask;
  if (Rng() % 2) { // an armed monitor, sometimes where a store will go
    S.ExclSize = 1u << Rng() % 5;
    S.ExclAddr = S.X[Rng() % 32];
    S.ExclValue = S.V[0];
  }
  return S;
}

uint32_t test::randomWord(std::mt19937_64 &Rng, A64 Row) {
  const A64Info &I = info(Row);
  if (!hasSemantics(Row))
    return 0;
  for (unsigned Try = 0; Try != 50; ++Try) {
    const uint32_t W = (static_cast<uint32_t>(Rng()) & ~I.Mask) | I.Bits;
    if (decode(W).Code != Row)
      continue;
    const auto Pc = reinterpret_cast<uint64_t>(&W);
    bool Varies = false;
    for (const Uop &U : recordBlock(Pc, Pc + 4, 1).Uops)
      Varies |= U.Code == Op::readSys &&
                U.Imm >= static_cast<int64_t>(SysReg::Cntvct);
    if (!Varies)
      return W;
  }
  return 0;
}

unsigned test::scale() {
  const char *S = std::getenv("XLATE_TEST_SCALE");
  return S ? static_cast<unsigned>(std::atoi(S)) : 1;
}
