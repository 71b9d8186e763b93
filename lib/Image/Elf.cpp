//===- Elf.cpp - Reading ELF program headers ------------------------------===//
#include "xlate/Image/Elf.h"
#include <algorithm>
#include <bit>
#include <climits>
#include <cstring>
#include <elf.h>

namespace xlate::image {

static Error invalid(std::string Reason) {
  return {ENOEXEC, "invalid ELF file: " + std::move(Reason)};
}

static Error truncated(std::string What) {
  return {ENOEXEC, "truncated ELF file: " + std::move(What) +
                       " past the end of the file"};
}

static std::string segmentName(unsigned Index) {
  return "segment " + std::to_string(Index);
}

/// A + B, or false when that is more than Limit.
static bool addWithin(uint64_t A, uint64_t B, uint64_t Limit) {
  return A <= Limit && B <= Limit - A;
}

/// Check one PT_LOAD header and append it to Image. The result is a reason to
/// refuse the file, or empty.
static Expected<Segment> readLoad(const Elf64_Phdr &P, unsigned Index,
                                  uint64_t FileSize) {
  std::string Name = segmentName(Index);
  if (P.p_filesz > P.p_memsz)
    return invalid(Name + " is larger in the file than in memory");
  if (!addWithin(P.p_vaddr, P.p_memsz, AddressLimit - PageSize))
    return invalid(Name + " lies outside the address space");
  if (P.p_filesz && !addWithin(P.p_offset, P.p_filesz, FileSize))
    return truncated(Name + " reaches");
  if (P.p_filesz && (P.p_vaddr - P.p_offset) % PageSize != 0)
    return invalid("address and file offset of " + Name +
                   " don't agree modulo the page size");
  if (P.p_align > 1 && !std::has_single_bit(P.p_align))
    return invalid("the alignment of " + Name + " is not a power of two");
  return Segment{P.p_vaddr,  P.p_memsz, P.p_offset,
                 P.p_filesz, P.p_align, P.p_flags};
}

static Expected<std::string> readInterp(const Elf64_Phdr &P,
                                        const ByteSource &File) {
  if (P.p_filesz < 2 || P.p_filesz > PATH_MAX)
    return invalid("the interpreter's path has an impossible length");
  std::string Path(P.p_filesz, '\0');
  if (!File.read(P.p_offset, Path.data(), Path.size()))
    return truncated("the interpreter's path reaches");
  if (Path.back() != '\0')
    return invalid("the interpreter's path does not end");
  Path.resize(strlen(Path.c_str()));
  if (Path.empty())
    return invalid("the interpreter's path is empty");
  return Path;
}

/// Where the program headers are in memory: PT_PHDR says so, else the segment
/// that holds them in the file.
static uint64_t findPhdrs(const std::vector<Elf64_Phdr> &Headers,
                          const Elf64_Ehdr &Ehdr) {
  for (const Elf64_Phdr &P : Headers)
    if (P.p_type == PT_PHDR)
      return P.p_vaddr;
  for (const Elf64_Phdr &P : Headers)
    if (P.p_type == PT_LOAD && P.p_offset <= Ehdr.e_phoff &&
        Ehdr.e_phoff - P.p_offset < P.p_filesz)
      return P.p_vaddr + (Ehdr.e_phoff - P.p_offset);
  return 0;
}

Expected<ElfImage> readElf(const ByteSource &File) {
  FileId Id = identify(File);
  if (Id.Kind != FileKind::Arm64)
    return whyNotArm64(Id);
  Elf64_Ehdr Ehdr;
  if (!File.read(0, &Ehdr, sizeof Ehdr))
    return truncated("the header reaches");
  if (Ehdr.e_ident[EI_CLASS] != ELFCLASS64 ||
      Ehdr.e_ident[EI_DATA] != ELFDATA2LSB)
    return invalid("unknown class or byte order");
  if (Ehdr.e_type == ET_REL)
    return Error{ENOEXEC, "is an object file, not a program"};
  if (Ehdr.e_type == ET_CORE)
    return Error{ENOEXEC, "is a core dump, not a program"};
  if (Ehdr.e_type != ET_EXEC && Ehdr.e_type != ET_DYN)
    return invalid("unknown file type " + std::to_string(Ehdr.e_type));
  if (Ehdr.e_phnum == 0)
    return invalid("no program headers");
  if (Ehdr.e_phentsize != sizeof(Elf64_Phdr))
    return invalid("program headers of an unknown size");
  // The kernel takes no more than this either.
  if (Ehdr.e_phnum > 65536 / sizeof(Elf64_Phdr))
    return invalid("too many program headers");
  std::vector<Elf64_Phdr> Headers(Ehdr.e_phnum);
  if (!addWithin(Ehdr.e_phoff, Headers.size() * sizeof(Elf64_Phdr),
                 File.size()) ||
      !File.read(Ehdr.e_phoff, Headers.data(),
                 Headers.size() * sizeof(Elf64_Phdr)))
    return truncated("the program headers reach");

  ElfImage Image;
  Image.IsDyn = Ehdr.e_type == ET_DYN;
  Image.Entry = Ehdr.e_entry;
  Image.PhNum = Ehdr.e_phnum;
  Image.PhdrVaddr = findPhdrs(Headers, Ehdr);
  for (unsigned I = 0; I < Headers.size(); ++I) {
    const Elf64_Phdr &P = Headers[I];
    if (P.p_type == PT_INTERP && Image.Interp.empty()) {
      Expected<std::string> Interp = readInterp(P, File);
      if (!Interp)
        return Interp.error();
      Image.Interp = *Interp;
    }
    if (P.p_type == PT_GNU_STACK)
      Image.ExecStack = P.p_flags & PF_X;
    if (P.p_type != PT_LOAD || P.p_memsz == 0)
      continue;
    Expected<Segment> Load = readLoad(P, I, File.size());
    if (!Load)
      return Load.error();
    Image.Align = std::max(Image.Align, Load->Align);
    Image.Loads.push_back(*Load);
  }
  if (Image.Loads.empty())
    return invalid("nothing to load");

  std::sort(
      Image.Loads.begin(), Image.Loads.end(),
      [](const Segment &A, const Segment &B) { return A.Vaddr < B.Vaddr; });
  for (size_t I = 1; I < Image.Loads.size(); ++I)
    if (Image.Loads[I].Vaddr < Image.Loads[I - 1].end())
      return invalid("segments overlap");
  // Alignment beyond this would only waste address space; the kernel caps it
  // too.
  Image.Align = std::min<uint64_t>(Image.Align, uint64_t(1) << 32);
  bool EntryMapped = false;
  for (const Segment &S : Image.Loads)
    EntryMapped |= Image.Entry >= S.Vaddr && Image.Entry < S.end();
  if (!EntryMapped)
    return invalid("the entry point lies in no segment");
  return Image;
}

} // namespace xlate::image
