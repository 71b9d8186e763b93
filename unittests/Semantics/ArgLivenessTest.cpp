//===- ArgLivenessTest.cpp - Which arguments a function looks at ----------===//

#include "xlate/Semantics/ArgLiveness.h"
#include "gtest/gtest.h"

using namespace xlate;

namespace {

constexpr uint32_t Nop = 0xd503201f, Ret = 0xd65f03c0, MovX2 = 0xd2800002,
                   LdrX0X2 = 0xf9400040, StpX1X2 = 0xa9bf0be1,
                   BlrX9 = 0xd63f0120, BrX9 = 0xd61f0120, Svc = 0xd4000001,
                   Brk = 0xd4200000;

/// B, BL and CBZ X0 over Words instructions.
constexpr uint32_t jump(int Words) {
  return 0x14000000 | (static_cast<uint32_t>(Words) & 0x3ffffff);
}
constexpr uint32_t call(int Words) { return jump(Words) | 0x80000000; }
constexpr uint32_t cbz(int Words) {
  return 0xb4000000 | (static_cast<uint32_t>(Words) & 0x7ffff) << 5;
}

bool reads(const std::vector<uint32_t> &Words) {
  const auto Lo = reinterpret_cast<uint64_t>(Words.data());
  const uint64_t Hi = Lo + 4 * Words.size();
  return readsArgument(
      Lo, 2, [&](uint64_t Pc) { return Pc >= Lo && Pc < Hi ? Hi : 0; });
}

} // namespace

TEST(ArgLiveness, ReadsAndWrites) {
  EXPECT_FALSE(reads({Ret}));
  EXPECT_FALSE(reads({MovX2, LdrX0X2, Ret}));
  EXPECT_TRUE(reads({Nop, LdrX0X2, Ret}));
  EXPECT_TRUE(reads({StpX1X2, Ret})) << "kept for later";
  EXPECT_FALSE(reads({Brk}));
  EXPECT_FALSE(reads({Svc, Ret}));
  EXPECT_TRUE(reads({Svc, LdrX0X2, Ret}));
}

TEST(ArgLiveness, EveryPath) {
  EXPECT_TRUE(reads({cbz(2), Ret, LdrX0X2, Ret}));
  EXPECT_FALSE(reads({cbz(2), Ret, MovX2, LdrX0X2, Ret}));
  EXPECT_FALSE(reads({cbz(0), Ret})) << "in a circle";
  EXPECT_TRUE(reads({jump(2), Ret, LdrX0X2, Ret})) << "a tail call";
}

TEST(ArgLiveness, Calls) {
  EXPECT_TRUE(reads({call(2), Ret, LdrX0X2, Ret})) << "passed on";
  EXPECT_FALSE(reads({call(2), Ret, MovX2, Ret}));
  EXPECT_FALSE(reads({call(3), LdrX0X2, Ret, Ret})) << "a result, if anything";
  EXPECT_TRUE(reads({BlrX9, Ret})) << "whatever it is";
  EXPECT_TRUE(reads({BrX9}));
  EXPECT_TRUE(reads({Nop})) << "no code behind it";
}

TEST(ArgLiveness, LinkageTable) {
  // The entry reads its target from the page that it is in itself.
  alignas(4096) static uint64_t Page[512];
  auto *Words = reinterpret_cast<uint32_t *>(Page);
  const uint32_t Entry[] = {0x90000010 /*adrp x16, .*/,
                            0xf9400a11 /*ldr x17, [x16, #16]*/,
                            0x91004210 /*add x16, x16, #16*/};
  std::copy(std::begin(Entry), std::end(Entry), Words);
  Words[3] = 0xd61f0220; // br x17, and the pointer right behind it
  static const uint32_t Reader[] = {LdrX0X2, Ret}, Other[] = {MovX2, Ret};
  auto readsIt = [&](const uint32_t *Target) {
    Page[2] = reinterpret_cast<uint64_t>(Target);
    const auto Code = reinterpret_cast<uint64_t>(Page);
    return readsArgument(Code, 2, [&](uint64_t Pc) {
      return Pc == Code ? Pc + 16 : Pc + sizeof Reader;
    });
  };
  EXPECT_TRUE(readsIt(Reader));
  EXPECT_FALSE(readsIt(Other));
}
