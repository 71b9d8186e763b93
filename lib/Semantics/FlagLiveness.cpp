//===- FlagLiveness.cpp - Who reads NZCV next -----------------------------===//

#include "xlate/Semantics/FlagLiveness.h"
#include "xlate/Semantics/Semantics.h"
#include <algorithm>
#include <optional>

using namespace xlate;

std::atomic<bool> xlate::FlagsAreKept{false};

namespace {

enum class Use { Dead, Read, Unknown };

/// One look ahead. Bounded: most code compares soon after it begins. What is
/// optimised is worth a longer look, as flags that might be read are in the way
/// everywhere in a unit.
class Lookahead {
public:
  Lookahead(const CodeEndFn &CodeEnd, CodeRanges *Depends, AcrossJumps Jumps)
      : CodeEnd(CodeEnd), Depends(Depends), Jumps(Jumps),
        Budget(Jumps == AcrossJumps::Dead ? 400 : 24),
        MaxDepth(Jumps == AcrossJumps::Dead ? 40 : 6) {}

  Use at(uint64_t Pc);
  Use after(const Block &B);
  bool isCopyLoop(uint64_t Pc);

private:
  /// Go's longest has 128 instructions.
  static constexpr unsigned MaxCopyInsns = 160;

  Use scan(const Block &B, bool &Ended);
  bool endsCopyLoop(uint64_t Ret);

  const CodeEndFn &CodeEnd;
  CodeRanges *Depends;
  const AcrossJumps Jumps;
  CodeReader Code, Callee;
  Block Scratch;
  unsigned Budget; ///< Instructions to look at.
  const unsigned MaxDepth;
  unsigned Depth = 0;
  /// Where it has been: going round in a circle reads nothing.
  std::vector<uint64_t> Visited;
};

} // namespace

/// The first use among B's uops. Ended tells whether the last one is a
/// terminator that semantics recorded.
Use Lookahead::scan(const Block &B, bool &Ended) {
  Ended = false;
  for (const Uop &U : B.Uops)
    switch (U.Code) {
    case Op::cond:
    case Op::getNzcv:
      return Use::Read;
    case Op::stateHelper:
      return mopsPrologue(B, static_cast<unsigned>(&U - B.Uops.data()))
                 ? Use::Dead // it sets them
                 : Use::Unknown;
    case Op::br:
    case Op::brCond:
    case Op::brInd:
    case Op::call:
    case Op::exit:
      Ended = true;
      return Use::Unknown;
    default:
      if (opAttr(U.Code) == OpAttr::Flags)
        return Use::Dead;
    }
  return Use::Unknown;
}

/// What Go's duffzero and duffcopy are made of: their callers know that they
/// don't touch flags, and keep some across the call. Prologues and epilogues
/// use SP instead.
static bool isCopyStep(uint32_t W) {
  const bool Pair = (W & 0x3a000000) == 0x28000000;
  const bool PostIndex = (W & 0x3b200c00) == 0x38000400;
  return (Pair || PostIndex) && (W >> 5 & 31) != 31;
}

static constexpr uint32_t RetX30 = 0xd65f03c0;

/// Whether the function at Pc does nothing but load and store.
bool Lookahead::isCopyLoop(uint64_t Pc) {
  const uint64_t End = CodeEnd(Pc);
  uint32_t Word;
  for (unsigned N = 0; N != MaxCopyInsns && Pc + 4 <= End; ++N, Pc += 4) {
    if (!Callee.word(Pc, End, Word))
      return false;
    if (Word == RetX30)
      return N != 0;
    if (!isCopyStep(Word))
      return false;
  }
  return false;
}

/// Whether the return at Ret may be that of such a function.
bool Lookahead::endsCopyLoop(uint64_t Ret) {
  uint32_t Word;
  return CodeEnd(Ret - 4) >= Ret && Callee.word(Ret - 4, Ret, Word) &&
         isCopyStep(Word);
}

