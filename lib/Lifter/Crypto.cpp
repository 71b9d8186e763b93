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

Value *UnitLifter::lowerAes(const Uop &U) {
  Value *Zero = Constant::getNullValue(VecTy);
  auto round = [&](Intrinsic::ID Id, Value *V) {
    return call(Id, {}, {V, Zero});
  };
  switch (U.Code) {
  case Op::aesE:
    return round(Intrinsic::x86_aesni_aesenclast,
                 B.CreateXor(arg(U, 0), arg(U, 1)));
  case Op::aesD:
    return round(Intrinsic::x86_aesni_aesdeclast,
                 B.CreateXor(arg(U, 0), arg(U, 1)));
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

Value *UnitLifter::lowerCrypto(const Uop &U) {
  if (U.Code < Op::aesE || U.Code > Op::sm4EKey)
    return nullptr;
  if (Options.Host.Aes && U.Code <= Op::aesImc)
    return lowerAes(U);
  const bool NeedsSha =
      U.Code != Op::sha1H && U.Code != Op::sha1Su0 && U.Code != Op::sha1Su1;
  if (NeedsSha && !Options.Host.Sha)
    return nullptr;
  return lowerSha(U);
}

} // namespace xlate::lift
