//===- FaultAddress.cpp - Addresses that the host doesn't tell ------------===//
//
// x86-64 raises #GP for an access outside of the 47-bit address space, and the
// signal has no address then. The instruction's own primitives have it: they
// are executed up to the access, on a copy of the registers.
//
//===----------------------------------------------------------------------===//
#include "FaultAddress.h"
#include "xlate/Interp/Interp.h"
#include "xlate/Semantics/Semantics.h"
#include <cstring>
#include <memory>

using namespace xlate;

namespace {

/// Appends primitives of 64-bit values to a block.
struct Builder {
  Block &B;
  uint16_t push(Op Code, uint16_t A0, uint16_t A1, int64_t Imm) {
    Uop U = {Code, Ty::X};
    U.A[0] = A0;
    U.A[1] = A1;
    U.Imm = Imm;
    B.Uops.push_back(U);
    return static_cast<uint16_t>(B.Uops.size() - 1);
  }
  uint16_t constant(int64_t Value) {
    return push(Op::constant, NoVal, NoVal, Value);
  }
  uint16_t add(uint16_t X, uint16_t Y) { return push(Op::add, X, Y, 0); }
};

} // namespace

/// The address that the memory primitive Access of B accesses.
static uint64_t addressOf(const CpuState &S, const Block &B, size_t Access) {
  Block Part;
  Part.Pc = B.Pc;
  Part.End = B.End;
  Part.NumInsns = 1;
  Builder To{Part};
  for (size_t I = 0; I < Access; ++I)
    if (const Uop &U = B.Uops[I]; opAttr(U.Code) == OpAttr::Mem)
      To.constant(0); // what it loads is no part of a later address
    else
      Part.Uops.push_back(U);
  const Uop &U = B.Uops[Access];
  uint16_t Address = U.A[0];
  const bool HasIndex = U.Code == Op::load || U.Code == Op::store ||
                        U.Code == Op::vload || U.Code == Op::vstore;
  if (HasIndex) {
    Address = To.add(Address, To.constant(U.Imm));
    if (uint16_t Index = U.A[1]; Index != NoVal) {
      for (unsigned N = MemFlags::scale(U.N); N; --N)
        Index = To.add(Index, Index);
      Address = To.add(Address, Index);
    }
  }
  To.push(Op::setReg, Address, NoVal, 0);
  To.push(Op::br, NoVal, NoVal, 0);
  // Not a copy of CpuState as such: it has atomic members.
  auto Copy = std::make_unique<CpuState>();
  std::memcpy(static_cast<void *>(Copy.get()), static_cast<const void *>(&S),
              sizeof S);
  interp::run(*Copy, Part);
  return Copy->X[0];
}

uint64_t runtime::nonCanonicalAddress(const CpuState &S) {
  const Block B = recordBlock(S.Pc, S.Pc + 4, 1);
  for (size_t I = 0; I < B.Uops.size(); ++I) {
    const Op Code = B.Uops[I].Code;
    if (opAttr(Code) != OpAttr::Mem || Code == Op::barrier ||
        Code == Op::prefetch || B.Uops[I].A[0] == NoVal)
      continue;
    const uint64_t A = addressOf(S, B, I);
    const auto Untagged =
        static_cast<uint64_t>(static_cast<int64_t>(A << 8) >> 8);
    if (Untagged >> 47)
      return A & Untagged; // untagged_addr()
  }
  return 0;
}