Use Lookahead::after(const Block &B) {
  const Uop &T = B.terminator();
  const bool CallsKill = !FlagsAreKept.load(std::memory_order_relaxed);
  switch (T.Code) {
  case Op::br:
    return at(static_cast<uint64_t>(T.Imm));
  case Op::call:
    if (!CallsKill)
      return at(static_cast<uint64_t>(T.Imm));
    return isCopyLoop(static_cast<uint64_t>(T.Imm)) ? at(B.End) : Use::Dead;
  case Op::brCond: {
    const uint64_t Fall = B.End; // B may be Scratch
    const Use Taken = at(static_cast<uint64_t>(T.Imm));
    return Taken == Use::Dead ? at(Fall) : Taken;
  }
  case Op::brInd: {
    if (!CallsKill)
      return Use::Unknown;
    if (static_cast<BranchKind>(T.N) == BranchKind::Ret)
      return endsCopyLoop(B.End - 4) ? Use::Unknown : Use::Dead;
    if (static_cast<BranchKind>(T.N) == BranchKind::Call)
      return Use::Dead;
    if (Jumps == AcrossJumps::Dead)
      return restoresFlags(B.End - 4, CodeEnd) ? Use::Unknown : Use::Dead;
    // A jump through IP0 or IP1 is a veneer's or a PLT's: inside a call.
    const Uop &Target = B.Uops[T.A[0]];
    const bool Veneer =
        Target.Code == Op::getReg && (Target.Imm == 16 || Target.Imm == 17);
    return Veneer ? Use::Dead : Use::Unknown;
  }
  case Op::exit: // a system call, say
    return T.Lane ? at(B.End) : Use::Unknown;
  default:
    return Use::Unknown;
  }
}

static uint64_t branchTarget(uint64_t Pc, uint32_t Word) {
  return Pc +
         static_cast<uint64_t>(int64_t(static_cast<int32_t>(Word << 6)) >> 4);
}

/// Common words that do nothing to NZCV but, at most, overwrite them; nothing
/// if only recording the word can tell.
static std::optional<Use> quickUse(uint32_t W) {
  auto Is = [W](uint32_t Mask, uint32_t Bits) { return (W & Mask) == Bits; };
  auto WritesIf = [](bool Writes) { return Writes ? Use::Dead : Use::Unknown; };
  switch (W >> 25 & 15) {
  case 8:
  case 9: // immediate: ADDS, SUBS, ANDS
    if (Is(0x1f800000, 0x11000000))
      return WritesIf(W >> 29 & 1);
    if (Is(0x1f800000, 0x12000000))
      return WritesIf(Is(0x60000000, 0x60000000));
    return Use::Unknown;
  case 4:
  case 6:
  case 12:
  case 14: // loads and stores but memory copy and set
    if (Is(0x3b200c00, 0x19000400))
      return std::nullopt;
    return Use::Unknown;
  case 5:
  case 13: // register: ADDS, SUBS, ANDS, BICS; one to three sources
    if (Is(0x1f000000, 0x0a000000))
      return WritesIf(Is(0x60000000, 0x60000000));
    if (Is(0x1f000000, 0x0b000000))
      return WritesIf(W >> 29 & 1);
    if (Is(0x1f000000, 0x1b000000) || Is(0x3fe00000, 0x1ac00000))
      return Use::Unknown;
    return std::nullopt;
  case 10: // hints: NOP, BTI
    if (Is(0xfffff01f, 0xd503201f))
      return Use::Unknown;
    return std::nullopt;
  default:
    return std::nullopt;
  }
}

