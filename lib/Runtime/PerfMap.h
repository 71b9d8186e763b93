//===- PerfMap.h - Names of translated code for perf ------------*- C++ -*-===//
//
// /tmp/perf-PID.map, which `perf report` reads: one line per unit with the tier
// that made it and the guest code it is for. Used by one thread at a time.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_RUNTIME_PERFMAP_H
#define XLATE_LIB_RUNTIME_PERFMAP_H

#include "xlate/Runtime/CodeMap.h"
#include "xlate/Runtime/GuestMemory.h"

namespace xlate::runtime {

class PerfMap {
public:
  PerfMap(CodeMap &Code, const GuestMemory &Mem) : Code(Code), Mem(Mem) {}

  /// U has been published. Under the code map's lock.
  void note(const Unit &U);

private:
  struct Mapping {
    uint64_t Lo, Hi, Base; ///< Base: where the file's first byte is mapped.
    std::string File;
  };
  void readMappings();
  std::string nameOf(const Unit &U);
  void write(const std::string &Text) const;

  CodeMap &Code;
  const GuestMemory &Mem;
  int Pid = 0; ///< Whose file has the units so far: a child starts its own.
  uint64_t Generation = ~uint64_t(0);
  std::vector<Mapping> Mappings;
};

} // namespace xlate::runtime

#endif // XLATE_LIB_RUNTIME_PERFMAP_H
