//===- Crypto.cpp - Cryptographic primitives ------------------------------===//
//
// With AES-NI and SHA-NI. The SHA lane orders differ: Arm keeps the first
// variable in the lowest lane, x86 in the highest.
//
//===----------------------------------------------------------------------===//

#include "UnitLifter.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/IntrinsicsX86.h"

using namespace llvm;

namespace xlate::lift {

/// If V is a call of Id with a zero key, its data operand.
static Value *keylessInput(Value *V, Intrinsic::ID Id) {
  auto *Call = dyn_cast<IntrinsicInst>(V);
  if (!Call || Call->getIntrinsicID() != Id)
    return nullptr;
  auto *Key = dyn_cast<Constant>(Call->getArgOperand(1));
  return Key && Key->isNullValue() ? Call->getArgOperand(0) : nullptr;
}

/// A ^ Bv. Arm adds round keys before a round and x86 after it: if one operand
/// is a round without a key, the other one becomes its key.
Value *UnitLifter::xorVec(Value *A, Value *Bv) {
  for (auto [State, Key] : {std::pair(A, Bv), std::pair(Bv, A)})
    for (Intrinsic::ID Id :
         {Intrinsic::x86_aesni_aesenc, Intrinsic::x86_aesni_aesenclast,
          Intrinsic::x86_aesni_aesdec, Intrinsic::x86_aesni_aesdeclast})
      if (Value *In = keylessInput(State, Id))
        return call(Id, {}, {In, Key});
  return B.CreateXor(A, Bv);
}

Value *UnitLifter::lowerAes(const Uop &U) {
  Value *Zero = Constant::getNullValue(VecTy);
  auto round = [&](Intrinsic::ID Id, Value *V) {
    return call(Id, {}, {V, Zero});
  };
  switch (U.Code) {
  case Op::aesE:
    return round(Intrinsic::x86_aesni_aesenclast, xorVec(arg(U, 0), arg(U, 1)));
  case Op::aesD:
    return round(Intrinsic::x86_aesni_aesdeclast, xorVec(arg(U, 0), arg(U, 1)));
  case Op::aesMc:
    // AESE, AESMC is one full round.
    if (Value *In = keylessInput(arg(U, 0), Intrinsic::x86_aesni_aesenclast))
      return round(Intrinsic::x86_aesni_aesenc, In);
    return round(Intrinsic::x86_aesni_aesenc,
                 round(Intrinsic::x86_aesni_aesdeclast, arg(U, 0)));
  case Op::aesImc:
    if (Value *In = keylessInput(arg(U, 0), Intrinsic::x86_aesni_aesdeclast))
      return round(Intrinsic::x86_aesni_aesdec, In);
    return call(Intrinsic::x86_aesni_aesimc, {}, {arg(U, 0)});
  default:
    return nullptr;
  }
}

// Four rounds: SHA256RNDS2 does two, from C D G H and A B E F.
Value *UnitLifter::sha256Rounds(Value *Abcd, Value *Efgh, Value *Wk,
                                bool WantEfgh) {
  const int OldNew[] = {5, 4, 1, 0}, Cdgh[] = {7, 6, 3, 2};
  Value *X = shuffle(Abcd, Efgh, OldNew), *Y = shuffle(Abcd, Efgh, Cdgh);
  Value *First = call(Intrinsic::x86_sha256rnds2, {}, {Y, X, Wk});
  Value *Second = call(Intrinsic::x86_sha256rnds2, {},
                       {X, First, shuffle(Wk, Wk, {2, 3, 2, 3})});
  // Second = F E B A, First = H G D C, from the lowest lane.
  return WantEfgh ? shuffle(Second, First, {1, 0, 5, 4})
                  : shuffle(Second, First, {3, 2, 7, 6});
}

// SHA1RNDS4 adds the round constant itself: take it out again.
Value *UnitLifter::sha1Rounds(const Uop &U, unsigned Function, uint32_t K) {
  auto reverse = [&](Value *V) { return shuffle(V, V, {3, 2, 1, 0}); };
  Value *Abcd = lanes(arg(U, 0), L32), *E = lanes(arg(U, 1), L32),
        *Wk = lanes(arg(U, 2), L32);
  Value *W = B.CreateSub(Wk, ConstantInt::get(Wk->getType(), K));
  Value *E0 = shuffle(E, Constant::getNullValue(E->getType()), {0, 4, 4, 4});
  W = B.CreateAdd(W, E0);
  return fromLanes(
      reverse(call(Intrinsic::x86_sha1rnds4, {},
                   {reverse(Abcd), reverse(W), B.getInt8(Function)})));
}

Value *UnitLifter::lowerSha(const Uop &U) {
  auto v = [&](unsigned I) { return lanes(arg(U, I), L32); };
  Type *T = lanesTy(L32);
  auto rotate = [&](Value *V, unsigned N) {
    return call(Intrinsic::fshl, {V->getType()},
                {V, V, ConstantInt::get(V->getType(), N)});
  };
  Constant *Zero = Constant::getNullValue(T);
  switch (U.Code) {
  case Op::sha1C:
    return sha1Rounds(U, 0, 0x5a827999);
  case Op::sha1P:
    return sha1Rounds(U, 1, 0x6ed9eba1);
  case Op::sha1M:
    return sha1Rounds(U, 2, 0x8f1bbcdc);
  case Op::sha256H:
    return fromLanes(sha256Rounds(v(0), v(1), v(2), false));
  // Its first operand is the second half of the hash.
  case Op::sha256H2:
    return fromLanes(sha256Rounds(v(1), v(0), v(2), true));
  case Op::sha256Su0:
    return fromLanes(call(Intrinsic::x86_sha256msg1, {}, {v(0), v(1)}));
  case Op::sha256Su1: {
    Value *Sum = B.CreateAdd(v(0), shuffle(v(1), v(2), {1, 2, 3, 4}));
    return fromLanes(call(Intrinsic::x86_sha256msg2, {}, {Sum, v(2)}));
  }
  case Op::sha1H: {
    Value *E = rotate(B.CreateExtractElement(v(0), uint64_t(0)), 30);
    return fromLanes(B.CreateInsertElement(Zero, E, uint64_t(0)));
  }
  case Op::sha1Su0:
    return fromLanes(B.CreateXor(
        B.CreateXor(shuffle(v(0), v(1), {2, 3, 4, 5}), v(0)), v(2)));
  case Op::sha1Su1: {
    Value *X = B.CreateXor(v(0), shuffle(v(1), Zero, {1, 2, 3, 4}));
    Value *First = shuffle(rotate(X, 2), Zero, {4, 4, 4, 0});
    return fromLanes(B.CreateXor(rotate(X, 1), First));
  }
  default:
    return nullptr;
  }
}

// In scalar registers, as x86 rotates no 64-bit lanes before AVX-512.
Value *UnitLifter::lowerSha512(const Uop &U) {
  Type *T = B.getInt64Ty();
  auto lane = [&](unsigned I, uint64_t L) {
    return B.CreateExtractElement(arg(U, I), L);
  };
  auto pair = [&](Value *Lo, Value *Hi) {
    Value *V = B.CreateInsertElement(PoisonValue::get(VecTy), Lo, uint64_t(0));
    return B.CreateInsertElement(V, Hi, uint64_t(1));
  };
  auto rotate = [&](Value *V, unsigned N) {
    return call(Intrinsic::fshr, {T}, {V, V, B.getInt64(N)});
  };
  auto sum = [&](Value *X, Value *Y, Value *Z) {
    return B.CreateAdd(B.CreateAdd(X, Y), Z);
  };
  // Three rotations, or two and a shift.
  auto sigma = [&](Value *V, unsigned X, unsigned Y, unsigned Z, bool Shift) {
    return B.CreateXor(B.CreateXor(rotate(V, X), rotate(V, Y)),
                       Shift ? B.CreateLShr(V, Z) : rotate(V, Z));
  };
  auto choose = [&](Value *X, Value *Y, Value *Z) {
    return B.CreateXor(B.CreateAnd(B.CreateXor(Y, Z), X), Z);
  };
  auto majority = [&](Value *X, Value *Y, Value *Z) {
    return B.CreateOr(B.CreateAnd(X, Y), B.CreateAnd(B.CreateOr(X, Y), Z));
  };
  Value *W0 = lane(0, 0), *W1 = lane(0, 1);
  switch (U.Code) {
  case Op::sha512H: {
    Value *X0 = lane(1, 0), *X1 = lane(1, 1), *Y1 = lane(2, 1);
    Value *Hi = sum(choose(Y1, X0, X1), sigma(Y1, 14, 18, 41, false), W1);
    Value *E = B.CreateAdd(Hi, lane(2, 0));
    return pair(sum(choose(E, Y1, X0), sigma(E, 14, 18, 41, false), W0), Hi);
  }
  case Op::sha512H2: {
    Value *Y0 = lane(2, 0), *Y1 = lane(2, 1);
    Value *Hi =
        sum(majority(lane(1, 0), Y1, Y0), sigma(Y0, 28, 34, 39, false), W1);
    return pair(sum(majority(Hi, Y0, Y1), sigma(Hi, 28, 34, 39, false), W0),
                Hi);
  }
  case Op::sha512Su0:
    return pair(B.CreateAdd(W0, sigma(W1, 1, 8, 7, true)),
                B.CreateAdd(W1, sigma(lane(1, 0), 1, 8, 7, true)));
  default: // sha512Su1
    return pair(sum(W0, sigma(lane(1, 0), 19, 61, 6, true), lane(2, 0)),
                sum(W1, sigma(lane(1, 1), 19, 61, 6, true), lane(2, 1)));
  }
}

Value *UnitLifter::lowerCrypto(const Uop &U) {
  if (U.Code < Op::aesE || U.Code > Op::sm4EKey)
    return nullptr;
  if (U.Code >= Op::sha512H && U.Code <= Op::sha512Su1)
    return lowerSha512(U);
  if (Options.Host.Aes && U.Code <= Op::aesImc)
    return lowerAes(U);
  const bool NeedsSha =
      U.Code != Op::sha1H && U.Code != Op::sha1Su0 && U.Code != Op::sha1Su1;
  if (NeedsSha && !Options.Host.Sha)
    return nullptr;
  return lowerSha(U);
}

} // namespace xlate::lift
