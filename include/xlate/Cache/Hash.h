//===- Hash.h - Content hashes for cache keys -------------------*- C++ -*-===//
#ifndef XLATE_CACHE_HASH_H
#define XLATE_CACHE_HASH_H

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

namespace xlate::cache {

/// 128 bits that tell contents apart. Not meant to withstand someone who
/// constructs collisions: who can write a guest file decides what it does.
struct Hash128 {
  uint64_t Lo = 0, Hi = 0;

  auto operator<=>(const Hash128 &) const = default;
  std::string hex() const;
};

/// Hash of a sequence of pieces; the cut between pieces doesn't matter.
class Hasher {
public:
  explicit Hasher(uint64_t Seed = 0);
  void add(const void *Data, size_t Size);
  template <typename T> void addValue(const T &V) { add(&V, sizeof V); }
  Hash128 finish() const;

private:
  static constexpr unsigned Lanes = 8;
  static void block(uint64_t *Acc, const void *Data);

  uint64_t Acc[Lanes];
  unsigned char Tail[Lanes * 8];
  size_t TailSize = 0;
  uint64_t Total = 0;
};

/// Hash of one piece of memory.
Hash128 hashOf(const void *Data, size_t Size);

} // namespace xlate::cache

#endif // XLATE_CACHE_HASH_H
