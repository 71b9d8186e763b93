//===- CpuModelTest.cpp - HWCAP, ID registers and cpuinfo agree -----------===//

#include "xlate/Guest/CpuModel.h"
#include "gtest/gtest.h"
#include <map>
#include <set>
#include <sstream>

using namespace xlate;

namespace {

/// The Linux arm64 ABI, written down apart from the model: which ID register
/// field makes the kernel set which bit.
struct Rule {
  unsigned Word, Bit;
  const char *Name;
  unsigned CRm, Op2, Shift;
  unsigned Min; ///< of the field; 0 for the fields where 15 means absent
};

constexpr Rule Rules[] = {
    {1, 0, "fp", 4, 0, 16, 0},        {1, 1, "asimd", 4, 0, 20, 0},
    {1, 3, "aes", 6, 0, 4, 1},        {1, 4, "pmull", 6, 0, 4, 2},
    {1, 5, "sha1", 6, 0, 8, 1},       {1, 6, "sha2", 6, 0, 12, 1},
    {1, 7, "crc32", 6, 0, 16, 1},     {1, 8, "atomics", 6, 0, 20, 2},
    {1, 9, "fphp", 4, 0, 16, 1},      {1, 10, "asimdhp", 4, 0, 20, 1},
    {1, 12, "asimdrdm", 6, 0, 28, 1}, {1, 13, "jscvt", 6, 1, 12, 1},
    {1, 14, "fcma", 6, 1, 16, 1},     {1, 15, "lrcpc", 6, 1, 20, 1},
    {1, 16, "dcpop", 6, 1, 0, 1},     {1, 17, "sha3", 6, 0, 32, 1},
    {1, 18, "sm3", 6, 0, 36, 1},      {1, 19, "sm4", 6, 0, 40, 1},
    {1, 20, "asimddp", 6, 0, 44, 1},  {1, 21, "sha512", 6, 0, 12, 2},
    {1, 22, "sve", 4, 0, 32, 1},      {1, 23, "asimdfhm", 6, 0, 48, 1},
    {1, 24, "dit", 4, 0, 48, 1},      {1, 25, "uscat", 7, 2, 32, 1},
    {1, 26, "ilrcpc", 6, 1, 20, 2},   {1, 27, "flagm", 6, 0, 52, 1},
    {1, 28, "ssbs", 4, 1, 4, 2},      {1, 29, "sb", 6, 1, 36, 1},
    {1, 30, "paca", 6, 1, 4, 1},      {1, 31, "pacg", 6, 1, 24, 1},
    {2, 0, "dcpodp", 6, 1, 0, 2},     {2, 7, "flagm2", 6, 0, 52, 2},
    {2, 8, "frint", 6, 1, 32, 1},     {2, 13, "i8mm", 6, 1, 52, 1},
    {2, 14, "bf16", 6, 1, 44, 1},     {2, 16, "rng", 6, 0, 60, 1},
    {2, 17, "bti", 4, 1, 0, 1},       {2, 18, "mte", 4, 1, 8, 2},
    {2, 23, "sme", 4, 1, 24, 1},      {2, 31, "wfxt", 6, 2, 0, 2},
    {2, 34, "cssc", 6, 2, 52, 1},     {2, 43, "mops", 6, 2, 16, 1},
    {2, 44, "hbc", 6, 2, 20, 1},
};

std::set<std::string> cpuinfoFeatures(const std::string &Text) {
  const size_t At = Text.find("Features\t:");
  std::istringstream Line(Text.substr(At + 10, Text.find('\n', At) - At - 10));
  std::set<std::string> Out;
  for (std::string Word; Line >> Word;)
    Out.insert(Word);
  return Out;
}

TEST(CpuModel, HwcapIdRegistersAndCpuinfoAgree) {
  const std::set<std::string> Names = cpuinfoFeatures(cpu::cpuinfo(1));
  uint64_t Known[3] = {0, 1 << 11 /* cpuid */, 0};
  for (const Rule &R : Rules) {
    const uint64_t Caps = R.Word == 1 ? cpu::hwcap() : cpu::hwcap2();
    const bool InHwcap = Caps >> R.Bit & 1;
    const auto Reg = cpu::idRegister(3, 0, 0, R.CRm, R.Op2);
    ASSERT_TRUE(Reg.has_value()) << R.Name;
    const unsigned Field = *Reg >> R.Shift & 15;
    EXPECT_EQ(InHwcap, R.Min ? Field >= R.Min : Field != 15) << R.Name;
    EXPECT_EQ(InHwcap, Names.count(R.Name) == 1) << R.Name;
    Known[R.Word] |= uint64_t(1) << R.Bit;
  }
  EXPECT_TRUE(Names.count("cpuid"));
  EXPECT_EQ(cpu::hwcap() & ~Known[1], 0u);
  EXPECT_EQ(cpu::hwcap2() & ~Known[2], 0u);
  EXPECT_EQ(Names.size(),
            static_cast<size_t>(__builtin_popcountll(cpu::hwcap()) +
                                __builtin_popcountll(cpu::hwcap2())));
}

// The outline atomics of libgcc, glibc's ifuncs and the crypto libraries look
// at these; the ones that must stay away change what compilers emit or need
// state that does not exist.
TEST(CpuModel, Advertised) {
  EXPECT_TRUE(cpu::hwcap() & 1 << 8) << "LSE atomics";
  EXPECT_TRUE(cpu::hwcap() & 1 << 11) << "cpuid: MRS of ID registers works";
  EXPECT_TRUE(cpu::hwcap2() >> 43 & 1) << "MOPS";
  EXPECT_FALSE(cpu::hwcap() >> 22 & 1) << "SVE";
  EXPECT_FALSE(cpu::hwcap() >> 30 & 3) << "pointer authentication";
  EXPECT_FALSE(cpu::hwcap2() >> 17 & 3) << "BTI, MTE";
}

TEST(CpuModel, IdSpace) {
  EXPECT_EQ(cpu::idRegister(3, 0, 0, 0, 0), 0x413fd0c1u);
  EXPECT_EQ(cpu::idRegister(3, 0, 0, 0, 5), 0x80000000u);
  EXPECT_EQ(cpu::idRegister(3, 0, 0, 0, 1), std::nullopt);
  EXPECT_EQ(cpu::idRegister(3, 0, 0, 1, 0), std::nullopt);
  EXPECT_EQ(cpu::idRegister(3, 0, 0, 8, 0), std::nullopt);
  EXPECT_EQ(cpu::idRegister(3, 0, 1, 0, 0), std::nullopt);
  EXPECT_EQ(cpu::idRegister(3, 3, 0, 0, 1), std::nullopt);
  EXPECT_EQ(cpu::idRegister(2, 0, 0, 0, 0), std::nullopt);
  EXPECT_EQ(cpu::idRegister(3, 0, 0, 7, 7), 0u); // reserved: RAZ
  EXPECT_EQ(*cpu::idRegister(3, 0, 0, 4, 0) & 0xff, 0x11u) << "AArch64 only";
}

TEST(CpuModel, CacheGeometry) {
  EXPECT_EQ(cpu::Ctr & 15, 4u) << "64-byte instruction lines";
  EXPECT_EQ(cpu::Ctr >> 16 & 15, 4u) << "64-byte data lines";
  EXPECT_EQ(cpu::Ctr >> 29 & 1, 0u) << "DIC: IC IVAU is required";
  EXPECT_EQ(cpu::Ctr >> 31 & 1, 1u) << "RES1";
  EXPECT_EQ(cpu::Dczid, 4u) << "DC ZVA permitted, 64 bytes";
}

TEST(CpuModel, CpuinfoText) {
  const std::string Text = cpu::cpuinfo(3);
  EXPECT_EQ(
      Text.rfind(
          "processor\t: 0\nBogoMIPS\t: 2000.00\nFeatures\t: fp asimd aes", 0),
      0u);
  EXPECT_NE(
      Text.find(
          "\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\n"
          "CPU part\t: 0xd0c\nCPU revision\t: 1\n\nprocessor\t: 1\n"),
      std::string::npos);
  EXPECT_NE(Text.find("processor\t: 2\n"), std::string::npos);
  EXPECT_EQ(Text.find("processor\t: 3\n"), std::string::npos);
}

} // namespace
