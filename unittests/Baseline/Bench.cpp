//===- Bench.cpp - Speed and size of baseline translation -----------------===//
//
// usage: BaselineBench AARCH64-ELF [rounds]
// Translates every block of the file's executable sections (linear sweep) and
// prints the time per guest instruction, the code size and what was called
// instead of being lowered.
//
// usage: BaselineBench AARCH64-ELF dump OFFSET COUNT
// Prints the uops and the code (hex bytes) of COUNT blocks from a file offset.
//
//===----------------------------------------------------------------------===//

#include "xlate/Baseline/Baseline.h"
#include "xlate/Semantics/Semantics.h"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace xlate;

namespace {

struct Context : baseline::UnitContext {
  std::atomic<void *> *Slots;
  uint64_t Lo, Hi;
  std::atomic<void *> *slotFor(uint64_t Pc) override {
    return Slots + (Pc >> 2 & 0xffff);
  }
  uint64_t codeEnd(uint64_t Pc) override {
    return Pc >= Lo && Pc < Hi ? Hi : Pc;
  }
};

double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

} // namespace

int main(int Argc, char **Argv) {
  if (Argc < 2)
    return 2;
  const unsigned Rounds =
      Argc > 2 ? static_cast<unsigned>(std::atoi(Argv[2])) : 3;
  const int Fd = open(Argv[1], O_RDONLY);
  struct stat St;
  if (Fd < 0 || fstat(Fd, &St))
    return 1;
  const size_t FileSize = static_cast<size_t>(St.st_size);
  auto *File = static_cast<uint8_t *>(
      mmap(nullptr, FileSize, PROT_READ, MAP_PRIVATE, Fd, 0));
  auto *Eh = reinterpret_cast<Elf64_Ehdr *>(File);
  // Sections if there are any: segments contain read-only data.
  std::vector<std::pair<uint64_t, uint64_t>> Ranges;
  auto *Sh = reinterpret_cast<Elf64_Shdr *>(File + Eh->e_shoff);
  for (unsigned I = 0; Eh->e_shoff && I != Eh->e_shnum; ++I)
    if (Sh[I].sh_flags & SHF_EXECINSTR && Sh[I].sh_type == SHT_PROGBITS) {
      const auto Lo = reinterpret_cast<uint64_t>(File) + Sh[I].sh_offset;
      Ranges.emplace_back(Lo, Lo + Sh[I].sh_size);
    }

  constexpr size_t RegionSize = 512 << 20, SlotBytes = 1 << 20;
  auto *Region = static_cast<uint8_t *>(
      mmap(nullptr, RegionSize, PROT_READ | PROT_WRITE | PROT_EXEC,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  if (Argc == 5) {
    baseline::Baseline Tier;
    Context Ctx;
    Ctx.Slots = reinterpret_cast<std::atomic<void *> *>(Region);
    Ctx.Lo = reinterpret_cast<uint64_t>(File);
    Ctx.Hi = Ctx.Lo + FileSize;
    uint8_t *At = Region + SlotBytes;
    At += (Tier.emitThunks(At, 1 << 16) + 63) & ~size_t(63);
    uint64_t Pc = Ctx.Lo + std::strtoul(Argv[3], nullptr, 0);
    for (int I = std::atoi(Argv[4]); I > 0; --I) {
      const Block B = recordBlock(Pc, Ctx.Hi, 64);
      const auto R = Tier.emit(B, At, 1 << 20, Ctx);
      std::printf("%s", toString(B).c_str());
      for (size_t N = 0; N != R.Size; ++N)
        std::printf("%02x%c", R.Entry[N], N + 1 == R.Size ? '\n' : ' ');
      Pc = B.End;
    }
    return 0;
  }
  std::vector<uint32_t> Counts(NumOps);
  double BestRecord = 1e9, BestEmit = 1e9;
  size_t Insns = 0, Blocks = 0, Bytes = 0, Uops = 0, PcEntries = 0;
  for (unsigned Round = 0; Round != Rounds; ++Round) {
    baseline::Baseline Tier;
    uint8_t *At = Region + SlotBytes;
    At += (Tier.emitThunks(At, 1 << 16) + 63) & ~size_t(63);
    Insns = Blocks = Bytes = Uops = PcEntries = 0;
    std::fill(Counts.begin(), Counts.end(), 0);
    baseline::Options Opts;
    Opts.FallbackCounts = Counts.data();
    double Record = 0, Emit = 0;
    Context Ctx;
    Ctx.Slots = reinterpret_cast<std::atomic<void *> *>(Region);
    for (auto [Lo, Hi] : Ranges) {
      Ctx.Lo = Lo;
      Ctx.Hi = Hi;
      std::vector<Block> Batch;
      for (uint64_t Pc = Lo; Pc < Hi;) {
        Batch.clear();
        double T = now();
        while (Pc < Hi && Batch.size() < 1000) {
          Batch.push_back(recordBlock(Pc, Hi, 64));
          Pc = Batch.back().End;
        }
        Record += now() - T;
        T = now();
        for (const Block &B : Batch) {
          auto R = Tier.emit(
              B, At, static_cast<size_t>(Region + RegionSize - At), Ctx, Opts);
          At += R.Size;
          Bytes += R.Size;
          PcEntries += R.PcMap.size();
        }
        Emit += now() - T;
        for (const Block &B : Batch) {
          Insns += B.NumInsns;
          Uops += B.Uops.size();
        }
        Blocks += Batch.size();
      }
    }
    BestRecord = std::min(BestRecord, Record);
    BestEmit = std::min(BestEmit, Emit);
  }
  const auto N = static_cast<double>(Insns);
  std::printf("%zu instructions, %zu blocks, %.1f uops per instruction\n",
              Insns, Blocks, static_cast<double>(Uops) / N);
  std::printf("record %.0f ns, emit %.0f ns, code %.1f bytes per instruction, "
              "%.2f map entries\n",
              BestRecord * 1e9 / N, BestEmit * 1e9 / N,
              static_cast<double>(Bytes) / N,
              static_cast<double>(PcEntries) / N);
  std::vector<unsigned> Order(NumOps);
  for (unsigned I = 0; I != NumOps; ++I)
    Order[I] = I;
  std::sort(Order.begin(), Order.end(),
            [&](unsigned A, unsigned B) { return Counts[A] > Counts[B]; });
  for (unsigned I = 0; I != 60 && Counts[Order[I]]; ++I)
    std::printf("  %6.1f calls of %s per 10000 instructions\n",
                Counts[Order[I]] * 1e4 / N, opName(static_cast<Op>(Order[I])));
}
