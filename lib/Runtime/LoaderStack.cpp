//===- LoaderStack.cpp - The initial stack of a guest program -------------===//
//
// From high to low addresses, as the arm64 kernel lays it out: a null word, the
// name of the executed file, the environment strings, the argument strings,
// the platform string and the random bytes; then, 16-byte aligned with SP at
// its start: argc, argv, envp, auxiliary vector.
//
//===----------------------------------------------------------------------===//
#include "xlate/Guest/CpuModel.h"
#include "xlate/Runtime/Loader.h"
#include <algorithm>
#include <cstring>
#include <elf.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

namespace xlate::runtime {

using image::PageSize;
using image::pageUp;

/// The arm64 signal frame's size without SVE.
static constexpr uint64_t MinSigStackSize = 5120;
static constexpr uint64_t DefaultStack = 8 << 20;
/// For RLIMIT_STACK = unlimited: address space only, pages come when touched.
static constexpr uint64_t UnlimitedStack = 64 << 20;
static constexpr uint64_t MaxStack = uint64_t(1) << 30;
static constexpr uint64_t GuardSize = 64 << 10;

/// The guest's stack does not grow: it has the size that the limit allows from
/// the start. ForStrings: what arguments and environment need.
static uint64_t stackSize(uint64_t ForStrings) {
  rlimit Limit;
  uint64_t Size = DefaultStack;
  if (getrlimit(RLIMIT_STACK, &Limit) == 0)
    Size = Limit.rlim_cur == RLIM_INFINITY
               ? UnlimitedStack
               : std::min<uint64_t>(Limit.rlim_cur, MaxStack);
  // Room to run in, however low the limit: the kernel too lets a stack start
  // out with at least 128 KiB.
  return pageUp(std::max<uint64_t>(Size, ForStrings + (128 << 10)));
}

namespace {
/// Writes downwards from the top of the stack.
class StackWriter {
public:
  explicit StackWriter(uint64_t Top) : Sp(Top) {}
  uint64_t Sp;

  uint64_t push(const void *Data, size_t Size) {
    Sp -= Size;
    if (Size) // Data may be null
      memcpy(reinterpret_cast<void *>(Sp), Data, Size);
    return Sp;
  }
  uint64_t pushString(const char *S) { return push(S, strlen(S) + 1); }
  /// Push the strings so that they are in memory in their order.
  std::vector<uint64_t> pushStrings(char *const *Strings) {
    size_t N = 0;
    while (Strings[N])
      ++N;
    std::vector<uint64_t> Addrs(N);
    while (N-- > 0)
      Addrs[N] = pushString(Strings[N]);
    return Addrs;
  }
};
} // namespace

static uint64_t stringBytes(char *const *Strings) {
  uint64_t Size = 8;
  for (; *Strings; ++Strings)
    Size += strlen(*Strings) + 1 + 8;
  return Size;
}

Expected<bool> buildStack(LoadedProgram &P, const image::ElfImage &Exe,
                          const std::string &ExecFn, char *const *Argv,
                          char *const *Envp, MapSink &Sink) {
  uint64_t Strings =
      stringBytes(Argv) + stringBytes(Envp) + ExecFn.size() + PageSize;
  uint64_t Size = stackSize(Strings);
  void *Base =
      mmap(nullptr, Size + GuardSize, PROT_NONE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (Base == MAP_FAILED)
    return Error{ENOMEM, "no memory for the stack"};
  P.StackLo = reinterpret_cast<uint64_t>(Base) + GuardSize;
  P.StackHi = P.StackLo + Size;
  if (mprotect(reinterpret_cast<void *>(P.StackLo), Size,
               PROT_READ | PROT_WRITE) != 0)
    return Error{ENOMEM, "no memory for the stack"};
  const int Prot = PROT_READ | PROT_WRITE | (Exe.ExecStack ? PROT_EXEC : 0);
  Sink.addMapping({P.StackLo, P.StackHi, Prot, 0, -1, "[stack]"});

  StackWriter W(P.StackHi - 8);
  uint64_t ExecFnAddr = W.pushString(ExecFn.c_str());
  P.EnvEnd = ExecFnAddr;
  std::vector<uint64_t> Envs = W.pushStrings(Envp);
  P.EnvStart = P.ArgEnd = W.Sp;
  std::vector<uint64_t> Args = W.pushStrings(Argv);
  P.ArgStart = W.Sp;
  for (uint64_t A : Args)
    P.Argv.emplace_back(reinterpret_cast<const char *>(A));

  W.Sp &= ~uint64_t(15);
  uint64_t Platform = W.pushString("aarch64");
  unsigned char Random[16] = {};
  if (getrandom(Random, sizeof Random, GRND_NONBLOCK) != sizeof Random)
    if (const void *Host = reinterpret_cast<const void *>(getauxval(AT_RANDOM)))
      memcpy(Random, Host, sizeof Random);
  uint64_t RandomAddr = W.push(Random, sizeof Random);

  const uint64_t Aux[] = {
      AT_SYSINFO_EHDR, P.VdsoBase,
      AT_MINSIGSTKSZ,  MinSigStackSize,
      AT_HWCAP,        cpu::hwcap(),
      AT_PAGESZ,       PageSize,
      AT_CLKTCK,       static_cast<uint64_t>(sysconf(_SC_CLK_TCK)),
      AT_PHDR,         Exe.PhdrVaddr ? Exe.PhdrVaddr + P.LoadBias : 0,
      AT_PHENT,        sizeof(Elf64_Phdr),
      AT_PHNUM,        Exe.PhNum,
      AT_BASE,         P.InterpBase,
      AT_FLAGS,        0,
      AT_ENTRY,        Exe.Entry + P.LoadBias,
      AT_UID,          getuid(),
      AT_EUID,         geteuid(),
      AT_GID,          getgid(),
      AT_EGID,         getegid(),
      AT_SECURE,       getauxval(AT_SECURE),
      AT_RANDOM,       RandomAddr,
      AT_HWCAP2,       cpu::hwcap2(),
      AT_EXECFN,       ExecFnAddr,
      AT_PLATFORM,     Platform,
      AT_NULL,         0,
  };
  const uint64_t Null = 0, Argc = Args.size();
  uint64_t Below = sizeof Aux + 8 * (Envs.size() + 1 + Args.size() + 1 + 1);
  W.Sp = ((W.Sp - Below) & ~uint64_t(15)) + Below;
  W.push(Aux, sizeof Aux);
  W.push(&Null, 8);
  W.push(Envs.data(), Envs.size() * 8);
  W.push(&Null, 8);
  W.push(Args.data(), Args.size() * 8);
  P.Sp = W.push(&Argc, 8);
  auto *AuxBytes = reinterpret_cast<const uint8_t *>(Aux);
  P.Auxv.assign(AuxBytes, AuxBytes + sizeof Aux);
  return true;
}

} // namespace xlate::runtime
