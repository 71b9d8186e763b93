//===- TableTest.cpp - The system call table ------------------------------===//
#include "Call.h"
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <set>

using namespace xlate::sys;

namespace {

struct Row {
  unsigned Nr;
  std::string Name;
  unsigned Host;
  std::string Class;
};

const Row Rows[] = {
#define SYS(NR, NAME, HOST, CLASS, HANDLER, ARGS, NOTE)                        \
  {NR, #NAME, HOST, #CLASS},
#include "Syscalls.def"
};

/// Names and numbers that a header defines, after preprocessing.
std::map<std::string, long> numbersOf(const std::string &Command) {
  std::map<std::string, long> Numbers;
  FILE *P = popen(Command.c_str(), "r");
  if (!P)
    return Numbers;
  char Line[256], Name[128];
  long Nr;
  while (fgets(Line, sizeof Line, P))
    if (std::sscanf(Line, "XLATE_NR %127s %ld", Name, &Nr) == 2)
      Numbers[Name] = Nr;
  pclose(P);
  return Numbers;
}

/// A program text that prints every row's __NR_ macro when preprocessed.
std::string query(const std::string &Compiler, const std::string &Include) {
  std::string Text = "#include <" + Include + ">\\n";
  std::string Names;
  for (const Row &R : Rows)
    Names += " " + R.Name;
  return "{ printf '" + Text + "'; for N in" + Names +
         "; do printf 'XLATE_NR %s __NR_%s\\n' @$N $N; done; } | " + Compiler +
         " -E -P -x c - | tr -d '@()' 2>/dev/null";
}

} // namespace

TEST(Table, NumbersAreUnique) {
  std::set<unsigned> Nrs;
  std::set<std::string> Names;
  unsigned Last = 0;
  for (const Row &R : Rows) {
    EXPECT_TRUE(Nrs.insert(R.Nr).second) << R.Name;
    EXPECT_TRUE(Names.insert(R.Name).second) << R.Name;
    EXPECT_GE(R.Nr, Last) << R.Name << " is out of order";
    Last = R.Nr;
  }
  EXPECT_EQ(std::size(Rows), 327u);
}

TEST(Table, LookUp) {
  for (const Row &R : Rows) {
    const Desc *D = findCall(R.Nr);
    ASSERT_NE(D, nullptr) << R.Name;
    EXPECT_EQ(D->Name, R.Name);
    EXPECT_NE(std::strchr("PFSATGVEX", D->Class), nullptr) << R.Name;
  }
  EXPECT_EQ(findCall(244), nullptr); // arch-specific block
  EXPECT_EQ(findCall(472), nullptr);
  EXPECT_EQ(findCall(0xffffffff), nullptr);
}

// The headers of the host are its kernel's ABI; they know calls up to their
// version and must agree on those.
TEST(Table, HostNumbersAgreeWithHeader) {
  auto Numbers = numbersOf(query("cc", "asm/unistd_64.h"));
  if (Numbers.size() < 250)
    GTEST_SKIP() << "no compiler or no header";
  for (const Row &R : Rows)
    if (auto I = Numbers.find(R.Name); I != Numbers.end()) {
      EXPECT_EQ(I->second, static_cast<long>(R.Host)) << R.Name;
    }
}

TEST(Table, GuestNumbersAgreeWithHeader) {
  auto Numbers = numbersOf(query("aarch64-linux-gnu-gcc", "asm/unistd.h"));
  if (Numbers.size() < 250)
    GTEST_SKIP() << "no cross compiler";
  for (const Row &R : Rows)
    if (auto I = Numbers.find(R.Name); I != Numbers.end()) {
      EXPECT_EQ(I->second, static_cast<long>(R.Nr)) << R.Name;
    }
}

TEST(Table, ArgumentKinds) {
  for (const Row &R : Rows) {
    const Desc *D = findCall(R.Nr);
    unsigned Paths = 0;
    bool Ended = false;
    for (unsigned I = 0; I != 6; ++I) {
      const ArgKind K = D->Args[I];
      EXPECT_FALSE(Ended && K != ArgKind::None) << R.Name;
      Ended |= K == ArgKind::None;
      const bool IsPath =
          K == ArgKind::Path || K == ArgKind::LPath || K == ArgKind::CPath;
      Paths += IsPath;
      // A length must follow what needs one.
      if (K == ArgKind::BufIn || K == ArgKind::SockAddr) {
        EXPECT_TRUE(I < 5 && D->Args[I + 1] == ArgKind::Size) << R.Name;
      }
      if (K == ArgKind::DirFd) {
        EXPECT_TRUE(I < 5 && (D->Args[I + 1] == ArgKind::Path ||
                              D->Args[I + 1] == ArgKind::LPath ||
                              D->Args[I + 1] == ArgKind::CPath))
            << R.Name;
      }
    }
    EXPECT_EQ(D->HasPath, Paths != 0) << R.Name;
    EXPECT_LE(Paths, 2u) << R.Name; // PathArgs has room for two
  }
}
