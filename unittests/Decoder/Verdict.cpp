//===- Verdict.cpp - Allocated or not: the table against LLVM -------------===//
//
// Compares decode()'s allocated/unallocated verdict with that of LLVM's AArch64
// disassembler on sampled words: a third uniform over all words, a third
// uniform per row of the table with random fields, a third the same with one
// or two fixed bits flipped. Where the two disagree for a reason, the reason
// is in the table of exceptions.
//
// --sweep instead takes all values of bits 31..10 with a few of bits 9..0, so
// that encodings that no row comes near are not missed. WORD: just show both
// verdicts.
//
// usage: DecoderVerdict [--words=N | --sweep] [--seed=S] [--threads=T]
// [WORD...]
//
//===----------------------------------------------------------------------===//

#include "xlate/Decoder/Decoder.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace xlate;

namespace {

/// What the table covers: everything up to Armv8.8 that EL0 can see, without
/// SVE, SME and MTE.
constexpr const char *Features =
    "+v8.8a,+crypto,+aes,+sha2,+sha3,+sm4,+fp-armv8,+neon,+fullfp16,+fp16fml,+"
    "bf16,+i8mm,"
    "+dotprod,+rdm,+complxnum,+jsconv,+fptoint,+flagm,+altnzcv,+mops,+cssc,+"
    "rand,+sb,+ssbs,+dit,"
    "+hbc,+pauth,+bti,+rcpc,+rcpc-immo,+lse,+crc,+wfxt,+xs,-sve,-sme,-mte";

/// Words that LLVM may take and the table not.
struct Exception {
  uint32_t Mask, Bits;
  std::string_view Name; ///< LLVM's name; with * at the end, its beginning.
  const char *Why;
};

const Exception Exceptions[] = {
    {0xff200fe0, 0x190007e0, "CPYF*",
     "size in XZR: CONSTRAINED UNPREDICTABLE, may be UNDEFINED"},
    {0xff200fe0, 0x1d0007e0, "CPY*", "the same"},
    {0xffe00fe0, 0x19c007e0, "SET*", "the same"},
    {0xfff80000, 0xd5200000, "MRS",
     "op0 = 00: not the encoding of a register access"},
    {0xfff80000, 0xd5000000, "MSR", "op0 = 00: the same"},
    {0xfffff01f, 0xd503401f, "MSRpstatesvcrImm1", "needs SME"},
    {0xfffffeff, 0xd501421f, "MSRpstateImm1", "PSTATE.PM, Armv9.4"},
};

bool matches(std::string_view Name, std::string_view Pattern) {
  if (Pattern.back() != '*')
    return Name == Pattern;
  Pattern.remove_suffix(1);
  return Name.substr(0, Pattern.size()) == Pattern;
}

bool isException(uint32_t W, const std::string &LlvmName) {
  for (const Exception &E : Exceptions)
    if ((W & E.Mask) == E.Bits && matches(LlvmName, E.Name))
      return true;
  return false;
}

/// LLVM's disassembler; one per thread.
class Llvm {
public:
  Llvm() {
    std::string Error;
    const std::string Triple = "aarch64-unknown-linux-gnu";
    const llvm::Target *T = llvm::TargetRegistry::lookupTarget(Triple, Error);
    Mri.reset(T->createMCRegInfo(Triple));
    Mai.reset(T->createMCAsmInfo(*Mri, Triple, llvm::MCTargetOptions()));
    Mii.reset(T->createMCInstrInfo());
    Sti.reset(T->createMCSubtargetInfo(Triple, "generic", Features));
    Context = std::make_unique<llvm::MCContext>(llvm::Triple(Triple), Mai.get(),
                                                Mri.get(), Sti.get());
    Disassembler.reset(T->createMCDisassembler(*Sti, *Context));
  }

  bool allocated(uint32_t W) {
    uint8_t Bytes[4];
    std::memcpy(Bytes, &W, sizeof W);
    llvm::MCInst Inst;
    uint64_t Size;
    const auto Status =
        Disassembler->getInstruction(Inst, Size, Bytes, 0, llvm::nulls());
    Opcode = Inst.getOpcode();
    return Status != llvm::MCDisassembler::Fail;
  }

