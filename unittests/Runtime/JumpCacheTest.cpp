//===- JumpCacheTest.cpp - A thread's indirect branch cache ---------------===//

#include "xlate/Runtime/Thread.h"
#include <gtest/gtest.h>
#include <memory>
#include <vector>

using namespace xlate;
using namespace xlate::runtime;

namespace {
struct JumpCache : testing::Test {
  JumpCache() : Entries(JumpCacheSize), T(std::make_unique<GuestThread>()) {
    T->JumpCache = Entries.data();
    T->JumpCache[0] = JumpCacheMark;
    T->S.JumpCacheMask = jumpCacheMask(FirstJumpCacheSize);
  }
  /// What translated code finds.
  void *look(uint64_t Pc) {
    auto *At = reinterpret_cast<char *>(T->JumpCache) +
               ((Pc << 2) & T->S.JumpCacheMask);
    auto *E = reinterpret_cast<JumpCacheEntry *>(At);
    return E->GuestPc == Pc ? E->Host : nullptr;
  }
  static void *hostOf(uint64_t Pc) {
    return reinterpret_cast<void *>(Pc ^ 0x7f0000000000);
  }
  std::vector<JumpCacheEntry> Entries;
  std::unique_ptr<GuestThread> T;
};
} // namespace

TEST_F(JumpCache, StaysSmallForFew) {
  for (unsigned Round = 0; Round != 3; ++Round)
    for (uint64_t Pc = 0x400000; Pc != 0x400000 + 4 * FirstJumpCacheSize;
         Pc += 4)
      T->cacheJump(Pc, hostOf(Pc));
  EXPECT_EQ(T->S.JumpCacheMask, jumpCacheMask(FirstJumpCacheSize));
  for (uint64_t Pc = 0x400000; Pc != 0x400000 + 4 * FirstJumpCacheSize; Pc += 4)
    EXPECT_EQ(look(Pc), hostOf(Pc));
}

TEST_F(JumpCache, GrowsUntilAllHaveRoom) {
  constexpr uint64_t Begin = 0x7000, End = Begin + 4 * JumpCacheSize;
  for (unsigned Round = 0; Round != 2; ++Round)
    for (uint64_t Pc = Begin; Pc != End; Pc += 4)
      T->cacheJump(Pc, hostOf(Pc));
  EXPECT_EQ(T->S.JumpCacheMask, jumpCacheMask(JumpCacheSize));
  for (uint64_t Pc = Begin; Pc != End; Pc += 4)
    ASSERT_EQ(look(Pc), hostOf(Pc));
  // What was entered before it grew is found nowhere else.
  EXPECT_EQ(look(0), nullptr);
  EXPECT_EQ(look(End), nullptr);
}

TEST_F(JumpCache, IsEmptyOnceCleared) {
  T->cacheJump(0x1000, hostOf(0x1000));
  EXPECT_EQ(look(0x1000), hostOf(0x1000));
  // Whole pages are given back.
  void *Own = std::aligned_alloc(4096, JumpCacheSize * sizeof(JumpCacheEntry));
  T->JumpCache = static_cast<JumpCacheEntry *>(Own);
  T->clearJumpCache();
  EXPECT_EQ(look(0x1000), nullptr);
  EXPECT_EQ(look(0), nullptr);
  std::free(Own);
}
