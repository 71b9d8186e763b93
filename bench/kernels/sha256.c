//===- sha256.c - SHA-256 in plain C ---===//
#include "bench.h"

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t ror(uint32_t X, int N) { return X >> N | X << (32 - N); }

static void block(uint32_t *H, const unsigned char *P) {
  uint32_t W[64], S[8];
  for (int I = 0; I < 16; ++I)
    W[I] = (uint32_t)P[4 * I] << 24 | (uint32_t)P[4 * I + 1] << 16 |
           (uint32_t)P[4 * I + 2] << 8 | P[4 * I + 3];
  for (int I = 16; I < 64; ++I) {
    uint32_t A = W[I - 15], B = W[I - 2];
    W[I] = W[I - 16] + W[I - 7] + (ror(A, 7) ^ ror(A, 18) ^ A >> 3) +
           (ror(B, 17) ^ ror(B, 19) ^ B >> 10);
  }
  memcpy(S, H, sizeof S);
  for (int I = 0; I < 64; ++I) {
    uint32_t A = S[0], E = S[4];
    uint32_t T1 = S[7] + (ror(E, 6) ^ ror(E, 11) ^ ror(E, 25)) +
                  ((E & S[5]) ^ (~E & S[6])) + K[I] + W[I];
    uint32_t T2 = (ror(A, 2) ^ ror(A, 13) ^ ror(A, 22)) +
                  ((A & S[1]) ^ (A & S[2]) ^ (S[1] & S[2]));
    memmove(S + 1, S, 7 * sizeof *S);
    S[4] += T1;
    S[0] = T1 + T2;
  }
  for (int I = 0; I < 8; ++I)
    H[I] += S[I];
}

static uint64_t kernel(long N) {
  static unsigned char Data[4096];
  uint32_t H[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  for (unsigned I = 0; I < sizeof Data; ++I)
    Data[I] = (unsigned char)(I * 7);
  for (long I = 0; I < N; ++I)
    for (unsigned J = 0; J < sizeof Data; J += 64)
      block(H, Data + J);
  return (uint64_t)H[0] << 32 | H[7];
}

BENCH_MAIN(7000)
