//===- Batch.cpp - Translating many files ---------------------------------===//

#include "Batch.h"
#include "Progress.h"
#include "xlate/Image/Elf.h"
#include <algorithm>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <elf.h>
#include <filesystem>
#include <map>
#include <poll.h>
#include <set>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::aot;

Expected<std::vector<std::string>> aot::findPrograms(const std::string &Root) {
  namespace fs = std::filesystem;
  std::vector<std::pair<uint64_t, std::string>> Found;
  std::set<std::pair<uint64_t, uint64_t>> Seen;
  std::error_code Ec;
  fs::recursive_directory_iterator It(
      Root, fs::directory_options::skip_permission_denied, Ec);
  if (Ec)
    return systemError(Ec.value());
  for (; !Ec && It != fs::recursive_directory_iterator(); It.increment(Ec)) {
    struct stat St;
    const std::string Path = It->path().string();
    if (lstat(Path.c_str(), &St) != 0 || !S_ISREG(St.st_mode) ||
        St.st_size < 120 || !Seen.emplace(St.st_dev, St.st_ino).second)
      continue;
    Expected<UniqueFd> Fd = image::openProgram(Path.c_str());
    if (!Fd)
      continue;
    const image::FdSource File(Fd->get());
    Elf64_Ehdr Ehdr;
    if (image::identify(File).Kind == image::FileKind::Arm64 &&
        File.read(0, &Ehdr, sizeof Ehdr) &&
        (Ehdr.e_type == ET_EXEC || Ehdr.e_type == ET_DYN))
      Found.emplace_back(St.st_size, Path);
  }
  if (Found.empty())
    return Error{ENOENT, "has no arm64 programs"};
  std::sort(Found.begin(), Found.end(), [](const auto &A, const auto &B) {
    return A.first != B.first ? A.first > B.first : A.second < B.second;
  });
  std::vector<std::string> Paths;
  Paths.reserve(Found.size());
  for (auto &[Size, Path] : Found)
    Paths.push_back(std::move(Path));
  return Paths;
}

//--- Reports across a pipe
//------------------------------------------------------

static std::string pack(const FileReport &R) {
  char Numbers[256];
  std::snprintf(Numbers, sizeof Numbers,
                "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
                " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
                " %" PRIu64 " %" PRIu64 " %f",
                R.TextBytes, R.CoveredBytes, R.Functions, R.Entries,
                R.LlvmUnits, R.UnknownInsns, R.CodeBytes, R.ImageBytes, R.Jumps,
                R.KnownJumps, R.Profiled, R.PeakKiB, R.Seconds);
  return R.Status + "\n" + R.Key + "\n" + Numbers + "\n" + R.Reason;
}

static bool unpack(const std::string &Text, FileReport &R) {
  const size_t A = Text.find('\n'), B = Text.find('\n', A + 1),
               C = Text.find('\n', B + 1);
  if (A == Text.npos || B == Text.npos || C == Text.npos)
    return false;
  R.Status = Text.substr(0, A);
  R.Key = Text.substr(A + 1, B - A - 1);
  R.Reason = Text.substr(C + 1);
  return std::sscanf(Text.c_str() + B + 1,
                     "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                     " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                     " %" SCNu64 " %" SCNu64 " %lf",
                     &R.TextBytes, &R.CoveredBytes, &R.Functions, &R.Entries,
                     &R.LlvmUnits, &R.UnknownInsns, &R.CodeBytes, &R.ImageBytes,
                     &R.Jumps, &R.KnownJumps, &R.Profiled, &R.PeakKiB,
                     &R.Seconds) == 13;
}

namespace {
struct Worker {
  pid_t Pid;
  int Pipe;
  size_t File;
  time_t Deadline;
  std::string Text;
};
} // namespace

static bool start(size_t File, const std::string &Path, const Settings &S,
                  const BatchSettings &B, Worker &W) {
  int Pipe[2];
  if (pipe(Pipe) != 0)
    return false;
  std::fflush(nullptr);
  W = {fork(), Pipe[0], File, time(nullptr) + B.TimeoutSeconds, ""};
  if (W.Pid == 0) {
    close(Pipe[0]);
    const std::string Text = pack(translateFile(Path, "", S));
    _exit(write(Pipe[1], Text.data(), Text.size()) < 0);
  }
  close(Pipe[1]);
  if (W.Pid < 0)
    close(Pipe[0]);
  return W.Pid > 0;
}

/// Take what the worker has written; true when it has ended.
static bool collect(Worker &W, FileReport &R) {
  char Buffer[4096];
  const ssize_t N = read(W.Pipe, Buffer, sizeof Buffer);
  if (N > 0) {
    W.Text.append(Buffer, static_cast<size_t>(N));
    return false;
  }
  close(W.Pipe);
  int Status = 0;
  waitpid(W.Pid, &Status, 0);
  if (unpack(W.Text, R) && WIFEXITED(Status))
    return true;
  R.Status = "failed";
  R.Reason = WIFSIGNALED(Status) ? std::string("translator died: ") +
                                       strsignal(WTERMSIG(Status))
                                 : "translator ended early";
  return true;
}

