//===- Tier.h - Where cases are executed ------------------------*- C++ -*-===//
//
// To plug a tier in, add one file Tier<Name>.cpp that derives from BlockTier
// and ends with
//
//   static const RegisterTier X("name", [] { return makeMyTier(); });
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_INSN_TIER_H
#define XLATE_INSN_TIER_H

#include "Case.h"
#include "xlate/Ops/Uop.h"
#include <functional>

namespace xlate::insn {

class Tier {
public:
  virtual ~Tier();
  /// Executes all cases of a file from their input states. Final[i] receives
  /// the state of case i. False (with a message) if the tier can't run at all.
  virtual bool run(const CaseFile &F, const std::vector<const Case *> &Cases,
                   std::vector<State> &Final) = 0;
};

/// A tier of the translator: executes recorded blocks in this process. The
/// base class maps code and memory, dispatches from block to block and turns
/// host signals into the case's outcome.
class BlockTier : public Tier {
public:
  bool run(const CaseFile &F, const std::vector<const Case *> &Cases,
           std::vector<State> &Final) override;

protected:
  /// Executes one block, with the contract of interp::run: S.Pc is the block's
  /// address at entry and the next guest address on return; true if it left
  /// through an `exit` primitive, with S.Exit set. S.Fpsr must be complete on
  /// return.
  virtual bool runBlock(CpuState &S, const Block &B) = 0;

  /// Called in the SIGSEGV/SIGBUS handler, with the host's ucontext, before
  /// the handler leaves the block by longjmp: must make S precise.
  virtual void recover(CpuState &S, void *HostContext) {}

private:
  void runCase(const Case &C, uint64_t CodeEnd, State &Final);
};

/// The emulator `Command` running the insn-guest program.
std::unique_ptr<Tier> makeExecTier(std::string Command);

using TierFactory = std::function<std::unique_ptr<Tier>()>;
struct TierEntry {
  std::string Name;
  TierFactory Make;
};
std::vector<TierEntry> &tiers();

struct RegisterTier {
  RegisterTier(const char *Name, TierFactory Make) {
    tiers().push_back({Name, std::move(Make)});
  }
};

} // namespace xlate::insn

#endif // XLATE_INSN_TIER_H
