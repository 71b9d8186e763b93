//===- Vec.cpp - Vector primitives ----------------------------------------===//

#include "Emitter.h"

using namespace xlate;
using namespace xlate::baseline;

bool Emitter::emitVec(unsigned I) { return false; }
