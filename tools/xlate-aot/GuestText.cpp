//===- GuestText.cpp - The code of a file and the entries in it -----------===//

#include "GuestText.h"
#include "xlate/Guest/CpuState.h"
#include "xlate/Image/JumpTables.h"
#include "xlate/Semantics/FlagLiveness.h"
#include "xlate/Semantics/Semantics.h"
#include <algorithm>
#include <cstring>
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

namespace xlate::aot {

GuestText::~GuestText() {
  if (MapSize)
    munmap(reinterpret_cast<void *>(MapLo), MapSize);
}

Expected<bool> GuestText::map(int File, const image::ElfImage &Image,
                              uint64_t LoadBias) {
  Fd = File;
  Bias = LoadBias;
  for (const image::Segment &S : Image.Loads)
    if (!(S.Flags & PF_W))
      Constants.push_back(S);
  const image::Segment *Code = nullptr;
  for (const image::Segment &S : Image.Loads)
    if (!Code && (S.Flags & PF_X) && !(S.Flags & PF_W) && S.FileSize >= 4)
      Code = &S;
  if (!Code)
    return Error{ENOEXEC, "has no read-only code"};
  Lo = ((Code->Vaddr + 3) & ~uint64_t(3)) + Bias;
  Hi = (Code->Vaddr + Code->FileSize + Bias) & ~uint64_t(3);
  Offset = Code->Offset + (Lo - Bias - Code->Vaddr);
  MapLo = image::pageDown(Lo);
  const uint64_t Size = image::pageUp(Hi) - MapLo;
  void *P = mmap(reinterpret_cast<void *>(MapLo), Size, PROT_READ,
                 MAP_PRIVATE | MAP_FIXED_NOREPLACE, Fd,
                 static_cast<off_t>(image::pageDown(Offset)));
  if (P == MAP_FAILED)
    return systemError(errno);
  if (P != reinterpret_cast<void *>(MapLo)) { // the address was only a hint
    munmap(P, Size);
    return Error{ENOMEM, "its address is not available"};
  }
  MapSize = Size;
  return true;
}

uint64_t GuestText::codeEnd(uint64_t Pc) const {
  if (Pc < Lo || Pc >= Hi)
    return 0;
  if (Sections.empty())
    return Hi;
  auto It =
      std::upper_bound(Sections.begin(), Sections.end(), Pc,
                       [](uint64_t P, const auto &S) { return P < S.first; });
  if (It == Sections.begin() || Pc >= std::prev(It)->second)
    return 0;
  return std::min(Hi, std::prev(It)->second);
}

bool GuestText::readConstant(uint64_t Address, void *To, size_t Size) const {
  if (Address >= Lo && Address < Hi && Hi - Address >= Size) {
    std::memcpy(To, reinterpret_cast<const void *>(Address), Size);
    return true;
  }
  const uint64_t Vaddr = Address - Bias;
  for (const image::Segment &S : Constants)
    if (Vaddr >= S.Vaddr && Vaddr - S.Vaddr < S.FileSize)
      return S.FileSize - (Vaddr - S.Vaddr) >= Size &&
             pread(Fd, To, Size,
                   static_cast<off_t>(S.Offset + (Vaddr - S.Vaddr))) ==
                 static_cast<ssize_t>(Size);
  return false;
}

uint64_t GuestText::sectionBytes() const {
  uint64_t Sum = 0;
  for (auto [From, To] : Sections)
    Sum += To - From;
  return Sections.empty() ? Hi - Lo : Sum;
}

static uint32_t wordAt(uint64_t Pc) {
  uint32_t W;
  std::memcpy(&W, reinterpret_cast<const void *>(Pc), 4);
  return W;
}

/// Loops longer than this are left to profiles.
static constexpr uint64_t MaxLoopBytes = 2048;

class EntryFinder {
public:
  explicit EntryFinder(GuestText &Text) : Text(Text) {}
  Entries run(const image::CodeHints &Hints, const cache::Profile &Profile,
              uint64_t Bias);

private:
  void add(uint64_t Pc, bool Needed = true) {
    if ((Pc & 3) || !Text.codeEnd(Pc))
      return;
    auto [It, New] = Out.Blocks.try_emplace(Pc);
    It->second.Needed |= Needed;
    if (New)
      Work.push_back(Pc);
  }
  void follow();
  void scan(uint64_t Pc);
  void addressesIn(uint64_t Lo, uint64_t Hi);
  void afterHelpers(const Block &B);
  bool isJump(uint64_t Pc) const;
  void jump(uint64_t Pc);
  void cover(uint64_t Lo, uint64_t Hi);
  void findFlagsAtJumps();
  void sweep();