std::vector<FileReport> aot::translateAll(const std::vector<std::string> &Files,
                                          const Settings &S,
                                          const BatchSettings &B) {
  std::vector<FileReport> Reports(Files.size());
  std::vector<Worker> Workers;
  size_t Next = 0, Done = 0;
  Progress Show(Files, B.Quiet);
  auto finish = [&](size_t I) {
    ++Done;
    Show.finished(I, Reports[I]);
  };
  while (Done != Files.size()) {
    while (Next != Files.size() && Workers.size() < B.Jobs) {
      Reports[Next].Path = Files[Next];
      Worker W;
      if (start(Next, Files[Next], S, B, W)) {
        Workers.push_back(std::move(W));
      } else if (!Workers.empty()) {
        break; // try again when one has ended
      } else {
        Reports[Next].Status = "failed";
        Reports[Next].Reason = std::strerror(errno);
        finish(Next);
      }
      ++Next;
    }
    std::vector<pollfd> Polls;
    Polls.reserve(Workers.size());
    for (const Worker &W : Workers)
      Polls.push_back({W.Pipe, POLLIN, 0});
    Show.tick(Workers.size());
    poll(Polls.data(), Polls.size(), 1000);
    const time_t Now = time(nullptr);
    for (size_t I = Workers.size(); I-- > 0;) {
      if (Now > Workers[I].Deadline)
        kill(Workers[I].Pid, SIGKILL);
      if (Polls[I].revents == 0 ||
          !collect(Workers[I], Reports[Workers[I].File]))
        continue;
      finish(Workers[I].File);
      Workers.erase(Workers.begin() + static_cast<ptrdiff_t>(I));
    }
  }
  Show.end();
  return Reports;
}

//--- Reports for people and programs ----------------------------------------

static std::string quoted(const std::string &Text) {
  std::string Out = "\"";
  for (unsigned char C : Text) {
    if (C == '"' || C == '\\') {
      Out += '\\';
      Out += static_cast<char>(C);
    } else if (C < 0x20) {
      char Hex[8];
      std::snprintf(Hex, sizeof Hex, "\\u%04x", C);
      Out += Hex;
    } else {
      Out += static_cast<char>(C);
    }
  }
  return Out + "\"";
}

std::string aot::reportJson(const std::vector<FileReport> &Reports) {
  std::string Out = "[";
  for (const FileReport &R : Reports) {
    char Numbers[600];
    std::snprintf(Numbers, sizeof Numbers,
                  ",\"textBytes\":%" PRIu64 ",\"coveredBytes\":%" PRIu64
                  ",\"functions\":%" PRIu64 ",\"entries\":%" PRIu64
                  ",\"llvmUnits\":%" PRIu64 ",\"unknownInstructions\":%" PRIu64
                  ",\"codeBytes\":%" PRIu64 ",\"imageBytes\":%" PRIu64
                  ",\"indirectJumps\":%" PRIu64 ",\"jumpTables\":%" PRIu64
                  ",\"profiledBlocks\":%" PRIu64 ",\"peakKiB\":%" PRIu64
                  ",\"seconds\":%.3f}",
                  R.TextBytes, R.CoveredBytes, R.Functions, R.Entries,
                  R.LlvmUnits, R.UnknownInsns, R.CodeBytes, R.ImageBytes,
                  R.Jumps, R.KnownJumps, R.Profiled, R.PeakKiB, R.Seconds);
    Out += (Out.size() > 1 ? ",\n{\"file\":" : "\n{\"file\":") +
           quoted(R.Path) + ",\"status\":" + quoted(R.Status) +
           ",\"reason\":" + quoted(R.Reason) + ",\"key\":" + quoted(R.Key) +
           Numbers;
  }
  return Out + "\n]\n";
}

std::string aot::summary(const std::vector<FileReport> &Reports) {
  std::map<std::string, unsigned> Counts;
  uint64_t Text = 0, Covered = 0, Code = 0, Images = 0;
  double Seconds = 0;
  for (const FileReport &R : Reports) {
    ++Counts[R.Status];
    Images += R.ImageBytes;
    if (R.Status != "done")
      continue;
    Text += R.TextBytes;
    Covered += R.CoveredBytes;
    Code += R.CodeBytes;
    Seconds += R.Seconds;
  }
  std::string Out;
  for (const auto &[Status, N] : Counts)
    Out += (Out.empty() ? "" : ", ") + std::to_string(N) + " " + Status;
  constexpr double MiB = 1 << 20;
  char Line[256];
  std::snprintf(
      Line, sizeof Line,
      "; %.1f MiB of guest text (%.1f %% code), %.1f MiB host code, "
      "%.1f MiB of images, %.1f s\n",
      static_cast<double>(Text) / MiB,
      Text ? 100 * static_cast<double>(Covered) / static_cast<double>(Text) : 0,
      static_cast<double>(Code) / MiB, static_cast<double>(Images) / MiB,
      Seconds);
  return Out + Line;
}
