//===- File.cpp - Telling programs apart ----------------------------------===//
#include "xlate/Image/Elf.h"
#include "xlate/Support/Files.h"
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace xlate::image {

FdSource::FdSource(int Fd) : Fd(Fd), Size(0) {
  struct stat St;
  if (fstat(Fd, &St) == 0 && St.st_size > 0)
    Size = St.st_size;
  HeadSize = xlate::readSome(Fd, Head, sizeof Head, 0);
}

size_t FdSource::readSome(uint64_t Offset, void *Buffer, size_t Len) const {
  if (Offset < HeadSize && Len <= HeadSize - Offset) {
    memcpy(Buffer, Head + Offset, Len);
    return Len;
  }
  return xlate::readSome(Fd, Buffer, Len, Offset);
}

size_t MemorySource::readSome(uint64_t Offset, void *Buffer, size_t Len) const {
  if (Offset >= Bytes.size())
    return 0;
  size_t N = std::min<uint64_t>(Len, Bytes.size() - Offset);
  memcpy(Buffer, Bytes.data() + Offset, N);
  return N;
}

static std::string machineName(unsigned Machine) {
  switch (Machine) {
  case EM_386:
    return "32-bit x86";
  case EM_X86_64:
    return "x86-64";
  case EM_ARM:
    return "32-bit ARM";
  case EM_AARCH64:
    return "arm64";
  case EM_RISCV:
    return "RISC-V";
  case EM_PPC:
    return "32-bit PowerPC";
  case EM_PPC64:
    return "PowerPC64";
  case EM_S390:
    return "S/390";
  case EM_MIPS:
    return "MIPS";
  case EM_SPARC:
    return "SPARC";
  case EM_SPARCV9:
    return "SPARC V9";
  case EM_68K:
    return "m68k";
  case EM_IA_64:
    return "Itanium";
  case EM_ALPHA:
    return "Alpha";
  case EM_PARISC:
    return "PA-RISC";
  case EM_SH:
    return "SuperH";
  case EM_BPF:
    return "BPF";
  case 258:
    return "LoongArch";
  default:
    return "machine type " + std::to_string(Machine);
  }
}

FileId identify(const ByteSource &File) {
  // EI_CLASS, EI_DATA and e_machine are at the same place in 32- and 64-bit
  // files.
  unsigned char Head[sizeof(Elf64_Ehdr)] = {};
  size_t N = File.readSome(0, Head, sizeof Head);
  if (N >= 2 && Head[0] == '#' && Head[1] == '!')
    return {FileKind::Script, ""};
  if (N < SELFMAG || memcmp(Head, ELFMAG, SELFMAG) != 0)
    return {FileKind::NotElf, ""};
  if (N < offsetof(Elf64_Ehdr, e_version))
    return {FileKind::Truncated, ""};
  bool Big = Head[EI_DATA] == ELFDATA2MSB;
  bool Is32 = Head[EI_CLASS] == ELFCLASS32;
  unsigned Machine = Big ? Head[18] << 8 | Head[19] : Head[19] << 8 | Head[18];
  if (N < (Is32 ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr)))
    return {FileKind::Truncated, machineName(Machine)};
  if (Machine == EM_AARCH64) {
    if (Is32)
      return {FileKind::OtherElf, "arm64 ILP32"};
    if (Big)
      return {FileKind::OtherElf, "big-endian arm64"};
    return {FileKind::Arm64, "arm64"};
  }
  if (Machine == EM_X86_64)
    return {FileKind::X86_64, Is32 ? "x32" : "x86-64"};
  if (Machine == EM_ARM)
    return {FileKind::Arm32, machineName(Machine)};
  return {FileKind::OtherElf, machineName(Machine)};
}

Error whyNotArm64(const FileId &Id) {
  switch (Id.Kind) {
  case FileKind::Arm64:
    break;
  case FileKind::X86_64:
    return {ENOEXEC, "is a program for " + Id.Machine +
                         ", not for arm64: run it directly"};
  case FileKind::Arm32:
    return {ENOEXEC,
            "is a program for 32-bit ARM: 32-bit ARM is not supported"};
  case FileKind::OtherElf:
    return {ENOEXEC, "is a program for " + Id.Machine + ", not for arm64"};
  case FileKind::Script:
    return {ENOEXEC, "is a script, not an ELF program"};
  case FileKind::Truncated:
    return {ENOEXEC, "truncated ELF file: the header is not complete"};
  case FileKind::NotElf:
    return {ENOEXEC, "is not an ELF program"};
  }
  return {ENOEXEC, "is not an arm64 program"};
}

Expected<ScriptLine> readScriptLine(const ByteSource &File) {
  // Like the kernel, look at 256 bytes, zeros behind the end of a shorter file.
  char Buffer[256] = {};
  File.readSome(0, Buffer, sizeof Buffer);
  const std::string_view Text(Buffer, sizeof Buffer);
  constexpr std::string_view Blank = " \t", Terminator(" \t\0", 3);
  const Error NoInterp = {ENOEXEC, "the #! line names no interpreter"};
  if (!Text.starts_with("#!"))
    return NoInterp;
  size_t End = Text.find('\n');
  if (End == Text.npos) {
    // An argument may be cut off at the end of the buffer, a path may not.
    size_t Path = Text.find_first_not_of(Blank, 2);
    if (Path == Text.npos)
      return NoInterp;
    if (Text.find_first_of(Terminator, Path) == Text.npos)
      return Error{ENOEXEC, "the #! line is too long"};
    End = sizeof Buffer - 1;
  }
  std::string_view Line = Text.substr(2, End - 2);
  // Blanks in front of padding are not at the line's end.
  Line = Line.substr(0, Line.find_last_not_of(Blank) + 1);
  size_t Start = Line.find_first_not_of(Blank);
  if (Start == Line.npos)
    return NoInterp;
  Line.remove_prefix(Start);

  ScriptLine Result;
  size_t PathEnd = Line.find_first_of(Terminator);
  Result.Interp = Line.substr(0, PathEnd);
  // "#!" at the end of a file; the kernel then tries to open nothing.
  if (Result.Interp.empty())
    return Error{EACCES, NoInterp.Reason};
  if (PathEnd == Line.npos || Line[PathEnd] == '\0')
    return Result;
  Line.remove_prefix(PathEnd);
  if (size_t First = Line.find_first_not_of(Blank); First != Line.npos) {
    Line.remove_prefix(First);
    Result.Arg = Line.substr(0, Line.find('\0'));
    Result.HasArg = true;
  }
  return Result;
}

Expected<UniqueFd> openProgram(const char *Path) {
  // O_NONBLOCK: a FIFO without a writer must not hang us.
  UniqueFd Fd(open(Path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!Fd)
    return systemError(errno);
  struct stat St;
  if (fstat(Fd.get(), &St) != 0)
    return systemError(errno);
  if (S_ISDIR(St.st_mode))
    return Error{EACCES, "is a directory"};
  if (!S_ISREG(St.st_mode))
    return Error{EACCES, "is not a regular file"};
  return Fd;
}

} // namespace xlate::image
