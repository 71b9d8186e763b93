//===- Options.cpp - Command line options from a table --------------------===//
#include "xlate/Support/Options.h"
#include <cstdlib>

namespace xlate {

static constexpr OptionSpec RunOptionTable[] = {
#define XLATE_OPTION(Id, Short, Long, Kind, Arg, Env, Help)                    \
  {static_cast<int>(RunOption::Id),                                            \
   Short,                                                                      \
   Long,                                                                       \
   OptionKind::Kind,                                                           \
   Arg,                                                                        \
   Env,                                                                        \
   Help},
#include "xlate/Support/Options.def"
};

const ToolSpec XlateRunTool = {"xlate-run", "PROGRAM [ARGUMENT]...",
                               "run an ARM64 Linux program on this computer",
                               RunOptionTable};

const std::string *ParsedCommand::find(int Id) const {
  for (size_t I = Uses.size(); I-- > 0;)
    if (Uses[I].Id == Id)
      return &Uses[I].Value;
  return nullptr;
}

/// Call F for each part of a list with separators.
template <typename Fn>
static void forEachPart(std::string_view List, char Separator, Fn F) {
  while (!List.empty()) {
    size_t End = List.find(Separator);
    F(List.substr(0, End));
    List.remove_prefix(End == List.npos ? List.size() : End + 1);
  }
}

static bool isPermitted(const OptionSpec &O, std::string_view Value) {
  if (!O.hasChoices())
    return true;
  bool Found = false;
  forEachPart(O.Arg, '|',
              [&](std::string_view Choice) { Found |= Choice == Value; });
  return Found;
}

static Error notPermitted(const OptionSpec &O, std::string_view Name,
                          std::string_view Value) {
  std::string Text = "invalid value '" + std::string(Value) + "' for " +
                     std::string(Name) + " (";
  bool First = true;
  forEachPart(O.Arg, '|', [&](std::string_view Choice) {
    Text += std::string(First ? "" : ", ") + std::string(Choice);
    First = false;
  });
  return {EINVAL, Text + ")"};
}

/// The first of the option's environment variables that is set.
static const char *environmentValue(const OptionSpec &O, std::string &Name) {
  const char *Value = nullptr;
  forEachPart(O.Env, ',', [&](std::string_view Variable) {
    if (Value)
      return;
    Name = Variable;
    Value = getenv(Name.c_str());
  });
  return Value;
}

static bool isOff(std::string_view Value) {
  return Value.empty() || Value == "0" || Value == "no" || Value == "false";
}

static Expected<bool> readEnvironment(const ToolSpec &Tool,
                                      ParsedCommand &Result) {
  for (const OptionSpec &O : Tool.Options) {
    std::string Name;
    const char *Text = environmentValue(O, Name);
    if (!Text || !*Text)
      continue;
    std::string_view Value = Text;
    switch (O.Kind) {
    case OptionKind::Flag:
      if (!isOff(Value))
        Result.Uses.push_back({O.Id, ""});
      break;
    case OptionKind::Optional:
      if (isOff(Value))
        break;
      if (Value == "1")
        Value = O.Arg.substr(0, O.Arg.find('|'));
      [[fallthrough]];
    case OptionKind::Value:
      if (!isPermitted(O, Value))
        return notPermitted(O, Name, Value);
      Result.Uses.push_back({O.Id, std::string(Value)});
      break;
    case OptionKind::List:
      forEachPart(Value, ',', [&](std::string_view Part) {
        Result.Uses.push_back({O.Id, std::string(Part)});
      });
      break;
    }
  }
  return true;
}

static const OptionSpec *findOption(const ToolSpec &Tool, std::string_view Long,
                                    char Short) {
  for (const OptionSpec &O : Tool.Options)
    if (Short ? O.Short == Short : O.Long == Long)
      return &O;
  return nullptr;
}

Expected<ParsedCommand> parseCommand(const ToolSpec &Tool, char *const *Argv,
                                     bool UseEnv) {
  ParsedCommand Result;
  if (UseEnv)
    if (Expected<bool> Done = readEnvironment(Tool, Result); !Done)
      return Done.error();
  int I = Argv[0] ? 1 : 0;
  while (const char *Raw = Argv[I]) {
    std::string_view Text = Raw;
    if (Text.size() < 2 || Text[0] != '-')
      break;
    ++I;
    if (Text == "--")
      break;
    bool IsLong = Text.starts_with("--");
    size_t Equals = IsLong ? Text.find('=') : Text.npos;
    std::string_view Name = Text.substr(0, IsLong ? Equals : 2);
    const OptionSpec *O = IsLong ? findOption(Tool, Name.substr(2), 0)
                                 : findOption(Tool, {}, Text[1]);
    if (!O)
      return Error{EINVAL, "unknown option '" + std::string(Name) + "'"};
    bool HasValue = IsLong ? Equals != Text.npos : Text.size() > 2;
    std::string_view Value;
    if (HasValue)
      Value = Text.substr(IsLong ? Equals + 1 : 2);
    if (O->Kind == OptionKind::Flag) {
      if (HasValue)
        return Error{EINVAL,
                     "option '" + std::string(Name) + "' takes no argument"};
    } else if (O->Kind == OptionKind::Optional) {
      if (!HasValue)
        Value = O->Arg.substr(0, O->Arg.find('|'));
    } else if (!HasValue) {
      if (!Argv[I])
        return Error{EINVAL, "option '" + std::string(Name) +
                                 "' needs an argument, " + std::string(O->Arg)};
      Value = Argv[I++];
    }
    if (O->Kind != OptionKind::Flag && !isPermitted(*O, Value))
      return notPermitted(*O, Name, Value);
    Result.Uses.push_back({O->Id, std::string(Value)});
  }
  Result.FirstOperand = I;
  return Result;
}

/// Words of Text in lines of at most 80 columns, all but the first indented.
static std::string wrapped(std::string_view Text, size_t Indent) {
  std::string Result;
  size_t Column = Indent;
  forEachPart(Text, ' ', [&](std::string_view Word) {
    if (Column != Indent && Column + 1 + Word.size() > 80) {
      Result += "\n" + std::string(Indent, ' ');
      Column = Indent;
    } else if (Column != Indent) {
      Result += ' ';
      ++Column;
    }
    Result += Word;
    Column += Word.size();
  });
  return Result;
}

std::string helpText(const ToolSpec &Tool) {
  constexpr size_t Indent = 27;
  std::string Text = "Usage: " + std::string(Tool.Name) + " [OPTION]... " +
                     std::string(Tool.Operands) + "\n" +
                     std::string(Tool.Name) + " - " +
                     std::string(Tool.Summary) + "\n\n";
  for (const OptionSpec &O : Tool.Options) {
    if (O.isInternal())
      continue;
    std::string Left = O.Short ? std::string("  -") + O.Short + ", --"
                               : std::string("      --");
    Left += O.Long;
    if (O.Kind == OptionKind::Optional)
      Left += "[=" + std::string(O.Arg) + "]";
    else if (O.Kind != OptionKind::Flag)
      Left += "=" + std::string(O.Arg);
    if (Left.size() + 2 > Indent)
      Left += "\n" + std::string(Indent, ' ');
    else
      Left.resize(Indent, ' ');
    std::string Right(O.Help);
    if (!O.Env.empty())
      Right += " [" + std::string(O.Env.substr(0, O.Env.find(','))) + "]";
    Text += Left + wrapped(Right, Indent) + "\n";
  }
  return Text + "\nOptions must come before PROGRAM. The variables in brackets "
                "do the same.\n"
                "Exit status: that of PROGRAM; 125 wrong usage, 126 PROGRAM "
                "cannot be run,\n"
                "127 PROGRAM not found, 128+N PROGRAM was ended by signal N.\n";
}

} // namespace xlate
