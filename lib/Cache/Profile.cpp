//===- Profile.cpp - What ran of a guest file -----------------------------===//

#include "xlate/Cache/Profile.h"
#include "xlate/Support/Files.h"
#include <algorithm>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::cache;

static constexpr char Magic[] = "XLATPRF2";
static constexpr size_t MagicSize = 8;
/// No profile is larger; what claims to be isn't one.
static constexpr size_t MaxFileSize = size_t(64) << 20;

void Profile::normalize() {
  std::sort(Blocks.begin(), Blocks.end(),
            [](const BlockInfo &A, const BlockInfo &B) {
              return A.Offset < B.Offset;
            });
  size_t N = 0;
  for (const BlockInfo &B : Blocks) {
    if (N && Blocks[N - 1].Offset == B.Offset) {
      BlockInfo &Last = Blocks[N - 1];
      Last.Class = std::max<uint8_t>(Last.Class, B.Class);
      Last.Hot |= B.Hot;
    } else {
      Blocks[N++] = B;
    }
  }
  Blocks.resize(std::min(N, MaxProfileBlocks));
  std::sort(Jumps.begin(), Jumps.end());
  Jumps.erase(std::unique(Jumps.begin(), Jumps.end()), Jumps.end());
  if (Jumps.size() > MaxProfileJumps)
    Jumps.resize(MaxProfileJumps);
}

/// Whether P says nothing new.
static bool covers(const Profile &Sum, const Profile &P) {
  if (P.Precise && !Sum.Precise)
    return false;
  auto It = Sum.Blocks.begin();
  for (const Profile::BlockInfo &B : P.Blocks) {
    while (It != Sum.Blocks.end() && It->Offset < B.Offset)
      ++It;
    if (It == Sum.Blocks.end() || It->Offset != B.Offset ||
        It->Class < B.Class || It->Hot < B.Hot)
      return false;
  }
  return std::includes(Sum.Jumps.begin(), Sum.Jumps.end(), P.Jumps.begin(),
                       P.Jumps.end());
}

bool Profile::merge(const Profile &Other) {
  if (covers(*this, Other))
    return false;
  Profile Sum = *this;
  Sum.Blocks.insert(Sum.Blocks.end(), Other.Blocks.begin(), Other.Blocks.end());
  Sum.Precise |= Other.Precise;
  Sum.Jumps.insert(Sum.Jumps.end(), Other.Jumps.begin(), Other.Jumps.end());
  Sum.normalize();
  if (Sum == *this)
    return false;
  *this = std::move(Sum);
  return true;
}

bool ProfileSet::merge(const ProfileSet &Other) {
  bool Changed = false;
  for (const auto &[Key, P] : Other.Files)
    Changed |= Files[Key].merge(P);
  return Changed;
}

//--- Text -------------------------------------------------------------------

static void putNumber(std::string &Out, uint64_t V) {
  for (; V >= 0x80; V >>= 7)
    Out.push_back(static_cast<char>(V | 0x80));
  Out.push_back(static_cast<char>(V));
}

namespace {
class Reader {
public:
  explicit Reader(std::string_view Text) : Text(Text) {}
  uint64_t number() {
    uint64_t V = 0;
    for (unsigned Shift = 0; Shift < 64; Shift += 7) {
      if (Text.empty())
        break;
      const auto C = static_cast<unsigned char>(Text.front());
      Text.remove_prefix(1);
      V |= uint64_t(C & 0x7f) << Shift;
      if (C < 0x80)
        return V;
    }
    Good = false;
    return 0;
  }
  std::string_view bytes(uint64_t N) {
    if (N > Text.size()) {
      Good = false;
      return {};
    }
    const std::string_view R = Text.substr(0, N);
    Text.remove_prefix(N);
    return R;
  }
  bool atEnd() const { return Text.empty(); }
  bool good() const { return Good; }
  size_t left() const { return Text.size(); }

private:
  std::string_view Text;
  bool Good = true;
};
} // namespace

