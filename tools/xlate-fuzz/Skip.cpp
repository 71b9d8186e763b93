//===- Skip.cpp - Rows that can't be compared with QEMU -------------------===//

#include "Generator.h"
#include <fnmatch.h>

using namespace xlate;
using namespace xlate::fuzz;

namespace {
struct SkipEntry {
  const char *Feature, *Name, *Reason; ///< Globs, and why.
};

constexpr SkipEntry Skips[] = {
    {"MOPS", "*", "QEMU 7.2 does not implement FEAT_MOPS"},
    {"CSSC", "*", "QEMU 7.2 does not implement FEAT_CSSC"},
    {"HBC", "*", "QEMU 7.2 does not implement FEAT_HBC"},
    {"WFxT", "*", "QEMU 7.2 does not implement FEAT_WFxT"},
    {"XS", "*", "QEMU 7.2 does not implement FEAT_XS"},
    {"*", "FJCVTZS", "QEMU 7.2 takes a flushed denormal for exact"},
    {"PAuth*", "*",
     "QEMU's CPU signs pointers; here authentication has no effect"},
    {"*", "HINT", "includes pointer authentication of X30, and waiting"},
    {"*", "SVC", "a system call on random registers"},
    {"*", "SYS", "cache maintenance by address; covered by test/Insn"},
    {"*", "SYSL", "no result is defined"},
    {"*", "MSR_pstate", "EL0 sees of PSTATE only what the CPU model has"},
    {"*", "BR", "the target is a register"},
    {"*", "BLR", "the target is a register"},
    {"*", "RET", "the target is a register"},
    {"*", "BRA*", "the target is a register"},
    {"*", "BLRA*", "the target is a register"},
    {"*", "RETA", "the target is a register"},
    {"*", "LDRA", "authenticated pointer"},
};

/// Single encodings, by fixed bits.
struct SkipWord {
  uint32_t Mask, Bits;
  const char *Reason;
};
constexpr SkipWord SkipWords[] = {
    {0xdff0fc00, 0x5f10fc00,
     "FCVTZS, FCVTZU (scalar, fixed-point) Hd: QEMU 7.2 writes 32 bits"},
    {0xbff8fc00, 0x2f00fc00,
     "modified immediate, op = o2 = 1, cmode = 1111: QEMU 7.2 accepts it"},
};
} // namespace

bool xlate::fuzz::skipWord(uint32_t Word) {
  for (const SkipWord &S : SkipWords)
    if ((Word & S.Mask) == S.Bits)
      return true;
  return false;
}

const char *xlate::fuzz::skipReason(const A64Info &Row) {
  for (const SkipEntry &S : Skips)
    if (fnmatch(S.Feature, Row.Feature, 0) == 0 &&
        fnmatch(S.Name, Row.Name, 0) == 0)
      return S.Reason;
  return nullptr;
}
