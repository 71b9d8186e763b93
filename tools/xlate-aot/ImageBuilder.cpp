//===- ImageBuilder.cpp - The image of one guest file ---------------------===//

#include "ImageBuilder.h"
#include "xlate/Runtime/HotTier.h"
#include "xlate/Semantics/FlagLiveness.h"
#include "xlate/Semantics/Semantics.h"
#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <sys/mman.h>

using namespace xlate;
using namespace xlate::aot;
using namespace xlate::cache;

static constexpr uint64_t Page = 4096;

static uint64_t pageUp(uint64_t X) { return (X + Page - 1) & ~(Page - 1); }

static char *alignUp(char *P, size_t Align) {
  return reinterpret_cast<char *>((reinterpret_cast<uintptr_t>(P) + Align - 1) &
                                  ~uintptr_t(Align - 1));
}

static baseline::Features featuresOf(const std::string &Cpu) {
  if (Cpu == "native")
    return baseline::Features::detect();
  baseline::Features F;
  F.Lzcnt = F.Bmi1 = F.Bmi2 = F.Avx = F.Avx2 = F.Fma = F.F16c =
      Cpu != "x86-64-v2";
  F.Avx512 = Cpu == "x86-64-v4";
  return F;
}

ImageBuilder::~ImageBuilder() {
  if (Map)
    munmap(Map, MapSize);
}

