//===- Semantics.h - Meaning of every A64 instruction -----------*- C++ -*-===//
//
// One function per decoder row, named as the row, taking the row's fields in
// order: `void sem::ADD_imm(Ops &O, unsigned sf, ...)`. Declarations are
// generated with the decoder.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_SEMANTICS_SEMANTICS_H
#define XLATE_SEMANTICS_SEMANTICS_H

#include "xlate/Decoder/Decoder.h"
#include "xlate/Ops/Ops.h"
#include <functional>
#include <optional>

namespace xlate {

namespace sem {
#include "xlate/Semantics/A64Semantics.inc"
} // namespace sem

/// Record the meaning of one instruction. Rows without semantics and
/// unallocated words record undefined().
void record(Ops &O, Inst I);

/// True if the row has semantics.
bool hasSemantics(A64 Code);

/// Reads guest code for recordBlock; false if the bytes are not there. A plain
/// copy unless the runtime, where other threads can unmap code, replaces it.
extern bool (*FetchGuestCode)(void *Dst, const void *Src, size_t N);

/// Where the guest's vDSO is, a page; 0 = there is none.
extern uint64_t GuestVdso;

/// Guest words, fetched some at a time.
class CodeReader {
public:
  /// The word at Pc; false if it isn't there. [Pc, Limit) counts as code.
  bool word(uint64_t Pc, uint64_t Limit, uint32_t &Word) {
    if ((Pc < Lo || Pc + 4 > Hi) && !fill(Pc, Limit))
      return false;
    Word = Buffer[(Pc - Lo) / 4];
    return true;
  }

private:
  bool fill(uint64_t Pc, uint64_t Limit);

  uint64_t Lo = 0, Hi = 0; ///< What Buffer holds.
  uint32_t Buffer[16];
};

/// Record the block that starts at Pc: up to MaxInsns instructions or the
/// first branch. Reads guest code directly; the caller guarantees that
/// [Pc, Limit) is readable. Always at least one instruction and a terminator.
Block recordBlock(uint64_t Pc, uint64_t Limit, unsigned MaxInsns);
/// The same into B, whose memory is used again.
void recordBlock(Block &B, uint64_t Pc, uint64_t Limit, unsigned MaxInsns);
/// The same, but going on behind up to MaxBranches conditional branches, while
/// Continue(address of the next instruction).
void recordTrace(Block &B, uint64_t Pc, uint64_t Limit, unsigned MaxInsns,
                 unsigned MaxBranches,
                 const std::function<bool(uint64_t Pc)> &Continue);

/// The stateHelper that is the prologue of a memory copy or set: registers of
/// destination, source (or byte, 31 = zero) and size.
struct MopsPrologue {
  unsigned Rd, Rs, Rn;
  bool IsSet;
  bool Forward; ///< CPYFP: no overlap that matters.
};
/// What uop I of B is, if it is one.
std::optional<MopsPrologue> mopsPrologue(const Block &B, unsigned I);

} // namespace xlate

#endif // XLATE_SEMANTICS_SEMANTICS_H
