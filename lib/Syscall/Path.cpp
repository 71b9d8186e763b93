//===- Path.cpp - Guest paths to host paths -------------------------------===//
//
// The sysroot is an overlay of files that exist: an absolute path that leads
// to something in it means that, any other path means the host's. What is
// created goes to the host. Links inside the sysroot are resolved inside it.
//
//===----------------------------------------------------------------------===//
#include "Call.h"
#include <cstring>
#include <fcntl.h>
#include <limits.h>
#include <string_view>

namespace xlate::sys {

/// Trees that are always the host's.
static bool isHostTree(std::string_view P) {
  for (std::string_view Tree : {"/proc", "/sys", "/dev"})
    if (P.substr(0, Tree.size()) == Tree &&
        (P.size() == Tree.size() || P[Tree.size()] == '/'))
      return true;
  return false;
}

namespace {

/// Walks a guest path through the sysroot, link by link.
class Walk {
public:
  Walk(const std::string &Root, std::string_view Path)
      : Root(Root), Todo(Path) {}

  /// True if the path exists in the sysroot. Done then is its resolved form.
  bool run(bool FollowLast) {
    while (nextComponent()) {
      const bool IsLast = Todo.find_first_not_of('/') == Todo.npos;
      // A slash at the end makes even the last link be followed.
      const bool Follow = FollowLast || !IsLast || !Todo.empty();
      char Target[PATH_MAX];
      std::string Host = Root + Done + '/' + Name;
      Result N = hostCall(SYS_readlink, toAddr(Host.c_str()), toAddr(Target),
                          sizeof Target);
      if (N == -EINVAL || (N >= 0 && !Follow)) {
        Done += '/';
        Done += Name;
        continue;
      }
      if (N < 0) {
        Todo = '/' + Name + Todo;
        return false;
      }
      if (++Links > 40)
        return false;
      if (Target[0] == '/')
        Done.clear();
      Todo = std::string(Target, static_cast<size_t>(N)) + Todo;
      if (isHostTree(
              Done + '/' +
              Todo.substr(std::min(Todo.find_first_not_of('/'), Todo.size()))))
        return false;
    }
    return true;
  }

  bool sawLinks() const { return Links != 0; }
  std::string hostForm() const {
    return Root + Done + (Todo.empty() ? "" : "/");
  }
  std::string guestForm() const {
    return Done + (Todo.empty() || Todo[0] == '/' ? "" : "/") + Todo;
  }

private:
  /// Move the next real component to Name.
  bool nextComponent() {
    for (;;) {
      size_t Start = Todo.find_first_not_of('/');
      if (Start == Todo.npos)
        return false;
      size_t End = std::min(Todo.find('/', Start), Todo.size());
      Name = Todo.substr(Start, End - Start);
      Todo.erase(0, End);
      if (Name == ".")
        continue;
      if (Name != "..")
        return true;
      if (size_t Slash = Done.rfind('/'); Slash != Done.npos)
        Done.resize(Slash);
    }
  }

  const std::string &Root;
  std::string Todo; ///< Not looked at yet.
  std::string Done; ///< Exists in the sysroot and has no links.
  std::string Name;
  unsigned Links = 0;
};

} // namespace

const char *resolve(const char *Path, std::string &Out, Last Mode) {
  const std::string &Root = config().Sysroot;
  if (Root.empty() || Path[0] != '/' || isHostTree(Path))
    return Path;
  Walk W(Root, Path);
  if (W.run(Mode == Last::Follow)) {
    Out = W.hostForm();
    return Out.c_str();
  }
  // A link in the sysroot may lead to a place that only the host has.
  if (!W.sawLinks())
    return Path;
  Out = W.guestForm();
  return Out.c_str();
}

const char *resolvePath(const char *Path, std::string &Out, bool ForCreate) {
  return resolve(Path, Out, ForCreate ? Last::Create : Last::Follow);
}

uint64_t redirect(Services &K, uint64_t Addr, Last Mode, std::string &Storage) {
  if (!Addr)
    return Addr;
  // Nearly all calls end here: a relative path, or no sysroot and not /proc.
  char Head[6] = {};
  xlate_safe_copy(Head, toPtr(Addr), sizeof Head);
  if (Head[0] != '/')
    return Addr;
  const bool IsProc = !std::memcmp(Head, "/proc/", 6);
  if (!IsProc && config().Sysroot.empty())
    return Addr;
  std::string Path;
  if (copyString(Path, Addr, PATH_MAX) < 0)
    return Addr;
  if (IsProc) {
    if (Mode != Last::Follow)
      return Addr;
    Storage = procFile(Path.c_str()) == ProcFile::Exe ? K.exePath()
                                                      : otherExe(Path.c_str());
    return Storage.empty() ? Addr : toAddr(Storage.c_str());
  }
  const char *Host = resolve(Path.c_str(), Storage, Mode);
  return Host == Path.c_str() ? Addr : toAddr(Host);
}

void PathArgs::translate(Call &C) {
  uint64_t AtFlags = 0;
  for (unsigned I = 0; I != 6; ++I)
    if (C.D.Args[I] == ArgKind::AtFlags)
      AtFlags = C.A[I];
  unsigned Used = 0;
  for (unsigned I = 0; I != 6 && Used != 2; ++I) {
    Last Mode;
    switch (C.D.Args[I]) {
    case ArgKind::Path:
      Mode = AtFlags & AT_SYMLINK_NOFOLLOW ? Last::NoFollow : Last::Follow;
      break;
    case ArgKind::LPath:
      Mode = AtFlags & AT_SYMLINK_FOLLOW ? Last::Follow : Last::NoFollow;
      break;
    case ArgKind::CPath:
      Mode = Last::Create;
      break;
    default:
      continue;
    }
    C.A[I] = redirect(C.K, C.A[I], Mode, Storage[Used++]);
  }
}

} // namespace xlate::sys
