//===- Input.cpp - Guest code to lift -------------------------------------===//

#include "Input.h"
#include <cstring>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/mman.h>

using namespace xlate::tool;

/// Guest address of code that has none.
constexpr uint64_t DefaultBase = 0x100000;

static bool readFile(const std::string &Path, std::string &Bytes) {
  std::ifstream File;
  std::istream *In = &File;
  std::stringstream Stdin;
  if (Path == "-") {
    std::ifstream("/dev/stdin") >> Stdin.rdbuf();
    In = &Stdin;
  } else {
    File.open(Path, std::ios::binary);
  }
  if (!*In)
    return false;
  Bytes.assign(std::istreambuf_iterator<char>(*In), {});
  return true;
}

/// Words in hex, separated by blanks; '#' starts a comment.
static bool parseHex(const std::string &Text, std::string &Code,
                     std::string &Error) {
  std::istringstream Lines(Text);
  for (std::string Line; std::getline(Lines, Line);) {
    std::istringstream Words(Line.substr(0, Line.find('#')));
    for (std::string W; Words >> W;) {
      char *End;
      const uint32_t Word =
          static_cast<uint32_t>(std::strtoul(W.c_str(), &End, 16));
      if (*End) {
        Error = "not a hexadecimal word: " + W;
        return false;
      }
      Code.append(reinterpret_cast<const char *>(&Word), sizeof Word);
    }
  }
  return true;
}

namespace {
/// The .text section of an ELF file and the symbols in it.
struct ElfText {
  std::string Code;
  std::map<std::string, uint64_t> Offsets;
  uint64_t Address = 0; ///< Of linked code.
  bool read(const std::string &File, std::string &Error);
};
} // namespace

bool ElfText::read(const std::string &File, std::string &Error) {
  auto at = [&](uint64_t Offset, uint64_t Size) -> const char * {
    return Offset <= File.size() && Size <= File.size() - Offset
               ? File.data() + Offset
               : nullptr;
  };
  Elf64_Ehdr Header;
  Error = "malformed ELF file";
  if (!at(0, sizeof Header))
    return false;
  std::memcpy(&Header, File.data(), sizeof Header);
  if (Header.e_machine != EM_AARCH64) {
    Error = "not an AArch64 ELF file";
    return false;
  }
  const char *Table =
      at(Header.e_shoff, uint64_t(Header.e_shnum) * sizeof(Elf64_Shdr));
  if (!Table || Header.e_shstrndx >= Header.e_shnum)
    return false;
  std::vector<Elf64_Shdr> Sections(Header.e_shnum);
  std::memcpy(Sections.data(), Table, Sections.size() * sizeof(Elf64_Shdr));
  auto name = [&](const Elf64_Shdr &Strings, uint64_t Offset) -> const char * {
    const char *P = at(Strings.sh_offset, Strings.sh_size);
    return P && Offset < Strings.sh_size ? P + Offset : "";
  };
  unsigned Text = 0;
  for (unsigned I = 1; I != Sections.size(); ++I)
    if (!std::strcmp(name(Sections[Header.e_shstrndx], Sections[I].sh_name),
                     ".text"))
      Text = I;
  const char *Bytes =
      Text ? at(Sections[Text].sh_offset, Sections[Text].sh_size) : nullptr;
  if (!Bytes) {
    Error = "no .text section";
    return false;
  }
  Code.assign(Bytes, Sections[Text].sh_size);
  for (const Elf64_Shdr &S : Sections) {
    if (S.sh_type != SHT_SYMTAB || S.sh_link >= Sections.size())
      continue;
    const char *Syms = at(S.sh_offset, S.sh_size);
    for (uint64_t I = 0; Syms && (I + 1) * sizeof(Elf64_Sym) <= S.sh_size;
         ++I) {
      Elf64_Sym Sym;
      std::memcpy(&Sym, Syms + I * sizeof Sym, sizeof Sym);
      if (Sym.st_shndx == Text)
        Offsets[name(Sections[S.sh_link], Sym.st_name)] =
            Sym.st_value -
            (Header.e_type == ET_REL ? 0 : Sections[Text].sh_addr);
    }
  }
  if (Header.e_type != ET_REL)
    Address = Sections[Text].sh_addr;
  Error.clear();
  return true;
}

bool xlate::tool::readInput(const std::string &Path, uint64_t Base, Input &Out,
                            std::string &Error) {
  std::string File;
  if (!readFile(Path, File)) {
    Error = "can't read " + Path;
    return false;
  }
  ElfText Text;
  if (File.compare(0, SELFMAG, ELFMAG) == 0 ? !Text.read(File, Error)
                                            : !parseHex(File, Text.Code, Error))
    return false;
  if (Text.Code.empty()) {
    Error = "no instructions in " + Path;
    return false;
  }
  if (!Base)
    Base = Text.Address ? Text.Address : DefaultBase;
  const uint64_t PageOffset = Base & 4095;
  void *At = mmap(reinterpret_cast<void *>(Base - PageOffset),
                  Text.Code.size() + PageOffset, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (At == MAP_FAILED) {
    Error = "can't map the code at the requested base address";
    return false;
  }
  std::memcpy(static_cast<char *>(At) + PageOffset, Text.Code.data(),
              Text.Code.size());
  Out.Base = Base;
  Out.End = Base + Text.Code.size() / 4 * 4;
  for (const auto &[Name, Offset] : Text.Offsets)
    Out.Symbols[Name] = Base + Offset;
  return true;
}
