//===- Fixture.h - A guest thread for system call tests ---------*- C++ -*-===//
#ifndef XLATE_UNITTESTS_SYSCALL_FIXTURE_H
#define XLATE_UNITTESTS_SYSCALL_FIXTURE_H

#include "Call.h"
#include "xlate/Runtime/GuestMemory.h"
#include <asm/prctl.h>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace xlate::sys {

/// Services without a runtime: memory calls are real, the rest is recorded.
class FakeServices : public Services {
public:
  runtime::GuestMemory Mem;
  clone_args Cloned = {};
  /// Directory, path, arguments, "|", environment, flags.
  std::vector<std::string> Executed;
  uint64_t MaskAsked = 0;
  uint64_t MaskAnswer = 0;
  std::string Exe = "/bin/true", ExeGuest = "/guest/prog";

  Result clone(CpuState &, const clone_args &A) override {
    Cloned = A;
    return 4242;
  }
  Result setTidAddress(CpuState &, uint64_t) override { return 1; }
  Result exitThread(CpuState &, int) override { return NoResult; }
  Result exitGroup(CpuState &, int) override { return NoResult; }
  Result execve(CpuState &, int Dir, const char *Path, char *const *Argv,
                char *const *Envp, int Flags) override {
    Executed = {std::to_string(Dir), Path};
    for (; *Argv; ++Argv)
      Executed.push_back(*Argv);
    Executed.push_back("|");
    for (; *Envp; ++Envp)
      Executed.push_back(*Envp);
    Executed.push_back(std::to_string(Flags));
    return -ENOENT;
  }
  Result sigaction(CpuState &, int, const void *, void *, uint64_t) override {
    return 0;
  }
  Result sigprocmask(CpuState &, int, const uint64_t *, uint64_t *,
                     uint64_t) override {
    return 0;
  }
  Result sigaltstack(CpuState &, const void *, void *) override { return 0; }
  Result sigreturn(CpuState &) override { return NoResult; }
  Result sigsuspend(CpuState &, const uint64_t *, uint64_t) override {
    return -EINTR;
  }
  Result sigpending(CpuState &, uint64_t *, uint64_t) override { return 0; }
  uint64_t hostMask(uint64_t GuestMask) override {
    MaskAsked = GuestMask;
    return MaskAnswer;
  }
  Result mmap(CpuState &, uint64_t A, uint64_t L, int P, int F, int Fd,
              uint64_t O) override {
    return Mem.mmap(A, L, P, F, Fd, O);
  }
  Result munmap(CpuState &, uint64_t A, uint64_t L) override {
    return Mem.munmap(A, L);
  }
  Result mprotect(CpuState &, uint64_t A, uint64_t L, int P) override {
    return Mem.mprotect(A, L, P);
  }
  Result mremap(CpuState &, uint64_t O, uint64_t OL, uint64_t NL, int F,
                uint64_t N) override {
    return Mem.mremap(O, OL, NL, F, N);
  }
  Result madvise(CpuState &, uint64_t A, uint64_t L, int Ad) override {
    return Mem.madvise(A, L, Ad);
  }
  Result brk(CpuState &, uint64_t A) override { return Mem.brk(A); }
  Result shmat(CpuState &, int I, uint64_t A, int F) override {
    return Mem.shmat(I, A, F);
  }
  Result shmdt(CpuState &, uint64_t A) override { return Mem.shmdt(A); }
  Result mlockall(CpuState &, int F) override { return Mem.mlockall(F); }
  Result munlockall(CpuState &) override { return Mem.munlockall(); }
  bool allowKernelWrites(uint64_t Lo, uint64_t Hi) override {
    return Mem.allowWrites(Lo, Hi);
  }
  std::string procMaps(bool) override { return "the guest's maps\n"; }
  const std::string &exePath() override { return Exe; }
  const std::string &exeGuestPath() override { return ExeGuest; }
  std::vector<uint8_t> auxv() override { return {1, 2, 3, 4}; }
  std::string cmdline() override { return std::string("prog\0arg\0", 9); }
  std::string cpuinfo() override { return "CPU implementer\t: 0x41\n"; }
  ImageInfo imageInfo() override {
    ImageInfo I;
    I.StartStack = 123456789;
    return I;
  }
};

class SyscallTest : public testing::Test {
protected:
  CpuState S = {};
  FakeServices K;

  void SetUp() override {
    S.Self = &S;
    syscall(SYS_arch_prctl, ARCH_SET_GS, &S);
    struct sigaction Sa = {};
    Sa.sa_flags = SA_SIGINFO;
    Sa.sa_sigaction = [](int Sig, siginfo_t *, void *Uc) {
      if (!fixSafeCopyFault(Uc))
        signal(Sig, SIG_DFL);
    };
    sigaction(SIGSEGV, &Sa, nullptr);
    sigaction(SIGBUS, &Sa, nullptr);
    configure({});
  }
  void TearDown() override {
    configure({});
    signal(SIGSEGV, SIG_DFL);
    signal(SIGBUS, SIG_DFL);
  }

  static uint64_t arg(uint64_t V) { return V; }
  static uint64_t arg(int64_t V) { return static_cast<uint64_t>(V); }
  static uint64_t arg(int V) { return static_cast<uint64_t>(int64_t(V)); }
  static uint64_t arg(unsigned V) { return V; }
  static uint64_t arg(const void *P) { return toAddr(P); }

  /// System call by arm64 number.
  template <typename... Args> Result call(uint32_t Nr, Args... A) {
    const uint64_t Values[6] = {arg(A)...};
    std::memcpy(S.X, Values, sizeof Values);
    S.X[8] = Nr;
    return dispatch(S, K);
  }
};

/// A directory that goes away with the test.
struct TempDir {
  std::string Path;
  TempDir() {
    char T[] = "/tmp/xlate-test-XXXXXX";
    Path = mkdtemp(T);
  }
  ~TempDir() { std::filesystem::remove_all(Path); }
  std::string operator/(const std::string &Name) const {
    return Path + '/' + Name;
  }
  void file(const std::string &Name, const std::string &Text = "x") const {
    std::filesystem::create_directories(
        std::filesystem::path(Path + '/' + Name).parent_path());
    int Fd =
        open((Path + '/' + Name).c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0644);
    EXPECT_EQ(write(Fd, Text.data(), Text.size()), ssize_t(Text.size()));
    close(Fd);
  }
  void link(const std::string &Name, const std::string &Target) const {
    std::filesystem::create_directories(
        std::filesystem::path(Path + '/' + Name).parent_path());
    EXPECT_EQ(symlink(Target.c_str(), (Path + '/' + Name).c_str()), 0);
  }
};

/// Page that faults on any access.
struct BadPage {
  void *P =
      ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ~BadPage() { ::munmap(P, 4096); }
};

/// arm64 numbers by name.
namespace nr {
enum : uint32_t {
#define SYS(NR, NAME, HOST, CLASS, HANDLER, ARGS, NOTE) NAME = NR,
#include "Syscalls.def"
};
} // namespace nr

} // namespace xlate::sys

#endif // XLATE_UNITTESTS_SYSCALL_FIXTURE_H
