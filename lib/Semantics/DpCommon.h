//===- DpCommon.h - What data-processing encodings share --------*- C++ -*-===//
#ifndef XLATE_LIB_SEMANTICS_DPCOMMON_H
#define XLATE_LIB_SEMANTICS_DPCOMMON_H

#include "xlate/Ops/Ops.h"

namespace xlate::sem {

/// ADDS and SUBS. CMN and CMP have no use for the result.
inline void adds(Ops &O, Val A, Val B, unsigned Rd) {
  O.flagsAdd(A, B);
  if (Rd != 31)
    O.setReg(Rd, O.add(A, B));
}

inline void subs(Ops &O, Val A, Val B, unsigned Rd) {
  O.flagsSub(A, B);
  if (Rd != 31)
    O.setReg(Rd, O.sub(A, B));
}

} // namespace xlate::sem

#endif // XLATE_LIB_SEMANTICS_DPCOMMON_H
