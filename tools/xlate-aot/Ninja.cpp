//===- Ninja.cpp - The plan of a batch as a Ninja build -------------------===//
//
// One edge per file, whose output is its image. A build farm's executor can run
// them; caches made in different places merge by copying.
//
//===----------------------------------------------------------------------===//

#include "Batch.h"
#include "xlate/Cache/CacheDir.h"
#include <set>
#include <unistd.h>

using namespace xlate;
using namespace xlate::aot;

/// A path as Ninja reads it.
static std::string escaped(const std::string &Path) {
  std::string Out;
  for (char C : Path) {
    if (C == '$' || C == ' ' || C == ':')
      Out += '$';
    Out += C;
  }
  return Out;
}

/// A word of a shell command, as Ninja reads it.
static std::string word(const std::string &Text) {
  std::string Out = "'";
  for (char C : Text) {
    if (C == '\'')
      Out += "'\\''";
    else if (C == '$')
      Out += "$$";
    else
      Out += C;
  }
  return Out + "'";
}

std::string aot::ninjaPlan(const std::vector<std::string> &Files,
                           const std::string &Self,
                           const std::vector<std::string> &Options,
                           const Settings &S) {
  std::string Out = "# Written by xlate-aot --emit-ninja.\nrule translate\n"
                    "  command = " +
                    word(Self);
  for (const std::string &O : Options)
    Out += " " + word(O);
  // An image that is right already stays as it is: it must look new, too.
  Out += " --quiet $in && touch -c $out\n"
         "  description = xlate-aot $in\n\n";
  std::set<std::string> Outputs;
  for (const std::string &F : Files) {
    Expected<UniqueFd> Fd = image::openProgram(F.c_str());
    cache::Hash128 Key;
    if (!Fd || !image::readElf(image::FdSource(Fd->get())) ||
        !cache::fileKey(Fd->get(), Key))
      continue;
    const std::string Image = cache::imagePath(S.CacheDir, S.Cpu, Key);
    // The same file under two names has one image.
    if (Outputs.insert(Image).second)
      Out += "build " + escaped(Image) + ": translate " + escaped(F) + "\n";
  }
  return Out;
}
