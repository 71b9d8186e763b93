//===- Strace.cpp - Log of system calls -----------------------------------===//
//
// A call is logged when it has returned, in one line and with one write, so
// that lines of different threads and processes don't mix. Calls that don't
// return, or that replace the program, are logged before.
//
//===----------------------------------------------------------------------===//
#include "Strace.h"
#include <csignal>
#include <cstring>

namespace xlate::sys {

static void writeLine(const std::string &Text) {
  std::string Line = std::to_string(hostCall(SYS_gettid)) + ' ' + Text + '\n';
  hostCall(SYS_write, static_cast<uint64_t>(config().StraceFd),
           toAddr(Line.data()), Line.size());
}

static std::string nameOf(const Call &C) {
  return C.D.Name
             ? C.D.Name
             : "syscall_" + std::to_string(static_cast<uint32_t>(C.S.X[8]));
}

Result traceCall(Call &C, Handler H) {
  const std::string Name = nameOf(C);
  // The handler may replace arguments, and sigreturn all of C.S.
  uint64_t A[6];
  std::memcpy(A, C.A, sizeof A);
  switch (C.D.Nr) {
  case 93:  // exit
  case 94:  // exit_group
  case 139: // rt_sigreturn
    writeLine(Name + '(' + formatArgs(C.D, A, Entry) + ") = ?");
    return H(C);
  case 221: // execve
  case 281: // execveat
  {
    writeLine(Name + '(' + formatArgs(C.D, A, Entry) + ") ...");
    Result R = H(C);
    writeLine("... " + Name + " failed" + formatResult(C.D, R));
    return R;
  }
  default:
    break;
  }
  Result R = H(C);
  writeLine(Name + '(' + formatArgs(C.D, A, R) + ')' + formatResult(C.D, R));
  return R;
}

void traceKilled(const Call &C) {
  writeLine(nameOf(C) + '(' + formatArgs(C.D, C.A, Entry) +
            ") = ? (killed by a seccomp filter)");
}

void traceSignal(int Sig, int Code, uint64_t Addr) {
  if (!config().Strace)
    return;
  std::string Text = "--- SIG";
  const char *Name = sigabbrev_np(Sig);
  Text += Name ? Name : "RT_" + std::to_string(Sig - 32);
  Text +=
      " {si_signo=" + std::to_string(Sig) + ", si_code=" + std::to_string(Code);
  if (Code > 0 && (Sig == SIGSEGV || Sig == SIGBUS || Sig == SIGILL ||
                   Sig == SIGFPE || Sig == SIGTRAP)) {
    char Buf[32];
    std::snprintf(Buf, sizeof Buf, ", si_addr=%#lx", Addr);
    Text += Buf;
  }
  writeLine(Text + "} ---");
}

} // namespace xlate::sys
