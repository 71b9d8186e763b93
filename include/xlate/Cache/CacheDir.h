//===- CacheDir.h - The translation cache on disk ---------------*- C++ -*-===//
//
// CACHE/<translator and CPU>/<guest file>.img. Files appear by rename, so a
// reader sees whole ones only; nothing but the owner may write them.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_CACHE_CACHEDIR_H
#define XLATE_CACHE_CACHEDIR_H

#include "xlate/Cache/AotImage.h"
#include "xlate/Support/Error.h"
#include <string>
#include <vector>

namespace xlate::cache {

/// XLATE_CACHE_DIR, else $XDG_CACHE_HOME/xlate, else ~/.cache/xlate; empty when
/// none of these variables is set.
std::string defaultCacheDir();

/// Folders that are searched for images before it, of "DIR:DIR..."; empty ones
/// are left out.
std::vector<std::string> splitPath(const std::string &Path);
/// Where an administrator puts images for everybody. Searched last of those.
constexpr const char *SystemCacheDir = "/var/cache/xlate";
/// Whether only root can put anything there.
bool isRootsOwn(const std::string &Dir);

/// Name of the folder for images of this translator and a CPU level.
std::string folderName(const std::string &Level);
/// Path of the image for a guest file.
std::string imagePath(const std::string &CacheDir, const std::string &Level,
                      const Hash128 &File);

/// Write Parts one after the other to a new file and give it the name Path.
/// Makes the folders. Safe against other writers and against dying at any
/// point; what stays behind then is a file that gc removes.
Expected<bool>
writeImage(const std::string &Path,
           const std::vector<std::pair<const void *, size_t>> &Parts);

/// An open image whose owner, permissions and header are all right; -1 and Why
/// (null = there is none) otherwise. RootOnly: of root's only.
int openImage(const std::string &Path, ImageHeader &Header, const char *&Why,
              bool RootOnly = false);

/// True if the payload of the image in Fd is what its header says.
bool checkPayload(int Fd, const ImageHeader &Header);

/// Whether the guest file and the image were compared by content before and
/// neither has changed since.
bool isVerified(const std::string &ImagePath, int GuestFd, int ImageFd,
                bool RootOnly = false);
/// Note that they are equal, next to the image. Failure does no harm.
void noteVerified(const std::string &ImagePath, int GuestFd, int ImageFd);

} // namespace xlate::cache

#endif // XLATE_CACHE_CACHEDIR_H
