//===- Translate.cpp - Translating one file -------------------------------===//

#include "Translate.h"
#include "ImageBuilder.h"
#include "LlvmPlan.h"
#include "xlate/Cache/CacheDir.h"
#include "xlate/Cache/Standalone.h"
#include <algorithm>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::aot;
using namespace xlate::cache;

static constexpr uint64_t Page = 4096;
static codegen::CompilerOptions compilerOptions(const Settings &S) {
  // One more than the JIT's: nobody waits for it.
  const int Level = S.OptLevel >= 0 ? S.OptLevel : 2;
  return {S.Cpu == "native" ? "host" : S.Cpu, static_cast<unsigned>(Level)};
}

/// The functions that --function names, as guest addresses.
static Expected<std::vector<uint64_t>>
namedFunctions(const image::ByteSource &Source, const GuestText &Text,
               uint64_t Bias, const Settings &S) {
  std::vector<uint64_t> Pcs;
  for (const std::string &Name : S.Functions) {
    uint64_t Pc = Name.starts_with("0x")
                      ? std::strtoull(Name.c_str(), nullptr, 16)
                      : image::functionNamed(Source, Name);
    Pc += Pc ? Bias : 0;
    if (!Pc || (Pc & 3) || !Text.codeEnd(Pc))
      return Error{ENOENT, "has no function " + Name};
    Pcs.push_back(Pc);
  }
  return Pcs;
}

/// What LLVM makes of Wanted, or else of the file, in another form than an
/// image.
static Expected<std::string> emitForm(const GuestText &Text, const Entries &E,
                                      const std::vector<uint64_t> &Wanted,
                                      const Settings &S) {
  using Form = codegen::Compiler::Form;
  const Form What = S.Emit == "llvm-ir" ? Form::OptIr
                    : S.Emit == "asm"   ? Form::Asm
                                        : Form::Object;
  const LlvmPlan Plan =
      Wanted.empty() ? planLlvm(E, S) : planFunctions(E, Wanted);
  codegen::Compiler C(compilerOptions(S));
  std::string Out, Problem;
  if (!C.emit(Plan.units(), Plan.guestCode(Text, E), LlvmPlan::options(E), What,
              Out, Problem))
    return Error{EINVAL, Problem};
  return Out;
}

static void emitLlvm(ImageBuilder &Image, const GuestText &Text,
                     const Entries &E, const LlvmPlan &Plan,
                     const Settings &S) {
  const std::vector<uint64_t> Wanted = Plan.units();
  if (Wanted.empty())
    return;
  codegen::Compiler C(compilerOptions(S));
  const codegen::GuestCode Guest = Plan.guestCode(Text, E);
  const codegen::UnitOptions Options = LlvmPlan::options(E);
  // Units of a batch share constants; a failure costs the batch.
  constexpr size_t BatchSize = 16;
  for (size_t I = 0; I < Wanted.size(); I += BatchSize)
    Image.emitLlvm(C,
                   {Wanted.begin() + static_cast<ptrdiff_t>(I),
                    Wanted.begin() + static_cast<ptrdiff_t>(std::min(
                                         I + BatchSize, Wanted.size()))},
                   Guest, Options);
}

static double now() {
  timespec T;
  clock_gettime(CLOCK_MONOTONIC, &T);
  return static_cast<double>(T.tv_sec) + 1e-9 * static_cast<double>(T.tv_nsec);
}

using FileParts = std::vector<std::pair<const void *, size_t>>;

static Expected<std::string> contents(int Fd) {
  struct stat St;
  std::string Text;
  if (fstat(Fd, &St) != 0)
    return systemError(errno);
  Text.resize(static_cast<size_t>(St.st_size));
  if (pread(Fd, Text.data(), Text.size(), 0) != St.st_size)
    return systemError(EIO);
  return Text;
}

/// Which of the files was in the way.
static Expected<bool> blame(const std::string &Target, Expected<bool> Written) {
  if (Written)
    return Written;
  return Error{Written.error().Errno,
               "cannot write " + Target + ": " + Written.error().Reason};
}

