//===- Translate.cpp - Translating one file -------------------------------===//
//
// The same translators as at run time, writing to an arena in place of the
// runtime's code region. Nothing in the arena but the slots depends on where it
// lies, so it is the file.
//
//===----------------------------------------------------------------------===//

#include "Translate.h"
#include "GuestText.h"
#include "xlate/Baseline/Baseline.h"
#include "xlate/Cache/CacheDir.h"
#include "xlate/Codegen/Compiler.h"
#include "xlate/Semantics/Semantics.h"
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <sys/mman.h>

using namespace xlate;
using namespace xlate::aot;
using namespace xlate::cache;

static constexpr uint64_t Page = 4096;
/// Entries of a baseline unit before the runtime asks its own optimising tier.
static constexpr int32_t HotThreshold = 400000;

static uint64_t pageUp(uint64_t X) { return (X + Page - 1) & ~(Page - 1); }

static baseline::Features featuresOf(const std::string &Cpu) {
  if (Cpu == "native")
    return baseline::Features::detect();
  baseline::Features F;
  F.Lzcnt = F.Bmi1 = F.Bmi2 = F.Avx = F.Avx2 = F.Fma = F.F16c =
      Cpu != "x86-64-v2";
  F.Avx512 = Cpu == "x86-64-v4";
  return F;
}

/// A loop and what is next to it. The runtime's limits would copy much of a
/// function into the unit of each of its loops.
static codegen::UnitOptions unitOptions() {
  codegen::UnitOptions O;
  O.MaxBlocks = 12;
  O.MaxInsns = 160;
  return O;
}

namespace {

class Arena final : public baseline::UnitContext {
public:
  Arena(GuestText &Text, const Entries &E) : Text(Text), E(E) {}
  ~Arena() {
    if (Base)
      munmap(Base, Size);
  }
  bool reserve();
  bool emitBaseline(const std::string &Cpu);
  void emitLlvm(const Settings &S, FileReport &R);
  /// What emitLlvm() compiles, in another form.
  Expected<std::string> emitForm(const Settings &S) const;
  /// Everything behind the header, and the header's fields for it.
  void finish(ImageHeader &H, std::string &Tables);
  const char *data() const { return Base; }
  uint64_t codeEndOffset() const {
    return static_cast<uint64_t>(Cursor - Base);
  }

  std::atomic<void *> *slotFor(uint64_t Pc) override {
    return &slot(indexOf(Pc)).Target;
  }
  uint64_t codeEnd(uint64_t Pc) override {
    return std::max(Pc, Text.codeEnd(Pc));
  }

private:
  std::vector<uint64_t> llvmEntries(const Settings &S) const;
  codegen::GuestCode guestCode() const;
  /// Slot number of a guest address; 0 = the one that always misses.
  size_t indexOf(uint64_t Pc) const {
    auto It = std::lower_bound(Pcs.begin(), Pcs.end(), Pc);
    return It != Pcs.end() && *It == Pc
               ? static_cast<size_t>(It - Pcs.begin()) + 1
               : 0;
  }
  Slot &slot(size_t I) const {
    return reinterpret_cast<Slot *>(Base + Page)[I];
  }
  uint32_t offsetOf(const void *P) const {
    return static_cast<uint32_t>(static_cast<const char *>(P) - Base);
  }
  uint32_t addPcMap(uint64_t Pc,
                    const std::vector<std::pair<uint32_t, uint64_t>> &Map);
  void compile(codegen::Compiler &C, const std::vector<uint64_t> &Batch,
               const codegen::GuestCode &Code);

  GuestText &Text;
  const Entries &E;
  char *Base = nullptr, *Cursor = nullptr, *Code = nullptr, *End = nullptr;
  size_t Size = 0;
  uint32_t Miss = 0;
  std::vector<uint64_t> Pcs;
  std::vector<EntryRec> Recs;
  std::vector<LlvmRec> Llvm;
  std::string PcMaps;
};

} // namespace

