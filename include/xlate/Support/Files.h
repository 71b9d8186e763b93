//===- Files.h - Whole reads and writes, names --------------------*- C++
//-*-===//
#ifndef XLATE_SUPPORT_FILES_H
#define XLATE_SUPPORT_FILES_H

#include <cstddef>
#include <cstdint>
#include <string>

namespace xlate {

/// As many of the Size bytes at Offset of a file as there are.
size_t readSome(int Fd, void *To, size_t Size, uint64_t Offset);

/// False if a file has fewer than Size bytes at Offset.
bool readAll(int Fd, void *To, size_t Size, uint64_t Offset);

/// Write at the file position. On failure errno says why.
bool writeAll(int Fd, const void *Data, size_t Size);

/// The link below /proc that leads to an open file.
std::string linkOfFd(int Fd);

} // namespace xlate

#endif // XLATE_SUPPORT_FILES_H
