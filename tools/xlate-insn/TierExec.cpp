//===- TierExec.cpp - Cases in an external emulator -----------------------===//
//
// Writes the code and the input states to files, runs the insn-guest program on
// them under an emulator (or natively on arm64) and reads the final states.
//
//===----------------------------------------------------------------------===//

#include "Tier.h"
#include "xlate/Support/Files.h"
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

using namespace xlate::insn;

namespace {

class TempFile {
public:
  TempFile() : Fd(mkstemp(Path)) {}
  ~TempFile() {
    close(Fd);
    unlink(Path);
  }
  bool write(const void *Data, size_t Size) {
    return xlate::writeAll(Fd, Data, Size);
  }
  const char *path() const { return Path; }

private:
  char Path[32] = "/tmp/xlate-insn-XXXXXX";
  int Fd;
};

class ExecTier : public Tier {
public:
  explicit ExecTier(std::string Command) : Command(std::move(Command)) {}

  bool run(const CaseFile &F, const std::vector<const Case *> &Cases,
           std::vector<State> &Final) override {
    TempFile Code, States;
    bool Ok = Code.write(F.Code.data(), F.Code.size());
    for (const Case *C : Cases)
      Ok = Ok && States.write(&C->In, sizeof C->In);
    if (!Ok) {
      std::perror("xlate-insn: temporary file");
      return false;
    }
    std::string Line =
        Command + " " XLATE_INSN_GUEST " " + Code.path() + " " + States.path();
    FILE *P = popen(Line.c_str(), "r");
    if (!P)
      return false;
    size_t N = fread(Final.data(), sizeof(State), Final.size(), P);
    int Status = pclose(P);
    if (Status != 0 || N != Final.size()) {
      std::fprintf(stderr,
                   "%s: '%s' stopped after %zu of %zu cases (%s), status %d\n",
                   F.Path.c_str(), Command.c_str(), N, Final.size(),
                   N < Cases.size() ? Cases[N]->Asm.c_str() : "", Status);
      return false;
    }
    return true;
  }

private:
  std::string Command;
};

} // namespace

std::unique_ptr<Tier> xlate::insn::makeExecTier(std::string Command) {
  return std::make_unique<ExecTier>(std::move(Command));
}

static const RegisterTier Qemu("qemu",
                               [] { return makeExecTier("qemu-aarch64"); });
