//===- MemTest.h - Calling memory evaluators from tests ---------*- C++ -*-===//
#ifndef XLATE_UNITTESTS_MEMTEST_H
#define XLATE_UNITTESTS_MEMTEST_H

#include "xlate/Ops/Eval.h"
#include <csetjmp>
#include <gtest/gtest.h>

namespace xlate::test {

inline Value x(uint64_t V) {
  Value R{};
  R.X = V;
  return R;
}
inline Value v(uint64_t Lo, uint64_t Hi) {
  Value R{};
  R.V.D[0] = Lo;
  R.V.D[1] = Hi;
  return R;
}
template <typename T> Value at(T *P) {
  return x(reinterpret_cast<uint64_t>(P));
}

/// A guest thread that executes single primitives.
struct Thread {
  CpuState S{};

  Value run(Op O, Ty T, unsigned Lane, unsigned N, int64_t Imm, const Value &A,
            const Value &B = Value{}, const Value &C = Value{}) {
    Uop U{O, T, static_cast<uint8_t>(Lane), static_cast<uint8_t>(N), {}, Imm};
    Value R{};
    EvalTable[static_cast<unsigned>(O)](&S, &R, &A, &B, &C, packParam(U));
    return R;
  }

  uint64_t load(unsigned Size, const Value &A, Ty T = Ty::X, bool Sext = false,
                Order O = Order::Plain) {
    return run(Op::load, T, Size, MemFlags::pack(Sext, O, 0), 0, A).X;
  }
  void store(unsigned Size, const Value &A, uint64_t V,
             Order O = Order::Plain) {
    run(Op::store, Ty::None, Size, MemFlags::pack(false, O, 0), 0, A, {}, x(V));
  }
  uint64_t rmw(RmwKind K, unsigned Size, const Value &A, uint64_t V) {
    return run(Op::atomicRmw, Size == 3 ? Ty::X : Ty::W, Size, 0,
               static_cast<int64_t>(K), A, {}, x(V))
        .X;
  }
  uint64_t cas(unsigned Size, const Value &A, uint64_t Expected, uint64_t New) {
    return run(Op::cas, Size == 3 ? Ty::X : Ty::W, Size, 0, 0, A, x(Expected),
               x(New))
        .X;
  }
  V128 casPair(unsigned Size, const Value &A, const Value &Expected,
               const Value &New) {
    return run(Op::casPair, Ty::V, Size, 0, 0, A, Expected, New).V;
  }
  uint64_t ldx(unsigned Size, const Value &A) {
    return run(Op::ldx, Ty::X, Size, 0, 0, A).X;
  }
  V128 ldxPair(unsigned Size, const Value &A) {
    return run(Op::ldxPair, Ty::V, Size, 0, 0, A).V;
  }
  /// Zero on success.
  uint64_t stx(unsigned Size, const Value &A, uint64_t V) {
    return run(Op::stx, Ty::W, Size, 0, 0, A, {}, x(V)).X;
  }
  uint64_t stxPair(unsigned Size, const Value &A, const Value &V) {
    return run(Op::stxPair, Ty::W, Size, 0, 0, A, {}, V).X;
  }
  void clrex() { run(Op::clrex, Ty::None, 0, 0, 0, {}); }
};

/// Runs F and returns the address of the Alignment fault that it takes, or 0.
template <typename Fn> uint64_t alignFault(Fn F) {
  static jmp_buf Leave;
  static uint64_t Address;
  auto *Saved = RaiseFault;
  Address = 0;
  RaiseFault = [](CpuState *, ExitReason R, uint64_t Info) {
    Address = R == ExitReason::AlignFault ? Info : ~uint64_t(0);
    longjmp(Leave, 1);
  };
  if (!setjmp(Leave))
    F();
  RaiseFault = Saved;
  return Address;
}

} // namespace xlate::test

#endif // XLATE_UNITTESTS_MEMTEST_H
