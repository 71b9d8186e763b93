//===- AotImage.cpp - Form of a translated file ---------------------------===//

#include "xlate/Cache/AotImage.h"
#include "BuildHash.h"
#include "xlate/Guest/CpuState.h"
#include "xlate/Support/Files.h"
#include "xlate/Support/HostCpu.h"
#include "xlate/Support/Sanitizers.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::cache;

static constexpr uint64_t Page = 4096;

Hash128 cache::buildKey() {
  Hasher H;
  H.add(XLATE_BUILD_HASH, sizeof XLATE_BUILD_HASH);
  H.addValue(StateAbiVersion);
  H.addValue(sizeof(CpuState));
  H.addValue(ImageVersion);
  return H.finish();
}

bool cache::hostHasLevel(const std::string &Level) {
  const bool V3 = CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(BMI1) &&
                  CPU_FEATURE_ACTIVE(BMI2) && CPU_FEATURE_ACTIVE(F16C) &&
                  CPU_FEATURE_ACTIVE(FMA) && CPU_FEATURE_ACTIVE(LZCNT) &&
                  CPU_FEATURE_ACTIVE(MOVBE);
  if (Level == "native" || Level == "x86-64-v2")
    return true; // what the runtime itself needs
  if (Level == "x86-64-v3")
    return V3;
  return Level == "x86-64-v4" && V3 && CPU_FEATURE_ACTIVE(AVX512F) &&
         CPU_FEATURE_ACTIVE(AVX512BW) && CPU_FEATURE_ACTIVE(AVX512CD) &&
         CPU_FEATURE_ACTIVE(AVX512DQ) && CPU_FEATURE_ACTIVE(AVX512VL);
}

/// What CPUID says about instructions; not the parts that differ between the
/// cores of one machine.
static void addNativeCpu(Hasher &H) {
  for (unsigned Leaf : {CPUID_INDEX_1, CPUID_INDEX_7, CPUID_INDEX_80000001,
                        CPUID_INDEX_7_ECX_1, CPUID_INDEX_19}) {
    const cpuid_feature *F = __x86_get_cpuid_feature_leaf(Leaf);
    for (unsigned Reg = 0; Reg != 4; ++Reg) {
      // EBX of leaf 1 has the core's number.
      uint32_t Has = F->cpuid_array[Reg];
      if (Leaf == CPUID_INDEX_1 && Reg == 1)
        Has = 0;
      if (Leaf == CPUID_INDEX_1 && Reg == 2)
        Has &= ~(1u << 27); // OSXSAVE: it is the kernel's
      H.addValue(Has);
      // Whether the system lets programs use it.
      H.addValue(F->active_array[Reg]);
    }
  }
}

Hash128 cache::hostCpuKey(const std::string &Level) {
  auto make = [&] {
    Hasher H;
    H.add(Level.data(), Level.size());
    if (Level == "native")
      addNativeCpu(H);
    else
      H.addValue(hostHasLevel(Level));
    return H.finish();
  };
  if (Level != "native")
    return make();
  static const Hash128 Native = make();
  return Native;
}

bool cache::fileKey(int Fd, Hash128 &Key) {
  struct stat St;
  if (fstat(Fd, &St) != 0 || !S_ISREG(St.st_mode) || St.st_size < 64)
    return false;
  // The same file is asked for when it is opened, and for each mapping.
  struct Known {
    dev_t Dev;
    ino_t Ino;
    off_t Size;
    timespec Mtime, Ctime;
    bool operator==(const Known &K) const {
      auto same = [](const timespec &A, const timespec &B) {
        return A.tv_sec == B.tv_sec && A.tv_nsec == B.tv_nsec;
      };
      return Dev == K.Dev && Ino == K.Ino && Size == K.Size &&
             same(Mtime, K.Mtime) && same(Ctime, K.Ctime);
    }
  };
  thread_local std::pair<Known, Hash128> Last;
  const Known Now{St.st_dev, St.st_ino, St.st_size, St.st_mtim, St.st_ctim};
  if (Now == Last.first) {
    Key = Last.second;
    return true;
  }
  char First[Page];
  const size_t N = std::min<uint64_t>(sizeof First, St.st_size);
  if (!readAll(Fd, First, N, 0) || std::memcmp(First, "\177ELF\2\1", 6) != 0 ||
      First[18] != '\xb7' || First[19] != 0)
    return false;
  Hasher H;
  H.addValue(uint64_t(St.st_size));
  H.add(First, N);
  Key = H.finish();
  Last = {Now, Key};
  return true;
}

bool cache::hashFile(int Fd, uint64_t Offset, uint64_t Size, Hash128 &Result) {
  Hasher H;
  char Buffer[32 << 10]; // thread stacks are small
  while (Size) {
    const size_t N = std::min<uint64_t>(Size, sizeof Buffer);
    if (!readAll(Fd, Buffer, N, Offset))
      return false;
    H.add(Buffer, N);
    Offset += N;
    Size -= N;
  }
  Result = H.finish();
  return true;
}

namespace {
/// Places of one size, one after the other.
struct Region {
  uint64_t Lo, Size;
  uint64_t Mask; ///< Number of places - 1, a power of two.
  uint64_t at(uint64_t Hash) const { return Lo + (Hash & Mask) * Size; }
};
} // namespace

