//===- LoaderTest.cpp - Mapping programs and building their stack ---------===//
#include "xlate/Runtime/Loader.h"
#include "Resolve.h"
#include "TestElf.h"
#include "xlate/Ops/Uop.h"
#include "xlate/Runtime/Vdso.h"
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace xlate;
using namespace xlate::runtime;
using xlate::test::TestElf;

namespace {

struct RecordingSink final : MapSink {
  std::vector<Mapping> Maps;
  void addMapping(const Mapping &M) override { Maps.push_back(M); }
  const Mapping *named(const std::string &Name) const {
    for (const Mapping &M : Maps)
      if (M.Path == Name)
        return &M;
    return nullptr;
  }
};

template <typename T> T peek(uint64_t Addr) {
  T Value;
  memcpy(&Value, reinterpret_cast<const void *>(Addr), sizeof Value);
  return Value;
}

bool isMapped(uint64_t Addr) {
  unsigned char Resident;
  return mincore(reinterpret_cast<void *>(Addr & ~uint64_t(4095)), 4096,
                 &Resident) == 0;
}

/// Host protection of the mapping at Addr, "r--p".
std::string hostPermissions(uint64_t Addr) {
  std::ifstream Maps("/proc/self/maps");
  for (std::string Line; std::getline(Maps, Line);) {
    unsigned long long Lo, Hi;
    char Perms[5];
    if (sscanf(Line.c_str(), "%llx-%llx %4s", &Lo, &Hi, Perms) == 3 &&
        Addr >= Lo && Addr < Hi)
      return Perms;
  }
  return "none";
}

class Loader : public testing::Test {
protected:
  std::filesystem::path Dir;
  RecordingSink Sink;
  std::vector<const char *> Argv = {"prog", "one", "", nullptr};
  std::vector<const char *> Envp = {"A=1", "LONG=some words", nullptr};

  void SetUp() override {
    std::string Name = testing::TempDir() + "xlate-load-XXXXXX";
    ASSERT_TRUE(mkdtemp(Name.data()));
    Dir = Name;
    test::Sysroot = "";
  }
  void TearDown() override {
    for (const Mapping &M : Sink.Maps)
      munmap(reinterpret_cast<void *>(M.Lo), M.Hi - M.Lo);
    std::filesystem::remove_all(Dir);
  }

  std::string file(const std::string &Name, const std::string &Bytes,
                   mode_t Mode = 0755) {
    std::filesystem::create_directories((Dir / Name).parent_path());
    std::ofstream(Dir / Name, std::ios::binary) << Bytes;
    chmod((Dir / Name).c_str(), Mode);
    return Dir / Name;
  }

