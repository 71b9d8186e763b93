//===- Proc.cpp - Files of /proc that show the guest ----------------------===//
#include "Abi.h"
#include "Call.h"
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>

namespace xlate::sys {

/// Take the number at the front of S.
static bool takeNumber(std::string_view &S, long &N) {
  size_t I = 0;
  N = 0;
  while (I < S.size() && S[I] >= '0' && S[I] <= '9' && I < 9)
    N = N * 10 + (S[I++] - '0');
  S.remove_prefix(I);
  return I != 0;
}

static bool take(std::string_view &S, std::string_view Prefix) {
  if (S.substr(0, Prefix.size()) != Prefix)
    return false;
  S.remove_prefix(Prefix.size());
  return true;
}

ProcFile procFile(const char *Path) {
  std::string_view P = Path;
  if (!take(P, "/proc/"))
    return ProcFile::None;
  if (P == "cpuinfo")
    return ProcFile::Cpuinfo;
  if (P == "sys/kernel/osrelease")
    return ProcFile::OsRelease;
  long N;
  if (!take(P, "self/") && !take(P, "thread-self/")) {
    if (!takeNumber(P, N) || !take(P, "/"))
      return ProcFile::None;
    if (N != hostCall(SYS_getpid) && N != hostCall(SYS_gettid))
      return ProcFile::None;
  }
  if (take(P, "task/") && (!takeNumber(P, N) || !take(P, "/")))
    return ProcFile::None;
  struct {
    std::string_view Name;
    ProcFile File;
  } static constexpr Files[] = {
      {"exe", ProcFile::Exe},         {"maps", ProcFile::Maps},
      {"smaps", ProcFile::Smaps},     {"auxv", ProcFile::Auxv},
      {"stat", ProcFile::Stat},       {"cmdline", ProcFile::Cmdline},
      {"environ", ProcFile::Environ},
  };
  for (const auto &F : Files)
    if (P == F.Name)
      return F.File;
  return ProcFile::None;
}

static std::string hostText(const char *Path) {
  std::string Text;
  Result Fd =
      hostCall(SYS_openat, AT_FDCWD, toAddr(Path), O_RDONLY | O_CLOEXEC);
  if (Fd < 0)
    return Text;
  char Buf[4096];
  for (Result N; (N = hostCall(SYS_read, Fd, toAddr(Buf), sizeof Buf)) > 0;)
    Text.append(Buf, static_cast<size_t>(N));
  hostCall(SYS_close, Fd);
  return Text;
}

/// Name of the file that is mapped at Addr, according to the text of
/// /proc/PID/maps.
static std::string fileAt(const std::string &Maps, uint64_t Addr) {
  for (size_t At = 0, End; At < Maps.size(); At = End + 1) {
    End = std::min(Maps.find('\n', At), Maps.size());
    unsigned long long Lo, Hi;
    int Name = 0;
    const std::string Line = Maps.substr(At, End - At);
    if (sscanf(Line.c_str(), "%llx-%llx %*s %*s %*s %*s %n", &Lo, &Hi, &Name) ==
            2 &&
        Name && Lo <= Addr && Addr < Hi)
      return Line.substr(static_cast<size_t>(Name));
  }
  return "";
}

std::string otherExe(const char *Path) {
  std::string_view P = Path;
  long Pid;
  if (!take(P, "/proc/") || !takeNumber(P, Pid) || P != "/exe")
    return "";
  auto link = [](const char *Name) {
    char Target[PATH_MAX];
    const Result N =
        hostCall(SYS_readlink, toAddr(Name), toAddr(Target), sizeof Target);
    return std::string(Target, N < 0 ? 0 : static_cast<size_t>(N));
  };
  const std::string Runner = link("/proc/self/exe");
  if (Runner.empty() || link(Path) != Runner)
    return "";
  // Its program headers are in the program's memory (Presentation.cpp).
  const std::string Folder = "/proc/" + std::to_string(Pid) + '/';
  const std::string Auxv = hostText((Folder + "auxv").c_str());
  for (size_t At = 0; At + 16 <= Auxv.size(); At += 16) {
    uint64_t Entry[2];
    std::memcpy(Entry, Auxv.data() + At, sizeof Entry);
    if (Entry[0] != AT_PHDR)
      continue;
    std::string Name = fileAt(hostText((Folder + "maps").c_str()), Entry[1]);
    return Name[0] == '/' && Name != Runner ? Name : "";
  }
  return "";
}

/// The host's /proc/self/stat with the guest's addresses.
static std::string statText(Services &K) {
  std::string Text = hostText("/proc/self/stat");
  // The name in parentheses may hold anything; field 3 follows it.
  size_t At = Text.rfind(')');
  if (At == Text.npos)
    return Text;
  const ImageInfo I = K.imageInfo();
  std::string Out = Text.substr(0, ++At);
  for (unsigned Field = 3; At < Text.size(); ++Field) {
    size_t End = std::min(Text.find_first_of(" \n", At + 1), Text.size());
    uint64_t New = 0;
    switch (Field) {
    case 26:
      New = I.StartCode;
      break;
    case 27:
      New = I.EndCode;
      break;
    case 28:
      New = I.StartStack;
      break;
    case 45:
      New = I.StartData;
      break;
    case 46:
      New = I.EndData;
      break;
    case 47:
      New = I.StartBrk;
      break;
    case 48:
      New = I.ArgStart;
      break;
    case 49:
      New = I.ArgEnd;
      break;
    case 50:
      New = I.EnvStart;
      break;
    case 51:
      New = I.EnvEnd;
      break;
    default:
      break;
    }
    if (New)
      Out += ' ' + std::to_string(New);
    else
      Out.append(Text, At, End - At);
    At = End;
    if (At < Text.size() && Text[At] == '\n')
      break;
  }
  return Out + '\n';
}

/// Map lines name files as the guest knows them.
static void stripSysroot(std::string &Maps) {
  const std::string &Root = config().Sysroot;
  if (Root.empty())
    return;
  const std::string Prefix = ' ' + Root + '/';
  for (size_t At = 0; (At = Maps.find(Prefix, At)) != Maps.npos;)
    Maps.erase(++At, Root.size());
}

static bool contents(Services &K, ProcFile F, std::string &Out) {
  switch (F) {
  case ProcFile::Maps:
  case ProcFile::Smaps:
    Out = K.procMaps(F == ProcFile::Smaps);
    stripSysroot(Out);
    return true;
  case ProcFile::Auxv: {
    std::vector<uint8_t> V = K.auxv();
    Out.assign(V.begin(), V.end());
    return true;
  }
  case ProcFile::Cmdline:
    Out = K.cmdline();
    return true;
  case ProcFile::Environ: {
    ImageInfo I = K.imageInfo();
    if (I.EnvStart >= I.EnvEnd)
      return false;
    Out.resize(I.EnvEnd - I.EnvStart);
    return safeCopy(Out.data(), toPtr(I.EnvStart), Out.size());
  }
  case ProcFile::Stat:
    Out = statText(K);
    return true;
  case ProcFile::Cpuinfo:
    Out = K.cpuinfo();
    return !Out.empty();
  case ProcFile::OsRelease:
    Out = config().UnameRelease + '\n';
    return Out.size() > 1;
  case ProcFile::None:
  case ProcFile::Exe:
    return false;
  }
  return false;
}

Result openProcFile(Services &K, ProcFile F, uint64_t GuestFlags) {
  const uint64_t Flags = swapOpenFlags(GuestFlags);
  // Directories, writing and the like fail natively.
  std::string Text;
  if ((Flags & (O_ACCMODE | O_PATH | O_DIRECTORY | O_CREAT)) ||
      !contents(K, F, Text))
    return -ENOENT;
  Result Fd =
      hostCall(SYS_memfd_create, toAddr("proc"),
               MFD_ALLOW_SEALING | (Flags & O_CLOEXEC ? MFD_CLOEXEC : 0));
  if (Fd < 0)
    return Fd;
  for (size_t Done = 0; Done < Text.size();) {
    Result N =
        hostCall(SYS_write, Fd, toAddr(Text.data() + Done), Text.size() - Done);
    if (N <= 0) {
      hostCall(SYS_close, Fd);
      return N ? N : -EIO;
    }
    Done += static_cast<size_t>(N);
  }
  hostCall(SYS_lseek, Fd, 0, SEEK_SET);
  hostCall(SYS_fcntl, Fd, F_ADD_SEALS,
           F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK);
  return Fd;
}

} // namespace xlate::sys