bool Arena::reserve() {
  for (const auto &[Pc, I] : E.Blocks)
    Pcs.push_back(Pc);
  Recs.resize(Pcs.size());
  const uint64_t CodeOff = pageUp(Page + (Pcs.size() + 1) * sizeof(Slot));
  Size = CodeOff + (uint64_t(1) << 30);
  void *P = mmap(nullptr, Size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (P == MAP_FAILED)
    return false;
  Base = static_cast<char *>(P);
  Code = Cursor = Base + CodeOff;
  End = Base + Size;
  return true;
}

uint32_t
Arena::addPcMap(uint64_t Pc,
                const std::vector<std::pair<uint32_t, uint64_t>> &Map) {
  std::vector<std::pair<uint32_t, int32_t>> Relative;
  for (auto [Off, At] : Map)
    Relative.emplace_back(Off, static_cast<int32_t>(At - Pc));
  const size_t Where = PcMaps.size();
  appendPcMap(PcMaps, Relative);
  return static_cast<uint32_t>(Where);
}

static char *alignUp(char *P, size_t Align) {
  return reinterpret_cast<char *>((reinterpret_cast<uintptr_t>(P) + Align - 1) &
                                  ~uintptr_t(Align - 1));
}

bool Arena::emitBaseline(const std::string &Cpu) {
  baseline::Baseline Translator(featuresOf(Cpu));
  auto space = [&] { return static_cast<size_t>(End - Cursor); };
  const size_t Thunks =
      Translator.emitThunks(reinterpret_cast<uint8_t *>(Cursor), space());
  Cursor = alignUp(Cursor + Thunks, 16);
  // jmp *%gs:MissStub
  Miss = offsetOf(Cursor);
  static constexpr unsigned char Jump[] = {0x65, 0xff, 0x24, 0x25};
  std::memcpy(Cursor, Jump, sizeof Jump);
  const uint32_t Where = offsetof(CpuState, MissStub);
  std::memcpy(Cursor + sizeof Jump, &Where, 4);
  Cursor = alignUp(Cursor + 8, 16);

  for (size_t I = 0; I != Pcs.size(); ++I) {
    const uint64_t Pc = Pcs[I];
    if (E.Blocks.at(Pc).Skip)
      continue;
    Block B = recordBlock(Pc, Text.codeEnd(Pc), MaxBlockInsns);
    baseline::Options O;
    O.Heat = &slot(I + 1).Heat;
    baseline::EmitResult R = Translator.emit(
        B, reinterpret_cast<uint8_t *>(Cursor), space(), *this, O);
    if (!R.Entry)
      return false;
    Recs[I] = {offsetOf(R.Entry), static_cast<uint32_t>(R.Size),
               addPcMap(Pc, R.PcMap)};
    Cursor = alignUp(reinterpret_cast<char *>(R.Entry) + R.Size, 16);
  }
  return true;
}

void Arena::compile(codegen::Compiler &C, const std::vector<uint64_t> &Batch,
                    const codegen::GuestCode &Guest) {
  codegen::JitMemory Memory;
  Memory.Allocate = [this](size_t N, size_t Align) -> char * {
    char *P = alignUp(Cursor, Align);
    if (N > static_cast<size_t>(End - P))
      return nullptr;
    Cursor = P + N;
    return P;
  };
  Memory.Slot = [this](uint64_t Pc) -> void * { return slotFor(Pc); };
  std::string Error;
  for (const codegen::Unit &U :
       C.compile(Batch, Guest, unitOptions(), Memory, Error))
    Llvm.push_back({static_cast<uint32_t>(U.Pc - Text.lo()), offsetOf(U.Entry),
                    static_cast<uint32_t>(U.Size), addPcMap(U.Pc, U.PcMap)});
}

std::vector<uint64_t> Arena::llvmEntries(const Settings &S) const {
  std::vector<uint64_t> Wanted;
  for (const auto &[Pc, I] : E.Blocks)
    if (!I.Skip &&
        (I.LoopHeader || (S.AllLlvm && (I.Function || I.ReturnPoint))))
      Wanted.push_back(Pc);
  return Wanted;
}

codegen::GuestCode Arena::guestCode() const {
  codegen::GuestCode Guest;
  Guest.CodeEnd = [this](uint64_t Pc) { return Text.codeEnd(Pc); };
  Guest.IsEntry = [this](uint64_t Pc) {
    auto It = E.Blocks.find(Pc);
    return It != E.Blocks.end() && It->second.Function;
  };
  return Guest;
}

static codegen::CompilerOptions compilerOptions(const Settings &S) {
  return {S.Cpu == "native" ? "host" : S.Cpu, S.OptLevel};
}

Expected<std::string> Arena::emitForm(const Settings &S) const {
  using Form = codegen::Compiler::Form;
  const Form What = S.Emit == "llvm-ir" ? Form::OptIr
                    : S.Emit == "asm"   ? Form::Asm
                                        : Form::Object;
  codegen::Compiler C(compilerOptions(S));
  std::string Out, Problem;
  if (!C.emit(llvmEntries(S), guestCode(), unitOptions(), What, Out,
              Problem))
    return Error{EINVAL, Problem};
  return Out;
}

void Arena::emitLlvm(const Settings &S, FileReport &R) {
  if (S.OptLevel == 0 && !S.AllLlvm)
    return;
  const std::vector<uint64_t> Wanted = llvmEntries(S);
  codegen::Compiler C(compilerOptions(S));
  const codegen::GuestCode Guest = guestCode();
  // Units of a batch share constants; a failure costs the batch.
  constexpr size_t BatchSize = 16;
  for (size_t I = 0; I < Wanted.size(); I += BatchSize)
    compile(C,
            {Wanted.begin() + static_cast<ptrdiff_t>(I),
             Wanted.begin() + static_cast<ptrdiff_t>(
                                  std::min(I + BatchSize, Wanted.size()))},
            Guest);
  std::sort(Llvm.begin(), Llvm.end(),
            [](const LlvmRec &A, const LlvmRec &B) { return A.Pc < B.Pc; });
  R.LlvmUnits = Llvm.size();
}

template <typename T>
static void append(std::string &Out, const std::vector<T> &V) {
  Out.append(reinterpret_cast<const char *>(V.data()), V.size() * sizeof(T));
}

void Arena::finish(ImageHeader &H, std::string &Tables) {
  // The code ends on a page boundary; what the page holds behind it is zero.
  Cursor = Base + pageUp(static_cast<uint64_t>(Cursor - Base));
  H.SlotsOff = Page;
  H.NumSlots = Pcs.size() + 1;
  H.CodeOff = offsetOf(Code);
  H.CodeSize = static_cast<uint64_t>(Cursor - Code);
  H.MissOff = Miss;
  H.TablesOff = H.CodeOff + H.CodeSize;
  H.NumEntries = Pcs.size();
  H.NumLlvm = Llvm.size();
  H.PcMapSize = PcMaps.size();
  H.Heat = HotThreshold;
  auto set = [&](size_t I, uint32_t Offset) {
    slot(I).Target = reinterpret_cast<void *>(H.HostBase + Offset);
    slot(I).Heat = HotThreshold;
  };
  set(0, Miss);
  for (size_t I = 0; I != Pcs.size(); ++I)
    set(I + 1, Recs[I].Host ? Recs[I].Host : Miss);
  for (const LlvmRec &L : Llvm)
    if (size_t I = indexOf(L.Pc + Text.lo()))
      set(I, L.Host);
  std::vector<uint32_t> Offsets;
  for (uint64_t Pc : Pcs)
    Offsets.push_back(static_cast<uint32_t>(Pc - Text.lo()));
  append(Tables, Offsets);
  append(Tables, Recs);
  append(Tables, Llvm);
  Tables += PcMaps;
  H.FileSize = H.TablesOff + Tables.size();
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
  Arena A(Text, E);
  if (S.Emit != "image") {
    Expected<std::string> Text = A.emitForm(S);
    if (!Text)
      return Text.error();
    return writeImage(Target, {{Text->data(), Text->size()}});
  }
  if (!A.reserve())
    return systemError(errno);
  if (!A.emitBaseline(S.Cpu))
    return Error{E2BIG, "its translation is too large"};
  A.emitLlvm(S, R);

  H.Magic = ImageMagic;
  H.Version = ImageVersion;
  H.HeaderSize = sizeof H;
  H.Build = buildKey();
  H.Cpu = hostCpuKey(S.Cpu);
  H.HostBase = preferredHostBase(H.File);
  std::string Tables;
  A.finish(H, Tables);
  Hasher Payload;
  const size_t ArenaBytes = A.codeEndOffset() - Page;
  Payload.add(A.data() + Page, ArenaBytes);
  Payload.add(Tables.data(), Tables.size());
  H.Payload = Payload.finish();
  H.Self = headerHash(H);
  R.CodeBytes = H.CodeSize;
  R.ImageBytes = H.FileSize;
  char Head[Page] = {};
  std::memcpy(Head, &H, sizeof H);
  return writeImage(Target, {{Head, sizeof Head},
                             {A.data() + Page, ArenaBytes},
                             {Tables.data(), Tables.size()}});
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
