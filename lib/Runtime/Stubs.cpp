//===- Stubs.cpp - Wiring of the assembly stubs ---------------------------===//

#include "xlate/Runtime/Stubs.h"
#include "StubOffsets.h"
#include "xlate/Guest/UnitAbi.h"
#include "xlate/Ops/Uop.h"
#include "xlate/Support/HostCpu.h"

using namespace xlate;

static_assert(STATE_X(1) == offsetof(CpuState, X[1]));
static_assert(STATE_PC == offsetof(CpuState, Pc));
static_assert(STATE_POLL == offsetof(CpuState, PollFlag));
static_assert(STATE_V(1) == offsetof(CpuState, V[1]));
static_assert(STATE_EXIT == offsetof(CpuState, Exit));
static_assert(STATE_EVAL_TABLE == offsetof(CpuState, EvalTable));
static_assert(STATE_JUMP_CACHE == offsetof(CpuState, JumpCache));
static_assert(STATE_JUMP_CACHE_MASK == offsetof(CpuState, JumpCacheMask));
static_assert(STATE_HOST_SP == offsetof(CpuState, HostSp));
static_assert(STATE_SELF == offsetof(CpuState, Self));
static_assert(STATE_FIND_UNIT == offsetof(CpuState, FindUnit));
static_assert(STATE_FROM_RSP == abi::StateFromRsp);
static_assert(STATE_TMP(1) == offsetof(CpuState, Tmp[1]));
static_assert(sizeof(JumpCacheEntry) == 4 << 2,
              "the indirect stub scales pc by 4");
static_assert(static_cast<unsigned>(ExitReason::Miss) == 0);
static_assert(abi::NumPinnedGpr == 10 && abi::NumPinnedVec == 8 &&
              abi::PinnedGpr[0] == 31 && abi::PinnedGpr[5] == 8 &&
              abi::PinnedGpr[9] == 30);

void xlate::initStubs(CpuState &S) {
  S.ExitStub = reinterpret_cast<void *>(xlate_exit_stub);
  S.MissStub = reinterpret_cast<void *>(xlate_miss_stub);
  S.IndirectStub = reinterpret_cast<void *>(xlate_indirect_stub);
  S.EvalStub = reinterpret_cast<void *>(
      CPU_FEATURE_ACTIVE(AVX) ? xlate_eval_stub_avx : xlate_eval_stub_sse);
  S.CopyStub = S.CopyForwardStub = S.SetStub =
      reinterpret_cast<void *>(xlate_mops_slow);
  S.EvalTable = reinterpret_cast<void *const *>(EvalTable);
  S.JumpCacheMask = jumpCacheMask(JumpCacheSize);
  S.Self = &S;
}
