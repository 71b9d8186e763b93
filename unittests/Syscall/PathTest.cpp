//===- PathTest.cpp - Sysroot and /proc -----------------------------------===//
#include "Fixture.h"

using namespace xlate::sys;

namespace {

class PathTest : public SyscallTest {
protected:
  TempDir Root;
  void useSysroot() {
    Config C;
    C.Sysroot = Root.Path;
    configure(C);
  }
  static std::string full(const char *Path, Last Mode = Last::Follow) {
    std::string Out;
    return resolve(Path, Out, Mode);
  }
  std::string text(Result Fd) {
    char Buf[4096];
    ssize_t N = ::read(static_cast<int>(Fd), Buf, sizeof Buf);
    ::close(static_cast<int>(Fd));
    return N < 0 ? "?" : std::string(Buf, static_cast<size_t>(N));
  }
  Result open(const char *Path, int Flags = 0) {
    return call(nr::openat, AT_FDCWD, Path, Flags, 0);
  }
};

} // namespace

TEST_F(PathTest, NoSysrootIsTheHost) {
  std::string Out;
  const char *P = "/etc/passwd";
  EXPECT_EQ(resolvePath(P, Out), P);
  EXPECT_TRUE(Out.empty());
}

TEST_F(PathTest, ExistingFilesOnly) {
  Root.file("lib/ld.so");
  useSysroot();
  EXPECT_EQ(full("/lib/ld.so"), Root / "lib/ld.so");
  EXPECT_EQ(full("//lib/./ld.so"), Root / "lib/ld.so");
  EXPECT_EQ(full("/lib"), Root / "lib");
  EXPECT_EQ(full("/lib/"), Root / "lib/");
  EXPECT_EQ(full("/lib/none.so"), "/lib/none.so");
  EXPECT_EQ(full("/nowhere/at/all"), "/nowhere/at/all");
  EXPECT_EQ(full("lib/ld.so"), "lib/ld.so"); // relative
  EXPECT_EQ(full("/proc/self"), "/proc/self");
  EXPECT_EQ(full("/dev/null"), "/dev/null");
}

TEST_F(PathTest, LinksStayInside) {
  Root.file("usr/lib/libc.so.6");
  Root.link("lib", "usr/lib");
  Root.link("abs", "/usr/lib");
  Root.link("chain", "/abs/libc.so.6");
  Root.link("loop", "/loop");
  Root.link("up", "../../../usr/lib/libc.so.6");
  Root.link("gone", "/host/only/file");
  useSysroot();
  const std::string Libc = Root / "usr/lib/libc.so.6";
  EXPECT_EQ(full("/lib/libc.so.6"), Libc);
  EXPECT_EQ(full("/abs/libc.so.6"), Libc);
  EXPECT_EQ(full("/chain"), Libc);
  EXPECT_EQ(full("/up"), Libc);
  // The link itself.
  EXPECT_EQ(full("/chain", Last::NoFollow), Root / "chain");
  EXPECT_EQ(full("/chain", Last::Create), Root / "chain");
  EXPECT_EQ(full("/abs/", Last::NoFollow), Root / "usr/lib/");
  // A link to what only the host has leads to the host.
  EXPECT_EQ(full("/gone"), "/host/only/file");
}

TEST_F(PathTest, DotDot) {
  Root.file("usr/lib/x");
  Root.file("etc/conf");
  Root.link("lib", "/usr/lib");
  useSysroot();
  EXPECT_EQ(full("/usr/lib/../../etc/conf"), Root / "etc/conf");
  EXPECT_EQ(full("/../../etc/conf"), Root / "etc/conf");
  // After a link, .. is the parent of its target.
  EXPECT_EQ(full("/lib/../lib/x"), Root / "usr/lib/x");
}

TEST_F(PathTest, CallsSeeTheSysroot) {
  Root.file("data/file", "sysroot text");
  useSysroot();
  EXPECT_EQ(text(open("/data/file")), "sysroot text");
  char Stat[128];
  EXPECT_EQ(call(nr::newfstatat, AT_FDCWD, "/data/file", Stat, 0), 0);
  EXPECT_EQ(call(nr::newfstatat, AT_FDCWD, "/data/none", Stat, 0), -ENOENT);
  // What is new is the host's.
  TempDir Host;
  std::string Dir = Host / "dir";
  EXPECT_EQ(call(nr::mkdirat, AT_FDCWD, Dir.c_str(), 0755), 0);
  EXPECT_TRUE(std::filesystem::exists(Dir));
}

