//===- AotImages.cpp - Translations made ahead of time --------------------===//

#include "AotImages.h"
#include "xlate/Image/Elf.h"
#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;
using cache::EntryRec;
using cache::LlvmEntry;
using cache::LlvmUnit;
using cache::SlotRec;

void AotImages::init(const std::vector<std::string> &CacheDirs,
                     bool OfRootOnly) {
  RootOnly = OfRootOnly;
  for (const std::string &Dir : CacheDirs) {
    if (access(Dir.c_str(), X_OK) != 0 || (RootOnly && !cache::isRootsOwn(Dir)))
      continue;
    // Translations for this very CPU first.
    for (const char *Level :
         {"native", "x86-64-v4", "x86-64-v3", "x86-64-v2"}) {
      std::string Path = Dir + "/" + cache::folderName(Level);
      if (access(Path.c_str(), X_OK) == 0)
        Folders.push_back({std::move(Path), cache::hostCpuKey(Level)});
    }
  }
}

void AotImages::setInside(int Fd, uint64_t Offset, uint64_t Size) {
  Inside.Fd.reset(Fd);
  Inside.Offset = Offset;
  Inside.Path = "the image inside";
  cache::ImageHeader &H = Inside.H;
  const char *Why =
      pread(Fd, &H, sizeof H, static_cast<off_t>(Offset)) == sizeof H
          ? cache::checkHeader(H, Size)
          : "truncated";
  bool ForThisCpu = false;
  for (const char *Level : {"native", "x86-64-v4", "x86-64-v3", "x86-64-v2"})
    ForThisCpu |= H.Cpu == cache::hostCpuKey(Level);
  if (!Why && !ForThisCpu)
    Why = "for another CPU";
  if (Why) {
    ignore(Inside.Path, Why);
    return closeInside();
  }
  HasInside = true;
}

void AotImages::ignore(const std::string &Path, const char *Why) {
  ++NumIgnored;
  if (Problem.empty())
    Problem = Path + ": " + Why;
}

bool AotImages::find(int Fd, Found &F) {
  cache::Hash128 Key;
  if (!enabled() || Fd < 0 || !cache::fileKey(Fd, Key))
    return false;
  if (Inside.Fd && Inside.H.File == Key) {
    F.Fd.reset(fcntl(Inside.Fd.get(), F_DUPFD_CLOEXEC, 3));
    F.Path = Inside.Path;
    std::memcpy(static_cast<void *>(&F.H), &Inside.H, sizeof F.H);
    F.Offset = Inside.Offset;
    F.IsInside = true;
    if (F.Fd)
      return true;
  }
  for (const Folder &D : Folders) {
    F.Path = D.Path + "/" + Key.hex() + ".img";
    const char *Why;
    F.Fd.reset(cache::openImage(F.Path, F.H, Why, RootOnly));
    if (F.Fd && F.H.File == Key && F.H.Cpu == D.Cpu)
      return true;
    if (F.Fd)
      Why = F.H.File == Key ? "for another CPU" : "for another file";
    if (Why)
      ignore(F.Path, Why);
  }
  return false;
}

uint64_t AotImages::placeFor(int Fd, uint64_t Span) {
  Found F;
  return find(Fd, F) && F.H.GuestSpan == Span ? F.H.GuestBase : 0;
}

uint64_t AotImages::placeForReservation(int Fd, uint64_t Len) {
  Found F;
  // The span of the segments, and room to align it.
  if (!find(Fd, F) || Len < F.H.GuestSpan)
    return 0;
  const uint64_t Slack = Len - F.H.GuestSpan;
  return (Slack & (Slack - 1)) == 0 && Slack <= (uint64_t(1) << 21)
             ? F.H.GuestBase
             : 0;
}

//--- Taking an image into use -----------------------------------------------

