//===- Case.h - One-line instruction cases ----------------------*- C++ -*-===//
//
// A case file has one case per line:
//
//   assembly ; inputs => outputs
//
// docs/testing.md describes the language. Everything that the outputs don't
// mention must be unchanged.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_INSN_CASE_H
#define XLATE_INSN_CASE_H

#include "guest/State.h"
#include <memory>
#include <string>
#include <vector>

namespace xlate::insn {

using State = insn_state;

/// What a case asks for besides values.
struct Expect {
  bool AnyX[32] = {}; ///< `xN=?`
  bool AnyV[32] = {};
  bool AnyNzcv = false, AnyFpsr = false;
};

struct Case {
  unsigned Line = 0;
  std::string Asm; ///< Instructions separated by `|`.
  std::string Inputs, Outputs;
  bool HasOutputs = false;
  std::vector<std::string> SkipTiers; ///< `!tier` annotations
  State In, Out;                      ///< Out is meaningful if HasOutputs.
  Expect Any;
  uint64_t Pc = 0; ///< Address of the first instruction.
};

struct CaseFile {
  std::string Path;
  std::vector<std::string> Lines; ///< As read.
  std::vector<Case> Cases;
  std::vector<uint8_t> Code; ///< All cases, for INSN_CODE_BASE.
};

/// Reads cases; messages go to stderr. Case::In and Out are filled in by
/// resolve(), which needs the addresses that assemble() decides.
bool readCases(const std::string &Path, CaseFile &F);
bool assemble(CaseFile &F);
bool resolve(CaseFile &F);

/// The outputs column for a final state.
std::string describe(const Case &C, const State &Final);

/// Differences between the expected and the actual final state, one per line;
/// empty if equal.
std::string compare(const Case &C, const State &Actual);

} // namespace xlate::insn

#endif // XLATE_INSN_CASE_H
