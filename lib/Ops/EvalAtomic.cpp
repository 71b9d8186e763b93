//===- EvalAtomic.cpp - Evaluators of atomic accesses ---------------------===//
//
// LSE operations are host lock instructions (16 bytes: cmpxchg16b). These are
// full barriers, which covers every acquire and release form.
//
// The exclusive monitor remembers address, size and value of the last load
// exclusive; the store exclusive succeeds if compare-and-swap finds that value
// still there. A location that changed and changed back in between is not
// noticed, which guests can't tell apart from a lucky schedule unless they
// count on the monitor for ABA protection of a value they did not reload.
//
//===----------------------------------------------------------------------===//

#include "Mem.h"
#include "xlate/Ops/Eval.h"
#include <emmintrin.h>
#include <type_traits>

using namespace xlate;
using namespace xlate::mem;

/// 16-byte compare-and-swap; Expected becomes the old value. True if swapped.
static bool cas16(uint64_t Where, V128 &Expected, const V128 &New) {
  bool Swapped;
  asm volatile("lock cmpxchg16b %1"
               : "=@ccz"(Swapped),
                 "+m"(*reinterpret_cast<V128 *>(untagged(Where))),
                 "+a"(Expected.D[0]), "+d"(Expected.D[1])
               : "b"(New.D[0]), "c"(New.D[1])
               : "memory");
  return Swapped;
}

/// As cas16 for 1 << Log2 bytes.
static bool casSized(uint64_t Where, unsigned Log2, uint64_t &Expected,
                     uint64_t New) {
  return bySize(Log2, [&](auto Z) {
    using T = decltype(Z);
    T Old = static_cast<T>(Expected);
    bool Swapped =
        __atomic_compare_exchange_n(cell<T>(Where), &Old, static_cast<T>(New),
                                    false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    Expected = Old;
    return Swapped;
  });
}

template <typename T> static T combine(RmwKind K, T Old, T V) {
  using S = std::make_signed_t<T>;
  const bool Less = static_cast<S>(Old) < static_cast<S>(V);
  switch (K) {
  case RmwKind::Smax:
    return Less ? V : Old;
  case RmwKind::Smin:
    return Less ? Old : V;
  case RmwKind::Umax:
    return Old < V ? V : Old;
  default:
    return Old < V ? Old : V;
  }
}

template <typename T> static T fetchAnd(RmwKind K, volatile T *P, T V) {
  switch (K) {
  case RmwKind::Add:
    return __atomic_fetch_add(P, V, __ATOMIC_SEQ_CST);
  case RmwKind::Clr:
    return __atomic_fetch_and(P, static_cast<T>(~V), __ATOMIC_SEQ_CST);
  case RmwKind::Eor:
    return __atomic_fetch_xor(P, V, __ATOMIC_SEQ_CST);
  case RmwKind::Set:
    return __atomic_fetch_or(P, V, __ATOMIC_SEQ_CST);
  case RmwKind::Swap:
    return __atomic_exchange_n(P, V, __ATOMIC_SEQ_CST);
  default: {
    T Old = static_cast<T>(
        readSized(reinterpret_cast<uint64_t>(P), __builtin_ctz(sizeof(T))));
    while (!__atomic_compare_exchange_n(P, &Old, combine(K, Old, V), true,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      ;
    return Old;
  }
  }
}

XLATE_EVAL(atomicRmw) {
  Param P{ParamWord};
  checkGranule(S, A->X, 1u << P.lane());
  R->X = bySize(P.lane(), [&](auto Z) -> uint64_t {
    using T = decltype(Z);
    return fetchAnd(static_cast<RmwKind>(P.imm()), cell<T>(A->X),
                    static_cast<T>(C->X));
  });
}

XLATE_EVAL(cas) {
  Param P{ParamWord};
  checkGranule(S, A->X, 1u << P.lane());
  uint64_t Old = B->X;
  casSized(A->X, P.lane(), Old, C->X);
  R->X = Old;
}

XLATE_EVAL(casPair) {
  Param P{ParamWord};
  V128 Old = B->V;
  if (P.lane() == L64) {
    checkAligned(S, A->X, 16);
    cas16(A->X, Old, C->V);
  } else {
    checkGranule(S, A->X, 8);
    casSized(A->X, L64, Old.D[0], C->V.D[0]);
    Old.D[1] = 0;
  }
  R->V = Old;
}

// Tags are no part of the address that the monitor holds: code that takes them
// off before may do the other half.
static void arm(CpuState *S, uint64_t Where, unsigned Bytes, const V128 &V) {
  S->ExclAddr = untagged(Where);
  S->ExclSize = Bytes;
  S->ExclValue = V;
}

/// Single-copy atomic load of an aligned granule.
static V128 load16(uint64_t Where) {
  __m128i V;
  asm volatile("movdqa %1, %0"
               : "=x"(V)
               : "m"(*reinterpret_cast<const __m128i *>(untagged(Where)))
               : "memory");
  V128 R;
  _mm_store_si128(reinterpret_cast<__m128i *>(&R), V);
  return R;
}

XLATE_EVAL(ldx) {
  Param P{ParamWord};
  const uint64_t Where = A->X;
  checkAligned(S, Where, 1u << P.lane());
  V128 V{};
  V.D[0] = readSized(Where, P.lane());
  arm(S, Where, 1u << P.lane(), V);
  R->X = V.D[0];
}

XLATE_EVAL(ldxPair) {
  Param P{ParamWord};
  const uint64_t Where = A->X;
  const unsigned Bytes = 2u << P.lane();
  checkAligned(S, Where, Bytes);
  V128 V{};
  if (Bytes == 16)
    V = load16(Where);
  else
    V.D[0] = readSized(Where, L64);
  arm(S, Where, Bytes, V);
  R->V = V;
}

/// True if the monitor holds [Where, Where + Bytes); opens it in any case.
static bool disarm(CpuState *S, uint64_t Where, unsigned Bytes) {
  checkAligned(S, Where, Bytes);
  bool Held = S->ExclSize == Bytes && S->ExclAddr == untagged(Where);
  S->ExclSize = 0;
  return Held;
}

XLATE_EVAL(stx) {
  Param P{ParamWord};
  uint64_t Old = S->ExclValue.D[0];
  bool Stored =
      disarm(S, A->X, 1u << P.lane()) && casSized(A->X, P.lane(), Old, C->X);
  R->X = !Stored;
}

XLATE_EVAL(stxPair) {
  Param P{ParamWord};
  const unsigned Bytes = 2u << P.lane();
  V128 Old = S->ExclValue;
  bool Stored = disarm(S, A->X, Bytes) &&
                (Bytes == 16 ? cas16(A->X, Old, C->V)
                             : casSized(A->X, L64, Old.D[0], C->V.D[0]));
  R->X = !Stored;
}

XLATE_EVAL(clrex) { S->ExclSize = 0; }
