//===- Discovery.cpp - Where code begins in an ELF file -------------------===//

#include "xlate/Image/Discovery.h"
#include <algorithm>
#include <cstring>
#include <elf.h>
#include <map>

namespace xlate::image {

namespace {

class Finder {
public:
  Finder(const ByteSource &File, const ElfImage &Image)
      : File(File), Image(Image) {}
  CodeHints run();

private:
  bool isCode(uint64_t Address) const {
    return !(Address & 3) &&
           std::any_of(Image.Loads.begin(), Image.Loads.end(),
                       [&](const Segment &S) {
                         return (S.Flags & PF_X) && Address >= S.Vaddr &&
                                Address < S.Vaddr + S.FileSize;
                       });
  }
  void add(uint64_t Address) {
    if (isCode(Address))
      Hints.Functions.push_back(Address);
  }
  void addRelocated(uint64_t Address) {
    if (isCode(Address))
      Relocated.push_back(Address);
  }
  template <typename T>
  std::vector<T> table(uint64_t Offset, uint64_t Size) const {
    std::vector<T> V;
    if (Offset <= File.size() && Size <= File.size() - Offset)
      V.resize(Size / sizeof(T));
    if (!V.empty() && !File.read(Offset, V.data(), V.size() * sizeof(T)))
      V.clear();
    return V;
  }
  /// File bytes of an address range of the loaded image.
  template <typename T>
  std::vector<T> mapped(uint64_t Address, uint64_t Size) const {
    for (const Segment &S : Image.Loads)
      if (Address >= S.Vaddr && Address - S.Vaddr < S.FileSize)
        return table<T>(S.Offset + (Address - S.Vaddr),
                        std::min(Size, S.FileSize - (Address - S.Vaddr)));
    return {};
  }
  void symbols(const std::vector<Elf64_Sym> &Table) {
    for (const Elf64_Sym &S : Table) {
      const unsigned Type = ELF64_ST_TYPE(S.st_info);
      if (S.st_shndx != SHN_UNDEF &&
          (Type == STT_FUNC || Type == STT_GNU_IFUNC))
        add(S.st_value);
    }
  }
  void pointers(const std::vector<uint64_t> &Table) {
    for (uint64_t P : Table)
      add(P);
  }
  void sections(const Elf64_Ehdr &Ehdr);
  void dynamic(const Elf64_Phdr &P);
  void ehFrameHeader(const Elf64_Phdr &P);
  uint64_t fdeSize(uint64_t Fde, uint64_t Function) const;
  void relr(const std::vector<uint64_t> &Table);
  void sortRelocated();

