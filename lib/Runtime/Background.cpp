//===- Background.cpp - Translating what has just run ---------------------===//
//
// A process that had to translate much starts xlate-aot for its files when it
// ends: detached, at idle priority, one at a time per cache. What another
// process keeps it from doing now, a later run will start.
//
//===----------------------------------------------------------------------===//

#include "Recorder.h"
#include "xlate/Support/Files.h"
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <set>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;

/// Only async-signal-safe calls: this is the fork of a process with threads.
[[noreturn]] static void child(int LockFd, const char *Program,
                               char *const *Argv, char *const *Envp) {
  setsid();
  const int Null = open("/dev/null", O_RDWR);
  for (int Fd = 0; Fd != 3; ++Fd)
    dup2(Null, Fd);
  // The lock is held until xlate-aot ends.
  dup2(LockFd, 3);
  syscall(SYS_close_range, 4, ~0u, 0);
  sched_param None = {};
  sched_setscheduler(0, SCHED_IDLE, &None);
  setpriority(PRIO_PROCESS, 0, 19);
  // linux/ioprio.h isn't C++: class idle for this process.
  constexpr int WhoProcess = 1, ClassIdle = 3 << 13;
  syscall(SYS_ioprio_set, WhoProcess, 0, ClassIdle);
  rlimit NoCore = {0, 0};
  setrlimit(RLIMIT_CORE, &NoCore);
  if (chdir("/") == 0)
    execve(Program, Argv, Envp);
  _exit(127);
}

void Recorder::translateInBackground(const std::string &CacheDir, int SelfFd) {
  if (CacheFd < 0 || !Lock.try_lock())
    return;
  std::set<std::string> Files;
  for (const Range &R : Ranges)
    if (!R.Path.empty())
      Files.insert(R.Path);
  Lock.unlock();
  char Self[4096];
  const ssize_t N = readlink(linkOfFd(SelfFd).c_str(), Self, sizeof Self - 16);
  if (N <= 0 || Files.empty())
    return;
  Self[N] = 0;
  char *Slash = std::strrchr(Self, '/');
  if (!Slash)
    return;
  std::strcpy(Slash + 1, "xlate-aot");
  if (access(Self, X_OK) != 0)
    return;
  const int LockFd = openat(CacheFd, "background.lock",
                            O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (LockFd < 0 || flock(LockFd, LOCK_EX | LOCK_NB) != 0)
    return;
  std::vector<std::string> Words = {"xlate-aot", "--cache-dir=" + CacheDir,
                                    "--quiet", "--jobs=1", "--"};
  Words.insert(Words.end(), Files.begin(), Files.end());
  std::vector<char *> Argv;
  Argv.reserve(Words.size() + 1);
  for (std::string &W : Words)
    Argv.push_back(W.data());
  Argv.push_back(nullptr);
  char *Envp[] = {nullptr};
  // The parent ends: the child is nobody's to wait for.
  if (fork() == 0)
    child(LockFd, Self, Argv.data(), Envp);
}
