//===- Hash.cpp - Content hashes for cache keys ---------------------------===//
//
// Eight independent lanes, so that the multiplier of the host is busy in every
// cycle. Both halves of each product are used: from the lower half alone, a
// high bit would reach few others, and a second change could undo the first.
//
//===----------------------------------------------------------------------===//

#include "xlate/Cache/Hash.h"
#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>

using namespace xlate::cache;

// Odd numbers without visible structure: the fractional parts of square roots.
static constexpr uint64_t Odd[8] = {0x6a09e667f3bcc909, 0xbb67ae8584caa73b,
                                    0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                    0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                    0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

static uint64_t mix(uint64_t X) {
  X ^= X >> 32;
  X *= Odd[3];
  X ^= X >> 29;
  X *= Odd[1];
  return X ^ X >> 32;
}

Hasher::Hasher(uint64_t Seed) {
  for (unsigned I = 0; I != Lanes; ++I)
    Acc[I] = mix(Seed + Odd[I]);
}

void Hasher::block(uint64_t *Acc, const void *Data) {
  uint64_t D[Lanes];
  std::memcpy(D, Data, sizeof D);
  for (unsigned I = 0; I != Lanes; ++I) {
    const auto Product = static_cast<unsigned __int128>(Acc[I] ^ D[I]) * Odd[I];
    Acc[I] = (static_cast<uint64_t>(Product) ^
              static_cast<uint64_t>(Product >> 64)) +
             Odd[7 - I];
  }
}

void Hasher::add(const void *Data, size_t Size) {
  auto *P = static_cast<const unsigned char *>(Data);
  Total += Size;
  if (TailSize) {
    const size_t N = std::min(Size, sizeof Tail - TailSize);
    std::memcpy(Tail + TailSize, P, N);
    TailSize += N;
    P += N;
    Size -= N;
    if (TailSize != sizeof Tail)
      return;
    block(Acc, Tail);
    TailSize = 0;
  }
  for (; Size >= sizeof Tail; P += sizeof Tail, Size -= sizeof Tail)
    block(Acc, P);
  std::memcpy(Tail, P, Size);
  TailSize = Size;
}

Hash128 Hasher::finish() const {
  uint64_t A[Lanes];
  std::memcpy(A, Acc, sizeof A);
  unsigned char Last[sizeof Tail] = {};
  std::memcpy(Last, Tail, TailSize);
  block(A, Last);
  Hash128 H{mix(Total), mix(~Total)};
  for (unsigned I = 0; I != Lanes; ++I) {
    H.Lo = mix(H.Lo ^ A[I]) + std::rotl(H.Hi, 17);
    H.Hi = mix(H.Hi + A[I]) ^ H.Lo;
  }
  return H;
}

Hash128 xlate::cache::hashOf(const void *Data, size_t Size) {
  Hasher H;
  H.add(Data, Size);
  return H.finish();
}

std::string Hash128::hex() const {
  std::string Text;
  for (uint64_t Half : {Hi, Lo})
    for (int Shift = 60; Shift >= 0; Shift -= 4)
      Text += "0123456789abcdef"[Half >> Shift & 15];
  return Text;
}
