//===- ElfTest.cpp - Telling files apart, reading ELF headers -------------===//
#include "xlate/Image/Elf.h"
#include "TestElf.h"
#include <gtest/gtest.h>
#include <random>

using namespace xlate;
using namespace xlate::image;
using xlate::test::TestElf;

namespace {

FileId identifyBytes(const std::string &Bytes) {
  return identify(MemorySource(Bytes.data(), Bytes.size()));
}

Expected<ElfImage> readBytes(const std::string &Bytes) {
  return readElf(MemorySource(Bytes.data(), Bytes.size()));
}

/// Why reading the file fails; empty when it doesn't.
std::string refusal(TestElf E) {
  Expected<ElfImage> Image = readBytes(E.bytes());
  return Image ? "" : Image.error().Reason;
}

std::string headerOf(uint8_t Class, uint8_t Data, uint16_t Machine) {
  TestElf E = TestElf::program();
  E.Ehdr.e_ident[EI_CLASS] = Class;
  E.Ehdr.e_ident[EI_DATA] = Data;
  E.Ehdr.e_machine = Data == ELFDATA2MSB ? __builtin_bswap16(Machine) : Machine;
  return E.bytes();
}

TEST(Identify, Kinds) {
  EXPECT_EQ(identifyBytes(TestElf::program().bytes()).Kind, FileKind::Arm64);
  EXPECT_EQ(identifyBytes(headerOf(ELFCLASS64, ELFDATA2LSB, EM_X86_64)).Kind,
            FileKind::X86_64);
  EXPECT_EQ(identifyBytes(headerOf(ELFCLASS32, ELFDATA2LSB, EM_ARM)).Kind,
            FileKind::Arm32);
  EXPECT_EQ(identifyBytes("#!/bin/sh\n").Kind, FileKind::Script);
  EXPECT_EQ(identifyBytes("#!").Kind, FileKind::Script);
  EXPECT_EQ(identifyBytes("").Kind, FileKind::NotElf);
  EXPECT_EQ(identifyBytes("\x7f"
                          "EL")
                .Kind,
            FileKind::NotElf);
  EXPECT_EQ(identifyBytes("\x7f"
                          "ELF")
                .Kind,
            FileKind::Truncated);
  EXPECT_EQ(identifyBytes(TestElf::program().bytes().substr(0, 63)).Kind,
            FileKind::Truncated);
  EXPECT_EQ(identifyBytes("hello, world").Kind, FileKind::NotElf);
}

TEST(Identify, NamesTheMachine) {
  EXPECT_EQ(identifyBytes(headerOf(ELFCLASS64, ELFDATA2LSB, EM_RISCV)).Machine,
            "RISC-V");
  EXPECT_EQ(identifyBytes(headerOf(ELFCLASS64, ELFDATA2MSB, EM_S390)).Machine,
            "S/390");
  EXPECT_EQ(identifyBytes(headerOf(ELFCLASS32, ELFDATA2LSB, EM_386)).Machine,
            "32-bit x86");
  EXPECT_EQ(
      identifyBytes(headerOf(ELFCLASS32, ELFDATA2LSB, EM_AARCH64)).Machine,
      "arm64 ILP32");
  EXPECT_EQ(
      identifyBytes(headerOf(ELFCLASS64, ELFDATA2MSB, EM_AARCH64)).Machine,
      "big-endian arm64");
  EXPECT_EQ(identifyBytes(headerOf(ELFCLASS64, ELFDATA2LSB, 4711)).Machine,
            "machine type 4711");
}

TEST(Identify, SaysThat32BitArmIsNotSupported) {
  Expected<ElfImage> Image =
      readBytes(headerOf(ELFCLASS32, ELFDATA2LSB, EM_ARM));
  ASSERT_FALSE(Image);
  EXPECT_NE(Image.error().Reason.find("32-bit ARM is not supported"),
            std::string::npos);
  EXPECT_EQ(Image.error().Errno, ENOEXEC);
}

TEST(ReadElf, Program) {
  TestElf E = TestElf::program();
  E.interp("/lib/ld-linux-aarch64.so.1");
  Expected<ElfImage> Image = readBytes(E.bytes());
  ASSERT_TRUE(Image) << Image.error().Reason;
  EXPECT_FALSE(Image->IsDyn);
  EXPECT_EQ(Image->Entry, 0x10000000u);
  EXPECT_EQ(Image->Interp, "/lib/ld-linux-aarch64.so.1");
  ASSERT_EQ(Image->Loads.size(), 2u);
  EXPECT_EQ(Image->lo(), 0x10000000u);
  EXPECT_EQ(Image->hi(), 0x10005000u);
}

TEST(ReadElf, FindsProgramHeaders) {
  TestElf E = TestElf::program();
  EXPECT_EQ(readBytes(E.bytes())->PhdrVaddr, 0u); // No segment holds them.
  E.Phdrs[0].p_offset = 0;
  E.Phdrs[0].p_filesz = E.Phdrs[0].p_memsz = 0x2000;
  EXPECT_EQ(readBytes(E.bytes())->PhdrVaddr, 0x10000040u);
  E.add(PT_PHDR, 0x10000777, 0, 0, PF_R, 0);
  EXPECT_EQ(readBytes(E.bytes())->PhdrVaddr, 0x10000777u);
}

TEST(ReadElf, SortsSegments) {
  TestElf E = TestElf::program();
  std::swap(E.Phdrs[0], E.Phdrs[1]);
  Expected<ElfImage> Image = readBytes(E.bytes());
  ASSERT_TRUE(Image);
  EXPECT_LT(Image->Loads[0].Vaddr, Image->Loads[1].Vaddr);
}

TEST(ReadElf, RefusesEveryTruncation) {
  std::string Bytes = TestElf::program().bytes();
  // What is behind the data segment's contents does not matter.
  size_t Needed = TestElf::ContentsAt + 0x1100;
  ASSERT_TRUE(readBytes(Bytes.substr(0, Needed)));
  for (size_t Size = 0; Size < Needed; ++Size) {
    Expected<ElfImage> Image = readBytes(Bytes.substr(0, Size));
    ASSERT_FALSE(Image) << Size;
    if (Size >= 20) {
      EXPECT_NE(Image.error().Reason.find("truncated"), std::string::npos)
          << Size;
    }
  }
}

TEST(ReadElf, RefusesWhatIsAbsurd) {
  auto With = [](auto Change) {
    TestElf E = TestElf::program();
    Change(E);
    return refusal(E);
  };
  EXPECT_EQ(With([](TestElf &) {}), "");
  EXPECT_NE(
      With([](TestElf &E) { E.Ehdr.e_type = ET_REL; }).find("object file"),
      std::string::npos);
  EXPECT_NE(With([](TestElf &E) { E.Ehdr.e_type = ET_CORE; }).find("core dump"),
            std::string::npos);
  EXPECT_NE(With([](TestElf &E) { E.Ehdr.e_type = 99; }), "");
  EXPECT_NE(With([](TestElf &E) { E.Ehdr.e_phentsize = 32; }), "");
  EXPECT_NE(With([](TestElf &E) { E.Ehdr.e_phoff = ~uint64_t(0) - 8; }), "");
  EXPECT_NE(With([](TestElf &E) { E.Phdrs.clear(); }), "");
  EXPECT_NE(With([](TestElf &E) { E.Phdrs.resize(1171); }), "");
  EXPECT_NE(
      With([](TestElf &E) { E.Phdrs[1].p_vaddr = 0x10000000; }).find("overlap"),
      std::string::npos);
  EXPECT_NE(With([](TestElf &E) { E.Phdrs[1].p_vaddr = 0xffff000000000000; }),
            "");
  EXPECT_NE(With([](TestElf &E) { E.Phdrs[1].p_memsz = ~uint64_t(0); }), "");
  EXPECT_NE(With([](TestElf &E) { E.Phdrs[1].p_memsz = AddressLimit; }), "");
  EXPECT_NE(With([](TestElf &E) { E.Phdrs[1].p_filesz = 0x2301; }), "");
  EXPECT_NE(With([](TestElf &E) { E.Phdrs[1].p_offset += 8; }), "");
  EXPECT_NE(With([](TestElf &E) { E.Phdrs[1].p_align = 0x3000; }), "");
  EXPECT_NE(
      With([](TestElf &E) { E.Ehdr.e_entry = 0x1234; }).find("entry point"),
      std::string::npos);
  EXPECT_NE(
      With([](TestElf &E) { E.Phdrs[0].p_type = E.Phdrs[1].p_type = PT_NULL; }),
      "");
}

TEST(ReadElf, RefusesBadInterpreterNames) {
  auto With = [](auto Change) {
    TestElf E = TestElf::program();
    E.interp("/lib/ld.so");
    Change(E, E.Phdrs.back());
    return refusal(E);
  };
  EXPECT_EQ(With([](TestElf &, Elf64_Phdr &) {}), "");
  EXPECT_NE(With([](TestElf &, Elf64_Phdr &P) { P.p_filesz = 0; }), "");
  EXPECT_NE(With([](TestElf &, Elf64_Phdr &P) { P.p_filesz = 1 << 20; }), "");
  EXPECT_NE(With([](TestElf &, Elf64_Phdr &P) { --P.p_filesz; }), "");
  EXPECT_NE(
      With([](TestElf &, Elf64_Phdr &P) { P.p_offset = ~uint64_t(0) - 4; }),
      "");
  EXPECT_NE(With([](TestElf &E, Elf64_Phdr &) { E.Contents[0x2000] = 0; }), "");
}

/// Whatever single bytes and pairs of bytes are changed, the reader must hold
/// to its promises about what it accepts.
TEST(ReadElf, SurvivesMutation) {
  TestElf E = TestElf::program();
  E.interp("/lib/ld.so");
  const std::string Good = E.bytes();
  std::mt19937_64 Random(1);
  const size_t HeaderBytes =
      sizeof(Elf64_Ehdr) + E.Phdrs.size() * sizeof(Elf64_Phdr);
  for (unsigned Round = 0; Round < 50000; ++Round) {
    std::string Bytes = Good;
    for (unsigned N = 1 + Random() % 3; N; --N)
      Bytes[Random() % HeaderBytes] =
          Random() % 4 ? char(Random()) : char(0xff);
    Expected<ElfImage> Image = readBytes(Bytes);
    if (!Image)
      continue;
    uint64_t End = 0;
    for (const Segment &S : Image->Loads) {
      ASSERT_GE(S.Vaddr, End);
      ASSERT_LE(S.FileSize, S.MemSize);
      ASSERT_LT(S.end(), AddressLimit);
      End = S.end();
    }
  }
}

} // namespace
