//===- CacheCommands.cpp - Looking after the cache ------------------------===//

#include "Batch.h"
#include "xlate/Cache/CacheDir.h"
#include "xlate/Support/Files.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::aot;
namespace fs = std::filesystem;

namespace {
struct CacheFile {
  std::string Path, Folder, Name;
  struct stat St;
  bool isImage() const { return Name.ends_with(".img"); }
};
} // namespace

static std::vector<CacheFile> filesOf(const std::string &CacheDir) {
  std::vector<CacheFile> Files;
  std::error_code Ec;
  for (fs::directory_iterator It(CacheDir, Ec), End; !Ec && It != End;
       It.increment(Ec)) {
    // Only folders that look like ours.
    const std::string Folder = It->path().filename().string();
    if (Folder[0] != 'v' || It->is_symlink())
      continue;
    std::error_code Ec2;
    for (fs::directory_iterator F(It->path(), Ec2); !Ec2 && F != End;
         F.increment(Ec2)) {
      CacheFile C{
          F->path().string(), Folder, F->path().filename().string(), {}};
      if (lstat(C.Path.c_str(), &C.St) == 0 && S_ISREG(C.St.st_mode) &&
          C.Name.find(".img") == 32)
        Files.push_back(std::move(C));
    }
  }
  std::sort(Files.begin(), Files.end(),
            [](const auto &A, const auto &B) { return A.Path < B.Path; });
  return Files;
}

/// What is wrong with an image, empty = nothing.
static std::string check(const std::string &Path) {
  cache::ImageHeader H;
  const char *Why;
  UniqueFd Fd(cache::openImage(Path, H, Why));
  if (!Fd)
    return Why ? Why : "gone";
  return cache::checkPayload(Fd.get(), H) ? "" : "damaged";
}

static int list(const std::vector<CacheFile> &Files) {
  uint64_t Total = 0;
  for (const CacheFile &F : Files) {
    if (!F.isImage())
      continue;
    cache::ImageHeader H;
    const char *Why;
    UniqueFd Fd(cache::openImage(F.Path, H, Why));
    std::printf("%10llu %s/%s %s\n",
                static_cast<unsigned long long>(F.St.st_size), F.Folder.c_str(),
                F.Name.c_str(),
                Fd    ? ""
                : Why ? Why
                      : "gone");
    Total += static_cast<uint64_t>(F.St.st_size);
  }
  std::printf("%10llu bytes\n", static_cast<unsigned long long>(Total));
  return 0;
}

static int verify(const std::vector<CacheFile> &Files) {
  int Status = 0;
  for (const CacheFile &F : Files)
    if (F.isImage())
      if (std::string Why = check(F.Path); !Why.empty()) {
        std::printf("%s: %s\n", F.Path.c_str(), Why.c_str());
        Status = 1;
      }
  return Status;
}

