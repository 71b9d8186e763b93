//===- InterruptTest.cpp - Signals around blocking calls ------------------===//
#include "Fixture.h"
#include <atomic>
#include <sys/time.h>
#include <thread>
#include <ucontext.h>

using namespace xlate;
using namespace xlate::sys;

extern "C" void returnFromHandler();
asm("returnFromHandler: movl $15, %eax\n" // rt_sigreturn
    "syscall");

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

constexpr unsigned long Restorer = 0x04000000;

/// The kernel's struct sigaction.
struct KernelSigaction {
  void (*Handler)(int, siginfo_t *, void *);
  unsigned long Flags;
  void (*Restorer)();
  unsigned long Mask;
};

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
  /// As the runtime does: not through the C library, in whose place
  /// ThreadSanitizer would put handlers off until the call is over.
  void install(unsigned long Flags) {
    KernelSigaction Sa = {};
    Sa.Handler = handler;
    Sa.Flags = SA_SIGINFO | Restorer | Flags;
    Sa.Restorer = returnFromHandler;
    ASSERT_EQ(syscall(SYS_rt_sigaction, SIGALRM, &Sa, nullptr, 8), 0);
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