  GuestText &Text;
  Entries Out;
  std::vector<uint64_t> Work;
  std::set<uint64_t> Functions, References;
  /// From the targets of branches back to the ends of these.
  std::vector<std::pair<uint64_t, uint64_t>> Loops;
  /// Bytes that belong to a block, as disjoint ranges.
  std::map<uint64_t, uint64_t> Covered;
};

void EntryFinder::cover(uint64_t Lo, uint64_t Hi) {
  auto It = Covered.upper_bound(Lo);
  if (It != Covered.begin() && std::prev(It)->second >= Lo) {
    --It;
    Lo = It->first;
  }
  while (It != Covered.end() && It->first <= Hi) {
    Hi = std::max(Hi, It->second);
    It = Covered.erase(It);
  }
  Covered[Lo] = Hi;
}

void EntryFinder::scan(uint64_t Pc) {
  const CodeEndFn CodeEnd = [this](uint64_t P) { return Text.codeEnd(P); };
  Block B = recordBlock(Pc, Text.codeEnd(Pc), MaxBlockInsns);
  Entries::Info &I = Out.Blocks[Pc];
  I.End = B.End;
  I.Skip = readsFlagsAcrossCall(B, CodeEnd);
  cover(Pc, B.End);
  addressesIn(Pc, B.End);
  afterHelpers(B);
  const Uop &T = B.terminator();
  const uint64_t Target = static_cast<uint64_t>(T.Imm);
  if (T.Code == Op::brCond || T.Code == Op::br || T.Code == Op::call)
    References.insert(Target);
  switch (T.Code) {
  case Op::brCond:
    I.Falls = Entries::Info::Fall::Untaken;
    add(B.End, /*Needed=*/false);
    [[fallthrough]];
  case Op::br:
    if (B.IsCut)
      I.Falls = Entries::Info::Fall::Always;
    add(Target, /*Needed=*/!B.IsCut);
    if (Target < B.End)
      if (auto It = Out.Blocks.find(Target); It != Out.Blocks.end()) {
        // A branch back across the start of a function isn't a loop.
        auto F = Functions.upper_bound(Target);
        It->second.LoopHeader |= F == Functions.end() || *F >= B.End;
        It->second.BackTarget = true;
        if (It->second.LoopHeader && B.End - Target <= MaxLoopBytes)
          Loops.emplace_back(Target, B.End);
      }
    break;
  case Op::call:
    Functions.insert(Target);
    add(Target);
    add(B.End);
    if (auto It = Out.Blocks.find(B.End); It != Out.Blocks.end())
      It->second.ReturnPoint = true;
    break;
  case Op::brInd:
    if ((wordAt(B.End - 4) & 0xfffffc1f) == 0xd63f0000) { // BLR
      add(B.End);
      if (auto It = Out.Blocks.find(B.End); It != Out.Blocks.end())
        It->second.ReturnPoint = true;
    } else {
      jump(B.End - 4);
    }
    break;
  default:
    if (static_cast<ExitReason>(T.N) == ExitReason::Undefined)
      ++Out.UnknownInsns;
    else if (T.Lane)
      add(B.End);
    break;
  }
}

void EntryFinder::afterHelpers(const Block &B) {
  uint64_t At = B.Pc;
  for (const Uop &U : B.Uops) {
    if (U.Code == Op::insn)
      At = static_cast<uint64_t>(U.Imm);
    const uint64_t Next = At + 4 * uint64_t(U.N);
    if (U.Code != Op::stateHelper || Next >= B.End)
      continue;
    add(Next);
    if (auto It = Out.Blocks.find(Next); It != Out.Blocks.end())
      It->second.AfterHelper = true;
  }
}

// Addresses of code that the code itself computes: pointers to functions and
// the bases of jump tables.
void EntryFinder::addressesIn(uint64_t Lo, uint64_t Hi) {
  uint64_t Page[32] = {};
  for (uint64_t Pc = Lo; Pc < Hi; Pc += 4) {
    const uint32_t W = wordAt(Pc);
    if ((W & 0x1f000000) == 0x10000000) { // ADR, ADRP
      const int64_t Imm = (int64_t(int32_t(W << 8)) >> 13 << 2) | (W >> 29 & 3);
      const bool IsPage = W >> 31;
      const uint64_t A =
          IsPage ? (Pc & ~uint64_t(4095)) + (static_cast<uint64_t>(Imm) << 12)
                 : Pc + static_cast<uint64_t>(Imm);
      if (IsPage)
        Page[W & 31] = A;
      else
        add(A);
    } else if ((W & 0xffc00000) == 0x91000000) { // ADD Xd, Xn, #imm
      if (uint64_t P = Page[W >> 5 & 31])
        add(P + (W >> 10 & 4095));
    }
  }
}

// BR, but not of a veneer, whose target is another function.
bool EntryFinder::isJump(uint64_t Pc) const {
  const uint32_t W = wordAt(Pc);
  const unsigned R = W >> 5 & 31;
  return (W & 0xfffffc1f) == 0xd61f0000 && R != 16 && R != 17;
}

void EntryFinder::jump(uint64_t Pc) {
  if (!isJump(Pc))
    return;
  auto [Known, New] = Out.Jumps.try_emplace(Pc);
  if (!New)
    return;
  ++Out.NumJumps;
  auto F = Functions.upper_bound(Pc);
  const uint64_t Start = F == Functions.begin() ? Text.Lo : *std::prev(F);
  // Cases are in the function, or in its cold part.
  constexpr uint64_t Far = 1 << 20;
  const image::JumpTableSource Source = {
      [this](uint64_t A, void *To, size_t Size) {
        return Text.readConstant(A, To, Size);
      },
      [this, Pc](uint64_t A) {
        return Text.codeEnd(A) != 0 && A - Pc + Far < 2 * Far;
      }};
  for (uint64_t T : image::jumpTableTargets(Pc, Start, Source)) {
    Known->second.push_back(T);
    add(T);
  }
}

void EntryFinder::follow() {
  while (!Work.empty()) {
    const uint64_t Pc = Work.back();
    Work.pop_back();
    scan(Pc);
  }
}

// Code that nothing refers to directly (cases of jump tables, functions called
// through pointers in data) begins where other code or padding ends.
void EntryFinder::sweep() {
  constexpr uint32_t Nop = 0xd503201f;
  for (auto [Lo, Hi] : Text.Sections)
    for (uint64_t At = Lo; At < Hi;) {
      auto It = Covered.upper_bound(At);
      if (It != Covered.begin() && std::prev(It)->second > At) {
        At = std::prev(It)->second;
        continue;
      }
      // What begins here ends before the next is looked for.
      if (const uint32_t W = wordAt(At);
          W != Nop && W != 0 && decode(W).Code != A64::Unallocated) {
        add(At);
        follow();
      }
      At += 4;
    }
}

/// Does a block read NZCV to which nothing leads, so that it must be an
/// indirect jump that does? Tables of jumps may be taken for longer than they
/// are, so what they hold isn't asked about if anything else leads there.
void EntryFinder::findFlagsAtJumps() {
  const CodeEndFn CodeEnd = [this](uint64_t P) { return Text.codeEnd(P); };
  const Entries::Info *Before = nullptr;
  for (const auto &[Pc, I] : Out.Blocks) {
    // An unknown instruction, of SVE say, would go on there; or it is data.
    const bool FallenInto =
        (Before && Before->End == Pc &&
         Before->Falls != Entries::Info::Fall::None) ||
        (Pc != Text.Lo && decode(wordAt(Pc - 4)).Code == A64::Unallocated);
    Before = &I;
    if (FallenInto || I.Referenced || I.ReturnPoint ||
        !readsFlagsAt(Pc, CodeEnd))
      continue;
    Out.FlagsAtJumps = AcrossJumps::Kept;
    return;
  }
}

Entries EntryFinder::run(const image::CodeHints &Hints,
                         const cache::Profile &Profile, uint64_t Bias) {
  for (auto [Lo, Hi] : Hints.Sections) {
    Lo = std::max((Lo + Bias + 3) & ~uint64_t(3), Text.Lo);
    Hi = std::min((Hi + Bias) & ~uint64_t(3), Text.Hi);
    if (Lo < Hi)
      Text.Sections.emplace_back(Lo, Hi);
  }
  for (uint64_t F : Hints.Functions)
    Functions.insert(F + Bias);
  const std::set<uint64_t> Known = Functions;
  for (uint64_t F : Known)
    add(F);
  for (uint64_t L : Hints.Labels)
    add(L + Bias);
  for (const cache::Profile::BlockInfo &B : Profile.Blocks)
    add(Text.pcOf(B.Offset), /*Needed=*/false);
  for (auto [From, To] : Profile.Jumps)
    add(Text.pcOf(To));
  follow();
  sweep();
  for (const cache::Profile::BlockInfo &B : Profile.Blocks)
    if (auto It = Out.Blocks.find(Text.pcOf(B.Offset));
        It != Out.Blocks.end()) {
      It->second.Class = B.Class;
      It->second.Hot = B.Hot;
    }
  for (auto [From, To] : Profile.Jumps) {
    const uint64_t Pc = Text.pcOf(From);
    if (!Text.codeEnd(Pc)) // of another file's profile
      continue;
    std::vector<uint64_t> &Targets = isJump(Pc) ? Out.Jumps[Pc] : Out.Calls[Pc];
    if (const uint64_t T = Text.pcOf(To);
        std::find(Targets.begin(), Targets.end(), T) == Targets.end())
      Targets.push_back(T);
  }
  for (auto &[Pc, I] : Out.Blocks)
    I.Referenced = References.count(Pc) != 0;
  for (uint64_t F : Functions)
    if (auto It = Out.Blocks.find(F); It != Out.Blocks.end()) {
      It->second.Function = true;
      ++Out.NumFunctions;
    }
  // A block ends where the next one begins: nothing is translated twice.
  for (auto It = Out.Blocks.begin(); It != Out.Blocks.end();) {
    Entries::Info &I = It->second;
    ++It;
    if (It != Out.Blocks.end() && It->first < I.End) {
      I.End = It->first;
      I.Falls = Entries::Info::Fall::Always;
      I.Skip = false; // it is the rest's last instruction that counts
    }
  }
  findFlagsAtJumps();
  for (auto [Lo, Hi] : Loops)
    for (auto It = Out.Blocks.lower_bound(Lo);
         It != Out.Blocks.end() && It->first < Hi; ++It)
      It->second.InLoop = true;
  for (auto [Lo, Hi] : Covered)
    Out.CoveredBytes += Hi - Lo;
  return std::move(Out);
}

Entries findEntries(GuestText &Text, const image::CodeHints &Hints,
                    const cache::Profile &Profile, uint64_t Bias) {
  return EntryFinder(Text).run(Hints, Profile, Bias);
}

} // namespace xlate::aot
