//===- CpuModel.cpp - The CPU that guests see -----------------------------===//

#include "xlate/Guest/CpuModel.h"
#include <cstdio>
#include <iterator>

using namespace xlate;

namespace {

/// ID registers that carry features, by CRm and Op2 of S3_0_C0_<CRm>_<Op2>.
enum class IdReg : uint8_t {
  Pfr0 = 0x40,
  Pfr1 = 0x41,
  Dfr0 = 0x50,
  Mmfr0 = 0x70,
  Isar0 = 0x60,
  Isar1 = 0x61,
  Isar2 = 0x62,
  Mmfr2 = 0x72,
  None = 0
};

struct Feature {
  const char *Name; ///< As in the Features line of /proc/cpuinfo.
  uint8_t Word;     ///< 1 = AT_HWCAP, 2 = AT_HWCAP2.
  uint8_t Bit;
  IdReg Reg; ///< Field that advertises the feature; the highest value listed
  uint8_t Shift, Value; ///< for one field wins.
};

} // namespace

// In the order in which Linux prints them. More is implemented than advertised:
// programs that ask do better with the plain code that they have for CPUs
// without SM3, SM4, FHM, BF16, CSSC and HBC, or for pointer authentication and
// BTI, which are accepted without effect. USCAT would promise that LDP and STP
// of two X registers are single 16-byte accesses; here they are two of 8.
static const Feature Features[] = {
    {"fp", 1, 0, IdReg::Pfr0, 16, 0},
    {"asimd", 1, 1, IdReg::Pfr0, 20, 0},
    {"aes", 1, 3, IdReg::Isar0, 4, 1},
    {"pmull", 1, 4, IdReg::Isar0, 4, 2},
    {"sha1", 1, 5, IdReg::Isar0, 8, 1},
    {"sha2", 1, 6, IdReg::Isar0, 12, 1},
    {"crc32", 1, 7, IdReg::Isar0, 16, 1},
    {"atomics", 1, 8, IdReg::Isar0, 20, 2},
    {"fphp", 1, 9, IdReg::Pfr0, 16, 1},
    {"asimdhp", 1, 10, IdReg::Pfr0, 20, 1},
    {"cpuid", 1, 11, IdReg::None, 0, 0},
    {"asimdrdm", 1, 12, IdReg::Isar0, 28, 1},
    {"jscvt", 1, 13, IdReg::Isar1, 12, 1},
    {"fcma", 1, 14, IdReg::Isar1, 16, 1},
    {"lrcpc", 1, 15, IdReg::Isar1, 20, 1},
    {"dcpop", 1, 16, IdReg::Isar1, 0, 1},
    {"sha3", 1, 17, IdReg::Isar0, 32, 1},
    {"asimddp", 1, 20, IdReg::Isar0, 44, 1},
    {"sha512", 1, 21, IdReg::Isar0, 12, 2},
    {"dit", 1, 24, IdReg::Pfr0, 48, 1},
    {"ilrcpc", 1, 26, IdReg::Isar1, 20, 2},
    {"flagm", 1, 27, IdReg::Isar0, 52, 1},
    {"ssbs", 1, 28, IdReg::Pfr1, 4, 2},
    {"sb", 1, 29, IdReg::Isar1, 36, 1},
    {"dcpodp", 2, 0, IdReg::Isar1, 0, 2},
    {"flagm2", 2, 7, IdReg::Isar0, 52, 2},
    {"frint", 2, 8, IdReg::Isar1, 32, 1},
    {"i8mm", 2, 13, IdReg::Isar1, 52, 1},
    {"rng", 2, 16, IdReg::Isar0, 60, 1},
    {"mops", 2, 43, IdReg::Isar2, 16, 1},
};

static uint64_t word(unsigned Word) {
  uint64_t Bits = 0;
  for (const Feature &F : Features)
    if (F.Word == Word)
      Bits |= uint64_t(1) << F.Bit;
  return Bits;
}

uint64_t cpu::hwcap() { return word(1); }
uint64_t cpu::hwcap2() { return word(2); }

std::optional<uint64_t> cpu::idRegister(unsigned Op0, unsigned Op1,
                                        unsigned CRn, unsigned CRm,
                                        unsigned Op2) {
  // Linux emulates reads of S3_0_C0_C0_x for three registers and of
  // S3_0_C0_C2_x ... S3_0_C0_C7_x for all.
  if (Op0 != 3 || Op1 != 0 || CRn != 0 || CRm == 1 || CRm > 7)
    return std::nullopt;
  if (CRm == 0) {
    switch (Op2) {
    case 0:
      return Midr;
    case 5: // MPIDR_EL1: only the RES1 bit
      return uint64_t(1) << 31;
    case 6: // REVIDR_EL1
      return 0;
    default:
      return std::nullopt;
    }
  }
  const auto Reg = static_cast<IdReg>(CRm << 4 | Op2);
  // Fields that Linux hides from EL0 read as its safe values.
  uint64_t V = 0;
  if (Reg == IdReg::Pfr0)
    V = 0x11; // EL0 and EL1 are AArch64 only
  else if (Reg == IdReg::Dfr0)
    V = 0x6; // DebugVer
  else if (Reg == IdReg::Mmfr0)
    V = 0xff000000; // TGran4 and TGran64 not implemented
  for (const Feature &F : Features)
    if (F.Reg == Reg && (V >> F.Shift & 0xf) < F.Value)
      V = (V & ~(uint64_t(0xf) << F.Shift)) | uint64_t(F.Value) << F.Shift;
  return V;
}

std::string cpu::cpuinfo(unsigned NumCpus) {
  std::string Names;
  for (const Feature &F : Features)
    (Names += ' ') += F.Name;
  std::string Out;
  char Buf[256];
  for (unsigned I = 0; I != NumCpus; ++I) {
    std::snprintf(
        Buf, sizeof Buf, "processor\t: %u\nBogoMIPS\t: %u.%02u\nFeatures\t:", I,
        unsigned(CounterHz / 500000), unsigned(CounterHz / 5000 % 100));
    (Out += Buf) += Names;
    std::snprintf(Buf, sizeof Buf,
                  "\nCPU implementer\t: 0x%02x\nCPU architecture: 8\nCPU "
                  "variant\t: 0x%x\n"
                  "CPU part\t: 0x%03x\nCPU revision\t: %u\n\n",
                  Midr >> 24, Midr >> 20 & 0xf, Midr >> 4 & 0xfff, Midr & 0xf);
    Out += Buf;
  }
  return Out;
}