static std::string writeOne(const Profile &P) {
  std::string Out;
  putNumber(Out, P.Precise);
  putNumber(Out, P.Blocks.size());
  uint32_t Last = 0;
  for (const Profile::BlockInfo &B : P.Blocks) {
    putNumber(Out, B.Offset - Last);
    Out.push_back(static_cast<char>(B.Class << 1 | B.Hot));
    Last = B.Offset;
  }
  putNumber(Out, P.Jumps.size());
  Last = 0;
  for (auto [From, To] : P.Jumps) {
    putNumber(Out, From - Last);
    putNumber(Out, To);
    Last = From;
  }
  return Out;
}

static bool readOne(Reader R, Profile &P) {
  uint64_t N = R.number();
  if (N > 1)
    return false;
  P.Precise = N != 0;
  N = R.number();
  if (N > MaxProfileBlocks || N > R.left())
    return false;
  uint64_t At = 0;
  for (; N && R.good(); --N) {
    At += R.number();
    const std::string_view Info = R.bytes(1);
    if (Info.empty() || At > ~uint32_t(0))
      return false;
    const auto C = static_cast<unsigned char>(Info[0]);
    P.Blocks.push_back({static_cast<uint32_t>(At), static_cast<uint8_t>(C >> 1),
                        static_cast<uint8_t>(C & 1)});
  }
  N = R.number();
  if (N > MaxProfileJumps || N > R.left())
    return false;
  At = 0;
  for (; N && R.good(); --N) {
    At += R.number();
    const uint64_t To = R.number();
    if (At > ~uint32_t(0) || To > ~uint32_t(0))
      return false;
    P.Jumps.emplace_back(static_cast<uint32_t>(At), static_cast<uint32_t>(To));
  }
  return R.good() && R.atEnd();
}

std::string ProfileSet::write() const {
  std::string Out(Magic, MagicSize);
  for (const auto &[Key, P] : Files) {
    if (P.empty())
      continue;
    const std::string One = writeOne(P);
    Out.append(reinterpret_cast<const char *>(&Key), sizeof Key);
    putNumber(Out, One.size());
    Out += One;
  }
  const Hash128 H = hashOf(Out.data(), Out.size());
  Out.append(reinterpret_cast<const char *>(&H), sizeof H);
  return Out;
}

bool ProfileSet::read(std::string_view Text) {
  Hash128 H;
  if (Text.size() < MagicSize + sizeof H ||
      Text.substr(0, MagicSize) != std::string_view(Magic, MagicSize))
    return false;
  const std::string_view Body = Text.substr(0, Text.size() - sizeof H);
  std::memcpy(&H, Text.data() + Body.size(), sizeof H);
  if (H != hashOf(Body.data(), Body.size()))
    return false;
  Reader R(Body.substr(MagicSize));
  ProfileSet New;
  while (!R.atEnd()) {
    const std::string_view KeyBytes = R.bytes(sizeof(Hash128));
    const std::string_view One = R.bytes(R.number());
    Hash128 Key;
    Profile P;
    if (!R.good() || !readOne(Reader(One), P))
      return false;
    std::memcpy(&Key, KeyBytes.data(), sizeof Key);
    auto Falls = [](const auto &A, const auto &B) {
      return A.Offset >= B.Offset;
    };
    if (std::adjacent_find(P.Blocks.begin(), P.Blocks.end(), Falls) !=
        P.Blocks.end())
      return false;
    if (!New.Files.emplace(Key, std::move(P)).second)
      return false;
  }
  if (Files.empty())
    Files = std::move(New.Files);
  else
    merge(New);
  return true;
}

//--- Files ------------------------------------------------------------------

static bool readFd(int Fd, std::string &Text) {
  struct stat St;
  if (fstat(Fd, &St) != 0 || !S_ISREG(St.st_mode) ||
      static_cast<uint64_t>(St.st_size) > MaxFileSize)
    return false;
  Text.resize(static_cast<size_t>(St.st_size));
  return readAll(Fd, Text.data(), Text.size(), 0);
}

