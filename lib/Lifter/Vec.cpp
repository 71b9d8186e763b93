#include "UnitLifter.h"
using namespace llvm;

namespace xlate::lift {
FixedVectorType *UnitLifter::lanesTy(unsigned L) {
  return FixedVectorType::get(intTy(8u << L), 16u >> L);
}
FixedVectorType *UnitLifter::fpLanesTy(unsigned L) {
  Type *T = L == L64   ? B.getDoubleTy()
            : L == L32 ? B.getFloatTy()
                       : B.getHalfTy();
  return FixedVectorType::get(T, 16u >> L);
}
Value *UnitLifter::lowerVec(const Uop &U) { return nullptr; }
Value *UnitLifter::lowerFp(const Uop &U) { return nullptr; }
Value *UnitLifter::lowerCrypto(const Uop &U) { return nullptr; }

} // namespace xlate::lift
