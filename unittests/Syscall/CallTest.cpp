//===- CallTest.cpp - Calls with conversions ------------------------------===//
#include "Abi.h"
#include "Fixture.h"
#include <dirent.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/utsname.h>

using namespace xlate::sys;

namespace {
class CallTest : public SyscallTest {};
} // namespace

TEST_F(CallTest, UnknownNumbers) {
  EXPECT_EQ(call(244), -ENOSYS);
  EXPECT_EQ(call(1000), -ENOSYS);
  EXPECT_EQ(call(nr::rseq, 0, 0, 0, 0), -ENOSYS);
  EXPECT_EQ(call(nr::pkey_alloc, 0, 0), -ENOSPC);
  // Only the low 32 bits of X8 count.
  S.X[8] = (uint64_t(1) << 32) | nr::getpid;
  EXPECT_EQ(dispatch(S, K), ::getpid());
}

TEST_F(CallTest, Stat) {
  TempDir D;
  D.file("f", "12345");
  const std::string F = D / "f";
  struct stat H;
  ASSERT_EQ(::stat(F.c_str(), &H), 0);
  struct {
    Arm64Stat St;
    uint64_t Guard = 0x5555;
  } G;
  ASSERT_EQ(call(nr::newfstatat, AT_FDCWD, F.c_str(), &G.St, 0), 0);
  EXPECT_EQ(G.St.Ino, H.st_ino);
  EXPECT_EQ(G.St.Size, 5);
  EXPECT_EQ(G.St.Mode, H.st_mode);
  EXPECT_EQ(G.Guard, 0x5555u); // 128 bytes, not the host's 144
  int Fd = ::open(F.c_str(), O_RDONLY);
  Arm64Stat G2;
  ASSERT_EQ(call(nr::fstat, Fd, &G2), 0);
  EXPECT_EQ(std::memcmp(&G.St, &G2, sizeof G2), 0);
  BadPage Bad;
  EXPECT_EQ(call(nr::fstat, Fd, Bad.P), -EFAULT);
  EXPECT_EQ(call(nr::fstat, Fd, nullptr), -EFAULT);
  EXPECT_EQ(call(nr::newfstatat, AT_FDCWD, Bad.P, &G2, 0), -EFAULT);
  ::close(Fd);
}

TEST_F(CallTest, OpenFlags) {
  TempDir D;
  D.file("f");
  D.link("l", "f");
  const std::string F = D / "f", L = D / "l";
  // arm64's O_DIRECTORY and O_NOFOLLOW.
  EXPECT_EQ(call(nr::openat, AT_FDCWD, F.c_str(), 040000), -ENOTDIR);
  EXPECT_EQ(call(nr::openat, AT_FDCWD, L.c_str(), 0100000), -ELOOP);
  Result Fd = call(nr::openat, AT_FDCWD, D.Path.c_str(), 040000);
  ASSERT_GE(Fd, 0);
  // O_LARGEFILE is set by any 64-bit kernel, O_DIRECTORY stays.
  EXPECT_EQ(call(nr::fcntl, Fd, F_GETFL), 0440000);
  EXPECT_EQ(call(nr::close, Fd), 0);

  uint64_t How[3] = {040000, 0, 0};
  EXPECT_EQ(call(nr::openat2, AT_FDCWD, F.c_str(), How, sizeof How), -ENOTDIR);
  How[0] = 0100000;
  EXPECT_EQ(call(nr::openat2, AT_FDCWD, L.c_str(), How, sizeof How), -ELOOP);
  EXPECT_EQ(How[0], 0100000u);
  EXPECT_EQ(call(nr::openat2, AT_FDCWD, L.c_str(), How, 8), -EINVAL);
  BadPage Bad;
  EXPECT_EQ(call(nr::openat2, AT_FDCWD, L.c_str(), Bad.P, 24), -EFAULT);
  EXPECT_EQ(call(nr::openat, AT_FDCWD, Bad.P, 0), -EFAULT);
}

TEST_F(CallTest, FcntlFlags) {
  int P[2];
  ASSERT_EQ(call(nr::pipe2, P, 0200000 /*O_DIRECT*/), 0);
  EXPECT_EQ(::fcntl(P[1], F_GETFL) & O_ACCMODE, O_WRONLY);
  EXPECT_TRUE(::fcntl(P[1], F_GETFL) & 040000); // the host's O_DIRECT
  EXPECT_TRUE(call(nr::fcntl, P[1], F_GETFL) & 0200000);
  EXPECT_EQ(call(nr::fcntl, P[1], F_SETFL, O_NONBLOCK), 0);
  EXPECT_EQ(call(nr::fcntl, P[1], F_GETFL), O_WRONLY | O_NONBLOCK);
  ::close(P[0]);
  ::close(P[1]);
}