/// The runtime with a guest file and its image behind it.
static Expected<bool> writeStandalone(const std::string &Target,
                                      const std::string &Runtime, int Guest,
                                      const FileParts &Image) {
  UniqueFd Fd(open(Runtime.c_str(), O_RDONLY | O_CLOEXEC));
  if (!Fd)
    return Error{errno,
                 "the runtime " + Runtime + ": " + systemError(errno).Reason};
  Expected<std::string> Run = contents(Fd.get()), Program = contents(Guest);
  if (!Run)
    return Run.error();
  if (!Program)
    return Program.error();
  const std::string Magic(XLATE_STANDALONE_MAGIC,
                          sizeof XLATE_STANDALONE_MAGIC);
  const size_t At = Run->find(Magic);
  if (At == Run->npos || Run->find(Magic, At + 1) != Run->npos)
    return Error{EINVAL, "the runtime " + Runtime + " isn't an xlate-run"};
  Standalone Info;
  std::memcpy(&Info, Run->data() + At, sizeof Info);
  if (Info.GuestSize)
    return Error{EINVAL, "the runtime has a program inside already"};
  auto pad = [](std::string &Text) {
    Text.resize((Text.size() + Page - 1) & ~(Page - 1));
  };
  pad(*Run);
  Info.GuestOffset = Run->size();
  Info.GuestSize = Program->size();
  pad(*Program);
  Info.ImageOffset = Run->size() + Program->size();
  for (auto [Data, Size] : Image)
    Info.ImageSize += Size;
  std::memcpy(Run->data() + At, &Info, sizeof Info);
  FileParts Parts = {{Run->data(), Run->size()},
                     {Program->data(), Program->size()}};
  Parts.insert(Parts.end(), Image.begin(), Image.end());
  Expected<bool> Done = blame(Target, writeImage(Target, Parts));
  const mode_t Mask = umask(022);
  umask(Mask);
  struct stat St;
  if (Done && stat(Target.c_str(), &St) == 0 && S_ISREG(St.st_mode) &&
      chmod(Target.c_str(), 0755 & ~Mask) != 0)
    return systemError(errno);
  return Done;
}

/// What recorded runs say of a file.
static Profile profileFor(const Hash128 &File, const Settings &S) {
  Profile P;
  if (S.UseRecorded && !S.CacheDir.empty())
    if (UniqueFd Dir(open(S.CacheDir.c_str(), O_RDONLY | O_DIRECTORY)); Dir)
      P = readProfile(Dir.get(), File);
  if (S.Profiles)
    if (auto It = S.Profiles->Files.find(File); It != S.Profiles->Files.end())
      P.merge(It->second);
  return P;
}

/// What an image depends on beside the guest file and the translator.
static Hash128 madeWith(const Settings &S, const Profile &P) {
  ProfileSet Set;
  Set.Files[{}] = P;
  const std::string Text = Set.write();
  Hasher H;
  H.addValue(S.OptLevel);
  H.addValue(S.AllLlvm);
  H.add(Text.data(), Text.size());
  return H.finish();
}

