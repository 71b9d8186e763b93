//===- FastStart.cpp - Start without asking the processor again -----------===//
//
// The C library asks the processor with some forty CPUID instructions what it
// can do, each time that a program starts. On a virtual machine each of them is
// an exit to the hypervisor (docs/performance.md). A guest that executes a
// program starts xlate-run again, on the same machine and from the same file,
// so that the answers are the same: the old process hands them over by its
// command line.
//
// The kernel enters xlate_start, which goes on to the C library's _start unless
// it finds these answers. With them it takes the steps of __libc_start_main
// itself and leaves out that one. They are those of the one version of the C
// library that XLATE_CPU_FEATURES_SIZE was found for, linked statically;
// without it there is no xlate_start. Until the relocations are done, nothing
// here may call memcpy and its like, and there is no thread pointer.
//
//===----------------------------------------------------------------------===//
#include "FastStart.h"

#ifndef XLATE_CPU_FEATURES_SIZE

std::string xlate::processorFacts() { return ""; }
bool xlate::inheritedFacts() { return false; }

#else

#include <cstdint>
#include <cstdlib>
#include <elf.h>
#include <string_view>
#include <unistd.h>

#define LIBC_HIDDEN [[gnu::visibility("hidden")]] extern

// Of libc.a.
extern "C" {
LIBC_HIDDEN uint8_t _dl_x86_cpu_features[XLATE_CPU_FEATURES_SIZE];
LIBC_HIDDEN uint64_t _dl_hwcap;
LIBC_HIDDEN size_t _dl_minsigstacksize;
LIBC_HIDDEN long __x86_data_cache_size, __x86_data_cache_size_half,
    __x86_shared_cache_size, __x86_shared_cache_size_half,
    __x86_shared_non_temporal_threshold, __x86_rep_movsb_threshold,
    __x86_rep_movsb_stop_threshold, __x86_rep_stosb_threshold;
LIBC_HIDDEN int __x86_string_control;
LIBC_HIDDEN const uint64_t *_dl_random;
extern void *__libc_stack_end;

void _dl_aux_init(Elf64_auxv_t *);
void __tunables_init(char **);
void __libc_setup_tls();
void __libc_early_init(bool);
void __libc_init_first(int, char **, char **);
void *_dl_debug_initialize(Elf64_Addr, long);
int __cxa_atexit(void (*)(void *), void *, void *);
void _init();
void _fini();

// Of the linker.
using Constructor = void (*)(int, char **, char **);
using Destructor = void (*)();
LIBC_HIDDEN const Elf64_Rela __rela_iplt_start[], __rela_iplt_end[];
LIBC_HIDDEN const Constructor __preinit_array_start[], __preinit_array_end[],
    __init_array_start[], __init_array_end[];
LIBC_HIDDEN const Destructor __fini_array_start[], __fini_array_end[];

// C++ programs mustn't call main by its name.
int realMain(int, char **, char **) asm("main");
}

namespace {

/// What __libc_start_main gets from CPUID, and what it makes of that.
struct Facts {
  uint8_t Features[XLATE_CPU_FEATURES_SIZE];
  uint64_t Hwcap, MinSigStack;
  long Sizes[8];
  uint64_t StringControl;
};

/// Each byte of Facts, then their sum, as two letters.
constexpr size_t TextSize = 2 * (sizeof(Facts) + 1);
constexpr std::string_view FdsOption = "--exec-fds=", CpuOption = "--exec-cpu=";

/// Call F with each size of the caches, in the order of Facts::Sizes.
template <typename Function> inline void forEachSize(Function F) {
  F(__x86_data_cache_size);
  F(__x86_data_cache_size_half);
  F(__x86_shared_cache_size);
  F(__x86_shared_cache_size_half);
  F(__x86_shared_non_temporal_threshold);
  F(__x86_rep_movsb_threshold);
  F(__x86_rep_movsb_stop_threshold);
  F(__x86_rep_stosb_threshold);
}

/// The rest of Text behind Prefix, or null.
inline const char *behind(const char *Text, std::string_view Prefix) {
  for (char C : Prefix)
    if (*Text++ != C)
      return nullptr;
  return Text;
}

/// Undo encode(). False if that isn't what Text has.
inline bool decode(const char *Text, Facts &F) {
  auto *Out = reinterpret_cast<uint8_t *>(&F);
  uint8_t Sum = 0;
  for (size_t I = 0; I != TextSize; I += 2) {
    const unsigned High = static_cast<unsigned>(Text[I] - 'a');
    const unsigned Low =
        High < 16 ? static_cast<unsigned>(Text[I + 1] - 'a') : 16;
    if (Low >= 16)
      return false;
    const auto Byte = static_cast<uint8_t>(High * 16 + Low);
    if (I == TextSize - 2)
      return Byte == Sum && !Text[TextSize];
    Out[I / 2] = Byte;
    Sum = static_cast<uint8_t>(Sum + Byte);
  }
  return false;
}

std::string encode(const Facts &F) {
  std::string Text;
  Text.reserve(TextSize);
  uint8_t Sum = 0;
  auto add = [&](uint8_t Byte) {
    Text += static_cast<char>('a' + (Byte >> 4));
    Text += static_cast<char>('a' + (Byte & 15));
    Sum = static_cast<uint8_t>(Sum + Byte);
  };
  auto *In = reinterpret_cast<const uint8_t *>(&F);
  for (size_t I = 0; I != sizeof F; ++I)
    add(In[I]);
  add(Sum);
  return Text;
}

inline void restore(const Facts &F) {
  for (size_t I = 0; I != sizeof F.Features; ++I)
    _dl_x86_cpu_features[I] = F.Features[I];
  _dl_hwcap = F.Hwcap;
  _dl_minsigstacksize = F.MinSigStack;
  const long *Size = F.Sizes;
  forEachSize([&](long &S) { S = *Size++; });
  __x86_string_control = static_cast<int>(F.StringControl);
}

bool Inherited = false;

void callDestructors(void *) {
  for (const Destructor *D = __fini_array_end; D != __fini_array_start;)
    (*--D)();
  _fini();
}

} // namespace