  /// Name of the last allocated word's instruction.
  std::string name() const { return Mii->getName(Opcode).str(); }

private:
  std::unique_ptr<llvm::MCRegisterInfo> Mri;
  std::unique_ptr<llvm::MCAsmInfo> Mai;
  std::unique_ptr<llvm::MCInstrInfo> Mii;
  std::unique_ptr<llvm::MCSubtargetInfo> Sti;
  std::unique_ptr<llvm::MCContext> Context;
  std::unique_ptr<llvm::MCDisassembler> Disassembler;
  unsigned Opcode = 0;
};

/// SplitMix64: reproducible from a seed.
class Random {
public:
  explicit Random(uint64_t Seed) : State(Seed) {}
  uint64_t next() {
    uint64_t Z = State += 0x9e3779b97f4a7c15;
    Z = (Z ^ Z >> 30) * 0xbf58476d1ce4e5b9;
    Z = (Z ^ Z >> 27) * 0x94d049bb133111eb;
    return Z ^ Z >> 31;
  }
  unsigned below(unsigned N) { return static_cast<unsigned>(next() % N); }

private:
  uint64_t State;
};

uint32_t sample(Random &R, uint64_t Index) {
  const auto W = static_cast<uint32_t>(R.next());
  if (Index % 3 == 0)
    return W;
  const A64Info &Row = info(static_cast<A64>(1 + R.below(NumA64 - 1)));
  uint32_t Near = Row.Bits | (W & ~Row.Mask);
  if (Index % 3 == 2)
    Near ^= 1u << R.below(32) | 1u << R.below(32);
  return Near;
}

constexpr uint64_t SweepWords = uint64_t(5) << 22;

/// Word number Index of a sweep: bits 9..0 random, all ones, zero, and with
/// either register field 31.
uint32_t sweep(Random &R, uint64_t Index) {
  const auto Upper = static_cast<uint32_t>(Index / 5) << 10;
  const auto Low = static_cast<uint32_t>(R.next());
  switch (Index % 5) {
  case 0:
    return Upper | (Low & 0x3ff);
  case 1:
    return Upper | 0x3ff;
  case 2:
    return Upper;
  case 3:
    return Upper | (Low & 0x3e0) | 0x1f;
  default:
    return Upper | (Low & 0x1f) | 0x3e0;
  }
}

struct Disagreement {
  uint64_t Count = 0;
  std::vector<uint32_t> Words;
};

struct Result {
  std::mutex Lock;
  std::map<std::string, Disagreement> Found;
  uint64_t Allocated = 0;
};

void compare(Result &Res, uint64_t Seed, uint64_t First, uint64_t Last,
             bool Sweep) {
  Llvm L;
  Random R(Seed);
  std::map<std::string, Disagreement> Found;
  uint64_t Allocated = 0;
  for (uint64_t I = First; I != Last; ++I) {
    const uint32_t W = Sweep ? sweep(R, I) : sample(R, I);
    const A64 Code = decode(W).Code;
    const bool Ours = Code != A64::Unallocated;
    Allocated += Ours;
    if (Ours == L.allocated(W) || (!Ours && isException(W, L.name())))
      continue;
    Disagreement &D = Found[Ours ? std::string("only here: ") + info(Code).Name
                                 : "only LLVM: " + L.name()];
    if (++D.Count <= 4)
      D.Words.push_back(W);
  }
  const std::lock_guard Guard(Res.Lock);
  Res.Allocated += Allocated;
  for (auto &[Key, D] : Found) {
    Disagreement &All = Res.Found[Key];
    All.Count += D.Count;
    All.Words.insert(All.Words.end(), D.Words.begin(), D.Words.end());
  }
}

void explain(uint32_t W) {
  Llvm L;
  const A64 Code = decode(W).Code;
  const bool Theirs = L.allocated(W);
  std::printf("%08x here %s, LLVM %s\n", W, info(Code).Name,
              Theirs ? L.name().c_str() : "-");
}

bool option(const char *Arg, const char *Name, uint64_t &Out) {
  const size_t Len = std::strlen(Name);
  if (std::strncmp(Arg, Name, Len) != 0)
    return false;
  Out = std::strtoull(Arg + Len, nullptr, 0);
  return true;
}

} // namespace

int main(int Argc, char **Argv) {
  llvm::InitializeAllTargetInfos();
  llvm::InitializeAllTargetMCs();
  llvm::InitializeAllDisassemblers();
  uint64_t Words = 2000000, Seed = 1, Threads = 2;
  bool Explained = false, Sweep = false;
  for (int I = 1; I < Argc; ++I)
    if (std::strcmp(Argv[I], "--sweep") == 0) {
      Sweep = true;
      Words = SweepWords;
    } else if (!option(Argv[I], "--words=", Words) &&
               !option(Argv[I], "--seed=", Seed) &&
               !option(Argv[I], "--threads=", Threads)) {
      explain(static_cast<uint32_t>(std::strtoul(Argv[I], nullptr, 16)));
      Explained = true;
    }
  if (Explained)
    return 0;

  Result Res;
  std::vector<std::thread> Pool;
  for (uint64_t T = 0; T != Threads; ++T)
    Pool.emplace_back(compare, std::ref(Res), Seed * 1000 + T,
                      Words * T / Threads, Words * (T + 1) / Threads, Sweep);
  for (std::thread &T : Pool)
    T.join();

  for (const auto &[Key, D] : Res.Found) {
    std::printf("%-40s %8llu:", Key.c_str(),
                static_cast<unsigned long long>(D.Count));
    for (size_t I = 0; I < D.Words.size() && I != 4; ++I)
      std::printf(" %08x", D.Words[I]);
    std::printf("\n");
  }
  std::printf("%llu words, %llu allocated, %zu kinds of disagreement\n",
              static_cast<unsigned long long>(Words),
              static_cast<unsigned long long>(Res.Allocated), Res.Found.size());
  return Res.Found.empty() ? 0 : 1;
}