std::unique_ptr<AotImages::Image> AotImages::load(const Found &F) {
  auto I = std::make_unique<Image>();
  const cache::ImageHeader &H = F.H;
  std::memcpy(static_cast<void *>(&I->H), &H, sizeof H);
  const int Fd = F.Fd.get();
  // Without execute permission to begin with: all of it can be placed anywhere.
  const off_t Offset = static_cast<off_t>(F.Offset);
  void *P = mmap(reinterpret_cast<void *>(H.HostBase), H.FileSize, PROT_READ,
                 MAP_PRIVATE | MAP_FIXED_NOREPLACE, Fd, Offset);
  if (P == MAP_FAILED)
    P = mmap(nullptr, H.FileSize, PROT_READ, MAP_PRIVATE, Fd, Offset);
  if (P == MAP_FAILED)
    return nullptr;
  I->Base = static_cast<char *>(P);
  if (mprotect(I->Base + H.SlotsOff, H.CodeOff - H.SlotsOff,
               PROT_READ | PROT_WRITE) != 0 ||
      mprotect(I->Base + H.CodeOff, H.CodeSize, PROT_READ | PROT_EXEC) != 0) {
    munmap(P, H.FileSize);
    return nullptr;
  }
  const char *T = I->Base + H.TablesOff;
  I->Groups = reinterpret_cast<const cache::GroupRec *>(T);
  I->Pcs = reinterpret_cast<const uint32_t *>(
      I->Groups + cache::numGroupRecs(H.TextHi - H.TextLo));
  I->Recs = reinterpret_cast<const EntryRec *>(I->Pcs + H.NumEntries);
  I->SlotRecs = reinterpret_cast<const SlotRec *>(I->Recs + H.NumEntries);
  I->LlvmEntries =
      reinterpret_cast<const LlvmEntry *>(I->SlotRecs + (H.NumSlots - 1));
  I->LlvmUnits =
      reinterpret_cast<const LlvmUnit *>(I->LlvmEntries + H.NumLlvmEntries);
  I->PcMaps =
      reinterpret_cast<const unsigned char *>(I->LlvmUnits + H.NumLlvmUnits);
  I->PcMapsEnd = I->PcMaps + H.PcMapSize;
  return I;
}

/// Give every slot its first value. Only needed where that isn't what the file
/// has.
void AotImages::Image::setAllSlots(LlvmUse Use) {
  slots().target(0).store(missJump(), std::memory_order_release);
  for (uint64_t I = 0; I + 1 < H.NumSlots; ++I) {
    const uint32_t Host = placeOf(H.TextLo + SlotRecs[I].Pc, Use).Host;
    void *Target = Host ? Base + Host : missJump();
    if (SlotRecs[I].Number < H.NumSlots)
      slots()
          .target(SlotRecs[I].Number)
          .store(Target, std::memory_order_release);
  }
}

void AotImages::mapped(CodeMap &Code, uint64_t Lo, uint64_t Hi, int Fd,
                       uint64_t Offset) {
  Found F;
  if (!find(Fd, F))
    return;
  const cache::ImageHeader &H = F.H;
  // The right page of the file at the right address, and all of the text.
  if (H.TextLo < Lo || H.TextHi > Hi || H.TextOffset - Offset != H.TextLo - Lo)
    return;
  // One who can change the image inside can change the program.
  if (!F.IsInside && !cache::isVerified(F.Path, Fd, F.Fd.get(), RootOnly)) {
    cache::Hash128 Text;
    if (!cache::hashFile(Fd, H.TextOffset, H.TextHi - H.TextLo, Text) ||
        Text != H.Text)
      return ignore(F.Path, "the guest file has changed");
    if (!cache::checkPayload(F.Fd.get(), H))
      return ignore(F.Path, "damaged");
    cache::noteVerified(F.Path, Fd, F.Fd.get());
  }
  std::lock_guard G(Code.mutex());
  if (Disabled)
    return;
  auto It = Images.find(H.TextLo);
  if (It != Images.end() && It->second->H.Self == H.Self) {
    // A library that was unloaded is back.
    if (!It->second->Alive)
      It->second->setAllSlots(Use);
    It->second->Alive = true;
    return;
  }
  if (It != Images.end())
    return; // Its space is taken by a void one.
  if (Image *Other = imageAt(H.TextHi - 1); Other && Other->Alive)
    return;
  std::unique_ptr<Image> I = load(F);
  if (!I)
    return ignore(F.Path, "cannot be mapped");
  if (I->Base != reinterpret_cast<char *>(H.HostBase) || Use != LlvmUse::All)
    I->setAllSlots(Use);
  if (!Code.addOther(I->Base, I->Base + H.FileSize)) {
    munmap(I->Base, H.FileSize);
    return;
  }
  I->Alive = true;
  ++NumMapped;
  if (OnHostRange)
    OnHostRange(reinterpret_cast<uint64_t>(I->Base),
                reinterpret_cast<uint64_t>(I->Base) + H.FileSize);
  if (const unsigned N = NumRanges.load(std::memory_order_relaxed);
      N != MaxRanges) {
    Ranges[N] = {H.TextLo, H.TextHi, I.get()};
    NumRanges.store(N + 1, std::memory_order_release);
  }
  Images.emplace(H.TextLo, std::move(I));
}