std::string xlate::processorFacts() {
  Facts F = {};
  for (size_t I = 0; I != sizeof F.Features; ++I)
    F.Features[I] = _dl_x86_cpu_features[I];
  F.Hwcap = _dl_hwcap;
  F.MinSigStack = _dl_minsigstacksize;
  long *Size = F.Sizes;
  forEachSize([&](long S) { *Size++ = S; });
  F.StringControl = static_cast<uint64_t>(__x86_string_control);
  return encode(F);
}

bool xlate::inheritedFacts() { return Inherited; }

/// Run main if Stack, the stack pointer that the kernel has set, shows the
/// command line of an xlate-run that another one has executed. Else it returns,
/// and nothing has happened.
extern "C" [[gnu::no_stack_protector, gnu::used]] void
xlate_fast_start(uint64_t *Stack) {
  const int Argc = static_cast<int>(*Stack);
  auto **Argv = reinterpret_cast<char **>(Stack + 1);
  char **Envp = Argv + Argc + 1;
  if (Argc < 3 || !behind(Argv[1], FdsOption))
    return;
  const char *Text = behind(Argv[2], CpuOption);
  Facts F;
  if (!Text || !decode(Text, F))
    return;
  char **EnvEnd = Envp;
  while (*EnvEnd)
    ++EnvEnd;
  auto *Aux = reinterpret_cast<Elf64_auxv_t *>(EnvEnd + 1);
  // With more rights than its user's it believes nothing.
  for (Elf64_auxv_t *A = Aux; A->a_type != AT_NULL; ++A)
    if (A->a_type == AT_SECURE && A->a_un.a_val)
      return;

  environ = Envp;
  __libc_stack_end = Stack;
  _dl_aux_init(Aux);
  __tunables_init(Envp);
  restore(F);
  Inherited = true;
  for (const Elf64_Rela *R = __rela_iplt_start; R != __rela_iplt_end; ++R) {
    auto Choose = reinterpret_cast<uint64_t (*)()>(R->r_addend);
    *reinterpret_cast<uint64_t *>(R->r_offset) = Choose();
  }
  __libc_setup_tls();
  // The guards of stacks and of stored pointers; the first begins with a zero,
  // which no string gets past.
  asm volatile("movq %0, %%fs:0x28" : : "r"(_dl_random[0] & ~uint64_t(0xff)));
  asm volatile("movq %0, %%fs:0x30" : : "r"(_dl_random[1]));
  __libc_early_init(true);
  __libc_init_first(Argc, Argv, Envp);
  __cxa_atexit(callDestructors, nullptr, nullptr);
  for (const Constructor *C = __preinit_array_start; C != __preinit_array_end;
       ++C)
    (*C)(Argc, Argv, Envp);
  _init();
  for (const Constructor *C = __init_array_start; C != __init_array_end; ++C)
    (*C)(Argc, Argv, Envp);
  _dl_debug_initialize(0, 0);
  exit(realMain(Argc, Argv, Envp));
}

// The kernel leaves arguments at the stack pointer, 16 bytes aligned, and a
// function for exit in RDX.
asm(R"(
        .section .text.xlate_start, "ax", @progbits
        .globl  xlate_start
        .type   xlate_start, @function
xlate_start:
        xor     %ebp, %ebp
        mov     %rsp, %rbx
        mov     %rdx, %r12
        mov     %rsp, %rdi
        call    xlate_fast_start
        mov     %rbx, %rsp
        mov     %r12, %rdx
        jmp     _start
        .size   xlate_start, .-xlate_start
        .text
)");

#endif // XLATE_CPU_FEATURES_SIZE
