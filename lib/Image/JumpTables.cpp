//===- JumpTables.cpp - Targets of switch statements ----------------------===//
//
// Looks backwards from the branch for the instructions that made its operand:
//
//   cmp  wI, #N            b.hi default
//   adrp xT, table         add  xT, xT, :lo12:table
//   ldrb wE, [xT, wI, uxtw]        (or ldrh, ldrsw, ldr w, ldr x, their lsl)
//   adr  xB, base                  (the table itself for 4-byte entries)
//   add  xD, xB, wE, sxtb #2       (or sxth #2, sxtw, lsl #2)
//   br   xD
//
// in whatever order the compiler scheduled them. The code is taken as one
// straight line, which it is from the comparison on.
//
//===----------------------------------------------------------------------===//

#include "xlate/Image/JumpTables.h"
#include <algorithm>
#include <cstring>
#include <optional>

using namespace xlate::image;

namespace {

constexpr unsigned MaxEntries = 4096, MaxUnbounded = 512, Window = 40;

struct Load {
  unsigned Size = 0; ///< Bytes of an entry.
  bool Signed = false;
  unsigned Index = 31;
  uint64_t Table = 0;
  uint64_t Pc = 0;
};

class Recovery {
public:
  Recovery(uint64_t Pc, uint64_t Start, const JumpTableSource &S)
      : Pc(Pc), S(S) {
    const uint64_t Most = Window * 4;
    Lo = std::max(Start, Pc > Most ? Pc - Most : 0);
  }
  std::vector<uint64_t> run();

private:
  uint32_t word(uint64_t At) const {
    uint32_t W = 0;
    return S.Read(At, &W, 4) ? W : 0;
  }
  /// Address of the last instruction before At that writes register R, 0 =
  /// none.
  uint64_t writer(unsigned R, uint64_t At) const;
  /// Value of R before At, if it is an address that the code computes.
  std::optional<uint64_t> constant(unsigned R, uint64_t At,
                                   unsigned Depth = 0) const;
  std::optional<Load> load(unsigned R, uint64_t At) const;
  unsigned bound(unsigned Index, uint64_t At) const;
  std::vector<uint64_t> read(const Load &L, uint64_t Base, unsigned Extend,
                             unsigned Shift) const;

  uint64_t Pc, Lo;
  const JumpTableSource &S;
};

} // namespace

/// Register that an instruction of the kinds met here writes, 32 = none.
static unsigned destination(uint32_t W) {
  if ((W & 0x1f000000) == 0x10000000 || // ADR, ADRP
      (W & 0x1f000000) == 0x11000000 || // add, sub immediate
      (W & 0x1e000000) == 0x0a000000 || // logical, add, sub register
      (W & 0x1f800000) == 0x12000000 || // logical immediate
      (W & 0x1f800000) == 0x12800000 || // MOVN, MOVZ, MOVK
      (W & 0x1f800000) == 0x13000000 || // bit fields
      (W & 0x1fe00000) == 0x1a800000 || // CSEL ...
      (W & 0x1fe00000) == 0x1ac00000 || // two sources
      (W & 0x1f000000) == 0x1b000000)   // three sources
    return W & 31;
  if ((W & 0x3b000000) == 0x18000000) // literal
    return W & 31;
  if ((W & 0x3e000000) == 0x38000000 && (W >> 22 & 3)) // loads
    return W & 31;
  if ((W & 0x3f000000) == 0x39000000 && (W >> 22 & 3))
    return W & 31;
  return 32;
}

uint64_t Recovery::writer(unsigned R, uint64_t At) const {
  while (At > Lo) {
    At -= 4;
    const uint32_t W = word(At);
    // Calls, other branches without a condition: what was before is unknown.
    if ((W & 0x7c000000) == 0x14000000 || (W & 0xfe000000) == 0xd6000000)
      return 0;
    if (destination(W) == R)
      return At;
    // LDP
    if ((W & 0x3e400000) == 0x28400000 &&
        ((W & 31) == R || (W >> 10 & 31) == R))
      return 0;
  }
  return 0;
}

std::optional<uint64_t> Recovery::constant(unsigned R, uint64_t At,
                                           unsigned Depth) const {
  const uint64_t Where = writer(R, At);
  if (!Where || Depth > 4)
    return {};
  const uint32_t W = word(Where);
  if ((W & 0x1f000000) == 0x10000000) {
    const int64_t Imm =
        (int64_t(static_cast<int32_t>(W << 8)) >> 13 << 2) | (W >> 29 & 3);
    return W >> 31
               ? (Where & ~uint64_t(4095)) + (static_cast<uint64_t>(Imm) << 12)
               : Where + static_cast<uint64_t>(Imm);
  }
  if ((W & 0xff800000) == 0x91000000) { // ADD Xd, Xn, #imm
    const std::optional<uint64_t> From =
        constant(W >> 5 & 31, Where, Depth + 1);
    if (!From)
      return {};
    return *From + (uint64_t(W >> 10 & 4095) << (W >> 22 & 1 ? 12 : 0));
  }
  if ((W & 0xffe0ffe0) == 0xaa0003e0) // MOV Xd, Xm
    return constant(W >> 16 & 31, Where, Depth + 1);
  return {};
}