//--- Looking up
//--------------------------------------------------------------

AotImages::Image *AotImages::imageAt(uint64_t Pc) {
  auto It = Images.upper_bound(Pc);
  if (It == Images.begin())
    return nullptr;
  Image *I = std::prev(It)->second.get();
  return Pc < I->H.TextHi ? I : nullptr;
}

/// The record with this Pc in a sorted table, null if there's none.
template <typename T>
static const T *findPc(const T *Begin, uint64_t N, uint32_t Offset) {
  const T *It =
      std::lower_bound(Begin, Begin + N, Offset,
                       [](const T &R, uint32_t O) { return R.Pc < O; });
  return It != Begin + N && It->Pc == Offset ? It : nullptr;
}

uint32_t AotImages::Image::slotOf(uint64_t Pc) const {
  const SlotRec *R =
      findPc(SlotRecs, H.NumSlots - 1, static_cast<uint32_t>(Pc - H.TextLo));
  return R && R->Number < H.NumSlots ? R->Number : 0;
}

Unit *AotImages::Image::unit(uint64_t Pc, uint32_t Number) {
  std::unique_ptr<Unit> &U = Units[Number];
  if (U)
    return U.get();
  U = std::make_unique<Unit>();
  // The whole text: a change anywhere in it takes the image away.
  U->GuestLo = H.TextLo;
  U->GuestHi = H.TextHi;
  U->Host = Base + hostOf(Number);
  U->Tier = MadeBy::Aot;
  U->RegistersPinned = Number < H.NumEntries;
  if (Number >= H.NumEntries) {
    const LlvmUnit &L = LlvmUnits[Number - H.NumEntries];
    U->Pc = H.TextLo + L.Pc;
    U->HostSize = L.Size;
    return U.get();
  }
  U->Pc = Pc;
  for (uint32_t Next = Number + 1; Next != H.NumEntries; ++Next)
    if (Recs[Next].Host) {
      U->HostSize = Recs[Next].Host - Recs[Number].Host;
      return U.get();
    }
  U->HostSize = H.TablesOff - Recs[Number].Host;
  return U.get();
}

std::pair<Unit *, void *> AotImages::unitFor(uint64_t Pc) {
  Image *I = Images.empty() ? nullptr : imageAt(Pc);
  if (!I || !I->Alive)
    return {};
  const auto [Number, Host] = I->placeOf(Pc, Use);
  if (!Host)
    return {};
  return {I->unit(Pc, Number), I->Base + Host};
}

void AotImages::setSlot(uint64_t Pc, void *Host) {
  Image *I = Images.empty() ? nullptr : imageAt(Pc);
  if (!I || !I->Alive)
    return;
  if (const uint32_t Number = I->slotOf(Pc)) {
    std::atomic<void *> &Target = I->slots().target(Number);
    if (!Host)
      Host = I->missJump();
    // Not to write spares a copy of the page.
    if (Target.load(std::memory_order_relaxed) != Host)
      Target.store(Host, std::memory_order_release);
  }
}

uint32_t AotImages::heatUsed(uint64_t Pc) {
  Image *I = imageAt(Pc);
  const uint32_t Number = I ? I->slotOf(Pc) : 0;
  return Number
             ? static_cast<uint32_t>(I->H.Heat - I->slots().heat(Number).load(
                                                     std::memory_order_relaxed))
             : 0;
}

bool AotImages::hasUncounted(uint64_t Pc) {
  Image *I = imageAt(Pc);
  return I && I->Alive && !I->slotOf(Pc) && I->placeOf(Pc, LlvmUse::None).Host;
}

bool AotImages::isFunction(uint64_t Pc) {
  Image *I = imageAt(Pc);
  if (!I || !I->Alive)
    return false;
  const SlotRec *R = findPc(I->SlotRecs, I->H.NumSlots - 1,
                            static_cast<uint32_t>(Pc - I->H.TextLo));
  return R && R->IsFunction;
}

