//===- TaggedAccess.h - Accesses through tagged pointers --------*- C++ -*-===//
#ifndef XLATE_RUNTIME_TAGGEDACCESS_H
#define XLATE_RUNTIME_TAGGEDACCESS_H

#include <cstdint>
#include <ucontext.h>

namespace xlate::runtime {

/// One host instruction that is executed with a register changed, because its
/// address has a tag.
class TaggedAccess {
public:
  /// Uc has stopped at an access of a non-canonical address. Change it so that
  /// the access alone is made, without the tag. False, with nothing changed, if
  /// the address is wrong beside the tag or the instruction isn't understood.
  bool begin(ucontext_t &Uc);
  /// Is an access under way?
  bool active() const { return Reg >= 0; }
  /// It has been made (the host's trap), or has faulted: undo the change.
  void end(ucontext_t &Uc);

private:
  int Reg = -1; ///< Index of the changed register in gregs.
  uint64_t Original = 0;
  bool Overwritten = false; ///< By the instruction itself.
  bool TrapBlocked = false;
};

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_TAGGEDACCESS_H
