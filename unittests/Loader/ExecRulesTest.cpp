//===- ExecRulesTest.cpp - Scripts and errors as the host kernel has them -===//
//
// findProgram decides what a guest's execve runs. The host's kernel is the
// oracle: every case is also executed, with this program as the interpreter,
// which then prints its arguments.
//
//===----------------------------------------------------------------------===//
#include "xlate/Runtime/Loader.h"
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

static const char PrintMode[] = "XLATE_TEST_PRINT_ARGS=1";

namespace {

/// Arguments that the program got, or the errno of execveat.
struct Outcome {
  int Errno = 0;
  std::vector<std::string> Args;
  bool operator==(const Outcome &) const = default;
};

std::ostream &operator<<(std::ostream &Out, const Outcome &O) {
  Out << "errno " << O.Errno;
  for (const std::string &A : O.Args)
    Out << " [" << A << "]";
  return Out;
}

Outcome byKernel(int DirFd, const std::string &Path, int Flags) {
  int Out[2], Err[2];
  if (pipe2(Out, 0) || pipe2(Err, O_CLOEXEC))
    abort();
  pid_t Child = fork();
  if (Child == 0) {
    // Not on standard output, where the descriptor of a case could be.
    dup2(Out[1], 900);
    close(Out[0]);
    close(Out[1]);
    const char *Argv[] = {"zero", "one", "two words", nullptr};
    const char *Envp[] = {PrintMode, nullptr};
    syscall(SYS_execveat, DirFd, Path.c_str(), Argv, Envp, Flags);
    int E = errno;
    if (write(Err[1], &E, sizeof E) != sizeof E)
      abort();
    _exit(1);
  }
  close(Out[1]);
  close(Err[1]);
  Outcome O;
  if (read(Err[0], &O.Errno, sizeof O.Errno) != sizeof O.Errno)
    O.Errno = 0;
  std::string Text;
  char Buffer[4096];
  for (ssize_t N; (N = read(Out[0], Buffer, sizeof Buffer)) > 0;)
    Text.append(Buffer, N);
  for (size_t At = 0; At < Text.size(); At = Text.find('\0', At) + 1)
    O.Args.push_back(Text.c_str() + At);
  close(Out[0]);
  close(Err[0]);
  waitpid(Child, nullptr, 0);
  return O;
}

Outcome byUs(int DirFd, const std::string &Path, int Flags) {
  Expected<ProgramFile> F = findProgram(DirFd, Path.c_str(), Flags);
  if (!F)
    return {F.error().Errno, {}};
  // Left to the kernel, which is the oracle.
  if (F->Id.Kind != image::FileKind::X86_64)
    return {ENOEXEC, {}};
  Outcome O;
  O.Args = F->ArgPrefix;
  if (O.Args.empty())
    O.Args.push_back("zero");
  O.Args.push_back("one");
  O.Args.push_back("two words");
  return O;
}

class ExecRules : public testing::Test {
protected:
  std::filesystem::path Dir;

  void SetUp() override {
    std::string Name = testing::TempDir() + "xlate-exec-XXXXXX";
    ASSERT_TRUE(mkdtemp(Name.data()));
    Dir = Name;
    // A short name for ourselves.
    std::filesystem::create_symlink(
        std::filesystem::read_symlink("/proc/self/exe"), Dir / "i");
    std::filesystem::current_path(Dir);
  }
  void TearDown() override {
    std::filesystem::current_path("/");
    std::filesystem::remove_all(Dir);
  }

  std::string file(const std::string &Name, const std::string &Text,
                   mode_t Mode = 0755) {
    std::ofstream(Dir / Name, std::ios::binary) << Text;
    chmod((Dir / Name).c_str(), Mode);
    return Dir / Name;
  }
  std::string interp() const { return Dir / "i"; }