/// A writer that died; living ones hold a lock.
static bool isAbandoned(const CacheFile &F) {
  if (F.Name.ends_with(".img.ok"))
    return access(F.Path.substr(0, F.Path.size() - 3).c_str(), F_OK) != 0;
  UniqueFd Fd(open(F.Path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  return Fd && flock(Fd.get(), LOCK_EX | LOCK_NB) == 0 &&
         F.St.st_mtime + 60 < time(nullptr);
}

/// Remove what no translator of this version uses, damaged images, what dead
/// writers left, and then the images not used for longest until Limit is met.
static int collect(std::vector<CacheFile> Files, uint64_t Limit,
                   bool Quiet = false) {
  uint64_t Freed = 0, Total = 0;
  auto remove = [&](const CacheFile &F) {
    if (unlink(F.Path.c_str()) == 0)
      Freed += static_cast<uint64_t>(F.St.st_size);
    if (F.isImage())
      unlink((F.Path + ".ok").c_str());
    rmdir(F.Path.substr(0, F.Path.rfind('/')).c_str());
  };
  std::vector<CacheFile> Kept;
  for (CacheFile &F : Files) {
    if (F.isImage() ? !check(F.Path).empty() : isAbandoned(F)) {
      remove(F);
    } else if (F.isImage()) {
      Total += static_cast<uint64_t>(F.St.st_size);
      Kept.push_back(std::move(F));
    }
  }
  std::sort(Kept.begin(), Kept.end(), [](const auto &A, const auto &B) {
    return std::max(A.St.st_atime, A.St.st_mtime) <
           std::max(B.St.st_atime, B.St.st_mtime);
  });
  for (const CacheFile &F : Kept) {
    if (!Limit || Total <= Limit)
      break;
    Total -= static_cast<uint64_t>(F.St.st_size);
    remove(F);
  }
  if (!Quiet)
    std::printf("%llu bytes freed, %llu kept\n",
                static_cast<unsigned long long>(Freed),
                static_cast<unsigned long long>(Total));
  return 0;
}

/// Copy what this translator can use, and the profiles, to another folder: to
/// put together what several machines made, or as a layer of a container.
static int pack(const std::string &CacheDir,
                const std::vector<CacheFile> &Files, const std::string &To) {
  uint64_t Copied = 0, Bytes = 0;
  std::string Problem;
  auto copy = [&](const std::string &From, const std::string &Name) {
    if (!Problem.empty())
      return;
    std::string Text;
    UniqueFd Fd(open(From.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat St;
    if (!Fd || fstat(Fd.get(), &St) != 0)
      return; // gone
    Text.resize(static_cast<size_t>(St.st_size));
    if (!readAll(Fd.get(), Text.data(), Text.size(), 0)) {
      Problem = From + ": cannot be read";
      return;
    }
    const std::string Target = To + "/" + Name;
    if (Expected<bool> Done =
            cache::writeImage(Target, {{Text.data(), Text.size()}});
        !Done) {
      Problem = Target + ": " + Done.error().Reason;
      return;
    }
    ++Copied;
    Bytes += Text.size();
  };
  for (const CacheFile &F : Files)
    if (F.isImage() && check(F.Path).empty())
      copy(F.Path, F.Folder + "/" + F.Name);
  std::error_code Ec;
  for (fs::directory_iterator It(CacheDir + "/profiles", Ec), End;
       !Ec && It != End; It.increment(Ec))
    if (It->path().extension() == ".prof")
      copy(It->path().string(), "profiles/" + It->path().filename().string());
  std::printf("%llu files, %llu bytes\n",
              static_cast<unsigned long long>(Copied),
              static_cast<unsigned long long>(Bytes));
  if (Problem.empty())
    return 0;
  std::fprintf(stderr, "xlate-aot: %s\n", Problem.c_str());
  return 1;
}

void aot::limitCache(const std::string &CacheDir, uint64_t Limit, bool Quiet) {
  std::vector<CacheFile> Files = filesOf(CacheDir);
  uint64_t Total = 0;
  for (const CacheFile &F : Files)
    Total += static_cast<uint64_t>(F.St.st_size);
  if (Limit && Total > Limit)
    collect(std::move(Files), Limit, Quiet);
}

int aot::cacheCommand(const std::string &CacheDir, char *const *Args) {
  std::string What = Args[0] ? Args[0] : "";
  const bool TakesOne = What == "gc" || What == "pack";
  uint64_t MiB = 0;
  if (What == "gc" && Args[1]) {
    char *End;
    MiB = std::strtoull(Args[1], &End, 10);
    if (*End || !*Args[1])
      What = "";
  }
  if (!What.empty() && Args[1] && (!TakesOne || Args[2]))
    What = "";
  if (What == "path") {
    std::printf("%s\n", CacheDir.c_str());
    return 0;
  }
  if (What == "ls")
    return list(filesOf(CacheDir));
  if (What == "verify")
    return verify(filesOf(CacheDir));
  if (What == "gc")
    return collect(filesOf(CacheDir), MiB << 20);
  if (What == "pack" && Args[1])
    return pack(CacheDir, filesOf(CacheDir), Args[1]);
  std::fprintf(stderr,
               "xlate-aot: cache ls, verify, gc [MIB], pack DIR or path\n");
  return 125;
}
