//===- Harness.h - Units compiled and interpreted ---------------*- C++ -*-===//
#ifndef XLATE_UNITTESTS_LIFTER_HARNESS_H
#define XLATE_UNITTESTS_LIFTER_HARNESS_H

#include "../RandomState.h"
#include "xlate/Codegen/Compiler.h"
#include "xlate/Decoder/Decoder.h"
#include "xlate/Guest/CpuState.h"
#include "xlate/Ops/Uop.h"
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace xlate::test {

/// How a run ended.
struct Outcome {
  State S;
  int Signal = 0;                ///< Or -1: RaiseFault.
  bool Left = false;             ///< Through an exit with a reason.
  bool Knows[NumFrameRegs] = {}; ///< At a signal: which of FrameRegs S has.
  std::vector<uint8_t> Data;
};

/// Guest code and data at fixed addresses, a compiler, and two ways to run.
class Harness {
public:
  Harness(const codegen::CompilerOptions &Compiler,
          const codegen::UnitOptions &Unit);
  ~Harness();

  static constexpr uint64_t CodeBase = 0x31000000, DataBase = 0x32000000;
  static constexpr size_t CodeSize = 1 << 20, DataSize = 8192;

  /// Write the snippets one after another, each followed by a BRK; compile a
  /// unit for each. Returns their addresses.
  std::vector<uint64_t>
  compile(const std::vector<std::vector<uint32_t>> &Snippets);

  /// Run the snippet at Pc from Start.
  Outcome interpret(uint64_t Pc, const State &Start);
  Outcome execute(uint64_t Pc, const State &Start);

  /// What differs, empty if nothing does.
  std::string difference(const Outcome &Want, const Outcome &Got) const;

  State randomState(std::mt19937_64 &Rng) const;

private:
  uint64_t codeEnd(uint64_t Pc) const;
  void compileUnits(const std::vector<uint64_t> &Entries,
                    const codegen::UnitOptions &With,
                    std::map<uint64_t, codegen::Unit> &Into);
  Outcome executeIn(const std::map<uint64_t, codegen::Unit> &In, uint64_t Pc,
                    const State &Start);
  Outcome finish(int Signal, bool Left);
  void start(const State &S);

  codegen::Compiler Compiler;
  const codegen::UnitOptions Options;
  char *Region, *Cursor;
  std::map<uint64_t, void **> Slots;
  std::map<uint64_t, codegen::Unit> Units;
  std::map<uint64_t, codegen::Unit> Masked; ///< Units with masked addresses.
  std::map<uint64_t, uint64_t> Ends;        ///< Snippet -> end.
  std::vector<uint8_t> InitialData;
  Block Recorded; ///< Being interpreted; a fault jumps over destructors.
};

} // namespace xlate::test

#endif // XLATE_UNITTESTS_LIFTER_HARNESS_H
