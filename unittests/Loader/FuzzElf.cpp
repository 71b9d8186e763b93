//===- FuzzElf.cpp - libFuzzer target for ELF files and scripts -----------===//
#include "xlate/Image/Discovery.h"
#include <cstdlib>

using namespace xlate::image;

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
    break;
  }
  default:
    break;
  }
  return 0;
}
