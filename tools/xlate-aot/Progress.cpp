//===- Progress.cpp - How far a batch has come ----------------------------===//

#include "Progress.h"
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace xlate::aot;

static double now() {
  timespec T;
  clock_gettime(CLOCK_MONOTONIC, &T);
  return static_cast<double>(T.tv_sec) + 1e-9 * static_cast<double>(T.tv_nsec);
}

Progress::Progress(const std::vector<std::string> &Files, bool Quiet)
    : Quiet(Quiet), Bar(!Quiet && isatty(STDOUT_FILENO)), Start(now()) {
  for (const std::string &F : Files) {
    struct stat St;
    Sizes.push_back(
        stat(F.c_str(), &St) == 0 ? static_cast<uint64_t>(St.st_size) : 0);
    TotalBytes += Sizes.back();
  }
}

void Progress::line(const FileReport &R) {
  std::printf("[%zu/%zu] %s: %s", Done, Sizes.size(), R.Path.c_str(),
              R.Status.c_str());
  if (R.Status == "done")
    std::printf(", %.2f MiB of code in %.1f s",
                static_cast<double>(R.TextBytes) / (1 << 20), R.Seconds);
  else if (!R.Reason.empty())
    std::printf(", %s", R.Reason.c_str());
  std::printf("\n");
  std::fflush(stdout);
}

void Progress::finished(size_t I, const FileReport &R) {
  ++Done;
  DoneBytes += Sizes[I];
  Insns += R.CoveredBytes / 4;
  if (Quiet)
    return;
  if (!Bar)
    return line(R);
  // What went wrong stays to be read.
  if (R.Status == "failed") {
    std::printf("\r\033[K");
    line(R);
  }
}

void Progress::tick(size_t Running) {
  const double T = now();
  if (!Bar || T < LastDrawn + 0.2)
    return;
  LastDrawn = T;
  winsize W = {};
  const int Columns = ioctl(STDOUT_FILENO, TIOCGWINSZ, &W) == 0 && W.ws_col > 60
                          ? W.ws_col
                          : 80;
  const double Share = TotalBytes ? static_cast<double>(DoneBytes) /
                                        static_cast<double>(TotalBytes)
                                  : 1;
  char Left[32] = "?";
  if (Share > 0.01) {
    const auto S = static_cast<uint64_t>((T - Start) * (1 - Share) / Share);
    std::snprintf(Left, sizeof Left, "%" PRIu64 ":%02" PRIu64, S / 60, S % 60);
  }
  char Text[160];
  const int N = std::snprintf(
      Text, sizeof Text,
      " %zu/%zu files (%zu under way), %.1f M instructions, %s left", Done,
      Sizes.size(), Running, static_cast<double>(Insns) / 1e6, Left);
  const int Width = std::max(4, std::min(40, Columns - N - 4));
  const int Full = static_cast<int>(Share * Width);
  std::printf(
      "\r[%s%s]%s\033[K", std::string(static_cast<size_t>(Full), '#').c_str(),
      std::string(static_cast<size_t>(Width - Full), '.').c_str(), Text);
  std::fflush(stdout);
}

void Progress::end() {
  if (Bar) {
    std::printf("\r\033[K");
    std::fflush(stdout);
  }
}