  const ByteSource &File;
  const ElfImage &Image;
  CodeHints Hints;
  std::vector<uint64_t> Relocated;   ///< Addends into code.
  std::map<uint64_t, uint64_t> Fdes; ///< By function.
};

} // namespace

void Finder::sections(const Elf64_Ehdr &Ehdr) {
  if (Ehdr.e_shentsize != sizeof(Elf64_Shdr))
    return;
  for (const Elf64_Shdr &S : table<Elf64_Shdr>(
           Ehdr.e_shoff, uint64_t(Ehdr.e_shnum) * sizeof(Elf64_Shdr))) {
    if (S.sh_type == SHT_SYMTAB || S.sh_type == SHT_DYNSYM)
      symbols(table<Elf64_Sym>(S.sh_offset, S.sh_size));
    if (S.sh_type == SHT_INIT_ARRAY || S.sh_type == SHT_FINI_ARRAY ||
        S.sh_type == SHT_PREINIT_ARRAY)
      pointers(table<uint64_t>(S.sh_offset, S.sh_size));
    if (S.sh_type == SHT_PROGBITS && (S.sh_flags & SHF_EXECINSTR) &&
        S.sh_size < AddressLimit && S.sh_addr < AddressLimit)
      Hints.Sections.emplace_back(S.sh_addr, S.sh_addr + S.sh_size);
  }
}

// Relocations with addends into code: vtables, tables of functions. RELR packs
// the places only; their contents are the addends.
void Finder::relr(const std::vector<uint64_t> &Table) {
  uint64_t Where = 0;
  auto word = [&](uint64_t At) {
    for (uint64_t P : mapped<uint64_t>(At, 8))
      addRelocated(P);
  };
  for (uint64_t W : Table) {
    if (!(W & 1)) {
      word(W);
      Where = W + 8;
      continue;
    }
    for (unsigned I = 0; I != 63; ++I)
      if (W >> (I + 1) & 1)
        word(Where + 8 * I);
    Where += 63 * 8;
  }
}

void Finder::dynamic(const Elf64_Phdr &P) {
  uint64_t Rela = 0, RelaSize = 0, Relr = 0, RelrSize = 0;
  for (const Elf64_Dyn &D : table<Elf64_Dyn>(P.p_offset, P.p_filesz)) {
    switch (D.d_tag) {
    case DT_RELA:
      Rela = D.d_un.d_ptr;
      break;
    case DT_RELASZ:
      RelaSize = D.d_un.d_val;
      break;
    case 36: // DT_RELR
      Relr = D.d_un.d_ptr;
      break;
    case 35: // DT_RELRSZ
      RelrSize = D.d_un.d_val;
      break;
    case DT_INIT:
    case DT_FINI:
      add(D.d_un.d_ptr);
      break;
    default:
      break;
    }
  }
  for (const Elf64_Rela &R : mapped<Elf64_Rela>(Rela, RelaSize))
    if (ELF64_R_TYPE(R.r_info) == R_AARCH64_RELATIVE ||
        ELF64_R_TYPE(R.r_info) == R_AARCH64_IRELATIVE)
      addRelocated(static_cast<uint64_t>(R.r_addend));
  if (RelrSize)
    relr(mapped<uint64_t>(Relr, RelrSize));
}

/// The size of a function by its FDE, whose addresses have the form that
/// compilers give them; 0 if it has another.
uint64_t Finder::fdeSize(uint64_t Fde, uint64_t Function) const {
  struct {
    uint32_t Length, Cie;
    int32_t Begin;
    uint32_t Size;
  } F;
  constexpr uint64_t BeginAt = 8;
  const auto Bytes = mapped<unsigned char>(Fde, sizeof F);
  if (Bytes.size() != sizeof F)
    return 0;
  std::memcpy(&F, Bytes.data(), sizeof F);
  return Fde + BeginAt + static_cast<uint64_t>(int64_t(F.Begin)) == Function
             ? F.Size
             : 0;
}

// The search table of .eh_frame_hdr in the form that linkers write: pairs of
// 4-byte offsets from the header, of functions and their FDEs, sorted.
void Finder::ehFrameHeader(const Elf64_Phdr &P) {
  const auto Head = table<unsigned char>(P.p_offset, P.p_filesz);
  constexpr unsigned char PcRelS4 = 0x1b, Udata4 = 0x03, DataRelS4 = 0x3b;
  if (Head.size() < 12 || Head[0] != 1 || Head[1] != PcRelS4 ||
      Head[2] != Udata4 || Head[3] != DataRelS4)
    return;
  uint32_t Count;
  std::memcpy(&Count, &Head[8], 4);
  for (uint64_t I = 0, At = 12; I < Count && At + 8 <= Head.size();
       ++I, At += 8) {
    int32_t Offsets[2];
    std::memcpy(Offsets, &Head[At], sizeof Offsets);
    const uint64_t Function =
        P.p_vaddr + static_cast<uint64_t>(int64_t(Offsets[0]));
    add(Function);
    Fdes[Function] = P.p_vaddr + static_cast<uint64_t>(int64_t(Offsets[1]));
  }
}

// Few functions are asked for their size, which is a read of the file each.
void Finder::sortRelocated() {
  for (uint64_t At : Relocated) {
    auto It = Fdes.upper_bound(At);
    bool IsInside = false;
    if (It != Fdes.begin()) {
      const auto [Function, Fde] = *std::prev(It);
      IsInside = At != Function && At - Function < fdeSize(Fde, Function);
    }
    (IsInside ? Hints.Labels : Hints.Functions).push_back(At);
  }
}

CodeHints Finder::run() {
  Elf64_Ehdr Ehdr;
  if (!File.read(0, &Ehdr, sizeof Ehdr))
    return {};
  add(Image.Entry);
  sections(Ehdr);
  if (Ehdr.e_phentsize == sizeof(Elf64_Phdr))
    for (const Elf64_Phdr &P : table<Elf64_Phdr>(
             Ehdr.e_phoff, uint64_t(Ehdr.e_phnum) * sizeof(Elf64_Phdr))) {
      if (P.p_type == PT_DYNAMIC)
        dynamic(P);
      if (P.p_type == PT_GNU_EH_FRAME)
        ehFrameHeader(P);
    }
  sortRelocated();
  auto Unique = [](auto &V) {
    std::sort(V.begin(), V.end());
    V.erase(std::unique(V.begin(), V.end()), V.end());
  };
  Unique(Hints.Functions);
  Unique(Hints.Labels);
  Unique(Hints.Sections);
  return std::move(Hints);
}

uint64_t functionNamed(const ByteSource &File, const std::string &Name) {
  Elf64_Ehdr Ehdr;
  if (!File.read(0, &Ehdr, sizeof Ehdr) ||
      Ehdr.e_shentsize != sizeof(Elf64_Shdr))
    return 0;
  auto section = [&](uint64_t I, Elf64_Shdr &S) {
    return I < Ehdr.e_shnum && Ehdr.e_shoff < File.size() &&
           File.read(Ehdr.e_shoff + I * sizeof S, &S, sizeof S);
  };
  Elf64_Shdr Table, Strings;
  std::string Text(Name.size() + 1, '\0');
  for (uint64_t I = 0; section(I, Table); ++I) {
    if ((Table.sh_type != SHT_SYMTAB && Table.sh_type != SHT_DYNSYM) ||
        !section(Table.sh_link, Strings) || Table.sh_offset > File.size() ||
        Strings.sh_offset > File.size())
      continue;
    Elf64_Sym S;
    for (uint64_t At = 0; At + sizeof S <= Table.sh_size &&
                          File.read(Table.sh_offset + At, &S, sizeof S);
         At += sizeof S)
      if (S.st_shndx != SHN_UNDEF && ELF64_ST_TYPE(S.st_info) == STT_FUNC &&
          S.st_name < Strings.sh_size &&
          File.read(Strings.sh_offset + S.st_name, Text.data(), Text.size()) &&
          std::strcmp(Text.c_str(), Name.c_str()) == 0 && Text.back() == 0)
        return S.st_value;
  }
  return 0;
}

CodeHints findCode(const ByteSource &File, const ElfImage &Image) {
  return Finder(File, Image).run();
}

} // namespace xlate::image
