//===- EvalMem.cpp - Evaluators of loads, stores and cache hints ----------===//
//
// Guest addresses are host addresses. Every access of up to 8 bytes is one
// host instruction, because the guest may rely on aligned accesses being
// single-copy atomic; a 16-byte one is an SSE move, which AVX hosts guarantee
// to be atomic when aligned.
//
//===----------------------------------------------------------------------===//

#include "Mem.h"
#include "xlate/Ops/Eval.h"
#include <emmintrin.h>

using namespace xlate;
using namespace xlate::mem;

static void checkOrdered(CpuState *S, uint64_t A, Param P) {
  if (MemFlags::order(P.n()) != Order::Plain)
    checkGranule(S, A, 1u << P.lane());
}

XLATE_EVAL(load) {
  Param P{ParamWord};
  const uint64_t Where = A->X;
  checkOrdered(S, Where, P);
  uint64_t V = readSized(Where, P.lane());
  if (MemFlags::sext(P.n())) {
    const unsigned Shift = 64 - laneBits(P.lane());
    V = static_cast<uint64_t>(static_cast<int64_t>(V << Shift) >> Shift);
    if (P.type() == Ty::W)
      V = static_cast<uint32_t>(V);
  }
  R->X = V;
}

XLATE_EVAL(store) {
  Param P{ParamWord};
  checkOrdered(S, A->X, P);
  if (MemFlags::order(P.n()) == Order::Plain)
    writeSized(A->X, P.lane(), C->X);
  else // A store-release may not pass a later load-acquire; x86 stores do.
    exchangeSized(A->X, P.lane(), C->X);
}

XLATE_EVAL(vload) {
  Param P{ParamWord};
  const uint64_t Where = A->X;
  V128 V{};
  if (P.lane() < 4)
    V.D[0] = readSized(Where, P.lane());
  else
    _mm_store_si128(
        reinterpret_cast<__m128i *>(&V),
        _mm_loadu_si128(reinterpret_cast<const __m128i *>(untagged(Where))));
  R->V = V;
}

XLATE_EVAL(vstore) {
  Param P{ParamWord};
  if (P.lane() < 4)
    writeSized(A->X, P.lane(), C->V.D[0]);
  else
    _mm_storeu_si128(reinterpret_cast<__m128i *>(untagged(A->X)),
                     _mm_load_si128(reinterpret_cast<const __m128i *>(&C->V)));
}

XLATE_EVAL(prefetch) {
  __builtin_prefetch(reinterpret_cast<const void *>(A->X));
}

// The block size that CpuState::Dczid announces.
XLATE_EVAL(dcZva) {
  auto *Block = reinterpret_cast<__m128i *>(untagged(A->X) & ~uint64_t(63));
  for (unsigned I = 0; I != 4; ++I)
    _mm_store_si128(Block + I, _mm_setzero_si128());
}

XLATE_EVAL(barrier) {
  switch (static_cast<BarrierKind>(Param{ParamWord}.imm())) {
  case BarrierKind::Load:
  case BarrierKind::Store:
    // x86 keeps these orders; only the compiler must.
    asm volatile("" ::: "memory");
    break;
  case BarrierKind::Full:
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    break;
  case BarrierKind::Sb:
    asm volatile("lfence" ::: "memory");
    break;
  }
}
