//===- AotImages.cpp - Translations made ahead of time --------------------===//

#include "AotImages.h"
#include "xlate/Image/Elf.h"
#include <algorithm>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;
using cache::EntryRec;
using cache::LlvmRec;
using cache::Slot;

void AotImages::init(const std::string &CacheDir) {
  if (CacheDir.empty())
    return;
  // Translations for this very CPU first.
  for (const char *Level : {"native", "x86-64-v4", "x86-64-v3", "x86-64-v2"}) {
    std::string Folder = CacheDir + "/" + cache::folderName(Level);
    if (access(Folder.c_str(), X_OK) == 0)
      Folders.push_back(std::move(Folder));
    else if (Folders.empty() && Level[0] == 'n' &&
             access(CacheDir.c_str(), X_OK) != 0)
      return;
  }
}

void AotImages::ignore(const std::string &Path, const char *Why) {
  ++NumIgnored;
  if (Problem.empty())
    Problem = Path + ": " + Why;
}

bool AotImages::find(int Fd, Found &F) {
  cache::Hash128 Key;
  if (Folders.empty() || Fd < 0 || !cache::fileKey(Fd, Key))
    return false;
  for (const std::string &Folder : Folders) {
    F.Path = Folder + "/" + Key.hex() + ".img";
    const char *Why;
    F.Fd.reset(cache::openImage(F.Path, F.H, Why));
    if (F.Fd && F.H.File == Key)
      return true;
    if (F.Fd || Why)
      ignore(F.Path, F.Fd ? "for another file" : Why);
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
  void *P = mmap(reinterpret_cast<void *>(H.HostBase), H.FileSize, PROT_READ,
                 MAP_PRIVATE | MAP_FIXED_NOREPLACE, Fd, 0);
  if (P == MAP_FAILED)
    P = mmap(nullptr, H.FileSize, PROT_READ, MAP_PRIVATE, Fd, 0);
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
  I->Slots = reinterpret_cast<Slot *>(I->Base + H.SlotsOff);
  I->Pcs = reinterpret_cast<const uint32_t *>(T);
  I->Recs = reinterpret_cast<const EntryRec *>(I->Pcs + H.NumEntries);
  I->Llvm = reinterpret_cast<const LlvmRec *>(I->Recs + H.NumEntries);
  I->PcMaps = reinterpret_cast<const unsigned char *>(I->Llvm + H.NumLlvm);
  I->PcMapsEnd = I->PcMaps + H.PcMapSize;
  return I;
}

/// Give every slot its first value. Only needed where that isn't what the file
/// has.
void AotImages::fillSlots(Image &I) {
  auto set = [&](size_t N, uint32_t Offset) {
    I.Slots[N].Target.store(I.Base + (Offset ? Offset : I.H.MissOff),
                            std::memory_order_release);
  };
  set(0, 0);
  for (size_t N = 0; N != I.H.NumEntries; ++N)
    set(N + 1, I.Recs[N].Host);
  if (Precise)
    return;
  for (size_t N = 0; N != I.H.NumLlvm; ++N)
    if (size_t Index = I.indexOf(I.H.TextLo + I.Llvm[N].Pc))
      set(Index, I.Llvm[N].Host);
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
  if (!cache::isVerified(F.Path, Fd, F.Fd.get())) {
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
      fillSlots(*It->second);
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
  if (I->Base != reinterpret_cast<char *>(H.HostBase) || Precise)
    fillSlots(*I);
  if (!Code.addOther(I->Base, I->Base + H.FileSize)) {
    munmap(I->Base, H.FileSize);
    return;
  }
  I->Alive = true;
  ++NumMapped;
  if (OnHostRange)
    OnHostRange(reinterpret_cast<uint64_t>(I->Base),
                reinterpret_cast<uint64_t>(I->Base) + H.FileSize);
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

/// Slot number, 0 if Pc isn't an entry.
size_t AotImages::Image::indexOf(uint64_t Pc) const {
  const uint32_t Offset = static_cast<uint32_t>(Pc - H.TextLo);
  const uint32_t *End = Pcs + H.NumEntries;
  const uint32_t *It = std::lower_bound(Pcs, End, Offset);
  return It != End && *It == Offset ? static_cast<size_t>(It - Pcs) + 1 : 0;
}

const LlvmRec *AotImages::Image::llvmFor(uint64_t Pc) const {
  const uint32_t Offset = static_cast<uint32_t>(Pc - H.TextLo);
  const LlvmRec *End = Llvm + H.NumLlvm;
  const LlvmRec *It = std::lower_bound(
      Llvm, End, Offset, [](const LlvmRec &L, uint32_t O) { return L.Pc < O; });
  return It != End && It->Pc == Offset ? It : nullptr;
}

Unit *AotImages::Image::unit(uint64_t Pc, uint32_t Host, uint32_t Size,
                             uint32_t PcMap, bool IsLlvm) {
  std::unique_ptr<Unit> &U = Units[Host];
  if (U)
    return U.get();
  U = std::make_unique<Unit>();
  U->Pc = Pc;
  // The whole text: a change anywhere in it takes the image away.
  U->GuestLo = H.TextLo;
  U->GuestHi = H.TextHi;
  U->Host = Base + Host;
  U->HostSize = Size;
  U->Tier = MadeBy::Aot;
  U->RegistersPinned = !IsLlvm;
  return U.get();
}

Unit *AotImages::unitFor(uint64_t Pc) {
  Image *I = imageAt(Pc);
  if (!I || !I->Alive)
    return nullptr;
  const size_t Index = I->indexOf(Pc);
  if (!Precise)
    if (const LlvmRec *L = I->llvmFor(Pc)) {
      ++NumUsed;
      return I->unit(Pc, L->Host, L->Size, L->PcMap, true);
    }
  if (!Index || !I->Recs[Index - 1].Host)
    return nullptr;
  ++NumUsed;
  const EntryRec &R = I->Recs[Index - 1];
  return I->unit(Pc, R.Host, R.Size, R.PcMap, false);
}

void AotImages::setSlot(uint64_t Pc, void *Host) {
  Image *I = Images.empty() ? nullptr : imageAt(Pc);
  if (!I || !I->Alive)
    return;
  if (size_t Index = I->indexOf(Pc)) {
    std::atomic<void *> &Target = I->Slots[Index].Target;
    if (!Host)
      Host = I->missJump();
    if (Target.load(std::memory_order_relaxed) != Host)
      Target.store(Host, std::memory_order_release);
  }
}

void AotImages::reheat(uint64_t Pc, int32_t Heat) {
  if (Image *I = imageAt(Pc))
    if (size_t Index = I->indexOf(Pc))
      I->Slots[Index].Heat.store(Heat, std::memory_order_relaxed);
}

bool AotImages::invalidate(uint64_t Lo, uint64_t Hi) {
  bool Any = false;
  for (auto &[Text, I] : Images) {
    if (!I->Alive || Hi <= I->H.TextLo || I->H.TextHi <= Lo)
      continue;
    I->Alive = false;
    for (size_t N = 0; N != I->H.NumSlots; ++N)
      I->Slots[N].Target.store(I->missJump(), std::memory_order_release);
    Any = true;
  }
  return Any;
}

bool AotImages::usePrecise() {
  Precise = true;
  for (auto &[Text, I] : Images) {
    if (!I->Alive)
      continue;
    for (size_t N = 0; N != I->H.NumLlvm; ++N) {
      const size_t Index = I->indexOf(I->H.TextLo + I->Llvm[N].Pc);
      if (!Index)
        continue;
      const uint32_t Host = I->Recs[Index - 1].Host;
      I->Slots[Index].Target.store(Host ? I->Base + Host : I->missJump(),
                                   std::memory_order_release);
    }
  }
  return !Images.empty();
}

void AotImages::disable() {
  invalidate(0, ~uint64_t(0));
  Disabled = true;
}

void AotImages::restoreSlots() {
  for (auto &[Text, I] : Images)
    if (I->Alive)
      fillSlots(*I);
}

const Unit *AotImages::unitAt(const void *HostPc) {
  const char *P = static_cast<const char *>(HostPc);
  for (auto &[Text, I] : Images) {
    if (P < I->Base + I->H.CodeOff || P >= I->Base + I->H.TablesOff)
      continue;
    if (I->ByHost.empty()) {
      for (uint32_t N = 0; N != I->H.NumEntries; ++N)
        if (I->Recs[N].Host)
          I->ByHost.emplace_back(I->Recs[N].Host, N);
      for (uint32_t N = 0; N != I->H.NumLlvm; ++N)
        I->ByHost.emplace_back(I->Llvm[N].Host, I->H.NumEntries + N);
      std::sort(I->ByHost.begin(), I->ByHost.end());
    }
    const uint32_t Offset = static_cast<uint32_t>(P - I->Base);
    auto It = std::upper_bound(I->ByHost.begin(), I->ByHost.end(),
                               std::pair(Offset, ~uint32_t(0)));
    if (It == I->ByHost.begin())
      return nullptr;
    const uint32_t N = std::prev(It)->second;
    const bool IsLlvm = N >= I->H.NumEntries;
    EntryRec R;
    uint64_t Pc = I->H.TextLo;
    if (IsLlvm) {
      const LlvmRec &L = I->Llvm[N - I->H.NumEntries];
      R = {L.Host, L.Size, L.PcMap};
      Pc += L.Pc;
    } else {
      R = I->Recs[N];
      Pc += I->Pcs[N];
    }
    if (Offset >= R.Host + R.Size || R.PcMap > I->H.PcMapSize)
      return nullptr;
    Unit *U = I->unit(Pc, R.Host, R.Size, R.PcMap, IsLlvm);
    if (U->PcMap.empty())
      U->PcMap = cache::readPcMap(I->PcMaps + R.PcMap, I->PcMapsEnd);
    return U;
  }
  return nullptr;
}
