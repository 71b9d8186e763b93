//===- EvalMops.cpp - Memory copy and set ---------------------------------===//
//
// Work proceeds in chunks that stay within one page of each operand. Before the
// rest of a chunk, the byte that the copy comes to first is read and written,
// so that a fault is reported at its address, and registers are updated after
// each chunk: a fault thus finds registers from which the same instruction
// continues, even if the regions overlap.
//
// Register formats (the Arm ARM's option A): in the main and epilogue
// instructions Xn is minus the bytes left and Xd, Xs are past the ends; a
// backward copy has the bytes left in Xn and the starts in Xd, Xs. A prologue
// that faults midway leaves a smaller job in its own input format.
//
//===----------------------------------------------------------------------===//

#include "Helpers.h"
#include "xlate/Ops/Eval.h"
#include <algorithm>
#include <cstring>

using namespace xlate;

namespace {

constexpr uint64_t PageSize = 4096;
constexpr uint64_t AddressMask = ~uint64_t(0) >> 8;

enum class Stage : unsigned { Prologue, Main, Epilogue };

uint64_t toPageEnd(uint64_t A) { return PageSize - (A & (PageSize - 1)); }
/// Bytes of A's page up to and including A.
uint64_t fromPageStart(uint64_t A) { return (A & (PageSize - 1)) + 1; }

/// Atomic, as another thread may be writing that byte.
void touchWrite(uint64_t A) {
  asm volatile("lock orb $0, (%0)" : : "r"(A) : "memory", "cc");
}

void writeByte(uint64_t A, uint8_t Byte) {
  *reinterpret_cast<volatile uint8_t *>(A) = Byte;
}

/// Copy the byte at S to D before the others of a chunk, whose source is the N
/// bytes from Low on. If D is one of these it must keep its value till it has
/// been read.
void copyFirst(uint64_t D, uint64_t S, uint64_t Low, uint64_t N) {
  const uint8_t Byte = *reinterpret_cast<volatile uint8_t *>(S);
  if (D - Low < N)
    touchWrite(D);
  else
    writeByte(D, Byte);
}

#ifdef XLATE_TSAN
// The library's functions would be taken for the runtime's own accesses, and
// ThreadSanitizer doesn't see what the guest's threads synchronise by.

void move(uint64_t D, uint64_t S, uint64_t N) {
  if (D - S < N && N) { // from the end
    D += N - 1;
    S += N - 1;
    asm volatile("std; rep movsb; cld" : "+D"(D), "+S"(S), "+c"(N)::"memory");
    return;
  }
  asm volatile("rep movsb" : "+D"(D), "+S"(S), "+c"(N)::"memory");
}

void fill(uint64_t D, uint8_t Byte, uint64_t N) {
  asm volatile("rep stosb" : "+D"(D), "+c"(N) : "a"(Byte) : "memory");
}
#else
void move(uint64_t D, uint64_t S, uint64_t N) {
  std::memmove(reinterpret_cast<void *>(D), reinterpret_cast<const void *>(S),
               N);
}

void fill(uint64_t D, uint8_t Byte, uint64_t N) {
  std::memset(reinterpret_cast<void *>(D), Byte, N);
}
#endif

/// Copy N bytes, low addresses first, calling Done(bytes) after each chunk.
template <typename Fn>
void copyForward(uint64_t D, uint64_t S, uint64_t N, Fn Done) {
  while (N) {
    const uint64_t Chunk = std::min({N, toPageEnd(D), toPageEnd(S)});
    copyFirst(D, S, S, Chunk);
    move(D, S, Chunk);
    D += Chunk;
    S += Chunk;
    N -= Chunk;
    Done(Chunk);
  }
}

template <typename Fn>
void copyBackward(uint64_t D, uint64_t S, uint64_t N, Fn Done) {
  while (N) {
    const uint64_t LastD = D + N - 1, LastS = S + N - 1;
    const uint64_t Chunk =
        std::min({N, fromPageStart(LastD), fromPageStart(LastS)});
    copyFirst(LastD, LastS, LastS + 1 - Chunk, Chunk);
    N -= Chunk;
    move(D + N, S + N, Chunk);
    Done(Chunk);
  }
}

template <typename Fn>
void setForward(uint64_t D, uint8_t Byte, uint64_t N, Fn Done) {
  while (N) {
    const uint64_t Chunk = std::min(N, toPageEnd(D));
    writeByte(D, Byte);
    fill(D, Byte, Chunk);
    D += Chunk;
    N -= Chunk;
    Done(Chunk);
  }
}

void copyPrologue(uint64_t &Xd, uint64_t &Xs, uint64_t &Xn, bool ForwardOnly) {
  // Sizes saturate, Arm ARM CPYP and CPYFP.
  const uint64_t Limit = ForwardOnly ? ~uint64_t(0) >> 1 : ~uint64_t(0) >> 9;
  Xn = std::min(Xn, Limit);
  const uint64_t D = Xd & AddressMask, S = Xs & AddressMask;
  if (!ForwardOnly && S < D && D < S + Xn)
    return copyBackward(Xd, Xs, Xn, [&](uint64_t N) { Xn -= N; });
  copyForward(Xd, Xs, Xn, [&](uint64_t N) {
    Xd += N;
    Xs += N;
    Xn -= N;
  });
}

} // namespace

/// CPYF* and CPY*.
void helper::mopsCopy(CpuState &State, uint32_t Word) {
  uint64_t &Xd = State.X[Word & 31], &Xn = State.X[Word >> 5 & 31],
           &Xs = State.X[Word >> 16 & 31];
  const bool ForwardOnly = !(Word >> 26 & 1);
  if (static_cast<Stage>(Word >> 22 & 3) == Stage::Prologue)
    return copyPrologue(Xd, Xs, Xn, ForwardOnly);
  if (static_cast<int64_t>(Xn) < 0)
    copyForward(Xd + Xn, Xs + Xn, -Xn, [&](uint64_t N) { Xn += N; });
  else if (!ForwardOnly)
    copyBackward(Xd, Xs, Xn, [&](uint64_t N) { Xn -= N; });
}

/// SET*.
void helper::mopsSet(CpuState &State, uint32_t Word) {
  const unsigned Rs = Word >> 16 & 31;
  uint64_t &Xd = State.X[Word & 31], &Xn = State.X[Word >> 5 & 31];
  const uint8_t Byte = Rs == 31 ? 0 : static_cast<uint8_t>(State.X[Rs]);
  if (static_cast<Stage>(Word >> 14 & 3) != Stage::Prologue) {
    if (static_cast<int64_t>(Xn) < 0)
      setForward(Xd + Xn, Byte, -Xn, [&](uint64_t N) { Xn += N; });
    return;
  }
  Xn = std::min(Xn, ~uint64_t(0) >> 1);
  setForward(Xd, Byte, Xn, [&](uint64_t N) {
    Xd += N;
    Xn -= N;
  });
}
