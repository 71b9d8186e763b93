//===- LoaderMap.cpp - Mapping ELF segments -------------------------------===//
#include "xlate/Runtime/Loader.h"
#include <cstring>
#include <elf.h>
#include <random>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/random.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

namespace xlate::runtime {

using image::ElfImage;
using image::pageDown;
using image::PageSize;
using image::pageUp;
using image::Segment;

/// Programs that may be anywhere start here: below where the host kernel puts
/// its mappings, with free space above for the heap, and a short address.
static constexpr uint64_t PieBase = 0x5500000000;
static constexpr uint64_t PieRandomPages = uint64_t(1) << 18;

static int protOf(uint32_t Flags) {
  return (Flags & PF_R ? PROT_READ : 0) | (Flags & PF_W ? PROT_WRITE : 0) |
         (Flags & PF_X ? PROT_EXEC : 0);
}

/// Guest code is never executed by the host, but always read by it.
static int hostProt(int GuestProt) {
  if (GuestProt & PROT_EXEC)
    return (GuestProt & ~PROT_EXEC) | PROT_READ;
  return GuestProt;
}

static void *at(uint64_t Addr) { return reinterpret_cast<void *>(Addr); }

static uint64_t reserve(uint64_t Hint, uint64_t Size, int Flags) {
  void *P = mmap(at(Hint), Size, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | Flags, -1, 0);
  return P == MAP_FAILED ? 0 : reinterpret_cast<uint64_t>(P);
}

static uint64_t pieHint(uint64_t Align) {
  uint64_t Random = 0;
  int Persona = personality(0xffffffff);
  if (Persona == -1 || !(Persona & ADDR_NO_RANDOMIZE))
    if (getrandom(&Random, sizeof Random, GRND_NONBLOCK) != sizeof Random)
      Random = 0;
  uint64_t Base = PieBase + Random % PieRandomPages * PageSize;
  return (Base + Align - 1) & ~(Align - 1);
}

/// Reserve the address range of Image. The result is the load bias.
static Expected<uint64_t> reserveImage(const ElfImage &Image, bool IsInterp,
                                       uint64_t Preferred) {
  uint64_t Lo = Image.lo(), Size = Image.hi() - Lo;
  if (!Image.IsDyn) {
    uint64_t Got = reserve(Lo, Size, MAP_FIXED_NOREPLACE);
    if (Got == Lo)
      return uint64_t(0);
    if (Got) // A kernel that doesn't know the flag takes the address as a hint.
      munmap(at(Got), Size);
    char Range[64];
    snprintf(Range, sizeof Range, "0x%llx-0x%llx", (unsigned long long)Lo,
             (unsigned long long)Image.hi());
    return Error{ENOMEM, std::string("the address range ") + Range +
                             " is not available"};
  }
  // A biased image must keep addresses modulo the largest alignment.
  uint64_t Align = Image.Align, Skew = Lo & (Align - 1);
  if (Preferred && !((Preferred - Lo) & (Align - 1))) {
    uint64_t Got = reserve(Preferred, Size, MAP_FIXED_NOREPLACE);
    if (Got == Preferred)
      return Got - Lo;
    if (Got)
      munmap(at(Got), Size);
  }
  if (!IsInterp) {
    uint64_t Want = pieHint(Align) + Skew;
    uint64_t Got = reserve(Want, Size, MAP_FIXED_NOREPLACE);
    if (Got == Want)
      return Got - Lo;
    if (Got)
      munmap(at(Got), Size);
  }
  uint64_t Slack = Align > PageSize ? Align : 0;
  if (Size > image::AddressLimit - Slack)
    return Error{ENOMEM, "its segments don't fit in the address space"};
  uint64_t Got = reserve(0, Size + Slack, 0);
  if (!Got)
    return Error{ENOMEM, "its segments don't fit in the address space"};
  uint64_t Start = Got;
  if (Slack) {
    Start = Got + ((Skew - Got) & (Align - 1));
    if (Start != Got)
      munmap(at(Got), Start - Got);
    if (Start + Size != Got + Size + Slack)
      munmap(at(Start + Size), Got + Slack - Start);
  }
  return Start - Lo;
}

static Error cannotMap(const Segment &S) {
  int Errno = errno;
  char Where[32];
  snprintf(Where, sizeof Where, "0x%llx", (unsigned long long)S.Vaddr);
  return {Errno, std::string("cannot map the segment at ") + Where + ": " +
                     systemError(Errno).Reason};
}

/// Map one segment into the reserved range. Its start may share a page with
/// the segment before; as with the kernel, the later one wins.
static Expected<bool> mapSegment(int Fd, const std::string &Path,
                                 const Segment &S, uint64_t Bias,
                                 MapSink &Sink) {
  int Prot = protOf(S.Flags), Host = hostProt(Prot);
  uint64_t Lo = pageDown(S.Vaddr + Bias);
  uint64_t FileEnd = S.Vaddr + Bias + S.FileSize;
  uint64_t End = pageUp(S.Vaddr + Bias + S.MemSize);
  uint64_t FilePages = S.FileSize ? pageUp(FileEnd) : Lo;
  if (S.FileSize) {
    uint64_t Offset = pageDown(S.Offset);
    bool Tail = FileEnd != FilePages && S.MemSize > S.FileSize;
    if (mmap(at(Lo), FilePages - Lo,
             Tail ? Host | PROT_READ | PROT_WRITE : Host,
             MAP_PRIVATE | MAP_FIXED, Fd, Offset) == MAP_FAILED)
      return cannotMap(S);
    if (Tail) {
      memset(at(FileEnd), 0, FilePages - FileEnd);
      if (mprotect(at(Lo), FilePages - Lo, Host) != 0)
        return cannotMap(S);
    }
    Sink.addMapping({Lo, FilePages, Prot, Offset, Fd, Path});
  }
  if (End > FilePages) {
    if (mmap(at(FilePages), End - FilePages, Host,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
      return cannotMap(S);
    Sink.addMapping({FilePages, End, Prot, 0, -1, ""});
  }
  return true;
}

Expected<uint64_t> mapImage(int Fd, const std::string &Path,
                            const ElfImage &Image, bool IsInterp,
                            MapSink &Sink) {
  Expected<uint64_t> Bias = reserveImage(
      Image, IsInterp,
      Image.IsDyn ? Sink.preferredBase(Fd, Image.hi() - Image.lo()) : 0);
  if (!Bias)
    return Bias;
  uint64_t Done = Image.lo() + *Bias;
  for (const Segment &S : Image.Loads) {
    Expected<bool> Mapped = mapSegment(Fd, Path, S, *Bias, Sink);
    if (!Mapped) {
      munmap(at(Image.lo() + *Bias), Image.hi() - Image.lo());
      return Mapped.error();
    }
    // Holes between segments are nobody's.
    uint64_t Lo = pageDown(S.Vaddr + *Bias);
    if (Lo > Done)
      munmap(at(Done), Lo - Done);
    Done = pageUp(S.end() + *Bias);
  }
  return *Bias;
}

} // namespace xlate::runtime