static Expected<bool> translate(const std::string &Path,
                                const std::string &Output, const Settings &S,
                                FileReport &R) {
  Expected<UniqueFd> Fd = image::openProgram(Path.c_str());
  if (!Fd)
    return Fd.error();
  const image::FdSource Source(Fd->get());
  Expected<image::ElfImage> Elf = image::readElf(Source);
  if (!Elf) {
    R.Status = "skipped";
    return Elf.error();
  }
  ImageHeader H;
  std::memset(static_cast<void *>(&H), 0, sizeof H);
  if (!fileKey(Fd->get(), H.File))
    return Error{EIO, "cannot be read"};
  R.Key = H.File.hex();
  const std::string Target =
      Output.empty() ? imagePath(S.CacheDir, S.Cpu, H.File) : Output;
  uint64_t Bias = 0;
  if (Elf->IsDyn) {
    Bias = preferredGuestBase(H.File) - Elf->lo();
    if (Elf->lo() & (Elf->Align - 1))
      return Error{ENOTSUP, "its first segment isn't aligned"};
  }
  H.GuestBase = Elf->lo() + Bias;
  H.GuestSpan = Elf->hi() - Elf->lo();
  GuestText Text;
  if (Expected<bool> Mapped = Text.map(Fd->get(), *Elf, Bias); !Mapped) {
    R.Status = "skipped";
    return Mapped.error();
  }
  H.TextLo = Text.lo();
  H.TextHi = Text.hi();
  H.TextOffset = Text.fileOffset();
  if (!hashFile(Fd->get(), H.TextOffset, H.TextHi - H.TextLo, H.Text))
    return Error{EIO, "cannot be read"};
  const Profile P = profileFor(H.File, S);
  H.Made = madeWith(S, P);
  if (Output.empty() && !S.Force) {
    ImageHeader Old;
    const char *Why;
    UniqueFd Have(openImage(Target, Old, Why));
    if (Have && Old.Text == H.Text && Old.File == H.File &&
        Old.Made == H.Made && checkPayload(Have.get(), Old)) {
      R.Status = "unchanged";
      R.ImageBytes = Old.FileSize;
      return true;
    }
  }

  const image::CodeHints Hints = image::findCode(Source, *Elf);
  const Entries E = findEntries(Text, Hints, P, Bias);
  R.TextBytes = Text.sectionBytes();
  R.Jumps = E.NumJumps;
  R.KnownJumps = static_cast<uint64_t>(
      std::count_if(E.Jumps.begin(), E.Jumps.end(),
                    [](const auto &J) { return !J.second.empty(); }));
  R.Profiled = P.Blocks.size();
  R.Functions = E.NumFunctions;
  R.Entries = E.Blocks.size();
  R.CoveredBytes = E.CoveredBytes;
  R.UnknownInsns = E.UnknownInsns;
  if (S.Emit != "image" && S.Emit != "exe") {
    Expected<std::vector<uint64_t>> Only =
        namedFunctions(Source, Text, Bias, S);
    if (!Only)
      return Only.error();
    Expected<std::string> Form = emitForm(Text, E, *Only, S);
    if (!Form)
      return Form.error();
    return blame(Target, writeImage(Target, {{Form->data(), Form->size()}}));
  }
  ImageBuilder Image(Text, E);
  if (!Image.reserve())
    return systemError(errno);
  // A program that handles SIGSEGV uses no units of LLVM's; its libraries also
  // serve others.
  LlvmPlan Plan;
  if (!P.Precise || Elf->Interp.empty() || S.AllLlvm)
    Plan = planLlvm(E, S);
  emitLlvm(Image, Text, E, Plan, S);
  if (!Image.emitBaseline(S.Cpu, Plan.blocks()))
    return Error{E2BIG, "its translation is too large"};
  R.LlvmUnits = Image.numLlvmUnits();

  H.Magic = ImageMagic;
  H.Version = ImageVersion;
  H.HeaderSize = sizeof H;
  H.Build = buildKey();
  H.Cpu = hostCpuKey(S.Cpu);
  H.HostBase = preferredHostBase(H.File);
  std::pair<const char *, size_t> Arena;
  std::string Tables;
  Image.finish(H, Arena, Tables);
  Hasher Payload;
  Payload.add(Arena.first, Arena.second);
  Payload.add(Tables.data(), Tables.size());
  H.Payload = Payload.finish();
  H.Self = headerHash(H);
  R.CodeBytes = Image.codeBytes();
  R.ImageBytes = H.FileSize;
  char Head[Page] = {};
  std::memcpy(Head, &H, sizeof H);
  const FileParts Parts = {
      {Head, sizeof Head}, Arena, {Tables.data(), Tables.size()}};
  return S.Emit == "exe" ? writeStandalone(Target, S.Runtime, Fd->get(), Parts)
                         : blame(Target, writeImage(Target, Parts));
}

FileReport aot::translateFile(const std::string &Path,
                              const std::string &Output, const Settings &S) {
  FileReport R;
  R.Path = Path;
  const double Start = now();
  Expected<bool> Done = translate(Path, Output, S, R);
  R.Seconds = now() - Start;
  rusage Usage;
  if (getrusage(RUSAGE_SELF, &Usage) == 0)
    R.PeakKiB = static_cast<uint64_t>(Usage.ru_maxrss);
  if (!Done) {
    R.CodeBytes = R.ImageBytes = 0;
    R.Reason = Done.error().Reason;
    if (R.Status.empty())
      R.Status = "failed";
  } else if (R.Status.empty()) {
    R.Status = "done";
  }
  return R;
}
