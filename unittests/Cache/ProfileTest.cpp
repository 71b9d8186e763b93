//===- ProfileTest.cpp - Profiles: their form, merging, files -------------===//

#include "xlate/Cache/Profile.h"
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::cache;

static Profile sample(uint32_t Seed) {
  Profile P;
  for (uint32_t I = 0; I != 40; ++I) {
    const uint32_t X = (Seed + I) * 2654435761u;
    P.Blocks.push_back({(X >> 8) & ~3u, static_cast<uint8_t>(X & 31),
                        static_cast<uint8_t>(X >> 5 & 1)});
    P.Jumps.emplace_back((X >> 4) & ~3u, X & ~3u);
  }
  P.normalize();
  return P;
}

static ProfileSet samples() {
  ProfileSet S;
  S.Files[{1, 2}] = sample(1);
  S.Files[{3, 4}] = sample(99);
  return S;
}

TEST(Profile, CountClasses) {
  EXPECT_EQ(countClass(0), 0);
  EXPECT_EQ(countClass(1), 1);
  EXPECT_EQ(countClass(2), 2);
  EXPECT_EQ(countClass(3), 2);
  EXPECT_EQ(countClass(1024), 11);
}

TEST(Profile, RoundTrip) {
  const ProfileSet S = samples();
  ProfileSet T;
  ASSERT_TRUE(T.read(S.write()));
  EXPECT_EQ(S.Files, T.Files);
  EXPECT_EQ(S.write(), T.write());
  ProfileSet Empty;
  ASSERT_TRUE(T.read(Empty.write()));
  EXPECT_EQ(S.Files, T.Files);
}

TEST(Profile, AnyDamageIsFound) {
  const std::string Good = samples().write();
  for (size_t I = 0; I != Good.size(); ++I)
    for (unsigned Bit : {0u, 7u}) {
      std::string Bad = Good;
      Bad[I] = static_cast<char>(Bad[I] ^ 1 << Bit);
      ProfileSet T;
      EXPECT_FALSE(T.read(Bad)) << I;
      EXPECT_TRUE(T.Files.empty()) << I;
    }
  for (size_t N = 0; N != Good.size(); ++N) {
    ProfileSet T;
    EXPECT_FALSE(T.read(std::string_view(Good).substr(0, N))) << N;
  }
}

// Numbers that claim more than there is, under a right hash.
TEST(Profile, NonsenseIsRefused) {
  for (const char *Body :
       {"\x01\xff\xff\xff\xff\x7f", "\x01\x05\x01", "\x02", "\x01\x01\x09"}) {
    std::string Text = "XLATPRF2";
    Text.append(16, 'k');
    Text.push_back(static_cast<char>(strlen(Body)));
    Text += Body;
    const Hash128 H = hashOf(Text.data(), Text.size());
    Text.append(reinterpret_cast<const char *>(&H), sizeof H);
    ProfileSet T;
    EXPECT_FALSE(T.read(Text));
  }
}

TEST(Profile, MergeKeepsTheLargerCount) {
  Profile A, B;
  A.Blocks = {{0, 3, 0}, {8, 1, 1}};
  B.Blocks = {{0, 2, 0}, {4, 7, 0}, {8, 5, 0}};
  B.Jumps = {{4, 0}};
  EXPECT_TRUE(A.merge(B));
  const std::vector<Profile::BlockInfo> Want = {
      {0, 3, 0}, {4, 7, 0}, {8, 5, 1}};
  EXPECT_EQ(A.Blocks, Want);
  EXPECT_EQ(A.Jumps, B.Jumps);
  EXPECT_FALSE(A.merge(B));
  B.Precise = true;
  EXPECT_TRUE(A.merge(B));
  EXPECT_TRUE(A.Precise);
}

namespace {
struct ProfileFiles : testing::Test {
  char Dir[32] = "/tmp/xlate-profile-XXXXXX";
  int Fd = -1;
  void SetUp() override {
    ASSERT_NE(mkdtemp(Dir), nullptr);
    Fd = open(Dir, O_RDONLY | O_DIRECTORY);
  }
  void TearDown() override {
    close(Fd);
    ASSERT_EQ(system((std::string("rm -rf ") + Dir).c_str()), 0);
  }
};
} // namespace

TEST_F(ProfileFiles, WritesOnlyNews) {
  const Hash128 Key{5, 6};
  Expected<bool> First = mergeProfile(Fd, Key, sample(7));
  ASSERT_TRUE(First);
  EXPECT_TRUE(*First);
  EXPECT_EQ(readProfile(Fd, Key), sample(7));
  EXPECT_TRUE(readProfile(Fd, {6, 5}).empty());
  Expected<bool> Second = mergeProfile(Fd, Key, sample(7));
  ASSERT_TRUE(Second);
  EXPECT_FALSE(*Second);
}

TEST_F(ProfileFiles, DamageIsReplaced) {
  const Hash128 Key{5, 6};
  ASSERT_TRUE(mergeProfile(Fd, Key, sample(7)));
  const std::string Path =
      std::string(Dir) + "/profiles/" + Key.hex() + ".prof";
  ASSERT_EQ(truncate(Path.c_str(), 30), 0);
  EXPECT_TRUE(readProfile(Fd, Key).empty());
  ASSERT_TRUE(mergeProfile(Fd, Key, sample(8)));
  EXPECT_EQ(readProfile(Fd, Key), sample(8));
}

TEST_F(ProfileFiles, WritersLoseNothing) {
  const Hash128 Key{5, 6};
  constexpr unsigned N = 8;
  for (unsigned I = 0; I != N; ++I)
    if (fork() == 0)
      _exit(mergeProfile(Fd, Key, sample(1000 * I)) ? 0 : 1);
  for (unsigned I = 0; I != N; ++I) {
    int Status = 0;
    wait(&Status);
    EXPECT_EQ(Status, 0);
  }
  Profile All;
  for (unsigned I = 0; I != N; ++I)
    All.merge(sample(1000 * I));
  EXPECT_EQ(readProfile(Fd, Key), All);
}
