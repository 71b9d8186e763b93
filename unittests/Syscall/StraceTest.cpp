//===- StraceTest.cpp - Text of system calls ------------------------------===//
#include "Strace.h"
#include "Fixture.h"
#include <arpa/inet.h>
#include <sys/socket.h>

using namespace xlate::sys;

namespace {

class StraceTest : public SyscallTest {
protected:
  /// Call Nr as the log shows it, without the process number.
  template <typename... Args> std::string line(uint32_t Nr, Args... A) {
    int P[2];
    EXPECT_EQ(::pipe(P), 0);
    Config C;
    C.Strace = true;
    C.StraceFd = P[1];
    configure(C);
    call(Nr, A...);
    configure({});
    ::close(P[1]);
    std::string Text;
    char Buf[4096];
    for (ssize_t N; (N = ::read(P[0], Buf, sizeof Buf)) > 0;)
      Text.append(Buf, static_cast<size_t>(N));
    ::close(P[0]);
    const std::string Pid = std::to_string(::gettid()) + ' ';
    EXPECT_EQ(Text.substr(0, Pid.size()), Pid);
    EXPECT_EQ(Text.back(), '\n');
    return Text.substr(Pid.size(), Text.size() - Pid.size() - 1);
  }
};

} // namespace

TEST_F(StraceTest, Open) {
  EXPECT_EQ(line(nr::openat, AT_FDCWD, "/does/not/exist", O_CLOEXEC),
            "openat(AT_FDCWD,\"/does/not/exist\",O_RDONLY|O_CLOEXEC) = -1 "
            "errno=2 (No such file or directory)");
  EXPECT_EQ(line(nr::openat, 77, "f", O_WRONLY | O_CREAT | 0100000, 0644),
            "openat(77,\"f\",O_WRONLY|O_NOFOLLOW|O_CREAT,0644) = -1 errno=9 "
            "(Bad file descriptor)");
  EXPECT_EQ(line(nr::openat, AT_FDCWD, nullptr, 0),
            "openat(AT_FDCWD,NULL,O_RDONLY) = -1 errno=14 (Bad address)");
}

TEST_F(StraceTest, Buffers) {
  int P[2];
  ASSERT_EQ(::pipe(P), 0);
  EXPECT_EQ(line(nr::write, P[1], "a\"b\n\0011", 6),
            "write(" + std::to_string(P[1]) + ",\"a\\\"b\\n\\0011\",6) = 6");
  char Buf[16];
  EXPECT_EQ(line(nr::read, P[0], Buf, 16),
            "read(" + std::to_string(P[0]) + ",\"a\\\"b\\n\\0011\",16) = 6");
  ::close(P[0]);
  ::close(P[1]);
}

TEST_F(StraceTest, Memory) {
  const std::string L = line(nr::mmap, 0, 8192, PROT_READ | PROT_EXEC,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  EXPECT_EQ(L.substr(0, L.find(" = ")),
            "mmap(NULL,8192,PROT_READ|PROT_EXEC,MAP_PRIVATE|MAP_ANONYMOUS,-1,"
            "0)");
  EXPECT_EQ(L.find(" = 0x"), L.find(" = "));
}

TEST_F(StraceTest, NoReturn) {
  EXPECT_EQ(line(nr::exit_group, 3), "exit_group(3) = ?");
  EXPECT_EQ(line(nr::rt_sigreturn), "rt_sigreturn() = ?");
}

TEST_F(StraceTest, Exec) {
  const char *Argv[] = {"ls", "-l", nullptr}, *Envp[] = {"A=b", nullptr};
  const std::string Pid = std::to_string(::gettid());
  EXPECT_EQ(line(nr::execve, "/bin/ls", Argv, Envp),
            "execve(\"/bin/ls\",[\"ls\", \"-l\"],[\"A=b\"]) ...\n" + Pid +
                " ... execve failed = -1 errno=2 (No such file or directory)");
}

TEST_F(StraceTest, Unknown) {
  EXPECT_EQ(line(1000, 1), "syscall_1000(0x1,0,0,0,0,0) = -1 errno=38 "
                           "(Function not implemented)");
}

TEST_F(StraceTest, Structures) {
  const Desc *D = findCall(nr::rt_sigprocmask);
  uint64_t Set = 1u << (SIGINT - 1) | 1u << (SIGTERM - 1), Full = ~(1ull << 8);
  uint64_t A[6] = {SIG_BLOCK, toAddr(&Set), toAddr(&Full), 8};
  EXPECT_EQ(formatArgs(*D, A, 0), "SIG_BLOCK,[INT TERM],~[KILL],8");

  timespec Ts = {1, 500};
  uint64_t Sleep[6] = {CLOCK_MONOTONIC, 1, toAddr(&Ts), 0};
  EXPECT_EQ(formatArgs(*findCall(nr::clock_nanosleep), Sleep, 0),
            "CLOCK_MONOTONIC,0x1,{tv_sec=1, tv_nsec=500},NULL");

  sockaddr_in In = {};
  In.sin_family = AF_INET;
  In.sin_port = htons(80);
  In.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  uint64_t Connect[6] = {3, toAddr(&In), sizeof In};
  EXPECT_EQ(formatArgs(*findCall(nr::connect), Connect, 0),
            "3,{sa_family=AF_INET, sin_port=80, sin_addr=127.0.0.1},16");

  uint64_t Futex[6] = {0x1000, 0x80 | 1, 1};
  EXPECT_EQ(formatArgs(*findCall(nr::futex), Futex, 0),
            "0x1000,FUTEX_WAKE_PRIVATE,1,NULL,NULL,0");

  uint64_t Clone[6] = {CLONE_VM | CLONE_VFORK | SIGCHLD};
  EXPECT_EQ(formatArgs(*findCall(nr::clone), Clone, 0),
            "CLONE_VM|CLONE_VFORK|SIGCHLD,NULL,NULL,NULL,NULL");
}

TEST_F(StraceTest, BadPointersAreShownAsSuch) {
  BadPage Bad;
  uint64_t A[6] = {1, toAddr(Bad.P), 5};
  char Text[64];
  std::snprintf(Text, sizeof Text, "1,%p,5", Bad.P);
  EXPECT_EQ(formatArgs(*findCall(nr::write), A, 0), Text);
}

TEST_F(StraceTest, Results) {
  const Desc &D = *findCall(nr::read);
  EXPECT_EQ(formatResult(D, 0), " = 0");
  EXPECT_EQ(formatResult(D, -EINTR), " = -1 errno=4 (Interrupted system call)");
  EXPECT_EQ(formatResult(D, Restart), " = ? (to be restarted)");
}
