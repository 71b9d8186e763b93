//===- Fp.cpp - Floating-point primitives ---------------------------------===//

#include "VecTables.h"

using namespace xlate;
using namespace xlate::baseline;

bool Emitter::emitFp(unsigned I) { return false; }
