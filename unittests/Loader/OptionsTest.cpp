//===- OptionsTest.cpp - Command lines and their documentation ------------===//
#include "xlate/Support/Options.h"
#include "xlate/Runtime/Exec.h"
#include <cstdlib>
#include <gtest/gtest.h>

using namespace xlate;

namespace {

Expected<ParsedCommand> parse(std::vector<const char *> Args,
                              bool UseEnv = false) {
  Args.insert(Args.begin(), "xlate-run");
  Args.push_back(nullptr);
  return parseCommand(XlateRunTool, const_cast<char **>(Args.data()), UseEnv);
}

std::string valueOf(const Expected<ParsedCommand> &C, RunOption Id) {
  const std::string *V = C ? C->find(static_cast<int>(Id)) : nullptr;
  return V ? *V : "(none)";
}

TEST(Options, Forms) {
  for (auto Args :
       std::vector<std::vector<const char *>>{{"-L", "/root", "prog"},
                                              {"-L/root", "prog"},
                                              {"--sysroot", "/root", "prog"},
                                              {"--sysroot=/root", "prog"}}) {
    auto C = parse(Args);
    ASSERT_TRUE(C);
    EXPECT_EQ(valueOf(C, RunOption::Sysroot), "/root");
    EXPECT_EQ(C->FirstOperand, int(Args.size()));
  }
}

TEST(Options, ProgramsOptionsAreUntouched) {
  auto C = parse({"--strace", "prog", "--strace", "-L", "--nonsense"});
  ASSERT_TRUE(C);
  EXPECT_EQ(C->FirstOperand, 2);
  EXPECT_EQ(C->Uses.size(), 1u);
  C = parse({"--", "-L"});
  ASSERT_TRUE(C);
  EXPECT_EQ(C->FirstOperand, 2);
  EXPECT_TRUE(C->Uses.empty());
  EXPECT_EQ(parse({"-"})->FirstOperand, 1);
}

TEST(Options, LastOneCounts) {
  auto C = parse({"--tier=llvm", "--tier=interp", "prog"});
  EXPECT_EQ(valueOf(C, RunOption::Tier), "interp");
  C = parse({"-E", "A=1", "-U", "A", "-E", "B=2", "prog"});
  ASSERT_EQ(C->Uses.size(), 3u);
  EXPECT_EQ(C->Uses[1].Id, int(RunOption::UnsetEnv));
}

TEST(Options, OptionalArgument) {
  EXPECT_EQ(valueOf(parse({"--stats", "json"}), RunOption::Stats), "text");
  EXPECT_EQ(valueOf(parse({"--stats=json"}), RunOption::Stats), "json");
}

TEST(Options, Mistakes) {
  auto Reason = [](std::vector<const char *> Args) {
    auto C = parse(Args);
    return C ? std::string() : C.error().Reason;
  };
  EXPECT_EQ(Reason({"--nonsense", "p"}), "unknown option '--nonsense'");
  EXPECT_EQ(Reason({"-zzz", "p"}), "unknown option '-z'");
  EXPECT_EQ(Reason({"--strace=yes", "p"}),
            "option '--strace' takes no argument");
  EXPECT_EQ(Reason({"-L"}), "option '-L' needs an argument, DIR");
  EXPECT_EQ(Reason({"--tier=fast", "p"}),
            "invalid value 'fast' for --tier (auto, interp, baseline, llvm)");
}

TEST(Options, EnvironmentTwins) {
  setenv("XLATE_TIER", "baseline", 1);
  setenv("QEMU_LD_PREFIX", "/qemu", 1);
  setenv("XLATE_STRACE", "0", 1);
  setenv("XLATE_STATS", "1", 1);
  setenv("XLATE_SET_ENV", "A=1,B=2", 1);
  auto C = parse({"prog"}, true);
  EXPECT_EQ(valueOf(C, RunOption::Tier), "baseline");
  EXPECT_EQ(valueOf(C, RunOption::Sysroot), "/qemu");
  EXPECT_EQ(valueOf(C, RunOption::Strace), "(none)");
  EXPECT_EQ(valueOf(C, RunOption::Stats), "text");
  EXPECT_EQ(valueOf(C, RunOption::SetEnv), "B=2");
  // The command line wins, and our own variable goes before another's.
  setenv("XLATE_SYSROOT", "/own", 1);
  EXPECT_EQ(valueOf(parse({"prog"}, true), RunOption::Sysroot), "/own");
  EXPECT_EQ(valueOf(parse({"-L", "/arg", "prog"}, true), RunOption::Sysroot),
            "/arg");
  EXPECT_EQ(valueOf(parse({"prog"}, false), RunOption::Sysroot), "(none)");
  setenv("XLATE_TIER", "nonsense", 1);
  EXPECT_FALSE(parse({"prog"}, true));
  for (const char *V : {"XLATE_TIER", "QEMU_LD_PREFIX", "XLATE_STRACE",
                        "XLATE_STATS", "XLATE_SET_ENV", "XLATE_SYSROOT"})
    unsetenv(V);
}

TEST(Options, EveryVisibleOptionIsDocumented) {
  std::string Help = helpText(XlateRunTool), Man = manOptions(XlateRunTool),
              Bash = bashCompletion(XlateRunTool),
              Zsh = zshCompletion(XlateRunTool);
  for (const OptionSpec &O : XlateRunTool.Options) {
    std::string Long = "--" + std::string(O.Long);
    EXPECT_EQ(Help.find(Long) == Help.npos, O.isInternal()) << Long;
    EXPECT_EQ(Bash.find(Long) == Bash.npos, O.isInternal()) << Long;
    EXPECT_EQ(Zsh.find(Long) == Zsh.npos, O.isInternal()) << Long;
  }
  EXPECT_NE(Man.find("\\-\\-sysroot"), Man.npos);
}

TEST(Options, InheritedByExecutedPrograms) {
  auto RoundTrip = [](const runtime::RunOptions &O) {
    std::vector<std::string> Args = runtime::inheritedArguments(O);
    std::vector<const char *> Pointers;
    for (const std::string &A : Args)
      Pointers.push_back(A.c_str());
    return parse(Pointers);
  };
  runtime::RunOptions O;
  auto C = RoundTrip(O);
  ASSERT_TRUE(C) << C.error().Reason;
  for (RunOption Id : {RunOption::Sysroot, RunOption::Uname, RunOption::Strace,
                       RunOption::Tier, RunOption::Stats})
    EXPECT_EQ(valueOf(C, Id), "(none)");
  O.Sysroot = "/a b";
  O.UnameRelease = "6.1";
  O.Strace = true;
  O.UseTier = runtime::Tier::Interp;
  O.Stats = runtime::StatsMode::Json;
  C = RoundTrip(O);
  ASSERT_TRUE(C) << C.error().Reason;
  EXPECT_EQ(valueOf(C, RunOption::Sysroot), "/a b");
  EXPECT_EQ(valueOf(C, RunOption::Uname), "6.1");
  EXPECT_EQ(valueOf(C, RunOption::Strace), "");
  EXPECT_EQ(valueOf(C, RunOption::Tier), "interp");
  EXPECT_EQ(valueOf(C, RunOption::Stats), "json");
}

} // namespace
