//===- JumpTables.h - Targets of switch statements --------------*- C++ -*-===//
//
// Recovers where a `br` goes that compilers made for a switch: a table of
// offsets from an address (GCC, Clang: 1, 2 or 4 bytes) or of addresses, in
// code or in read-only data, indexed by a register that was compared before.
// The result is a hint: what isn't recognised has no targets, and where no
// bound is found there may be too many.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_IMAGE_JUMPTABLES_H
#define XLATE_IMAGE_JUMPTABLES_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace xlate::image {

/// What recovering needs of the program. All addresses are the program's.
struct JumpTableSource {
  /// Read constant bytes; false if they aren't there.
  std::function<bool(uint64_t Address, void *To, size_t Size)> Read;
  /// Whether an address may be a case's code.
  std::function<bool(uint64_t Address)> IsCode;
};

/// Possible targets of the BR at Pc, sorted; empty if it isn't understood.
/// Start is where the code before it begins that may be looked at.
std::vector<uint64_t> jumpTableTargets(uint64_t Pc, uint64_t Start,
                                       const JumpTableSource &Source);

} // namespace xlate::image

#endif // XLATE_IMAGE_JUMPTABLES_H
