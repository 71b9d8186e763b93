//===- Files.h - Whole reads and writes -------------------------*- C++ -*-===//
#ifndef XLATE_SUPPORT_FILES_H
#define XLATE_SUPPORT_FILES_H

#include <cstddef>
#include <cstdint>

namespace xlate {

/// As many of the Size bytes at Offset of a file as there are.
size_t readSome(int Fd, void *To, size_t Size, uint64_t Offset);

/// False if a file has fewer than Size bytes at Offset.
bool readAll(int Fd, void *To, size_t Size, uint64_t Offset);

/// Write at the file position. On failure errno says why.
bool writeAll(int Fd, const void *Data, size_t Size);

} // namespace xlate

#endif // XLATE_SUPPORT_FILES_H
