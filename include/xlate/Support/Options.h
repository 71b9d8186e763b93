//===- Options.h - Command line options from a table ------------*- C++ -*-===//
#ifndef XLATE_SUPPORT_OPTIONS_H
#define XLATE_SUPPORT_OPTIONS_H

#include "xlate/Support/Error.h"
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xlate {

enum class OptionKind { Flag, Value, List, Optional };

/// A row of an option table; see Options.def for the fields.
struct OptionSpec {
  int Id;
  char Short;
  std::string_view Long;
  OptionKind Kind;
  std::string_view Arg;
  std::string_view Env;
  std::string_view Help;

  bool isInternal() const { return Help.empty(); }
  bool hasChoices() const { return Arg.find('|') != Arg.npos; }
};

/// A tool's name, table and texts for its documentation.
struct ToolSpec {
  std::string_view Name;
  std::string_view Operands; ///< "PROGRAM [ARGUMENT]..."
  std::string_view Summary;
  std::span<const OptionSpec> Options;
};

/// An option that was given.
struct OptionUse {
  int Id;
  std::string Value; ///< Empty for flags.
};

struct ParsedCommand {
  /// From the environment first, then in command line order.
  std::vector<OptionUse> Uses;
  /// Index in argv of the first operand.
  int FirstOperand = 0;

  /// The last value given for Id, null = none.
  const std::string *find(int Id) const;
};

/// Take the options in front of the first operand ("--" ends them too). UseEnv:
/// let environment variables stand in. The error's reason is a line for the
/// user.
Expected<ParsedCommand> parseCommand(const ToolSpec &Tool, char *const *Argv,
                                     bool UseEnv);

/// Text of --help.
std::string helpText(const ToolSpec &Tool);

/// The manual page's parts that come from the table, and the completions.
std::string manOptions(const ToolSpec &Tool);
std::string manEnvironment(const ToolSpec &Tool);
std::string bashCompletion(const ToolSpec &Tool);
std::string zshCompletion(const ToolSpec &Tool);

/// xlate-run's options.
enum class RunOption {
#define XLATE_OPTION(Id, Short, Long, Kind, Arg, Env, Help) Id,
#include "xlate/Support/Options.def"
};
extern const ToolSpec XlateRunTool;

} // namespace xlate

#endif // XLATE_SUPPORT_OPTIONS_H
