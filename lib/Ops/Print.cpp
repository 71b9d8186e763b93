//===- Print.cpp - Readable uops ------------------------------------------===//

#include "xlate/Ops/Uop.h"
#include <cinttypes>
#include <cstdio>

using namespace xlate;

static const char *tyName(Ty T) {
  switch (T) {
  case Ty::None:
    return "";
  case Ty::B:
    return "b";
  case Ty::W:
    return "w";
  case Ty::X:
    return "x";
  case Ty::V:
    return "v";
  }
  return "?";
}

std::string xlate::toString(const Block &B) {
  std::string Out;
  char Buf[128];
  for (size_t I = 0; I != B.Uops.size(); ++I) {
    const Uop &U = B.Uops[I];
    if (U.Code == Op::insn) {
      std::snprintf(Buf, sizeof Buf, "%#" PRIx64 ":  // %08x\n",
                    static_cast<uint64_t>(U.Imm),
                    U.A[0] | static_cast<unsigned>(U.A[1]) << 16);
      Out += Buf;
      continue;
    }
    if (U.Type != Ty::None)
      std::snprintf(Buf, sizeof Buf, "  %%%zu:%s = %s", I, tyName(U.Type),
                    opName(U.Code));
    else
      std::snprintf(Buf, sizeof Buf, "  %s", opName(U.Code));
    Out += Buf;
    if (U.Lane || U.N) {
      std::snprintf(Buf, sizeof Buf, ".%u.%u", U.Lane, U.N);
      Out += Buf;
    }
    for (uint16_t A : U.A)
      if (A != NoVal) {
        std::snprintf(Buf, sizeof Buf, " %%%u", A);
        Out += Buf;
      }
    std::snprintf(Buf, sizeof Buf, " #%#" PRIx64 "\n",
                  static_cast<uint64_t>(U.Imm));
    Out += Buf;
  }
  return Out;
}