// Two regions that neither the kernel, nor loaders, nor common allocators and
// sanitizers of guests use; no two files are likely to meet there.
#ifdef XLATE_TSAN
// Its shadow is there. These are below 2 TiB, where programs may be, and above
// the place of programs without an image (LoaderMap.cpp).
static constexpr Region GuestPlaces{0x6000000000, 64 << 20, 0x1fff};
static constexpr Region HostPlaces{0xe000000000, 256 << 20, 0xfff};
#else
static constexpr Region GuestPlaces{0x100000000000, 64 << 20, 0x3ffff};
static constexpr Region HostPlaces{0x200000000000, 256 << 20, 0x1ffff};
#endif

uint64_t cache::preferredGuestBase(const Hash128 &File) {
  return GuestPlaces.at(File.Lo);
}
uint64_t cache::preferredHostBase(const Hash128 &File) {
  return HostPlaces.at(File.Hi);
}

Hash128 cache::headerHash(const ImageHeader &H) {
  ImageHeader Copy;
  std::memcpy(static_cast<void *>(&Copy), &H, sizeof H);
  Copy.Self = {};
  return hashOf(&Copy, sizeof Copy);
}

const char *cache::checkHeader(const ImageHeader &H, uint64_t FileSize) {
  if (H.Magic != ImageMagic)
    return "not an image";
  if (H.Version != ImageVersion || H.HeaderSize != sizeof H)
    return "another version";
  if (H.Self != headerHash(H))
    return "damaged header";
  if (H.Build != buildKey())
    return "made by another translator";
  if (H.FileSize != FileSize)
    return "truncated";
  // The rest is ours to have written, but a wrong size must not be fatal.
  const uint64_t Limit = uint64_t(1) << 31;
  if (FileSize > Limit || SlotTable::bytes(H.NumSlots) > Limit ||
      H.NumEntries >= Limit / sizeof(EntryRec) || !H.NumSlots ||
      H.NumSlots > H.NumEntries + 1 ||
      H.NumLlvmEntries > Limit / sizeof(LlvmEntry) ||
      H.NumLlvmUnits > Limit / sizeof(LlvmUnit) || H.PcMapSize > Limit)
    return "impossible sizes";
  const uint64_t Tables = numGroupRecs(H.TextHi - H.TextLo) * sizeof(GroupRec) +
                          H.NumEntries * (sizeof(uint32_t) + sizeof(EntryRec)) +
                          (H.NumSlots - 1) * sizeof(SlotRec) +
                          H.NumLlvmEntries * sizeof(LlvmEntry) +
                          H.NumLlvmUnits * sizeof(LlvmUnit) + H.PcMapSize;
  if (H.SlotsOff != Page || H.CodeOff % Page ||
      H.CodeOff != H.SlotsOff + SlotTable::bytes(H.NumSlots) ||
      H.CodeOff > FileSize || H.CodeSize > FileSize ||
      H.CodeOff + H.CodeSize != H.TablesOff || H.TablesOff % Page ||
      H.TablesOff + Tables != FileSize || H.MissOff < H.CodeOff ||
      H.MissOff >= H.TablesOff || H.HostBase % Page || H.GuestBase % Page ||
      H.TextLo >= H.TextHi || H.TextHi - H.TextLo > Limit || H.TextLo % 4)
    return "impossible sizes";
  return nullptr;
}

//--- PC maps
//------------------------------------------------------------------

static void appendNumber(std::string &Out, uint32_t V) {
  for (; V >= 0x80; V >>= 7)
    Out.push_back(static_cast<char>(V | 0x80));
  Out.push_back(static_cast<char>(V));
}

void cache::appendPcMap(std::string &Out,
                        const std::vector<std::pair<uint32_t, int32_t>> &Map) {
  appendNumber(Out, static_cast<uint32_t>(Map.size()));
  std::pair<uint32_t, int32_t> Last{0, 0};
  for (const auto &P : Map) {
    appendNumber(Out, P.first - Last.first);
    // As readPcMap() adds it, modulo 2^32.
    const auto Step = static_cast<int32_t>(static_cast<uint32_t>(P.second) -
                                           static_cast<uint32_t>(Last.second));
    appendNumber(Out, static_cast<uint32_t>(Step) << 1 ^
                          static_cast<uint32_t>(Step >> 31));
    Last = P;
  }
}

/// The number that From begins with; From is what is behind it.
static uint32_t takeNumber(std::span<const unsigned char> &From) {
  uint32_t V = 0;
  for (unsigned Shift = 0; !From.empty() && Shift < 32; Shift += 7) {
    const unsigned char C = From.front();
    From = From.subspan(1);
    V |= uint32_t(C & 0x7f) << Shift;
    if (C < 0x80)
      break;
  }
  return V;
}

std::span<const unsigned char>
cache::skipPcMap(std::span<const unsigned char> Maps) {
  for (uint32_t N = takeNumber(Maps); N && !Maps.empty(); --N) {
    takeNumber(Maps);
    takeNumber(Maps);
  }
  return Maps;
}

bool cache::findInPcMap(std::span<const unsigned char> Map, uint32_t Offset,
                        int32_t &Value) {
  bool Found = false;
  uint32_t Off = 0, At = 0;
  for (uint32_t N = takeNumber(Map); N && !Map.empty(); --N) {
    Off += takeNumber(Map);
    const uint32_t Z = takeNumber(Map);
    At += Z >> 1 ^ (0 - (Z & 1));
    if (Off > Offset)
      break;
    Value = static_cast<int32_t>(At);
    Found = true;
  }
  return Found;
}
