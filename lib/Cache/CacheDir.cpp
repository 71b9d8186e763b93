//===- CacheDir.cpp - The translation cache on disk -----------------------===//

#include "xlate/Cache/CacheDir.h"
#include "xlate/Support/Files.h"
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::cache;

std::string cache::defaultCacheDir() {
  auto value = [](const char *Name) {
    const char *V = std::getenv(Name);
    return V && *V == '/' ? std::string(V) : std::string();
  };
  if (const char *Dir = std::getenv("XLATE_CACHE_DIR"); Dir && *Dir)
    return Dir;
  if (std::string Xdg = value("XDG_CACHE_HOME"); !Xdg.empty())
    return Xdg + "/xlate";
  if (std::string Home = value("HOME"); !Home.empty())
    return Home + "/.cache/xlate";
  return "";
}

std::vector<std::string> cache::splitPath(const std::string &Path) {
  std::vector<std::string> Dirs;
  for (size_t At = 0; At <= Path.size();) {
    const size_t End = std::min(Path.find(':', At), Path.size());
    if (End != At)
      Dirs.push_back(Path.substr(At, End - At));
    At = End + 1;
  }
  return Dirs;
}

bool cache::isRootsOwn(const std::string &Dir) {
  struct stat St;
  return lstat(Dir.c_str(), &St) == 0 && S_ISDIR(St.st_mode) &&
         St.st_uid == 0 && !(St.st_mode & 022);
}

std::string cache::folderName(const std::string &Level) {
  return "v" + std::to_string(ImageVersion) + "-" +
         buildKey().hex().substr(0, 12) + "-" +
         hostCpuKey(Level).hex().substr(0, 12);
}

std::string cache::imagePath(const std::string &CacheDir,
                             const std::string &Level, const Hash128 &File) {
  return CacheDir + "/" + folderName(Level) + "/" + File.hex() + ".img";
}

static bool makeFolders(const std::string &Path) {
  for (size_t At = Path.find('/', 1); At != Path.npos;
       At = Path.find('/', At + 1))
    if (mkdir(Path.substr(0, At).c_str(), 0755) != 0 && errno != EEXIST)
      return false;
  return true;
}

Expected<bool>
cache::writeImage(const std::string &Path,
                  const std::vector<std::pair<const void *, size_t>> &Parts) {
  if (!makeFolders(Path))
    return systemError(errno);
  // Pipes, devices and links stay what they are.
  std::string Target = Path;
  struct stat St;
  if (lstat(Path.c_str(), &St) == 0 && !S_ISREG(St.st_mode) &&
      stat(Path.c_str(), &St) == 0) {
    if (!S_ISREG(St.st_mode)) {
      UniqueFd Out(open(Path.c_str(), O_WRONLY | O_CLOEXEC));
      for (auto [Data, Size] : Parts)
        if (!Out || !writeAll(Out.get(), Data, Size))
          return systemError(errno);
      return true;
    }
    if (char Real[PATH_MAX]; realpath(Path.c_str(), Real))
      Target = Real;
  }
  std::string Temp = Target + ".XXXXXX";
  const mode_t Mask = umask(022);
  umask(Mask);
  UniqueFd Fd(mkostemp(Temp.data(), O_CLOEXEC));
  if (!Fd)
    return systemError(errno);
  // Tells gc that the writer lives.
  flock(Fd.get(), LOCK_EX | LOCK_NB);
  bool Good = true;
  for (auto [Data, Size] : Parts)
    Good = Good && writeAll(Fd.get(), Data, Size);
  Good = Good && fchmod(Fd.get(), 0644 & ~Mask) == 0 &&
         fdatasync(Fd.get()) == 0 && rename(Temp.c_str(), Target.c_str()) == 0;
  if (Good)
    return true;
  const int Errno = errno;
  unlink(Temp.c_str());
  return systemError(Errno);
}

