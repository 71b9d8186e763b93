//===- Translate.cpp - Translating one file -------------------------------===//

#include "Translate.h"
#include "ImageBuilder.h"
#include "xlate/Cache/CacheDir.h"
#include <algorithm>
#include <cstring>
#include <ctime>

using namespace xlate;
using namespace xlate::aot;
using namespace xlate::cache;

static constexpr uint64_t Page = 4096;
/// A loop and what is next to it. The runtime's limits would copy much of a
/// function into the unit of each of its loops.
static codegen::UnitOptions unitOptions() {
  codegen::UnitOptions O;
  O.MaxBlocks = 12;
  O.MaxInsns = 160;
  return O;
}

/// What goes through LLVM.
static std::vector<uint64_t> llvmEntries(const Entries &E, const Settings &S) {
  std::vector<uint64_t> Wanted;
  for (const auto &[Pc, I] : E.Blocks)
    if (!I.Skip &&
        (I.LoopHeader || (S.AllLlvm && (I.Function || I.ReturnPoint))))
      Wanted.push_back(Pc);
  return Wanted;
}

static codegen::GuestCode guestCode(const GuestText &Text, const Entries &E) {
  codegen::GuestCode Guest;
  Guest.CodeEnd = [&Text](uint64_t Pc) { return Text.codeEnd(Pc); };
  Guest.IsEntry = [&E](uint64_t Pc) {
    auto It = E.Blocks.find(Pc);
    return It != E.Blocks.end() && It->second.Function;
  };
  return Guest;
}

static codegen::CompilerOptions compilerOptions(const Settings &S) {
  return {S.Cpu == "native" ? "host" : S.Cpu, S.OptLevel};
}

/// What LLVM makes of the file, in another form than an image.
static Expected<std::string> emitForm(const GuestText &Text, const Entries &E,
                                      const Settings &S) {
  using Form = codegen::Compiler::Form;
  const Form What = S.Emit == "llvm-ir" ? Form::OptIr
                    : S.Emit == "asm"   ? Form::Asm
                                        : Form::Object;
  codegen::Compiler C(compilerOptions(S));
  std::string Out, Problem;
  if (!C.emit(llvmEntries(E, S), guestCode(Text, E), unitOptions(), What, Out,
              Problem))
    return Error{EINVAL, Problem};
  return Out;
}

static void emitLlvm(ImageBuilder &Image, const GuestText &Text,
                     const Entries &E, const Settings &S) {
  if (S.OptLevel == 0 && !S.AllLlvm)
    return;
  const std::vector<uint64_t> Wanted = llvmEntries(E, S);
  codegen::Compiler C(compilerOptions(S));
  const codegen::GuestCode Guest = guestCode(Text, E);
  // Units of a batch share constants; a failure costs the batch.
  constexpr size_t BatchSize = 16;
  for (size_t I = 0; I < Wanted.size(); I += BatchSize)
    Image.emitLlvm(C,
                   {Wanted.begin() + static_cast<ptrdiff_t>(I),
                    Wanted.begin() + static_cast<ptrdiff_t>(std::min(
                                         I + BatchSize, Wanted.size()))},
                   Guest, unitOptions());
}

static double now() {
  timespec T;
  clock_gettime(CLOCK_MONOTONIC, &T);
  return static_cast<double>(T.tv_sec) + 1e-9 * static_cast<double>(T.tv_nsec);
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
  R.TextBytes = Text.hi() - Text.lo();
  H.TextLo = Text.lo();
  H.TextHi = Text.hi();
  H.TextOffset = Text.fileOffset();
  if (!hashFile(Fd->get(), H.TextOffset, H.TextHi - H.TextLo, H.Text))
    return Error{EIO, "cannot be read"};
  if (Output.empty() && !S.Force) {
    ImageHeader Old;
    const char *Why;
    UniqueFd Have(openImage(Target, Old, Why));
    if (Have && Old.Text == H.Text && Old.File == H.File &&
        checkPayload(Have.get(), Old)) {
      R.Status = "unchanged";
      R.ImageBytes = Old.FileSize;
      return true;
    }
  }

  const Entries E = findEntries(Text, image::findCode(Source, *Elf), Bias);
  R.Functions = E.NumFunctions;
  R.Entries = E.Blocks.size();
  R.CoveredBytes = E.CoveredBytes;
  R.UnknownInsns = E.UnknownInsns;
  if (S.Emit != "image") {
    Expected<std::string> Form = emitForm(Text, E, S);
    if (!Form)
      return Form.error();
    return writeImage(Target, {{Form->data(), Form->size()}});
  }
  ImageBuilder Image(Text, E);
  if (!Image.reserve())
    return systemError(errno);
  if (!Image.emitBaseline(S.Cpu))
    return Error{E2BIG, "its translation is too large"};
  emitLlvm(Image, Text, E, S);
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
  R.CodeBytes = H.CodeSize;
  R.ImageBytes = H.FileSize;
  char Head[Page] = {};
  std::memcpy(Head, &H, sizeof H);
  return writeImage(
      Target, {{Head, sizeof Head}, Arena, {Tables.data(), Tables.size()}});
}

FileReport aot::translateFile(const std::string &Path,
                              const std::string &Output, const Settings &S) {
  FileReport R;
  R.Path = Path;
  const double Start = now();
  Expected<bool> Done = translate(Path, Output, S, R);
  R.Seconds = now() - Start;
  if (!Done) {
    R.Reason = Done.error().Reason;
    if (R.Status.empty())
      R.Status = "failed";
  } else if (R.Status.empty()) {
    R.Status = "done";
  }
  return R;
}
