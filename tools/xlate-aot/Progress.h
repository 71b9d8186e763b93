//===- Progress.h - How far a batch has come --------------------*- C++ -*-===//
#ifndef XLATE_TOOLS_XLATE_AOT_PROGRESS_H
#define XLATE_TOOLS_XLATE_AOT_PROGRESS_H

#include "Translate.h"
#include <cstdint>
#include <string>
#include <vector>

namespace xlate::aot {

/// One line per file or, on a terminal, a bar that is drawn anew. Time left
/// goes by the sizes of files.
class Progress {
public:
  Progress(const std::vector<std::string> &Files, bool Quiet);
  /// File number I has its report.
  void finished(size_t I, const FileReport &R);
  /// Once in a while, with the number of files under way.
  void tick(size_t Running);
  /// Remove the bar.
  void end();

private:
  void line(const FileReport &R);

  bool Quiet, Bar;
  std::vector<uint64_t> Sizes;
  uint64_t TotalBytes = 0, DoneBytes = 0, Insns = 0;
  size_t Done = 0;
  double Start, LastDrawn = 0;
};

} // namespace xlate::aot

#endif // XLATE_TOOLS_XLATE_AOT_PROGRESS_H
