//===- OptionDocs.cpp - Manual page and completion from an option table ---===//
#include "xlate/Support/Options.h"

// Texts made once, when the programs are built.
// NOLINTBEGIN(performance-inefficient-string-concatenation)

namespace xlate {

/// Text for troff: hyphens that are meant to be typed, no leading dots.
static std::string troff(std::string_view Text) {
  std::string Result;
  for (char C : Text) {
    if (C == '-')
      Result += '\\';
    if (C == '\\')
      Result += "\\\\";
    else
      Result += C;
  }
  return Result;
}

/// An argument name in italics, choices with upright bars between.
static std::string troffArg(std::string_view Arg) {
  std::string Result = "\\fI";
  for (char C : Arg)
    if (C == '|' || C == '=' || C == ',')
      Result += std::string("\\fR") + C + "\\fI";
    else
      Result += C;
  return Result + "\\fR";
}

std::string manOptions(const ToolSpec &Tool) {
  std::string Text;
  for (const OptionSpec &O : Tool.Options) {
    if (O.isInternal())
      continue;
    Text += ".TP\n";
    if (O.Short) {
      Text += std::string("\\fB\\-") + O.Short + "\\fR";
      if (O.Kind == OptionKind::Value || O.Kind == OptionKind::List)
        Text += " " + troffArg(O.Arg);
      Text += ", ";
    }
    Text += "\\fB\\-\\-" + troff(O.Long) + "\\fR";
    if (O.Kind == OptionKind::Optional)
      Text += "[=" + troffArg(O.Arg) + "]";
    else if (O.Kind != OptionKind::Flag)
      Text += "=" + troffArg(O.Arg);
    Text += "\n" + troff(O.Help) + ".\n";
    if (O.Kind == OptionKind::List)
      Text += "May be given more than once.\n";
  }
  return Text;
}

std::string manEnvironment(const ToolSpec &Tool) {
  std::string Text;
  for (const OptionSpec &O : Tool.Options) {
    if (O.isInternal() || O.Env.empty())
      continue;
    Text += ".TP\n";
    std::string_view Names = O.Env;
    for (bool First = true; !Names.empty(); First = false) {
      size_t End = Names.find(',');
      Text += std::string(First ? "" : ", ") + "\\fB" +
              std::string(Names.substr(0, End)) + "\\fR";
      Names.remove_prefix(End == Names.npos ? Names.size() : End + 1);
    }
    Text += "\nAs \\fB\\-\\-" + troff(O.Long) + "\\fR";
    switch (O.Kind) {
    case OptionKind::Flag:
      Text += " unless empty, 0, no or false.\n";
      break;
    case OptionKind::Optional:
      Text += " unless empty, 0, no or false; 1 stands for the default.\n";
      break;
    case OptionKind::List:
      Text += "; several are separated by commas.\n";
      break;
    case OptionKind::Value:
      Text += ".\n";
      break;
    }
  }
  return Text;
}

static std::string spaced(std::string_view Choices) {
  std::string Text(Choices);
  for (char &C : Text)
    if (C == '|')
      C = ' ';
  return Text;
}

std::string bashCompletion(const ToolSpec &Tool) {
  std::string Function = "_" + std::string(Tool.Name);
  for (char &C : Function)
    if (C == '-')
      C = '_';
  std::string Words, WithArg, Cases;
  for (const OptionSpec &O : Tool.Options) {
    if (O.isInternal())
      continue;
    std::string Long = "--" + std::string(O.Long),
                Short = std::string("-") + O.Short;
    bool Takes = O.Kind == OptionKind::Value || O.Kind == OptionKind::List;
    Words += Words.empty() ? "" : " ";
    Words += (O.Short ? Short + " " : "") + Long + (Takes ? "=" : "");
    if (O.Kind == OptionKind::Optional)
      Words += " " + Long + "=";
    if (Takes)
      WithArg += std::string(WithArg.empty() ? "" : "|") +
                 (O.Short ? Short + "|" : "") + Long;
    if (O.hasChoices())
      Cases += "    " + Long + ")\n      COMPREPLY=($(compgen -W '" +
               spaced(O.Arg) + "' -- \"$cur\"))\n      return ;;\n";
    else if (O.Arg == "DIR")
      Cases +=
          "    " + (O.Short ? Short + "|" : "") + Long +
          ")\n      COMPREPLY=($(compgen -d -- \"$cur\"))\n      return ;;\n";
  }
  std::string Name(Tool.Name);
  return "# bash completion for " + Name +
         ", generated from its option table\n" + Function +
         "() {\n"
         "  local cur prev i\n"
         "  cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  [[ $cur == = ]] && cur=\n"
         "  [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
         "  # Behind the program its own arguments follow.\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case ${COMP_WORDS[i]} in\n"
         "    " +
         WithArg +
         ") ((i++)); [[ ${COMP_WORDS[i]} == = ]] && ((i++)) ;;\n"
         "    =) ((i++)) ;;\n"
         "    -*) ;;\n"
         "    *) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
         "    esac\n"
         "  done\n"
         "  case $prev in\n" +
         Cases +
         "  esac\n"
         "  case $cur in\n"
         "  -*)\n"
         "    COMPREPLY=($(compgen -W '" +
         Words +
         "' -- \"$cur\"))\n"
         "    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace ;;\n"
         "  *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
         "  esac\n"
         "}\n"
         "complete -o filenames -F " +
         Function + " " + Name + "\n";
}

/// Text inside a zsh _arguments specification.
static std::string zshText(std::string_view Text) {
  std::string Result;
  for (char C : Text) {
    if (C == '[' || C == ']' || C == ':')
      Result += '\\';
    Result += C;
  }
  return Result;
}

std::string zshCompletion(const ToolSpec &Tool) {
  std::string Text = "#compdef " + std::string(Tool.Name) +
                     "\n# Generated from the option table\n";
  Text += "_arguments -S \\\n";
  for (const OptionSpec &O : Tool.Options) {
    if (O.isInternal())
      continue;
    std::string Action;
    if (O.Kind != OptionKind::Flag) {
      Action = O.Kind == OptionKind::Optional ? "::" : ":";
      Action += zshText(O.Arg.substr(0, O.Arg.find('|'))) + ":";
      if (O.hasChoices())
        Action += "(" + spaced(O.Arg) + ")";
      else if (O.Arg == "DIR")
        Action += "_files -/";
    }
    std::string Repeat = O.Kind == OptionKind::List ? "*" : "";
    std::string Help = "[" + zshText(O.Help) + "]";
    if (O.Short)
      Text += "  '" + Repeat + "-" + O.Short +
              (O.Kind == OptionKind::Flag ? "" : "+") + Help + Action +
              "' \\\n";
    Text += "  '" + Repeat + "--" + std::string(O.Long);
    if (O.Kind == OptionKind::Optional)
      Text += "=-";
    else if (O.Kind != OptionKind::Flag)
      Text += "=";
    Text += Help + Action + "' \\\n";
  }
  return Text + "  '1:program:_files' '*::arguments:_files'\n";
}

} // namespace xlate

// NOLINTEND(performance-inefficient-string-concatenation)
