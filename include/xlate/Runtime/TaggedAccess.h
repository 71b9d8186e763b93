//===- TaggedAccess.h - Accesses through tagged pointers --------*- C++ -*-===//
#ifndef XLATE_RUNTIME_TAGGEDACCESS_H
#define XLATE_RUNTIME_TAGGEDACCESS_H

#include "xlate/Runtime/HostStep.h"

namespace xlate::runtime {

/// One host instruction that is executed with a register changed, because its
/// address has a tag.
class TaggedAccess {
public:
  /// Uc has stopped at an access of a non-canonical address. Change it so that
  /// the access alone is made, a Step, without the tag. False, with nothing
  /// changed, if the address is wrong beside the tag or the instruction isn't
  /// understood.
  bool begin(ucontext_t &Uc, HostStep &Step);
  /// Is an access under way?
  bool active() const { return Reg >= 0; }
  /// It has been made, or has faulted: undo the change.
  void end(ucontext_t &Uc);

private:
  int Reg = -1; ///< Index of the changed register in gregs.
  uint64_t Original = 0;
  bool Overwritten = false; ///< By the instruction itself.
};

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_TAGGEDACCESS_H
