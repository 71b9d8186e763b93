//===- IoUring.cpp - io_uring ---------------------------------------------===//
//
// Rings are shared by the guest and the host kernel, and what is in them is the
// same for both architectures, but for a few operations (IoUringEntries.cpp).
// So io_uring_enter() looks through the submission entries that the kernel is
// about to take, replaces those in place, and puts them back as they were when
// they are taken: the kernel has its own copies by then, and the guest may use
// its entries again.
//
// A kernel thread that takes entries by itself (IORING_SETUP_SQPOLL) sees the
// guest's: operations that would have to be converted aren't permitted there.
// Descriptors that were registered to name rings are refused, as by a kernel
// before 5.18: we know rings by their own.
//
//===----------------------------------------------------------------------===//
#include "IoUringEntries.h"
#include "WaitMask.h"
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <linux/kcmp.h>
#include <map>
#include <memory>
#include <mutex>

namespace xlate::sys {

namespace {

// Younger than Debian 12's headers.
constexpr uint32_t SetupNoMmap = 1u << 14, SetupRegisteredFdOnly = 1u << 15,
                   SetupNoSqArray = 1u << 16;
constexpr uint32_t KnownSetup = (1u << 18) - 1; ///< Up to HYBRID_IOPOLL.
/// All that was there in Linux 6.8, but for the descriptors of rings.
constexpr uint32_t LastRegister = 26;
constexpr size_t SqeBytes = sizeof(io_uring_sqe);

/// What is known of a ring. Its descriptors share it.
struct Ring {
  io_sqring_offsets At;
  uint32_t Flags = 0;
  /// Where its submission queue is in the guest's memory; 0 = not mapped.
  std::atomic<uint64_t> Queue{0}, Entries{0};
  /// The thread that submits, by its state's address; Several submit one by
  /// one, so that none finds entries that another has converted.
  std::atomic<uint64_t> Submitter{0};
  static constexpr uint64_t Several = 1;
  std::mutex Submitting;
};

std::mutex Lock;
/// By descriptor. Those that are closed stay: a child that shares memory, but
/// no descriptors, may close its own. What comes to have such a number is
/// another ring, or a duplicate of one, which are noted, or no ring.
std::map<int, std::shared_ptr<Ring>> Rings;
std::atomic<bool> AnyRings{false};

} // namespace

void lockRings() { Lock.lock(); }

void unlockRings(bool InChild) {
  // In the child nobody is about to submit.
  if (InChild)
    for (auto &[Fd, R] : Rings)
      new (&R->Submitting) std::mutex;
  Lock.unlock();
}

static std::shared_ptr<Ring> findRing(int Fd) {
  if (!AnyRings.load(std::memory_order_relaxed))
    return nullptr;
  std::lock_guard G(Lock);
  if (auto It = Rings.find(Fd); It != Rings.end())
    return It->second;
  // One that another process, or this one's past, has sent?
  const uint64_t Pid = static_cast<uint64_t>(hostCall(SYS_getpid));
  for (const auto &[Other, R] : Rings)
    if (hostCall(SYS_kcmp, Pid, Pid, KCMP_FILE, static_cast<uint64_t>(Fd),
                 static_cast<uint64_t>(Other)) == 0)
      return Rings[Fd] = R;
  return nullptr;
}

void noteRingDuplicate(int Old, int New) {
  if (!AnyRings.load(std::memory_order_relaxed))
    return;
  std::lock_guard G(Lock);
  if (auto It = Rings.find(Old); It != Rings.end())
    Rings[New] = It->second;
}

void noteRingMapping(int Fd, uint64_t Offset, uint64_t Addr) {
  if (Offset != IORING_OFF_SQ_RING && Offset != IORING_OFF_SQES)
    return;
  if (const auto R = findRing(Fd))
    (Offset == IORING_OFF_SQES ? R->Entries : R->Queue) = Addr;
}

static Result hostRegister(uint64_t Fd, unsigned Op, const void *Arg,
                           size_t N) {
  return hostCall(SYS_io_uring_register, Fd, Op, toAddr(Arg), N);
}

/// Start a ring of which the kernel takes entries by itself.
static Result startRestricted(uint64_t Fd) {
  constexpr size_t MostOps = 256;
  alignas(io_uring_probe) char
      Answer[sizeof(io_uring_probe) + MostOps * sizeof(io_uring_probe_op)] = {};
  if (Result E = hostRegister(Fd, IORING_REGISTER_PROBE, Answer, MostOps))
    return E;
  io_uring_probe_op Ops[MostOps];
  std::memcpy(Ops, Answer + sizeof(io_uring_probe), sizeof Ops);
  std::vector<io_uring_restriction> Allowed;
  const auto allow = [&](uint16_t Kind, uint8_t What) {
    io_uring_restriction R = {};
    R.opcode = Kind;
    R.register_op = What; // or sqe_op, sqe_flags
    Allowed.push_back(R);
  };
  allow(IORING_RESTRICTION_SQE_FLAGS_ALLOWED, 0xff);
  for (const io_uring_probe_op &Op : Ops)
    if (Op.flags & IO_URING_OP_SUPPORTED && needsNoConversion(Op.op))
      allow(IORING_RESTRICTION_SQE_OP, Op.op);
  for (unsigned Op = 0; Op <= LastRegister; ++Op)
    allow(IORING_RESTRICTION_REGISTER_OP, static_cast<uint8_t>(Op));
  // An older kernel has fewer of the latter, and doesn't tell how many.
  Result E;
  do
    E = hostRegister(Fd, IORING_REGISTER_RESTRICTIONS, Allowed.data(),
                     Allowed.size());
  while (E == -EINVAL && (Allowed.pop_back(), !Allowed.empty()));
  return E ? E : hostRegister(Fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
}

Result handle::io_uring_setup(Call &C) {
  io_uring_params P;
  if (!copyFrom(P, C.A[1]))
    return -EFAULT;
  if (P.flags & ~KnownSetup || P.flags & SetupRegisteredFdOnly)
    return -EINVAL;
  // Restrictions can be set once, before it starts.
  const bool Polled = P.flags & IORING_SETUP_SQPOLL;
  if (Polled && P.flags & IORING_SETUP_R_DISABLED)
    return -EINVAL;
  P.flags |= Polled ? IORING_SETUP_R_DISABLED : 0;
  const Result Fd = hostCall(SYS_io_uring_setup, C.A[0], toAddr(&P));
  if (Fd < 0)
    return Fd;
  P.flags &= ~(Polled ? IORING_SETUP_R_DISABLED : 0);
  Result E = Polled ? startRestricted(static_cast<uint64_t>(Fd)) : 0;
  if (!E && !copyTo(C.A[1], P))
    E = -EFAULT;
  if (E) {
    hostCall(SYS_close, static_cast<uint64_t>(Fd));
    return E;
  }
  const auto R = std::make_shared<Ring>();
  R->At = P.sq_off;
  R->Flags = P.flags;
  if (P.flags & SetupNoMmap) {
    // The guest's own memory, at addresses that it gave.
    R->Queue = P.cq_off.resv2;
    R->Entries = P.sq_off.resv2;
  }
  std::lock_guard G(Lock);
  Rings[static_cast<int>(Fd)] = R;
  AnyRings = true;
  return Fd;
}

//--- Submission ---------------------------------------------------------------

/// Convert the next Max entries of R.
static void convert(Submission &S, const Ring &R, uint32_t Max) {
  const uint64_t Queue = R.Queue, Entries = R.Entries;
  uint32_t Head, Tail, Mask;
  if (!Queue || !Entries || !copyFrom(Head, Queue + R.At.head) ||
      !copyFrom(Tail, Queue + R.At.tail) ||
      !copyFrom(Mask, Queue + R.At.ring_mask))
    return;
  std::atomic_thread_fence(std::memory_order_acquire);
  const uint32_t N = std::min({Max, Tail - Head, Mask + 1});
  const uint64_t Size = R.Flags & IORING_SETUP_SQE128 ? 2 * SqeBytes : SqeBytes;
  for (uint32_t I = Head; I != Head + N; ++I) {
    uint32_t Index = I & Mask;
    if (!(R.Flags & SetupNoSqArray) &&
        !copyFrom(Index, Queue + R.At.array + (I & Mask) * sizeof Index))
      return;
    if (Index <= Mask)
      S.convert(Entries + Index * Size);
  }
}

//--- io_uring_enter -----------------------------------------------------------

/// The call with what it waits by: a signal mask, and perhaps more.
static Result enterWith(const Call &C, uint64_t ToSubmit, uint64_t Flags,
                        uint64_t Mask, const io_uring_getevents_arg *Ext) {
  uint64_t Arg = Mask, Size = 8;
  io_uring_getevents_arg Host;
  if (Ext) {
    Host = *Ext;
    Host.sigmask = Mask;
    Host.sigmask_sz = 8;
    Arg = toAddr(&Host);
    Size = sizeof Host;
  }
  return xlate_safe_syscall(SYS_io_uring_enter, C.A[0], ToSubmit, C.A[2], Flags,
                            Arg, Size);
}

/// Has no other thread submitted so far?
static bool isOnlySubmitter(Ring &R, const CpuState &S) {
  const uint64_t Own = toAddr(&S);
  uint64_t Known = 0;
  if (R.Submitter.compare_exchange_strong(Known, Own) || Known == Own)
    return true;
  R.Submitter = Ring::Several;
  return false;
}

Result handle::io_uring_enter(Call &C) {
  const uint32_t ToSubmit = static_cast<uint32_t>(C.A[1]);
  const uint32_t Flags = static_cast<uint32_t>(C.A[3]);
  const bool Waits = Flags & IORING_ENTER_GETEVENTS;
  if (Flags & IORING_ENTER_REGISTERED_RING)
    return -EINVAL;
  const bool IsExt = Waits && Flags & IORING_ENTER_EXT_ARG;
  io_uring_getevents_arg Ext = {};
  WaitMask M;
  if (IsExt) {
    if (C.A[5] != sizeof Ext)
      return -EINVAL;
    if (!copyFrom(Ext, C.A[4]))
      return -EFAULT;
    if (Result R = M.init(Ext.sigmask, Ext.sigmask_sz))
      return R;
  } else if (Waits) {
    if (Result R = M.init(C.A[4], C.A[5]))
      return R;
  }
  const io_uring_getevents_arg *Arg = IsExt ? &Ext : nullptr;

  const auto R = ToSubmit ? findRing(static_cast<int>(C.A[0])) : nullptr;
  const auto enterAtOnce = [&] {
    return enterWith(C, ToSubmit, Flags, Waits ? M.enter(C.K) : 0, Arg);
  };
  if (!R || R->Flags & IORING_SETUP_SQPOLL)
    return enterAtOnce();
  const bool Alone = isOnlySubmitter(*R, C.S);
  std::unique_lock G(R->Submitting);
  Submission S(C);
  convert(S, *R, ToSubmit);
  if (Alone && !S.changedAny()) {
    G.unlock();
    return enterAtOnce();
  }
  // In two steps, so that the guest has its entries back, and others may
  // submit, while it waits.
  constexpr uint32_t Waiting = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG;
  const Result Taken = enterWith(C, ToSubmit, Flags & ~Waiting, 0, nullptr);
  S.restore();
  G.unlock();
  if (!Waits || Taken != static_cast<Result>(ToSubmit))
    return Taken;
  const Result Waited = enterWith(C, 0, Flags, M.enter(C.K), Arg);
  return Taken ? Taken : Waited;
}

//--- io_uring_register --------------------------------------------------------

/// Say which operations there are.
static Result probe(const Call &C) {
  const Result R = hostPass(C);
  io_uring_probe Head;
  if (R || !copyFrom(Head, C.A[2]))
    return R;
  for (uint64_t I = 0; I != std::min<uint64_t>(Head.ops_len, C.A[3]); ++I) {
    const uint64_t At = C.A[2] + sizeof Head + I * sizeof(io_uring_probe_op);
    io_uring_probe_op Op;
    if (!copyFrom(Op, At))
      return -EFAULT;
    if (Op.op <= LastRingOp)
      continue;
    Op.flags = 0;
    if (!copyTo(At, Op))
      return -EFAULT;
  }
  Head.last_op = std::min(Head.last_op, LastRingOp);
  return copyTo(C.A[2], Head) ? 0 : -EFAULT;
}

Result handle::io_uring_register(Call &C) {
  const uint32_t Op = static_cast<uint32_t>(C.A[1]);
  if (Op > LastRegister || Op == IORING_REGISTER_RING_FDS ||
      Op == IORING_UNREGISTER_RING_FDS)
    return -EINVAL;
  return Op == IORING_REGISTER_PROBE ? probe(C) : hostWait(C);
}

} // namespace xlate::sys
