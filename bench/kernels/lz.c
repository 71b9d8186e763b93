//===- lz.c - greedy LZ compression and decompression ---===//
#include "bench.h"

static unsigned char Text[1 << 16], Packed[1 << 17], Back[1 << 16];

static uint32_t load32(const unsigned char *P) {
  uint32_t X;
  memcpy(&X, P, sizeof X);
  return X;
}

static size_t pack(const unsigned char *In, size_t Size, unsigned char *Out) {
  static uint16_t Table[1 << 12];
  unsigned char *O = Out;
  size_t I = 0, Literal = 0;
  memset(Table, 0, sizeof Table);
  while (I + 12 < Size) {
    unsigned H = load32(In + I) * 2654435761u >> 20;
    size_t Match = Table[H];
    Table[H] = (uint16_t)I;
    if (Match >= I || load32(In + Match) != load32(In + I)) {
      ++I;
      continue;
    }
    size_t Length = 4;
    while (I + Length < Size && Length < 255 &&
           In[Match + Length] == In[I + Length])
      ++Length;
    while (I - Literal > 254) {
      *O++ = 254;
      memcpy(O, In + Literal, 254);
      O += 254;
      Literal += 254;
      *O++ = 0;
    }
    *O++ = (unsigned char)(I - Literal);
    while (Literal < I)
      *O++ = In[Literal++];
    *O++ = (unsigned char)Length;
    *O++ = (unsigned char)Match;
    *O++ = (unsigned char)(Match >> 8);
    I += Length;
    Literal = I;
  }
  *O++ = 255;
  memcpy(O, In + Literal, Size - Literal);
  return (size_t)(O - Out) + Size - Literal;
}

static size_t unpack(const unsigned char *In, size_t Size, unsigned char *Out) {
  const unsigned char *End = In + Size;
  unsigned char *O = Out;
  while (*In != 255) {
    unsigned Literal = *In++;
    memcpy(O, In, Literal);
    O += Literal;
    In += Literal;
    unsigned Length = *In++;
    if (!Length)
      continue;
    const unsigned char *From = Out + (In[0] | In[1] << 8);
    In += 2;
    while (Length--)
      *O++ = *From++;
  }
  ++In;
  memcpy(O, In, (size_t)(End - In));
  return (size_t)(O - Out) + (size_t)(End - In);
}

static uint64_t kernel(long N) {
  static const char *Words[] = {"the ",   "unit ",  "is ",    "called ",
                                "by ",    "a ",     "loop ",  "that ",
                                "never ", "ends; ", "while ", "x = y + z;\n"};
  uint64_t Seed = 1, Sum = 0;
  size_t Size = 0;
  while (Size < sizeof Text - 32) {
    const char *W = Words[nextRandom(&Seed) % 12];
    size_t Length = strlen(W);
    memcpy(Text + Size, W, Length);
    Size += Length;
  }
  for (long I = 0; I < N; ++I) {
    Text[(I * 977) % Size] ^= 1;
    size_t P = pack(Text, Size, Packed);
    size_t U = unpack(Packed, P, Back);
    if (U != Size || memcmp(Text, Back, Size))
      abort();
    Sum += P;
  }
  return Sum;
}

BENCH_MAIN(1200)