TEST_F(CallTest, Epoll) {
  int P[2];
  ASSERT_EQ(::pipe(P), 0);
  Result Ep = call(nr::epoll_create1, 0);
  Arm64EpollEvent E = {EPOLLIN, 0xdead, 0x1122334455667788};
  ASSERT_EQ(call(nr::epoll_ctl, Ep, EPOLL_CTL_ADD, P[0], &E), 0);
  Arm64EpollEvent Got[3] = {};
  EXPECT_EQ(call(nr::epoll_pwait, Ep, Got, 3, 0, 0, 8), 0);
  ASSERT_EQ(::write(P[1], "x", 1), 1);
  EXPECT_EQ(call(nr::epoll_pwait, Ep, Got, 3, -1, 0, 8), 1);
  EXPECT_EQ(Got[0].Events, static_cast<uint32_t>(EPOLLIN));
  EXPECT_EQ(Got[0].Data, 0x1122334455667788u);
  EXPECT_EQ(Got[1].Data, 0u);
  EXPECT_EQ(call(nr::epoll_pwait, Ep, Got, 0, 0, 0, 8), -EINVAL);
  uint64_t Mask = 0x100;
  EXPECT_EQ(call(nr::epoll_pwait, Ep, Got, 1, 0, &Mask, 4), -EINVAL);
  EXPECT_EQ(call(nr::epoll_pwait, Ep, Got, 1, 0, &Mask, 8), 1);
  EXPECT_EQ(K.MaskAsked, 0x100u);
  BadPage Bad;
  EXPECT_EQ(call(nr::epoll_pwait, Ep, Bad.P, 1, 0, 0, 8), -EFAULT);
  EXPECT_EQ(call(nr::epoll_ctl, Ep, EPOLL_CTL_MOD, P[0], Bad.P), -EFAULT);
  EXPECT_EQ(call(nr::epoll_ctl, Ep, EPOLL_CTL_DEL, P[0], 0), 0);
  ::close(static_cast<int>(Ep));
  ::close(P[0]);
  ::close(P[1]);
}

TEST_F(CallTest, SignalMaskOfPolls) {
  timespec Zero = {};
  uint64_t Mask = uint64_t(1) << (SIGUSR1 - 1);
  EXPECT_EQ(call(nr::ppoll, 0, 0, &Zero, &Mask, 8), 0);
  EXPECT_EQ(K.MaskAsked, Mask);
  K.MaskAsked = 0;
  EXPECT_EQ(call(nr::ppoll, 0, 0, &Zero, &Mask, 16), -EINVAL);
  EXPECT_EQ(call(nr::ppoll, 0, 0, &Zero, 0, 0), 0);
  EXPECT_EQ(K.MaskAsked, 0u);
  uint64_t Arg[2] = {toAddr(&Mask), 8};
  EXPECT_EQ(call(nr::pselect6, 0, 0, 0, 0, &Zero, Arg), 0);
  EXPECT_EQ(K.MaskAsked, Mask);
  Arg[0] = 0;
  EXPECT_EQ(call(nr::pselect6, 0, 0, 0, 0, &Zero, Arg), 0);
  BadPage Bad;
  EXPECT_EQ(call(nr::pselect6, 0, 0, 0, 0, &Zero, Bad.P), -EFAULT);
  EXPECT_EQ(call(nr::ppoll, 0, 0, &Zero, Bad.P, 8), -EFAULT);
}

TEST_F(CallTest, Semctl) {
  const int Id = static_cast<int>(call(nr::semget, IPC_PRIVATE, 3, 0600));
  if (Id == -ENOSYS)
    GTEST_SKIP() << "no System V IPC";
  ASSERT_GE(Id, 0);
  struct {
    Arm64SemidDs Ds;
    uint64_t Guard = 0x7777;
  } G;
  EXPECT_EQ(call(nr::semctl, Id, 0, IPC_STAT, &G.Ds), 0);
  EXPECT_EQ(G.Ds.Nsems, 3u);
  EXPECT_EQ(G.Guard, 0x7777u);
  EXPECT_NE(G.Ds.Ctime, 0);
  EXPECT_EQ(call(nr::semctl, Id, 0, IPC_SET, &G.Ds), 0);
  EXPECT_EQ(call(nr::semctl, Id, 1, SETVAL, 5), 0);
  EXPECT_EQ(call(nr::semctl, Id, 1, GETVAL, 0), 5);
  EXPECT_EQ(call(nr::semctl, Id, 0, IPC_RMID, 0), 0);
}

