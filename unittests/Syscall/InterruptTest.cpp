//===- InterruptTest.cpp - Signals around blocking calls ------------------===//
#include "Fixture.h"
#include <atomic>
#include <sys/time.h>
#include <thread>
#include <ucontext.h>

using namespace xlate;
using namespace xlate::sys;

namespace {

/// What the runtime's handler does.
void handler(int, siginfo_t *, void *Ctx) {
  CpuState *S;
  asm volatile("movq %%gs:%c1, %0" : "=r"(S) : "i"(offsetof(CpuState, Self)));
  S->PollFlag.store(1);
  auto &Rip = static_cast<ucontext_t *>(Ctx)->uc_mcontext.gregs[REG_RIP];
  if (Rip >= reinterpret_cast<greg_t>(xlate_safe_syscall_start) &&
      Rip < reinterpret_cast<greg_t>(xlate_safe_syscall_end))
    Rip = reinterpret_cast<greg_t>(xlate_safe_syscall_interrupted);
}

class InterruptTest : public SyscallTest {
protected:
  int P[2];
  void SetUp() override {
    SyscallTest::SetUp();
    ASSERT_EQ(::pipe(P), 0);
  }
  void TearDown() override {
    ::close(P[0]);
    ::close(P[1]);
    signal(SIGALRM, SIG_DFL);
    SyscallTest::TearDown();
  }
  void install(int Flags) {
    struct sigaction Sa = {};
    Sa.sa_sigaction = handler;
    Sa.sa_flags = SA_SIGINFO | Flags;
    sigaction(SIGALRM, &Sa, nullptr);
  }
  void alarmIn(int Microseconds) {
    itimerval T = {{0, 0}, {0, Microseconds}};
    setitimer(ITIMER_REAL, &T, nullptr);
  }
};

} // namespace

TEST_F(InterruptTest, PendingWorkKeepsTheCallFromStarting) {
  S.PollFlag = 1;
  char C;
  EXPECT_EQ(call(nr::read, P[0], &C, 1), Restart);
  // Calls that don't block aren't concerned.
  EXPECT_EQ(call(nr::getpid), ::getpid());
  S.PollFlag = 0;
  ASSERT_EQ(::write(P[1], "y", 1), 1);
  EXPECT_EQ(call(nr::read, P[0], &C, 1), 1);
  EXPECT_EQ(C, 'y');
}

TEST_F(InterruptTest, RestartingHandler) {
  install(SA_RESTART);
  alarmIn(20000);
  char C;
  EXPECT_EQ(call(nr::read, P[0], &C, 1), Restart);
}

TEST_F(InterruptTest, InterruptingHandler) {
  install(0);
  alarmIn(20000);
  char C;
  EXPECT_EQ(call(nr::read, P[0], &C, 1), -EINTR);
}

TEST_F(InterruptTest, SleepIsNeverRestarted) {
  install(SA_RESTART);
  alarmIn(20000);
  timespec Long = {5, 0}, Left = {};
  EXPECT_EQ(call(nr::nanosleep, &Long, &Left), -EINTR);
  EXPECT_GE(Left.tv_sec, 4);
}

// A signal at any moment either stops the call or comes after its result: a
// read that is left blocked would hang.
TEST_F(InterruptTest, NoSignalIsLost) {
  install(SA_RESTART);
  unsigned Restarts = 0;
  for (int I = 0; I != 300; ++I) {
    S.PollFlag = 0;
    alarmIn(1 + I % 60);
    char C;
    if (call(nr::read, P[0], &C, 1) == Restart)
      ++Restarts;
  }
  EXPECT_EQ(Restarts, 300u);
}