std::optional<Load> Recovery::load(unsigned R, uint64_t At) const {
  const uint64_t Where = writer(R, At);
  const uint32_t W = Where ? word(Where) : 0;
  // LDR with a register offset.
  if ((W & 0x3f200c00) != 0x38200800 || !(W >> 22 & 3))
    return {};
  Load L;
  L.Size = 1u << (W >> 30);
  L.Signed = W >> 23 & 1;
  L.Index = W >> 16 & 31;
  L.Pc = Where;
  // The index is scaled by the entry's size.
  if (L.Size != 1 && !(W >> 12 & 1))
    return {};
  const std::optional<uint64_t> Table = constant(W >> 5 & 31, Where);
  if (!Table)
    return {};
  L.Table = *Table;
  return L;
}

/// Number of entries by the comparison before At, 0 = not found.
unsigned Recovery::bound(unsigned Index, uint64_t At) const {
  bool HaveBranch = false, Strict = false;
  while (At > Lo) {
    At -= 4;
    const uint32_t W = word(At);
    if ((W & 0xff000010) == 0x54000000) {
      const unsigned Cond = W & 15;
      HaveBranch = Cond == 8 || Cond == 9 || Cond == 2 || Cond == 3;
      Strict = Cond == 2 || Cond == 3; // b.hs, b.lo: N itself is out
    } else if (HaveBranch && (W & 0x7f80001f) == 0x7100001f) { // CMP #imm
      const unsigned R = W >> 5 & 31;
      const uint64_t From = writer(Index, Pc);
      const uint32_t Move = From ? word(From) : 0;
      const bool Same =
          R == Index || // or the index is a copy, or was extended
          ((Move & 0x7fe0ffe0) == 0x2a0003e0 && (Move >> 16 & 31) == R) ||
          ((Move & 0x7f800000) == 0x53000000 && (Move >> 5 & 31) == R);
      const unsigned N = (W >> 10 & 4095) << (W >> 22 & 1 ? 12 : 0);
      return Same ? N + !Strict : 0;
    } else if ((W & 0x7c000000) == 0x14000000 ||
               (W & 0xfe000000) == 0xd6000000) {
      return 0;
    }
  }
  return 0;
}

std::vector<uint64_t> Recovery::read(const Load &L, uint64_t Base,
                                     unsigned Extend, unsigned Shift) const {
  const unsigned Count = std::min(bound(L.Index, L.Pc), MaxEntries);
  std::vector<uint64_t> Targets;
  for (unsigned I = 0; I != (Count ? Count : MaxUnbounded); ++I) {
    uint64_t Raw = 0;
    if (!S.Read(L.Table + uint64_t(I) * L.Size, &Raw, L.Size))
      break;
    // Extended by the load or by the addition.
    const unsigned Bits = L.Signed ? L.Size * 8 : Extend;
    int64_t V = static_cast<int64_t>(Raw);
    if (Bits < 64)
      V = static_cast<int64_t>(Raw << (64 - Bits)) >> (64 - Bits);
    const uint64_t Target = Base + (static_cast<uint64_t>(V) << Shift);
    if ((Target & 3) || !S.IsCode(Target)) {
      // Without a bound this is the table's end. With one, the table isn't
      // what it looked like.
      if (Count)
        return {};
      break;
    }
    Targets.push_back(Target);
  }
  std::sort(Targets.begin(), Targets.end());
  Targets.erase(std::unique(Targets.begin(), Targets.end()), Targets.end());
  return Targets;
}

std::vector<uint64_t> Recovery::run() {
  const uint32_t Branch = word(Pc);
  if ((Branch & 0xfffffc1f) != 0xd61f0000)
    return {};
  const unsigned R = Branch >> 5 & 31;
  // A table of addresses.
  if (std::optional<Load> L = load(R, Pc); L && L->Size == 8)
    return read(*L, 0, 64, 0);
  const uint64_t Where = writer(R, Pc);
  const uint32_t W = Where ? word(Where) : 0;
  const unsigned N = W >> 5 & 31, M = W >> 16 & 31;
  unsigned Shift, Extend;
  if ((W & 0xffe00000) == 0x8b200000) { // ADD, extended register
    static constexpr unsigned Bits[] = {64, 64, 64, 64, 8, 16, 32, 64};
    Extend = Bits[W >> 13 & 7];
    Shift = W >> 10 & 7;
  } else if ((W & 0xffe00000) == 0x8b000000) { // ADD, LSL
    Extend = 64;
    Shift = W >> 10 & 63;
  } else {
    return {};
  }
  if (Shift > 3)
    return {};
  for (auto [B, E] : {std::pair(N, M), std::pair(M, N)}) {
    const std::optional<uint64_t> Base = constant(B, Where);
    const std::optional<Load> L = Base ? load(E, Where) : std::nullopt;
    if (!L || L->Size == 8)
      continue;
    return read(*L, *Base, Extend, Shift);
  }
  return {};
}

std::vector<uint64_t>
xlate::image::jumpTableTargets(uint64_t Pc, uint64_t Start,
                               const JumpTableSource &Source) {
  return Recovery(Pc, Start, Source).run();
}