TEST_F(CallTest, CloneArguments) {
  EXPECT_EQ(call(nr::clone, CLONE_VM | CLONE_SETTLS | SIGCHLD, 0x1000, 0x2000,
                 0x3000, 0x4000),
            4242);
  EXPECT_EQ(K.Cloned.flags, uint64_t(CLONE_VM | CLONE_SETTLS));
  EXPECT_EQ(K.Cloned.exit_signal, uint64_t(SIGCHLD));
  EXPECT_EQ(K.Cloned.stack, 0x1000u);
  EXPECT_EQ(K.Cloned.stack_size, 0u);
  EXPECT_EQ(K.Cloned.parent_tid, 0x2000u);
  EXPECT_EQ(K.Cloned.tls, 0x3000u);
  EXPECT_EQ(K.Cloned.child_tid, 0x4000u);
}

TEST_F(CallTest, Clone3Checks) {
  uint64_t A[12] = {CLONE_VM};
  A[4] = SIGCHLD;
  EXPECT_EQ(call(nr::clone3, A, 56), -EINVAL);
  EXPECT_EQ(call(nr::clone3, A, 64), 4242);
  EXPECT_EQ(call(nr::clone3, A, 96), 4242);
  A[11] = 1;
  EXPECT_EQ(call(nr::clone3, A, 96), -E2BIG);
  EXPECT_EQ(call(nr::clone3, A, 8192), -E2BIG);
  A[11] = 0;
  A[5] = 0x1000; // stack without size
  EXPECT_EQ(call(nr::clone3, A, 64), -EINVAL);
  BadPage Bad;
  EXPECT_EQ(call(nr::clone3, Bad.P, 64), -EFAULT);
}

TEST_F(CallTest, Execve) {
  const char *Argv[] = {"ls", "-l", nullptr}, *Envp[] = {"A=b", nullptr};
  EXPECT_EQ(call(nr::execve, "/bin/ls", Argv, Envp), -ENOENT);
  const std::vector<std::string> Want = {"-100", "/bin/ls", "ls", "-l",
                                         "|",    "A=b",     "0"};
  EXPECT_EQ(K.Executed, Want);
  EXPECT_EQ(call(nr::execveat, 5, "", Argv, Envp, AT_EMPTY_PATH), -ENOENT);
  EXPECT_EQ(K.Executed.front(), "5");
  EXPECT_EQ(K.Executed.back(), "4096");
}

TEST_F(CallTest, Uname) {
  utsname U;
  ASSERT_EQ(call(nr::uname, &U), 0);
  EXPECT_STREQ(U.machine, "aarch64");
  EXPECT_STREQ(U.sysname, "Linux");
  Config C;
  C.UnameRelease = "9.9";
  configure(C);
  ASSERT_EQ(call(nr::uname, &U), 0);
  EXPECT_STREQ(U.release, "9.9");
  BadPage Bad;
  EXPECT_EQ(call(nr::uname, Bad.P), -EFAULT);
}

