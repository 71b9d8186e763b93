//===- Misc.cpp - uname, personality, prctl -------------------------------===//
#include "Call.h"
#include <algorithm>
#include <atomic>
#include <cstring>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

namespace xlate::sys {

Result handle::uname(Call &C) {
  utsname U;
  if (Result R = hostCall(SYS_uname, toAddr(&U)))
    return R;
  std::memset(U.machine, 0, sizeof U.machine);
  std::strcpy(U.machine, "aarch64");
  if (const std::string &Release = config().UnameRelease; !Release.empty()) {
    std::memset(U.release, 0, sizeof U.release);
    std::memcpy(U.release, Release.data(),
                std::min(Release.size(), sizeof U.release - 1));
  }
  return copyTo(C.A[0], U) ? 0 : -EFAULT;
}

//--- personality
//----------------------------------------------------------------

static std::atomic<bool> ReadImpliesExec{false};

bool readImpliesExec() {
  return ReadImpliesExec.load(std::memory_order_relaxed);
}

Result handle::personality(Call &C) {
  const uint32_t Want = static_cast<uint32_t>(C.A[0]);
  const uint32_t Ours = readImpliesExec() ? READ_IMPLIES_EXEC : 0;
  if (Want == 0xffffffff) {
    Result R = hostPass(C);
    return R < 0 ? R : R | Ours;
  }
  if ((Want & PER_MASK) == PER_LINUX32)
    return -EINVAL; // no AArch32
  // On the host the flag would only make the runtime's own memory executable.
  Result R = hostCall(SYS_personality, Want & ~uint32_t(READ_IMPLIES_EXEC));
  if (R < 0)
    return R;
  ReadImpliesExec = (Want & READ_IMPLIES_EXEC) != 0;
  return R | Ours;
}

//--- prctl
//------------------------------------------------------------------------

static std::atomic<uint64_t> Mdwe{0};

bool denyWriteExec() { return Mdwe.load(std::memory_order_relaxed) & 1; }

static Result setMdwe(const uint64_t *A) {
  constexpr uint64_t RefuseExecGain = 1, NoInherit = 2;
  const uint64_t Bits = A[1];
  if (A[2] || A[3] || A[4] || (Bits & ~(RefuseExecGain | NoInherit)) ||
      (Bits & (RefuseExecGain | NoInherit)) == NoInherit)
    return -EINVAL;
  const uint64_t Old = Mdwe;
  if (Old && Old != Bits)
    return -EPERM; // can't be taken back
  Mdwe = Bits;
  return 0;
}

static Result getAuxv(Call &C) {
  if (C.A[3] || C.A[4])
    return -EINVAL;
  std::vector<uint8_t> V = C.K.auxv();
  const size_t N = std::min<uint64_t>(V.size(), C.A[2]);
  return safeCopy(toPtr(C.A[1]), V.data(), N) ? static_cast<Result>(V.size())
                                              : -EFAULT;
}

Result handle::prctl(Call &C) {
  switch (static_cast<int>(C.A[0])) {
  // Features this CPU doesn't have: what an arm64 kernel answers without them.
  case 50: // PR_SVE_SET_VL
  case 51: // PR_SVE_GET_VL
  case 54: // PR_PAC_RESET_KEYS
  case 60: // PR_PAC_SET_ENABLED_KEYS
  case 61: // PR_PAC_GET_ENABLED_KEYS
  case 63: // PR_SME_SET_VL
  case 64: // PR_SME_GET_VL
  case 74: // PR_GET_SHADOW_STACK_STATUS
  case 75: // PR_SET_SHADOW_STACK_STATUS
  case 76: // PR_LOCK_SHADOW_STACK_STATUS
    return -EINVAL;
  // What only x86 has.
  case 25: // PR_GET_TSC
  case 26: // PR_SET_TSC
    return -EINVAL;
  // What would act on the runtime instead of the guest.
  case 35: // PR_SET_MM
  case 59: // PR_SET_SYSCALL_USER_DISPATCH
    return -EINVAL;
  case 55: // PR_SET_TAGGED_ADDR_CTRL
    if (C.A[1] & ~uint64_t(1) || C.A[2] || C.A[3] || C.A[4])
      return -EINVAL; // only PR_TAGGED_ADDR_ENABLE: there is no MTE
    TaggedPointers.store(C.A[1]);
    if (C.A[1])
      C.K.expectTags(C.S);
    return 0;
  case 56: // PR_GET_TAGGED_ADDR_CTRL
    return C.A[1] || C.A[2] || C.A[3] || C.A[4]
               ? -EINVAL
               : static_cast<Result>(TaggedPointers.load());
  case 21: // PR_GET_SECCOMP
    return getSeccomp(C);
  case 22: // PR_SET_SECCOMP
    return setSeccomp(C);
  case 40: // PR_GET_TID_ADDRESS
    return copyTo(C.A[1], C.K.tidAddress(C.S)) ? 0 : -EFAULT;
  case 65: // PR_SET_MDWE
    return setMdwe(C.A);
  case 66: // PR_GET_MDWE
    return C.A[1] || C.A[2] || C.A[3] || C.A[4]
               ? -EINVAL
               : static_cast<Result>(Mdwe.load());
  case 0x41555856: // PR_GET_AUXV
    return getAuxv(C);
  default:
    return hostPass(C);
  }
}

} // namespace xlate::sys
