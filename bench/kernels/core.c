//===- core.c - list, matrix, state machine and CRC ---===//
#include "bench.h"

typedef struct Node {
  struct Node *Next;
  int16_t Value, Index;
} Node;

static Node Nodes[256];
static int16_t A[24][24], B[24][24];
static int32_t C[24][24];
static const char Text[] = "5012,1234,-874,+122,35.54400,.1234500,-110.700,"
                           "+0.64400,5.500e+3,-.123e-2,-87e+832,+0.6e-12,"
                           "T0.3e-1F,-T.T++Tq,1T3.4e4z,34.0e-T^,,x,7";

static uint16_t crc16(uint16_t Crc, uint32_t Data) {
  for (int I = 0; I < 32; ++I) {
    unsigned Bit = (Crc ^ Data) & 1;
    Crc >>= 1;
    Data >>= 1;
    if (Bit)
      Crc ^= 0xa001;
  }
  return Crc;
}

static Node *merge(Node *L, Node *R, int ByIndex) {
  Node Head, *Tail = &Head;
  while (L && R) {
    int LeftFirst = ByIndex ? L->Index <= R->Index : L->Value <= R->Value;
    Node **From = LeftFirst ? &L : &R;
    Tail->Next = *From;
    Tail = *From;
    *From = (*From)->Next;
  }
  Tail->Next = L ? L : R;
  return Head.Next;
}

static Node *sortList(Node *L, int ByIndex) {
  if (!L || !L->Next)
    return L;
  Node *Slow = L, *Fast = L->Next;
  while (Fast && Fast->Next) {
    Slow = Slow->Next;
    Fast = Fast->Next->Next;
  }
  Node *R = Slow->Next;
  Slow->Next = NULL;
  return merge(sortList(L, ByIndex), sortList(R, ByIndex), ByIndex);
}

static Node *reverse(Node *L) {
  Node *R = NULL;
  while (L) {
    Node *Next = L->Next;
    L->Next = R;
    R = L;
    L = Next;
  }
  return R;
}

enum State { Start, Sign, Int, Frac, Exp, ExpSign, ExpInt, Bad, NumStates };

static enum State step(enum State S, char Ch) {
  int Digit = Ch >= '0' && Ch <= '9';
  switch (S) {
  case Start:
    return Digit ? Int : Ch == '+' || Ch == '-' ? Sign : Ch == '.' ? Frac : Bad;
  case Sign:
    return Digit ? Int : Ch == '.' ? Frac : Bad;
  case Int:
    return Digit ? Int : Ch == '.' ? Frac : Ch == 'e' ? Exp : Bad;
  case Frac:
    return Digit ? Frac : Ch == 'e' || Ch == 'E' ? Exp : Bad;
  case Exp:
    return Ch == '+' || Ch == '-' ? ExpSign : Digit ? ExpInt : Bad;
  case ExpSign:
  case ExpInt:
    return Digit ? ExpInt : Bad;
  default:
    return Bad;
  }
}

static uint16_t states(uint16_t Crc) {
  uint32_t Final[NumStates] = {0}, Visited[NumStates] = {0};
  enum State S = Start;
  for (const char *P = Text; *P; ++P) {
    if (*P == ',') {
      ++Final[S];
      S = Start;
      continue;
    }
    S = step(S, *P);
    ++Visited[S];
  }
  for (int I = 0; I < NumStates; ++I)
    Crc = crc16(Crc, Final[I] << 16 | Visited[I]);
  return Crc;
}

static uint16_t matrix(uint16_t Crc, int16_t Bias) {
  for (int I = 0; I < 24; ++I)
    for (int J = 0; J < 24; ++J) {
      int32_t Sum = 0;
      for (int K = 0; K < 24; ++K)
        Sum += A[I][K] * B[K][J];
      C[I][J] = (Sum >> 2 & 0xf) * (Sum >> 5 & 0x7f) + Bias;
    }
  for (int I = 0; I < 24; ++I)
    Crc = crc16(Crc, (uint32_t)C[I][23 - I]);
  return Crc;
}

static uint64_t kernel(long N) {
  uint64_t Seed = 1;
  for (int I = 0; I < 256; ++I) {
    Nodes[I].Value = (int16_t)nextRandom(&Seed);
    Nodes[I].Index = (int16_t)I;
    Nodes[I].Next = I == 255 ? NULL : &Nodes[I + 1];
  }
  for (int I = 0; I < 24; ++I)
    for (int J = 0; J < 24; ++J) {
      A[I][J] = (int16_t)nextRandom(&Seed);
      B[I][J] = (int16_t)nextRandom(&Seed);
    }
  uint16_t Crc = 0;
  Node *List = Nodes;
  for (long I = 0; I < N; ++I) {
    List = sortList(List, 0);
    Crc = crc16(Crc, (uint16_t)List->Value);
    List = reverse(sortList(List, 1));
    List->Value = (int16_t)(List->Value + Crc);
    Crc = matrix(Crc, (int16_t)I);
    Crc = states(Crc);
  }
  return Crc;
}

BENCH_MAIN(16000)