bool ImageBuilder::reserve() {
  for (const auto &[Pc, I] : E.Blocks) {
    Pcs.push_back(Pc);
    Infos.push_back(&I);
  }
  Recs.resize(Pcs.size());
  Edges.resize(Pcs.size());
  const uint64_t CodeOff = Page + SlotTable::bytes(Pcs.size() + 1);
  MapSize = CodeOff + (uint64_t(1) << 30);
  void *P = mmap(nullptr, MapSize, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (P == MAP_FAILED)
    return false;
  Base = Map = static_cast<char *>(P);
  Code = Cursor = Base + CodeOff;
  End = Base + MapSize;
  // What ran in recorded runs has its slots side by side: a process then writes
  // to few pages of counters. All of these get slots in any case.
  for (size_t I = 0; I != Pcs.size(); ++I)
    if (Infos[I]->Class && Infos[I]->Function && !Infos[I]->Skip)
      slotNumber(Pcs[I]);
  return true;
}

size_t ImageBuilder::indexOf(uint64_t Pc) const {
  auto It = std::lower_bound(Pcs.begin(), Pcs.end(), Pc);
  return It != Pcs.end() && *It == Pc ? static_cast<size_t>(It - Pcs.begin())
                                      : Pcs.size();
}

/// 0, the slot that always misses, for what isn't an entry.
uint32_t ImageBuilder::slotNumber(uint64_t Pc) {
  if (indexOf(Pc) == Pcs.size())
    return 0;
  return Slots.try_emplace(Pc, static_cast<uint32_t>(Slots.size() + 1))
      .first->second;
}

bool ImageBuilder::isDirect(uint64_t Pc, bool Backwards) {
  const size_t I = indexOf(Pc);
  return I != Pcs.size() &&
         (Infos[I]->hasSlot() || (!Backwards && !Infos[I]->Skip));
}

std::atomic<int32_t> *ImageBuilder::heatFor(uint64_t Pc) {
  const size_t I = indexOf(Pc);
  return I != Pcs.size() && Infos[I]->hasSlot() ? &slots().heat(slotNumber(Pc))
                                                : nullptr;
}

/// The way into entry I through its slot, with a poll. One copy for all code
/// that goes there is less than one in each place.
void ImageBuilder::emitEdge(size_t I) {
  unsigned char Code[40];
  size_t N = 0;
  auto bytes = [&](std::initializer_list<unsigned char> B) {
    for (unsigned char C : B)
      Code[N++] = C;
  };
  auto word = [&](uint64_t V, unsigned Size) {
    std::memcpy(Code + N, &V, Size);
    N += Size;
  };
  auto relative = [&](const void *To) {
    word(
        static_cast<uint64_t>(static_cast<const char *>(To) - (Cursor + N + 4)),
        4);
  };
  if (Pcs[I] >> 32) {
    bytes({0x48, 0xb8}); // movabs rax, Pc
    word(Pcs[I], 8);
  } else {
    bytes({0xb8}); // mov eax, Pc
    word(Pcs[I], 4);
  }
  bytes({0x65, 0x83, 0x3c, 0x25}); // cmp dword gs:[PollFlag], 0
  word(offsetof(CpuState, PollFlag), 4);
  bytes({0});
  bytes({0x0f, 0x85}); // jne: the dispatcher polls
  relative(Miss);
  bytes({0xff, 0x25}); // jmp [slot]
  relative(&slots().target(slotNumber(Pcs[I])));
  std::memcpy(Cursor, Code, N);
  Edges[I] = Cursor;
  Cursor += N;
}

uint32_t
ImageBuilder::addPcMap(uint64_t Pc,
                       std::span<const std::pair<uint32_t, uint64_t>> Map) {
  std::vector<std::pair<uint32_t, int32_t>> Relative;
  for (auto [Off, At] : Map)
    Relative.emplace_back(Off, static_cast<int32_t>(At - Pc));
  const size_t Where = PcMaps.size();
  appendPcMap(PcMaps, Relative);
  return static_cast<uint32_t>(Where);
}

bool ImageBuilder::emitBaseline(const std::string &Cpu,
                                const std::set<uint64_t> &LlvmBlocks) {
  Cursor = alignUp(Cursor, 16);
  baseline::Baseline Translator(featuresOf(Cpu));
  auto space = [&] { return static_cast<size_t>(End - Cursor); };
  const size_t Thunks =
      Translator.emitThunks(reinterpret_cast<uint8_t *>(Cursor), space());
  Cursor = alignUp(Cursor + Thunks, 16);
  // jmp *%gs:MissStub
  Miss = Cursor;
  static constexpr unsigned char Jump[] = {0x65, 0xff, 0x24, 0x25};
  std::memcpy(Cursor, Jump, sizeof Jump);
  const uint32_t Where = offsetof(CpuState, MissStub);
  std::memcpy(Cursor + sizeof Jump, &Where, 4);
  Cursor = alignUp(Cursor + 8, 16);

  const std::vector<Trace> Traces =
      planTraces(Pcs, Infos, LlvmBlocks,
                 [this](uint64_t Pc) { return Slots.count(Pc) != 0; });
  std::vector<std::pair<char *, uint64_t>> Direct;
  std::vector<std::pair<uint8_t *, std::atomic<int32_t> *>> Charges;
  Block B;
  for (size_t T = 0; T != Traces.size(); ++T) {
    const size_t I = Traces[T].Start;
    if (space() < 4096)
      return false;
    if (hasEdge(I))
      emitEdge(I);
    if (Infos[I]->Skip)
      continue;
    recordTrace(B, Pcs[I], Traces[T].End, MaxBlockInsns, MaxBlockInsns,
                [](uint64_t) { return true; });
    assert(B.End == Traces[T].End && "the plan and the code disagree");
    baseline::Options O;
    O.FlushElsewhere = true;
    O.FlagsAtJumps = E.FlagsAtJumps;
    if (Infos[I]->hasSlot())
      O.Heat = &slots().heat(slotNumber(Pcs[I]));
    // What follows is its unit or its edge.
    if (T + 1 != Traces.size())
      if (const size_t Next = Traces[T + 1].Start;
          hasEdge(Next) == Infos[Next]->hasSlot())
        O.Next = Pcs[Next];
    baseline::EmitResult R = Translator.emit(
        B, reinterpret_cast<uint8_t *>(Cursor), space(), *this, O);
    if (!R.Entry)
      return false;
    Recs[I] = {offsetOf(R.Entry), addPcMap(Pcs[I], R.PcMap)};
    if (R.Charge)
      Charges.emplace_back(R.Entry + R.Charge, O.Heat);
    for (auto [At, Target] : R.Direct)
      Direct.emplace_back(Cursor + At, Target);
    Cursor += R.Size;
    NumInsns += B.NumInsns;
  }
  for (auto [At, Target] : Direct) {
    const size_t I = indexOf(Target);
    if (Infos[I]->hasSlot() && !Edges[I]) {
      if (space() < 4096)
        return false;
      emitEdge(I);
    }
    const char *To = Edges[I] ? Edges[I] : Base + Recs[I].Host;
    const int32_t Distance = static_cast<int32_t>(To - (At + 4));
    std::memcpy(At, &Distance, 4);
  }
  for (auto [Jump, Heat] : Charges) {
    const size_t Size = Translator.emitCharge(
        reinterpret_cast<uint8_t *>(Cursor), space(), Jump, Heat);
    if (!Size)
      return false;
    Cursor += Size;
  }
  Cursor = alignUp(Cursor, 16);
  return true;
}

void ImageBuilder::emitLlvm(codegen::Compiler &C,
                            const std::vector<uint64_t> &Batch,
                            const codegen::GuestCode &Guest,
                            const codegen::UnitOptions &Options) {
  codegen::JitMemory Memory;
  Memory.Allocate = [this](size_t N, size_t Align) -> char * {
    char *P = alignUp(Cursor, Align);
    if (N > static_cast<size_t>(End - P))
      return nullptr;
    Cursor = P + N;
    return P;
  };
  Memory.Slot = [this](uint64_t Pc) -> void * { return slotFor(Pc); };
  std::string Error;
  for (const codegen::Unit &U :
       C.compile(Batch, Guest, Options, Memory, Error)) {
    const uint32_t Number = static_cast<uint32_t>(LlvmUnits.size());
    LlvmUnits.push_back({static_cast<uint32_t>(U.Pc - Text.lo()),
                         offsetOf(U.Host), static_cast<uint32_t>(U.Size),
                         addPcMap(U.Pc, U.PcMap)});
    for (const auto &Frame : U.FrameMaps)
      appendPcMap(PcMaps, Frame);
    for (const auto &[Pc, Offset] : U.Entries)
      LlvmEntries.push_back({static_cast<uint32_t>(Pc - Text.lo()), Number,
                             U.KnowsSp, offsetOf(U.Host) + Offset});
  }
}

template <typename T>
static void append(std::string &Out, const std::vector<T> &V) {
  Out.append(reinterpret_cast<const char *>(V.data()), V.size() * sizeof(T));
}

void ImageBuilder::finish(ImageHeader &H,
                          std::pair<const char *, size_t> &Arena,
                          std::string &Tables) {
  // The code ends on a page boundary; what the page holds behind it is zero.
  H.CodeSize = pageUp(static_cast<uint64_t>(Cursor - Code));
  H.NumSlots = Slots.size() + 1;
  const uint64_t SlotBytes = SlotTable::bytes(H.NumSlots);
  char *First = Code - SlotBytes - Page;
  const uint32_t Shift = offsetOf(First);
  H.SlotsOff = Page;
  H.CodeOff = Page + SlotBytes;
  H.MissOff = static_cast<uint64_t>(Miss - First);
  H.TablesOff = H.CodeOff + H.CodeSize;
  H.NumEntries = Pcs.size();
  H.NumLlvmUnits = LlvmUnits.size();
  H.PcMapSize = PcMaps.size();
  H.Heat = runtime::HotThreshold;
  for (EntryRec &R : Recs)
    R.Host -= R.Host ? Shift : 0;
  for (LlvmUnit &U : LlvmUnits)
    U.Host -= Shift;
  for (LlvmEntry &E : LlvmEntries)
    E.Host -= Shift;
  auto set = [&](uint32_t Number, uint64_t Offset) {
    slots().target(Number) = reinterpret_cast<void *>(H.HostBase + Offset);
    slots().heat(Number) = runtime::HotThreshold;
  };
  std::sort(LlvmEntries.begin(), LlvmEntries.end(),
            [](const LlvmEntry &A, const LlvmEntry &B) {
              return A.Pc != B.Pc ? A.Pc < B.Pc : A.Unit < B.Unit;
            });
  LlvmEntries.erase(std::unique(LlvmEntries.begin(), LlvmEntries.end(),
                                [](const LlvmEntry &A, const LlvmEntry &B) {
                                  return A.Pc == B.Pc;
                                }),
                    LlvmEntries.end());
  H.NumLlvmEntries = LlvmEntries.size();
  set(0, H.MissOff);
  std::vector<SlotRec> SlotRecs;
  SlotRecs.reserve(Slots.size());
  for (auto [Pc, Number] : Slots) {
    const uint32_t Host = Recs[indexOf(Pc)].Host;
    set(Number, Host ? Host : H.MissOff);
    SlotRecs.push_back({static_cast<uint32_t>(Pc - Text.lo()), Number,
                        Infos[indexOf(Pc)]->Function});
  }
  for (size_t I = LlvmEntries.size(); I-- != 0;)
    if (auto It = Slots.find(LlvmEntries[I].Pc + Text.lo()); It != Slots.end())
      set(It->second, LlvmEntries[I].Host);
  std::vector<uint32_t> Offsets;
  Offsets.reserve(Pcs.size());
  for (uint64_t Pc : Pcs)
    Offsets.push_back(static_cast<uint32_t>(Pc - Text.lo()));
  std::vector<GroupRec> Groups(numGroupRecs(Text.hi() - Text.lo()));
  for (size_t G = 0, Entry = 0, Llvm = 0; G != Groups.size(); ++G) {
    auto IsHere = [&](uint32_t Offset) { return Offset >> GroupBits == G; };
    auto Bit = [](uint32_t Offset) {
      return uint64_t(1) << (Offset >> 2 & 63);
    };
    GroupRec &R = Groups[G];
    R.FirstEntry = static_cast<uint32_t>(Entry);
    R.FirstLlvmEntry = static_cast<uint32_t>(Llvm);
    for (; Entry != Offsets.size() && IsHere(Offsets[Entry]); ++Entry)
      R.Entries |= Bit(Offsets[Entry]);
    for (; Llvm != LlvmEntries.size() && IsHere(LlvmEntries[Llvm].Pc); ++Llvm)
      R.LlvmEntries |= Bit(LlvmEntries[Llvm].Pc);
  }
  append(Tables, Groups);
  append(Tables, Offsets);
  append(Tables, Recs);
  append(Tables, SlotRecs);
  append(Tables, LlvmEntries);
  append(Tables, LlvmUnits);
  Tables += PcMaps;
  H.FileSize = H.TablesOff + Tables.size();
  Arena = {First + Page, SlotBytes + H.CodeSize};
}
