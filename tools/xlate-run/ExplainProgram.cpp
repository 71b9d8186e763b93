//===- ExplainProgram.cpp - A program file as --explain sees it -----------===//

#include "ExplainProgram.h"
#include <cstdlib>
#include <cstring>
#include <elf.h>

using namespace xlate;
using namespace xlate::image;

Expected<ExplainProgram> ExplainProgram::open(const std::string &Path) {
  Expected<UniqueFd> Fd = openProgram(Path.c_str());
  if (!Fd)
    return Fd.error();
  const FdSource File(Fd->get());
  if (FileId Id = identify(File); Id.Kind != FileKind::Arm64)
    return whyNotArm64(Id);
  Expected<ElfImage> Image = readElf(File);
  if (!Image)
    return Image.error();
  ExplainProgram P(std::move(*Fd), std::move(*Image));
  P.readSymbols();
  return P;
}

bool ExplainProgram::fetch(void *Dst, uint64_t Addr, size_t N) const {
  for (const Segment &S : Image.Loads)
    if (Addr >= S.Vaddr && Addr - S.Vaddr < S.FileSize)
      return N <= S.FileSize - (Addr - S.Vaddr) &&
             FdSource(Fd.get()).read(S.Offset + (Addr - S.Vaddr), Dst, N);
  return false;
}

uint64_t ExplainProgram::codeEnd(uint64_t Pc) const {
  for (const Segment &S : Image.Loads)
    if ((S.Flags & PF_X) && Pc >= S.Vaddr && Pc - S.Vaddr < S.FileSize)
      return S.Vaddr + S.FileSize;
  return 0;
}

void ExplainProgram::readSymbols() {
  const FdSource File(Fd.get());
  auto Table = [&]<typename T>(std::vector<T> &Out, uint64_t At,
                               uint64_t Size) {
    if (At > File.size() || Size > File.size() - At)
      return;
    Out.resize(Size / sizeof(T));
    if (!File.read(At, Out.data(), Out.size() * sizeof(T)))
      Out.clear();
  };
  Elf64_Ehdr Ehdr;
  if (!File.read(0, &Ehdr, sizeof Ehdr) ||
      Ehdr.e_shentsize != sizeof(Elf64_Shdr))
    return;
  std::vector<Elf64_Shdr> Sections;
  Table(Sections, Ehdr.e_shoff, uint64_t(Ehdr.e_shnum) * sizeof(Elf64_Shdr));
  for (const Elf64_Shdr &S : Sections) {
    if ((S.sh_type != SHT_SYMTAB && S.sh_type != SHT_DYNSYM) ||
        S.sh_link >= Sections.size())
      continue;
    std::vector<Elf64_Sym> Entries;
    std::vector<char> Names;
    Table(Entries, S.sh_offset, S.sh_size);
    const Elf64_Shdr &Strings = Sections[S.sh_link];
    Table(Names, Strings.sh_offset, Strings.sh_size);
    for (const Elf64_Sym &E : Entries)
      if (E.st_name < Names.size() && E.st_shndx != SHN_UNDEF &&
          ELF64_ST_TYPE(E.st_info) <= STT_FUNC && codeEnd(E.st_value)) {
        const char *Name = Names.data() + E.st_name;
        Symbols.push_back(
            {std::string(Name, strnlen(Name, Names.size() - E.st_name)),
             E.st_value, E.st_size});
      }
  }
}

Expected<ExplainProgram::Symbol>
ExplainProgram::find(const std::string &Where) const {
  for (const Symbol &S : Symbols)
    if (S.Name == Where)
      return S;
  char *End;
  const uint64_t Addr = std::strtoull(Where.c_str(), &End, 16);
  if (Where.empty() || *End)
    return Error{ENOENT, "no function '" + Where + "' in the program"};
  if ((Addr & 3) || !codeEnd(Addr))
    return Error{ENOENT, "no code at " + Where};
  for (const Symbol &S : Symbols)
    if (S.Size && Addr - S.Addr < S.Size)
      return Symbol{S.Name + "+" + std::to_string(Addr - S.Addr), Addr,
                    S.Size - (Addr - S.Addr)};
  return Symbol{"", Addr, 0};
}
