//===- FlagLiveness.h - Who reads NZCV next ---------------------*- C++ -*-===//
//
// Storing NZCV at the end of every unit would cost more than most units do.
// This looks ahead in guest code for the next use.
//
// At calls and returns NZCV count as dead, as AAPCS64 6.1.1 has them. Code that
// breaks this reads flags right after a call, or first thing in a function:
// recordBlock's user asks readsFlagsAcrossCall() about every call before it is
// made, and from the first such find on flags are kept everywhere. Functions
// that only load and store leave them alone, and Go's compiler knows: they
// count as ordinary instructions. (What is called isn't watched for changes.)
//
// No compiler keeps flags across a jump through a register (a switch, an
// interpreter's dispatch), but hand-written code might. The baseline tier keeps
// them, and the runtime asks readsFlagsAt() about each target that it sees
// there. Other code (AcrossJumps::Dead) doesn't: it is made of jumps that have
// been seen for long, or of a file whose targets have all been asked about.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_SEMANTICS_FLAGLIVENESS_H
#define XLATE_SEMANTICS_FLAGLIVENESS_H

#include "xlate/Ops/Uop.h"
#include <atomic>
#include <functional>
#include <utility>
#include <vector>

namespace xlate {

/// End of the readable guest code that begins at an address; that address or
/// less if there is none.
using CodeEndFn = std::function<uint64_t(uint64_t Pc)>;

/// Guest ranges [first, second) that an answer relies on.
using CodeRanges = std::vector<std::pair<uint64_t, uint64_t>>;

/// What becomes of NZCV at a BR that isn't a veneer's.
enum class AcrossJumps : bool { Kept, Dead };

/// True if the code at Pc overwrites NZCV on every path before reading them.
/// Depends, if given, receives what was looked at when the answer is true.
bool flagsDeadAt(uint64_t Pc, const CodeEndFn &CodeEnd, CodeRanges *Depends,
                 AcrossJumps Jumps);

/// True if nothing needs NZCV once B's terminator has left the block.
bool flagsDeadAfter(const Block &B, const CodeEndFn &CodeEnd,
                    CodeRanges *Depends, AcrossJumps Jumps);

/// True if the code at Pc reads NZCV before it writes them.
bool readsFlagsAt(uint64_t Pc, const CodeEndFn &CodeEnd);

/// True if the jump through a register at Pc is behind an instruction that sets
/// NZCV as a whole: it goes back to code that was interrupted (Go's goroutines
/// are), with all that belongs to it. Flags are kept there in any case.
bool restoresFlags(uint64_t Pc, const CodeEndFn &CodeEnd);

/// True if B ends in a call and the code that the callee returns to reads the
/// callee's flags, or the callee, if it is known, those of B.
bool readsFlagsAcrossCall(const Block &B, const CodeEndFn &CodeEnd);

/// Set for good when one of the last two said yes once; translations made
/// before must then be withdrawn.
extern std::atomic<bool> FlagsAreKept;

} // namespace xlate

#endif // XLATE_SEMANTICS_FLAGLIVENESS_H
