//===- Command.h - What xlate-run was asked to do ---------------*- C++ -*-===//
#ifndef XLATE_TOOLS_XLATE_RUN_COMMAND_H
#define XLATE_TOOLS_XLATE_RUN_COMMAND_H

#include "xlate/Runtime/Run.h"
#include "xlate/Support/Options.h"

namespace xlate {

enum class CommandAction { Run, Explain, Help, Version };

struct Command {
  CommandAction Action = CommandAction::Run;
  runtime::RunOptions Options;
  std::string Explain;           ///< Symbol or address.
  std::vector<std::string> Args; ///< The guest's argv.
  std::vector<std::string> Env;  ///< The guest's environment.
};

/// Understand the command line, in any of the ways xlate-run is started: by a
/// user, by the kernel through binfmt_misc, or by itself for a guest's execve.
/// The result is what is wrong, empty = nothing.
std::string readCommand(char *const *Argv, char *const *Envp, Command &C);

} // namespace xlate

#endif // XLATE_TOOLS_XLATE_RUN_COMMAND_H
