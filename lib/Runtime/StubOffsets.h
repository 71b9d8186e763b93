/*===- StubOffsets.h - CpuState offsets for Stubs.S ------------------------===
 *
 * Included by assembly and by Stubs.cpp, which checks every number.
 *
 *===----------------------------------------------------------------------===*/
#ifndef XLATE_LIB_RUNTIME_STUBOFFSETS_H
#define XLATE_LIB_RUNTIME_STUBOFFSETS_H

#define STATE_X(N) (8 * (N))
#define STATE_PC 256
#define STATE_POLL 276
#define STATE_V(N) (304 + 16 * (N))
#define STATE_EXIT 844
#define STATE_EVAL_TABLE 888
#define STATE_JUMP_CACHE 896
#define STATE_JUMP_CACHE_MASK 904
#define STATE_HOST_SP 912
#define STATE_SELF 920
#define STATE_FROM_RSP 8
#define STATE_FIND_UNIT 1472
#define STATE_TMP(N) (944 + 16 * (N))

#endif