  void same(const std::string &Path, int DirFd = AT_FDCWD, int Flags = 0) {
    EXPECT_EQ(byUs(DirFd, Path, Flags), byKernel(DirFd, Path, Flags)) << Path;
  }
  void sameScript(const std::string &Text) {
    SCOPED_TRACE(Text);
    same(file("script", Text));
  }
};

TEST_F(ExecRules, ScriptLines) {
  const std::string I = interp();
  for (const char *Form : {"#!@\n",
                           "#! @\n",
                           "#! \t @ \t \n",
                           "#!@ arg\n",
                           "#!@ two  args \t\n",
                           "#!@\targ\n",
                           "#!@",
                           "#!@ arg",
                           "#!@ arg ",
                           "#!\n@\n",
                           "#!   \n",
                           "#!",
                           "#",
                           "",
                           "#!@\r\n",
                           "x#!@\n",
                           "#!/nonexistent/interp\n",
                           "#!nonexistent arg\n",
                           "#!./i relative\n",
                           "#!/\n",
                           "#!/etc/passwd\n"}) {
    std::string Text = Form;
    if (size_t At = Text.find('@'); At != Text.npos)
      Text.replace(At, 1, I);
    sameScript(Text);
  }
  sameScript(std::string("#!") + I + std::string("\0 arg\n", 6));
}

TEST_F(ExecRules, LongScriptLines) {
  // "./././i" in every length around the 256 bytes that the kernel looks at.
  for (size_t Length = 245; Length < 265; ++Length) {
    std::string Path(Length % 2 ? "i" : ".//i");
    while (Path.size() < Length)
      Path = "./" + Path;
    sameScript("#!" + Path + "\n");
    sameScript("#!" + Path + " arg\n");
    sameScript("#!" + Path);
    sameScript("#!./i " + std::string(Length, 'a') + "\n");
    sameScript("#!./i " + std::string(Length, 'a') + "  tail\n");
    sameScript("#!" + std::string(Length, ' ') + "./i\n");
  }
}

TEST_F(ExecRules, ScriptsAsInterpreters) {
  file("s0", "#!" + interp() + " a0\n");
  for (int N = 1; N < 9; ++N)
    file("s" + std::to_string(N),
         "#!" + (Dir / ("s" + std::to_string(N - 1))).string() + " a" +
             std::to_string(N) + "\n");
  for (int N = 0; N < 9; ++N)
    same(Dir / ("s" + std::to_string(N)));
  file("loop", "#!" + (Dir / "loop").string() + "\n");
  same(Dir / "loop");
}

TEST_F(ExecRules, Errors) {
  same(Dir / "missing");
  same("");
  same(Dir);
  same("/dev/null");
  same(file("not-executable", "#!" + interp() + "\n", 0644));
  same(file("text", "hello\n"));
  same(file("empty", ""));
  same((Dir / "text/below").string());
  same(std::string(5000, 'x'));
  same(std::string(300, 'x'));
  same("i");
  std::filesystem::create_symlink("round", Dir / "round");
  same(Dir / "round");
  same("i", AT_FDCWD, AT_SYMLINK_NOFOLLOW);
  mkfifo((Dir / "fifo").c_str(), 0777);
  same(Dir / "fifo");
  mkdir((Dir / "interp-dir").c_str(), 0777);
  sameScript("#!" + (Dir / "interp-dir").string() + "\n");
  sameScript("#!" + (Dir / "not-executable").string() + "\n");
  sameScript("#!" + (Dir / "text").string() + "\n");
}

TEST_F(ExecRules, Descriptors) {
  file("script", "#!" + interp() + " arg\n");
  int DirFd = open(Dir.c_str(), O_RDONLY | O_DIRECTORY);
  same("script", DirFd);
  same("i", DirFd);
  same("", DirFd, AT_EMPTY_PATH);
  same("", DirFd);
  int Script = open((Dir / "script").c_str(), O_RDONLY);
  same("", Script, AT_EMPTY_PATH);
  int Path = open((Dir / "script").c_str(), O_PATH);
  same("", Path, AT_EMPTY_PATH);
  int Closing = open((Dir / "script").c_str(), O_RDONLY | O_CLOEXEC);
  same("", Closing, AT_EMPTY_PATH);
  int Program = open((Dir / "i").c_str(), O_RDONLY | O_CLOEXEC);
  same("", Program, AT_EMPTY_PATH);
  same("", 987, AT_EMPTY_PATH);
  same("script", 987);
  for (int Fd : {DirFd, Script, Path, Closing, Program})
    close(Fd);
}

TEST_F(ExecRules, OwnProgram) {
  // /proc/self/exe is the guest's program, whatever the host's is.
  std::string Guest = file("guest", "#!/guest\n");
  int Fd = open(Guest.c_str(), O_RDONLY);
  char OwnExe[40];
  snprintf(OwnExe, sizeof OwnExe, "/proc/%d/exe", getpid());
  for (const char *Path :
       {"/proc/self/exe", "/proc/thread-self/exe", (const char *)OwnExe}) {
    Expected<ProgramFile> F =
        findProgram(AT_FDCWD, Path, FindFromCommandLine, Fd);
    ASSERT_FALSE(F);
    EXPECT_NE(F.error().Reason.find("/guest"), std::string::npos);
    EXPECT_TRUE(findProgram(AT_FDCWD, Path, 0));
  }
  close(Fd);
}

TEST_F(ExecRules, CommandLineNeedsNoExecutePermission) {
  std::string Text = file("plain", "text", 0644);
  EXPECT_EQ(byUs(AT_FDCWD, Text, 0).Errno, EACCES);
  EXPECT_TRUE(findProgram(AT_FDCWD, Text.c_str(), FindFromCommandLine));
}

} // namespace

int main(int Argc, char **Argv) {
  if (getenv("XLATE_TEST_PRINT_ARGS")) {
    for (int I = 0; I < Argc; ++I)
      if (write(900, Argv[I], strlen(Argv[I]) + 1) < 0)
        return 1;
    return 0;
  }
  testing::InitGoogleTest(&Argc, Argv);
  return RUN_ALL_TESTS();
}
