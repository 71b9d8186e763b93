//===- Vdso.h - The guest's vDSO --------------------------------*- C++ -*-===//
#ifndef XLATE_RUNTIME_VDSO_H
#define XLATE_RUNTIME_VDSO_H

#include <cstdint>
#include <span>
#include <string_view>

namespace xlate::runtime {

/// The vDSO as an arm64 ELF file, less than a page, position independent.
std::span<const uint8_t> vdsoImage();

/// Offset of a function in the image; 0 = there is none of that name.
uint64_t vdsoSymbol(std::string_view Name);

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_VDSO_H
