//===- vcall.cpp - virtual calls --------------------------------*- C++ -*-===//
#include "bench.h"

namespace {
struct Shape {
  virtual ~Shape() {}
  virtual uint64_t area(uint64_t X) const = 0;
  virtual Shape *next() const { return Link; }
  Shape *Link = nullptr;
};
struct Square : Shape {
  uint64_t area(uint64_t X) const override { return X * X; }
};
struct Strip : Shape {
  uint64_t Width;
  explicit Strip(uint64_t Width) : Width(Width) {}
  uint64_t area(uint64_t X) const override { return X * Width; }
};
struct Twice : Shape {
  const Shape *Of;
  explicit Twice(const Shape *Of) : Of(Of) {}
  uint64_t area(uint64_t X) const override { return 2 * Of->area(X + 1); }
};
} // namespace

static uint64_t kernel(long N) {
  Shape *Head = nullptr, *Tail = nullptr;
  uint64_t Seed = 1;
  for (int I = 0; I < 64; ++I) {
    Shape *S;
    switch (nextRandom(&Seed) % 3) {
    case 0:
      S = new Square;
      break;
    case 1:
      S = new Strip(nextRandom(&Seed) % 100);
      break;
    default:
      S = Head ? static_cast<Shape *>(new Twice(Head)) : new Square;
    }
    S->Link = Head;
    Head = S;
    Tail = Tail ? Tail : S;
  }
  uint64_t Sum = 0;
  for (long I = 0; I < N; ++I)
    for (const Shape *S = Head; S; S = S->next())
      Sum += S->area(Sum >> 8);
  return Sum + (Tail == Head);
}

BENCH_MAIN(1500000)
