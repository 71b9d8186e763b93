//===- ArgLiveness.cpp - Which arguments a function looks at --------------===//
//
// A function that isn't interested in an argument leaves it where it is until
// it needs the register. Until then those that it calls could read it, which
// they do if it is an argument of theirs, passed on: so the search goes into
// them, and through the procedure linkage table. It doesn't come back from
// there, for they may change the register.
//
//===----------------------------------------------------------------------===//

#include "xlate/Semantics/ArgLiveness.h"
#include "xlate/Semantics/Semantics.h"
#include <unordered_set>

using namespace xlate;

namespace {

class ArgReader {
public:
  ArgReader(unsigned Reg, const CodeEndFn &CodeEnd)
      : Reg(Reg), CodeEnd(CodeEnd) {}
  bool reads(uint64_t Pc);

private:
  enum class Use { Read, Written, None };
  Use use(const Block &B) const;
  bool leave(const Block &B);
  uint64_t linkageTarget(const Block &B);
  void visit(uint64_t Pc) {
    if (Seen.insert(Pc).second)
      Due.push_back(Pc);
  }

  const unsigned Reg;
  const CodeEndFn &CodeEnd;
  CodeReader Code;
  std::unordered_set<uint64_t> Seen;
  std::vector<uint64_t> Due;
};

} // namespace

ArgReader::Use ArgReader::use(const Block &B) const {
  for (const Uop &U : B.Uops) {
    if (U.Code == Op::stateHelper)
      return Use::Read; // it sees everything
    if (U.Code == Op::getReg && U.Imm == static_cast<int64_t>(Reg))
      return Use::Read;
    if (U.Code == Op::setReg && U.Imm == static_cast<int64_t>(Reg))
      return Use::Written;
  }
  return Use::None;
}

/// Where an entry of the linkage table leads: ADRP X16, page; LDR X17, [X16,
/// #offset]; perhaps more; BR X17. 0 if B isn't one.
uint64_t ArgReader::linkageTarget(const Block &B) {
  uint64_t Page = 0, Target = 0;
  uint32_t W = 0;
  for (uint64_t Pc = B.Pc; Pc != B.End; Pc += 4) {
    if (!Code.word(Pc, B.End, W))
      return 0;
    if ((W & 0x9f00001f) == 0x90000010) {
      const uint64_t Pages = (W >> 29 & 3) | (W >> 5 & 0x7ffff) << 2;
      const auto Signed = static_cast<int64_t>(Pages << 43) >> 31; // 21 bits
      Page = (Pc & ~uint64_t(4095)) + static_cast<uint64_t>(Signed);
    } else if (Page && (W & 0xffc003ff) == 0xf9400211) {
      const uint64_t At = Page + (W >> 10 & 0xfff) * 8;
      if (!FetchGuestCode(&Target, reinterpret_cast<const void *>(At), 8))
        return 0;
    }
  }
  constexpr uint32_t BrX17 = 0xd61f0220;
  return W == BrX17 ? Target : 0;
}

/// Go where B leads. False if that can't be told.
bool ArgReader::leave(const Block &B) {
  const Uop &T = B.terminator();
  switch (T.Code) {
  case Op::br:
  case Op::call:
    visit(static_cast<uint64_t>(T.Imm));
    return true;
  case Op::brCond:
    visit(static_cast<uint64_t>(T.Imm));
    visit(B.End);
    return true;
  case Op::brInd:
    if (static_cast<BranchKind>(T.N) == BranchKind::Ret)
      return true;
    if (const uint64_t Target = linkageTarget(B)) {
      visit(Target);
      return true;
    }
    return false;
  case Op::exit:
    // A system call that has the argument has the ones before it, too, and a
    // handler doesn't pass a signal's number on as what calls begin with.
    if (T.Lane)
      visit(B.End);
    return true;
  default:
    return false;
  }
}

bool ArgReader::reads(uint64_t Pc) {
  constexpr unsigned MaxBlocks = 4000, MaxInsns = 64;
  visit(Pc);
  Block B;
  for (unsigned N = 0; !Due.empty(); ++N) {
    Pc = Due.back();
    Due.pop_back();
    const uint64_t End = CodeEnd(Pc);
    if (N == MaxBlocks || Pc & 3 || End < Pc + 4)
      return true;
    recordBlock(B, Pc, End, MaxInsns);
    const Use U = use(B);
    if (U == Use::Read || (U == Use::None && !leave(B)))
      return true;
  }
  return false;
}

bool xlate::readsArgument(uint64_t Pc, unsigned Reg, const CodeEndFn &CodeEnd) {
  return ArgReader(Reg, CodeEnd).reads(Pc);
}
