//===- EvalClock.cpp - Clock functions of the guest's vDSO ----------------===//
//
// Answered by the C library, which asks the host's vDSO where that can answer.
//
//===----------------------------------------------------------------------===//

#include "Helpers.h"
#include <cerrno>
#include <cstring>
#include <ctime>
#include <sys/time.h>

using namespace xlate;

/// A bad pointer faults here, as it does in the kernel's vDSO.
template <typename T> static void answer(uint64_t To, const T &Value) {
  std::memcpy(reinterpret_cast<void *>(To), &Value, sizeof Value);
}

void helper::vdsoClock(CpuState &S, VdsoSvc Which) {
  const int Saved = errno;
  const auto Clock = static_cast<clockid_t>(S.X[0]);
  timespec Time;
  switch (Which) {
  case VdsoSvc::ClockGettime:
    if (clock_gettime(Clock, &Time)) {
      S.X[0] = static_cast<uint64_t>(-errno);
      break;
    }
    answer(S.X[1], Time);
    S.X[0] = 0;
    break;
  case VdsoSvc::ClockGetres:
    if (clock_getres(Clock, &Time)) {
      S.X[0] = static_cast<uint64_t>(-errno);
      break;
    }
    if (S.X[1])
      answer(S.X[1], Time);
    S.X[0] = 0;
    break;
  case VdsoSvc::Gettimeofday: {
    clock_gettime(CLOCK_REALTIME, &Time);
    const struct timeval Now = {Time.tv_sec, Time.tv_nsec / 1000};
    if (S.X[0])
      answer(S.X[0], Now);
    if (S.X[1]) {
      struct timezone Zone;
      struct timeval Ignored;
      gettimeofday(&Ignored, &Zone);
      answer(S.X[1], Zone);
    }
    S.X[0] = 0;
    break;
  }
  }
  errno = Saved;
}
