//===- TestElf.h - ELF files made for tests ---------------------*- C++ -*-===//
#ifndef XLATE_UNITTESTS_LOADER_TESTELF_H
#define XLATE_UNITTESTS_LOADER_TESTELF_H

#include <cstdint>
#include <cstring>
#include <elf.h>
#include <string>
#include <vector>

namespace xlate::test {

/// An arm64 ELF file under construction. Header fields may be changed freely
/// before bytes() lays the file out: header, program headers, contents.
struct TestElf {
  Elf64_Ehdr Ehdr = {};
  std::vector<Elf64_Phdr> Phdrs;
  std::string Contents; ///< Starts at file offset ContentsAt.

  static constexpr uint64_t ContentsAt = 0x1000;

  explicit TestElf(uint16_t Type = ET_EXEC) {
    memcpy(Ehdr.e_ident, ELFMAG, SELFMAG);
    Ehdr.e_ident[EI_CLASS] = ELFCLASS64;
    Ehdr.e_ident[EI_DATA] = ELFDATA2LSB;
    Ehdr.e_ident[EI_VERSION] = EV_CURRENT;
    Ehdr.e_type = Type;
    Ehdr.e_machine = EM_AARCH64;
    Ehdr.e_version = EV_CURRENT;
    Ehdr.e_phoff = sizeof Ehdr;
    Ehdr.e_ehsize = sizeof Ehdr;
    Ehdr.e_phentsize = sizeof(Elf64_Phdr);
  }

  /// A program of one code page and one data page with bss behind it.
  static TestElf program(uint16_t Type = ET_EXEC, uint64_t Base = 0x10000000) {
    TestElf E(Type);
    E.Contents.assign(0x2000, '\0');
    E.Contents.replace(0, 4, std::string("\x20\x00\x80\xd2", 4));
    E.Contents.replace(0x1000, 4, "data");
    E.Contents.replace(0x1100, 7, "garbage"); // Where bss will be.
    E.load(Base, 0x1000, 0x1000, PF_R | PF_X, ContentsAt);
    E.load(Base + 0x2000, 0x100, 0x2300, PF_R | PF_W, ContentsAt + 0x1000);
    E.Ehdr.e_entry = Base;
    return E;
  }

  Elf64_Phdr &add(uint32_t Type, uint64_t Vaddr, uint64_t FileSize,
                  uint64_t MemSize, uint32_t Flags, uint64_t Offset) {
    Elf64_Phdr P = {};
    P.p_type = Type;
    P.p_vaddr = P.p_paddr = Vaddr;
    P.p_filesz = FileSize;
    P.p_memsz = MemSize;
    P.p_flags = Flags;
    P.p_offset = Offset;
    P.p_align = 0x1000;
    Phdrs.push_back(P);
    return Phdrs.back();
  }

  Elf64_Phdr &load(uint64_t Vaddr, uint64_t FileSize, uint64_t MemSize,
                   uint32_t Flags, uint64_t Offset) {
    return add(PT_LOAD, Vaddr, FileSize, MemSize, Flags, Offset);
  }

  /// Name an ELF interpreter.
  void interp(const std::string &Path) {
    uint64_t Offset = ContentsAt + Contents.size();
    Contents.append(Path.c_str(), Path.size() + 1);
    add(PT_INTERP, 0, Path.size() + 1, Path.size() + 1, PF_R, Offset);
  }

  std::string bytes() {
    Ehdr.e_phnum = Phdrs.size();
    std::string Out(reinterpret_cast<const char *>(&Ehdr), sizeof Ehdr);
    Out.append(reinterpret_cast<const char *>(Phdrs.data()),
               Phdrs.size() * sizeof(Elf64_Phdr));
    Out.resize(ContentsAt);
    return Out + Contents;
  }
};

} // namespace xlate::test

#endif // XLATE_UNITTESTS_LOADER_TESTELF_H
