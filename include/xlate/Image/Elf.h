//===- Elf.h - What kind of program a file is, and its ELF headers -*- C++
//-*-===//
//
// Reads untrusted bytes: every offset and size is checked before it is used,
// and what a loader could not map in a sensible way is an error here.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_IMAGE_ELF_H
#define XLATE_IMAGE_ELF_H

#include "xlate/Support/Error.h"
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xlate::image {

/// Page size that the guest sees (AT_PAGESZ), the same as the host's.
constexpr uint64_t PageSize = 4096;
constexpr uint64_t pageDown(uint64_t A) { return A & ~(PageSize - 1); }
constexpr uint64_t pageUp(uint64_t A) { return pageDown(A + PageSize - 1); }
/// First address that no guest mapping may reach. Guest and host addresses are
/// the same, so it is the x86-64 limit, not the arm64 one.
constexpr uint64_t AddressLimit = 0x7ffffffff000;

/// Random-access bytes: a file or, for tests, memory.
class ByteSource {
public:
  virtual ~ByteSource() = default;
  virtual uint64_t size() const = 0;
  /// Read up to Len bytes; the result is how many there were (0 past the end).
  virtual size_t readSome(uint64_t Offset, void *Buffer, size_t Len) const = 0;
  /// Read exactly Len bytes.
  bool read(uint64_t Offset, void *Buffer, size_t Len) const {
    return readSome(Offset, Buffer, Len) == Len;
  }
};

/// An open file; not owned. Its first bytes are read at once: nearly all that
/// is asked for is among them.
class FdSource final : public ByteSource {
public:
  explicit FdSource(int Fd);
  uint64_t size() const override { return Size; }
  size_t readSome(uint64_t Offset, void *Buffer, size_t Len) const override;

private:
  int Fd;
  uint64_t Size;
  char Head[1024];
  size_t HeadSize;
};

class MemorySource final : public ByteSource {
public:
  MemorySource(const void *Data, size_t Size)
      : Bytes(static_cast<const char *>(Data), Size) {}
  uint64_t size() const override { return Bytes.size(); }
  size_t readSome(uint64_t Offset, void *Buffer, size_t Len) const override;

private:
  std::string_view Bytes;
};

enum class FileKind {
  Arm64,     ///< 64-bit little-endian arm64 ELF.
  X86_64,    ///< 64-bit x86-64 ELF: runs on the host as it is.
  Arm32,     ///< 32-bit ARM ELF.
  OtherElf,  ///< ELF for another machine, see FileId::Machine.
  Script,    ///< Starts with "#!".
  Truncated, ///< ELF magic, but not all of the ELF header.
  NotElf,    ///< Anything else, also an empty file.
};

struct FileId {
  FileKind Kind = FileKind::NotElf;
  std::string Machine; ///< For ELF files: name for people, "RISC-V".
};

/// Classify a file by its first bytes.
FileId identify(const ByteSource &File);

/// Why a file of a kind other than Arm64 can't be run.
Error whyNotArm64(const FileId &Id);

/// One PT_LOAD.
struct Segment {
  uint64_t Vaddr, MemSize;
  uint64_t Offset, FileSize;
  uint64_t Align;
  uint32_t Flags; ///< PF_R, PF_W, PF_X.

  uint64_t end() const { return Vaddr + MemSize; }
};

/// What a loader needs to know of an arm64 ELF program or interpreter.
struct ElfImage {
  bool IsDyn = false; ///< ET_DYN: may be loaded anywhere.
  uint64_t Entry = 0;
  uint64_t PhdrVaddr = 0; ///< Where the program headers end up; 0 = not mapped.
  uint16_t PhNum = 0;
  uint64_t Align = PageSize;  ///< Largest segment alignment.
  std::vector<Segment> Loads; ///< By ascending address, at least one.
  std::string Interp;         ///< PT_INTERP, empty = none.
  bool ExecStack = false;     ///< PT_GNU_STACK asks for an executable stack.

  /// Page-rounded address range of all segments.
  uint64_t lo() const { return pageDown(Loads.front().Vaddr); }
  uint64_t hi() const { return pageUp(Loads.back().end()); }
};

/// Read and check the headers of an arm64 ELF executable.
Expected<ElfImage> readElf(const ByteSource &File);

/// The `#!` line of a script, taken apart by the kernel's rules.
struct ScriptLine {
  std::string Interp;
  std::string Arg; ///< All that follows the interpreter, as one argument.
  bool HasArg = false;
};

/// Parse a script's first line. ENOEXEC when there is no usable interpreter.
Expected<ScriptLine> readScriptLine(const ByteSource &File);

/// Open a program for reading: a regular file, or an error that says what is
/// wrong with it.
Expected<UniqueFd> openProgram(const char *Path);

} // namespace xlate::image

#endif // XLATE_IMAGE_ELF_H
