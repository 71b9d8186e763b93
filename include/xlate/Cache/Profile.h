//===- Profile.h - What ran of a guest file ---------------------*- C++ -*-===//
//
// Recorded by xlate-run, read by xlate-aot: for each guest file, named by its
// fileKey(), the entries of blocks that were translated at run time, how often
// about they ran, which of them became units of the optimising tier, where
// indirect jumps went, and whether that was in a program that handles faults.
// Everything is a hint. Offsets are those in the file, so that neither the
// address nor the translator matters.
//
// The form: "XLATPRF2", then per file the key, its size in bytes and numbers of
// 7 bits a byte, lowest first; at the end a hash of all of it. Files with any
// damage are ignored as a whole.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_CACHE_PROFILE_H
#define XLATE_CACHE_PROFILE_H

#include "xlate/Cache/Hash.h"
#include "xlate/Support/Error.h"
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xlate::cache {

/// Number of bits of a count, the form in which counts are kept: runs of a
/// program then agree.
constexpr uint8_t countClass(uint64_t Count) {
  return Count ? static_cast<uint8_t>(64 - __builtin_clzll(Count)) : 0;
}

/// What is known of one file. Vectors are sorted and without duplicates.
struct Profile {
  struct BlockInfo {
    uint32_t Offset;
    uint8_t Class : 7; ///< countClass() of its executions.
    uint8_t Hot : 1;   ///< Was an entry of a unit of the optimising tier.
    bool operator==(const BlockInfo &) const = default;
  };
  std::vector<BlockInfo> Blocks;
  /// Indirect jumps and calls: (from, to).
  std::vector<std::pair<uint32_t, uint32_t>> Jumps;
  /// Ran in a process that needs all registers exact at every fault and uses
  /// no units of the optimising tier.
  bool Precise = false;

  bool empty() const { return Blocks.empty() && Jumps.empty(); }
  bool operator==(const Profile &) const = default;
  /// Sort, and join what is there twice.
  void normalize();
  /// Add what Other knows; true if that changed anything. Counts don't add up:
  /// the larger one stays. Both are normalized.
  bool merge(const Profile &Other);
};

/// Profiles of several files.
struct ProfileSet {
  std::map<Hash128, Profile> Files;

  bool merge(const ProfileSet &Other);
  std::string write() const;
  /// False, and nothing is added, if Text isn't whole.
  bool read(std::string_view Text);
};

/// Limits that a writer keeps, so that no profile grows for ever.
constexpr size_t MaxProfileBlocks = 1 << 20, MaxProfileJumps = 1 << 16;
/// Files with a profile in one cache; "cache gc" makes room.
constexpr unsigned MaxProfiles = 10000;

/// The recorded profile of a guest file below an open cache directory, empty if
/// there is none.
Profile readProfile(int CacheFd, const Hash128 &File);
/// Merge P into it. Safe against others that do the same and against dying at
/// any point. Gives up when another writer takes long.
Expected<bool> mergeProfile(int CacheFd, const Hash128 &File, const Profile &P);

/// The same for a file that the user named.
Expected<bool> readProfileFile(const std::string &Path, ProfileSet &Set);
Expected<bool> mergeProfileFile(const std::string &Path, const ProfileSet &Set);

} // namespace xlate::cache

#endif // XLATE_CACHE_PROFILE_H