/// The first record at Pc or behind it.
const SlotRec *AotImages::Image::firstSlotFrom(uint64_t Pc) const {
  if (Pc <= H.TextLo)
    return SlotRecs;
  return std::lower_bound(
      SlotRecs, SlotRecs + (H.NumSlots - 1), Pc - H.TextLo,
      [](const SlotRec &R, uint64_t Offset) { return R.Pc < Offset; });
}

std::pair<uint64_t, uint64_t> AotImages::functionAround(uint64_t Pc) {
  Image *I = imageAt(Pc);
  if (!I || !I->Alive)
    return {};
  const SlotRec *Begin = I->SlotRecs, *End = Begin + (I->H.NumSlots - 1),
                *Next = I->firstSlotFrom(Pc + 4), *First = Next;
  while (Next != End && !Next->IsFunction)
    ++Next;
  while (First != Begin && !First[-1].IsFunction)
    --First;
  if (First == Begin)
    return {};
  return {I->H.TextLo + First[-1].Pc,
          Next == End ? I->H.TextHi : I->H.TextLo + Next->Pc};
}

std::vector<uint64_t> AotImages::entriesIn(uint64_t Lo, uint64_t Hi) {
  std::vector<uint64_t> Pcs;
  Image *I = imageAt(Lo);
  if (!I || !I->Alive)
    return Pcs;
  for (const SlotRec *R = I->firstSlotFrom(Lo),
                     *End = I->SlotRecs + (I->H.NumSlots - 1);
       R != End && I->H.TextLo + R->Pc < Hi; ++R)
    Pcs.push_back(I->H.TextLo + R->Pc);
  return Pcs;
}

void AotImages::reheat(uint64_t Pc, int32_t Heat) {
  if (Image *I = imageAt(Pc))
    if (const uint32_t Number = I->slotOf(Pc))
      I->slots().heat(Number).store(Heat, std::memory_order_relaxed);
}

bool AotImages::invalidate(uint64_t Lo, uint64_t Hi) {
  bool Any = false;
  for (auto &[Text, I] : Images) {
    if (!I->Alive || Hi <= I->H.TextLo || I->H.TextHi <= Lo)
      continue;
    I->Alive = false;
    for (uint64_t N = 0; N != I->H.NumSlots; ++N)
      I->slots().target(N).store(I->missJump(), std::memory_order_release);
    Any = true;
  }
  return Any;
}

bool AotImages::restrict(LlvmUse To) {
  if (To <= Use)
    return false;
  Use = To;
  for (auto &[Text, I] : Images)
    if (I->Alive && I->H.NumLlvmUnits)
      I->setAllSlots(To);
  return !Images.empty();
}

void AotImages::disable() {
  invalidate(0, ~uint64_t(0));
  Disabled = true;
}

void AotImages::restoreSlots() {
  for (auto &[Text, I] : Images)
    if (I->Alive)
      I->setAllSlots(Use);
}

const Unit *AotImages::unitAt(const void *HostPc) {
  const char *P = static_cast<const char *>(HostPc);
  for (auto &[Text, I] : Images) {
    const cache::ImageHeader &H = I->H;
    if (P < I->Base + H.CodeOff || P >= I->Base + H.TablesOff)
      continue;
    if (I->ByHost.empty()) {
      const uint32_t Count =
          static_cast<uint32_t>(H.NumEntries + H.NumLlvmUnits);
      for (uint32_t N = 0; N != Count; ++N)
        if (I->hostOf(N))
          I->ByHost.emplace_back(I->hostOf(N), N);
      std::sort(I->ByHost.begin(), I->ByHost.end());
    }
    const uint32_t Offset = static_cast<uint32_t>(P - I->Base);
    auto It = std::upper_bound(I->ByHost.begin(), I->ByHost.end(),
                               std::pair(Offset, ~uint32_t(0)));
    if (It == I->ByHost.begin())
      return nullptr;
    const uint32_t N = std::prev(It)->second;
    const uint32_t PcMap = N < H.NumEntries
                               ? I->Recs[N].PcMap
                               : I->LlvmUnits[N - H.NumEntries].PcMap;
    Unit *U = I->unit(N < H.NumEntries ? H.TextLo + I->Pcs[N] : 0, N);
    if (P >= U->Host + U->HostSize || PcMap > H.PcMapSize)
      return nullptr;
    U->PcMap = {I->PcMaps + PcMap, I->PcMapsEnd};
    return U;
  }
  return nullptr;
}
