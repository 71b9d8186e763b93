//===- main.cpp - xlate-run: run an ARM64 Linux program -------------------===//
#include "Command.h"
#include "Explain.h"
#include "FastStart.h"
#include "LlvmTier.h"
#include "xlate/Runtime/Exec.h"
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <unistd.h>

using namespace xlate;

/// As env, nohup and others do for errors of their own.
static constexpr int UsageError = 125;

/// Tables of strings for the guest, null-terminated.
static std::vector<char *> pointers(std::vector<std::string> &Strings) {
  std::vector<char *> Result;
  Result.reserve(Strings.size() + 1);
  for (std::string &S : Strings)
    Result.push_back(S.data());
  Result.push_back(nullptr);
  return Result;
}

static int print(const std::string &Text) {
  return fwrite(Text.data(), 1, Text.size(), stdout) == Text.size() &&
                 fflush(stdout) == 0
             ? 0
             : 1;
}

/// --explain: the program is read, not run.
static int explainCommand(const Command &C) {
#ifdef XLATE_HAVE_LLVM
  Expected<std::string> Report = explain(C.Options.Program, C.Explain);
  if (Report)
    return print(*Report);
  fprintf(stderr, "xlate-run: %s: %s\n", C.Options.Program.c_str(),
          Report.error().Reason.c_str());
#else
  fprintf(stderr, "xlate-run: --explain needs LLVM, which this build lacks\n");
#endif
  return UsageError;
}

/// The machine has no memory left for the runtime: the end that the kernel
/// would put to such a process. (Limits of one process are the guest's to run
/// into: see MapRoom.h and InheritedLimits.h.)
[[noreturn]] static void outOfMemory() {
  constexpr char Line[] = "xlate-run: out of memory\n";
  [[maybe_unused]] ssize_t N = write(STDERR_FILENO, Line, sizeof Line - 1);
  kill(getpid(), SIGKILL);
  abort();
}

int main(int, char **Argv, char **Envp) {
  // Translations come and go: the heap is to keep what it has.
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
  std::set_new_handler(outOfMemory);
  // Never freed: the guest may end the process from any thread.
  auto *C = new Command;
  if (std::string Problem = readCommand(Argv, Envp, *C); !Problem.empty()) {
    fprintf(stderr,
            "xlate-run: %s\nTry 'xlate-run --help' for more information.\n",
            Problem.c_str());
    return UsageError;
  }
  switch (C->Action) {
  case CommandAction::Help:
    return print(helpText(XlateRunTool));
  case CommandAction::Version:
    return print("xlate-run " XLATE_VERSION "\n");
  case CommandAction::Explain:
    return explainCommand(*C);
  case CommandAction::Run:
    break;
  }
#ifdef XLATE_HAVE_LLVM
  installLlvmTier();
#endif
  C->Options.HasInherited = inheritedFacts();
  if (!C->Options.HasInherited)
    C->Options.ProcessorFacts = processorFacts();
  runtime::initExec(C->Options);
  auto *GuestArgv = new std::vector<char *>(pointers(C->Args));
  auto *GuestEnvp = new std::vector<char *>(pointers(C->Env));
  return runtime::runProgram(C->Options, GuestArgv->data(), GuestEnvp->data());
}
