//===- Batch.h - Random instruction blocks and their states -----*- C++ -*-===//
//
// A batch is one generated program: many short blocks, each run from its own
// full register state. The layout below is shared by the ELF writer and the
// in-process interpreter, which maps the same addresses, so that PC-relative
// results and pointers agree.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_FUZZ_BATCH_H
#define XLATE_FUZZ_BATCH_H

#include "xlate/Guest/CpuState.h"
#include <cstdint>
#include <vector>

namespace xlate::fuzz {

/// Register state as the generated program loads and stores it.
struct State {
  uint64_t X[31];
  uint64_t Sp;
  uint64_t Nzcv; ///< Bits 31..28.
  uint64_t Fpcr;
  uint64_t Fpsr;
  /// Before: address of the block. After: 0, or signal number << 56 | address
  /// of the instruction that raised it.
  uint64_t Extra;
  V128 V[32];
};
static_assert(sizeof(State) == 800);

// Guest addresses. Code and arena are close enough for a literal load.
constexpr uint64_t CodeBase = 0x10000000;
constexpr uint64_t CodeSize = 0x80000;
constexpr uint64_t StubSize = 0x1000; ///< Shared routines; the blocks follow.
constexpr uint64_t ArenaBase = CodeBase + CodeSize;
constexpr uint64_t ArenaSize = 0x40000;
constexpr uint64_t ControlBase = ArenaBase + ArenaSize;
constexpr uint64_t ControlSize = 0x1000;
constexpr uint64_t AltStackBase = ControlBase + ControlSize;
constexpr uint64_t AltStackSize = 0x10000;
constexpr uint64_t InputBase = AltStackBase + AltStackSize;

constexpr uint32_t NopWord = 0xd503201f;

/// One block: Start is its first instruction word, End the branch behind it.
struct TestBlock {
  uint64_t Entry, Start, End;
};

struct Batch {
  std::vector<uint32_t> Code; ///< At CodeBase, stubs included.
  /// One per state; neighbours may be the same block.
  std::vector<TestBlock> Blocks;
  std::vector<State> In;
  uint64_t ArenaSeed = 0;

  uint32_t &word(uint64_t Address) { return Code[(Address - CodeBase) / 4]; }
  uint32_t word(uint64_t Address) const {
    return Code[(Address - CodeBase) / 4];
  }
};

/// What a run left behind.
struct Outcome {
  std::vector<State> Out; ///< One per input state.
  std::vector<uint8_t> Arena;
};

/// An empty batch: the shared routines.
Batch newBatch(uint64_t ArenaSeed);

/// Append a block with its state. False when the code area is full.
bool addBlock(Batch &B, const std::vector<uint32_t> &Words, const State &In);

/// Run the last block once more, from this state.
void addState(Batch &B, const State &In);

/// Where the next block's first instruction will be.
uint64_t nextStart(const Batch &B);

/// Initial bytes of the arena.
std::vector<uint8_t> arenaContent(uint64_t Seed);

/// Write the batch as a static ELF executable, which writes the final states
/// and the arena to standard output.
bool writeElf(const Batch &B, const char *Path);

} // namespace xlate::fuzz

#endif // XLATE_FUZZ_BATCH_H