Use Lookahead::at(uint64_t Pc) {
  if (std::find(Visited.begin(), Visited.end(), Pc) != Visited.end())
    return Use::Dead;
  if (++Depth > MaxDepth)
    return Use::Unknown;
  Visited.push_back(Pc);
  const uint64_t Start = Pc, End = CodeEnd(Pc);
  for (; Budget != 0 && Pc + 4 <= End; Pc += 4, --Budget) {
    uint32_t Word;
    if (!Code.word(Pc, End, Word))
      return Use::Unknown;
    const bool Call = (Word & 0xfc000000) == 0x94000000, // BL
        CallReg = (Word & 0xfffffc1f) == 0xd63f0000,     // BLR
        Return = (Word & 0xfffffc1f) == 0xd65f0000;      // RET
    if ((Call || CallReg || Return) &&
        !FlagsAreKept.load(std::memory_order_relaxed)) {
      if (Call && isCopyLoop(branchTarget(Pc, Word)))
        continue;
      if (Return && endsCopyLoop(Pc))
        return Use::Unknown;
      if (Depends)
        Depends->emplace_back(Start, Pc + 4);
      return Use::Dead;
    }
    if (const std::optional<Use> Quick = quickUse(Word)) {
      if (*Quick == Use::Unknown)
        continue;
      if (Depends)
        Depends->emplace_back(Start, Pc + 4);
      return Use::Dead;
    }
    recordBlock(Scratch, Pc, Pc + 4, 1);
    const Block &B = Scratch;
    const bool Leaves = opAttr(B.Uops[1].Code) == OpAttr::Ctrl;
    bool Ended;
    Use U = scan(B, Ended);
    if (Ended)
      U = after(B);
    if (U == Use::Dead && Depends)
      Depends->emplace_back(Start, Pc + 4);
    if (U != Use::Unknown || Ended || Leaves)
      return U;
  }
  return Use::Unknown;
}

static bool dead(Use U, CodeRanges *Depends, size_t Mark) {
  if (U == Use::Dead)
    return true;
  if (Depends)
    Depends->resize(Mark);
  return false;
}

bool xlate::flagsDeadAt(uint64_t Pc, const CodeEndFn &CodeEnd,
                        CodeRanges *Depends, AcrossJumps Jumps) {
  const size_t Mark = Depends ? Depends->size() : 0;
  return dead(Lookahead(CodeEnd, Depends, Jumps).at(Pc), Depends, Mark);
}

bool xlate::flagsDeadAfter(const Block &B, const CodeEndFn &CodeEnd,
                           CodeRanges *Depends, AcrossJumps Jumps) {
  const size_t Mark = Depends ? Depends->size() : 0;
  return dead(Lookahead(CodeEnd, Depends, Jumps).after(B), Depends, Mark);
}

bool xlate::readsFlagsAt(uint64_t Pc, const CodeEndFn &CodeEnd) {
  return Lookahead(CodeEnd, nullptr, AcrossJumps::Kept).at(Pc) == Use::Read;
}

bool xlate::restoresFlags(uint64_t Pc, const CodeEndFn &CodeEnd) {
  constexpr unsigned MaxInsns = 64;
  CodeReader Code;
  uint32_t W;
  for (unsigned N = 0; N != MaxInsns; ++N) {
    Pc -= 4;
    if (CodeEnd(Pc) < Pc + 4 || !Code.word(Pc, Pc + 4, W))
      return false;
    if ((W & ~uint32_t(31)) == 0xd51b4200) // MSR NZCV
      return true;
    if ((W & 0x7c000000) == 0x14000000 || // B, BL
        (W & 0xfe000000) == 0xd6000000 || // through registers
        (W & 0xff000010) == 0x54000000 || // B.cond
        (W & 0x7c000000) == 0x34000000)   // CBZ, TBZ
      return false;
  }
  return false;
}

bool xlate::readsFlagsAcrossCall(const Block &B, const CodeEndFn &CodeEnd) {
  const Uop &T = B.terminator();
  const bool IsCall =
      T.Code == Op::call ||
      (T.Code == Op::brInd && static_cast<BranchKind>(T.N) == BranchKind::Call);
  if (!IsCall)
    return false;
  const bool AfterCall = readsFlagsAt(B.End, CodeEnd);
  if (T.Code != Op::call)
    return AfterCall;
  const uint64_t Target = static_cast<uint64_t>(T.Imm);
  return (AfterCall &&
          !Lookahead(CodeEnd, nullptr, AcrossJumps::Kept).isCopyLoop(Target)) ||
         readsFlagsAt(Target, CodeEnd);
}
