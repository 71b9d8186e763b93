//===- Generator.h - Random blocks from the encoding table ------*- C++ -*-===//
#ifndef XLATE_FUZZ_GENERATOR_H
#define XLATE_FUZZ_GENERATOR_H

#include "Batch.h"
#include "Random.h"
#include "xlate/Decoder/Decoder.h"
#include <string>
#include <vector>

namespace xlate::fuzz {

/// Why a row is left out, or null if it is not.
const char *skipReason(const A64Info &Row);

/// True for words of other rows that can't be compared.
bool skipWord(uint32_t Word);

/// Rows whose class or name matches one of the comma-separated globs, that have
/// semantics and are not skipped. Says which rows lack semantics or are skipped
/// when Verbose.
std::vector<A64> selectRows(const std::string &Classes,
                            const std::string &Names, bool Verbose);

/// What one instruction of the load/store group needs of its registers.
struct MemOperand {
  bool IsMem = false;
  bool Literal = false;
  bool Aligned = false; ///< Natural alignment required.
  bool HasIndex = false;
};
MemOperand memOperand(uint32_t Word);

/// A random state without pointers, with a bias to edge values.
State randomState(Random &R);

/// Makes blocks that are safe to run: memory operands point into the arena,
/// branches skip at most one instruction.
class Generator {
public:
  Generator(std::vector<A64> Rows, uint64_t Seed)
      : Rows(std::move(Rows)), R(Seed) {}

  /// Percentage of instructions that are unallocated words next to a row.
  unsigned Unallocated = 0;

  void makeBlock(unsigned NumInsns, uint64_t Start,
                 std::vector<uint32_t> &Words, State &In);
  /// Another state for the last block, whose pointers have to stay.
  State moreState(const State &First);
  /// Stop generating a row (it is known to fail).
  void drop(A64 Row);
  bool empty() const { return Rows.empty(); }
  uint64_t seed() { return R.next(); }

private:
  bool randomWord(uint32_t &Word, A64 &Row);
  bool place(uint32_t &Word, uint64_t Pc, State &In);
  bool placeMemory(uint32_t &Word, const MemOperand &M, uint64_t Pc, State &In);
  bool pairExclusive(uint32_t &Word);
  int freeRegister(bool AllowSp);

  std::vector<A64> Rows;
  Random R;
  /// Registers that earlier instructions of the block may write, and that hold
  /// a pointer or an index.
  uint32_t Written = 0, Reserved = 0;
  /// The block's last load exclusive.
  uint32_t LoadExclusive = 0;
};

} // namespace xlate::fuzz

#endif // XLATE_FUZZ_GENERATOR_H