  Expected<LoadedProgram> load(const std::string &Path) {
    RunOptions Options;
    Options.Program = Path;
    Options.Sysroot = test::Sysroot;
    auto P = loadProgram(Options, const_cast<char **>(Argv.data()),
                         const_cast<char **>(Envp.data()), Sink);
    if (P)
      close(P->ExeFd);
    return P;
  }
  /// Load what must fail; the result is the reason.
  std::string refusal(const std::string &Path, int Status) {
    auto P = load(Path);
    if (P)
      return "loaded";
    EXPECT_EQ(P.error().exitStatus(), Status) << P.error().Reason;
    return P.error().Reason;
  }
};

TEST_F(Loader, FixedProgram) {
  std::string Path = file("prog", TestElf::program().bytes());
  auto P = load(Path);
  ASSERT_TRUE(P) << P.error().Reason;
  EXPECT_EQ(P->Entry, 0x10000000u);
  EXPECT_EQ(P->LoadBias, 0u);
  EXPECT_EQ(P->BrkStart, 0x10005000u);
  EXPECT_EQ(P->ExeHostPath, Path);
  EXPECT_EQ(peek<uint32_t>(0x10000000), 0xd2800020u);
  EXPECT_EQ(peek<uint32_t>(0x10002000), 0x61746164u); // "data"
  // The rest of the page in the file is not the program's.
  for (uint64_t A = 0x10002100; A < 0x10005000; A += 8)
    ASSERT_EQ(peek<uint64_t>(A), 0u) << std::hex << A;
  // Guest code is never executable on the host.
  EXPECT_EQ(hostPermissions(0x10000000), "r--p");
  EXPECT_EQ(hostPermissions(0x10002000), "rw-p");
  EXPECT_EQ(hostPermissions(0x10004000), "rw-p");
  // The hole between the segments is not mapped.
  EXPECT_FALSE(isMapped(0x10001000));
  ASSERT_GE(Sink.Maps.size(), 3u);
  EXPECT_EQ(Sink.Maps[0].Prot, PROT_READ | PROT_EXEC);
  EXPECT_EQ(Sink.Maps[0].Path, Path);
  EXPECT_EQ(Sink.Maps[0].Offset, 0x1000u);
  EXPECT_EQ(P->CodeLo, 0x10000000u);
  EXPECT_EQ(P->CodeHi, 0x10001000u);
  EXPECT_EQ(P->DataLo, 0x10002000u);
  EXPECT_EQ(P->DataHi, 0x10002100u);
}

TEST_F(Loader, FixedAddressInUse) {
  std::string Path = file("prog", TestElf::program().bytes());
  void *Block = mmap(reinterpret_cast<void *>(0x10001000), 4096, PROT_READ,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  ASSERT_EQ(Block, reinterpret_cast<void *>(0x10001000));
  EXPECT_NE(refusal(Path, 126).find("not available"), std::string::npos);
  EXPECT_EQ(hostPermissions(0x10001000), "r--p"); // Not replaced.
  munmap(Block, 4096);
  EXPECT_TRUE(load(Path));
}

TEST_F(Loader, PositionIndependentProgramIsAligned) {
  for (uint64_t Align : {0x1000, 0x10000, 0x200000}) {
    TestElf E = TestElf::program(ET_DYN, 0);
    for (Elf64_Phdr &P : E.Phdrs)
      P.p_align = Align;
    auto P = load(file("pie", E.bytes()));
    ASSERT_TRUE(P) << P.error().Reason;
    EXPECT_EQ(P->LoadBias % Align, 0u);
    EXPECT_NE(P->LoadBias, 0u);
    EXPECT_EQ(P->Entry, P->LoadBias);
    EXPECT_EQ(peek<uint32_t>(P->LoadBias + 0x2000), 0x61746164u);
    EXPECT_FALSE(isMapped(P->LoadBias + 0x1000));
  }
}

TEST_F(Loader, SegmentsThatShareAPageOfTheFile) {
  // As linkers lay programs out for 64 KiB pages: data starts in the middle of
  // a page whose contents in the file begin with the end of the code.
  TestElf E(ET_DYN);
  E.Contents.assign(0x1000, 'c');
  E.Contents.replace(0x800, 0x100, std::string(0x100, 'd'));
  E.load(0, 0x1800, 0x1800, PF_R | PF_X, 0).p_align = 0x10000;
  E.load(0x11800, 0x100, 0x2000, PF_R | PF_W, 0x1800).p_align = 0x10000;
  E.Ehdr.e_entry = 0x1000;
  auto P = load(file("shared", E.bytes()));
  ASSERT_TRUE(P) << P.error().Reason;
  EXPECT_EQ(peek<char>(P->LoadBias + 0x17ff), 'c');
  EXPECT_EQ(peek<char>(P->LoadBias + 0x11800), 'd');
  EXPECT_EQ(peek<char>(P->LoadBias + 0x118ff), 'd');
  EXPECT_EQ(peek<char>(P->LoadBias + 0x11900), 0);
  EXPECT_EQ(peek<char>(P->LoadBias + 0x137ff), 0);
  EXPECT_EQ(P->BrkStart, P->LoadBias + 0x14000);
}

TEST_F(Loader, BssWithoutFileContents) {
  TestElf E = TestElf::program(ET_DYN, 0);
  E.load(0x10008, 0, 0x4000, PF_R | PF_W, 0x123);
  auto P = load(file("bss", E.bytes()));
  ASSERT_TRUE(P) << P.error().Reason;
  EXPECT_EQ(peek<uint64_t>(P->LoadBias + 0x14000), 0u);
  EXPECT_EQ(P->BrkStart, P->LoadBias + 0x15000);
}

TEST_F(Loader, TooMuchMemory) {
  TestElf E = TestElf::program(ET_DYN, 0);
  E.Phdrs[1].p_memsz = image::AddressLimit - 0x10000;
  EXPECT_NE(refusal(file("huge", E.bytes()), 126), "loaded");
}

TEST_F(Loader, InitialStack) {
  auto P = load(file("prog", TestElf::program(ET_DYN, 0).bytes()));
  ASSERT_TRUE(P) << P.error().Reason;
  EXPECT_EQ(P->Sp % 16, 0u);
  uint64_t At = P->Sp;
  auto Next = [&] { return peek<uint64_t>(std::exchange(At, At + 8)); };
  EXPECT_EQ(Next(), 3u);
  uint64_t Arg0 = Next();
  EXPECT_EQ(Arg0, P->ArgStart);
  EXPECT_STREQ(reinterpret_cast<char *>(Arg0), "prog");
  // Strings lie one behind the other, in order, as /proc/PID/cmdline has them.
  EXPECT_EQ(Next(), Arg0 + 5);
  EXPECT_EQ(Next(), Arg0 + 9);
  EXPECT_EQ(Next(), 0u);
  EXPECT_EQ(P->ArgEnd, Arg0 + 10);
  uint64_t Env0 = Next();
  EXPECT_EQ(Env0, P->EnvStart);
  EXPECT_EQ(Env0, P->ArgEnd);
  EXPECT_STREQ(reinterpret_cast<char *>(Next()), "LONG=some words");
  EXPECT_EQ(Next(), 0u);
  EXPECT_EQ(
      memcmp(reinterpret_cast<void *>(At), P->Auxv.data(), P->Auxv.size()), 0);
  std::map<uint64_t, uint64_t> Aux;
  for (uint64_t Type; (Type = Next());)
    Aux[Type] = Next();
  EXPECT_EQ(Aux[AT_PAGESZ], 4096u);
  EXPECT_EQ(Aux[AT_PHENT], 56u);
  EXPECT_EQ(Aux[AT_PHNUM], 2u);
  EXPECT_EQ(Aux[AT_ENTRY], P->Entry);
  EXPECT_EQ(Aux[AT_BASE], 0u);
  EXPECT_EQ(Aux[AT_CLKTCK], 100u);
  EXPECT_EQ(Aux[AT_UID], getuid());
  EXPECT_EQ(Aux[AT_EGID], getegid());
  EXPECT_EQ(Aux[AT_SECURE], 0u);
  EXPECT_EQ(Aux[AT_SYSINFO_EHDR], P->VdsoBase);
  EXPECT_EQ(Aux[51 /* AT_MINSIGSTKSZ */], 5120u);
  EXPECT_EQ(Aux[AT_HWCAP] & 3, 3u); // FP and ASIMD.
  EXPECT_STREQ(reinterpret_cast<char *>(Aux[AT_PLATFORM]), "aarch64");
  EXPECT_EQ(std::string(reinterpret_cast<char *>(Aux[AT_EXECFN])),
            Dir / "prog");
  EXPECT_EQ(P->EnvEnd, Aux[AT_EXECFN]);
  EXPECT_GT(Aux[AT_RANDOM], P->Sp);
  EXPECT_LT(Aux[AT_RANDOM] + 16, P->StackHi);

  rlimit Limit;
  getrlimit(RLIMIT_STACK, &Limit);
  if (Limit.rlim_cur == 8 << 20) {
    EXPECT_EQ(P->StackHi - P->StackLo, 8u << 20);
  }
  EXPECT_EQ(hostPermissions(P->StackLo), "rw-p");
  EXPECT_EQ(hostPermissions(P->StackLo - 1), "---p");
  ASSERT_TRUE(Sink.named("[stack]"));
  EXPECT_EQ(Sink.named("[stack]")->Lo, P->StackLo);
}

TEST_F(Loader, ManyArguments) {
  // More than the stack's limit would hold.
  std::string Word(100000, 'x');
  Argv.assign(30, Word.c_str());
  Argv.push_back(nullptr);
  rlimit Old, Small;
  getrlimit(RLIMIT_STACK, &Old);
  Small = {64 << 10, Old.rlim_max};
  setrlimit(RLIMIT_STACK, &Small);
  auto P = load(file("prog", TestElf::program(ET_DYN, 0).bytes()));
  setrlimit(RLIMIT_STACK, &Old);
  ASSERT_TRUE(P) << P.error().Reason;
  EXPECT_EQ(P->Argv.size(), 30u);
  EXPECT_GE(P->Sp - P->StackLo, 64u << 10);
}

TEST_F(Loader, EmptyArgvGetsOneEmptyString) {
  Argv = {nullptr};
  auto P = load(file("prog", TestElf::program(ET_DYN, 0).bytes()));
  ASSERT_TRUE(P);
  EXPECT_EQ(peek<uint64_t>(P->Sp), 1u);
  EXPECT_STREQ(reinterpret_cast<char *>(peek<uint64_t>(P->Sp + 8)), "");
}

TEST_F(Loader, InterpreterFromTheSysroot) {
  file("root/lib/ld-test.so", TestElf::program(ET_DYN, 0).bytes());
  TestElf E = TestElf::program(ET_DYN, 0);
  E.interp("/lib/ld-test.so");
  std::string Path = file("root/bin/prog", E.bytes());
  test::Sysroot = Dir / "root";
  auto P = load("/bin/prog");
  ASSERT_TRUE(P) << P.error().Reason;
  EXPECT_EQ(P->ExeHostPath, Path);
  EXPECT_EQ(P->ExeGuestPath, "/bin/prog");
  EXPECT_NE(P->InterpBase, 0u);
  EXPECT_EQ(P->Entry, P->InterpBase);
  EXPECT_EQ(P->BrkStart, P->LoadBias + 0x5000);
  EXPECT_TRUE(Sink.named(Dir / "root/lib/ld-test.so"));
}

TEST_F(Loader, MissingInterpreter) {
  TestElf E = TestElf::program();
  E.interp("/lib/ld-not-there.so.1");
  std::string Reason = refusal(file("prog", E.bytes()), 127);
  EXPECT_NE(Reason.find("/lib/ld-not-there.so.1"), std::string::npos);
  EXPECT_NE(Reason.find("-L"), std::string::npos);
}

TEST_F(Loader, UnusableInterpreter) {
  TestElf E = TestElf::program();
  E.interp(file("ld.so", "text"));
  auto P = load(file("prog", E.bytes()));
  ASSERT_FALSE(P);
  EXPECT_EQ(P.error().Errno, ELIBBAD);
  EXPECT_NE(P.error().Reason.find("ld.so"), std::string::npos);
}

TEST_F(Loader, Script) {
  std::string Prog = file("prog", TestElf::program(ET_DYN, 0).bytes());
  std::string Script = file("script", "#!" + Prog + " -x\n", 0644);
  auto P = load(Script);
  ASSERT_TRUE(P) << P.error().Reason;
  EXPECT_EQ(P->Argv, (std::vector<std::string>{Prog, "-x", Script, "one", ""}));
  EXPECT_EQ(P->ExeHostPath, Prog);
}

TEST_F(Loader, BadFiles) {
  EXPECT_NE(refusal(Dir / "missing", 127).find("no such file"),
            std::string::npos);
  EXPECT_EQ(refusal(Dir, 126), "is a directory");
  EXPECT_EQ(refusal("/dev/null", 126), "is not a regular file");
  EXPECT_EQ(refusal(file("text", "hello\n"), 126), "is not an ELF program");
  EXPECT_EQ(refusal(file("empty", ""), 126), "is not an ELF program");
  EXPECT_NE(refusal("/proc/self/exe", 126).find("x86-64"), std::string::npos);
  std::string Half = TestElf::program().bytes().substr(0, 0x1800);
  EXPECT_NE(refusal(file("half", Half), 126).find("truncated"),
            std::string::npos);
  EXPECT_NE(refusal(file("script", "#!/proc/self/exe\n"), 126)
                .find("its interpreter"),
            std::string::npos);
  EXPECT_NE(refusal(file("script2", "#!/not/there\n"), 127).find("/not/there"),
            std::string::npos);
  mkfifo((Dir / "fifo").c_str(), 0600);
  EXPECT_EQ(refusal(Dir / "fifo", 126),
            "is not a regular file"); // And no hang.
  if (getuid() != 0) {
    EXPECT_EQ(refusal(file("secret", "x", 0), 126), "permission denied");
  }
}

TEST(Vdso, HasTheKernelsSymbols) {
  std::span<const uint8_t> Image = vdsoImage();
  ASSERT_LT(Image.size(), 4096u);
  auto Word = [&](uint64_t Offset) {
    uint32_t W;
    memcpy(&W, Image.data() + Offset, 4);
    return W;
  };
  uint64_t Sigreturn = vdsoSymbol("__kernel_rt_sigreturn");
  ASSERT_NE(Sigreturn, 0u);
  // Unwinders recognise these words.
  EXPECT_EQ(Word(Sigreturn - 4), 0xd503201fu);
  EXPECT_EQ(Word(Sigreturn), 0xd2801168u);
  EXPECT_EQ(Word(Sigreturn + 4), 0xd4000001u);
  for (auto [Name, Svc] :
       {std::pair("__kernel_clock_gettime", VdsoSvc::ClockGettime),
        std::pair("__kernel_gettimeofday", VdsoSvc::Gettimeofday),
        std::pair("__kernel_clock_getres", VdsoSvc::ClockGetres)}) {
    uint64_t Offset = vdsoSymbol(Name);
    ASSERT_NE(Offset, 0u) << Name;
    EXPECT_EQ(Word(Offset + 4), 0xd4000001u | unsigned(Svc) << 5) << Name;
  }
  EXPECT_EQ(vdsoSymbol("__kernel_nothing"), 0u);
}

} // namespace
