//===- VecTables.h - Primitives that are one instruction per lane size ----===//
#ifndef XLATE_LIB_BASELINE_VECTABLES_H
#define XLATE_LIB_BASELINE_VECTABLES_H

#include "Emitter.h"

namespace xlate::baseline {

// 66-prefixed opcodes of the maps 0F, 0F38 and 0F3A.
constexpr VexOp m1(uint8_t Code) { return {1, 1, 0, Code}; }
constexpr VexOp m2(uint8_t Code) { return {2, 1, 0, Code}; }
constexpr VexOp m3(uint8_t Code, uint8_t W = 0) { return {3, 1, W, Code}; }
constexpr VexOp None{};

/// By lane size; None where x86 has no such instruction.
using LaneOps = VexOp[4];

constexpr LaneOps Add = {m1(0xfc), m1(0xfd), m1(0xfe), m1(0xd4)};
constexpr LaneOps Sub = {m1(0xf8), m1(0xf9), m1(0xfa), m1(0xfb)};
constexpr LaneOps CmpEq = {m1(0x74), m1(0x75), m1(0x76), m2(0x29)};
constexpr LaneOps CmpGt = {m1(0x64), m1(0x65), m1(0x66), m2(0x37)};
constexpr LaneOps MinS = {m2(0x38), m1(0xea), m2(0x39), None};
constexpr LaneOps MaxS = {m2(0x3c), m1(0xee), m2(0x3d), None};
constexpr LaneOps MinU = {m1(0xda), m2(0x3a), m2(0x3b), None};
constexpr LaneOps MaxU = {m1(0xde), m2(0x3e), m2(0x3f), None};
constexpr LaneOps Mul = {None, m1(0xd5), m2(0x40), None};
constexpr LaneOps Abs = {m2(0x1c), m2(0x1d), m2(0x1e), None};
constexpr LaneOps UnpackLo = {m1(0x60), m1(0x61), m1(0x62), m1(0x6c)};
constexpr LaneOps UnpackHi = {m1(0x68), m1(0x69), m1(0x6a), m1(0x6d)};
constexpr LaneOps AddSatS = {m1(0xec), m1(0xed), None, None};
constexpr LaneOps AddSatU = {m1(0xdc), m1(0xdd), None, None};
constexpr LaneOps SubSatS = {m1(0xe8), m1(0xe9), None, None};
constexpr LaneOps SubSatU = {m1(0xd8), m1(0xd9), None, None};
constexpr LaneOps Avg = {m1(0xe0), m1(0xe3), None, None};
constexpr LaneOps WidenS = {m2(0x20), m2(0x23), m2(0x25), None};
constexpr LaneOps WidenU = {m2(0x30), m2(0x33), m2(0x35), None};
/// Variable shifts (AVX2).
constexpr VexOp Sllv[4] = {None, None, m2(0x47), {2, 1, 1, 0x47}};
constexpr VexOp Srlv[4] = {None, None, m2(0x45), {2, 1, 1, 0x45}};
constexpr VexOp Broadcast[4] = {m2(0x78), m2(0x79), m2(0x58), m2(0x59)};

constexpr VexOp And = m1(0xdb), AndN = m1(0xdf), Or = m1(0xeb), Xor = m1(0xef);
constexpr VexOp Shufb = m2(0x00), Alignr = m3(0x0f), Blendw = m3(0x0e),
                Shufd = m1(0x70);
constexpr VexOp Shuflw = {1, 3, 0, 0x70}, Shufhw = {1, 2, 0, 0x70},
                Shufps = {1, 0, 0, 0xc6};
constexpr VexOp Packuswb = m1(0x67), Packusdw = m2(0x2b), Packsswb = m1(0x63),
                Packssdw = m1(0x6b);
constexpr VexOp Insertps = m3(0x21), Sadbw = m1(0xf6), Muludq = m1(0xf4);
constexpr VexOp Ptest = m2(0x17), Movq = {1, 2, 0, 0x7e};

} // namespace xlate::baseline

#endif // XLATE_LIB_BASELINE_VECTABLES_H