TEST_F(CallTest, Personality) {
  const Result Old = call(nr::personality, 0xffffffffu);
  EXPECT_EQ(call(nr::personality, 8 /*PER_LINUX32*/), -EINVAL);
  EXPECT_EQ(call(nr::personality, 0x0400000 /*READ_IMPLIES_EXEC*/), Old);
  EXPECT_EQ(call(nr::personality, 0xffffffffu), 0x0400000);
  const Result P =
      call(nr::mmap, 0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uint64_t Limit;
  EXPECT_TRUE(K.Mem.executable(static_cast<uint64_t>(P), Limit));
  EXPECT_EQ(call(nr::munmap, P, 4096), 0);
  EXPECT_EQ(call(nr::personality, Old), 0x0400000);
}

TEST_F(CallTest, Prctl) {
  EXPECT_EQ(call(nr::prctl, 51, 0, 0, 0, 0), -EINVAL); // PR_SVE_GET_VL
  EXPECT_EQ(call(nr::prctl, 55, 2, 0, 0, 0), -EINVAL); // MTE
  EXPECT_EQ(call(nr::prctl, 56, 0, 0, 0, 0), 0);       // tagged addresses
  EXPECT_EQ(call(nr::prctl, 55, 1, 0, 0, 0), 0);
  EXPECT_EQ(call(nr::prctl, 56, 0, 0, 0, 0), 1);
  const uint64_t Tag = uint64_t(0x5a) << 56;
  utsname Uts = {};
  EXPECT_EQ(call(nr::uname, reinterpret_cast<uint64_t>(&Uts) | Tag), 0);
  EXPECT_EQ(call(nr::prctl, 55, 0, 0, 0, 0), 0);
  EXPECT_EQ(call(nr::uname, reinterpret_cast<uint64_t>(&Uts) | Tag), -EFAULT);
  EXPECT_EQ(call(nr::prctl, 25, &S, 0, 0, 0), -EINVAL); // PR_GET_TSC
  EXPECT_EQ(call(nr::prctl, 21, 0, 0, 0, 0), 0);        // PR_GET_SECCOMP
  char Name[16], Old[16];
  EXPECT_EQ(call(nr::prctl, 16, Old), 0);
  EXPECT_EQ(call(nr::prctl, 15, "guest-name"), 0);
  EXPECT_EQ(call(nr::prctl, 16, Name), 0);
  EXPECT_STREQ(Name, "guest-name");
  call(nr::prctl, 15, Old);
  char Auxv[8] = {};
  EXPECT_EQ(call(nr::prctl, 0x41555856, Auxv, 2, 0, 0), 4);
  EXPECT_EQ(Auxv[1], 2);
  EXPECT_EQ(Auxv[2], 0);
}

TEST_F(CallTest, LimitsOfTheGuestAreNotTheRuntimes) {
  rlimit64 Host, G;
  ASSERT_EQ(syscall(SYS_prlimit64, 0, RLIMIT_AS, nullptr, &Host), 0);
  ASSERT_EQ(call(nr::getrlimit, RLIMIT_AS, &G), 0);
  EXPECT_EQ(G.rlim_cur, Host.rlim_cur);
  rlimit64 Small = {1 << 20, Host.rlim_max};
  EXPECT_EQ(call(nr::setrlimit, RLIMIT_AS, &Small), 0);
  EXPECT_EQ(call(nr::prlimit64, 0, RLIMIT_AS, 0, &G), 0);
  EXPECT_EQ(G.rlim_cur, 1u << 20);
  rlimit64 After;
  syscall(SYS_prlimit64, 0, RLIMIT_AS, nullptr, &After);
  EXPECT_EQ(After.rlim_cur, Host.rlim_cur);
  rlimit64 Wrong = {2, 1};
  EXPECT_EQ(call(nr::setrlimit, RLIMIT_AS, &Wrong), -EINVAL);
  EXPECT_EQ(call(nr::setrlimit, RLIMIT_AS, 0), -EFAULT);
  EXPECT_EQ(call(nr::setrlimit, RLIMIT_AS, &Host), 0);
}

TEST_F(CallTest, RuntimeDescriptors) {
  int P[2];
  ASSERT_EQ(::pipe(P), 0);
  const int Mine = protectFd(P[0]);
  EXPECT_TRUE(isRuntimeFd(Mine));
  EXPECT_FALSE(isRuntimeFd(P[1]));
  EXPECT_GT(Mine, P[1]);
  EXPECT_EQ(call(nr::close, Mine), -EBADF);
  EXPECT_EQ(call(nr::dup3, P[1], Mine, 0), -EBADF);
  EXPECT_EQ(call(nr::dup3, Mine, 50, 0), -EBADF);
  EXPECT_EQ(call(nr::fcntl, Mine, F_GETFL), -EBADF);
  char Stat[128];
  EXPECT_EQ(call(nr::fstat, Mine, Stat), -EBADF);
  EXPECT_EQ(call(nr::openat, Mine, "x", 0), -EBADF);
  EXPECT_EQ(call(nr::mmap, 0, 4096, PROT_READ, MAP_PRIVATE, Mine, 0), -EBADF);
  // Around it everything goes.
  const int Below = ::fcntl(P[1], F_DUPFD, Mine - 1);
  const int Above = ::fcntl(P[1], F_DUPFD, Mine + 1);
  ASSERT_EQ(Below, Mine - 1);
  ASSERT_EQ(Above, Mine + 1);
  EXPECT_EQ(call(nr::close_range, Below, 0xffffffffu, 0), 0);
  EXPECT_EQ(::fcntl(Below, F_GETFD), -1);
  EXPECT_EQ(::fcntl(Above, F_GETFD), -1);
  EXPECT_EQ(::fcntl(Mine, F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(call(nr::close_range, 9, 8, 0), -EINVAL);
  closeRuntimeFd(Mine);
  EXPECT_FALSE(isRuntimeFd(Mine));
  ::close(P[1]);
}

TEST_F(CallTest, DescriptorListing) {
  const int Mine = protectFd(::open("/dev/null", O_RDONLY));
  const int Shown = ::open("/dev/null", O_RDONLY);
  auto list = [&](const char *Path, size_t Size) {
    std::vector<std::string> Names;
    const int Dir = ::open(Path, O_RDONLY | O_DIRECTORY);
    std::vector<char> Buf(Size);
    Result N;
    while ((N = call(nr::getdents64, Dir, Buf.data(), Size)) > 0)
      for (Result At = 0; At < N;) {
        auto *E = reinterpret_cast<dirent64 *>(Buf.data() + At);
        Names.push_back(E->d_name);
        At += E->d_reclen;
      }
    EXPECT_EQ(N, 0);
    ::close(Dir);
    return Names;
  };
  auto has = [](const std::vector<std::string> &Names, int Fd) {
    return std::count(Names.begin(), Names.end(), std::to_string(Fd));
  };
  // A large buffer, and one with room for a single entry.
  for (size_t Size : {32768u, 32u}) {
    auto Names = list("/proc/self/fd", Size);
    EXPECT_EQ(has(Names, Mine), 0);
    EXPECT_EQ(has(Names, Shown), 1);
    EXPECT_EQ(has(list("/proc/self/fdinfo", Size), Mine), 0);
  }
  // The same name elsewhere is none of ours.
  TempDir D;
  D.file(std::to_string(Mine));
  EXPECT_EQ(has(list(D.Path.c_str(), 1024), Mine), 1);
  ::close(Shown);
  closeRuntimeFd(Mine);
}

TEST_F(CallTest, Clock) {
  timespec Ts = {};
  EXPECT_EQ(call(nr::clock_gettime, CLOCK_REALTIME, &Ts), 0);
  EXPECT_NEAR(static_cast<double>(Ts.tv_sec),
              static_cast<double>(time(nullptr)), 2);
  EXPECT_EQ(call(nr::clock_gettime, 999, &Ts), -EINVAL);
  EXPECT_EQ(call(nr::clock_gettime, CLOCK_REALTIME, 0), -EFAULT);
}

TEST_F(CallTest, KernelWritesToProtectedCode) {
  unsigned Changes = 0;
  K.Mem.OnCodeChange = [&](uint64_t, uint64_t) { ++Changes; };
  const uint64_t P = static_cast<uint64_t>(
      call(nr::mmap, 0, 8192, PROT_READ | PROT_WRITE | PROT_EXEC,
           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  int Pipe[2];
  ASSERT_EQ(::pipe(Pipe), 0);
  ASSERT_EQ(::write(Pipe[1], "0123456789", 10), 10);
  // A buffer that ends in a protected page is read as a whole.
  ASSERT_TRUE(K.Mem.writeProtect(P + 4096, P + 8192));
  EXPECT_EQ(call(nr::read, Pipe[0], P + 4090, 10), 10);
  EXPECT_EQ(std::memcmp(toPtr(P + 4090), "0123456789", 10), 0);
  EXPECT_EQ(Changes, 1u);
  // And so is a structure.
  ASSERT_TRUE(K.Mem.writeProtect(P, P + 4096));
  EXPECT_EQ(call(nr::statx, Pipe[0], "", AT_EMPTY_PATH, 0, P), 0);
  EXPECT_EQ(Changes, 2u);
  EXPECT_EQ(call(nr::statx, Pipe[0], "", AT_EMPTY_PATH, 0, 8), -EFAULT);
  EXPECT_EQ(Changes, 2u);
  call(nr::munmap, P, 8192);
  ::close(Pipe[0]);
  ::close(Pipe[1]);
}

TEST_F(CallTest, StringsAtTheEndOfMemory) {
  char *Two = static_cast<char *>(::mmap(nullptr, 8192, PROT_READ | PROT_WRITE,
                                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ::munmap(Two + 4096, 4096);
  std::memcpy(Two + 4092, "end", 4);
  std::string Out;
  EXPECT_EQ(copyString(Out, toAddr(Two + 4092), 100), 0);
  EXPECT_EQ(Out, "end");
  Two[4095] = 'x';
  EXPECT_EQ(copyString(Out, toAddr(Two + 4092), 100), -EFAULT);
  EXPECT_EQ(copyString(Out, toAddr(Two + 4092), 2), -ENAMETOOLONG);
  EXPECT_EQ(xlate_safe_copy(Two + 4090, "0123456789", 10), 4u);
  ::munmap(Two, 4096);
}
