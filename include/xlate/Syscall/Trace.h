//===- Trace.h - What a ptrace tracer and its tracee share ------*- C++ -*-===//
//
// Tracer and tracee are two xlate-run processes, joined by the host's ptrace.
// The host knows nothing of guest registers, and its signals are not yet the
// guest's. So the tracee stops by itself where its guest state is complete: it
// fills in a TraceArea and sends itself a marked SIGSEGV, for which the host
// stops it. The tracer's wait reports that stop and passes over all others. To
// let the tracee go on, the tracer fills in the answer. docs/signals.md has
// more.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_SYSCALL_TRACE_H
#define XLATE_SYSCALL_TRACE_H

#include <csignal>
#include <cstdint>

namespace xlate::sys {

/// si_code of the tracee's own stops; the payload is its TraceArea. Nobody
/// receives it.
constexpr int TraceStopCode = -0x7801;
/// si_code of a SIGSEGV by which a tracer makes the tracee stop. The payload is
/// the signal to report.
constexpr int TraceAskCode = -0x7802;
/// si_code of a signal that the tracer has let through already.
constexpr int TracePassCode = -0x7803;

/// The kernel's struct user_pt_regs.
struct TraceRegs {
  uint64_t X[31], Sp, Pc, Pstate;
};
static_assert(sizeof(TraceRegs) == 272);

/// The kernel's struct user_fpsimd_state.
struct TraceFpRegs {
  uint64_t V[64];
  uint32_t Fpsr, Fpcr;
  uint32_t Reserved[2];
};
static_assert(sizeof(TraceFpRegs) == 528);

enum class TraceResume : uint32_t { Nobody, Go, Syscall, Step, Detach };

struct TraceArea {
  //--- The tracee's.
  TraceRegs Regs;
  TraceFpRegs Fp;
  uint64_t Tls;
  int32_t SyscallNr; ///< -1 outside of system calls.
  /// Signal, or SIGTRAP | PTRACE_EVENT_* << 8, or SyscallStatus: what wait()
  /// reports in bits 8 and up.
  uint32_t Status;
  /// The host's next stop for an event of fork, vfork or clone is the guest's,
  /// with this status.
  bool ExpectsChild;
  siginfo_t Info;
  uint64_t Message; ///< PTRACE_GETEVENTMSG

  //--- The tracer's answer. It may also have changed what is above.
  TraceResume Resume;
  int32_t Signal;   ///< To deliver, 0 = none.
  uint32_t Options; ///< PTRACE_O_*
  uint32_t Changed; ///< Registers were written.
  /// Memory that was written.
  uint64_t ChangedLo, ChangedHi;

  static constexpr uint32_t SyscallStatus = ~0u;
};

} // namespace xlate::sys

#endif // XLATE_SYSCALL_TRACE_H