/// The profiles in a file, none if there's no such file or it isn't ours. What
/// another user wrote is no business of ours, even as a hint.
static void readAt(int DirFd, const std::string &Name, ProfileSet &Set) {
  UniqueFd Fd(openat(DirFd, Name.c_str(),
                     O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat St;
  std::string Text;
  if (Fd && fstat(Fd.get(), &St) == 0 &&
      (St.st_uid == 0 || St.st_uid == geteuid()) && readFd(Fd.get(), Text))
    Set.read(Text);
}

static Expected<bool> writeAt(int DirFd, const std::string &Name,
                              const ProfileSet &Set) {
  const std::string Text = Set.write();
  const std::string Temp = Name + "." + std::to_string(getpid()) + ".tmp";
  UniqueFd Fd(openat(DirFd, Temp.c_str(),
                     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                     0644));
  if (!Fd)
    return systemError(errno);
  if (writeAll(Fd.get(), Text.data(), Text.size()) &&
      renameat(DirFd, Temp.c_str(), DirFd, Name.c_str()) == 0)
    return true;
  const int Errno = errno;
  unlinkat(DirFd, Temp.c_str(), 0);
  return systemError(Errno);
}

/// Merge Set into a file, under the lock of its folder. Most runs know nothing
/// new: they neither lock nor write.
static Expected<bool> mergeAt(int DirFd, const std::string &Name,
                              const ProfileSet &Set) {
  ProfileSet Old;
  readAt(DirFd, Name, Old);
  if (!Old.merge(Set))
    return false;
  UniqueFd Lock(openat(DirFd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!Lock)
    return systemError(errno);
  for (unsigned Try = 0; flock(Lock.get(), LOCK_EX | LOCK_NB) != 0; ++Try) {
    if (Try == 1000)
      return systemError(EBUSY);
    usleep(2000);
  }
  ProfileSet Now;
  readAt(DirFd, Name, Now);
  if (!Now.merge(Set))
    return false;
  return writeAt(DirFd, Name, Now);
}

static std::string profileName(const Hash128 &File) {
  return File.hex() + ".prof";
}

/// Whether a folder has as many profiles as it may: programs that are made, run
/// once and never seen again would fill it.
static bool isFull(int DirFd) {
  const int Fd = openat(DirFd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *D = Fd < 0 ? nullptr : fdopendir(Fd);
  if (!D)
    return true;
  unsigned N = 0;
  while (readdir(D))
    ++N;
  closedir(D);
  return N > MaxProfiles;
}

Profile cache::readProfile(int CacheFd, const Hash128 &File) {
  ProfileSet Set;
  readAt(CacheFd, "profiles/" + profileName(File), Set);
  return std::move(Set.Files[File]);
}

Expected<bool> cache::mergeProfile(int CacheFd, const Hash128 &File,
                                   const Profile &P) {
  constexpr int Flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
  UniqueFd Dir(openat(CacheFd, "profiles", Flags));
  if (!Dir && errno == ENOENT &&
      (mkdirat(CacheFd, "profiles", 0755) == 0 || errno == EEXIST))
    Dir.reset(openat(CacheFd, "profiles", Flags));
  if (!Dir)
    return systemError(errno);
  if (faccessat(Dir.get(), profileName(File).c_str(), F_OK, 0) != 0 &&
      isFull(Dir.get()))
    return systemError(ENOSPC);
  ProfileSet Set;
  Set.Files[File] = P;
  return mergeAt(Dir.get(), profileName(File), Set);
}

Expected<bool> cache::readProfileFile(const std::string &Path,
                                      ProfileSet &Set) {
  UniqueFd Fd(open(Path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!Fd)
    return systemError(errno);
  std::string Text;
  if (!readFd(Fd.get(), Text) || !Set.read(Text))
    return Error{EINVAL, "is not a profile"};
  return true;
}

Expected<bool> cache::mergeProfileFile(const std::string &Path,
                                       const ProfileSet &Set) {
  const size_t Slash = Path.rfind('/');
  const std::string Dir = Slash == Path.npos ? "." : Path.substr(0, Slash + 1);
  UniqueFd Fd(open(Dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!Fd)
    return systemError(errno);
  return mergeAt(Fd.get(), Path.substr(Slash == Path.npos ? 0 : Slash + 1),
                 Set);
}
