//===- Filters.cpp - What seccomp asks of the runtime ---------------------===//

#include "Process.h"
#include <sys/syscall.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

sys::Result Process::withThreads(
    CpuState &S,
    const std::function<sys::Result(std::vector<FilteredThread> &)> &Do) {
  GuestThread &T = GuestThread::of(S);
  std::vector<FilteredThread> All = {{T.Tid, &T.Seccomp}};
  std::lock_guard G(ThreadLock);
  for (GuestThread *O = Threads; O; O = O->Next)
    if (O != &T && !O->BorrowsMemory && !T.BorrowsMemory)
      All.push_back({O->Tid, &O->Seccomp});
  return Do(All);
}

void Process::raiseSigsys(CpuState &S, const siginfo_t &Info) {
  GuestThread &T = GuestThread::of(S);
  raiseSync(T, SIGSYS, Info.si_code, 0, 0);
  T.Fault.P.Info = Info;
}

void Process::kill(CpuState &S, const siginfo_t &Info, bool AndProcess) {
  GuestThread &T = GuestThread::of(S);
  bool Alone = T.BorrowsMemory || AndProcess;
  if (!Alone) {
    std::lock_guard G(ThreadLock);
    Alone = true;
    for (GuestThread *O = Threads; O; O = O->Next)
      Alone &= O == &T || O->BorrowsMemory;
  }
  if (Alone)
    dieBySignal(T, {Info, Info.si_signo}, 0);
  endThread(T, Info.si_signo);
}
