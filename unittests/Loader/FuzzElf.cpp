//===- FuzzElf.cpp - libFuzzer target for ELF files and scripts -----------===//
#include "xlate/Image/Discovery.h"
#include "xlate/Image/JumpTables.h"
#include <cstdlib>

using namespace xlate::image;

/// Look for the jump tables of the file's first BRs.
static void findJumpTables(const ByteSource &File, const ElfImage &Image) {
  auto read = [&](uint64_t Address, void *To, size_t Size) {
    for (const Segment &S : Image.Loads)
      if (Address >= S.Vaddr && Address - S.Vaddr < S.FileSize &&
          Size <= S.FileSize - (Address - S.Vaddr))
        return File.read(S.Offset + (Address - S.Vaddr), To, Size);
    return false;
  };
  const JumpTableSource Source = {read, [&](uint64_t Address) {
                                    char Word[4];
                                    return !(Address & 3) &&
                                           read(Address, Word, sizeof Word);
                                  }};
  unsigned Left = 16;
  for (const Segment &S : Image.Loads)
    for (uint64_t At = (S.Vaddr + 3) & ~uint64_t(3); At < S.Vaddr + S.FileSize;
         At += 4) {
      uint32_t Word;
      if (!read(At, &Word, sizeof Word) || (Word & 0xfffffc1f) != 0xd61f0000)
        continue;
      for (uint64_t To : jumpTableTargets(At, S.Vaddr, Source))
        if (!Source.IsCode(To))
          abort();
      if (!--Left)
        return;
    }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  MemorySource File(Data, Size);
  switch (identify(File).Kind) {
  case FileKind::Script:
    (void)readScriptLine(File);
    break;
  case FileKind::Arm64: {
    auto Image = readElf(File);
    if (!Image)
      break;
    // What the loader relies on.
    uint64_t End = 0;
    for (const Segment &S : Image->Loads) {
      if (S.Vaddr < End || S.FileSize > S.MemSize || S.end() >= AddressLimit ||
          (S.FileSize && S.Offset + S.FileSize > Size))
        abort();
      End = S.end();
    }
    (void)findCode(File, *Image);
    (void)functionNamed(File, "main");
    findJumpTables(File, *Image);
    break;
  }
  default:
    break;
  }
  return 0;
}
