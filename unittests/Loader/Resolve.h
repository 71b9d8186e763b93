//===- Resolve.h - Path lookup for the loader's tests -----------*- C++ -*-===//
#ifndef XLATE_UNITTESTS_LOADER_RESOLVE_H
#define XLATE_UNITTESTS_LOADER_RESOLVE_H

#include <string>

namespace xlate::test {
/// What the system call layer's -L is; here without its other duties.
extern std::string Sysroot;
} // namespace xlate::test

#endif // XLATE_UNITTESTS_LOADER_RESOLVE_H