TEST_F(PathTest, WorkingDirectoryHidesTheSysroot) {
  Root.file("data/file");
  useSysroot();
  const auto Old = std::filesystem::current_path();
  EXPECT_EQ(call(nr::chdir, "/data"), 0);
  char Buf[256];
  EXPECT_EQ(call(nr::getcwd, Buf, sizeof Buf), 6);
  EXPECT_STREQ(Buf, "/data");
  EXPECT_EQ(call(nr::readlinkat, AT_FDCWD, "/proc/self/cwd", Buf, 3), 3);
  EXPECT_EQ(std::string(Buf, 3), "/da");
  EXPECT_EQ(call(nr::getcwd, Buf, 5), -ERANGE);
  std::filesystem::current_path(Old);
}

//--- /proc --------------------------------------------------------------------

TEST_F(PathTest, ProcNames) {
  const std::string Pid = std::to_string(getpid());
  EXPECT_EQ(procFile("/proc/self/maps"), ProcFile::Maps);
  EXPECT_EQ(procFile(("/proc/" + Pid + "/maps").c_str()), ProcFile::Maps);
  EXPECT_EQ(procFile(("/proc/self/task/" + Pid + "/stat").c_str()),
            ProcFile::Stat);
  EXPECT_EQ(procFile("/proc/thread-self/auxv"), ProcFile::Auxv);
  EXPECT_EQ(procFile("/proc/1/maps"), ProcFile::None);
  EXPECT_EQ(procFile("/proc/self/mapsx"), ProcFile::None);
  EXPECT_EQ(procFile("/proc/self"), ProcFile::None);
  EXPECT_EQ(procFile("/proc/cpuinfo"), ProcFile::Cpuinfo);
  EXPECT_EQ(procFile("/tmp/proc/self/maps"), ProcFile::None);
}

TEST_F(PathTest, ProcContents) {
  EXPECT_EQ(text(open("/proc/self/maps")), "the guest's maps\n");
  EXPECT_EQ(text(open("/proc/self/auxv")), std::string("\1\2\3\4", 4));
  EXPECT_EQ(text(open("/proc/self/cmdline")), std::string("prog\0arg\0", 9));
  EXPECT_EQ(text(open("/proc/cpuinfo")), "CPU implementer\t: 0x41\n");
  // The kernel's, with the guest's start of stack in field 28.
  const std::string Stat = text(open("/proc/self/stat"));
  EXPECT_NE(Stat.find(" 123456789 "), std::string::npos) << Stat;
  EXPECT_EQ(std::count(Stat.begin(), Stat.end(), ' '), 51);
  // Not readable as something it isn't.
  EXPECT_EQ(open("/proc/self/maps", 040000 /*O_DIRECTORY*/), -ENOTDIR);
  Result Fd = open("/proc/self/maps", O_CLOEXEC);
  EXPECT_EQ(::fcntl(static_cast<int>(Fd), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(::write(static_cast<int>(Fd), "x", 1), -1);
  ::close(static_cast<int>(Fd));
}

TEST_F(PathTest, OpenAt2SeesProcToo) {
  uint64_t How[3] = {0, 0, 0};
  EXPECT_EQ(
      text(call(nr::openat2, AT_FDCWD, "/proc/self/maps", How, sizeof How)),
      "the guest's maps\n");
}

TEST_F(PathTest, ProcExe) {
  char Buf[64];
  const int N = static_cast<int>(
      call(nr::readlinkat, AT_FDCWD, "/proc/self/exe", Buf, sizeof Buf));
  EXPECT_EQ(std::string(Buf, static_cast<size_t>(N)), "/guest/prog");
  EXPECT_EQ(call(nr::readlinkat, AT_FDCWD, "/proc/self/exe", Buf, 4), 4);
  EXPECT_EQ(call(nr::readlinkat, AT_FDCWD, "/proc/self/exe", Buf, 0), -EINVAL);
  // Opening it opens the guest's program.
  Result Fd = open("/proc/self/exe");
  ASSERT_GE(Fd, 0);
  struct stat A, B;
  ::fstat(static_cast<int>(Fd), &A);
  ::stat("/bin/true", &B);
  EXPECT_EQ(A.st_ino, B.st_ino);
  ::close(static_cast<int>(Fd));
}

TEST_F(PathTest, OsRelease) {
  Config C;
  C.UnameRelease = "5.10.0-test";
  configure(C);
  EXPECT_EQ(text(open("/proc/sys/kernel/osrelease")), "5.10.0-test\n");
}