int cache::openImage(const std::string &Path, ImageHeader &Header,
                     const char *&Why, bool RootOnly) {
  Why = nullptr;
  UniqueFd Fd(open(Path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!Fd) {
    if (errno != ENOENT && errno != ENOTDIR)
      Why = "cannot be opened";
    return -1;
  }
  struct stat St;
  if (fstat(Fd.get(), &St) != 0 || !S_ISREG(St.st_mode))
    Why = "not a file";
  else if (St.st_uid != 0 && (RootOnly || St.st_uid != geteuid()))
    Why = "of another user";
  else if (St.st_mode & 022)
    Why = "writable by others";
  else if (pread(Fd.get(), &Header, sizeof Header, 0) != sizeof Header)
    Why = "truncated";
  else
    Why = checkHeader(Header, static_cast<uint64_t>(St.st_size));
  return Why ? -1 : Fd.release();
}

bool cache::checkPayload(int Fd, const ImageHeader &Header) {
  Hash128 H;
  return hashFile(Fd, 4096, Header.FileSize - 4096, H) && H == Header.Payload;
}

//--- Comparisons that were made before
//-----------------------------------------

namespace {
/// What changes when a file does.
struct Stamp {
  uint64_t Dev, Ino, Size;
  int64_t Mtime, MtimeNs, Ctime, CtimeNs;
};
struct Verified {
  uint64_t Magic;
  Stamp Guest, Image;
};
} // namespace

static bool stampsOf(int GuestFd, int ImageFd, Verified &V) {
  std::memset(&V, 0, sizeof V);
  V.Magic = ImageMagic + 1;
  auto stamp = [](int Fd, Stamp &S) {
    struct stat St;
    if (fstat(Fd, &St) != 0)
      return false;
    S = {St.st_dev,         St.st_ino,          uint64_t(St.st_size),
         St.st_mtim.tv_sec, St.st_mtim.tv_nsec, St.st_ctim.tv_sec,
         St.st_ctim.tv_nsec};
    return true;
  };
  return stamp(GuestFd, V.Guest) && stamp(ImageFd, V.Image);
}

bool cache::isVerified(const std::string &ImagePath, int GuestFd, int ImageFd,
                       bool RootOnly) {
  Verified Now, Then;
  UniqueFd Fd(open((ImagePath + ".ok").c_str(),
                   O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat St;
  return Fd && fstat(Fd.get(), &St) == 0 && S_ISREG(St.st_mode) &&
         (St.st_uid == 0 || (!RootOnly && St.st_uid == geteuid())) &&
         !(St.st_mode & 022) && stampsOf(GuestFd, ImageFd, Now) &&
         pread(Fd.get(), &Then, sizeof Then, 0) == sizeof Then &&
         std::memcmp(&Now, &Then, sizeof Now) == 0;
}

void cache::noteVerified(const std::string &ImagePath, int GuestFd,
                         int ImageFd) {
  Verified Now;
  if (!stampsOf(GuestFd, ImageFd, Now))
    return;
  // A file that changed in this very moment could change again unseen: within
  // one tick of the clock that stamps it, or within a second where the file
  // system keeps whole ones only.
  constexpr int64_t Second = 1'000'000'000, Ticks = Second / 10;
  timespec T;
  clock_gettime(CLOCK_REALTIME, &T);
  for (const Stamp *S : {&Now.Guest, &Now.Image})
    if ((T.tv_sec - S->Ctime) * Second + T.tv_nsec - S->CtimeNs <
        (S->CtimeNs ? Ticks : 2 * Second))
      return;
  std::string Temp = ImagePath + ".ok.XXXXXX";
  UniqueFd Fd(mkostemp(Temp.data(), O_CLOEXEC));
  if (!Fd)
    return;
  if (!writeAll(Fd.get(), &Now, sizeof Now) ||
      rename(Temp.c_str(), (ImagePath + ".ok").c_str()) != 0)
    unlink(Temp.c_str());
}
